// Faq answers from a folder of Markdown and nothing else:
//
//	go run ./examples/faq [FOLDER]
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/kb"
)

func main() {
	dir := "examples/faq/kb"
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	base, err := kb.Load(os.DirFS(dir), nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	b, err := bot.New(bot.Options{Knowledge: base}, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		replies, err := b.Handle(context.Background(), bot.Message{Thread: bot.Thread{Channel: "terminal", Peer: "me"}, Text: in.Text()})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		for _, r := range replies {
			fmt.Println(r)
		}
	}
}
