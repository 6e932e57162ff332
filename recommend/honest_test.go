package recommend

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

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

// A purchase counts whatever its clock says, and one without a time is the latest.
func TestFactsOfOddClocks(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]time.Time{
		"the least there is in SQL": time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600)), "before 1970": time.Unix(-1, 0), "1900": time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC),
		"9999": time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), "1970": time.Unix(0, 0),
	} {
		s := shelfOf(t, nil, "A", "B")
		record(t, s, Event{ID: "1", Kind: "purchased", Customer: "me", Item: "A", At: at}, Event{ID: "2", Kind: "dismissed", Customer: "me", Item: "B", At: at})
		assert.Empty(t, recommendTo(t, s, Request{Customer: "me"}), name)
		record(t, s, Event{ID: "3", Kind: "refunded", Customer: "me", Item: "A"}, Event{ID: "4", Kind: "carted", Customer: "me", Item: "B"})
		assert.Len(t, recommendTo(t, s, Request{Customer: "me"}), 2, name)
	}
}

// One event from a wrong clock neither ages what is there nor leads; when enough
// say so, time has gone on.
func TestOneWrongClock(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, &Options{HalfLife: 30 * 24 * time.Hour}, "A", "B", "C")
	buy := func(item string, at time.Time, times int) {
		for i := range times {
			record(t, s, Event{Kind: "purchased", At: at.Add(time.Duration(i) * time.Minute), Item: item})
		}
	}
	buy("A", noon(0), 50)
	buy("B", noon(0).AddDate(10, 0, 0), 1)
	buy("A", noon(60), 50)
	assert.Equal(t, "A", recommendTo(t, s, Request{N: 1})[0].Item.ID)
	assert.Equal(t, "A", recommendTo(t, s, Request{N: 1, Order: Trending})[0].Item.ID)
	buy("C", noon(0).AddDate(2, 0, 0), 20)
	assert.Equal(t, "C", recommendTo(t, s, Request{N: 1})[0].Item.ID, "two years later")
	assert.Equal(t, "C", recommendTo(t, s, Request{N: 1, Order: Trending})[0].Item.ID)
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
	assert.Len(t, recommendTo(t, s, Request{N: 10, Currency: "CNY", Order: Cheapest}), 3)
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

func TestOptionsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]*Options{
		"Kinds: purchase is 2": {Kinds: map[string]float64{"purchase": 2}}, "Kinds: odd is NaN": {Kinds: map[string]float64{"odd": math.NaN()}},
		"Mastery is 7": {Mastery: 7}, "Diversity is -1": {Diversity: -1}, "MaxShown is -1": {MaxShown: -1}, "Late is -1s": {Late: -time.Second}, "MaxPer: brand is 0": {MaxPer: map[string]int{"brand": 0}},
	} {
		_, err := New(nil, o)
		assert.ErrorContains(t, err, want)
	}
	_, err := shelfOf(t, nil).Recommend(t.Context(), Request{Order: "bogus"})
	assert.ErrorContains(t, err, `no order "bogus"`)
}

// A snapshot is the shelf as it was, to the last answer.
func TestSnapshotAnswersAlike(t *testing.T) {
	t.Parallel()
	ids := make([]string, 2000)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	s, other := shelfOf(t, &Options{HalfLife: 24 * time.Hour}, ids...), shelfOf(t, &Options{HalfLife: 24 * time.Hour}, ids...)
	for i := range 3000 {
		record(t, s, Event{Kind: "viewed", At: noon(i), Customer: fmt.Sprint(i * 7 % 50), Item: ids[i*i%1997], Segments: []string{"men"}})
	}
	var file bytes.Buffer
	require.NoError(t, s.Save(&file))
	require.NoError(t, other.Restore(&file))
	for i := range 50 {
		r := Request{Customer: fmt.Sprint(i), Personal: true, Segments: []string{"men"}, N: 10, Now: noon(3000)}
		assert.Equal(t, recommendTo(t, s, r), recommendTo(t, other, r))
	}
}

// Money has as many places as its currency, and no code is taken for another.
func TestMoneyByCurrency(t *testing.T) {
	t.Parallel()
	items, err := ReadCatalogue(strings.NewReader("id,category,name.en,price.JPY,price.KWD,price.USD,stock\na,c,A,1800,1.25,19.99,1\n"), "c.csv")
	require.NoError(t, err)
	assert.Equal(t, map[string]int64{"JPY": 1800, "KWD": 1250, "USD": 1999}, items[0].Price)
	s, err := New(items, nil)
	require.NoError(t, err)
	for currency, want := range map[string]string{"JPY": "under your budget of 2000 JPY", "KWD": "under your budget of 2 KWD", "USD": "under your budget of $20"} {
		r := Request{Currency: currency, MaxPrice: map[string]int64{"JPY": 2000, "KWD": 2000, "USD": 2000}[currency], Language: "en"}
		got := recommendTo(t, s, r)
		require.Len(t, got, 1, currency)
		assert.Equal(t, want, got[0].Reasons[0].Text)
	}
}

// Names are found across regions of a language.
func TestNamesOfRegions(t *testing.T) {
	t.Parallel()
	names := map[string]string{"zh-CN": "红裙", "en": "Red dress"}
	for lang, want := range map[string]string{"zh": "红裙", "zh-TW": "红裙", "zh-CN": "红裙", "en-GB": "Red dress", "fr": "Red dress", "": "Red dress"} {
		assert.Equal(t, want, nameIn(names, lang), lang)
	}
}

func TestCatalogueSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	head := "id,category,name.en,price.USD,stock,lasts_days,needs,goes_with,from,until\n"
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"two of a row":        {head + "a,d,x,many,abc,,,,,\nb,d,y,1,1,,,a,,\n", []string{`c.csv:2: column price.USD: price "many"`, `c.csv:2: column stock: stock "abc"`}},
		"no days":             {head + "a,d,x,1,1,x,,,,\n", []string{`c.csv:2: column lasts_days: "x": write a whole number of days`}},
		"unknown":             {head + "a,d,x,1,1,,gone,,,\n", []string{`c.csv:2: needs names "gone"`}},
		"itself":              {head + "a,d,x,1,1,,a,,,\n", []string{`item "a" needs itself`}},
		"never":               {head + "a,d,x,1,1,,,,2026-05-02,2026-05-01\n", []string{"until is not after from"}},
		"twice a size":        {head + "a,d,x,1,size: S=3 S=4,,,,,\n", []string{`item "a" has size S twice`}},
		"a column twice":      {"id,category,name.en,price.USD,stock,stock\n", []string{`two columns "stock"`}},
		"a column of no name": {"id,category,name.en,price.USD,stock,\n", []string{"column 6 has no name"}},
		"no currency":         {"id,category,name.en,price.usd,stock\n", []string{`column "price.usd": "usd" is no currency`}},
		"no language":         {"id,category,name.en,name,price.USD,stock\n", []string{`column "name": say in which language`}},
		"not UTF-8":           {head + "a,d,\xba\xec\xc8\xb9,1,1,,,,,\n", []string{"c.csv:2: column name.en: the text is not UTF-8"}},
	} {
		_, err := ReadCatalogue(strings.NewReader(c.file), "c.csv")
		require.Error(t, err, name)
		for _, want := range c.want {
			assert.ErrorContains(t, err, want, name)
		}
		assert.Equal(t, len(c.want), len(strings.Split(err.Error(), "\n")), "%s: %v", name, err)
	}
	_, err := ReadItems(strings.NewReader(`[{"id":"a","category":"c","name":{"en":"A"},"price":{"USD":1},"stock":1},{"id":"b","price":{"USD":"x"}},{"id":"c"}]`), "c.json")
	assert.ErrorContains(t, err, "c.json: item 2: json: cannot unmarshal string")
	assert.ErrorContains(t, err, `c.json: item 3: item "c" has no category`)
	_, err = ReadItems(strings.NewReader(`[] []`), "c.json")
	assert.ErrorContains(t, err, "there is more after it")
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
