package bottest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot/bottest"
)

// ends is a T whose clean-up runs when the test says so.
type ends struct {
	recorder
	after []func()
}

func (e *ends) Cleanup(f func()) { e.after = append(e.after, f) }
func (e *ends) Fatalf(format string, args ...any) {
	e.Errorf(format, args...)
	panic(e)
}
func (e *ends) end() {
	for i := len(e.after) - 1; i >= 0; i-- {
		e.after[i]()
	}
}

func post(t *testing.T, url, body string) (status int, answer string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Post(url+"/chat/completions", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(raw)
}

const (
	hello = `{"model":"a","stream":true,"messages":[{"role":"user","content":"你好"}]}`
	other = `{"model":"a","stream":true,"messages":[{"role":"user","content":"再见"}]}`
)

// recorded asks a service of the test's own for hello, twice, and returns the file.
func recorded(t *testing.T) string {
	t.Helper()
	n := 0
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		assert.Equal(t, "/base/chat/completions", r.URL.Path)
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "data: {\"n\":%d}\n\ndata: [DONE]\n\n", n)
	}))
	defer service.Close()
	file := filepath.Join(t.TempDir(), "deep", "model.json")
	e := &ends{recorder: recorder{TB: t}}
	m := bottest.NewModelOf(e, file, nil, service.URL+"/base/")
	for i := range 2 {
		status, answer := post(t, m.URL, hello)
		assert.Equal(t, http.StatusOK, status)
		assert.Equal(t, fmt.Sprintf("data: {\"n\":%d}\n\ndata: [DONE]\n\n", i+1), answer)
	}
	e.end()
	require.Empty(t, e.failed)
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(raw), `"content": "你好"`)
	return file
}

func TestModelAnswersFromItsRecord(t *testing.T) {
	t.Parallel()
	e := &ends{recorder: recorder{TB: t}}
	m := bottest.NewModelOf(e, recorded(t), nil, "")
	// Who is asked does not matter, nor the order of the keys.
	for i, body := range []string{hello, `{"messages":[{"content":"你好","role":"user"}],"stream":true,"model":"b"}`} {
		status, answer := post(t, m.URL, body)
		assert.Equal(t, http.StatusOK, status)
		assert.Equal(t, fmt.Sprintf("data: {\"n\":%d}\n\ndata: [DONE]\n\n", i+1), answer)
	}
	e.end()
	assert.Empty(t, e.failed)
}

func TestModelFailsLoudly(t *testing.T) {
	t.Parallel()
	file := recorded(t)
	for name, c := range map[string]struct {
		again bool
		ask   []string
		want  string
	}{
		"not on record":  {ask: []string{other}, want: "+       \"content\": \"再见\""},
		"too often":      {ask: []string{hello, hello, hello}, want: "more often"},
		"no JSON":        {ask: []string{"{"}, want: "no JSON"},
		"not asked for":  {ask: []string{hello}, want: "nothing asked the model for exchange 2"},
		"as often as is": {ask: []string{hello, hello}},
		"again":          {again: true, ask: []string{hello, hello, hello}},
		"again, unasked": {again: true},
	} {
		e := &ends{recorder: recorder{TB: t}}
		m := bottest.NewModelOf(e, file, &bottest.ModelOptions{Again: c.again}, "")
		status := 0
		for _, body := range c.ask {
			status, _ = post(t, m.URL, body)
		}
		e.end()
		if c.want == "" {
			assert.Empty(t, e.failed, name)
			continue
		}
		assert.Contains(t, e.failed, c.want, name)
		if name != "not asked for" {
			assert.Equal(t, http.StatusNotImplemented, status, name)
		}
	}
	e := &ends{recorder: recorder{TB: t}}
	assert.Panics(t, func() { bottest.NewModelOf(e, "testdata/none.json", nil, "") })
	assert.Contains(t, e.failed, "write it with -update and OPENAI_BASE_URL")
}
