package desk_test

import (
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

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/desk"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/profile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "0123456789abcdef"

type rig struct {
	t     *testing.T
	b     *bot.Bot
	srv   *httptest.Server
	clock *bottest.Clock
	th    bot.Thread
}

func start(t *testing.T, change func(*desk.Options)) *rig {
	t.Helper()
	return startWith(t, nil, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		if strings.Contains(t.Message.Text, "我叫") {
			t.Learn("name", "林小晓")
			t.Learn("phone", "13800138000")
		}
		return nil
	}), change)
}

// startWith serves the desk of a bot that knows two things.
func startWith(t *testing.T, own func(*bot.Options), h bot.Handler, change func(*desk.Options)) *rig {
	t.Helper()
	base, err := kb.New([]kb.Entry{
		{ID: "fee", Texts: map[string]kb.Text{"zh": {Question: "运费多少钱？", Answer: "满 99 元包邮。"}, "en": {Question: "How much is shipping?", Answer: "Free over $15."}}},
		{ID: "invoice", Texts: map[string]kb.Text{"zh": {Question: "怎么开发票？", Answer: "在订单页申请。"}, "en": {Question: "How do I get an invoice?", Answer: "Ask for it in your order."}}},
	}, nil)
	require.NoError(t, err)
	policy, err := handoff.DefaultPolicy()
	require.NoError(t, err)
	clock := bottest.NewClock(bottest.Start())
	bo := bot.Options{Clock: clock, Knowledge: base, Handoff: policy, Customers: profile.NewBook(), Logger: slog.New(slog.DiscardHandler)}
	if own != nil {
		own(&bo)
	}
	b, err := bot.New(bo, h)
	require.NoError(t, err)
	o := desk.Options{Token: token, Clock: bo.Clock, Logger: slog.New(slog.DiscardHandler), Traces: 3}
	if change != nil {
		change(&o)
	}
	d, err := desk.New(b, &o)
	require.NoError(t, err)
	srv := httptest.NewServer(d)
	t.Cleanup(func() {
		assert.NoError(t, d.Close())
		srv.CloseClientConnections()
		srv.Close()
		assert.NoError(t, b.Close())
	})
	return &rig{t: t, b: b, srv: srv, clock: clock, th: bot.Thread{Channel: "web", Peer: "p"}}
}

func (r *rig) do(method, path, agent string, body any, head ...string) (int, string) {
	r.t.Helper()
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		require.NoError(r.t, err)
		in = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.srv.URL+"/desk/"+path, in)
	require.NoError(r.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("X-Agent", agent)
	for i := 0; i+1 < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	res, err := r.srv.Client().Do(req)
	require.NoError(r.t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(r.t, err)
	return res.StatusCode, string(raw)
}

func (r *rig) say(id, text string) {
	r.t.Helper()
	_, err := r.b.Handle(r.t.Context(), bot.Message{ID: id, Thread: r.th, Text: text})
	require.NoError(r.t, err)
}

func TestOnlyWhoKnowsTheToken(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for name, c := range map[string]struct {
		head []string
		want int
	}{
		"right":          {nil, 200},
		"wrong":          {[]string{"Authorization", "Bearer 0123456789abcdeg"}, 401},
		"none":           {[]string{"Authorization", ""}, 401},
		"prefix":         {[]string{"Authorization", "Bearer 0123"}, 401},
		"no name":        {[]string{"X-Agent", ""}, 400},
		"a waiting name": {[]string{"X-Agent", "*"}, 400},
		"the customer":   {[]string{"X-Agent", " customer "}, 400},
		"the bot":        {[]string{"X-Agent", "bot"}, 400},
		"another site":   {[]string{"Origin", "https://evil.example"}, 403},
	} {
		status, _ := r.do("GET", "v1/queue", "Lin", nil, c.head...)
		assert.Equal(t, c.want, status, name)
	}
	_, body := r.do("GET", "v1/config", "%E5%B0%8F%E6%9E%97", nil)
	assert.Contains(t, body, `"name":"小林"`)
	_, err := desk.New(r.b, nil)
	require.ErrorContains(t, err, "16 characters")
	_, err = desk.New(r.b, &desk.Options{Token: "short"})
	require.ErrorContains(t, err, "16 characters")
}

func TestTheHostsOwnSignIn(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *desk.Options) {
		o.Token = ""
		o.Authenticate = func(r *http.Request) (desk.Agent, error) {
			if r.Header.Get("X-SSO") != "ok" {
				return desk.Agent{}, fmt.Errorf("no session")
			}
			return desk.Agent{Name: "Anna"}, nil
		}
	})
	status, _ := r.do("GET", "v1/queue", "Lin", nil)
	assert.Equal(t, 401, status)
	_, body := r.do("GET", "v1/config", "Lin", nil, "X-SSO", "ok")
	assert.Contains(t, body, `"name":"Anna"`, "the header's name is not believed")
}

func TestFromQueueToTheWayBack(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	r.say("1", "我叫林小晓，运费多少钱？")
	r.say("2", "转人工，电话 13800138000")
	var queue struct {
		Tickets []struct{ ID, Conversation, State, Reason, Summary string }
		Others  []any
	}
	_, body := r.do("GET", "v1/queue", "Lin", nil)
	require.NoError(t, json.Unmarshal([]byte(body), &queue))
	require.Len(t, queue.Tickets, 1)
	tk := queue.Tickets[0]
	assert.Equal(t, []string{"waiting", "asked"}, []string{tk.State, tk.Reason})
	assert.NotContains(t, body, "13800138000")
	assert.Empty(t, queue.Others, "a conversation with a ticket stands once")

	status, body := r.do("GET", "v1/conversations/"+tk.Conversation, "Lin", nil)
	require.Equal(t, 200, status, body)
	assert.NotContains(t, body, "13800138000", "masked everywhere")
	assert.NotContains(t, body, "林小晓\"", "the panel's name is masked")
	assert.Contains(t, body, "138****8000")
	var conv struct {
		Lines     []bot.Line
		Traces    []desk.Trace
		Suggested []bot.Suggested
		Ticket    handoff.Ticket
	}
	require.NoError(t, json.Unmarshal([]byte(body), &conv))
	assert.Len(t, conv.Lines, 4)
	require.Len(t, conv.Traces, 2)
	assert.Equal(t, "1", conv.Traces[0].Message)
	assert.NotEmpty(t, conv.Traces[0].Steps)

	path := "v1/tickets/" + tk.ID + "/"
	status, body = r.do("POST", path+"tell", "Lin", map[string]string{"text": "您好"})
	assert.Equal(t, http.StatusConflict, status, body)
	status, _ = r.do("POST", path+"take", "Lin", map[string]string{})
	require.Equal(t, 204, status)
	status, body = r.do("POST", path+"take", "Wang", map[string]string{})
	assert.Equal(t, http.StatusConflict, status)
	assert.Contains(t, body, `"code":"taken"`)
	for _, c := range []struct {
		do     string
		body   map[string]string
		status int
	}{
		{"tell", map[string]string{"text": " "}, 400}, {"tell", map[string]string{"text": strings.Repeat("长", 4000)}, 400},
		{"tell", map[string]string{"text": "您好，我是小林"}, 204}, {"note", map[string]string{"text": "赶时间"}, 204}, {"dance", map[string]string{}, 404},
	} {
		status, body := r.do("POST", path+c.do, "Lin", c.body)
		assert.Equal(t, c.status, status, "%s %s", c.do, body)
	}
	_, body = r.do("POST", "v1/conversations/"+tk.Conversation+"/suggest", "Lin", map[string]string{"text": "运费"})
	assert.Contains(t, body, "满 99 元包邮")
	status, _ = r.do("POST", "v1/conversations/"+tk.Conversation+"/typing", "Lin", map[string]string{})
	assert.Equal(t, 204, status)
	status, _ = r.do("POST", path+"transfer", "Lin", map[string]string{"to": "物流组"})
	require.Equal(t, 204, status)
	status, _ = r.do("POST", path+"take", "Wang", map[string]string{})
	require.Equal(t, 204, status)
	status, _ = r.do("POST", path+"return", "Lin", map[string]string{})
	assert.Equal(t, http.StatusConflict, status)
	status, _ = r.do("POST", path+"return", "Wang", map[string]string{})
	require.Equal(t, 204, status)
	_, body = r.do("GET", "v1/queue", "Lin", nil)
	require.NoError(t, json.Unmarshal([]byte(body), &queue))
	assert.Empty(t, queue.Tickets)
	assert.Len(t, queue.Others, 1)
	status, _ = r.do("POST", "v1/conversations/"+tk.Conversation+"/join", "Lin", map[string]string{})
	assert.Equal(t, 200, status)
	status, _ = r.do("GET", "v1/conversations/nothing", "Lin", nil)
	assert.Equal(t, 404, status)
}

// Many agents reach for one ticket: one has it.
func TestOneAgentHasIt(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	r.say("1", "转人工")
	tickets, err := r.b.Tickets(t.Context(), "")
	require.NoError(t, err)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := map[int]int{}
	for i := range 8 {
		wg.Go(func() {
			status, _ := r.do("POST", "v1/tickets/"+tickets[0].ID+"/take", fmt.Sprint("agent", i), map[string]string{})
			mu.Lock()
			defer mu.Unlock()
			won[status]++
		})
	}
	wg.Wait()
	assert.Equal(t, map[int]int{204: 1, 409: 7}, won)
}

func TestTracesAreBoundedAndImpersonal(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for i := range 6 {
		r.say(fmt.Sprint(i), "我叫林小晓，电话 13800138000，运费多少钱？")
	}
	status, body := r.do("GET", "v1/traces", "Lin", nil)
	require.Equal(t, 200, status)
	var out struct{ Traces []desk.Trace }
	require.NoError(t, json.Unmarshal([]byte(body), &out))
	require.Len(t, out.Traces, 3)
	assert.Equal(t, []string{"5", "4", "3"}, []string{out.Traces[0].Message, out.Traces[1].Message, out.Traces[2].Message})
	for _, personal := range []string{"13800138000", "林小晓", "运费多少钱"} {
		assert.NotContains(t, body, personal)
	}
	_, body = r.do("GET", "v1/traces?conversation=other", "Lin", nil)
	assert.Contains(t, body, `"traces":[]`)
}

func TestPagesAreStrict(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for _, page := range []string{"", "inspect"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", r.srv.URL+"/desk/"+page, nil)
		require.NoError(t, err)
		res, err := r.srv.Client().Do(req)
		require.NoError(t, err)
		_ = res.Body.Close()
		assert.Equal(t, 200, res.StatusCode, "a page holds no data")
		policy := res.Header.Get("Content-Security-Policy")
		assert.Contains(t, policy, "frame-ancestors 'none'")
		assert.NotContains(t, policy, "unsafe")
	}
	for _, name := range []string{"desk.js", "talk.js", "side.js", "inspect.js", "api.js"} {
		_, body := r.do("GET", name, "", nil)
		for _, bad := range []string{"innerHTML", "eval(", "document.write"} {
			assert.NotContains(t, body, bad, name)
		}
	}
}

func ExampleNew() {
	b, err := bot.New(bot.Options{}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := desk.New(b, &desk.Options{Token: "a long random token"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = d.Close() }()
	w := httptest.NewRecorder()
	d.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/desk/", nil))
	fmt.Println(w.Code, w.Header().Get("X-Frame-Options"))
	// Output: 200 DENY
}
