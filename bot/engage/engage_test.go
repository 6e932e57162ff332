package engage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/engage"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/profile"
)

// site is a shop's site with one visitor.
type site struct {
	t     *testing.T
	e     *engage.Engine
	b     *bot.Bot
	clock *bottest.Clock
	store bot.Store
	th    bot.Thread
	n     int
}

func open(t *testing.T) *site { return openWith(t, nil) }

func openWith(t *testing.T, rules *engage.Rules) *site {
	t.Helper()
	s := &site{t: t, clock: bottest.NewClock(bottest.Start()), store: bot.NewMemory(), th: bot.Thread{Channel: "web", Peer: "v"}}
	var err error
	s.e, err = engage.New(&engage.Options{Rules: rules, Clock: s.clock, Describe: func(item, lang string) (string, *bot.Card, bool) {
		names := map[string]map[string]string{"dress-01": {"zh": "红裙", "en": "red dress"}}
		name := names[item][lang]
		return name, &bot.Card{ID: item, Title: name}, name != ""
	}})
	require.NoError(t, err)
	mux := bot.NewMux()
	mux.Register(engage.Handler, s.e)
	policy, err := handoff.DefaultPolicy()
	require.NoError(t, err)
	s.b, err = bot.New(bot.Options{Clock: s.clock, Store: s.store, Handoff: policy, Customers: profile.NewBook()}, mux)
	require.NoError(t, err)
	s.b.Use(s.e.Middleware)
	return s
}

// signal reports and returns what the bot said because of it.
func (s *site) signal(sig engage.Signal) string {
	s.t.Helper()
	k, err := s.b.Conversation(s.t.Context(), s.th)
	require.NoError(s.t, err)
	before, err := s.b.History(s.t.Context(), k, bot.Page{})
	require.NoError(s.t, err)
	if sig.ID == "" {
		s.n++
		sig.ID = fmt.Sprint("s", s.n)
	}
	if sig.Visit == "" {
		sig.Visit = "one"
	}
	require.NoError(s.t, s.e.Observe(s.t.Context(), s.b, s.th, sig))
	after, err := s.b.History(s.t.Context(), k, bot.Page{})
	require.NoError(s.t, err)
	var out []string
	for _, l := range after[len(before):] {
		out = append(out, l.Reply.String())
	}
	return strings.Join(out, "\n")
}

// turns is how many commits the conversation has seen.
func (s *site) turns() int {
	s.t.Helper()
	k, err := s.b.Conversation(s.t.Context(), s.th)
	require.NoError(s.t, err)
	st, err := s.b.State(s.t.Context(), k)
	require.NoError(s.t, err)
	return int(st.Turns)
}

func (s *site) say(m bot.Message) string {
	s.t.Helper()
	s.n++
	m.ID, m.Thread = fmt.Sprint("m", s.n), s.th
	rs, err := s.b.Handle(s.t.Context(), m)
	require.NoError(s.t, err)
	var out []string
	for _, r := range rs {
		out = append(out, r.Text)
	}
	return strings.Join(out, "\n")
}

func dwell(d time.Duration) engage.Signal {
	return engage.Signal{Kind: "dwell", Item: "dress-01", For: d}
}

func TestALongLookIsOfferedHelpOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	assert.Empty(t, s.signal(engage.Signal{Kind: "view", Item: "dress-01"}))
	assert.Empty(t, s.signal(dwell(20*time.Second)))
	assert.Equal(t, "看您在看「红裙」，有什么想了解的吗？\n1. 红裙\n[1 这款还有货吗]  [2 什么时候能发货]  [3 不用了]", s.signal(dwell(30*time.Second)))
	assert.Empty(t, s.signal(dwell(60*time.Second)), "once a visit")
	assert.Empty(t, s.signal(engage.Signal{Kind: "idle", For: time.Hour, Cart: 3}), "once a visit, whatever the rule")
	s.clock.Advance(2 * time.Hour)
	sig := dwell(time.Minute)
	sig.Visit = "two"
	assert.Empty(t, s.signal(sig), "not so soon in another visit")
	s.clock.Advance(25 * time.Hour)
	sig.Visit = "three"
	assert.Contains(t, s.signal(sig), "红裙")
}

func TestNoThanksEndsIt(t *testing.T) {
	t.Parallel()
	for name, no := range map[string]bot.Message{"tap": {Tap: "engage:no", Text: "不用了"}, "typed": {Text: "不用了"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			require.NotEmpty(t, s.signal(dwell(time.Minute)))
			assert.Contains(t, s.say(no), "不打扰您了")
			for visit := range 10 {
				s.clock.Advance(48 * time.Hour)
				sig := dwell(time.Minute)
				sig.Visit = fmt.Sprint("later", visit)
				assert.Empty(t, s.signal(sig))
			}
			s.clock.Advance(30 * 24 * time.Hour)
			sig := dwell(time.Minute)
			sig.Visit = "next month"
			assert.NotEmpty(t, s.signal(sig))
		})
	}
}

func TestCartAndErrors(t *testing.T) {
	t.Parallel()
	s := open(t)
	assert.Empty(t, s.signal(engage.Signal{Kind: "idle", For: 2 * time.Minute}), "nothing in the cart")
	assert.Empty(t, s.signal(engage.Signal{Kind: "cart", Item: "dress-01", Cart: 2}))
	assert.Empty(t, s.signal(engage.Signal{Kind: "idle", For: 30 * time.Second, Cart: 2}))
	assert.Contains(t, s.signal(engage.Signal{Kind: "idle", For: time.Minute, Cart: 2}), "还有 2 件商品")

	s = open(t)
	assert.Empty(t, s.signal(engage.Signal{Kind: "error", Language: "en"}))
	assert.Contains(t, s.signal(engage.Signal{Kind: "error", Language: "en"}), "doesn't seem to have worked")
}

func TestSilentWhenItWouldDisturb(t *testing.T) {
	t.Parallel()
	t.Run("in the middle of a conversation", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.say(bot.Message{Text: "你好"})
		s.clock.Advance(time.Minute)
		assert.Empty(t, s.signal(dwell(time.Minute)))
		s.clock.Advance(2 * time.Minute)
		assert.NotEmpty(t, s.signal(dwell(time.Minute)), "the next moment that fits")
		assert.Empty(t, s.signal(dwell(time.Minute)))
	})
	t.Run("while a person owns it", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.say(bot.Message{Text: "转人工"})
		s.clock.Advance(time.Hour)
		for range 30 {
			assert.Empty(t, s.signal(dwell(time.Minute)))
		}
		assert.LessOrEqual(t, s.turns(), 12, "each try is a turn: they are bounded")
	})
	t.Run("about something unknown", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		assert.Empty(t, s.signal(engage.Signal{Kind: "dwell", Item: "nothing", For: time.Hour}))
		assert.NotEmpty(t, s.signal(dwell(time.Minute)), "about something known")
	})
	t.Run("after a no, without a turn for each signal", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		require.NotEmpty(t, s.signal(dwell(time.Minute)))
		s.say(bot.Message{Tap: "engage:no", Text: "不用了"})
		before := s.turns()
		for range 30 {
			sig := dwell(time.Minute)
			sig.Visit = "two"
			assert.Empty(t, s.signal(sig))
		}
		assert.Equal(t, before+1, s.turns())
	})
	t.Run("reported twice", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		assert.Empty(t, s.signal(engage.Signal{ID: "x", Kind: "error"}))
		assert.Empty(t, s.signal(engage.Signal{ID: "x", Kind: "error"}))
	})
}

// Behaviour is kept beyond the visit only when the customer has agreed.
func TestConsent(t *testing.T) {
	t.Parallel()
	s := open(t)
	kept := func() (n int) {
		events, err := s.store.Events(context.Background(), "", 0, 100)
		require.NoError(t, err)
		for _, e := range events {
			if e.Kind == string(profile.Viewed) || e.Kind == string(profile.Carted) {
				n++
			}
		}
		return n
	}
	s.signal(engage.Signal{Kind: "view", Item: "dress-01"})
	s.signal(engage.Signal{Kind: "cart", Item: "dress-01", Cart: 1})
	assert.Zero(t, kept())
	require.NoError(t, s.b.Track(t.Context(), s.th, bot.Event{ID: "c", Kind: string(profile.Consented), Key: string(profile.Personal), Value: "yes"}))
	s.signal(engage.Signal{Kind: "view", Item: "dress-01"})
	assert.Equal(t, 1, kept())
}

func TestVisitsAreBounded(t *testing.T) {
	t.Parallel()
	e, err := engage.New(&engage.Options{MaxVisits: 3})
	require.NoError(t, err)
	b, err := bot.New(bot.Options{}, nil)
	require.NoError(t, err)
	for i := range 20 {
		require.NoError(t, e.Observe(t.Context(), b, bot.Thread{Channel: "web", Peer: fmt.Sprint(i)}, engage.Signal{ID: "1", Visit: "v", Kind: "view"}))
	}
	assert.LessOrEqual(t, e.Visits(), 3)
	require.ErrorContains(t, e.Observe(t.Context(), b, bot.Thread{Channel: "web", Peer: "p"}, engage.Signal{Kind: "view"}), "ID")
}

func TestVisitsAreForgotten(t *testing.T) {
	t.Parallel()
	clock := bottest.NewClock(bottest.Start())
	e, err := engage.New(&engage.Options{Clock: clock})
	require.NoError(t, err)
	b, err := bot.New(bot.Options{Clock: clock}, nil)
	require.NoError(t, err)
	view := func(peer string) {
		require.NoError(t, e.Observe(t.Context(), b, bot.Thread{Channel: "web", Peer: peer}, engage.Signal{ID: "1", Visit: "v", Kind: "view"}))
	}
	view("a")
	view("b")
	assert.Equal(t, 2, e.Visits())
	clock.Advance(5 * time.Hour)
	view("c")
	assert.Equal(t, 1, e.Visits(), "what a visit did is remembered for the visit only")
}

func TestReadRulesErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"no name":  {"rules: [{on: dwell, text: x}]", "rule 1 has no name"},
		"no kind":  {"rules: [{name: a, text: x}]", `needs "on"`},
		"no text":  {"rules: [{name: a, on: dwell}]", `needs "text"`},
		"twice":    {"rules: [{name: a, on: dwell, text: x}, {name: a, on: idle, text: x}]", "twice"},
		"duration": {"limits: {rest: soon}", `"soon" is no duration`},
		"unknown":  {"rule: []", "rules.yaml"},
		"negative": {"rules: [{name: a, on: dwell, text: x, seconds: -1}]", "negative"},
		"not yaml": {"rules: [", "rules.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := engage.ReadRules(strings.NewReader(c.in), "rules.yaml")
			require.ErrorContains(t, err, c.want)
		})
	}
	e, err := engage.New(nil)
	require.NoError(t, err)
	d, i := e.Watch()
	assert.Equal(t, []int{30}, d)
	assert.Equal(t, []int{60}, i)
}

// A page reports every length a rule asks for, so that the longer of two has
// its moment; what is reported again as it lasts happened once.
func TestALongerLookHasItsOwnRule(t *testing.T) {
	t.Parallel()
	rules, err := engage.ReadRules(strings.NewReader(`rules:
- {name: undecided, on: dwell, seconds: 30, times: 3, text: engage.cart}
- {name: long, on: dwell, seconds: 120, text: engage.cart}
- {name: full cart, on: idle, seconds: 60, cart: 5, text: engage.cart}
- {name: cart, on: idle, seconds: 300, cart: 1, text: engage.cart}
- {name: again, on: dwell, seconds: 30, times: 9, text: engage.cart}
- {name: any, on: dwell, times: 9, text: engage.cart}`), "rules.yaml")
	require.NoError(t, err)
	dwells, idles := rules.Watch()
	assert.Equal(t, []int{30, 120}, dwells)
	assert.Equal(t, []int{60, 300}, idles)

	for name, c := range map[string]struct {
		signals []engage.Signal
		want    string
	}{
		"the long one":         {[]engage.Signal{dwell(30 * time.Second), dwell(120 * time.Second)}, "long"},
		"three looks":          {[]engage.Signal{dwell(30 * time.Second), dwell(30 * time.Second), dwell(30 * time.Second)}, "undecided"},
		"a look in two pieces": {[]engage.Signal{dwell(30 * time.Second), dwell(30 * time.Second), dwell(60 * time.Second)}, ""},
		"the long idleness": {[]engage.Signal{{Kind: "idle", Item: "dress-01", For: time.Minute, Cart: 1}, {Kind: "idle", Item: "dress-01", For: 5 * time.Minute, Cart: 1}},
			"cart"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openWith(t, rules)
			for i, sig := range c.signals {
				said := s.signal(sig)
				assert.Equal(t, c.want != "" && i == len(c.signals)-1, said != "", "only the last is the moment")
			}
			events, err := s.store.Events(t.Context(), "", 0, 100)
			require.NoError(t, err)
			offered := ""
			for _, e := range events {
				if e.Kind == engage.EventOffered {
					offered = e.Key
				}
			}
			assert.Equal(t, c.want, offered)
		})
	}
}

func FuzzReadRules(f *testing.F) {
	f.Add("limits: {rest: 1h}\nrules: [{name: a, on: dwell, text: x}]")
	f.Add("rules: [")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := engage.ReadRules(strings.NewReader(s), "r"); err == nil {
			r.Watch()
		}
	})
}

func Example() {
	clock := bottest.NewClock(bottest.Start())
	e, _ := engage.New(&engage.Options{Clock: clock, Describe: func(item, _ string) (string, *bot.Card, bool) { return "红裙", nil, item == "dress-01" }})
	mux := bot.NewMux()
	mux.Register(engage.Handler, e)
	b, _ := bot.New(bot.Options{Clock: clock}, mux)
	b.Use(e.Middleware)

	th := bot.Thread{Channel: "web", Peer: "visitor"}
	_ = e.Observe(context.Background(), b, th, engage.Signal{ID: "1", Visit: "v", Kind: "dwell", Item: "dress-01", For: time.Minute})
	k, _ := b.Conversation(context.Background(), th)
	lines, _ := b.History(context.Background(), k, bot.Page{})
	fmt.Println(lines[0].Words())
	// Output: 看您在看「红裙」，有什么想了解的吗？
}
