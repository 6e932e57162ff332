package recommend

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The same engine suits other trades than goods: what is a hard rule there is a
// filter here.
func TestTrades(t *testing.T) {
	t.Parallel()
	head := "id,category,name.zh,name.en,price.CNY,stock,needs,from,until,level,risk,season,contains\n"
	items, err := ReadCatalogue(strings.NewReader(head+
		"go1,course,Go 入门,Go basics,99,999,,,,1,,,\n"+
		"go2,course,Go 进阶,More Go,199,999,go1,,,2,,,\n"+
		"go3,course,Go 并发,Go concurrency,299,999,go1|go2,,,3,,,\n"+
		"bond,fund,稳健债券,Steady bonds,1000,999,,,,,2,,\n"+
		"tech,fund,科技股票,Tech shares,1000,999,,,,,4,,\n"+
		"odd,fund,未评级基金,Unrated,1000,999,,,,,none,,\n"+
		"ski,trip,长白山滑雪,Skiing,3999,9,,2026-11-01,2027-03-01,,,winter,\n"+
		"sea,trip,三亚海滩,The beach,2999,9,,2027-04-01,2027-10-01,,,summer,\n"+
		"duck,dish,宫保鸡丁,Kung pao chicken,38,99,,,,,,,peanut|chilli\n"+
		"fish,dish,清蒸鲈鱼,Steamed bass,68,99,,,,,,,fish\n"), "c.csv")
	require.NoError(t, err)
	s, err := New(items, nil)
	require.NoError(t, err)
	record(t, s, Event{Kind: "purchased", Customer: "learner", Item: "go1"})
	winter := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	of := func(category string, more ...Filter) []Filter {
		return append(more, Filter{Attribute: "category", Any: []string{category}})
	}
	for name, c := range map[string]struct {
		r    Request
		want string
	}{
		"the first course for a beginner":   {Request{Must: of("course")}, "go1"},
		"the next course, none too far":     {Request{Customer: "learner", Must: of("course")}, "go2"},
		"a fund within the customer's risk": {Request{Must: of("fund", Filter{Attribute: "risk", Max: 3})}, "bond"},
		"a fund of some risk at least":      {Request{Must: of("fund", Filter{Attribute: "risk", Min: 3})}, "tech"},
		"a trip of the season":              {Request{Must: of("trip"), Now: winter}, "ski"},
		"the day it ends is out":            {Request{Must: of("trip"), Now: time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)}, ""},
		"a dish without peanuts":            {Request{Must: of("dish"), Not: []Filter{{Attribute: "contains", Any: []string{"peanut"}}}}, "fish"},
	} {
		assert.Equal(t, c.want, ids(recommendTo(t, s, c.r)), name)
	}
	_, err = ReadCatalogue(strings.NewReader(head+"x,trip,行,Trip,1,1,,soon,,,,,\n"), "c.csv")
	assert.ErrorContains(t, err, `c.csv:2: column from: date "soon": write it like 2026-11-30`)
}

func TestReadItems(t *testing.T) {
	t.Parallel()
	got, err := ReadItems(strings.NewReader(`[{"id":"a","category":"cup","name":{"zh":"杯子"},"price":{"CNY":900},"stock":2,"lasts_days":30,"until":"2027-01-01T00:00:00Z"}]`), "i.json")
	require.NoError(t, err)
	require.Len(t, got, 1)
	assert.Equal(t, 2027, got[0].Until.Year())
	for want, file := range map[string]string{
		"want an array of items":       "{}",
		`unknown field "colour"`:       `[{"id":"a","colour":"red"}]`,
		"item 1: item \"a\" has no na": `[{"id":"a","category":"cup","price":{"CNY":1}}]`,
		`id "a" is the 1. item's`:      `[{"id":"a","category":"c","name":{"en":"A"},"price":{"CNY":1}},{"id":"a","category":"c","name":{"en":"A"},"price":{"CNY":1}}]`,
	} {
		_, err := ReadItems(strings.NewReader(file), "i.json")
		assert.ErrorContains(t, err, want)
	}
}

// A fund is suggested only to whom it suits, whatever asks for it, and never
// without its warning.
func TestSuitability(t *testing.T) {
	t.Parallel()
	const warning = "投资有风险，入市需谨慎"
	items, err := ReadCatalogue(strings.NewReader("id,category,name.zh,name.en,price.CNY,stock,risk,notice.zh,goes_with\n"+
		"bond,fund,稳健债券,Steady bonds,1000,9,2,"+warning+",tech\ntech,fund,科技股票,Tech shares,1000,9,4,"+warning+",bond\nbook,book,理财入门,Saving,20,9,,,\n"), "c.csv")
	require.NoError(t, err)
	risk := map[string]float64{"careful": 2, "bold": 5}
	s, err := New(items, &Options{Suits: func(it *Item, r *Request) bool {
		return it.Category != "fund" || it.Has(Filter{Attribute: "risk", Min: 1, Max: max(1, risk[r.Customer])})
	}})
	require.NoError(t, err)
	record(t, s, Event{Kind: "viewed", Customer: "careful", Session: "s", Item: "tech"}, Event{Kind: "viewed", Customer: "careful", Session: "s", Item: "bond"})
	for name, c := range map[string]struct {
		r    Request
		want string
	}{
		"a careful customer":          {Request{Customer: "careful", Personal: true}, "bond book"},
		"even asked for by name":      {Request{Customer: "careful", Text: "科技股票 Tech shares", Must: []Filter{{Attribute: "category", Any: []string{"fund"}}}}, "bond"},
		"even as a complement":        {Request{Customer: "careful", GoesWith: []string{"bond"}}, ""},
		"a bold one":                  {Request{Customer: "bold"}, "bond book tech"},
		"nobody knows who this is":    {Request{}, "book"},
		"the first that is looked at": {Request{Customer: "careful", Session: []string{"tech"}}, "bond book"},
	} {
		got := recommendTo(t, s, c.r)
		assert.Equal(t, c.want, ids(got), name)
		for _, g := range got {
			assert.Equal(t, g.Item.Category == "fund", g.Notice == warning, name+": "+g.Item.ID)
		}
	}
}

// The next course waits until the one before is mastered, not only bought, and
// says what it follows.
func TestMastery(t *testing.T) {
	t.Parallel()
	items, err := ReadCatalogue(strings.NewReader("id,category,name.zh,name.en,price.CNY,stock,needs\ngo1,course,Go 入门,Go basics,99,9,\ngo2,course,Go 进阶,More Go,199,9,go1\n"), "c.csv")
	require.NoError(t, err)
	s, err := New(items, &Options{Mastery: 0.8})
	require.NoError(t, err)
	course := Request{Customer: "c", Language: "zh", Must: []Filter{{Attribute: "category", Any: []string{"course"}}}}
	record(t, s, Event{Kind: "purchased", Customer: "c", Item: "go1"}, Event{Kind: "progressed", Customer: "c", Item: "go1", Value: 0.5})
	require.Empty(t, recommendTo(t, s, course), "half of it is not enough")
	record(t, s, Event{Kind: "progressed", Customer: "c", Item: "go1", Value: 0.9}, Event{Kind: "progressed", Customer: "c", Item: "go1", Value: 0.6})
	got := recommendTo(t, s, course)
	require.Equal(t, "go2", ids(got))
	assert.Equal(t, Reason{Code: "follows", Text: "您已有「Go 入门」，接着就是这个", Item: "go1"}, got[0].Reasons[0])
}

// A table that may not eat nuts, a trip for a family from their city: hard rules
// hold for everything that is suggested, wishes only rank.
func TestDishesAndTrips(t *testing.T) {
	t.Parallel()
	items, err := ReadCatalogue(strings.NewReader("id,category,name.zh,price.CNY,stock,contains,taste,origin,party,goes_with\n"+
		"kungpao,dish,宫保鸡丁,38,9,peanut,spicy,,,\nmapo,dish,麻婆豆腐,28,9,soy,spicy,,,\nbass,dish,清蒸鲈鱼,68,9,fish,light,,,nutcake\nnutcake,sweet,核桃酥,18,9,nut,sweet,,,\n"+
		"sanya,trip,三亚亲子游,2999,9,,,shanghai|beijing,family,\nlijiang,trip,丽江情侣游,3999,9,,,shanghai,couple,\nski,trip,长白山滑雪,3599,9,,,beijing,family|couple,\n"), "c.csv")
	require.NoError(t, err)
	s, err := New(items, nil)
	require.NoError(t, err)
	is := func(attribute string, any ...string) Filter { return Filter{Attribute: attribute, Any: any} }
	allergic := []Filter{is("contains", "peanut", "nut")}
	got := recommendTo(t, s, Request{Must: []Filter{is("category", "dish")}, Not: allergic, Wish: []Filter{is("taste", "spicy")}})
	require.Equal(t, "bass mapo", ids(got))
	assert.Equal(t, "mapo", got[0].Item.ID, "the taste they wish comes first")
	assert.Empty(t, recommendTo(t, s, Request{GoesWith: []string{"bass"}, Not: allergic}), "the cake has nuts")
	assert.Equal(t, "nutcake", ids(recommendTo(t, s, Request{GoesWith: []string{"bass"}})))
	assert.Equal(t, "sanya", ids(recommendTo(t, s, Request{Must: []Filter{is("category", "trip"), is("origin", "shanghai"), is("party", "family")}})))
}
