package kb

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestFill(t *testing.T) {
	t.Parallel()
	values := map[string]string{"order.status": "已发货", "name": "{{order.status}}", "empty": ""}
	for name, c := range map[string]struct {
		answer, want string
		missing      []string
	}{
		"none":            {"您好！", "您好！", nil},
		"one":             {"您的订单{{order.status}}。", "您的订单已发货。", nil},
		"spaces, twice":   {"{{ order.status }}、{{order.status}}", "已发货、已发货", nil},
		"missing":         {"{{a}} {{b}} {{a}}", "{{a}} {{b}} {{a}}", []string{"a", "b"}},
		"value is text":   {"{{name}}", "{{order.status}}", nil},
		"empty value":     {"[{{empty}}]", "[]", nil},
		"does not close":  {"{{order.status", "{{order.status", nil},
		"opens twice":     {"{{x {{order.status}}", "{{x 已发货", nil},
		"no name":         {"{{}}", "{{}}", []string{""}},
		"another's":       {"{{.Title}} {{#if x}} {{order.status}}", "{{.Title}} {{#if x}} 已发货", nil},
		"closes too much": {"}}{{order.status}}}}", "}}已发货}}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, missing := Fill(c.answer, func(n string) (string, bool) { v, ok := values[n]; return v, ok })
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.missing, missing)
		})
	}
	got, missing := Fill("{{a}}", nil)
	assert.Equal(t, "{{a}}", got)
	assert.Equal(t, []string{"a"}, missing)
}

// With no values a text stays as it is; with all, none is missing.
func TestFillAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"{{", "}}", "{", "}", "a", "订单", "\xff", " "})).Draw(t, "parts"), "")
		got, _ := Fill(s, nil)
		assert.Equal(t, s, got)
		asked := map[string]int{}
		_, missing := Fill(s, func(n string) (string, bool) { asked[n]++; return "x", true })
		for n, times := range asked {
			assert.Equal(t, 1, times, n)
		}
		for _, m := range missing {
			assert.Empty(t, m, "only a variable without a name has no value")
		}
	})
}

func ExampleFill() {
	text, missing := Fill("订单{{order.status}}，预计{{order.arrival}}送达。", func(name string) (string, bool) {
		v, ok := map[string]string{"order.status": "已发货"}[name]
		return v, ok
	})
	fmt.Println(text, missing)
	// Output: 订单已发货，预计{{order.arrival}}送达。 [order.arrival]
}
