package recommend

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestOffersKeepTheFloor(t *testing.T) {
	t.Parallel()
	o, err := ReadOffers(strings.NewReader("- name: ten\n  give: {percent: 10}\n  floor: {CNY: 20000}\n  text: {zh: 九折}\n- name: vip\n  when: {tag: vip}\n  give: {amount: {CNY: 1000}}\n  once: true\n  text: {zh: 减十元}\n- name: sorry\n  when: {purpose: compensation}\n  give: {percent: 20}\n"), "o.yaml")
	require.NoError(t, err)
	s := shelf(t)
	d1, _ := s.Item("d1")
	d2, _ := s.Item("d2")
	got := o.For(OfferRequest{Item: &d1, Currency: "CNY", Language: "zh"})
	require.Len(t, got, 1)
	assert.Equal(t, int64(26910), got[0].Price)
	assert.Empty(t, o.For(OfferRequest{Item: &d2, Currency: "CNY"}), "below the floor")
	assert.Len(t, o.For(OfferRequest{Item: &d2, Currency: "CNY", Tags: []string{"vip"}}), 1)
	assert.Empty(t, o.For(OfferRequest{Item: &d2, Currency: "CNY", Tags: []string{"vip"}, Used: []string{"vip"}}))
	c := o.For(OfferRequest{Currency: "CNY", Purpose: "compensation", Limit: 10})
	require.Len(t, c, 1)
	assert.Equal(t, 10, c[0].Percent, "the plan's limit bounds a compensation")
	_, err = ReadOffers(strings.NewReader("- name: x\n"), "o.yaml")
	assert.ErrorContains(t, err, "give a percent or an amount")
}

func rules(t testing.TB, yaml string) *Offers {
	t.Helper()
	o, err := ReadOffers(strings.NewReader(yaml), "o.yaml")
	require.NoError(t, err)
	return o
}

func TestOfferReasons(t *testing.T) {
	t.Parallel()
	d1, ok := shelf(t).Item("d1")
	require.True(t, ok)
	march := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		rule string
		r    OfferRequest
		why  string
	}{
		"purpose":                     {"when: {purpose: compensation}, give: {percent: 5}", OfferRequest{}, "purpose"},
		"a tag":                       {"when: {tag: vip}, give: {percent: 5}", OfferRequest{Tags: []string{"new"}}, "tag"},
		"one of the tags":             {"when: {tags: [vip, new]}, give: {percent: 5}", OfferRequest{Tags: []string{"new"}}, ""},
		"mood":                        {"when: {mood: [angry]}, give: {percent: 5}", OfferRequest{Mood: "neutral"}, "mood"},
		"the mood asked for":          {"when: {mood: [angry]}, give: {percent: 5}", OfferRequest{Mood: "angry"}, ""},
		"category":                    {"when: {category: [shoes]}, give: {percent: 5}", OfferRequest{Item: &d1}, "category"},
		"an item":                     {"when: {items: [x]}, give: {percent: 5}", OfferRequest{Item: &d1}, "item"},
		"basket":                      {"when: {min_basket: {CNY: 10000}}, give: {percent: 5}", OfferRequest{Basket: 9999, Currency: "CNY"}, "basket"},
		"basket in another currency":  {"when: {min_basket: {CNY: 1}}, give: {percent: 5}", OfferRequest{Basket: 9999, Currency: "USD"}, "basket"},
		"not yet":                     {"when: {from: 2026-03-10T00:00:00Z}, give: {percent: 5}", OfferRequest{Now: march}, "date"},
		"over":                        {"when: {until: 2026-03-09T09:00:00Z}, give: {percent: 5}", OfferRequest{Now: march}, "date"},
		"now":                         {"when: {from: 2026-03-01T00:00:00Z, until: 2026-04-01T00:00:00Z}, give: {percent: 5}", OfferRequest{Now: march}, ""},
		"used":                        {"once: true, give: {percent: 5}", OfferRequest{Used: []string{"r"}}, "used"},
		"no amount in the currency":   {"give: {amount: {CNY: 100}}", OfferRequest{Currency: "USD"}, "currency"},
		"no price in the currency":    {"give: {percent: 5}", OfferRequest{Item: &d1, Currency: "JPY"}, "currency"},
		"an amount of nobody knows":   {"give: {amount: {CNY: 100}}", OfferRequest{Currency: "CNY", Limit: 10}, "limit"},
		"the floor of a basket":       {"give: {amount: {CNY: 5000}}, floor: {CNY: 6000}", OfferRequest{Currency: "CNY", Basket: 10000}, "floor"},
		"an amount for all there is":  {"give: {amount: {CNY: 5000}}", OfferRequest{Currency: "CNY", Basket: 5000}, "floor"},
		"a budget for days, no clock": {"give: {percent: 5}, budget: {times: 9, days: 7}", OfferRequest{}, "budget"},
	} {
		v := rules(t, "- {name: r, "+c.rule+"}").Explain(c.r)
		require.Len(t, v, 1, name)
		assert.Equal(t, c.why, v[0].Why, name)
		assert.Equal(t, c.why == "", v[0].Offer != nil, name)
	}
	limited := rules(t, "- {name: r, give: {amount: {CNY: 5000}}}").For(OfferRequest{Currency: "CNY", Basket: 10000, Limit: 10})
	require.Len(t, limited, 1)
	assert.Equal(t, int64(1000), limited[0].Amount, "a limit in percent bounds an amount too")
	assert.Equal(t, int64(9000), limited[0].Price)
	for name, yaml := range map[string]string{"twice": "- {name: a, give: {percent: 1}}\n- {name: a, give: {percent: 1}}", "days": "- {name: a, give: {percent: 1}, budget: {days: 9999}}"} {
		_, err := ReadOffers(strings.NewReader(yaml), "o.yaml")
		assert.Error(t, err, name)
	}
}

// What is on for everybody is told whatever the basket holds; what is for some,
// for a purpose, over or used up is not.
func TestPublicOffers(t *testing.T) {
	t.Parallel()
	o := rules(t, `
- {name: basket, when: {min_basket: {CNY: 30000}}, give: {amount: {CNY: 3000}}, code: SAVE30, text: {zh: 满 300 减 30, en: $5 off}}
- {name: audio, when: {category: [earphones]}, give: {percent: 8}, text: {zh: 耳机 92 折, en: 8% off earphones}}
- {name: one, when: {items: [d1]}, give: {percent: 5}, text: {zh: 单品 95 折}}
- {name: new, when: {tag: new}, give: {percent: 10}}
- {name: sorry, when: {purpose: compensation}, give: {percent: 10}}
- {name: sad, when: {mood: [sad]}, give: {percent: 10}}
- {name: asked, give: {percent: 30}, approve: true}
- {name: over, when: {until: 2026-03-01}, give: {percent: 10}}
- {name: dollars, give: {amount: {USD: 500}}}
- {name: few, budget: {times: 1}, give: {percent: 3}}
`)
	march := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	r := OfferRequest{Customer: "c", Currency: "CNY", Language: "zh", Now: march}
	names := func(offers []Offer) (out []string) {
		for _, of := range offers {
			out = append(out, of.Rule)
		}
		return out
	}
	got := o.Public(r)
	require.Equal(t, []string{"basket", "audio", "one", "few"}, names(got))
	assert.Equal(t, Offer{Rule: "basket", Code: "SAVE30", Amount: 3000, Currency: "CNY", Text: "满 300 减 30"}, got[0])
	require.NoError(t, o.Take(Grant{ID: "g", Rule: "few", Customer: "d", At: march}))
	assert.NotContains(t, names(o.Public(r)), "few")
	r.Now = march.AddDate(0, -1, 0)
	assert.Contains(t, names(o.Public(r)), "over", "in time")
}

func TestTake(t *testing.T) {
	t.Parallel()
	const yaml = "- {name: once, give: {percent: 5}, once: true}\n- {name: two, give: {percent: 5}, budget: {times: 2}}\n" +
		"- {name: money, give: {percent: 5}, budget: {amount: {CNY: 1000}}}\n- {name: week, give: {percent: 5}, budget: {times: 1, days: 7}}\n- {name: asked, give: {percent: 5}, approve: true}\n"
	day := func(n int) time.Time { return time.Date(2026, 3, n, 9, 0, 0, 0, time.UTC) }
	type try struct {
		g    Grant
		want error
	}
	for name, tries := range map[string][]try{
		"once a customer":             {{Grant{ID: "1", Rule: "once", Customer: "a"}, nil}, {Grant{ID: "2", Rule: "once", Customer: "a"}, ErrUsed}, {Grant{ID: "3", Rule: "once", Customer: "b"}, nil}},
		"the same effect again":       {{Grant{ID: "1", Rule: "once", Customer: "a"}, nil}, {Grant{ID: "1", Rule: "once", Customer: "a"}, nil}},
		"another tenant's customer":   {{Grant{ID: "1", Rule: "once", Customer: "a"}, nil}, {Grant{ID: "2", Tenant: "t", Rule: "once", Customer: "a"}, nil}},
		"times":                       {{Grant{ID: "1", Rule: "two"}, nil}, {Grant{ID: "2", Rule: "two"}, nil}, {Grant{ID: "3", Rule: "two"}, ErrBudget}, {Grant{ID: "4", Tenant: "t", Rule: "two"}, nil}},
		"an amount":                   {{Grant{ID: "1", Rule: "money", Amount: 600, Currency: "CNY"}, nil}, {Grant{ID: "2", Rule: "money", Amount: 600, Currency: "CNY"}, ErrBudget}, {Grant{ID: "3", Rule: "money", Amount: 400, Currency: "CNY"}, nil}},
		"a week goes by":              {{Grant{ID: "1", Rule: "week", At: day(1)}, nil}, {Grant{ID: "2", Rule: "week", At: day(7)}, ErrBudget}, {Grant{ID: "3", Rule: "week", At: day(8)}, nil}},
		"a person agrees":             {{Grant{ID: "1", Rule: "asked"}, ErrApproval}, {Grant{ID: "1", Rule: "asked", By: "ann"}, nil}},
		"no such rule":                {{Grant{ID: "1", Rule: "x"}, ErrNoRule}},
		"what the log said in a past": {{Grant{ID: "log", Rule: "once", Customer: "logged"}, nil}, {Grant{ID: "5", Rule: "once", Customer: "logged"}, ErrUsed}},
	} {
		o := rules(t, yaml)
		o.Record(Grant{ID: "log", Rule: "once", Customer: "logged"})
		for i, c := range tries {
			require.ErrorIs(t, o.Take(c.g), c.want, "%s, %d", name, i)
		}
	}
	o := rules(t, yaml)
	require.NoError(t, o.Take(Grant{ID: "1", Rule: "once", Customer: "a", Amount: 5, Currency: "CNY"}))
	o.Record(Grant{ID: "1", Rule: "once", Customer: "a", Amount: 5, Currency: "CNY"})
	assert.Equal(t, Spent{1, map[string]int64{"CNY": 5}}, o.Spent("", "once"), "the log repeats what was taken")
	assert.Len(t, o.For(OfferRequest{Customer: "a", Now: day(1)}), 4, "it was used")
	n, err := o.Erase(t.Context(), "", "a")
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"grants": 1}, n)
	assert.Equal(t, 1, o.Spent("", "once").Times, "what was spent stays")
}

// Whoever asks at once, no budget is overspent and no price falls below its
// floor.
func TestOffersKeepTheirBounds(t *testing.T) {
	t.Parallel()
	o := rules(t, "- {name: ten, give: {percent: 5}, budget: {times: 10}}")
	var wait sync.WaitGroup
	for i := range 40 {
		wait.Go(func() { _ = o.Take(Grant{ID: fmt.Sprint(i), Rule: "ten"}) })
	}
	wait.Wait()
	assert.Equal(t, 10, o.Spent("", "ten").Times)
	rapid.Check(t, func(t *rapid.T) {
		price, floor := rapid.Int64Range(0, 1e9).Draw(t, "price"), rapid.Int64Range(0, 1e9).Draw(t, "floor")
		give := fmt.Sprintf("percent: %d", rapid.IntRange(1, 90).Draw(t, "percent"))
		if rapid.Bool().Draw(t, "amount") {
			give = fmt.Sprintf("amount: {CNY: %d}", rapid.Int64Range(1, 1e9).Draw(t, "off"))
		}
		o, err := ReadOffers(strings.NewReader(fmt.Sprintf("- {name: r, give: {%s}, floor: {CNY: %d}}", give, floor)), "o.yaml")
		require.NoError(t, err)
		for _, of := range o.For(OfferRequest{Item: &Item{Price: map[string]int64{"CNY": price}}, Currency: "CNY", Limit: rapid.IntRange(0, 90).Draw(t, "limit")}) {
			assert.True(t, price == 0 || of.Price >= max(1, floor) && of.Price <= price)
		}
	})
}

// No rule of offers is read as another than was written.
func TestOffersAreReadAsWritten(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"{name: a, give: {percent: 50}, floor: {USD: 19.50}}":                                                         "line 1: 19.50: write a whole number",
		"{name: a, give: {amount: {USD: 4.99}}}":                                                                      "4.99: write a whole number",
		"{name: a, give: {percent: 10.9}}":                                                                            "10.9: write a whole number",
		"{name: a, give: {amount: {USD: -500}}}":                                                                      "give.amount: -500 USD",
		"{name: a, give: {amount: {USD: 0}}}":                                                                         "give.amount: 0 USD",
		"{name: a, give: {percent: 5}, floor: {usd: 100}}":                                                            `floor: "usd" is no currency`,
		"{name: a, give: {percent: 5}, floor: {USD: -1}}":                                                             "floor: -1 USD",
		"{name: a, give: {percent: 5}, budget: {days: 30}}":                                                           "30 days of what?",
		"{name: a, give: {percent: 5}, when: {from: 2026-05-02T00:00:00Z, until: 2026-05-01T00:00:00Z}}":              "until is not after from",
		"{name: a, give: {percent: 5}, when: {from: 2026-05-01T00:00:00Z, until: 2026-05-01T00:00:00Z}}\n- {name: b}": "until is not after from",
	} {
		_, err := ReadOffers(strings.NewReader("- "+rule), "o.yaml")
		assert.ErrorContains(t, err, want, rule)
	}
	o, err := ReadOffers(strings.NewReader("- {name: a, give: {percent: 50}, floor: {USD: 1950}}"), "o.yaml")
	require.NoError(t, err)
	it := thing("x", "c", "red", 1, 1)
	it.Price["USD"] = 3000
	assert.Empty(t, o.For(OfferRequest{Item: &it, Currency: "USD"}), "15.00 is below the floor of 19.50")
	_, err = ReadOffers(bytes.NewReader(nil), "o.yaml")
	assert.NoError(t, err)
}
