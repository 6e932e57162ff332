package bot_test

import (
	"context"
	"fmt"

	"github.com/frontdesk-go/frontdesk/bot"
)

// A bot with one handler and one language needs nothing else.
func ExampleNew() {
	said := bot.Var[int]{Name: "said"}
	b, err := bot.New(bot.Options{}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		if err := said.Set(t, said.Get(t)+1); err != nil {
			return err
		}
		return t.Say("{n}: {text}", "n", said.Get(t), "text", t.Message.Text)
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range []bot.Message{{ID: "1", Text: "你好"}, {ID: "2", Text: "hello"}, {ID: "2", Text: "hello"}} {
		m.Thread = bot.Thread{Channel: "web", Peer: "visitor-7"}
		replies, _ := b.Handle(context.Background(), m)
		fmt.Println(replies[0].Text)
	}
	// Output:
	// 1: 你好
	// 2: hello
	// 2: hello
}

// A dialog is a function that asks; it runs again with each answer.
func ExampleAsk() {
	table := func(ctx context.Context, t *bot.Turn) error {
		people, err := bot.Ask(t, bot.Question[int]{Name: "people", Prompt: "几位用餐？"})
		if err != nil {
			return err
		}
		room, err := bot.Choose(t, "room", "坐大厅还是包间？", "大厅", "包间")
		if err != nil {
			return err
		}
		if ok, err := bot.Confirm(t, "sure", "{n} 位，{room}，对吗？", "n", people, "room", room); err != nil || !ok {
			return err
		}
		no, err := bot.Once(ctx, t, "book", func(ctx context.Context, key string) (string, error) {
			return "A12", nil // the restaurant's own system; key is the same on every attempt
		})
		if err != nil {
			return err
		}
		return t.Say("订好了，座位号 {no}。", "no", no)
	}
	b, err := bot.New(bot.Options{}, bot.HandlerFunc(table))
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, text := range []string{"订位", "4", "包间", "不对，大厅", "好的"} {
		replies, _ := b.Handle(context.Background(), bot.Message{ID: fmt.Sprint(i), Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: text})
		for _, r := range replies {
			fmt.Println(r.Text)
		}
	}
	// Output:
	// 几位用餐？
	// 坐大厅还是包间？
	// 4 位，包间，对吗？
	// 好的，已经改过来了。
	// 4 位，大厅，对吗？
	// 订好了，座位号 A12。
}
