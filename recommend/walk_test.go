package recommend

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Nobody went from a to c, but from a to b and from b to c; what is faint beside
// that leads nowhere.
func TestWalk(t *testing.T) {
	t.Parallel()
	s, err := New(nil, nil)
	require.NoError(t, err)
	follow := func(n int, from, to string) {
		for i := range n {
			for _, item := range []string{from, to} {
				record(t, s, Event{Kind: "viewed", Session: fmt.Sprint(from, to, i), Item: item})
			}
		}
	}
	follow(30, "a", "b")
	follow(30, "b", "c")
	follow(1, "a", "x")
	follow(30, "x", "y")
	got := map[string]float64{}
	for _, x := range s.Rank("", []string{"a"}, 9, false) {
		got[x.Item] = x.Score
	}
	assert.Greater(t, got["b"], got["c"])
	assert.Positive(t, got["c"])
	assert.NotContains(t, got, "y")
	s.weights.Walk = 0
	for _, x := range s.Rank("", []string{"a"}, 9, false) {
		assert.NotEqual(t, "c", x.Item)
	}

	var to scratch
	to.reset(10)
	s.learned.next.walk(99, 1, new(power).set(1), &to)
	assert.Empty(t, to.touched, "what was never seen leads nowhere")
}
