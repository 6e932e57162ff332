package frontdesk_test

import (
	"context"
	"fmt"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/nlu"
)

// A bot with a flow, a knowledge base and a desk.
func Example() {
	ctx := context.Background()
	intents, err := nlu.Train(ctx, []nlu.Example{
		{Text: "我要退货", Intent: "return"}, {Text: "帮我办退货", Intent: "return"}, {Text: "I want to return this", Intent: "return"},
		{Text: "几点开门", Intent: "faq"}, {Text: "what are your opening hours", Intent: "faq"},
	}, nil)
	check(err)
	base, err := kb.New([]kb.Entry{{ID: "hours", Texts: map[string]kb.Text{
		"zh": {Question: "几点开门？", Answer: "每天 10:00–22:00。"}, "en": {Question: "When do you open?", Others: []string{"opening hours"}, Answer: "Daily 10:00–22:00."}}}}, nil)
	check(err)
	desk, err := handoff.DefaultPolicy()
	check(err)

	mux := bot.NewMux()
	mux.HandleFunc("return", func(ctx context.Context, t *bot.Turn) error {
		order, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "请问订单号是多少？", Slot: "order", Parse: bot.OrderID})
		if err != nil {
			return err // a question is open: the function runs again with the answer
		}
		if ok, err := bot.Confirm(t, "sure", "确认退订单 {order} 吗？", "order", order); err != nil || !ok {
			return err
		}
		return t.Say("已为订单 {order} 办理退货。", "order", order)
	})
	b, err := bot.New(bot.Options{Understand: intents, Knowledge: base, Handoff: desk}, mux)
	check(err)

	for i, text := range []string{"我要退货", "几点开门？", "A1024", "好的", "转人工"} {
		replies, err := b.Handle(ctx, bot.Message{ID: fmt.Sprint(i), Thread: bot.Thread{Channel: "web", Peer: "visitor-1"}, Text: text})
		check(err)
		for _, r := range replies {
			fmt.Println(r.Text)
		}
	}
	// Output:
	// 请问订单号是多少？
	// 每天 10:00–22:00。
	// 请问订单号是多少？
	// 确认退订单 A1024 吗？
	// 已为订单 A1024 办理退货。
	// 好的，正在为您转接人工客服，您说的情况我都已经记下来转给同事，不用重复说明。单号 wn4syrq4isomnit6-5。
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
