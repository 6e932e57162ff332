package llm_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/llm"
	"github.com/frontdesk-go/frontdesk/kb"
)

// vectors is an embedding service of the test's own: what speaks of money points
// one way, what speaks of time another. It answers in the reverse order.
func vectors(t *testing.T, status func() int, seen *[]string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/v1/embeddings", r.URL.Path)
		assert.Equal(t, "Bearer secret", r.Header.Get("Authorization"))
		if code := status(); code != http.StatusOK {
			http.Error(w, `{"error":{"message":"no"}}`, code)
			return
		}
		var req struct {
			Input []string `json:"input"`
			Model string   `json:"model"`
		}
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&req))
		assert.Equal(t, "text-embedding-3-small", req.Model)
		*seen = append(*seen, req.Input...)
		var data []map[string]any
		for i, s := range req.Input {
			v := []float32{0.1, 0.1, 1}
			switch {
			case strings.Contains(s, "运费") || strings.Contains(s, "快递费") || strings.Contains(s, "cost"):
				v = []float32{1, 0.1, 0.2}
			case strings.Contains(s, "多久") || strings.Contains(s, "time"):
				v = []float32{0.1, 1, 0.2}
			}
			data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": v})
		}
		slices.Reverse(data)
		w.Header().Set("Content-Type", "application/json")
		assert.NoError(t, json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": data}))
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1"
}

func TestEmbedder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	code := http.StatusOK
	var seen []string
	url := vectors(t, func() int { return code }, &seen)
	clock := bottest.NewClock(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
	e, err := llm.NewEmbedder(&llm.EmbedOptions{Key: "secret", BaseURL: url, Clock: clock})
	require.NoError(t, err)
	base, err := kb.New([]kb.Entry{
		{ID: "fee", Texts: map[string]kb.Text{"zh": {Question: "运费怎么算？", Answer: "8 元"}}},
		{ID: "time", Texts: map[string]kb.Text{"zh": {Question: "多久发货？", Answer: "当天"}}},
	}, &kb.Options{Embedder: e, EmbedWithin: time.Minute})
	require.NoError(t, err)
	n, err := base.Embed(ctx)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	a, err := base.Answer(ctx, kb.Query{Text: "快递费 13812345678"})
	require.NoError(t, err)
	require.NotEmpty(t, a.Hits)
	assert.Equal(t, "fee", a.Hits[0].ID)
	assert.True(t, a.Embedded)
	assert.NotContains(t, strings.Join(seen, " "), "13812345678")

	code = http.StatusInternalServerError
	for range 3 {
		_, err = e.Embed(ctx, []string{"x"})
		assert.ErrorContains(t, err, "500")
		assert.NotContains(t, err.Error(), "no\"", "what a service sends does not reach a log")
	}
	_, err = e.Embed(ctx, []string{"x"})
	assert.ErrorIs(t, err, llm.ErrResting)
	a, err = base.Answer(ctx, kb.Query{Text: "多久能发货"})
	require.NoError(t, err)
	assert.False(t, a.Embedded, "no service, no outage")
	assert.Equal(t, "time", a.Hits[0].ID)
	code = http.StatusOK
	clock.Advance(31 * time.Second)
	vs, err := e.Embed(ctx, []string{"the cost", "", "\xff"})
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 0.1, 0.2}, vs[0])
	vs, err = e.Embed(ctx, nil)
	require.NoError(t, err)
	assert.Empty(t, vs)
}

func TestEmbedderOfOddServices(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"too few":    `{"data":[]}`,
		"twice":      `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`,
		"elsewhere":  `{"data":[{"index":7,"embedding":[1]}]}`,
		"no numbers": `{"data":[{"index":0,"embedding":[]}]}`,
		"no JSON":    `<html>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, err := w.Write([]byte(body))
				assert.NoError(t, err)
			}))
			t.Cleanup(s.Close)
			e, err := llm.NewEmbedder(&llm.EmbedOptions{BaseURL: s.URL})
			require.NoError(t, err)
			_, err = e.Embed(context.Background(), []string{"x"})
			assert.ErrorContains(t, err, "llm:")
		})
	}
}
