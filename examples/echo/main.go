// Echo is the smallest bot: it counts what a customer says.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"github.com/frontdesk-go/frontdesk/bot"
)

func main() {
	said := bot.Var[int]{Name: "said"}
	b, err := bot.New(bot.Options{}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		n := said.Get(t) + 1
		if err := said.Set(t, n); err != nil {
			return err
		}
		return t.Say("{n}: {text}", "n", n, "text", t.Message.Text)
	}))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		replies, err := b.Handle(context.Background(), bot.Message{Thread: bot.Thread{Channel: "terminal", Peer: "me"}, Text: in.Text()})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for _, r := range replies {
			fmt.Println(r.Text)
		}
	}
}
