package insight_test

import (
	"context"
	"fmt"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/insight"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// What made customers angry, from the log that the bot has written.
func ExampleMoods() {
	mood, err := sentiment.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	store := bot.NewMemory()
	b, err := bot.New(bot.Options{Store: store, Mood: mood}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		return t.Say("请您耐心等待")
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = b.Close() }()
	ctx := context.Background()
	for i, text := range []string{"我的快递到哪了", "都十天了还没到，太慢了", "又让我等，气死我了"} {
		if _, err := b.Handle(ctx, bot.Message{ID: fmt.Sprint(i), Thread: bot.Thread{Channel: "web", Peer: "ann"}, Text: text}); err != nil {
			fmt.Println(err)
			return
		}
	}
	r, err := insight.Moods(ctx, store, "", insight.Span{From: time.Now().AddDate(0, 0, -7)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Conversations, "conversation,", r.Soured, "turned bad over", r.Causes[0].Name)
	for _, a := range r.After {
		fmt.Printf("worse after %s: %d of %d\n", a.Name, a.Worse, a.Given)
	}
	// Output:
	// 1 conversation, 1 turned bad over delay
	// worse after handler: 2 of 3
}
