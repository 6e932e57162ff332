package bottest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/store/sqlite"
)

// counting says how often it was run and orders something.
type counting struct {
	n      bot.Var[int]
	orders map[string]int
	bare   bool // the effect stands outside Once
}

func (c *counting) order(key string) (int, error) {
	c.orders[key]++
	return len(c.orders), nil
}

func (c *counting) Handle(ctx context.Context, t *bot.Turn) error {
	if ok, err := bot.Confirm(t, "sure", "要下单吗？"); err != nil || !ok {
		return err
	}
	no, err := bot.Once(ctx, t, "order", func(_ context.Context, key string) (int, error) { return c.order(key) }, bot.Idempotent)
	if err != nil {
		return err
	}
	if c.bare {
		no, _ = c.order(fmt.Sprint("bare", len(c.orders)))
	}
	n := c.n.Get(t) + 1
	if err := c.n.Set(t, n); err != nil {
		return err
	}
	return t.Say("第 {n} 次，单号 {no}。", "n", n, "no", no)
}

func newCounting() *counting {
	return &counting{n: bot.Var[int]{Name: "n"}, orders: map[string]int{}}
}

// broken is a store that breaks one promise.
type broken struct {
	bot.Store
	versions, marks bool // left out
}

func (b *broken) Commit(ctx context.Context, c *bot.Commit) error {
	if b.versions {
		rec, err := b.Load(ctx, c.Key)
		if err != nil {
			return err
		}
		c.Version = rec.Version
		c.Message += fmt.Sprint("#", rec.Version)
	}
	if b.marks {
		c.Message = ""
	}
	return b.Store.Commit(ctx, c)
}

func (b *broken) Journal(ctx context.Context, k bot.Key, version int64, entry []byte) error {
	if b.versions {
		rec, err := b.Load(ctx, k)
		if err != nil {
			return err
		}
		version = rec.Version
	}
	return b.Store.Journal(ctx, k, version, entry)
}

// ordering plays an order under a fault in the turn of the effect, and returns
// what the rig says of it.
func ordering(t *testing.T, store bot.Store, c *counting, at bottest.Fault) (failed string) {
	t.Helper()
	rec := &recorder{TB: t}
	defer func() {
		if p := recover(); p != nil && p != any(rec) {
			panic(p)
		}
		failed = rec.failed
	}()
	r := bottest.New(rec, bot.Options{Store: store}, c)
	r.Say("你好").Want("要下单吗")
	r.Crash(at).Say("是的").Want("第 1 次，单号 1。").WantEvent(bot.EventEffect, "main/order")
	r.Say("再来").Say("是的").Want("第 2 次，单号 2。")
	return ""
}

func each(do func(bottest.Fault)) {
	for _, kind := range []bottest.FaultKind{bottest.Twice, bottest.Together, bottest.Reordered} {
		do(bottest.Fault{Kind: kind})
	}
	for _, kind := range []bottest.FaultKind{bottest.DieBefore, bottest.DieAfter, bottest.DieAgain, bottest.Conflict, bottest.LostLease} {
		for n := 1; n <= 3; n++ { // the intent, the result, the commit
			do(bottest.Fault{Kind: kind, N: n})
		}
	}
	for _, kind := range []bottest.FaultKind{bottest.LostAnswer, bottest.Refusal} {
		do(bottest.Fault{Kind: kind, N: 1})
	}
}

func TestEveryFaultLeavesOneEffect(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func() bot.Store{
		"memory": func() bot.Store { return bot.NewMemory() },
		"sqlite": func() bot.Store {
			s, err := sqlite.Open(":memory:", nil)
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, s.Close()) })
			return s
		},
	} {
		each(func(at bottest.Fault) {
			c := newCounting()
			assert.Empty(t, ordering(t, open(), c, at), "%s: %s", name, at)
			assert.Len(t, c.orders, 2, "%s: %s", name, at)
		})
	}
}

// An effect that nobody declared idempotent never happens twice: when the
// process dies between it and its result, the flow is told, and the log says so.
func TestAnEffectOfUnknownOutcome(t *testing.T) {
	t.Parallel()
	orders := 0
	r := bottest.New(t, bot.Options{}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		if ok, err := bot.Confirm(t, "sure", "要下单吗？"); err != nil || !ok {
			return err
		}
		_, err := bot.Once(ctx, t, "order", func(context.Context, string) (int, error) { orders++; return orders, nil })
		if errors.Is(err, bot.ErrUnknownOutcome) {
			return t.Say("不确定下单成功没有，请同事核对。")
		}
		if err != nil {
			return err
		}
		return t.Say("下单了。")
	}))
	r.Say("你好")
	r.Crash(bottest.Fault{Kind: bottest.DieBefore, N: 2}).Say("是的").Want("请同事核对").WantEvent(bot.EventEffect, "main/order")
	assert.Contains(t, r.Transcript(), "! effect main/order unknown")
	assert.Equal(t, 1, orders)
}

// A harness that finds nothing proves nothing: each promise that is broken on
// purpose is found by the faults that are made for it.
func TestFaultsFindBrokenPromises(t *testing.T) {
	t.Parallel()
	found := func(store func() bot.Store, bare bool) (by []string) {
		each(func(at bottest.Fault) {
			c := newCounting()
			c.bare = bare
			if got := ordering(t, store(), c, at); got != "" {
				by = append(by, at.String())
			}
		})
		return by
	}
	memory := func() bot.Store { return bot.NewMemory() }
	assert.Subset(t, found(func() bot.Store { return &broken{Store: memory(), marks: true} }, false), []string{"delivered twice", "lost answer to commit 1"})
	assert.Subset(t, found(func() bot.Store { return &broken{Store: memory(), versions: true} }, false), []string{"lost lease before write 3"})
	assert.Contains(t, found(memory, true), "die before write 3")
}
