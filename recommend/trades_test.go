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
