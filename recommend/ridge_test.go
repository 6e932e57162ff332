package recommend

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// genres is a shelf of customers who keep to one of five kinds of item, with
// one item everybody takes.
func genres(t testing.TB, opts *Options) *Shelf {
	t.Helper()
	s, err := New(nil, opts)
	require.NoError(t, err)
	for u := range 60 {
		for k := range 6 {
			item := fmt.Sprint(u%5, "-", (u/5+k*k)%10)
			if k == 3 {
				item = "hit"
			}
			require.NoError(t, s.Record(t.Context(), Event{Kind: "viewed", Customer: fmt.Sprint("u", u), Item: item}))
		}
	}
	return s
}

// The same events give the same fit, bit by bit, however customers are kept.
func TestFitIsTheSameAgain(t *testing.T) {
	t.Parallel()
	fit := func() [][]cell {
		s, err := New(nil, nil)
		require.NoError(t, err)
		for u := range fitRows + 400 { // more than are looked at
			for k := range 5 {
				record(t, s, Event{Kind: "viewed", Customer: fmt.Sprint("u", u), Item: fmt.Sprint((u*7 + k*k*(u%11)) % 12)})
			}
		}
		require.NoError(t, s.Fit(t.Context()))
		return s.learned.fitted.with
	}
	first := fit()
	require.NotEmpty(t, first)
	assert.Equal(t, first, fit())
}

// What Fit finds ranks by itself: items of the customer's own kind, not what
// everybody takes.
func TestFit(t *testing.T) {
	t.Parallel()
	only := Weights{Ridge: 1}
	s := genres(t, &Options{Weights: &only})
	require.Empty(t, s.Rank("u0", nil, 5, false), "nothing is fitted yet")
	require.NoError(t, s.Fit(t.Context()))
	for u := range 5 {
		got := s.Rank(fmt.Sprint("u", u), nil, 3, false)
		require.Len(t, got, 3)
		for _, g := range got {
			assert.Equal(t, fmt.Sprint(u, "-"), g.Item[:2])
		}
	}
	var file bytes.Buffer
	require.NoError(t, s.Save(&file))
	again, err := New(nil, &Options{Weights: &only})
	require.NoError(t, err)
	require.NoError(t, again.Restore(&file))
	assert.Equal(t, s.Rank("u3", nil, 9, false), again.Rank("u3", nil, 9, false), "a snapshot keeps it")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, s.Fit(ctx), context.Canceled)
	empty, err := New(nil, nil)
	require.NoError(t, err)
	require.NoError(t, empty.Fit(t.Context()))
}

// Of baskets and of sessions a fit speaks as well, each for itself: what is
// bought with what, and what comes after what, not before it.
func TestFitOfBasketsAndSessions(t *testing.T) {
	t.Parallel()
	only := func(w Weights) *Shelf {
		s, err := New(nil, &Options{Weights: &w})
		require.NoError(t, err)
		for n := range 40 {
			kind := fmt.Sprint(n % 4)
			for at, item := range []string{"first", "then", "last"} {
				record(t, s, Event{Kind: "viewed", Session: fmt.Sprint("s", n), Item: item + kind, At: noon(n).Add(time.Duration(at) * time.Minute)})
			}
			for _, item := range []string{"brush", "paint", "bag"} {
				if item != "bag" {
					item += kind
				}
				record(t, s, Event{Kind: "purchased", Basket: fmt.Sprint("b", n), Item: item, At: noon(n)})
			}
		}
		require.NoError(t, s.Fit(t.Context()))
		return s
	}
	along, ahead := only(Weights{Along: 1}), only(Weights{Ahead: 1})
	for kind := range 4 {
		bought := along.Rank("", []string{fmt.Sprint("brush", kind)}, 9, false)
		require.NotEmpty(t, bought)
		assert.Equal(t, fmt.Sprint("paint", kind), bought[0].Item, "not the bag that is in every basket")
		assert.Empty(t, ahead.Rank("", []string{fmt.Sprint("brush", kind)}, 9, false))
		came := ahead.Rank("", []string{fmt.Sprint("then", kind)}, 9, false)
		require.NotEmpty(t, came)
		assert.Equal(t, fmt.Sprint("last", kind), came[0].Item)
		assert.NotContains(t, fmt.Sprint(came), "first")
		assert.Empty(t, along.Rank("", []string{fmt.Sprint("then", kind)}, 9, false))
	}
	var file bytes.Buffer
	require.NoError(t, ahead.Save(&file))
	again, err := New(nil, &Options{Weights: &Weights{Ahead: 1}})
	require.NoError(t, err)
	require.NoError(t, again.Restore(&file))
	assert.Equal(t, ahead.Rank("", []string{"first1"}, 9, false), again.Rank("", []string{"first1"}, 9, false), "a snapshot keeps it")

	silent := only(Weights{Next: 1})
	assert.Equal(t, &fitted{}, silent.learned.fitted, "what no weight asks for is not solved")
}

// What came after a Fit is ranked all the same, at once, whether the pairs speak
// beside it or only for what is new.
func TestFitLeavesRoomForWhatIsNew(t *testing.T) {
	t.Parallel()
	alone := DefaultWeights()
	alone.Beside, alone.Alike = 0, 0
	for name, w := range map[string]*Weights{"beside": nil, "alone": &alone} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := genres(t, &Options{Weights: w})
			require.NoError(t, s.Fit(t.Context()))
			for u := range 9 {
				for _, item := range []string{"new-1", "new-2"} {
					require.NoError(t, s.Record(t.Context(), Event{Kind: "viewed", Customer: fmt.Sprint("later", u), Item: item}))
				}
			}
			require.NoError(t, s.Record(t.Context(), Event{Kind: "viewed", Customer: "u0", Item: "new-1"}))
			got := s.Rank("u0", nil, 5, false)
			assert.Contains(t, fmt.Sprint(got), "new-2")
		})
	}
}

// The conjugate gradients solve the system they are given: a system that is
// positive and well conditioned, as the diagonal makes it.
func TestDescend(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		r := newRegression(0)
		half := make([]float32, n*n)
		for i := range half {
			half[i] = float32(rapid.IntRange(-1, 1).Draw(t, "x"))
		}
		for a := range n {
			for b := range n {
				for k := range n {
					r.gram[a*n+b] += half[a*n+k] * half[b*n+k]
				}
			}
			r.gram[a*n+a] += fitRidge
			r.rhs[a] = float32(rapid.IntRange(-9, 9).Draw(t, "y"))
		}
		w := r.descend(n)
		for a := range n {
			assert.InDelta(t, r.rhs[a], dot(r.gram[a*n:a*n+n], w), 0.01)
		}
	})
}
