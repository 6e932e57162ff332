package llm_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

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

// Vectors of a service find what the words of a question do not: the knowledge
// base goes on without them when the service is away.
func ExampleNewEmbedder() {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // stands for the service
		var in struct{ Input []string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		data := []map[string]any{}
		for i, s := range in.Input {
			v := []float32{0.1, 1}
			if strings.Contains(s, "shipping") || strings.Contains(s, "postage") {
				v = []float32{1, 0.1}
			}
			data = append(data, map[string]any{"index": i, "embedding": v})
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
	}))
	defer service.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()

	e, err := llm.NewEmbedder(&llm.EmbedOptions{BaseURL: service.URL, Model: "bge-m3", Client: &http.Client{Transport: transport}})
	if err != nil {
		fmt.Println(err)
		return
	}
	base, err := kb.New([]kb.Entry{
		{ID: "fee", Texts: map[string]kb.Text{"en": {Question: "How much is shipping?", Answer: "Free over $15."}}},
		{ID: "time", Texts: map[string]kb.Text{"en": {Question: "How long does it take?", Answer: "2 to 4 days."}}},
	}, &kb.Options{Embedder: e, EmbedWithin: time.Minute})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	n, err := base.Embed(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := base.Answer(ctx, kb.Query{Text: "what about postage", Language: "en"})
	fmt.Println(n, a.Hits[0].ID, a.Embedded, err)
	// Output: 2 fee true <nil>
}
