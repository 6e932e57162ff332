package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/channel/web"
)

// drafted puts the parts of a stream together, reply by reply.
func drafted(t *testing.T, seen []event) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, e := range seen {
		if e.name == "part" {
			var p bot.Part
			require.NoError(t, json.Unmarshal([]byte(e.data), &p))
			out[p.Reply] += p.Text
		}
	}
	return out
}

// A reload, a second tab and a connection that was cut see the answer that is
// being written from its beginning, whoever was listening before.
func TestAStreamThatJoinsSeesTheWholeDraft(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]bool{"a second tab": true, "a reload, nobody was listening": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrote, goOn := make(chan struct{}), make(chan struct{})
			r := start(t, func(_ context.Context, t *bot.Turn) error {
				d := t.Draft()
				d.Add("您的订单")
				d.Add("已经")
				close(wrote)
				<-goOn
				d.Add("发货。")
				return d.Send(bot.Reply{})
			}, nil)
			token, _ := r.session("")
			if before {
				r.stream(token, "").until("ready", "")
			}
			said := make(chan struct{})
			go func() {
				defer close(said)
				r.say(token, "1", "查订单")
			}()
			<-wrote
			s := r.stream(token, "")
			seen := s.until("part", "已经")
			assert.Equal(t, "working", seen[len(seen)-2].name, "the turn is known to run")
			for _, text := range drafted(t, seen) {
				assert.Equal(t, "您的订单已经", text)
			}
			close(goOn)
			seen = append(seen, s.until("done", "")...)
			require.Len(t, drafted(t, seen), 1)
			for id, text := range drafted(t, seen) {
				assert.Equal(t, "您的订单已经发货。", text)
				assert.Contains(t, fmt.Sprint(seen), `"id":"`+id+`"`, "and its line takes the draft's place")
			}
			<-said
			for _, e := range r.stream(token, "").until("ready", "") {
				assert.NotContains(t, []string{"part", "working"}, e.name, "nothing is left of it afterwards")
			}
		})
	}
}

func TestALongDraftIsNotKeptForThoseWhoJoin(t *testing.T) {
	t.Parallel()
	wrote, goOn := make(chan struct{}), make(chan struct{})
	r := start(t, func(_ context.Context, t *bot.Turn) error {
		d := t.Draft()
		for range 100 {
			d.Add(strings.Repeat("长", 1000))
		}
		close(wrote)
		<-goOn
		d.Add("完。")
		return d.Send(bot.Reply{Text: "短"})
	}, nil)
	token, _ := r.session("")
	said := make(chan struct{})
	go func() {
		defer close(said)
		r.say(token, "1", "写")
	}()
	<-wrote
	s := r.stream(token, "")
	s.until("working", "")
	close(goOn)
	assert.Empty(t, drafted(t, s.until("done", "")), "a draft without its beginning would be wrong")
	<-said
}

// A stream with nothing to say shows that it is alive, however seldom it looks.
func TestAQuietStreamPings(t *testing.T) {
	t.Parallel()
	r := start(t, echo, func(_ *bot.Options, o *web.Options) { o.Look = 1000 * time.Hour })
	token, _ := r.session("")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", r.srv.URL+"/chat/v1/events", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := r.http.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	pinged := make(chan struct{})
	go func() {
		for sc := bufio.NewScanner(res.Body); sc.Scan(); {
			if sc.Text() == ": ping" {
				close(pinged)
				return
			}
		}
	}()
	for {
		select {
		case <-pinged:
			return
		case <-time.After(10 * time.Millisecond): // until its timer is set
			r.clock.Advance(15 * time.Second)
			require.Less(t, r.clock.Now().Sub(bottest.Start()), 900*time.Hour, "no ping came before the look")
		}
	}
}

// Both pages of the protocol name what the server speaks.
func TestProtocolPages(t *testing.T) {
	t.Parallel()
	r := start(t, echo, nil)
	_, body := r.do("POST", "v1/session", "", map[string]string{})
	var session struct{ Config map[string]any }
	require.NoError(t, json.Unmarshal([]byte(body), &session))
	for _, page := range []string{"web-protocol.md", "web-protocol.zh.md"} {
		raw, err := os.ReadFile("../../../docs/" + page)
		require.NoError(t, err)
		for name := range session.Config {
			assert.Contains(t, string(raw), `"`+name+`"`, page)
		}
		for _, name := range []string{"line", "state", "ready", "working", "part", "typing", "done"} {
			assert.Contains(t, string(raw), "| `"+name+"` |", page)
		}
		for _, path := range []string{"session", "events", "history", "messages", "open", "end", "language", "feedback", "signals", "files"} {
			assert.Contains(t, string(raw), " v1/"+path, page)
			status, _ := r.do("DELETE", "v1/"+path, "", nil)
			assert.Equal(t, http.StatusMethodNotAllowed, status, "v1/%s is served", path)
		}
	}
}
