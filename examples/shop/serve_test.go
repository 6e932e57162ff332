package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/profile"
)

// The shop says where its faces are and with which token the desk opens, serves
// them, and ends when told to.
func TestServe(t *testing.T) {
	t.Parallel()
	db := memoryDB(t)
	defer func() { assert.NoError(t, db.Close()) }()
	st := opened(t, db)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- serve(ctx, "localhost:0", st, bot.Options{Customers: profile.NewBook(), Logger: slog.New(slog.DiscardHandler)}, t.TempDir(), "", in)
		_ = in.Close()
	}()
	said := ""
	for s := bufio.NewScanner(out); s.Scan(); {
		if said += s.Text() + "\n"; strings.HasPrefix(s.Text(), "inspector:") {
			break
		}
	}
	m := regexp.MustCompile(`desk: +(http://\S+)/desk/#token=(\S{16,})\n`).FindStringSubmatch(said)
	require.NotNil(t, m, said)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	get := func(path, token string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, m[1]+path, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("X-Agent", "Lin")
		res, err := client.Do(req)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		raw, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(raw)
	}
	for path, want := range map[string]string{"/": "/chat/widget.js", "/chat/": "widget.js", "/chat/widget.js": "customElements", "/desk/": "desk.js", "/inspect": "inspect.js"} {
		status, body := get(path, "")
		assert.Equal(t, http.StatusOK, status, path)
		assert.Contains(t, body, want, path)
	}
	status, _ := get("/desk/v1/queue", m[2])
	assert.Equal(t, http.StatusOK, status)
	status, _ = get("/desk/v1/queue", m[2]+"x")
	assert.Equal(t, http.StatusUnauthorized, status)
	stop()
	assert.NoError(t, <-done)
}

// model is a service that words what it is asked in its own way: one answer is
// good, one has a wrong price, one is refused, one is cut in the middle.
func model(w http.ResponseWriter, r *http.Request) {
	var req struct{ Messages []struct{ Content string } }
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil || len(req.Messages) == 0 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	ask := req.Messages[len(req.Messages)-1].Content
	w.Header().Set("Content-Type", "text/event-stream")
	piece := func(text, finish string) {
		raw, _ := json.Marshal(map[string]any{"choices": []any{map[string]any{"delta": map[string]any{"content": text}, "finish_reason": finish}}})
		fmt.Fprintf(w, "data: %s\n\n", raw)
		w.(http.Flusher).Flush()
	}
	has := func(ss ...string) bool {
		for _, s := range ss {
			if strings.Contains(ask, s) {
				return true
			}
		}
		return false
	}
	switch {
	case has("运费"):
		piece("您放心，质量问题由我们承担，", "")
		piece("首次换码也免运费。", "")
	case has("shipping"):
		piece("Don't worry, we pay when the item is faulty, ", "")
		piece("and for the first size exchange.", "")
	case has("发票"):
		piece("当然可以，", "")
		piece("开票另收 99 元。", "")
	case has("invoice"):
		piece("Of course, there", "")
		piece(" is a fee of $99. It is mailed.", "")
	case has("退款", "refund"):
		piece("您好，Hello, ", "")
		return // cut
	default:
		piece("", "content_filter")
		return
	}
	piece("", "stop")
	fmt.Fprint(w, "data: [DONE]\n\n")
}

// With a service named in the environment the shop's answers are worded by it,
// and are the shop's own whenever it does not do.
func TestWithAModelService(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(model))
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		srv.Close()
	})
	t.Setenv("OPENAI_API_KEY", "")
	t.Setenv("OPENAI_BASE_URL", srv.URL+"/v1")
	db := memoryDB(t)
	defer func() { assert.NoError(t, db.Close()) }()
	st, err := load(t.Context(), db, bottest.Start(), true)
	require.NoError(t, err)
	b, err := newBot(st, bot.Options{Customers: profile.NewBook(), Language: "zh", Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer func() { assert.NoError(t, b.Close()) }()
	for i, c := range []struct {
		ask, want string
		written   bool
		shown     string
	}{
		{"退货运费谁出？", "您放心，质量问题由我们承担，首次换码也免运费。", true, "您放心，质量问题由我们承担，首次换码也免运费。"},
		{"怎么开发票", "申请发票", false, "当然可以，"},
		{"退款多久到账？", "原路退回", false, "您好，"},
		{"保修多久", "整机保修 1 年", false, ""},
		{"who pays for return shipping?", "Don't worry, we pay when the item is faulty, and for the first size exchange.", true, "Don't worry, we pay when the item is faulty, and for the first size exchange."},
		{"how do I get an invoice?", "Request invoice", false, "Of course, "},
		{"when do I get my refund?", "working days", false, "您好，"},
		{"how long is the warranty?", "Electronics have one year", false, ""},
	} {
		shown := ""
		replies, err := b.Stream(t.Context(), bot.Message{ID: fmt.Sprint(i), Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: c.ask}, func(p bot.Part) { shown += p.Text })
		require.NoError(t, err)
		require.NotEmpty(t, replies)
		assert.Contains(t, replies[0].Text, c.want, c.ask)
		assert.Equal(t, c.written, replies[0].Written, c.ask)
		assert.Equal(t, c.shown, shown, c.ask)
		assert.NotContains(t, replies[0].Text+shown, "99")
		assert.NotEmpty(t, replies[0].Citations, c.ask)
	}
}
