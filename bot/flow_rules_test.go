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

// Behind a correction a read runs again, an event is kept, a consent is not.
func TestWhatACorrectionKeeps(t *testing.T) {
	t.Parallel()
	reads := 0
	mux := bot.NewMux()
	mux.HandleFunc("return", func(ctx context.Context, t *bot.Turn) error {
		order, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "哪个订单?", Slot: "order", Parse: bot.OrderID})
		if err != nil {
			return err
		}
		stock, err := bot.Load(ctx, t, "stock", func(context.Context) (string, error) { reads++; return order + "有货", nil })
		if err != nil {
			return err
		}
		paid, err := bot.Wait[int](t, "paid", bot.For{Event: "paid"})
		if err != nil {
			return err
		}
		if ok, err := bot.Confirm(t, "agree", "同意条款吗?"); err != nil || !ok {
			return err
		}
		note, err := bot.Ask(t, bot.Question[string]{Name: "note", Prompt: "备注?"})
		if err != nil {
			return err
		}
		return t.Say("{s} {p} {n}", "s", stock, "p", paid, "n", note)
	})
	r := bottest.New(t, bot.Options{Understand: vocabulary}, mux)
	r.Say("退货 A12").Want("一有结果就告诉您")
	r.Signal("paid", "", 5).Want("同意条款吗?")
	r.Say("是的").Want("备注?")
	require.Equal(t, 1, reads)
	r.Say("不对,是 B34").Want("改过来了", "同意条款吗?")
	assert.Equal(t, 2, reads, "what depends on a corrected answer is read again")
	r.Say("是的").Want("备注?")
	r.Say("门口").Want("B34有货 5 门口")
	assert.Equal(t, 2, reads)
}

// The key of an effect is the same on every attempt, and no other effect's.
func TestEffectKeys(t *testing.T) {
	t.Parallel()
	var keys []string
	fail := errors.New("timeout")
	mux := bot.NewMux()
	mux.HandleFunc("go", func(ctx context.Context, t *bot.Turn) error {
		for i := range 2 {
			if _, err := bot.Once(ctx, t.In("item", i), "send", func(_ context.Context, key string) (int, error) {
				keys = append(keys, key)
				return 1, fail
			}, bot.Idempotent); err != nil && !errors.Is(err, bot.ErrUnknownOutcome) {
				return err
			}
		}
		_, err := bot.Ask(t, bot.Question[string]{Name: "x", Prompt: "好吗?"})
		return err
	})
	r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, mux)
	r.NoAudit = true // the effects stay unknown and are tried in every turn
	r.Say("开始").Want("好吗?")
	fail = nil
	r.Say("好")
	require.Len(t, keys, 4)
	assert.NotEqual(t, keys[0], keys[1])
	assert.Equal(t, keys[:2], keys[2:])
	r.Say("开始")
	assert.NotContains(t, keys[:4], keys[4], "another conversation of the flow has keys of its own")
}

// A value is what JSON keeps of it, the first time too, so that nothing works
// live and breaks on replay.
func TestValuesGoThroughTheRecordAtOnce(t *testing.T) {
	t.Parallel()
	type item struct {
		Name   string
		hidden int
	}
	var live []item
	mux := bot.NewMux()
	mux.HandleFunc("go", func(ctx context.Context, t *bot.Turn) error {
		it, err := bot.Load(ctx, t, "item", func(context.Context) (item, error) { return item{"鞋", 7}, nil })
		if err != nil {
			return err
		}
		made, err := bot.Once(ctx, t, "make", func(context.Context, string) (item, error) { return item{"帽", 8}, nil })
		if err != nil {
			return err
		}
		live = append(live, it, made)
		_, err = bot.Ask(t, bot.Question[string]{Name: "x", Prompt: "好吗?"})
		return err
	})
	r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, mux)
	r.NoAudit = true
	r.Say("开始").Want("好吗?")
	r.Say("好")
	require.Len(t, live, 4)
	assert.Equal(t, []item{{Name: "鞋"}, {Name: "帽"}}, live[:2])
	assert.Equal(t, live[:2], live[2:])
}

// What was held for a question is never a yes.
func TestHeldWordsAreNoConsent(t *testing.T) {
	t.Parallel()
	d := &deploy{}
	r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, d.mux("~y=退吗?"))
	r.Say("开始").Want("退吗?")
	r.Redeploy(d.mux("?n", "~y=退吗?"))
	r.Say("是的").Want("n?")
	r.Say("门口").Want("退吗?").WantNot("完")
}

// A sub-flow is a function; scoped, it may run twice, and be corrected.
func TestSubFlowTwice(t *testing.T) {
	t.Parallel()
	address := func(t *bot.Turn, what string) (string, error) {
		return bot.Ask(t, bot.Question[string]{Name: "no", Prompt: what + "门牌号?", Slot: "order", Parse: bot.OrderID})
	}
	mux := bot.NewMux()
	mux.HandleFunc("return", func(_ context.Context, t *bot.Turn) error {
		from, err := address(t.In("from"), "取件")
		if err != nil {
			return err
		}
		to, err := address(t.In("to"), "收件")
		if err != nil {
			return err
		}
		if ok, err := bot.Confirm(t, "sure", "从{a}到{b}?", "a", from, "b", to); err != nil || !ok {
			return err
		}
		return t.Say("好")
	})
	r := bottest.New(t, bot.Options{Understand: vocabulary}, mux)
	r.Say("退货").Want("取件门牌号?")
	r.Say("A11").Want("收件门牌号?")
	r.Say("B22").Want("从A11到B22?")
	r.Say("不对,是 C33").Want("从A11到C33?") // the latest question that fits is meant
}

// A parser of the host's says why a message is no answer.
func TestBecause(t *testing.T) {
	t.Parallel()
	mux := bot.NewMux()
	mux.HandleFunc("go", func(_ context.Context, t *bot.Turn) error {
		n, err := bot.Ask(t, bot.Question[int]{Name: "n", Prompt: "几件?", Parse: func(h bot.Heard) (int, bot.Sure) {
			if len(h.Text) > 3 {
				h.Because("{n} 个字太长了。", "n", len([]rune(h.Text)))
				return 0, bot.No
			}
			return len(h.Text), bot.Exact
		}})
		if err != nil {
			return err
		}
		return t.Say("{n} 件", "n", n)
	})
	r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, mux)
	r.Say("开始").Want("几件?")
	r.Say("三百多件").Want("4 个字太长了。", "几件?")
	r.Say("三").Want("3 件")
}

// A flow may wait for a time that is over already, and for two things in turn.
func TestUntilThePast(t *testing.T) {
	t.Parallel()
	mux := bot.NewMux()
	mux.HandleFunc("go", func(_ context.Context, t *bot.Turn) error {
		if err := t.Until("past", t.Now.Add(-time.Hour)); err != nil {
			return err
		}
		at, err := t.At("start")
		if err != nil {
			return err
		}
		for i := range 2 {
			if err := t.In("step", i).Until("soon", at.Add(time.Duration(i+1)*time.Minute)); err != nil {
				return err
			}
			if err := t.Say("第{i}次", "i", i+1); err != nil {
				return err
			}
		}
		return nil
	})
	r := bottest.New(t, bot.Options{Understand: words{"开始": "go"}}, mux)
	r.Say("开始").Want("一有结果就告诉您")
	r.Advance(time.Minute).Want("第1次").WantNot("第2次")
	r.Advance(time.Minute).Want("第2次").WantNot("第1次").WantEvent(bot.EventFlowEnded, "go")
	r.Advance(time.Hour).WantSilence()
}
