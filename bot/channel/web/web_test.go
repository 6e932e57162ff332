package web_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/channel/web"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/profile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a chat on a server.
type rig struct {
	t     *testing.T
	b     *bot.Bot
	chat  *web.Chat
	srv   *httptest.Server
	http  *http.Client
	store bot.Store
	clock *bottest.Clock
}

func echo(_ context.Context, t *bot.Turn) error { return t.Say("你说：" + t.Message.Text) }

func start(t *testing.T, h func(context.Context, *bot.Turn) error, change func(*bot.Options, *web.Options)) *rig {
	t.Helper()
	r := &rig{t: t, clock: bottest.NewClock(bottest.Start()), store: bot.NewMemory()}
	policy, err := handoff.DefaultPolicy()
	require.NoError(t, err)
	bo := bot.Options{Store: r.store, Clock: r.clock, Handoff: policy, Logger: slog.New(slog.DiscardHandler)}
	wo := web.Options{Key: []byte("0123456789abcdef0123"), Clock: r.clock, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&bo, &wo)
	}
	r.b, err = bot.New(bo, bot.HandlerFunc(h))
	require.NoError(t, err)
	r.chat, err = web.New(r.b, &wo)
	require.NoError(t, err)
	r.srv = httptest.NewServer(r.chat)
	r.http = r.srv.Client()
	t.Cleanup(func() {
		assert.NoError(t, r.chat.Close())
		r.srv.CloseClientConnections()
		r.srv.Close()
		r.http.CloseIdleConnections()
		assert.NoError(t, r.b.Close())
	})
	return r
}

// do makes a request and returns status and body.
func (r *rig) do(method, path, token string, body any, head ...string) (int, string) {
	r.t.Helper()
	var in io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case []byte:
		in, kind = bytes.NewReader(b), "application/octet-stream"
	case string:
		in = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		require.NoError(r.t, err)
		in = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.srv.URL+"/chat/"+path, in)
	require.NoError(r.t, err)
	req.Header.Set("Content-Type", kind)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	res, err := r.http.Do(req)
	require.NoError(r.t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(r.t, err)
	return res.StatusCode, string(raw)
}

func (r *rig) session(token string) (string, bool) {
	r.t.Helper()
	status, body := r.do("POST", "v1/session", "", map[string]string{"token": token})
	require.Equal(r.t, http.StatusOK, status, body)
	var out struct {
		Token    string
		Known    bool
		Protocol int
	}
	require.NoError(r.t, json.Unmarshal([]byte(body), &out))
	assert.Equal(r.t, 1, out.Protocol)
	return out.Token, out.Known
}

func (r *rig) say(token, id, text string) string {
	r.t.Helper()
	status, body := r.do("POST", "v1/messages", token, map[string]string{"id": id, "text": text})
	require.Equal(r.t, http.StatusOK, status, body)
	return body
}

// event is one server-sent event.
type event struct{ name, id, data string }

// stream is an open stream.
type stream struct {
	t      *testing.T
	events chan event
	cancel context.CancelFunc
	done   chan struct{}
}

func (r *rig) stream(token, last string) *stream {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", r.srv.URL+"/chat/v1/events", nil)
	require.NoError(r.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := r.http.Do(req)
	require.NoError(r.t, err)
	require.Equal(r.t, http.StatusOK, res.StatusCode)
	s := &stream{t: r.t, events: make(chan event, 1000), cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		defer close(s.events)
		defer func() { _ = res.Body.Close() }()
		sc := bufio.NewScanner(res.Body)
		var e event
		for sc.Scan() {
			line := sc.Text()
			switch {
			case line == "" && e.data != "":
				s.events <- e
				e = event{}
			case strings.HasPrefix(line, "id: "):
				e.id = line[4:]
			case strings.HasPrefix(line, "event: "):
				e.name = line[7:]
			case strings.HasPrefix(line, "data: "):
				e.data += line[6:]
			}
		}
	}()
	r.t.Cleanup(s.close)
	return s
}

func (s *stream) close() {
	s.cancel()
	<-s.done
}

// until reads events up to one of a name whose data contains a text.
func (s *stream) until(name, text string) (seen []event) {
	s.t.Helper()
	for {
		select {
		case e, ok := <-s.events:
			if !ok {
				s.t.Fatalf("the stream ended before %s %q; seen %v", name, text, seen)
			}
			seen = append(seen, e)
			if e.name == name && strings.Contains(e.data, text) {
				return seen
			}
		case <-time.After(20 * time.Second):
			s.t.Fatalf("no event %s %q; seen %v", name, text, seen)
		}
	}
}

func lines(es []event) (ids, texts []string) {
	for _, e := range es {
		if e.name != "line" {
			continue
		}
		var l bot.Line
		_ = json.Unmarshal([]byte(e.data), &l)
		ids, texts = append(ids, e.id), append(texts, l.Words())
	}
	return ids, texts
}

func TestStreamGoesOnWithoutLossOrRepeat(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	token, known := r.session("")
	assert.False(t, known)
	first := r.stream(token, "")
	first.until("ready", "")
	r.say(token, "1", "一")
	seen := first.until("done", "")
	ids, texts := lines(seen)
	assert.Equal(t, []string{"一", "你说：一"}, texts)
	first.close() // the connection is cut
	r.say(token, "2", "二")
	r.say(token, "2", "二") // sent again
	second := r.stream(token, ids[0])
	_, texts = lines(second.until("ready", ""))
	assert.Equal(t, []string{"你说：一", "二", "你说：二"}, texts, "behind the place seen last, once each")
	again, known := r.session(token)
	assert.True(t, known)
	_, texts = lines(r.stream(again, "").until("ready", ""))
	assert.Equal(t, []string{"一", "你说：一", "二", "你说：二"}, texts, "a reload reads all")
	other, _ := r.session("")
	_, texts = lines(r.stream(other, "").until("ready", ""))
	assert.Empty(t, texts, "another visitor reads nothing of it")
}

func TestPartsAreProvisional(t *testing.T) {
	t.Parallel()
	r := start(t, func(_ context.Context, t *bot.Turn) error {
		t.Notice("正在查询…")
		d := t.Draft()
		d.Add("订单")
		d.Add("已发货")
		return d.Send(bot.Reply{Text: "订单已发货。"})
	}, nil)
	token, _ := r.session("")
	s := r.stream(token, "")
	s.until("ready", "")
	r.say(token, "1", "查订单")
	text, id := "", ""
	for _, e := range s.until("done", "") {
		switch e.name {
		case "part":
			var p bot.Part
			require.NoError(t, json.Unmarshal([]byte(e.data), &p))
			assert.Empty(t, e.id, "a part is no place to go on from")
			if !p.Notice {
				text += p.Text
				id = p.Reply
			}
		case "line":
			var l bot.Line
			require.NoError(t, json.Unmarshal([]byte(e.data), &l))
			if l.Reply != nil {
				assert.Equal(t, id, l.Reply.ID, "the line takes the parts' place")
				assert.Equal(t, "订单已发货。", l.Reply.Text)
			}
		}
	}
	assert.Equal(t, "订单已发货", text)
}

func TestATurnOutlivesItsBrowser(t *testing.T) {
	t.Parallel()
	began, goOn := make(chan struct{}), make(chan struct{})
	r := start(t, func(ctx context.Context, t *bot.Turn) error {
		close(began)
		<-goOn
		if err := ctx.Err(); err != nil {
			return err
		}
		return t.Say("做好了")
	}, nil)
	token, _ := r.session("")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		req, err := http.NewRequestWithContext(ctx, "POST", r.srv.URL+"/chat/v1/messages", strings.NewReader(`{"id":"1","text":"做"}`))
		assert.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+token)
		if res, err := r.http.Do(req); err == nil {
			_ = res.Body.Close()
		}
	}()
	<-began
	cancel() // the browser goes away
	<-done
	close(goOn)
	_, texts := lines(r.stream(token, "").until("line", "做好了"))
	assert.Equal(t, []string{"做", "做好了"}, texts)
	assert.Contains(t, r.say(token, "1", "做"), "做好了", "and a retry gets the same")
}

func TestSessionTokens(t *testing.T) {
	t.Parallel()
	r := start(t, echo, func(_ *bot.Options, o *web.Options) { o.Session = time.Hour })
	token, _ := r.session("")
	for name, bad := range map[string]string{"none": "", "garbage": "x.y", "no mac": strings.Split(token, ".")[0], "changed": "A" + token[1:], "other mac": token[:len(token)-2] + "AA", "long": strings.Repeat("a", 5000)} {
		status, body := r.do("POST", "v1/messages", bad, map[string]string{"id": "1", "text": "x"})
		assert.Equal(t, http.StatusUnauthorized, status, name)
		assert.Contains(t, body, `"code":"session"`, name)
	}
	other := start(t, echo, func(_ *bot.Options, o *web.Options) { o.Key = []byte("another key of 16+") })
	status, _ := other.do("POST", "v1/messages", token, map[string]string{"id": "1", "text": "x"})
	assert.Equal(t, http.StatusUnauthorized, status, "signed by another server")
	r.clock.Advance(61 * time.Minute)
	status, _ = r.do("POST", "v1/messages", token, map[string]string{"id": "1", "text": "x"})
	assert.Equal(t, http.StatusUnauthorized, status, "ended")
	_, known := r.session(token)
	assert.False(t, known)
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	token, _ := r.session("")
	for name, c := range map[string]struct {
		method, path string
		body         any
		head         []string
		status       int
		want         string
	}{
		"no id":            {"POST", "v1/messages", map[string]string{"text": "x"}, nil, 400, `"id\" must have`},
		"not json":         {"POST", "v1/messages", "{", nil, 400, "no JSON"},
		"a form":           {"POST", "v1/messages", "a=b", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "application/json"},
		"too large":        {"POST", "v1/messages", `{"id":"1","text":"` + strings.Repeat("a", 100<<10) + `"}`, nil, 413, "too_large"},
		"unknown language": {"POST", "v1/language", map[string]string{"id": "1", "language": "xx"}, nil, 400, "zh, en"},
		"bad place":        {"GET", "v1/history?after=x", nil, nil, 400, `"after\" must be a place`},
		"bad last id":      {"GET", "v1/events", nil, []string{"Last-Event-ID", "-4"}, 400, "Last-Event-ID"},
		"unknown reply":    {"POST", "v1/feedback", map[string]any{"reply": "x", "helpful": true}, nil, 404, "not_found"},
		"no uploads":       {"POST", "v1/files", []byte("hello"), nil, 501, "takes no files"},
		"signal":           {"POST", "v1/signals", map[string]any{"signals": []map[string]string{{"id": "1", "kind": "view"}}}, nil, 400, "visit"},
		"unknown path":     {"POST", "v1/nothing", nil, nil, 404, ""},
		"another origin":   {"POST", "v1/messages", map[string]string{"id": "1", "text": "x"}, []string{"Origin", "https://evil.example"}, 403, "origin"},
		"null origin":      {"POST", "v1/messages", map[string]string{"id": "1", "text": "x"}, []string{"Origin", "null"}, 403, "origin"},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := r.do(c.method, c.path, token, c.body, c.head...)
			assert.Equal(t, c.status, status, body)
			assert.Contains(t, body, c.want)
		})
	}
	status, _ := r.do("POST", "v1/messages", token, map[string]string{"id": "1", "text": "x"}, "Origin", r.srv.URL)
	assert.Equal(t, 200, status, "its own origin may")
}

func TestForeignOriginsMayWhenAllowed(t *testing.T) {
	t.Parallel()
	r := start(t, echo, func(_ *bot.Options, o *web.Options) { o.Origins = []string{"https://www.example.com"} })
	req, err := http.NewRequestWithContext(t.Context(), "OPTIONS", r.srv.URL+"/chat/v1/messages", nil)
	require.NoError(t, err)
	req.Header.Set("Origin", "https://www.example.com")
	res, err := r.http.Do(req)
	require.NoError(t, err)
	_ = res.Body.Close()
	assert.Equal(t, http.StatusNoContent, res.StatusCode)
	assert.Equal(t, "https://www.example.com", res.Header.Get("Access-Control-Allow-Origin"))
	assert.Contains(t, res.Header.Get("Access-Control-Allow-Headers"), "Authorization")
	status, _ := r.do("POST", "v1/session", "", map[string]string{}, "Origin", "https://www.example.com")
	assert.Equal(t, 200, status)
}

func TestOptionsThatDoNotFit(t *testing.T) {
	t.Parallel()
	b, err := bot.New(bot.Options{}, nil)
	require.NoError(t, err)
	for want, o := range map[string]web.Options{"at least 16": {Key: []byte("short")}, "is no origin": {Origins: []string{"example.com"}}, `"https://x/y"`: {Pictures: []string{"https://x/y"}}} {
		_, err := web.New(b, &o)
		assert.ErrorContains(t, err, want)
	}
}

func TestSignedInIdentitiesGoWithMessages(t *testing.T) {
	t.Parallel()
	r := start(t, func(_ context.Context, t *bot.Turn) error {
		uid, _ := t.Verified("uid")
		return t.Say("uid=" + uid)
	}, func(bo *bot.Options, o *web.Options) {
		bo.Customers = profile.NewBook()
		o.Identify = func(r *http.Request) ([]profile.Identity, error) {
			switch c, err := r.Cookie("login"); {
			case err != nil:
				return nil, nil
			case c.Value == "broken":
				return nil, fmt.Errorf("bad signature")
			default:
				return []profile.Identity{{Kind: "uid", Value: c.Value, Verified: true}}, nil
			}
		}
	})
	token, _ := r.session("")
	assert.Contains(t, r.say(token, "1", "我是谁"), `uid="`)
	_, body := r.do("POST", "v1/messages", token, map[string]string{"id": "2", "text": "我是谁"}, "Cookie", "login=anna")
	assert.Contains(t, body, "uid=anna")
	status, body := r.do("POST", "v1/messages", token, map[string]string{"id": "3", "text": "我是谁"}, "Cookie", "login=broken")
	assert.Equal(t, http.StatusForbidden, status)
	assert.NotContains(t, body, "signature")
}

func TestUploads(t *testing.T) {
	t.Parallel()
	dir, err := web.NewDir(t.TempDir(), nil)
	require.NoError(t, err)
	book := profile.NewBook()
	r := start(t, func(_ context.Context, t *bot.Turn) error {
		if len(t.Message.Attachments) == 0 {
			return t.Say("没有文件")
		}
		return t.Say("收到 " + t.Message.Attachments[0].Name)
	}, func(bo *bot.Options, o *web.Options) {
		bo.Customers, bo.Erasers, o.Files, o.MaxUpload = book, []bot.Eraser{dir}, dir, 1000
	})
	token, _ := r.session("")
	png := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	type file struct{ ID, Key, Name, Type, URL string }
	put := func(token string, body []byte, name string) (int, file, string) {
		status, raw := r.do("POST", "v1/files", token, body, "X-Name", name)
		var f file
		_ = json.Unmarshal([]byte(raw), &f)
		return status, f, raw
	}
	status, f, _ := put(token, png, "%E9%9E%8B%E5%BA%95.png")
	require.Equal(t, http.StatusCreated, status)
	assert.Equal(t, []string{"鞋底.png", "image/png"}, []string{f.Name, f.Type})
	for name, c := range map[string]struct {
		body []byte
		name string
		want int
	}{
		"html":         {[]byte("<html><script>alert(1)</script>"), "a.png", 415},
		"svg":          {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "a.svg", 415},
		"a program":    {[]byte("\x7fELF\x02\x01\x01\x00"), "a.bin", 415},
		"too large":    {bytes.Repeat([]byte("a"), 1001), "a.txt", 413},
		"nothing":      {nil, "a.txt", 415},
		"path in name": {png, "..%2F..%2Fetc%2Fpasswd", 201},
	} {
		status, f, _ := put(token, c.body, c.name)
		assert.Equal(t, c.want, status, name)
		assert.NotContains(t, f.Name, "/", name)
	}
	status, body := r.do("POST", "v1/messages", token, map[string]any{"id": "1", "files": []map[string]string{{"id": f.ID, "key": f.Key}}})
	require.Equal(t, 200, status, body)
	assert.Contains(t, body, "收到 鞋底.png")
	stranger, _ := r.session("")
	status, body = r.do("POST", "v1/messages", stranger, map[string]any{"id": "1", "files": []map[string]string{{"id": f.ID, "key": f.Key}}})
	assert.Equal(t, 400, status, "a file of somebody else")
	assert.Contains(t, body, "not one of yours")

	get := func(url string) (*http.Response, string) {
		req, err := http.NewRequestWithContext(t.Context(), "GET", r.srv.URL+url, nil)
		require.NoError(t, err)
		res, err := r.http.Do(req)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		raw, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res, string(raw)
	}
	res, raw := get(f.URL)
	assert.Equal(t, string(png), raw)
	assert.Contains(t, res.Header.Get("Content-Security-Policy"), "sandbox")
	assert.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"))
	res, _ = get(strings.Replace(f.URL, "key=", "key=x", 1))
	assert.Equal(t, 404, res.StatusCode)

	// Erased means gone.
	recent, err := r.b.Recent(t.Context(), "", 1)
	require.NoError(t, err)
	gone, err := r.b.Erase(t.Context(), "", recent[0].Customer)
	require.NoError(t, err)
	n := 0
	for _, rows := range gone {
		n += rows["files"]
	}
	assert.Equal(t, 2, n)
	res, _ = get(f.URL)
	assert.Equal(t, 404, res.StatusCode)
}

func TestPageIsStrict(t *testing.T) {
	t.Parallel()
	r := start(t, echo, func(_ *bot.Options, o *web.Options) { o.Pictures = []string{"https://img.example.com"} })
	req, err := http.NewRequestWithContext(t.Context(), "GET", r.srv.URL+"/chat/", nil)
	require.NoError(t, err)
	req.Header.Set("Accept-Language", "fr, zh-TW;q=0.8, en;q=0.5")
	res, err := r.http.Do(req)
	require.NoError(t, err)
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	_ = res.Body.Close()
	assert.Contains(t, string(raw), `<html lang="zh">`)
	policy := res.Header.Get("Content-Security-Policy")
	assert.NotContains(t, policy, "unsafe")
	assert.Contains(t, policy, "img-src 'self' blob: https://img.example.com;")
	size := 0
	for _, name := range []string{"widget.js", "client.js", "render.js", "signals.js", "widget.css"} {
		status, body := r.do("GET", name, "", nil)
		assert.Equal(t, 200, status, name)
		for _, bad := range []string{"innerHTML", "eval(", "document.write", "http://", "insertAdjacentHTML"} {
			if bad != "http://" || name != "widget.js" { // the name of a namespace
				assert.NotContains(t, body, bad, name)
			}
		}
		size += len(body)
	}
	assert.Less(t, size, 41_000, "the widget stays small")
}

func TestHistoryPages(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	token, _ := r.session("")
	for i := range 30 {
		r.say(token, fmt.Sprint(i), fmt.Sprint("第", i))
	}
	var page struct {
		Lines []bot.Line
		More  bool
		State bot.State
	}
	_, body := r.do("GET", "v1/history", token, nil)
	require.NoError(t, json.Unmarshal([]byte(body), &page))
	assert.Len(t, page.Lines, 50)
	assert.True(t, page.More)
	assert.Equal(t, bot.OwnerBot, page.State.Owner)
	_, body = r.do("GET", fmt.Sprintf("v1/history?before=%d", page.Lines[0].Seq), token, nil)
	require.NoError(t, json.Unmarshal([]byte(body), &page))
	assert.Len(t, page.Lines, 10)
	assert.Equal(t, "第0", page.Lines[0].Text)
}

func TestStateFollowsTheDesk(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	token, _ := r.session("")
	s := r.stream(token, "")
	s.until("ready", "")
	other, _ := r.session("")
	r.say(other, "1", "转人工") // ahead in the queue
	r.clock.Advance(time.Minute)
	r.say(token, "1", "转人工")
	s.until("state", `"owner":"waiting"`)
	tickets, err := r.b.Tickets(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, tickets, 2)
	_, err = r.b.Take(t.Context(), "", tickets[1].ID, "小林")
	require.NoError(t, err)
	s.until("state", `"agent":"小林"`)
	r.b.Typing(bot.Key{Conversation: tickets[1].Conversation}, "小林")
	s.until("typing", "小林")
	_, err = r.b.Tell(t.Context(), "", tickets[1].ID, "小林", bot.Reply{Text: "您好"})
	require.NoError(t, err)
	s.until("line", "您好")
	require.NoError(t, r.b.Return(t.Context(), "", tickets[1].ID, "小林"))
	s.until("state", `"owner":"bot"`)
}

func TestOpenEndAndLanguage(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	token, _ := r.session("")
	for range 2 {
		status, _ := r.do("POST", "v1/open", token, map[string]string{"id": "v", "language": "en"})
		assert.Equal(t, 204, status)
	}
	r.say(token, "1", "hi")
	status, _ := r.do("POST", "v1/language", token, map[string]string{"id": "l", "language": "zh"})
	assert.Equal(t, 204, status)
	status, _ = r.do("POST", "v1/end", token, map[string]string{"id": "e", "language": "zh"})
	assert.Equal(t, 204, status)
	_, texts := lines(r.stream(token, "").until("ready", ""))
	require.Len(t, texts, 5)
	assert.Contains(t, texts[0], "AI assistant")
	assert.Contains(t, texts[3], "中文")
	assert.Contains(t, texts[4], "感谢您的咨询")
}

func TestSignalsAreHandedOn(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []web.Signal
	r := start(t, echo, func(_ *bot.Options, o *web.Options) {
		o.Signals = func(_ context.Context, th bot.Thread, _ []profile.Identity, s web.Signal) error {
			mu.Lock()
			defer mu.Unlock()
			assert.Equal(t, "web", th.Channel)
			got = append(got, s)
			return nil
		}
	})
	token, _ := r.session("")
	status, _ := r.do("POST", "v1/signals", token, map[string]any{"signals": []web.Signal{{ID: "1", Kind: "dwell", Visit: "v", Item: "dress-01", Seconds: 30}, {ID: "2", Kind: "cart", Visit: "v", Count: 2}}})
	assert.Equal(t, 204, status)
	require.Len(t, got, 2)
	assert.Equal(t, 30, got[0].Seconds)
	assert.Equal(t, "zh", got[0].Language)
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	r := start(t, echo, func(_ *bot.Options, o *web.Options) { o.MaxStreams = 1 })
	token, _ := r.session("")
	s := r.stream(token, "")
	s.until("ready", "")
	status, body := r.do("GET", "v1/events", token, nil)
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, body, "overloaded")
	require.NoError(t, r.chat.Close())
	<-s.done // Close ends the streams
}

// Of a visitor who opens ever more streams the oldest end, others' do not.
func TestStreamsOfAVisitorAreBounded(t *testing.T) {
	t.Parallel()
	r := start(t, echo, func(_ *bot.Options, o *web.Options) { o.MaxTabs = 2 })
	token, _ := r.session("")
	stranger, _ := r.session("")
	other := r.stream(stranger, "")
	var open []*stream
	for range 5 {
		s := r.stream(token, "")
		s.until("ready", "")
		open = append(open, s)
	}
	for _, s := range open[:3] {
		s.until("crowded", "")
		<-s.done
	}
	r.say(token, "1", "一")
	for _, s := range open[3:] {
		s.until("line", "你说：一")
	}
	r.say(stranger, "1", "二")
	for _, e := range other.until("line", "你说：二") {
		assert.NotEqual(t, "crowded", e.name)
	}
	open[3].close() // a place is free: nobody has to go
	r.stream(token, "").until("ready", "")
	r.say(token, "2", "三")
	for _, e := range open[4].until("line", "你说：三") {
		assert.NotEqual(t, "crowded", e.name)
	}
}

// However many wait before, the words fit: none, one and many, in each language.
func TestTheQueueInWords(t *testing.T) {
	t.Parallel()
	for lang, c := range map[string]struct {
		say, waiting, ahead string
		want                []string
	}{
		"zh": {"转人工", "正在为您转接人工客服，马上就到您", "正在排队，前面还有 {n} 位", []string{"好的，正在为您转接人工客服，您说的", "前面还有 1 位", "前面还有 2 位"}},
		"en": {"I want to talk to a human", "Passing you on to a person, you are next", "You are in the queue. People ahead of you: {n}",
			[]string{"I'm passing you on to a colleague. They'll", "a colleague. People ahead of you: 1. They'll", "a colleague. People ahead of you: 2. They'll"}},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			r := start(t, echo, nil)
			var page struct {
				Config struct{ Texts map[string]map[string]string }
			}
			_, body := r.do("POST", "v1/session", "", map[string]string{"language": lang})
			require.NoError(t, json.Unmarshal([]byte(body), &page))
			assert.Equal(t, c.waiting, page.Config.Texts[lang]["waiting"])
			assert.Equal(t, c.ahead, page.Config.Texts[lang]["ahead"])
			for _, want := range c.want {
				token, _ := r.session("")
				status, body := r.do("POST", "v1/messages", token, map[string]string{"id": "1", "text": c.say, "language": lang})
				require.Equal(t, 200, status, body)
				assert.Contains(t, body, want)
				r.clock.Advance(time.Minute)
			}
		})
	}
}

// What was said of an answer is part of the state, wherever that stands, and a
// stream that is open tells of it.
func TestFeedbackIsPartOfTheState(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	token, _ := r.session("")
	var said struct{ Replies []bot.Reply }
	require.NoError(t, json.Unmarshal([]byte(r.say(token, "1", "一")), &said))
	id := said.Replies[0].ID
	s := r.stream(token, "")
	for _, e := range s.until("ready", "") {
		assert.NotContains(t, e.data, "helpful")
	}
	for _, helpful := range []bool{true, false} {
		for range 2 { // given again it has no second effect
			status, body := r.do("POST", "v1/feedback", token, map[string]any{"reply": id, "helpful": helpful})
			require.Equal(t, 204, status, body)
		}
		s.until("state", fmt.Sprintf(`"helpful":{"%s":%t}`, id, helpful))
	}
	want := fmt.Sprintf(`"helpful":{"%s":false}`, id)
	_, body := r.do("GET", "v1/history", token, nil)
	assert.Contains(t, body, want)
	_, body = r.do("POST", "v1/session", "", map[string]string{"token": token})
	assert.Contains(t, body, want)
	r.stream(token, "65536").until("state", want) // also behind a cut
}

func TestTheWatchOfThePage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		watch web.Watch
		want  string
	}{
		"nothing": {web.Watch{}, `{}`},
		"one":     {web.Watch{Dwell: []int{30}}, `{"dwell": 30, "dwells": [30]}`},
		"several": {web.Watch{Dwell: []int{120, 30, 0, 30}, Idle: []int{60}}, `{"dwell": 30, "dwells": [30, 120], "idle": 60, "idles": [60]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, echo, func(_ *bot.Options, o *web.Options) { o.Watch = c.watch })
			var out struct {
				Config struct{ Watch json.RawMessage }
			}
			_, body := r.do("POST", "v1/session", "", map[string]string{})
			require.NoError(t, json.Unmarshal([]byte(body), &out))
			assert.JSONEq(t, c.want, string(out.Config.Watch))
		})
	}
}
