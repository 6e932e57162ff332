package text_test

import (
	"fmt"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

func Example() {
	for _, said := range []string{"我要退ＡＢＣ１２３，這個太差了！！！！", "Sooooo LATE – where’s order ABC123?"} {
		m := text.Normalize(said, nil)
		fmt.Println(text.Language(said), m.Text)
		for _, token := range text.Tokens(m.Text) {
			if token.Text == "abc123" {
				start, end := m.Original(token.Start, token.End)
				fmt.Println("   the customer wrote", said[start:end])
			}
		}
	}
	// Output:
	// zh 我要退abc123,这个太差了!
	//    the customer wrote ＡＢＣ１２３
	// en soo late - where's order abc123?
	//    the customer wrote ABC123
}

func ExampleTerms() {
	fmt.Println(text.Terms("怎麼退貨"))
	fmt.Println(text.Terms("Returning orders"))
	// Output:
	// [怎 怎么 么 么退 退 退货 货]
	// [return order]
}

func ExampleSentences() {
	for _, s := range text.Sentences("鞋子开胶了。能退吗？It cost 3.50 dollars. Thanks!") {
		fmt.Println(s)
	}
	// Output:
	// 鞋子开胶了。
	// 能退吗？
	// It cost 3.50 dollars.
	// Thanks!
}
