package recommend

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// wardrobe is one item in each of the given shapes.
func wardrobe(t require.TestingT, items ...map[string]string) *Shelf {
	var all []Item
	for i, of := range items {
		it := Item{ID: string(rune('a' + i)), Name: map[string]string{"en": string(rune('a' + i))}, Category: of["category"], Stock: 1,
			Price: map[string]int64{"USD": 10000}, Attributes: map[string][]string{}}
		for k, v := range of {
			if k != "category" {
				it.Attributes[k] = []string{v}
			}
		}
		all = append(all, it)
	}
	s, err := New(all, nil)
	require.NoError(t, err)
	return s
}

func must(pairs ...string) (out []Filter) {
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Filter{Attribute: pairs[i], Any: []string{pairs[i+1]}})
	}
	return out
}

// What need not be dropped stays, and what is shut out is never let in.
func TestRelaxDropsLittle(t *testing.T) {
	t.Parallel()
	s := wardrobe(t,
		map[string]string{"category": "shirt", "colour": "blue", "size": "S", "material": "silk"},
		map[string]string{"category": "shirt", "colour": "white", "size": "L", "material": "wool"},
		map[string]string{"category": "case", "colour": "white", "size": "S"})
	for name, c := range map[string]struct {
		r       Request
		dropped []string
		left    []Filter
	}{
		"two of three": {Request{Must: must("category", "shirt", "colour", "red", "size", "S", "style", "dressy")}, []string{"style", "colour"}, must("category", "shirt", "size", "S")},
		"an allergy":   {Request{Must: must("category", "shirt", "colour", "white"), Not: must("material", "wool")}, []string{"colour"}, must("category", "shirt")},
		"the price before what it is like": {Request{Must: must("material", "silk"), MaxPrice: 100, Currency: "USD"},
			[]string{"price"}, must("material", "silk")},
		"the price after it, of a kind of thing": {Request{Must: must("category", "shirt", "material", "silk", "colour", "red"), MaxPrice: 100, Currency: "USD"},
			[]string{"price", "colour"}, must("category", "shirt", "material", "silk")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, dropped, ok := s.Relax(c.r)
			require.True(t, ok)
			assert.Equal(t, c.dropped, dropped)
			assert.Equal(t, c.left, got.Must)
			assert.Equal(t, c.r.Not, got.Not)
			found, err := s.Recommend(t.Context(), got)
			require.NoError(t, err)
			assert.NotEmpty(t, found)
		})
	}
	_, _, ok := s.Relax(Request{Must: must("category", "shirt"), Not: must("material", "wool", "material", "silk")})
	assert.False(t, ok, "nothing is left but what must not be")
}

// Whatever is asked for: what a relaxed request lets through is not shut out, and
// none of what was dropped could have stayed.
func TestRelaxIsLeast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		value := func(label string) string { return rapid.SampledFrom([]string{"x", "y", "z"}).Draw(rt, label) }
		var items []map[string]string
		for range rapid.IntRange(1, 5).Draw(rt, "items") {
			items = append(items, map[string]string{"category": "c", "a": value("a"), "b": value("b"), "d": value("d"), "e": value("e")})
		}
		s := wardrobe(rt, items...)
		r := Request{Must: must("a", value("must a"), "category", "c", "b", value("must b"), "d", value("must d"), "e", value("must e")), Not: must("a", value("not a"))}
		got, dropped, ok := s.Relax(r)
		if !ok {
			return
		}
		found, err := s.Recommend(t.Context(), got)
		require.NoError(rt, err)
		require.NotEmpty(rt, found)
		for _, f := range found {
			assert.False(rt, f.Item.Has(r.Not[0]))
		}
		assert.Len(rt, got.Must, len(r.Must)-len(dropped))
		for _, d := range dropped {
			with := got
			i := slices.IndexFunc(r.Must, func(f Filter) bool { return f.Attribute == d })
			with.Must = append(slices.Clone(got.Must), r.Must[i])
			again, err := s.Recommend(t.Context(), with)
			require.NoError(rt, err)
			assert.Empty(rt, again, "%s was dropped for nothing", d)
		}
	})
}
