package bot_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/nlu"
)

// words is an Understander of ten lines: an intent by a word of the message,
// order numbers by their shape.
type words map[string]string

var orderShape = regexp.MustCompile(`\b[A-Z]\d+\b`)

func (w words) Understand(_ context.Context, in nlu.Input) (nlu.Meaning, error) {
	m := nlu.Meaning{Language: "zh", Text: in.Text}
	best := 0
	for word, intent := range w {
		if strings.Contains(in.Text, word) && len(word) > best {
			m.Intent, best = intent, len(word)
			m.Intents = []nlu.Intent{{Name: intent, Probability: 1}}
		}
	}
	for _, at := range orderShape.FindAllStringIndex(in.Text, -1) {
		v := in.Text[at[0]:at[1]]
		m.Entities = append(m.Entities, nlu.Entity{Type: "order", Value: v, Text: v, Start: at[0], End: at[1]})
	}
	return m, nil
}

// shopWorld counts what happened outside the bot.
type shopWorld struct {
	returns map[string]string // key → order
	price   int
	fail    error
	calls   int
}

func (w *shopWorld) create(_ context.Context, key, order string) (string, error) {
	w.calls++
	if w.fail != nil {
		return "", w.fail
	}
	if w.returns == nil {
		w.returns = map[string]string{}
	}
	w.returns[key] = order
	return fmt.Sprintf("R%d", len(w.returns)), nil
}

func returnFlow(w *shopWorld) bot.HandlerFunc {
	return func(ctx context.Context, t *bot.Turn) error {
		order, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "要退哪个订单?", Slot: "order", Parse: bot.OrderID,
			Check: func(o string) error {
				if o == "X99" {
					return bot.Again("没有这个订单。")
				}
				return nil
			}})
		if err != nil {
			return err
		}
		if err := t.Say("订单 {o} 查到了。", "o", order); err != nil {
			return err
		}
		reason, err := bot.Choose(t, "reason", "为什么退?", "尺码不合适", "质量问题")
		if err != nil {
			return err
		}
		if ok, err := bot.Confirm(t, "sure", "确认退 {o} 吗?退款 {p} 元。", "o", order, "p", w.price); err != nil || !ok {
			return err
		}
		no, err := bot.Once(ctx, t, "create", func(ctx context.Context, key string) (string, error) { return w.create(ctx, key, order) })
		if err != nil {
			return err
		}
		return t.Say("已受理,{o},{r},退货单 {no}。", "o", order, "r", reason, "no", no)
	}
}

var vocabulary = words{"退货": "return", "物流": "track", "算了": "cancel", "再说一遍": "repeat", "是的": "yes", "好的": "yes", "不用": "no", "谢谢": "thanks"}

func returnMux(w *shopWorld) *bot.Mux {
	mux := bot.NewMux()
	mux.HandleFunc("return", returnFlow(w))
	mux.HandleFunc("track", func(ctx context.Context, t *bot.Turn) error {
		order, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "查哪个订单的物流?", Slot: "order", Parse: bot.OrderID})
		if err != nil {
			return err
		}
		return t.Say("{o} 在路上。", "o", order)
	})
	return mux
}

func newReturn(t *testing.T) (*bottest.Rig, *shopWorld) {
	w := &shopWorld{price: 100}
	return bottest.New(t, bot.Options{Understand: vocabulary}, returnMux(w)), w
}

func TestFlowStraightThrough(t *testing.T) {
	t.Parallel()
	r, w := newReturn(t)
	r.Say("我要退货").Want("要退哪个订单?").WantEvent(bot.EventFlowStarted, "return")
	r.Say("A12").Want("订单 A12 查到了。", "为什么退?").WantChoices("尺码不合适", "质量问题")
	r.Tap("质量问题").Want("确认退 A12 吗?退款 100 元。").WantNot("查到了").WantChoices("是的", "不")
	r.Say("是的").Want("已受理,A12,质量问题,退货单 R1。").WantNot("查到了").WantEvent(bot.EventEffect, "return/create").WantEvent(bot.EventFlowEnded, "return")
	r.Redeliver().Want("已受理")
	assert.Equal(t, 1, w.calls)
}

func TestFlowPrefill(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		say  string
		want []string
	}{
		"slot":            {"退货 A12", []string{"订单 A12 查到了", "为什么退?"}},
		"slot and option": {"A12 质量问题,退货", []string{"确认退 A12 吗"}},
		"invalid is said": {"退货 X99", []string{"没有这个订单。", "要退哪个订单?"}},
		"two options":     {"A12 退货,尺码不合适还有质量问题", []string{"为什么退?"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := newReturn(t)
			r.Say(c.say).Want(c.want...)
		})
	}
}

// What the first message says besides answers the questions that come later,
// each word once; a single character of it does not.
func TestFlowPrefillFromTheFirstMessage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ say, want string }{
		"a question later": {"退货，质量问题", "确认退 A12 吗"},
		"ambiguous":        {"退货，质量问题，尺码不合适", "为什么退?"},
		"refused":          {"退货，不是质量问题", "为什么退?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := newReturn(t)
			r.Say(c.say).Want("要退哪个订单?")
			r.Say("A12").Want(c.want)
		})
	}
	t.Run("a word once", func(t *testing.T) {
		t.Parallel()
		mux := bot.NewMux()
		mux.HandleFunc("return", func(_ context.Context, t *bot.Turn) error {
			if _, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "哪个订单?", Slot: "order", Parse: bot.OrderID}); err != nil {
				return err
			}
			var colours []string
			for _, item := range []string{"上衣", "裤子"} {
				c, err := bot.Choose(t.In(item), "colour", item+"什么颜色?", "红色", "黑色", "换")
				if err != nil {
					return err
				}
				colours = append(colours, c)
			}
			return t.Say(strings.Join(colours, "、") + "。")
		})
		r := bottest.New(t, bot.Options{Understand: words{"退货": "return"}}, mux)
		r.Say("退货，换红色").Want("哪个订单?")
		r.Say("A12").Want("裤子什么颜色?")
		r.Say("黑色").Want("红色、黑色。")
	})
}

func TestFlowConsentIsNeverFilled(t *testing.T) {
	t.Parallel()
	r, w := newReturn(t)
	r.Say("退货，可以的，A12 质量问题").Want("确认退 A12 吗")
	assert.Zero(t, w.calls)
}

func TestFlowCorrect(t *testing.T) {
	t.Parallel()
	r, w := newReturn(t)
	r.Say("退货 A12 质量问题").Want("确认退 A12 吗")
	r.Say("不对,订单号是 B34").Want("已经改过来了", "订单 B34 查到了", "确认退 B34 吗")
	r.Say("是的").Want("已受理,B34")
	require.Len(t, w.returns, 1)
	r.Say("退货 A12 质量问题")
	r.Say("不对,订单号是 X99").Want("没有这个订单", "确认退 A12 吗")
	r.Say("错了,尺码不合适").Want("改过来了", "确认退 A12 吗").WantNot("查到了")
	r.Say("不").Want("先不办理").WantEvent(bot.EventFlowEnded, "return")
}

func TestFlowCorrectWithoutCue(t *testing.T) {
	t.Parallel()
	r, _ := newReturn(t)
	r.Say("退货 A12")
	r.Say("单号是 C56 哦").Want("改过来了", "C56", "为什么退?")
}

func TestFlowTooLate(t *testing.T) {
	t.Parallel()
	mux := bot.NewMux()
	mux.HandleFunc("return", func(ctx context.Context, t *bot.Turn) error {
		order, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "哪个?", Slot: "order", Parse: bot.OrderID})
		if err != nil {
			return err
		}
		if _, err := bot.Once(ctx, t, "create", func(context.Context, string) (string, error) { return "R1", nil }); err != nil {
			return err
		}
		note, err := bot.Ask(t, bot.Question[string]{Name: "note", Prompt: "备注?"})
		if err != nil {
			return err
		}
		return t.Say("{o} {n}", "o", order, "n", note)
	})
	r := bottest.New(t, bot.Options{Understand: vocabulary}, mux)
	r.Say("退货 A12").Want("备注?")
	r.Say("不对,是 B34").Want("已经办理", "备注?").WantEvent(bot.EventTooLate, "return")
	r.Say("门口取件").Want("A12 门口取件")
}

func TestFlowCancelRepeatTap(t *testing.T) {
	t.Parallel()
	r, _ := newReturn(t)
	r.Say("退货 A12")
	old := r.Replies()[len(r.Replies())-1].Choices[0].Value
	r.Say("再说一遍").Want("为什么退?").WantNot("查到了")
	r.Tap("质量问题").Want("确认退")
	r.Send(bot.Message{Tap: old}).Want("过期", "确认退 A12")
	r.Say("算了").Want("先不办了").WantEvent(bot.EventFlowEnded, "return")
	r.Send(bot.Message{Tap: old}).Want("过期")
}

func TestFlowDigress(t *testing.T) {
	t.Parallel()
	r, _ := newReturn(t)
	r.Say("我要退货").Want("要退哪个订单?")
	r.Say("物流 A8").Want("A8 在路上。", "要退哪个订单?")
	r.Say("物流怎么样了").Want("查哪个订单的物流?")
	r.Say("我要退货").Want("先把手上这一步办完", "查哪个订单的物流?")
	r.Say("A9").Want("A9 在路上。", "要退哪个订单?").WantNot("订单 A9 查到了")
	r.Say("谢谢").Want("不客气", "要退哪个订单?")
	r.Say("A12").Want("为什么退?")
}

// goesOn are words, with "便宜点的" a follow-up of what was asked before.
type goesOn struct {
	words
	topic string
}

func (g *goesOn) Understand(ctx context.Context, in nlu.Input) (nlu.Meaning, error) {
	m, err := g.words.Understand(ctx, in)
	if strings.Contains(in.Text, "便宜点的") {
		m.Intent, m.FollowUp = g.topic, true
	}
	if m.Intent != "" {
		g.topic = m.Intent
	}
	return m, err
}

// What follows up on a question in between is no answer to the open one.
func TestFlowFollowUpOfADigression(t *testing.T) {
	t.Parallel()
	mux := returnMux(&shopWorld{})
	mux.HandleFunc("search", func(_ context.Context, t *bot.Turn) error { return t.Say("找到了。") })
	r := bottest.New(t, bot.Options{Understand: &goesOn{words: words{"退货": "return", "裙子": "search"}}}, mux)
	r.Say("我要退货").Want("要退哪个订单?")
	r.Say("便宜点的").Want("要退哪个订单?").WantNot("找到了。")
	r.Say("有裙子吗").Want("找到了。", "要退哪个订单?")
	r.Say("便宜点的").Want("找到了。", "要退哪个订单?").WantNot("没太明白")
	r.Say("A12").Want("为什么退?")
}

func TestFlowGiveUp(t *testing.T) {
	t.Parallel()
	r, _ := newReturn(t)
	r.Say("退货 A12")
	r.Say("今天天气真好").Want("没太明白", "为什么退?")
	r.Say("哈哈哈").Want("没太明白")
	r.Say("嘿嘿嘿").Want("没能弄清楚").WantEvent(bot.EventFlowEnded, "return")
}

// A correction that comes when the patience is at its end is still one.
func TestFlowCorrectAtTheLastTry(t *testing.T) {
	t.Parallel()
	r, _ := newReturn(t)
	r.Say("退货 A12")
	r.Say("今天天气真好").Want("没太明白")
	r.Say("哈哈哈").Want("没太明白")
	r.Say("C56 啦").Want("改过来了", "C56", "为什么退?")
}

// A question in between that nobody can answer is not passed over in silence.
func TestFlowDigressToSilence(t *testing.T) {
	t.Parallel()
	mux := returnMux(&shopWorld{})
	mux.HandleFunc("thanks", func(context.Context, *bot.Turn) error { return nil })
	mux.HandleFunc("mute", func(context.Context, *bot.Turn) error { return nil })
	r := bottest.New(t, bot.Options{Understand: words{"退货": "return", "谢谢": "thanks", "多少钱": "mute"}}, mux)
	r.Say("退货 A12").Want("为什么退?")
	r.Say("谢谢").Want("不客气", "为什么退?")
	r.Say("这个多少钱").Want("还不太清楚", "为什么退?")
}

func TestFlowConsentToChangedText(t *testing.T) {
	t.Parallel()
	r, w := newReturn(t)
	r.Say("退货 A12 质量问题").Want("退款 100 元")
	w.price = 80
	r.Say("是的").Want("内容有变化", "退款 80 元")
	assert.Zero(t, w.calls)
	r.Say("是的").Want("已受理")
}

func TestOnceUnknownAndRefused(t *testing.T) {
	t.Parallel()
	t.Run("unknown is never run again", func(t *testing.T) {
		t.Parallel()
		r, w := newReturn(t)
		w.fail = errors.New("timeout")
		r.Say("退货 A12 质量问题")
		r.Say("是的").WantFailure(bot.ErrUnknownOutcome).WantEvent(bot.EventEffectsLeft, "return")
		w.fail = nil
		assert.Contains(t, r.Text(), "抱歉")
		assert.Equal(t, 1, w.calls)
	})
	t.Run("refused may be tried again", func(t *testing.T) {
		t.Parallel()
		r, w := newReturn(t)
		w.fail = bot.Refuse("closed", "系统维护")
		r.Say("退货 A12 质量问题")
		r.Say("是的").WantFailure(nil)
		w.fail = nil
		r.Say("好了吗").Want("已受理,A12")
		assert.Equal(t, 2, w.calls)
		assert.Len(t, w.returns, 1)
	})
}

func TestFlowErrorKeepsTheAnswer(t *testing.T) {
	t.Parallel()
	broken := true
	mux := bot.NewMux()
	mux.HandleFunc("return", func(ctx context.Context, t *bot.Turn) error {
		order, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "哪个?", Slot: "order", Parse: bot.OrderID})
		if err != nil {
			return err
		}
		if err := t.Say("查一下 {o}", "o", order); err != nil {
			return err
		}
		item, err := bot.Load(ctx, t, "item", func(context.Context) (string, error) {
			if broken {
				return "", errors.New("no connection")
			}
			return "鞋", nil
		})
		if err != nil {
			return err
		}
		return t.Say("是 {i}", "i", item)
	})
	r := bottest.New(t, bot.Options{Understand: vocabulary}, mux)
	r.Say("退货")
	r.Say("A12").WantFailure(nil).WantNot("查一下")
	broken = false
	r.Say("还在吗").Want("查一下 A12", "是 鞋")
}

func TestFlowMisuse(t *testing.T) {
	t.Parallel()
	ran := 0
	mux := bot.NewMux()
	mux.HandleFunc("return", func(ctx context.Context, t *bot.Turn) error {
		order, _ := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "哪个?", Slot: "order", Parse: bot.OrderID})
		_, _ = bot.Once(ctx, t, "create", func(context.Context, string) (string, error) { ran++; return order, nil })
		return nil
	})
	r := bottest.New(t, bot.Options{Understand: vocabulary}, mux)
	r.Say("退货").Want("哪个?").WantEvent(bot.EventMisuse, "return")
	assert.Zero(t, ran, "an effect ran behind a question nobody answered")
	r.Say("A12")
	assert.Equal(t, 1, ran)
}

func TestFlowNames(t *testing.T) {
	t.Parallel()
	mux := bot.NewMux()
	mux.HandleFunc("return", func(ctx context.Context, t *bot.Turn) error {
		for range 2 {
			if _, err := bot.Ask(t, bot.Question[string]{Name: "x", Prompt: "?", Slot: "order", Parse: bot.OrderID}); err != nil {
				return err
			}
		}
		return nil
	})
	mux.HandleFunc("track", func(ctx context.Context, t *bot.Turn) error {
		var all []string
		for i, t := range t.Each("item") {
			o, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: fmt.Sprintf("第%d个?", i+1), Slot: "order", Parse: bot.OrderID})
			if err != nil {
				return err
			}
			if all = append(all, o); i == 1 {
				break
			}
		}
		return t.Say("{all}", "all", strings.Join(all, "+"))
	})
	r := bottest.New(t, bot.Options{Understand: vocabulary}, mux)
	r.Say("退货 A12").WantFailure(bot.ErrTwice)
	r.Say("物流").Want("第1个?")
	r.Say("A11").Want("第2个?")
	r.Say("A22").Want("A11+A22")
}

func TestFlowRedeploy(t *testing.T) {
	t.Parallel()
	ask := func(t *bot.Turn, name, was string) (string, error) {
		return bot.Ask(t, bot.Question[string]{Name: name, Was: was, Prompt: name + "?"})
	}
	flow := func(steps ...string) *bot.Mux {
		mux := bot.NewMux()
		mux.HandleFunc("return", func(ctx context.Context, t *bot.Turn) error {
			var got []string
			for _, s := range steps {
				name, was, _ := strings.Cut(s, "<")
				v, err := ask(t, name, was)
				if err != nil {
					return err
				}
				got = append(got, v)
			}
			return t.Say("完 {v}", "v", strings.Join(got, ","))
		})
		return mux
	}
	cases := map[string]struct {
		before, after []string
		want          string
	}{
		"added before":     {[]string{"a", "b", "c"}, []string{"n", "a", "b", "c"}, "n?"},
		"added after":      {[]string{"a", "b", "c"}, []string{"a", "b", "c", "d"}, "c?"},
		"removed answered": {[]string{"a", "b", "c"}, []string{"b", "c"}, "c?"},
		"removed open":     {[]string{"a", "b", "c"}, []string{"a", "c"}, "c?"},
		"reordered":        {[]string{"a", "b", "c"}, []string{"b", "a", "c"}, "c?"},
		"renamed":          {[]string{"a", "b", "c"}, []string{"x<a", "b", "c"}, "c?"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := bottest.New(t, bot.Options{Understand: words{"退货": "return"}}, flow(c.before...))
			r.Say("退货").Want("a?")
			r.Say("一").Want("b?")
			r.Redeploy(flow(c.after...))
			r.Say("二").Want(c.want)
		})
	}
	t.Run("flow removed", func(t *testing.T) {
		t.Parallel()
		r := bottest.New(t, bot.Options{Understand: words{"退货": "return"}}, flow("a"))
		r.Say("退货").Want("a?")
		r.Redeploy(bot.NewMux())
		r.Say("一").Want("已经下线").WantEvent(bot.EventFlowEnded, "return")
	})
}
