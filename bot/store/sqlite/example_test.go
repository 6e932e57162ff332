package sqlite_test

import (
	"context"
	"fmt"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/sqlite"
)

func ExampleOpen() {
	store, err := sqlite.Open(":memory:", nil) // or "shop.db"
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close() }()
	b, err := bot.New(bot.Options{Store: store, Customers: store.Profiles()}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		if t.First() {
			t.Learn("name", "林晓")
			return t.Say("很高兴认识您。")
		}
		return t.Say("{name}，您好。", "name", t.Customer.Traits["name"].Value)
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range []string{"1", "2"} {
		replies, _ := b.Handle(context.Background(), bot.Message{ID: id, Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: "我是林晓"})
		fmt.Println(replies[0].Text)
	}
	// Output:
	// 很高兴认识您。
	// 林晓，您好。
}
