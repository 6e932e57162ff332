package recommend

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAnswersAreVaried(t *testing.T) {
	t.Parallel()
	var items []Item
	for i := range 6 {
		items = append(items, thing(fmt.Sprint("red cup", i), "cup", "red", 100, 1))
	}
	s, err := New(append(items, thing("blue cup", "cup", "blue", 100, 1), thing("jug", "jug", "red", 100, 1)), nil)
	require.NoError(t, err)
	got := recommendTo(t, s, Request{N: 3})
	require.Len(t, got, 3)
	assert.Equal(t, "blue cup jug red cup0", ids(got))
}

// No answer holds more of a brand or seller than it may, and it is filled from
// the others.
func TestMaxPer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 3).Draw(t, "most")
		var items []Item
		brands := map[string]int{}
		for i := range 120 {
			it := thing(fmt.Sprint(i), "cup", "red", 100, 1)
			if it.Brand = "big"; i >= 100 {
				it.Brand = rapid.SampledFrom([]string{"b", "c"}).Draw(t, "brand")
			}
			brands[it.Brand]++
			items = append(items, it)
		}
		s, err := New(items, &Options{MaxPer: map[string]int{"brand": most}})
		require.NoError(t, err)
		got, err := s.Recommend(t.Context(), Request{N: 9})
		require.NoError(t, err)
		count, want := map[string]int{}, 0
		for _, g := range got {
			count[g.Item.Brand]++
		}
		for b, n := range brands {
			assert.LessOrEqual(t, count[b], most)
			want += min(n, most)
		}
		assert.Len(t, got, min(9, want))
	})
}

// What was shown often enough without a reaction is not suggested unasked.
// Who asks what is new or trending is told, however often they saw it before:
// being tired of an item neither hides it nor moves it among the asked for.
func TestMaxShownLeavesOrdersAlone(t *testing.T) {
	t.Parallel()
	s, err := New([]Item{thing("old", "cup", "red", 100, 1), thing("new", "jug", "red", 100, 1)}, &Options{MaxShown: 3, Diversity: 1e-9})
	require.NoError(t, err)
	for i := range 9 {
		record(t, s, Event{At: noon(0), Kind: "viewed", Customer: fmt.Sprint(i), Item: "new"})
	}
	record(t, s, Event{At: noon(0), Kind: "viewed", Customer: "x", Item: "old"})
	for shown := range 4 {
		for _, order := range []Order{Newest, Trending, Cheapest} {
			r := Request{Customer: "c", Order: order, Currency: "CNY", Now: noon(1)}
			if order != Cheapest {
				assert.Equal(t, "new old", ids(recommendTo(t, s, r)), "%s after %d", order, shown)
			}
			assert.Len(t, recommendTo(t, s, r), 2, "%s after %d", order, shown)
		}
		record(t, s, Event{At: noon(0), Kind: "shown", Customer: "c", Item: "new"})
	}
}

func TestMaxShown(t *testing.T) {
	t.Parallel()
	s, err := New([]Item{thing("a", "cup", "red", 100, 1), thing("b", "cup", "red", 100, 1)}, &Options{MaxShown: 2})
	require.NoError(t, err)
	shown := Event{Kind: "shown", Customer: "c", Item: "a"}
	record(t, s, shown, Event{Kind: "shown", Customer: "other", Item: "b"})
	assert.Equal(t, "a b", ids(recommendTo(t, s, Request{Customer: "c"})))
	record(t, s, shown)
	assert.Equal(t, "b", ids(recommendTo(t, s, Request{Customer: "c"})))
	assert.Equal(t, "a b", ids(recommendTo(t, s, Request{})))
	assert.Equal(t, "a b", ids(recommendTo(t, s, Request{Customer: "c", Must: []Filter{{Attribute: "colour", Any: []string{"red"}}}})), "asked for")
	record(t, s, Event{Kind: "viewed", Customer: "c", Item: "a"})
	assert.Equal(t, "a b", ids(recommendTo(t, s, Request{Customer: "c"})), "a reaction starts again")
}

// Each time it was shown without a reaction counts against an item.
func TestFatigue(t *testing.T) {
	t.Parallel()
	s, err := New([]Item{thing("a", "cup", "red", 100, 1), thing("b", "jug", "red", 100, 1)}, &Options{MaxShown: 3})
	require.NoError(t, err)
	for i := range 9 {
		record(t, s, Event{Kind: "viewed", Item: "a"})
		if i > 1 {
			record(t, s, Event{Kind: "viewed", Item: "b"})
		}
	}
	first := func() string { return recommendTo(t, s, Request{Customer: "c"})[0].Item.ID }
	require.Equal(t, "a", first())
	record(t, s, Event{Kind: "shown", Customer: "c", Item: "a"})
	assert.Equal(t, "b", first())
}

func TestPutAll(t *testing.T) {
	t.Parallel()
	s, err := New(nil, nil)
	require.NoError(t, err)
	require.NoError(t, s.PutAll(func(yield func(Item) bool) {
		for i := range 1000 {
			if !yield(thing(fmt.Sprint("i", i), "cup", "red", 100, 1)) {
				return
			}
		}
	}))
	assert.Len(t, s.Items(), 1000)
	err = s.PutAll(slices.Values([]Item{thing("good", "cup", "red", 100, 1), {ID: "bad"}, thing("late", "cup", "red", 100, 1)}))
	require.ErrorContains(t, err, `item "bad" has no category`)
	_, good := s.Item("good")
	_, late := s.Item("late")
	assert.Equal(t, []bool{true, false}, []bool{good, late}, "what came before the one that is not valid is there")
}
