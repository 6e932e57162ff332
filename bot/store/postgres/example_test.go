package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/postgres"
)

// Every replica opens the same database; whichever gets a message answers it.
func ExampleOpen() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	store, err := postgres.Open(ctx, "postgres://shop@db.internal/shop", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close() }()
	b, err := bot.New(bot.Options{Store: store, Customers: store.Profiles()}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		return t.Say("您好，请问有什么可以帮您？")
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = b.Close() }()
}

// One of several replicas sends the outbox; when it dies another takes over.
func ExampleStore_Acquire() {
	ctx := context.Background()
	store, err := postgres.Open(ctx, "postgres://shop@db.internal/shop", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close() }()
	work := bot.Key{Conversation: "outbox"}
	_, err = store.Acquire(ctx, work, "replica-1", time.Now(), 30*time.Second)
	var held *postgres.HeldError
	switch {
	case errors.As(err, &held):
		fmt.Println("replica", held.Holder, "sends until", held.Until)
	case err == nil:
		// send, and acquire again before the 30 seconds are over
	}
}
