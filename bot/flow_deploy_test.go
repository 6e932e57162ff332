package bot_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
)

// deploy serves a flow written down step by step: "?name" asks, "?name<old"
// with its former name, "name=text" asks in other words, "!name" is an effect,
// "#name" a read, "~name" a yes, "+text" is said.
type deploy struct {
	effects int
	fail    error
}

func (d *deploy) mux(steps ...string) *bot.Mux {
	mux := bot.NewMux()
	mux.HandleFunc("go", func(ctx context.Context, t *bot.Turn) error {
		for _, s := range steps {
			if err := d.step(ctx, t, s[:1], s[1:]); err != nil {
				return err
			}
		}
		return t.Say("完")
	})
	return mux
}

func (d *deploy) step(ctx context.Context, t *bot.Turn, kind, s string) error {
	name, was, prompt := s, "", s+"?"
	for i, c := range s {
		switch c {
		case '<':
			name, was, prompt = s[:i], s[i+1:], s[:i]+"?"
		case '=':
			name, prompt = s[:i], s[i+1:]
		}
	}
	var err error
	switch kind {
	case "?":
		var v string
		if v, err = bot.Ask(t, bot.Question[string]{Name: name, Was: was, Prompt: prompt}); err == nil {
			err = t.Say(name + "是" + v)
		}
	case "!":
		_, err = bot.Once(ctx, t, name, func(context.Context, string) (string, error) { d.effects++; return name, d.fail })
	case "#":
		_, err = bot.Load(ctx, t, name, func(context.Context) (string, error) { return name, nil })
	case "~":
		_, err = bot.Confirm(t, name, prompt)
	case "+":
		err = t.Say(s)
	}
	return err
}

func TestDeploys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after   []string
		say             []string // before the deployment
		then            string
		want, not       []string
		event           string
		fails           error
		effectsAfterAll int
	}{
		"Say added in the past": {before: []string{"?a", "?b", "?c"}, after: []string{"+新", "?a", "?b", "?c"}, say: []string{"一"}, then: "二",
			want: []string{"b是二", "c?"}, not: []string{"新", "a是一"}},
		"Say changed in the past": {before: []string{"+旧", "?a", "?b", "?c"}, after: []string{"+新", "?a", "?b", "?c"}, say: []string{"一"}, then: "二",
			want: []string{"c?"}, not: []string{"新", "旧"}},
		"Say removed": {before: []string{"+旧", "?a", "?b"}, after: []string{"?a", "?b"}, then: "一", want: []string{"b?"}, not: []string{"旧"}},
		"Say before the open question is not repeated when a question is inserted behind it": {
			before: []string{"?a", "+说明", "?b"}, after: []string{"?a", "+说明", "?n", "?b"}, say: []string{"一"}, then: "二",
			want: []string{"n?"}, not: []string{"说明", "a是一"}, event: bot.EventDrift},
		"an answer is kept for its question": {before: []string{"?a", "?b"}, after: []string{"?a", "?n", "?b"}, say: []string{"一"}, then: "二",
			want: []string{"n?"}, event: bot.EventDrift},
		"the open question renamed, its wording kept": {before: []string{"?a", "?b", "?c"}, after: []string{"?a", "?x=b?", "?c"}, say: []string{"一"}, then: "二",
			want: []string{"x是二", "c?"}},
		"an answered question renamed without Was is asked again": {before: []string{"?a", "?b", "?c"}, after: []string{"?x", "?b", "?c"}, say: []string{"一"}, then: "二",
			want: []string{"x?"}, event: bot.EventDrift},
		"an answered question in other words": {before: []string{"?a", "?b", "?c"}, after: []string{"?a=请说a", "?b", "?c"}, say: []string{"一"}, then: "二",
			want: []string{"b是二", "c?"}, not: []string{"请说a"}},
		"the open question in other words": {before: []string{"?a", "?b", "?c"}, after: []string{"?a", "?b=请说b", "?c"}, say: []string{"一"}, then: "二",
			want: []string{"b是二", "c?"}},
		"a consent in other words is asked again": {before: []string{"?a", "~y=退100元?"}, after: []string{"?a", "~y=退80元?"}, say: []string{"一"}, then: "是的",
			want: []string{"内容有变化", "退80元?"}},
		"two questions swapped": {before: []string{"?a", "?b", "?c"}, after: []string{"?c", "?b", "?a"}, say: []string{"一"}, then: "二",
			want: []string{"c?"}, event: bot.EventDrift},
		"questions all gone": {before: []string{"?a", "?b"}, after: []string{"+没了"}, say: []string{"一"}, then: "二", want: []string{"没了", "完"}, event: bot.EventDrift},
		"a read becomes a question": {before: []string{"#a", "?b"}, after: []string{"?a", "?b"}, then: "二",
			want: []string{"a?"}, event: bot.EventDrift},
		"an effect moved behind the open question": {before: []string{"!e", "?a", "?b"}, after: []string{"?a", "!e", "?b"}, then: "一",
			want: []string{"b?"}, effectsAfterAll: 1},
		"an effect removed":            {before: []string{"!e", "?a"}, after: []string{"?a"}, then: "一", fails: bot.ErrDrift, event: bot.EventEffectsLeft, effectsAfterAll: 1},
		"an effect becomes a question": {before: []string{"!e", "?a"}, after: []string{"?e", "?a"}, then: "一", fails: bot.ErrDrift, event: bot.EventEffectsLeft, effectsAfterAll: 1},
		"an effect becomes a read":     {before: []string{"!e", "?a"}, after: []string{"#e", "?a"}, then: "一", fails: bot.ErrDrift, event: bot.EventDrift, effectsAfterAll: 1},
		"a question becomes an effect": {before: []string{"?e", "?a"}, after: []string{"!e", "?a"}, say: []string{"一"}, then: "二", fails: bot.ErrDrift, event: bot.EventDrift},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &deploy{}
			r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, d.mux(c.before...))
			r.Say("开始")
			for _, s := range c.say {
				r.Say(s).Want()
			}
			r.Redeploy(d.mux(c.after...))
			r.Say(c.then)
			if c.fails != nil {
				r.WantFailure(c.fails)
			} else {
				r.Want(c.want...).WantNot(c.not...).WantNoEvent(bot.EventMisuse)
			}
			if c.event != "" {
				r.WantEvent(c.event, "")
			} else {
				r.WantNoEvent(bot.EventDrift)
			}
			assert.Equal(t, c.effectsAfterAll, d.effects)
		})
	}
}

// An answer held for a question that a deployment put further on answers it
// when it comes.
func TestDeployHoldsTheAnswer(t *testing.T) {
	t.Parallel()
	d := &deploy{}
	r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, d.mux("?a", "?b"))
	r.Say("开始").Want("a?")
	r.Redeploy(d.mux("?n", "?a", "?b"))
	r.Say("一").Want("n?")
	r.Say("新").Want("n是新", "a是一", "b?")
}

// The process died with an effect behind it, and the program that goes on does
// not come by it: a person hears of it.
func TestJournalledEffectNotReachedByTheRetry(t *testing.T) {
	t.Parallel()
	d := &deploy{}
	store := &dying{Store: bot.NewMemory()}
	say := func(steps []string, id, text string) (bot.Report, error) {
		var rep bot.Report
		b, err := bot.New(bot.Options{Store: store, Understand: words{"开始": "go"}, OnTurn: func(r bot.Report) { rep = r }}, d.mux(steps...))
		require.NoError(t, err)
		_, err = b.Handle(t.Context(), bot.Message{ID: id, Thread: thread("p"), Text: text})
		return rep, err
	}
	old := []string{"?a", "!e", "?b"}
	_, err := say(old, "1", "开始")
	require.NoError(t, err)
	store.n, store.at = 0, 3
	_, err = say(old, "2", "一")
	require.ErrorIs(t, err, errDied)
	require.Equal(t, 1, d.effects)
	store.dead, store.at = false, 0
	rep, err := say([]string{"?a"}, "2", "一")
	require.NoError(t, err)
	assert.ErrorIs(t, rep.Err, bot.ErrDrift)
	assert.ErrorContains(t, rep.Err, "e")
	assert.Equal(t, 1, d.effects)
}

// An answer whose type changed is read again from the customer's words, and
// asked again when they do not fit.
func TestTypeChanges(t *testing.T) {
	t.Parallel()
	one := func(ask func(t *bot.Turn) (any, error)) *bot.Mux {
		mux := bot.NewMux()
		mux.HandleFunc("go", func(_ context.Context, t *bot.Turn) error {
			v, err := ask(t)
			if err != nil {
				return err
			}
			if _, err := bot.Ask(t, bot.Question[string]{Name: "last", Prompt: "还有吗?"}); err != nil {
				return err
			}
			return t.Say("是 {v}", "v", v)
		})
		return mux
	}
	text := one(func(t *bot.Turn) (any, error) {
		return bot.Ask(t, bot.Question[string]{Name: "n", Prompt: "几件?"})
	})
	number := one(func(t *bot.Turn) (any, error) {
		return bot.Ask(t, bot.Question[int]{Name: "n", Prompt: "几件?"})
	})
	type before struct{ N string }
	type after struct{ Count string }
	form := func(t *bot.Turn) (any, error) {
		return bot.Ask(t, bot.Question[before]{Name: "n", Prompt: "几件?", Parse: func(h bot.Heard) (before, bot.Sure) { return before{h.Text}, bot.Exact }})
	}
	renamed := func(t *bot.Turn) (any, error) {
		return bot.Ask(t, bot.Question[after]{Name: "n", Prompt: "几件?", Parse: func(h bot.Heard) (after, bot.Sure) { return after{h.Text}, bot.Exact }})
	}
	option := func(options ...string) *bot.Mux {
		return one(func(t *bot.Turn) (any, error) { return bot.Choose(t, "n", "几件?", options...) })
	}
	for name, c := range map[string]struct {
		from, to  *bot.Mux
		say, want string
	}{
		"words that fit":        {text, number, "12", "是 12"},
		"words that do not fit": {text, number, "两三件", "几件?"},
		"a field renamed":       {one(form), one(renamed), "12", "是 {12}"},
		"an option gone":        {option("一件", "两件"), option("两件", "三件"), "一件", "几件?"},
		"an option added":       {option("一件", "两件"), option("一件", "两件", "三件"), "一件", "是 一件"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, c.from)
			r.Say("开始").Want("几件?")
			r.Say(c.say).Want("还有吗?")
			r.Redeploy(c.to)
			r.Say("没有").Want(c.want)
		})
	}
}

// A flow that asks differently on replay is named, with the step.
func TestNonDeterminismIsNamed(t *testing.T) {
	t.Parallel()
	weather := "sun"
	mux := bot.NewMux()
	mux.HandleFunc("go", func(_ context.Context, t *bot.Turn) error {
		if _, err := bot.Ask(t, bot.Question[string]{Name: weather, Prompt: weather + "?"}); err != nil {
			return err
		}
		_, err := bot.Ask(t, bot.Question[string]{Name: "last", Prompt: "last?"})
		return err
	})
	r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, mux)
	r.Say("开始").Want("sun?").WantNoEvent(bot.EventDrift)
	r.Say("一").Want("last?").WantNoEvent(bot.EventDrift)
	weather = "rain"
	r.Say("二").Want("rain?").WantEvent(bot.EventDrift, "go")
	var seen []string
	for _, e := range r.Report().Events {
		if e.Kind == bot.EventDrift {
			seen = append(seen, e.Value)
		}
	}
	require.Len(t, seen, 2)
	assert.Equal(t, "last was not reached, rain is asked", seen[0])
	assert.Contains(t, seen[1], "sun is on record and was not come by")
	r.Say("三").WantNoEvent(bot.EventDrift).WantEvent(bot.EventFlowEnded, "go")
}

// The bounds that keep a runaway flow from filling the store name the place.
func TestFlowBounds(t *testing.T) {
	t.Parallel()
	mux := bot.NewMux()
	mux.HandleFunc("loop", func(ctx context.Context, t *bot.Turn) error {
		for _, t := range t.Each("round") {
			if _, err := bot.Load(ctx, t, "x", func(context.Context) (int, error) { return 1, nil }); err != nil {
				return err
			}
		}
		return nil
	})
	mux.HandleFunc("empty", func(_ context.Context, t *bot.Turn) error {
		for range t.Each("round") {
			continue
		}
		return nil
	})
	mux.HandleFunc("big", func(ctx context.Context, t *bot.Turn) error {
		if _, err := bot.Once(ctx, t, "e", func(context.Context, string) (int, error) { return 1, nil }); err != nil {
			return err
		}
		if _, err := bot.Load(ctx, t, "x", func(context.Context) ([]byte, error) { return make([]byte, 300<<10), nil }); err != nil {
			return err
		}
		_, err := bot.Ask(t, bot.Question[string]{Name: "n", Prompt: "?"})
		return err
	})
	r := bottest.New(t, bot.Options{Understand: words{"循环": "loop", "空转": "empty", "很大": "big"}}, mux)
	r.Say("循环").WantFailure(nil)
	assert.ErrorContains(t, r.Report().Err, `1000 steps: end the loop around "round/`)
	r.Say("空转").WantFailure(nil)
	assert.ErrorContains(t, r.Report().Err, `t.Each("round")`)
	r.Say("很大").WantFailure(nil).WantEvent(bot.EventEffectsLeft, "big")
	assert.ErrorContains(t, r.Report().Err, `flow "big"`)
	r.Say("你好").Want()
}

// Once under each way to end badly.
func TestOnceEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fn         func(context.Context, string) (string, error)
		promise    []bot.Promise
		first      error // of the failed turn, nil for any
		calls      int   // after a second message
		then       string
		effectLeft bool
	}{
		"panic":             {func(context.Context, string) (string, error) { panic("boom") }, nil, bot.ErrUnknownOutcome, 1, "", true},
		"timeout":           {func(context.Context, string) (string, error) { return "", context.DeadlineExceeded }, nil, bot.ErrUnknownOutcome, 1, "", true},
		"does not encode":   {nil, nil, bot.ErrUnknownOutcome, 0, "", true},
		"panic, idempotent": {func(context.Context, string) (string, error) { panic("boom") }, []bot.Promise{bot.Idempotent}, bot.ErrUnknownOutcome, 1, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			mux := bot.NewMux()
			mux.HandleFunc("go", func(ctx context.Context, t *bot.Turn) error {
				if c.fn == nil {
					_, err := bot.Once(ctx, t, "e", func(context.Context, string) (func(), error) { return func() {}, nil })
					return err
				}
				_, err := bot.Once(ctx, t, "e", func(ctx context.Context, key string) (string, error) { calls++; return c.fn(ctx, key) }, c.promise...)
				return err
			})
			r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, mux)
			r.Say("开始").WantFailure(c.first)
			if c.effectLeft {
				r.WantEvent(bot.EventEffectsLeft, "go")
			}
			r.Say("在吗").WantNot("完")
			assert.Equal(t, c.calls, calls)
		})
	}
}

// An error that a flow goes past is history: it replays as it was.
func TestSwallowedErrorIsRecorded(t *testing.T) {
	t.Parallel()
	calls := 0
	mux := bot.NewMux()
	mux.HandleFunc("go", func(ctx context.Context, t *bot.Turn) error {
		stock, err := bot.Load(ctx, t, "stock", func(context.Context) (int, error) {
			if calls++; calls == 1 {
				return 0, bot.Refuse("down", "查不到库存")
			}
			return 5, nil
		})
		var f *bot.Failed
		if errors.As(err, &f) {
			if err := t.Say("库存:" + f.Code + f.Text); err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
		if _, err := bot.Ask(t, bot.Question[string]{Name: "n", Prompt: "要几件?"}); err != nil {
			return err
		}
		return t.Say("库存 {s} {e}", "s", stock, "e", err != nil)
	})
	r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, mux)
	r.Say("开始").Want("库存:down查不到库存", "要几件?")
	r.Say("两件").Want("库存 0 true")
	assert.Equal(t, 1, calls)
}

// After the turn's deadline nothing starts, and the question stays open.
func TestDeadlineInAFlow(t *testing.T) {
	t.Parallel()
	ran := false
	var cancel context.CancelFunc
	mux := bot.NewMux()
	mux.HandleFunc("go", func(ctx context.Context, t *bot.Turn) error {
		if _, err := bot.Ask(t, bot.Question[string]{Name: "n", Prompt: "几件?"}); err != nil {
			return err
		}
		cancel()
		_, err := bot.Once(ctx, t, "e", func(context.Context, string) (int, error) { ran = true; return 1, nil })
		return err
	})
	b, err := bot.New(bot.Options{Understand: words{"开始": "go"}}, mux)
	require.NoError(t, err)
	say := func(id, text string) error {
		var ctx context.Context
		ctx, cancel = context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := b.Handle(ctx, bot.Message{ID: id, Thread: thread("p"), Text: text})
		return err
	}
	require.NoError(t, say("1", "开始"))
	require.ErrorIs(t, say("2", "两件"), context.Canceled)
	assert.False(t, ran, "an effect began after the deadline")
}

// A yes sent before its prompt is not a yes to it.
func TestConsentSentBeforeItsPrompt(t *testing.T) {
	t.Parallel()
	r, w := newReturn(t)
	at := bottest.Start()
	r.Send(bot.Message{Text: "退货 A12 质量问题", At: at}).Want("确认退")
	r.Send(bot.Message{Text: "是的", At: at.Add(-time.Minute)}).Want("确认退")
	assert.Zero(t, w.calls)
	r.Send(bot.Message{Text: "是的", At: at.Add(time.Minute)}).Want("已受理")
}

// A question anything would answer yields to another intent.
func TestLooseQuestionYieldsToIntent(t *testing.T) {
	t.Parallel()
	d := &deploy{}
	mux := d.mux("?a")
	mux.HandleFunc("track", func(_ context.Context, t *bot.Turn) error { return t.Say("在路上。") })
	r := bottest.New(t, bot.Options{Understand: words{"开始": "go", "物流": "track"}}, mux)
	r.Say("开始").Want("a?")
	r.Say("看看物流").Want("在路上。", "a?")
	r.Say("门口").Want("a是门口")
}

// A stale worker is refused at the intent: its effect never starts.
func TestStaleWorkerNeverStartsAnEffect(t *testing.T) {
	t.Parallel()
	store := bot.NewMemory()
	var other func()
	ran := 0
	mux := bot.NewMux()
	mux.HandleFunc("go", func(ctx context.Context, t *bot.Turn) error {
		if other != nil {
			do := other
			other = nil
			do()
		}
		_, err := bot.Once(ctx, t, "e", func(context.Context, string) (int, error) { ran++; return 1, nil })
		if err != nil {
			return err
		}
		return t.Say("完")
	})
	slow, err := bot.New(bot.Options{Store: store, Understand: words{"开始": "go"}}, mux)
	require.NoError(t, err)
	quick, err := bot.New(bot.Options{Store: store, Understand: words{"开始": "go"}}, mux)
	require.NoError(t, err)
	m := bot.Message{ID: "1", Thread: thread("p"), Text: "开始"}
	other = func() {
		_, err := quick.Handle(t.Context(), m)
		assert.NoError(t, err)
	}
	rs, err := slow.Handle(t.Context(), m)
	require.NoError(t, err)
	require.Len(t, rs, 1)
	assert.Equal(t, 1, ran)
}
