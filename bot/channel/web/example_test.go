package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/channel/web"
)

func ExampleNew() {
	b, err := bot.New(bot.Options{}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		return t.Say("您好，请问有什么可以帮您？")
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	chat, err := web.New(b, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = chat.Close() }()
	mux := http.NewServeMux()
	mux.Handle("/chat/", chat) // http.ListenAndServe("localhost:8080", mux)

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/chat/widget.js", nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output: 200 text/javascript; charset=utf-8
}
