package recommend

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func recommendTo(t *testing.T, s *Shelf, r Request) []Suggestion {
	t.Helper()
	got, err := s.Recommend(context.Background(), r)
	require.NoError(t, err)
	return got
}

func record(t *testing.T, s *Shelf, events ...Event) {
	t.Helper()
	require.NoError(t, s.Record(context.Background(), events...))
}

// What nobody has taken yet is suggested to whom it suits, with the reason.
func TestNewForATaste(t *testing.T) {
	t.Parallel()
	var items []Item
	for i := range 30 {
		items = append(items, thing(fmt.Sprint(i), []string{"cup", "pot", "pan"}[i%3], []string{"red", "blue", "green", "grey", "white"}[i%5], 100, 1))
	}
	s, err := New(append(items, thing("blue jug", "jug", "blue", 100, 1), thing("red jug", "jug", "red", 100, 1)), nil)
	require.NoError(t, err)
	for _, id := range []string{"1", "6", "11", "16"} { // all blue
		record(t, s, Event{Kind: "viewed", Customer: "c", Item: id})
	}
	r := Request{Customer: "c", Personal: true, Language: "en", N: 2, Must: []Filter{{Attribute: "category", Any: []string{"jug"}}}}
	got := recommendTo(t, s, r)
	require.Len(t, got, 2)
	assert.Equal(t, "blue jug", got[0].Item.ID)
	assert.Equal(t, "taste", got[0].Reasons[0].Code)
	assert.Equal(t, []Value{{"colour", "blue"}}, got[0].Reasons[0].Values)
	assert.Equal(t, "blue, as you like it", got[0].Reasons[0].Text)
	r.Personal = false
	for _, g := range recommendTo(t, s, r) {
		assert.NotEqual(t, "taste", g.Reasons[0].Code, "a taste was used without consent")
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	var items []Item
	for i := range 12 {
		it := thing(fmt.Sprint(i), "cup", []string{"red", "blue"}[i/11], 100, 1)
		it.Attributes["size"] = []string{[]string{"S", "M", "L"}[i%3]}
		it.Attributes["sku"] = []string{fmt.Sprint("sku", i)}
		it.Attributes["material"] = []string{"clay"}
		items = append(items, it)
	}
	names, err := ReadAttributes(strings.NewReader("size: {S: {zh: [小号], en: [small]}, M: {zh: [中号]}, L: {zh: [大号]}}"), "a.yaml")
	require.NoError(t, err)
	s, err := New(items, &Options{Attributes: names})
	require.NoError(t, err)
	q, ok := s.Ask(Request{Language: "zh"}, "colour", "size", "material")
	require.True(t, ok)
	assert.Equal(t, Question{"size", []Answer{{"L", "大号", 4}, {"M", "中号", 4}, {"S", "小号", 4}}, 12}, q)
	q, ok = s.Ask(Request{Must: []Filter{{Attribute: "size", Any: []string{"S", "L"}}}}, "colour", "size", "material")
	require.True(t, ok)
	assert.Equal(t, "colour", q.Attribute, "what was answered is not asked again")
	_, ok = s.Ask(Request{Must: []Filter{{Attribute: "colour", Any: []string{"blue"}}}})
	assert.False(t, ok, "one item left needs no question")
	_, ok = s.Ask(Request{}, "material")
	assert.False(t, ok, "all are of clay")
	q, ok = s.Ask(Request{})
	require.True(t, ok)
	assert.LessOrEqual(t, len(q.Answers), maxAnswers)
}

// What is used up is suggested again when its time has come, by the catalogue
// or as customers showed; nothing else owned ever is.
func TestReplenish(t *testing.T) {
	t.Parallel()
	coffee, kettle, soap := thing("coffee", "coffee", "black", 100, 9), thing("kettle", "kettle", "black", 100, 9), thing("soap", "soap", "black", 100, 9)
	coffee.LastsDays = 30
	s, err := New([]Item{coffee, kettle, soap}, nil)
	require.NoError(t, err)
	day := func(n int) time.Time { return noon(0).AddDate(0, 0, n) }
	for _, id := range []string{"coffee", "kettle", "soap"} {
		record(t, s, Event{ID: id, At: day(0), Kind: "purchased", Customer: "c", Item: id})
	}
	for i := range 6 { // others buy soap every ten days
		record(t, s, Event{At: day(i * 10), Kind: "purchased", Customer: "other", Item: "soap"})
	}
	for name, c := range map[string]struct {
		r    Request
		want string
	}{
		"too early":      {Request{Customer: "c", Personal: true, Now: day(5)}, ""},
		"soap first":     {Request{Customer: "c", Personal: true, Now: day(9)}, "soap"},
		"then coffee":    {Request{Customer: "c", Personal: true, Now: day(29)}, "coffee soap"},
		"no consent":     {Request{Customer: "c", Now: day(29)}, ""},
		"no clock":       {Request{Customer: "c", Personal: true}, ""},
		"never a kettle": {Request{Customer: "c", Personal: true, Now: day(3000)}, "coffee soap"},
	} {
		got := recommendTo(t, s, c.r)
		assert.Equal(t, c.want, ids(got), name)
		for _, g := range got {
			assert.Equal(t, "due", g.Reasons[0].Code)
		}
	}
}

func TestTrendingInASegment(t *testing.T) {
	t.Parallel()
	s, err := New([]Item{thing("sled", "toy", "red", 100, 1), thing("kite", "toy", "red", 100, 1), thing("ball", "toy", "red", 100, 1)}, nil)
	require.NoError(t, err)
	for day := range 30 {
		for i := range 5 {
			at := noon(i).AddDate(0, 0, day)
			if day < 20 {
				record(t, s, Event{At: at, Kind: "viewed", Item: "ball"})
			} else {
				record(t, s, Event{At: at, Kind: "viewed", Item: "sled", Segments: []string{"north"}}, Event{At: at, Kind: "viewed", Item: "kite", Segments: []string{"south"}})
			}
		}
	}
	of := func(item string, segments ...string) float64 {
		return trending(s.learned.trends.named(segments), s.learned.items.no[item], time.Time{})
	}
	assert.Greater(t, of("sled", "north"), 0.3)
	assert.Zero(t, of("kite", "north"))
	assert.Greater(t, of("kite", ""), of("ball", ""), "more views in all, but long ago")
	assert.Equal(t, of("kite", ""), of("kite", "unheard of"))
	assert.Zero(t, of("kite"), "no segment was named")
	got := recommendTo(t, s, Request{Segments: []string{"south"}, N: 3, Language: "zh"})
	require.NotEmpty(t, got)
	var codes []string
	for _, g := range got {
		for _, r := range g.Reasons {
			if r.Code == "trending" {
				codes = append(codes, g.Item.ID+" "+r.Text)
			}
		}
	}
	assert.Equal(t, []string{"kite 最近大家都在看"}, codes)

	ts := trends{}
	for i := range uint32(3 * maxTrending) {
		ts.add(nil, i, 1, time.Time{})
	}
	assert.LessOrEqual(t, len(ts[""].count), 2*maxTrending)
}

// A reason names the item of the customer's history that speaks most.
func TestReasonNamesWhatWasBought(t *testing.T) {
	t.Parallel()
	s := shelf(t)
	for i := range 4 {
		u := fmt.Sprint(i)
		record(t, s, Event{Kind: "purchased", Customer: u, Item: "d2"}, Event{Kind: "purchased", Customer: u, Item: "s1"})
	}
	record(t, s, Event{Kind: "purchased", Customer: "c", Item: "d2"})
	for lang, want := range map[string]string{"zh": "您买过「黑裙子」，这款很多人一起选", "en": "because you bought Black dress"} {
		got := recommendTo(t, s, Request{Customer: "c", Personal: true, Language: lang, N: 1})
		require.Len(t, got, 1)
		assert.Equal(t, "s1", got[0].Item.ID)
		assert.Equal(t, Reason{Code: "bought", Text: want, Item: "d2"}, got[0].Reasons[0])
	}
}

// "From the same series as the skirt you bought last week": the reason says when.
func TestReasonSaysWhen(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		series, language string
		after            time.Duration
		want             string
	}{
		"a series in Chinese":  {"云", "zh", 8 * day, "和您上周买的「裙子」同一系列"},
		"a series in English":  {"云", "en", 8 * day, "from the same series as the skirt you bought last week"},
		"minutes ago":          {"云", "zh", 5 * time.Minute, "和您刚刚买的「裙子」同一系列"},
		"minutes ago, too":     {"山", "en", 5 * time.Minute, "because you bought skirt just now"},
		"hours ago":            {"云", "zh", 5 * time.Hour, "和您最近买的「裙子」同一系列"},
		"a clock gone wrong":   {"云", "en", -time.Hour, "from the same series as the skirt you bought"},
		"days ago":             {"云", "zh", 2 * day, "和您前几天买的「裙子」同一系列"},
		"the week before":      {"云", "zh", 13 * day, "和您上周买的「裙子」同一系列"},
		"the week before that": {"云", "zh", 14 * day, "和您买的「裙子」同一系列"},
		"a month ago":          {"云", "zh", 30 * day, "和您买的「裙子」同一系列"},
		"another series":       {"山", "zh", 8 * day, "您上周买过「裙子」，这款很多人一起选"},
		"long ago":             {"山", "en", 300 * day, "because you bought skirt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			skirt, top := thing("skirt", "dress", "red", 100, 1), thing("top", "shirt", "blue", 100, 1)
			skirt.Name = map[string]string{"zh": "裙子", "en": "skirt"}
			skirt.Attributes["series"], top.Attributes["series"] = []string{"云"}, []string{c.series}
			s, err := New([]Item{skirt, top}, nil)
			require.NoError(t, err)
			at := noon(24 * 60) // a Monday
			for i := range 5 {
				u := string(rune('a' + i))
				record(t, s, Event{At: at, Kind: "purchased", Customer: u, Item: "skirt"}, Event{At: at, Kind: "viewed", Customer: u, Item: "top"})
			}
			record(t, s, Event{At: at, Kind: "purchased", Customer: "z", Item: "skirt"})
			got := recommendTo(t, s, Request{Customer: "z", Personal: true, Language: c.language, Now: at.Add(c.after)})
			require.Len(t, got, 1)
			assert.Equal(t, c.want, got[0].Reasons[0].Text)
		})
	}
}

// What the same customers took at other times is no complement of what many
// baskets tell of, and what is shown as one says so, however popular it is.
func TestComplementsComeFromBaskets(t *testing.T) {
	t.Parallel()
	s, err := New([]Item{thing("jacket", "jacket", "red", 1, 1), thing("shirt", "shirt", "red", 1, 1), thing("coat", "coat", "red", 1, 1)}, nil)
	require.NoError(t, err)
	for i := range 8 {
		u := fmt.Sprint(i)
		record(t, s, Event{Kind: "purchased", Customer: u, Basket: u, Item: "jacket"}, Event{Kind: "purchased", Customer: u, Basket: u + "later", Item: "coat"})
		if i > 0 && i < 3 {
			assert.Equal(t, "coat", ids(recommendTo(t, s, Request{GoesWith: []string{"jacket"}})), "customers tell until baskets do")
		}
		record(t, s, Event{Kind: "purchased", Customer: fmt.Sprint("fan", i), Item: "shirt"}, Event{Kind: "purchased", Customer: fmt.Sprint("fan", i), Item: "shirt"})
	}
	assert.Empty(t, recommendTo(t, s, Request{GoesWith: []string{"jacket"}}))
	for i := range 2 {
		b := fmt.Sprint("b", i)
		record(t, s, Event{Kind: "purchased", Basket: b, Item: "jacket"}, Event{Kind: "purchased", Basket: b, Item: "shirt"})
	}
	got := recommendTo(t, s, Request{GoesWith: []string{"jacket"}})
	require.Equal(t, "shirt", ids(got))
	assert.Equal(t, "together", got[0].Reasons[0].Code)
}

// What goes together by what customers do was taken together by two of them at
// least, however often one did; a basket of no known customer counts as one. What
// the catalogue lists needs nobody.
func TestAComplementIsOfTwoCustomers(t *testing.T) {
	t.Parallel()
	took := func(customer, basket string, items ...string) (out []Event) {
		for _, it := range items {
			out = append(out, Event{Kind: "purchased", Customer: customer, Basket: basket, Item: it})
		}
		return out
	}
	in := func(tenant string, es []Event) []Event {
		for i := range es {
			es[i].Tenant = tenant
		}
		return es
	}
	for name, c := range map[string]struct {
		events []Event
		want   string
	}{
		"nobody":                         {nil, ""},
		"one":                            {took("a", "", "jacket", "speaker"), ""},
		"one, at once":                   {took("a", "1", "jacket", "speaker"), ""},
		"one, again and again":           {slices.Concat(took("a", "1", "jacket", "speaker"), took("a", "2", "jacket", "speaker"), took("a", "3", "speaker", "jacket")), ""},
		"two, each the half":             {slices.Concat(took("a", "1", "jacket"), took("b", "1", "speaker")), ""},
		"two":                            {slices.Concat(took("a", "", "jacket", "speaker"), took("b", "", "speaker", "jacket")), "speaker"},
		"two, at once":                   {slices.Concat(took("a", "1", "jacket", "speaker"), took("b", "2", "jacket", "speaker")), "speaker"},
		"one of each tenant":             {slices.Concat(in("x", took("a", "1", "jacket", "speaker")), in("y", took("a", "1", "jacket", "speaker"))), "speaker"},
		"one basket of nobody":           {took("", "1", "jacket", "speaker"), ""},
		"two baskets of nobody":          {slices.Concat(took("", "1", "jacket", "speaker"), took("", "2", "jacket", "speaker")), "speaker"},
		"one and a basket of nobody":     {slices.Concat(took("a", "1", "jacket", "speaker"), took("", "2", "jacket", "speaker")), "speaker"},
		"one, the half of it not signed": {slices.Concat(took("a", "1", "jacket"), took("", "1", "speaker"), took("a", "1", "speaker")), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := New([]Item{thing("jacket", "jacket", "red", 1, 1), thing("speaker", "speaker", "red", 1, 1)}, nil)
			require.NoError(t, err)
			record(t, s, c.events...)
			assert.Equal(t, c.want, ids(recommendTo(t, s, Request{GoesWith: []string{"jacket"}})))
			var saved bytes.Buffer
			require.NoError(t, s.Save(&saved))
			require.NoError(t, s.Restore(&saved))
			assert.Equal(t, c.want, ids(recommendTo(t, s, Request{GoesWith: []string{"jacket"}})), "restored")

			listed := thing("jacket", "jacket", "red", 1, 1)
			listed.GoesWith = []string{"speaker"}
			require.NoError(t, s.Put(listed))
			assert.Equal(t, "speaker", ids(recommendTo(t, s, Request{GoesWith: []string{"jacket"}})), "listed")
		})
	}
}

// A customer who is forgotten vouches for nothing any more.
func TestAComplementOfTheForgotten(t *testing.T) {
	t.Parallel()
	s, err := New([]Item{thing("jacket", "jacket", "red", 1, 1), thing("speaker", "speaker", "red", 1, 1)}, nil)
	require.NoError(t, err)
	for _, u := range []string{"a", "b"} {
		record(t, s, Event{Kind: "purchased", Customer: u, Item: "jacket"}, Event{Kind: "purchased", Customer: u, Item: "speaker"})
	}
	require.Equal(t, "speaker", ids(recommendTo(t, s, Request{GoesWith: []string{"jacket"}})))
	_, err = s.Erase(t.Context(), "", "b")
	require.NoError(t, err)
	assert.Empty(t, recommendTo(t, s, Request{GoesWith: []string{"jacket"}}))
}

// Whatever happens in whatever order, what is said to be taken together was, by
// two customers at least.
func TestTogetherIsOfTwo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var items []Item
		for _, id := range []string{"a", "b", "c", "d"} {
			items = append(items, thing(id, "kind "+id, "red", 1, 1))
		}
		s, err := New(items, nil)
		require.NoError(rt, err)
		by := map[string]map[string]bool{} // item by customer
		for range rapid.IntRange(0, 30).Draw(rt, "events") {
			e := Event{Kind: rapid.SampledFrom([]string{"viewed", "purchased"}).Draw(rt, "kind"), Customer: rapid.SampledFrom([]string{"u", "v", "w"}).Draw(rt, "customer"),
				Basket: rapid.SampledFrom([]string{"", "1", "2"}).Draw(rt, "basket"), Item: rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(rt, "item")}
			e.Basket += e.Customer
			require.NoError(rt, s.Record(t.Context(), e))
			if by[e.Customer] == nil {
				by[e.Customer] = map[string]bool{}
			}
			by[e.Customer][e.Item] = true
		}
		got, err := s.Recommend(t.Context(), Request{GoesWith: []string{"a"}, N: 9})
		require.NoError(rt, err)
		for _, g := range got {
			n := 0
			for _, took := range by {
				if took["a"] && took[g.Item.ID] {
					n++
				}
			}
			assert.GreaterOrEqual(rt, n, 2, g.Item.ID)
		}
	})
}

// What nothing speaks for is not called new; what is cheap is called that only
// when it was asked for.
func TestReasonsThatAreTrue(t *testing.T) {
	t.Parallel()
	s, err := New([]Item{thing("a", "cup", "red", 100, 1), thing("b", "cup", "red", 200, 1)}, nil)
	require.NoError(t, err)
	for want, r := range map[string]Request{
		"现货": {Language: "zh"}, "in stock now": {Language: "en"},
		"符合您的要求": {Language: "zh", Must: []Filter{{Attribute: "category", Any: []string{"cup"}}}},
		"价格更实惠":  {Language: "zh", Currency: "CNY", Order: Cheapest}, "among the lowest in price": {Language: "en", Currency: "CNY", Order: Cheapest},
		"新到店": {Language: "zh", Order: Newest},
	} {
		for _, g := range recommendTo(t, s, r) {
			assert.Equal(t, want, g.Reasons[0].Text)
		}
	}
}

// With several anchors, what could replace one of them is no complement.
func TestAComplementReplacesNothing(t *testing.T) {
	t.Parallel()
	s, err := New([]Item{thing("shirt", "shirt", "red", 1, 1), thing("trousers", "trousers", "red", 1, 1), thing("other shirt", "shirt", "red", 1, 1), thing("belt", "belt", "red", 1, 1)}, nil)
	require.NoError(t, err)
	for i := range 5 {
		for _, it := range []string{"trousers", "other shirt", "belt"} {
			record(t, s, Event{Kind: "purchased", Customer: fmt.Sprint(i), Basket: fmt.Sprint(i), Item: it})
		}
	}
	assert.Equal(t, "belt", ids(recommendTo(t, s, Request{GoesWith: []string{"shirt", "trousers"}})))
}

func ExampleShelf_Ask() {
	var items []Item
	for i, colour := range []string{"red", "red", "black", "black", "white"} {
		items = append(items, Item{ID: fmt.Sprint(i), Category: "dress", Name: map[string]string{"en": "Dress"}, Price: map[string]int64{"USD": 4000}, Stock: 1, Attributes: map[string][]string{"colour": {colour}}})
	}
	s, err := New(items, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if q, ok := s.Ask(Request{Language: "en"}); ok {
		fmt.Println(q.Attribute, q.Answers[0].Name, q.Answers[0].Items)
	}
	// Output: colour black 2
}
