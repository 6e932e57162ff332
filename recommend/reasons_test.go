package recommend

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shelfOf is a shelf of plain things of one category.
func shelfOf(t *testing.T, o *Options, ids ...string) *Shelf {
	t.Helper()
	var items []Item
	for _, id := range ids {
		items = append(items, thing(id, "thing", "red", 1000, 5))
	}
	s, err := New(items, o)
	require.NoError(t, err)
	return s
}

func codes(s Suggestion) (out []string) {
	for _, r := range s.Reasons {
		out = append(out, r.Code)
	}
	return out
}

func of(got []Suggestion, id string) *Suggestion {
	for i := range got {
		if got[i].Item.ID == id {
			return &got[i]
		}
	}
	return nil
}

// What a visitor did alone is no reason that names others, and what is before
// them is no suggestion.
func TestReasonsAreNotOnesOwnDoing(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, nil, "A", "B", "C", "D")
	for i := range 20 {
		record(t, s, Event{Kind: "viewed", Session: fmt.Sprint(i), Item: "D"})
	}
	record(t, s, Event{Kind: "viewed", Session: "mine", Item: "A"}, Event{Kind: "viewed", Session: "mine", Item: "B"})
	got := recommendTo(t, s, Request{Session: []string{"A", "B"}, N: 4})
	assert.Nil(t, of(got, "B"), "it is on the page")
	for _, g := range got {
		assert.NotContains(t, codes(g), "session", g.Item.ID)
	}
	assert.NotNil(t, of(recommendTo(t, s, Request{Session: []string{"A", "B"}, N: 4, Must: []Filter{{Attribute: "category", Any: []string{"thing"}}}}), "B"), "asked for it may be shown")

	record(t, s, Event{Kind: "purchased", Customer: "me", Item: "A"}, Event{Kind: "viewed", Customer: "me", Item: "C"})
	me := Request{Customer: "me", Personal: true, N: 4}
	require.NotNil(t, of(recommendTo(t, s, me), "C"))
	assert.NotContains(t, codes(*of(recommendTo(t, s, me), "C")), "bought", "nobody else took both")
	for _, who := range []string{"you", "them"} {
		record(t, s, Event{Kind: "viewed", Customer: who, Item: "A"}, Event{Kind: "viewed", Customer: who, Item: "C"})
	}
	assert.Contains(t, codes(*of(recommendTo(t, s, me), "C")), "bought")
}

// A reason names the one of several that it is about.
func TestReasonsNameTheRightItem(t *testing.T) {
	t.Parallel()
	shirt, trousers, belt := thing("shirt", "shirt", "red", 1000, 5), thing("trousers", "trousers", "blue", 1000, 5), thing("belt", "belt", "black", 1000, 5)
	trousers.GoesWith = []string{"belt"}
	s, err := New([]Item{shirt, trousers, belt, thing("other trousers", "trousers", "blue", 1000, 5)}, nil)
	require.NoError(t, err)
	got := recommendTo(t, s, Request{GoesWith: []string{"shirt", "trousers"}})
	require.Len(t, got, 1)
	assert.Equal(t, "trousers", got[0].Reasons[0].Item)
	got = recommendTo(t, s, Request{Like: []string{"shirt", "trousers"}})
	require.NotNil(t, of(got, "other trousers"))
	assert.Equal(t, "trousers", of(got, "other trousers").Reasons[0].Item)
}

// What was sent back is not what sells, nor does it speak for anything else.
func TestWhatWasSentBack(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, nil, "bad", "good", "A", "B")
	for i := range 20 {
		who := fmt.Sprint(i)
		record(t, s, Event{Kind: "purchased", At: noon(i), Customer: who, Item: "bad"}, Event{Kind: "refunded", At: noon(i + 1), Customer: who, Item: "bad"})
		record(t, s, Event{Kind: "viewed", At: noon(i), Customer: "c" + who, Item: "A"}, Event{Kind: "viewed", At: noon(i), Customer: "c" + who, Item: "B"})
		if i < 10 {
			record(t, s, Event{Kind: "purchased", At: noon(i), Customer: "k" + who, Item: "good"})
		}
	}
	for _, r := range []Request{{N: 4}, {N: 4, Order: Trending}} {
		got := recommendTo(t, s, r)
		assert.Equal(t, "good", got[0].Item.ID)
		if bad := of(got, "bad"); bad != nil {
			assert.NotContains(t, codes(*bad), "popular")
			assert.NotContains(t, codes(*bad), "trending")
		}
	}
	for kind, before := range map[string]string{"refunded": "purchased", "dismissed": "viewed"} {
		me := Request{Customer: kind, Personal: true, N: 4}
		record(t, s, Event{Kind: before, At: noon(30), Customer: kind, Item: "A"})
		assert.NotEmpty(t, of(recommendTo(t, s, me), "B").Reasons[0].Item)
		record(t, s, Event{Kind: kind, At: noon(31), Customer: kind, Item: "A"})
		assert.Empty(t, of(recommendTo(t, s, me), "B").Reasons[0].Item, kind)
	}
}

// The course after the one that is done comes up by itself, and so does what is of
// a series the customer has, in a catalogue too large to be looked through.
func TestWhatGoesOn(t *testing.T) {
	t.Parallel()
	var items []Item
	for i := range 3000 {
		it := thing(fmt.Sprint("c", i), fmt.Sprint("k", i%9), "red", 1000, 5)
		switch i {
		case 500:
			it.Needs = []string{"c100"}
		case 700, 701:
			it.Attributes["series"] = []string{"rose"}
		}
		items = append(items, it)
	}
	s, err := New(items, nil)
	require.NoError(t, err)
	for i := range 500 {
		record(t, s, Event{Kind: "purchased", Customer: fmt.Sprint(i), Item: fmt.Sprint("c", 1000+i%50)})
	}
	record(t, s, Event{Kind: "purchased", Customer: "me", Item: "c100"}, Event{Kind: "purchased", Customer: "me", Item: "c700"})
	got := recommendTo(t, s, Request{Customer: "me", Personal: true, N: 5, Language: "en"})
	require.NotNil(t, of(got, "c500"))
	assert.Equal(t, "follows", of(got, "c500").Reasons[0].Code)
	require.NotNil(t, of(got, "c701"))
	assert.Equal(t, Reason{Code: "series", Item: "c700", Text: "from the same series as the red k7 you bought"}, of(got, "c701").Reasons[0])
	require.Nil(t, of(recommendTo(t, s, Request{Customer: "me", N: 50}), "c701"), "without consent nothing is known of them")
	s.Remove("c700")
	require.Nil(t, of(recommendTo(t, s, Request{Customer: "me", Personal: true, N: 50}), "c701"))
}

// Nobody is told of a trend that was one long ago, or of one look; and nothing is
// said to fit that was only wished for.
func TestReasonsDoNotExaggerate(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, nil, "A", "B")
	for i := range 20 {
		record(t, s, Event{Kind: "purchased", At: noon(i), Item: "A"})
	}
	lately := recommendTo(t, s, Request{Order: Trending, Now: noon(30)})
	assert.Contains(t, codes(lately[0]), "trending")
	late := recommendTo(t, s, Request{Order: Trending, Now: noon(0).AddDate(6, 0, 0)})
	assert.NotContains(t, codes(late[0]), "trending")
	record(t, s, Event{Kind: "viewed", At: noon(0).AddDate(6, 0, 0), Session: "s", Item: "B"})
	for _, g := range recommendTo(t, s, Request{Order: Trending, Now: noon(0).AddDate(6, 0, 0)}) {
		assert.NotContains(t, codes(g), "trending", g.Item.ID)
	}
	for name, r := range map[string]Request{"words": {Text: "wheelchair"}, "wish": {Wish: []Filter{{Attribute: "taste", Any: []string{"spicy"}}}}} {
		for _, g := range recommendTo(t, s, r) {
			assert.NotContains(t, codes(g), "fits", name)
		}
	}
}

// MaxPer holds in every order, but not against what was asked for; who is shown
// the same again and again sees others, even where nothing speaks for any.
func TestSharesOfAnAnswer(t *testing.T) {
	t.Parallel()
	var items []Item
	for i := range 12 {
		it := thing(fmt.Sprint(i), "thing", "red", int64(100+i), 5)
		it.Brand = fmt.Sprint("b", i%3)
		items = append(items, it)
	}
	s, err := New(items, &Options{MaxPer: map[string]int{"brand": 1}})
	require.NoError(t, err)
	cheap, dear := recommendTo(t, s, Request{N: 10, Currency: "CNY", Order: Cheapest}), recommendTo(t, s, Request{N: 10, Currency: "CNY", Order: Dearest})
	assert.Equal(t, "0 1 2", ids(cheap))
	assert.Equal(t, "10 11 9", ids(dear))
	assert.Equal(t, "0", cheap[0].Item.ID)
	assert.Equal(t, "11", dear[0].Item.ID)
	assert.Len(t, recommendTo(t, s, Request{N: 10, Must: []Filter{{Attribute: "brand", Any: []string{"b1"}}}}), 4)

	s = shelfOf(t, &Options{MaxShown: 3}, "A", "B")
	seen := ""
	for i := range 5 {
		got := recommendTo(t, s, Request{Customer: "me", N: 1})[0].Item.ID
		record(t, s, Event{ID: fmt.Sprint(i), Kind: "shown", Customer: "me", Item: got})
		seen += got
	}
	assert.NotContains(t, seen, "AA")
	assert.NotContains(t, seen, "BB")
}

// Names are found across regions of a language.
func TestNamesOfRegions(t *testing.T) {
	t.Parallel()
	names := map[string]string{"zh-CN": "红裙", "en": "Red dress"}
	for lang, want := range map[string]string{"zh": "红裙", "zh-TW": "红裙", "zh-CN": "红裙", "en-GB": "Red dress", "fr": "Red dress", "": "Red dress"} {
		assert.Equal(t, want, nameIn(names, lang), lang)
	}
}
