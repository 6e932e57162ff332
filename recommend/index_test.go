package recommend

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func thing(id, category, colour string, price int64, stock int) Item {
	return Item{ID: id, Category: category, Name: map[string]string{"en": colour + " " + category, "zh": "物" + id}, Price: map[string]int64{"CNY": price}, Stock: stock,
		Attributes: map[string][]string{"colour": {colour}}}
}

// An index changed item by item answers as one built at once.
func TestIndexChangesInPlace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, err := New(nil, nil)
		require.NoError(t, err)
		want := map[string]Item{}
		for range rapid.IntRange(0, 30).Draw(t, "changes") {
			id := fmt.Sprint(rapid.IntRange(0, 8).Draw(t, "id"))
			if rapid.Bool().Draw(t, "remove") {
				s.Remove(id)
				delete(want, id)
				continue
			}
			it := thing(id, rapid.SampledFrom([]string{"cup", "pot"}).Draw(t, "category"), rapid.SampledFrom([]string{"red", "blue"}).Draw(t, "colour"), 100, 1)
			require.NoError(t, s.Put(it))
			want[id] = it
		}
		assert.Len(t, s.Items(), len(want))
		for _, f := range []Filter{{Attribute: "colour", Any: []string{"red"}}, {Attribute: "category", Any: []string{"cup", "pot", "cup"}}, {Attribute: "colour"}} {
			got := map[string]bool{}
			places, narrows := s.index.rarest([]Filter{f})
			assert.True(t, narrows)
			for _, at := range places {
				it := s.index.on(at)
				require.NotNil(t, it, "it was removed")
				assert.False(t, got[it.ID], "twice")
				got[it.ID] = true
			}
			for id, it := range want {
				assert.True(t, !it.Has(f) || got[id])
			}
		}
		words, found := map[string]int{}, map[string]int{}
		for id := range s.index.items {
			it := s.index.item(id)
			assert.Same(t, it, s.index.numbered(it.no))
			for w := range it.terms(nil) {
				words[w]++
			}
		}
		for w, n := range s.index.words {
			if len(s.index.posts[n]) > 0 {
				found[w] = len(s.index.posts[n])
			}
		}
		assert.Equal(t, words, found)
	})
}

// A price that changes, or its currency, is the one that counts from then on.
func TestPricesChangeInPlace(t *testing.T) {
	t.Parallel()
	cup := thing("a", "cup", "red", 100, 1)
	s, err := New([]Item{cup, thing("b", "cup", "red", 900, 1)}, nil)
	require.NoError(t, err)
	under := func(most int64, currency string) string {
		return ids(recommendTo(t, s, Request{MaxPrice: most, Currency: currency}))
	}
	assert.Equal(t, "a", under(100, "CNY"))
	assert.Empty(t, under(100, "USD"))
	cup.Price = map[string]int64{"USD": 50}
	require.NoError(t, s.Put(cup))
	assert.Equal(t, "b", under(1000, "CNY"), "what has no price in a currency passes no bound in it")
	assert.Equal(t, "a", under(50, "USD"))
	assert.Empty(t, under(49, "USD"))
	s.Remove("a")
	assert.Empty(t, under(50, "USD"))
	assert.Equal(t, "b", ids(recommendTo(t, s, Request{Order: Cheapest, Currency: "CNY"})))
}

// Whatever is asked, nothing suggested is out of stock, owned, dismissed,
// excluded, outside a filter or a price bound, or suggested twice.
func TestRecommendInvariants(t *testing.T) {
	t.Parallel()
	colours, categories := []string{"red", "blue", "green"}, []string{"cup", "pot", "pan"}
	rapid.Check(t, func(t *rapid.T) {
		var items []Item
		for i := range rapid.IntRange(0, 25).Draw(t, "items") {
			items = append(items, thing(fmt.Sprint(i), rapid.SampledFrom(categories).Draw(t, "category"), rapid.SampledFrom(colours).Draw(t, "colour"),
				rapid.Int64Range(1, 500).Draw(t, "price"), rapid.IntRange(0, 2).Draw(t, "stock")))
		}
		s, err := New(items, nil)
		require.NoError(t, err)
		id := rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(rapid.IntRange(0, 27).Draw(t, "id")) })
		owned, unwanted := map[string]bool{}, map[string]bool{}
		for i := range rapid.IntRange(0, 40).Draw(t, "events") {
			e := Event{ID: fmt.Sprint(i), Kind: rapid.SampledFrom([]string{"viewed", "purchased", "refunded", "dismissed", "carted", "shown"}).Draw(t, "kind"), Customer: "c", Item: id.Draw(t, "item"),
				Session: rapid.SampledFrom([]string{"s", ""}).Draw(t, "session"), Basket: rapid.SampledFrom([]string{"b", ""}).Draw(t, "basket")}
			require.NoError(t, s.Record(context.Background(), e))
			switch e.Kind {
			case "purchased":
				owned[e.Item], unwanted[e.Item] = true, false
			case "refunded":
				owned[e.Item] = false
			case "dismissed":
				unwanted[e.Item] = true
			case "carted":
				unwanted[e.Item] = false
			}
		}
		r := Request{Customer: "c", Personal: rapid.Bool().Draw(t, "personal"), Language: rapid.SampledFrom([]string{"zh-CN", "en", "fr", ""}).Draw(t, "language"), Currency: "CNY",
			MinPrice: rapid.Int64Range(0, 200).Draw(t, "least"), MaxPrice: rapid.Int64Range(0, 500).Draw(t, "most"), N: rapid.IntRange(0, 9).Draw(t, "n"),
			Exclude: rapid.SliceOfN(id, 0, 3).Draw(t, "exclude"), Session: rapid.SliceOfN(id, 0, 3).Draw(t, "now"), Order: rapid.SampledFrom([]Order{ByFit, Cheapest, Dearest, Newest, Trending}).Draw(t, "order")}
		if rapid.Bool().Draw(t, "filter") {
			r.Must = append(r.Must, Filter{Attribute: "colour", Any: rapid.SliceOfN(rapid.SampledFrom(colours), 1, 2).Draw(t, "any")})
		}
		if rapid.Bool().Draw(t, "wish") {
			r.Wish = append(r.Wish, Filter{Attribute: "category", Any: []string{"pan"}})
		}
		if rapid.Bool().Draw(t, "not") {
			r.Not = append(r.Not, Filter{Attribute: "colour", Any: []string{"green"}})
		}
		switch rapid.IntRange(0, 2).Draw(t, "mode") {
		case 1:
			r.GoesWith = []string{id.Draw(t, "anchor")}
		case 2:
			r.Like = []string{id.Draw(t, "anchor")}
		}
		got, err := s.Recommend(context.Background(), r)
		require.NoError(t, err)
		n := r.N
		if n == 0 {
			n = 3
		}
		assert.LessOrEqual(t, len(got), n)
		seen := map[string]bool{}
		for _, g := range got {
			assert.False(t, seen[g.Item.ID], "twice")
			seen[g.Item.ID] = true
			assert.Positive(t, g.Item.Stock, "out of stock")
			assert.False(t, owned[g.Item.ID], "owned")
			assert.False(t, unwanted[g.Item.ID], "dismissed")
			assert.NotContains(t, r.Exclude, g.Item.ID)
			assert.NotContains(t, r.GoesWith, g.Item.ID)
			assert.NotContains(t, r.Like, g.Item.ID)
			for _, f := range r.Must {
				assert.True(t, g.Item.Has(f), "outside a filter")
			}
			for _, f := range r.Not {
				assert.False(t, g.Item.Has(f), "what must not be")
			}
			p := g.Item.Price["CNY"]
			assert.True(t, p >= r.MinPrice && (r.MaxPrice == 0 || p <= r.MaxPrice), "outside the budget")
			require.NotEmpty(t, g.Reasons)
			assert.NotEmpty(t, g.Reasons[0].Text)
			if len(r.GoesWith) > 0 {
				anchor, ok := s.Item(r.GoesWith[0])
				assert.True(t, ok && anchor.Category != g.Item.Category, "a substitute is no complement")
			}
		}
	})
}

// Readers, writers and changes of the catalogue may run at once.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s, err := New([]Item{thing("0", "cup", "red", 100, 1), thing("1", "cup", "blue", 100, 1)}, &Options{Bandit: NewBandit(nil), MaxShown: 3, Late: time.Second})
	require.NoError(t, err)
	var wait sync.WaitGroup
	for who := range 4 {
		wait.Go(func() {
			for i := range 50 {
				id := fmt.Sprint(i % 7)
				switch who {
				case 0:
					assert.NoError(t, s.Put(thing(id, "cup", "red", 100, i%2)))
				case 1:
					assert.NoError(t, s.Record(context.Background(), Event{ID: fmt.Sprint(i), At: noon(i), Kind: "viewed", Customer: "c", Session: "s", Item: id}))
				case 2:
					got, err := s.Recommend(context.Background(), Request{Customer: "c", Personal: true, Session: []string{id}})
					assert.NoError(t, err)
					for _, g := range got {
						assert.Positive(t, g.Item.Stock)
					}
				case 3:
					s.Rank("c", []string{id}, 5, false)
					s.Ask(Request{})
					assert.NoError(t, s.Save(io.Discard))
				}
			}
		})
	}
	wait.Wait()
}

// An item with more values than stand beside it is found and compared by all.
func TestManyValues(t *testing.T) {
	t.Parallel()
	crowd := func(id string, n int) Item {
		it := thing(id, "cup", "red", 100, 1)
		for i := range n {
			it.Attributes[fmt.Sprint("a", i)] = []string{fmt.Sprint("v", i)}
		}
		return it
	}
	for _, n := range []int{0, 5, 6, 7, 8, 40, 300} {
		other := crowd("b", n)
		other.Attributes["colour"] = []string{"blue"}
		s, err := New([]Item{crowd("a", n), other}, nil)
		require.NoError(t, err)
		for i := range n {
			assert.ElementsMatch(t, []string{"a", "b"}, strings.Fields(ids(recommendTo(t, s, Request{Must: []Filter{{Attribute: fmt.Sprint("a", i), Any: []string{fmt.Sprint("v", i)}}}}))), "%d of %d", i, n)
		}
		assert.Equal(t, "b", ids(recommendTo(t, s, Request{Not: []Filter{{Attribute: "colour", Any: []string{"red"}}}})), n)
		assert.Equal(t, "a", ids(recommendTo(t, s, Request{Must: []Filter{{Attribute: "colour", Any: []string{"red"}}, {Attribute: "category", Any: []string{"cup"}}}})), n)
		a, b := s.index.item("a"), s.index.item("b")
		assert.InDelta(t, float64(n)/float64(n+1), alike(a, b), 1e-9, n)
		assert.Len(t, a.values(), n+2)
		require.NoError(t, s.Put(crowd("a", 1)))
		assert.Len(t, s.index.item("a").values(), 3, "%d before", n)
	}
}
