package bottest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
)

// planted is a flow with one fault: what goes wrong between its two questions.
func planted(between func(ctx context.Context, t *bot.Turn) error) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		size, err := bot.Choose(t, "size", "要多大的？", "小号", "大号")
		if err != nil {
			return err
		}
		if err := between(ctx, t); err != nil {
			return err
		}
		if ok, err := bot.Confirm(t, "sure", "要一个{size}的？", "size", size); err != nil || !ok {
			return err
		}
		return t.Say("好的。")
	})
}

// audited plays the flow and returns what the rig says of it, "" when it is content.
func audited(t *testing.T, h bot.Handler, clock *bottest.Clock, watch func() any) (failed string) {
	t.Helper()
	rec := &recorder{TB: t}
	defer func() {
		if p := recover(); p != nil && p != any(rec) {
			panic(p)
		}
		failed = rec.failed
	}()
	r := bottest.New(rec, bot.Options{Clock: clock}, h)
	r.Watch = watch
	r.Say("你好").Want("要多大的").Say("大号").Want("要一个大号的").Say("是的").Want("好的")
	return ""
}

func TestAuditFindsWhatAFlowMustNotDo(t *testing.T) {
	t.Parallel()
	clock := bottest.NewClock(bottest.Start())
	n, stock, orders := 0, 5, 0
	for name, c := range map[string]struct {
		between func(context.Context, *bot.Turn) error
		watch   func() any
		want    string // "" when there is nothing to find
	}{
		"clock in the words": {between: func(_ context.Context, t *bot.Turn) error { return t.Say(clock.Now().Format("现在 15:04")) }, want: "现在 11:00"},
		"the turn's time decides": {between: func(_ context.Context, t *bot.Turn) error {
			if t.Now.Hour() == bottest.Start().Hour() {
				_, err := bot.Choose(t, "early", "上午送？", "好", "不")
				return err
			}
			return nil
		}, want: `asks "sure" now`},
		"chance": {between: func(_ context.Context, t *bot.Turn) error {
			n++
			_, err := bot.Load(context.Background(), t, fmt.Sprint("round", n), func(context.Context) (int, error) { return 1, nil })
			return err
		}, want: `is "round2" now`},
		"hidden state in the question": {between: func(_ context.Context, t *bot.Turn) error {
			stock--
			_, err := bot.Choose(t, "left", fmt.Sprintf("还剩 %d 件，要吗？", stock), "要", "不要")
			return err
		}, want: "had other words"},
		"the message outside a step": {between: func(_ context.Context, t *bot.Turn) error {
			if t.Message.Text == "大号" {
				return t.Say("大的卖得好。")
			}
			return nil
		}, want: "大的卖得好"},
		"an effect outside Once": {between: func(context.Context, *bot.Turn) error { orders++; return nil },
			watch: func() any { return map[string]int{"orders": orders} }, want: "changed what is watched"},
		"an effect inside Once": {between: func(ctx context.Context, t *bot.Turn) error {
			_, err := bot.Once(ctx, t, "order", func(context.Context, string) (int, error) { orders++; return orders, nil })
			return err
		}, watch: func() any { return orders }},
		"time from At": {between: func(_ context.Context, t *bot.Turn) error {
			at, err := t.At("now")
			if err != nil {
				return err
			}
			return t.Say(at.Format("现在 15:04"))
		}},
	} {
		got := audited(t, planted(c.between), clock, c.watch)
		if c.want == "" {
			assert.Empty(t, got, name)
			continue
		}
		assert.Contains(t, got, "took another way", name)
		assert.Contains(t, got, c.want, name)
	}
}

// A correction, a question put again and a digression take the same way again.
func TestAuditIsContentWithRepair(t *testing.T) {
	t.Parallel()
	r := bottest.New(t, bot.Options{}, planted(func(_ context.Context, t *bot.Turn) error { return t.Say("有货。") }))
	r.Say("你好").Say("什么？").Want("要多大的").Say("大号").Want("有货", "要一个大号的")
	r.Say("不对，要小号").Want("要一个小号的").Say("是的").Want("好的")
}

func TestNoAudit(t *testing.T) {
	t.Parallel()
	n := 0
	r := bottest.New(t, bot.Options{}, planted(func(_ context.Context, t *bot.Turn) error {
		n++
		return t.Say(fmt.Sprint("第", n, "次"))
	}))
	r.NoAudit = true
	r.Say("你好").Say("大号").Want("要一个大号的")
}

func TestMisuseMustBeExpected(t *testing.T) {
	t.Parallel()
	careless := bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		_, _ = bot.Choose(t, "size", "要多大的？", "小号", "大号") // the error is dropped
		return nil
	})
	r := bottest.New(t, bot.Options{}, careless)
	r.Say("你好").WantEvent(bot.EventMisuse, "")
	rec := &recorder{TB: t}
	func() {
		defer func() { _ = recover() }()
		r := bottest.New(rec, bot.Options{}, careless)
		r.Say("你好").WantEvent(bot.EventTurn, "").Say("大号")
	}()
	assert.Contains(t, rec.failed, "is misused")
	assert.Contains(t, rec.failed, "> 你好")
}

func TestRedeployInMidConversation(t *testing.T) {
	t.Parallel()
	ask := func(name string) bot.Handler {
		return bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
			v, err := bot.Choose(t, name, "要"+name+"吗？", "红的", "蓝的")
			if err != nil {
				return err
			}
			return t.Say("好的，{v}。", "v", v)
		})
	}
	r := bottest.New(t, bot.Options{}, ask("颜色"))
	r.Say("你好").Want("要颜色吗")
	r.Redeploy(ask("花色")).Say("红的").WantEvent(bot.EventDrift, "").Want("好的，红的。")
}

func TestFilesInATranscript(t *testing.T) {
	t.Parallel()
	r := bottest.New(t, bot.Options{}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		return t.Say("收到 {n} 个文件", "n", len(t.Message.Attachments))
	}))
	r.Attach("鞋子开胶了\n麻烦看一下", bottest.File("鞋.jpg"), bottest.File("单.png")).Want("收到 2 个文件")
	assert.Equal(t, "image/jpeg", bottest.File("鞋.jpg").Type)
	assert.Equal(t, "> [file 鞋.jpg] [file 单.png] 鞋子开胶了\n>> 麻烦看一下\n< 收到 2 个文件\n", r.Transcript())
	r.Attach("", bottest.File("单.png")).Want("收到 1 个文件")
}
