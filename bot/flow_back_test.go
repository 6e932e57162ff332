package bot_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/handoff"
)

// A customer who comes back after days reads where they were, once.
func TestFlowComesBackWithASummary(t *testing.T) {
	t.Parallel()
	t.Run("with the answer", func(t *testing.T) {
		t.Parallel()
		r, _ := newReturn(t)
		r.Say("退货 A12").Want("为什么退?")
		r.Advance(3*24*time.Hour).Say("质量问题").Want("return还没有办完", "您已经填好：A12、质量问题。", "确认退 A12 吗")
		r.Say("再说一遍").Want("确认退 A12").WantNot("您已经填好")
	})
	t.Run("with a question in between", func(t *testing.T) {
		t.Parallel()
		r, _ := newReturn(t)
		r.Say("退货 A12")
		r.Advance(24*time.Hour).Say("谢谢").Want("不客气", "您已经填好：A12。", "为什么退?")
	})
	t.Run("with nothing filled in", func(t *testing.T) {
		t.Parallel()
		r, _ := newReturn(t)
		r.Say("我要退货")
		r.Advance(24*time.Hour).Say("谢谢").Want("还没有办完", "要退哪个订单?").WantNot("您已经填好")
	})
	t.Run("to the end", func(t *testing.T) {
		t.Parallel()
		r, _ := newReturn(t)
		r.Say("退货 A12 质量问题")
		r.Advance(24 * time.Hour).Say("是的").Want("已受理").WantNot("还没有办完")
	})
	t.Run("opening the chat", func(t *testing.T) {
		t.Parallel()
		r, _ := newReturn(t)
		r.Say("退货 A12")
		r.Advance(24*time.Hour).Push(bot.PushOpen).Want("还没有办完", "您已经填好：A12。", "为什么退?")
		r.Say("质量问题").Want("确认退").WantNot("还没有办完")
	})
	t.Run("a form, by its labels", func(t *testing.T) {
		t.Parallel()
		r := newRepair(t, repair{Phone: "110"})
		m := photo("a.jpg")
		m.Text = "报修\n单号：A12\n故障：电池"
		r.Send(m).Want("请提供件数。")
		r.Advance(24*time.Hour).Say("2").Want("您已经填好：订单号：A12、故障：电池、件数：2。", "请提供上门。")
	})
}

func TestFlowExpires(t *testing.T) {
	t.Parallel()
	r, _ := newReturn(t)
	r.Say("退货 A12").Want("为什么退?")
	r.Advance(8*24*time.Hour).Say("质量问题").Want("return隔得太久").WantNot("确认退").WantEvent(bot.EventFlowEnded, "return")
	r.Say("退货 A12").Want("为什么退?")

	mux := bot.NewMux()
	mux.HandleFunc("return", func(ctx context.Context, t *bot.Turn) error {
		if _, err := bot.Once(ctx, t, "create", func(context.Context, string) (string, error) { return "R1", nil }); err != nil {
			return err
		}
		_, err := bot.Ask(t, bot.Question[string]{Name: "note", Prompt: "备注?"})
		return err
	})
	r = bottest.New(t, bot.Options{Understand: vocabulary, Expire: time.Hour}, mux)
	r.Say("退货").Want("备注?")
	r.Advance(2*time.Hour).Say("在吗").Want("已经办好的不会撤销").WantEvent(bot.EventEffectsLeft, "return")
	r.Say("退货").Want("备注?")
	r.Say("算了").Want("已经办好的不会撤销").WantEvent(bot.EventEffectsLeft, "return")
}

// A digression within a digression, cancelled one by one and all at once.
func TestFlowCancelAll(t *testing.T) {
	t.Parallel()
	r, _ := newReturn(t)
	r.Say("我要退货").Want("要退哪个订单?")
	r.Say("物流怎么样了").Want("查哪个订单的物流?")
	r.Say("算了").Want("先不办了", "要退哪个订单?")
	r.Say("物流怎么样了")
	r.Say("全部算了").Want("先不办了").WantNot("要退哪个订单?")
	r.Say("A12").WantNot("为什么退?")
}

func TestFlowDepth(t *testing.T) {
	t.Parallel()
	mux := bot.NewMux()
	names := words{}
	for _, n := range []string{"甲", "乙", "丙", "丁"} {
		names[n] = n
		mux.HandleFunc(n, func(_ context.Context, t *bot.Turn) error {
			_, err := bot.Ask(t, bot.Question[string]{Name: "x", Prompt: n + "的问题?", Parse: bot.OrderID})
			return err
		})
	}
	r := bottest.New(t, bot.Options{Understand: names}, mux)
	r.Say("甲").Want("甲的问题?")
	r.Say("乙").Want("乙的问题?")
	r.Say("丙").Want("丙的问题?")
	r.Say("丁").Want("先把手上这一步办完", "丙的问题?")
	r.Say("A11").Want("乙的问题?")
	r.Say("A11").Want("甲的问题?")
}

// Names go with things, so a list that changes its order strands nobody.
func TestNamesByIdentity(t *testing.T) {
	t.Parallel()
	skus := []string{"s1", "s2"}
	mux := bot.NewMux()
	mux.HandleFunc("return", func(_ context.Context, t *bot.Turn) error {
		all := ""
		for _, sku := range skus {
			n, err := bot.Ask(t.In("qty", sku), bot.Question[int]{Name: "n", Prompt: sku + "几件?"})
			if err != nil {
				return err
			}
			all += fmt.Sprintf("%s=%d ", sku, n)
		}
		return t.Say(all)
	})
	r := bottest.New(t, bot.Options{Understand: vocabulary}, mux)
	r.Say("退货").Want("s1几件?")
	r.Say("1").Want("s2几件?")
	skus = []string{"s2", "s1"}
	r.Say("2").Want("s2=2 s1=1")
}

// A dependent question is asked again after a correction when its wording or
// its options changed, and kept when not.
func TestCorrectDependentQuestion(t *testing.T) {
	t.Parallel()
	mux := bot.NewMux()
	mux.HandleFunc("return", func(_ context.Context, t *bot.Turn) error {
		kind, err := bot.Choose(t, "kind", "退什么?", "上衣", "裤子")
		if err != nil {
			return err
		}
		why, err := bot.Choose(t, "why", "原因?", "大了", "小了")
		if err != nil {
			return err
		}
		size, err := bot.Ask(t, bot.Question[string]{Name: "size", Prompt: kind + "要几码?", Slot: "order", Parse: bot.OrderID})
		if err != nil {
			return err
		}
		if ok, err := bot.Confirm(t, "sure", "换{k}{s}，{w}，对吗?", "k", kind, "s", size, "w", why); err != nil || !ok {
			return err
		}
		return t.Say("换好了。")
	})
	r := bottest.New(t, bot.Options{Understand: vocabulary}, mux)
	r.Say("退货，上衣，大了").Want("上衣要几码?").WantNot("原因?")
	r.Say("A40").Want("换上衣A40，大了，对吗?")
	r.Say("不对，是裤子").Want("改过来了", "裤子要几码?").WantNot("原因?")
	r.Say("A29").Want("换裤子A29，大了，对吗?")
	r.Say("错了，是小了").Want("换裤子A29，小了，对吗?").WantNot("要几码?")
}

// A Turn that is kept after its run does nothing.
func TestTurnUsedAfterItsRun(t *testing.T) {
	t.Parallel()
	var kept *bot.Turn
	mux := bot.NewMux()
	mux.HandleFunc("return", func(_ context.Context, t *bot.Turn) error {
		kept = t.In("later")
		return t.Say("好")
	})
	r := bottest.New(t, bot.Options{Understand: vocabulary}, mux)
	r.Say("退货").Want("好")
	ran := false
	_, err := bot.Once(t.Context(), kept, "x", func(context.Context, string) (int, error) { ran = true; return 1, nil })
	assert.ErrorIs(t, err, bot.ErrOutside)
	_, err = bot.Choose(kept, "x", "?", "a")
	assert.ErrorIs(t, err, bot.ErrOutside)
	_, err = bot.Load(t.Context(), kept, "x", func(context.Context) (int, error) { ran = true; return 1, nil })
	assert.ErrorIs(t, err, bot.ErrOutside)
	assert.ErrorIs(t, kept.Until("x", time.Time{}), bot.ErrOutside)
	assert.False(t, ran)
}

// A ticket says what the customer has answered so far, also when the flow gave up.
func TestTicketHoldsTheAnswers(t *testing.T) {
	t.Parallel()
	facts := func(say ...string) []handoff.Fact {
		w := &shopWorld{price: 100}
		r := bottest.New(t, bot.Options{Understand: vocabulary, Handoff: deskPolicy{}}, returnMux(w))
		for _, s := range say {
			r.Say(s)
		}
		return r.Take().Facts
	}
	want := []handoff.Fact{{Name: "return/order", Value: "A12"}, {Name: "return/reason", Value: "质量问题"}}
	assert.Subset(t, facts("退货 A12", "质量问题", "转人工"), want)
	assert.Subset(t, facts("退货 A12", "质量问题", "哈哈", "嘿嘿", "呵呵"), want)
	assert.Contains(t, facts("退货 A12", "转人工"), want[0])
}
