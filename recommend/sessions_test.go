package recommend

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// session records one session's views.
func session(t require.TestingT, s *Shelf, key string, items ...string) {
	for _, it := range items {
		require.NoError(t, s.Record(context.Background(), Event{Kind: "viewed", Session: key, Item: it}))
	}
}

func TestSessionsLikeThisOne(t *testing.T) {
	t.Parallel()
	s, err := New(nil, nil)
	require.NoError(t, err)
	for i := range 5 {
		session(t, s, fmt.Sprint("a", i), "tent", "stove", "lamp")
		session(t, s, fmt.Sprint("b", i), "tent", "book", "pen")
	}
	top := func(items ...string) string { return s.Rank("", items, 1, false)[0].Item }
	assert.Equal(t, "lamp", top("tent", "stove"), "what follows in sessions with both")
	assert.Equal(t, "pen", top("tent", "book"))
	assert.Empty(t, s.Rank("", []string{"unheard of"}, 5, false))

	session(t, s, "now", "stove")
	before := top("stove")
	for i := range 20 {
		session(t, s, fmt.Sprint("c", i), "stove", "gas")
	}
	assert.Equal(t, "lamp", before)
	assert.Equal(t, "gas", top("stove"), "an event counts at once")
}

// The ring and the postings stay within their caps, and what left the ring is
// never read.
func TestVisitsAreBounded(t *testing.T) {
	t.Parallel()
	v := newVisits()
	for i := range 3 * maxPosting {
		for range maxSession + 10 {
			v.add(fmt.Sprint(i), 1)
		}
	}
	assert.LessOrEqual(t, len(v.postings[1]), 2*maxPosting)
	assert.Len(t, v.of("5"), maxSession)
	v.keys = v.keys[:10:10] // as if the ring were smaller: older numbers are not held
	assert.False(t, v.kept(v.next-11))
	assert.True(t, v.kept(v.next-10))
}

func TestStrongest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s scratch
		all := rapid.SliceOfN(rapid.Float32Range(0.001, 9), 1, 300).Draw(t, "scores")
		s.reset(len(all))
		for i, v := range all {
			s.add(uint32(i), v)
		}
		n := rapid.IntRange(1, 300).Draw(t, "n")
		kept := map[uint32]bool{}
		least := float32(10)
		for _, i := range s.strongest(n) {
			kept[i] = true
			least = min(least, s.score[i])
		}
		require.NotEmpty(t, kept)
		for i, v := range all {
			if !kept[uint32(i)] {
				assert.Less(t, v, least, "a stronger one was left out")
			}
		}
	})
}

// A row keeps the strongest partners and agrees with a plain map until full.
func TestRow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var r row
		want := map[uint32]float32{}
		for _, i := range rapid.SliceOfN(rapid.Uint32Range(1, 200), 0, 500).Draw(t, "items") {
			r.add(i, 1)
			want[i]++
		}
		assert.EqualValues(t, len(want), r.n)
		for i := range uint32(201) {
			assert.Equal(t, want[i], r.get(i), i)
		}
	})
	var r row
	for i := range uint32(5000) {
		r.add(7, 1)
		r.add(i+10, 1)
	}
	assert.LessOrEqual(t, len(r.cells), rowMost)
	assert.Equal(t, float32(5000), r.get(7), "the strongest partner was pruned")
}

// What speaks of a row are the strongest of its partners at any time, in order
// and with their weights as they are.
func TestRowSpeaks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var r row
		chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for range rapid.IntRange(0, 3000).Draw(t, "events") {
			r.add(1+uint32(chance.ExpFloat64()*60), float32(chance.Float64()))
		}
		var room [rowMost]cell
		all := r.held(&room)
		slices.SortFunc(all, func(a, b cell) int { return cmp.Compare(b.order(), a.order()) })
		few := rapid.IntRange(1, rowTop).Draw(t, "few")
		switch speak := r.speak(few); {
		case len(all) <= rowTop:
			assert.Equal(t, r.cells, speak, "of few all speak")
		default:
			assert.Equal(t, all[:few], speak)
		}
	})
}

// Rank gives at most n ids, best first, each once, none of the session's own.
func TestRankInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, err := New(nil, nil)
		require.NoError(t, err)
		item := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"})
		for range rapid.IntRange(0, 60).Draw(t, "events") {
			require.NoError(t, s.Record(context.Background(), Event{Kind: rapid.SampledFrom([]string{"viewed", "purchased", "shown"}).Draw(t, "kind"), Item: item.Draw(t, "item"),
				Customer: rapid.SampledFrom([]string{"", "u", "v"}).Draw(t, "customer"), Session: rapid.SampledFrom([]string{"", "s", "t"}).Draw(t, "session"),
				Basket: rapid.SampledFrom([]string{"", "x"}).Draw(t, "basket")}))
		}
		now := rapid.SliceOfN(item, 0, 4).Draw(t, "now")
		n := rapid.IntRange(0, 8).Draw(t, "n")
		got := s.Rank(rapid.SampledFrom([]string{"", "u", "w"}).Draw(t, "who"), now, n, false)
		assert.LessOrEqual(t, len(got), n)
		seen := map[string]bool{}
		for i, g := range got {
			assert.False(t, seen[g.Item], "twice")
			seen[g.Item] = true
			assert.NotContains(t, now, g.Item)
			assert.Greater(t, g.Score, 0.0)
			assert.True(t, i == 0 || got[i-1].Score >= g.Score)
		}
	})
}

func BenchmarkRank(b *testing.B) {
	s, err := New(nil, nil)
	require.NoError(b, err)
	for i := range 50000 {
		u := fmt.Sprint(i % 9000)
		_ = s.Record(b.Context(), Event{Kind: "viewed", Customer: u, Session: u, Item: fmt.Sprint(i * 7919 % 3001 % (1 + i%2000))})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Rank(fmt.Sprint(i%9000), []string{fmt.Sprint(i % 100), fmt.Sprint(i % 70)}, 20, false)
	}
}

// Customers with a like history speak for what they hold, even where no pair
// of items does.
func TestCustomersLikeThisOne(t *testing.T) {
	t.Parallel()
	s, err := New(nil, nil)
	require.NoError(t, err)
	w := DefaultWeights()
	w.Together = 0
	s.weights = w
	for i, items := range [][]string{{"a", "b", "c", "x"}, {"a", "b", "y"}, {"z", "w"}} {
		for _, it := range items {
			require.NoError(t, s.Record(context.Background(), Event{Kind: "purchased", Customer: fmt.Sprint(i), Item: it}))
		}
	}
	for _, it := range []string{"a", "b", "c"} {
		require.NoError(t, s.Record(context.Background(), Event{Kind: "viewed", Customer: "me", Item: it}))
	}
	got := s.Rank("me", nil, 10, false)
	require.Len(t, got, 2)
	assert.Equal(t, "x", got[0].Item, "shares three items, not two")
	assert.Equal(t, "y", got[1].Item)
}

// What a customer takes again and again is foretold where it may come again, and
// fades when they have stopped.
func TestHabits(t *testing.T) {
	t.Parallel()
	w := DefaultWeights()
	w.Fade = 3
	s, err := New(nil, &Options{Weights: &w})
	require.NoError(t, err)
	buy := func(items ...string) {
		for _, it := range items {
			require.NoError(t, s.Record(context.Background(), Event{Kind: "purchased", Customer: "c", Basket: it, Item: it}))
		}
	}
	buy("bread", "bread", "kettle", "milk", "milk", "milk")
	got := s.Rank("c", nil, 3, true)
	require.Len(t, got, 3)
	assert.Equal(t, "milk", got[0].Item)
	for _, g := range s.Rank("c", nil, 3, false) {
		assert.NotEqual(t, "milk", g.Item, "what was seen is left out")
	}
	for range 9 {
		buy("bread")
	}
	assert.Equal(t, "bread", s.Rank("c", nil, 1, true)[0].Item, "milk was long ago")
}
