package pii_test

import (
	"fmt"

	"github.com/frontdesk-go/frontdesk/internal/pii"
)

func Example() {
	fmt.Println(pii.Mask("我的电话是138 0013 8000，邮箱zhangsan＠example.com"))
	fmt.Println(pii.Mask("Refund card 4111 1111 1111 1111 or call +1 202-555-0143"))
	// Output:
	// 我的电话是138 **** 8000，邮箱z***＠example.com
	// Refund card **** **** **** 1111 or call +1 ***-***-0143
}

func ExampleFind() {
	said := "身份证11010519491231002X，订单110105194912310021"
	for _, span := range pii.Find(said) {
		fmt.Println(span.Kind, said[span.Start:span.End])
	}
	// Output:
	// id_card 11010519491231002X
}
