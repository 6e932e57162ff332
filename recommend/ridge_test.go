package recommend

import (
	"bytes"
	"context"
	"fmt"
	"testing"

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
		for u := range fitTakers + 400 { // more than are looked at
			for k := range 5 {
				record(t, s, Event{Kind: "viewed", Customer: fmt.Sprint("u", u), Item: fmt.Sprint((u*7 + k*k*(u%11)) % 12)})
			}
		}
		require.NoError(t, s.Fit(t.Context()))
		return s.learned.fitted.rows
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

// What came after a Fit is ranked all the same, at once.
func TestFitLeavesRoomForWhatIsNew(t *testing.T) {
	t.Parallel()
	s := genres(t, nil)
	require.NoError(t, s.Fit(t.Context()))
	for u := range 9 {
		for _, item := range []string{"new-1", "new-2"} {
			require.NoError(t, s.Record(t.Context(), Event{Kind: "viewed", Customer: fmt.Sprint("later", u), Item: item}))
		}
	}
	require.NoError(t, s.Record(t.Context(), Event{Kind: "viewed", Customer: "u0", Item: "new-1"}))
	got := s.Rank("u0", nil, 5, false)
	assert.Contains(t, fmt.Sprint(got), "new-2")
}

// The conjugate gradients solve the system they are given: a system that is
// positive and well conditioned, as the diagonal makes it.
func TestDescend(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		r := newRegression(&takers{})
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
