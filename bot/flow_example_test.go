package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
)

// talk sends one text after the other and prints what the bot says.
func talk(b *bot.Bot, texts ...string) {
	for i, text := range texts {
		replies, err := b.Handle(context.Background(), bot.Message{ID: "m" + strconv.Itoa(i) + text, Thread: visitor(), Text: text})
		if err != nil {
			fmt.Println(err)
		}
		for _, r := range replies {
			fmt.Println(r.Text)
		}
	}
}

func visitor() bot.Thread { return bot.Thread{Channel: "web", Peer: "visitor"} }

// A form is asked for field by field; a customer may give several fields at
// once, and correct one by its name.
func ExampleFill() {
	type repair struct {
		Fault string `ask:"fault" options:"screen|battery" label:"fault"`
		Count int    `ask:"count" min:"1" max:"9" label:"number of phones|phones"`
		Name  string `ask:"name" min:"2" label:"name"`
	}
	b, err := bot.New(bot.Options{Language: "en"}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		var r repair
		if err := bot.Fill(t, "repair", &r); err != nil {
			return err
		}
		if ok, err := bot.Confirm(t, "sure", "{n} with a broken {f} for {who}?", "n", r.Count, "f", r.Fault, "who", r.Name); err != nil || !ok {
			return err
		}
		return t.Say("Booked.")
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	talk(b, "I need a repair", "screen", "phones: 12\nname: Ann", "2", "wait, phones should be 3", "yes")
	// Output:
	// fault, please?
	// number of phones, please?
	// The number of phones can't be more than 9.
	// number of phones, please?
	// 2 with a broken screen for Ann?
	// OK, I've changed that.
	// 3 with a broken screen for Ann?
	// Booked.
}

// A flow waits for an event from outside, here a payment, and goes on when the
// host signals it.
func ExampleWait() {
	b, err := bot.New(bot.Options{Language: "en"}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		if err := t.Say("Please pay with the link I've sent."); err != nil {
			return err
		}
		cents, err := bot.Wait[int](t, "payment", bot.For{Event: "paid", Key: "order-7", Within: time.Hour})
		if errors.Is(err, bot.ErrExpired) {
			return t.Say("There was no payment, so I've let the order go.")
		}
		if err != nil {
			return err
		}
		return t.Say("Thank you for {sum}.", "sum", bot.Price(int64(cents), "USD"))
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	talk(b, "buy")
	replies, err := b.Signal(context.Background(), bot.Signal{ID: "hook-1", Thread: visitor(), Event: "paid", Key: "order-7", Data: 4390})
	fmt.Println(replies[0].Text, err)
	// Output:
	// Please pay with the link I've sent.
	// Thank you for $43.90. <nil>
}
