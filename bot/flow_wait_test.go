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

type payment struct {
	Paid int
}

// buyer waits for a payment, then for the day after, and asks how it went.
type buyer struct {
	packed int
	fail   error
}

func (w *buyer) mux() *bot.Mux {
	mux := returnMux(&shopWorld{})
	mux.HandleFunc("buy", func(ctx context.Context, t *bot.Turn) error {
		item, err := bot.Choose(t, "item", "买什么?", "跑鞋", "帽子")
		if err != nil {
			return err
		}
		if err := t.Say("请付款 {i}。", "i", item); err != nil {
			return err
		}
		p, err := bot.Wait[payment](t, "payment", bot.For{Event: "paid", Key: item, Within: time.Hour})
		if errors.Is(err, bot.ErrExpired) {
			return t.Say("{i}没有付款,已取消。", "i", item)
		}
		if err != nil {
			return err
		}
		if _, err := bot.Once(ctx, t, "pack", func(context.Context, string) (int, error) { w.packed++; return 1, w.fail }); err != nil {
			return err
		}
		if err := t.Say("收到 {p} 元,{i}已发货。", "p", p.Paid, "i", item); err != nil {
			return err
		}
		sent, err := t.At("sent")
		if err != nil {
			return err
		}
		if err := t.Until("next day", sent.Add(24*time.Hour)); err != nil {
			return err
		}
		how, err := bot.Ask(t, bot.Question[string]{Name: "how", Prompt: "{i}穿着怎么样?", Args: []any{"i", item}})
		if err != nil {
			return err
		}
		return t.Say("谢谢,记下了:{h}", "h", how)
	})
	return mux
}

var buyWords = words{"退货": "return", "物流": "track", "算了": "cancel", "买": "buy", "谢谢": "thanks"}

func newBuyer(t *testing.T) (*bottest.Rig, *buyer) {
	w := &buyer{}
	return bottest.New(t, bot.Options{Understand: buyWords}, w.mux()), w
}

func TestWaitForAnEventAndATime(t *testing.T) {
	t.Parallel()
	r, w := newBuyer(t)
	r.Say("我要买跑鞋").Want("请付款 跑鞋。")
	r.Signal("paid", "帽子", payment{1}).WantSilence() // another one's
	r.Signal("paid", "跑鞋", payment{299}).Want("收到 299 元,跑鞋已发货。").WantNot("请付款").WantEvent(bot.EventSignal, "paid")
	assert.Equal(t, 1, w.packed)
	r.Advance(23 * time.Hour).WantSilence()
	r.Advance(time.Hour).Want("跑鞋穿着怎么样?").WantNot("发货")
	r.Say("很舒服").Want("记下了:很舒服").WantEvent(bot.EventFlowEnded, "buy")
	r.Advance(48 * time.Hour).WantSilence()
}

func TestWaitExpires(t *testing.T) {
	t.Parallel()
	r, w := newBuyer(t)
	r.Say("买跑鞋").Want("请付款")
	r.Advance(time.Hour).Want("跑鞋没有付款,已取消。").WantEvent(bot.EventFlowEnded, "buy")
	r.Signal("paid", "跑鞋", payment{299}).WantSilence()
	assert.Zero(t, w.packed, "a payment after the flow has ended is nobody's")
}

// An event may come before the flow waits for it.
func TestWaitEventComesFirst(t *testing.T) {
	t.Parallel()
	r, _ := newBuyer(t)
	r.Signal("paid", "跑鞋", payment{1}).WantSilence().WantEvent(bot.EventSignal, "paid")
	r.Say("买跑鞋").Want("请付款 跑鞋。", "收到 1 元")
	r, _ = newBuyer(t)
	r.Signal("paid", "跑鞋", payment{1})
	r.Advance(8 * 24 * time.Hour)
	r.Signal("paid", "帽子", payment{2}) // a week later the first is forgotten
	r.Say("买跑鞋").Want("请付款").WantNot("收到")
}

// The same signal twice takes effect once and answers the same.
func TestSignalTwice(t *testing.T) {
	t.Parallel()
	r, w := newBuyer(t)
	r.Say("买跑鞋")
	b, err := bot.New(bot.Options{Store: r.Store, Clock: r.Clock, Understand: buyWords}, w.mux())
	require.NoError(t, err)
	s := bot.Signal{ID: "s1", Thread: r.Thread, Event: "paid", Key: "跑鞋", Data: payment{5}}
	first, err := b.Signal(t.Context(), s)
	require.NoError(t, err)
	again, err := b.Signal(t.Context(), s)
	require.NoError(t, err)
	assert.Equal(t, first, again)
	assert.Equal(t, 1, w.packed)
}

func TestSignalIsChecked(t *testing.T) {
	t.Parallel()
	b, err := bot.New(bot.Options{}, (&buyer{}).mux())
	require.NoError(t, err)
	th := bot.Thread{Channel: "t", Peer: "p"}
	for name, s := range map[string]bot.Signal{
		"ID":             {Thread: th, Event: "paid"},
		"Event":          {ID: "1", Thread: th},
		"Thread":         {ID: "1", Event: "paid"},
		"does not":       {ID: "1", Thread: th, Event: "paid", Data: func() {}},
		"bytes, at most": {ID: "1", Thread: th, Event: "paid", Data: make([]byte, 64<<10)},
	} {
		_, err := b.Signal(t.Context(), s)
		assert.ErrorContains(t, err, name)
	}
}

// While a flow waits, the customer talks about other things; its event comes
// to the top and goes back to the question below.
func TestWaitStandsAside(t *testing.T) {
	t.Parallel()
	r, _ := newBuyer(t)
	r.Say("买跑鞋").Want("请付款")
	r.Say("买帽子").Want("请付款 帽子。") // a second one beside the first
	r.Say("退货").Want("要退哪个订单?")
	r.Signal("paid", "跑鞋", payment{9}).Want("跑鞋已发货。", "要退哪个订单?")
	r.Say("A12").Want("为什么退?")
	r.Say("算了").Want("先不办了")
	r.Signal("paid", "帽子", payment{3}).Want("帽子已发货。")
}

// A flow that is waited on can be called off.
func TestWaitCancelled(t *testing.T) {
	t.Parallel()
	r, w := newBuyer(t)
	r.Say("买跑鞋").Want("请付款")
	r.Say("算了").Want("先不办了").WantEvent(bot.EventFlowEnded, "buy")
	r.Signal("paid", "跑鞋", payment{9}).WantSilence()
	r.Advance(2 * time.Hour).WantSilence()
	assert.Zero(t, w.packed)
}

func TestWaitFlowRemoved(t *testing.T) {
	t.Parallel()
	r, _ := newBuyer(t)
	r.Say("买跑鞋")
	r.Redeploy(bot.NewMux())
	r.Signal("paid", "跑鞋", payment{9}).Want("已经下线").WantEvent(bot.EventFlowEnded, "buy")
}

// A failure after an event keeps the event, says nothing, and is tried again
// by the engine.
func TestFailureAfterAnEvent(t *testing.T) {
	t.Parallel()
	r, w := newBuyer(t)
	w.fail = bot.Refuse("closed", "仓库盘点")
	r.Say("买跑鞋")
	r.Signal("paid", "跑鞋", payment{9}).WantFailure(nil).WantSilence()
	w.fail = nil
	r.Advance(time.Minute).Want("收到 9 元,跑鞋已发货。")
	assert.Equal(t, 2, w.packed)

	r, w = newBuyer(t)
	w.fail = bot.Refuse("closed", "仓库盘点")
	r.Say("买跑鞋")
	r.Signal("paid", "跑鞋", payment{9}).WantSilence()
	r.Advance(time.Minute).WantSilence()
	r.Advance(4*time.Minute).WantEvent(bot.EventFlowEnded, "buy")
	assert.Contains(t, r.Text(), "抱歉", "the customer is told in the end")
	r.Advance(24 * time.Hour).WantSilence()
}

// A person owns the conversation: the event waits until the bot may speak.
func TestWaitWhileAPersonOwns(t *testing.T) {
	t.Parallel()
	r, w := newBuyer(t)
	r.Say("买跑鞋")
	b, err := bot.New(bot.Options{Store: r.Store, Clock: r.Clock, Understand: buyWords}, w.mux())
	require.NoError(t, err)
	k, err := r.Store.Open(t.Context(), r.Thread)
	require.NoError(t, err)
	_, err = b.Join(t.Context(), k, r.Agent)
	require.NoError(t, err)
	r.Signal("paid", "跑鞋", payment{9}).WantSilence()
	r.Advance(30 * time.Minute).WantSilence()
	r.Return()
	assert.Zero(t, w.packed)
	r.Advance(10 * time.Minute).Want("跑鞋已发货。")
	assert.Equal(t, 1, w.packed)
}

// The process dies right after the effect that followed the event.
func TestWaitCrash(t *testing.T) {
	t.Parallel()
	store := &dead{Store: bot.NewMemory()}
	w := &buyer{}
	mux := w.mux()
	b, err := bot.New(bot.Options{Store: store, Understand: buyWords}, mux)
	require.NoError(t, err)
	th := bot.Thread{Channel: "t", Peer: "p"}
	_, err = b.Handle(t.Context(), bot.Message{ID: "1", Thread: th, Text: "买跑鞋"})
	require.NoError(t, err)
	s := bot.Signal{ID: "2", Thread: th, Event: "paid", Key: "跑鞋", Data: payment{7}}
	store.dead = true
	_, err = b.Signal(t.Context(), s)
	require.Error(t, err)
	store.dead = false
	rs, err := b.Signal(t.Context(), s)
	require.NoError(t, err)
	require.Len(t, rs, 1)
	assert.Contains(t, rs[0].Text, "收到 7 元")
	assert.Equal(t, 1, w.packed)
	// The event was taken once: another flow of the kind waits for its own.
	rs, err = b.Handle(t.Context(), bot.Message{ID: "3", Thread: th, Text: "买跑鞋"})
	require.NoError(t, err)
	require.Len(t, rs, 1)
	assert.Contains(t, rs[0].Text, "请付款")
}

// dead is a store whose commits fail while it is dead.
type dead struct {
	bot.Store
	dead bool
}

func (d *dead) Commit(ctx context.Context, c *bot.Commit) error {
	if d.dead {
		return errors.New("the process died")
	}
	return d.Store.Commit(ctx, c)
}

// A flow of the host's asks, waits and ends; the customer's own flow goes first.
func TestFlowStartedByPush(t *testing.T) {
	t.Parallel()
	mux := returnMux(&shopWorld{price: 1})
	mux.HandleFunc("push.review", func(_ context.Context, t *bot.Turn) error {
		how, err := bot.Choose(t, "how", "昨天的{item}怎么样?", "好", "不好")
		if err != nil {
			return err
		}
		return t.Say("记下了:{h}。", "h", how)
	})
	r := bottest.New(t, bot.Options{Understand: buyWords}, mux)
	r.Push("review").Want("昨天的{item}怎么样?").WantChoices("好", "不好").WantEvent(bot.EventFlowStarted, "push.review")
	r.Say("物流 A8").Want("A8 在路上。", "怎么样?")
	r.Say("好").Want("记下了:好。").WantEvent(bot.EventFlowEnded, "push.review")
	r.Say("退货")
	r.Push("review").WantSilence()
}

func TestWaitMisuse(t *testing.T) {
	t.Parallel()
	mux := bot.NewMux()
	mux.HandleFunc("buy", func(_ context.Context, t *bot.Turn) error {
		_, err := bot.Wait[int](t, "x", bot.For{})
		return err
	})
	mux.HandleFunc("return", func(_ context.Context, t *bot.Turn) error {
		_, err := bot.Wait[int](t, "x", bot.For{Event: "e", Within: time.Hour})
		return err
	})
	r := bottest.New(t, bot.Options{Understand: buyWords}, mux)
	r.Say("买跑鞋").WantFailure(nil)
	assert.ErrorContains(t, r.Report().Err, "names no event")
	r.Say("退货").Want("一有结果就告诉您")
	r.Advance(time.Hour).Want("return隔得太久").WantEvent(bot.EventFlowEnded, "return")
	r.Say("退货")
	r.Signal("e", "", "many").WantFailure(nil)
	assert.ErrorContains(t, r.Report().Err, `the data of event "e" does not fit int`)
}

func TestManyWaits(t *testing.T) {
	t.Parallel()
	r, _ := newBuyer(t)
	for range 20 {
		r.Say("买跑鞋").Want("请付款")
	}
	for range 30 {
		r.Signal("other", "", nil).WantSilence()
	}
	r.Signal("paid", "跑鞋", payment{1}).Want("收到 1 元")
	r.Say("买跑鞋").WantFailure(nil)
	assert.ErrorContains(t, r.Report().Err, "20 flows")
}
