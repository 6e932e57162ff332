package instep_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/instep"
)

// warehouse stands for a service that the flow asks.
type warehouse struct{}

func (warehouse) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func ExampleTransport() {
	client := &http.Client{Transport: instep.Transport(warehouse{})}
	stock := func(ctx context.Context) (string, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://warehouse/stock", nil)
		if err != nil {
			return "", err
		}
		resp, err := client.Do(req)
		if err != nil {
			return "", err
		}
		return resp.Status, resp.Body.Close()
	}
	b, err := bot.New(bot.Options{}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		_, err := stock(ctx) // a mistake: it would be asked again at every message
		fmt.Println("between steps, refused:", errors.Is(err, instep.ErrOutside))
		_, err = bot.Load(ctx, t, "stock", stock)
		fmt.Println("in a Load:", err)
		return t.Say("有货。")
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = b.Close() }()
	if _, err := b.Handle(context.Background(), bot.Message{ID: "1", Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: "有货吗？"}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// between steps, refused: true
	// in a Load: <nil>
}
