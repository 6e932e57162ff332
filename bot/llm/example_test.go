package llm_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/llm"
	"github.com/frontdesk-go/frontdesk/kb"
)

// A model service words the answer; the knowledge base decides what is true.
func ExampleNew() {
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { // stands for the service
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, `data: {"choices":[{"delta":{"content":"您放心，收到退货后 3 天内就会退到您的账户。"}}]}`+"\n\n")
		fmt.Fprint(w, `data: {"choices":[{"delta":{},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
	}))
	defer model.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()

	writer, err := llm.New(&llm.Options{BaseURL: model.URL, Model: "qwen3", Client: &http.Client{Transport: transport}})
	if err != nil {
		fmt.Println(err)
		return
	}
	base, err := kb.New([]kb.Entry{{ID: "refund", Texts: map[string]kb.Text{
		"zh": {Question: "退款多久到账？", Answer: "收到退货后 3 天内原路退回。"},
	}}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := bot.New(bot.Options{Knowledge: base, Write: writer}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	replies, err := b.Handle(context.Background(), bot.Message{ID: "1", Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: "退款多久到账？"})
	fmt.Println(replies[0].Text, replies[0].Written, err)
	// Output: 您放心，收到退货后 3 天内就会退到您的账户。 true <nil>
}
