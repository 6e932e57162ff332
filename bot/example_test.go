package bot_test

import (
	"context"
	"fmt"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/kb"
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

// Each tenant has a base of its own: what one's says, no question of another finds.
func ExampleOptions_tenants() {
	answers := func(text string) bot.Answerer {
		base, err := kb.New([]kb.Entry{{ID: "hours", Texts: map[string]kb.Text{"zh": {Question: "几点开门？", Answer: text}}}}, nil)
		if err != nil {
			panic(err)
		}
		return base
	}
	bases := map[string]bot.Answerer{"north": answers("北店十点开门。"), "south": answers("南店九点开门。")}
	b, err := bot.New(bot.Options{KnowledgeOf: func(tenant string) (bot.Answerer, bool) {
		base, ok := bases[tenant]
		return base, ok
	}}, bot.NewMux())
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, tenant := range []string{"north", "south", "west"} {
		replies, _ := b.Handle(context.Background(), bot.Message{ID: fmt.Sprint(i), Text: "几点开门？", Thread: bot.Thread{Tenant: tenant, Channel: "web", Peer: "visitor-7"}})
		fmt.Println(replies[0].Text)
	}
	// Output:
	// 北店十点开门。
	// 南店九点开门。
	// 抱歉，这个问题我还不太清楚。您可以换个说法再问一次，或者回复“人工”由同事为您处理。
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
