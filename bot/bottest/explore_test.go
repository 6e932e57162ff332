package bottest_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/handoff"
)

// TestMain keeps rapid from writing down the failures that are wanted here.
func TestMain(m *testing.M) {
	flag.Parse()
	for name, value := range map[string]string{"rapid.nofailfile": "true", "rapid.shrinktime": "200ms"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// desk hands over to whoever asks for a person.
type desk struct{}

func (desk) Judge(_ context.Context, s handoff.Situation) (handoff.Decision, error) {
	return handoff.Decision{Handover: s.Stage == handoff.Before && s.Text == "转人工", Reason: handoff.Asked, Priority: handoff.Normal}, nil
}

// world is a bot with all that Explore looks at: a form with an effect, a
// reminder, a desk.
type world struct{ effects map[string]int }

func (w *world) handlers() bot.Handler {
	mux := bot.NewMux()
	mux.HandleFunc("form", func(ctx context.Context, t *bot.Turn) error {
		if ok, err := bot.Confirm(t, "sure", "下单吗？"); err != nil || !ok {
			return err
		}
		if _, err := bot.Once(ctx, t, "order", func(_ context.Context, key string) (int, error) {
			w.effects[key]++
			return len(w.effects), nil
		}); err != nil {
			return err
		}
		return t.Say("下单了。")
	})
	mux.HandleFunc("greet", func(_ context.Context, t *bot.Turn) error {
		t.Remind("later", t.Now.Add(30*time.Minute))
		return t.Say("稍后提醒您。")
	})
	mux.HandleFunc("timer.later", func(_ context.Context, t *bot.Turn) error { return t.Say("提醒您一下。") })
	return mux
}

// intents chooses a handler by the whole message.
func intents(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		t.Meaning.Intent = map[string]string{"我要下单": "form", "你好": "greet", "是的": "yes"}[t.Message.Text]
		return next.Handle(ctx, t)
	})
}

var customers = &bottest.ExploreOptions{
	Customers: []bottest.Persona{
		{Name: "买家", Opening: "我要下单", Facts: []bottest.Fact{{Asked: []string{"下单吗"}, Says: "是的"}}},
		{Name: "闲聊"},
		{Name: "剧本", Lines: []string{"你好", "我要下单", "是的", "转人工"}},
	},
	Says: []string{"你好", "转人工", "是的", "算了", "？？？"},
}

// explored says what Explore finds in a world over a store.
func explored(t *testing.T, store func() bot.Store) (failed string) {
	t.Helper()
	rec := &recorder{TB: t}
	defer func() {
		if p := recover(); p != nil && p != any(rec) {
			panic(p)
		}
		failed = rec.failed
	}()
	w := &world{}
	o := *customers
	o.Runs = 60
	o.Check = func(*bottest.Rig) error {
		for key, n := range w.effects {
			if n > 1 {
				return fmt.Errorf("the effect %s happened %d times", key, n)
			}
		}
		return nil
	}
	bottest.Explore(rec, func(t testing.TB) *bottest.Rig {
		w.effects = map[string]int{}
		return bottest.New(t, bot.Options{Store: store(), Handoff: desk{}}, w.handlers(), intents)
	}, &o)
	return rec.failed
}

// faulty is a store that breaks one promise.
type faulty struct {
	bot.Store
	change  func(*bot.Commit)
	journal bool // writes none
}

func (f *faulty) Commit(ctx context.Context, c *bot.Commit) error {
	if f.change != nil {
		f.change(c)
	}
	return f.Store.Commit(ctx, c)
}

func (f *faulty) Journal(ctx context.Context, k bot.Key, version int64, entry []byte) error {
	if f.journal {
		entry = nil
	}
	return f.Store.Journal(ctx, k, version, entry)
}

func TestExplore(t *testing.T) {
	t.Parallel()
	assert.Empty(t, explored(t, func() bot.Store { return bot.NewMemory() }))
}

// Each promise that the store breaks is found, and the failure shows how.
func TestExploreFindsBrokenPromises(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		store func() bot.Store
		want  string
	}{
		"a message's mark is forgotten": {func() bot.Store {
			return &faulty{Store: bot.NewMemory(), change: func(c *bot.Commit) { c.Message = "" }}
		}, "delivered|retry"},
		"a customer's line is lost": {func() bot.Store {
			return &faulty{Store: bot.NewMemory(), change: func(c *bot.Commit) { c.Lines = c.Lines[min(1, len(c.Lines)):] }}
		}, "the history has"},
		"what was said before is still sent": {func() bot.Store {
			return &faulty{Store: bot.NewMemory(), change: func(c *bot.Commit) { c.DropPending = false }}
		}, "still to be sent"},
		"the ticket is not written": {func() bot.Store {
			return &faulty{Store: bot.NewMemory(), change: func(c *bot.Commit) { c.Ticket = nil }}
		}, "open tickets"},
		"a timer is not removed": {func() bot.Store {
			return &faulty{Store: bot.NewMemory(), change: func(c *bot.Commit) { c.Fired = "" }}
		}, "timer"},
		"no journal":                {func() bot.Store { return &faulty{Store: bot.NewMemory(), journal: true} }, "happened [2-9] times"},
		"versions are not compared": {func() bot.Store { return &broken{Store: bot.NewMemory(), versions: true} }, ""},
	} {
		got, want := "", regexp.MustCompile(c.want)
		for round := 0; round < 10 && (got == "" || !want.MatchString(got)); round++ { // it searches by chance
			got = explored(t, c.store)
		}
		assert.NotEmpty(t, got, name)
		assert.Regexp(t, c.want, got, name)
	}
}
