package sqlite_test

import (
	"context"
	"fmt"
	"time"

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

// A job that a host runs once a day. Who a customer is and what they agreed to
// stays; what they only looked at is forgotten after a year.
func ExampleStore_Retain() {
	store, err := sqlite.Open(":memory:", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close() }()
	const day = 24 * time.Hour
	rows, err := store.Retain(context.Background(), time.Now(), sqlite.Retention{
		Conversations: 730 * day, Lines: 365 * day, Answers: 30 * day,
		Events: map[string]time.Duration{"turn": 90 * day, "viewed": 365 * day},
	})
	fmt.Println(rows["lines"], err)
	// Output: 0 <nil>
}
