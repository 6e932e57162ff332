package entity_test

import (
	"fmt"
	"time"

	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// Names come from the catalogue; order numbers, amounts and dates are built in.
func ExampleExtractor() {
	x, err := entity.New(&entity.Options{
		Names: []entity.Name{
			{Type: "colour", Value: "red", Texts: []string{"红色", "红", "red"}},
			{Type: "category", Value: "dress", Texts: []string{"裙子", "连衣裙", "dress"}},
		},
		Patterns: []entity.Pattern{{Type: "coupon", Expr: `CP\d{4}`, Normalise: "upper"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC) // a Wednesday
	for _, message := range []string{
		"上周五买的紅色連衣裙，订单号Ａ1024，三百以内",
		"Any red dresses under $80 by next Friday? I have coupon cp2026.",
	} {
		for _, e := range x.Extract(message, "", now) {
			fmt.Printf("%s %q = %s\n", e.Type, e.Text, e.Value)
		}
	}
	// Output:
	// date "上周五" = 2026-03-06
	// colour "紅色" = red
	// category "連衣裙" = dress
	// order "Ａ1024" = A1024
	// money "三百以内" = ..300
	// colour "red" = red
	// category "dresses" = dress
	// money "under $80" = ..80 USD
	// date "next Friday" = 2026-03-20
	// coupon "cp2026" = CP2026
}
