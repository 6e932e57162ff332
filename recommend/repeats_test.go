package recommend

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Where sessions come back to what they held, that is ranked high; where they
// never do, the same request is answered by what is new.
func TestRepeatsAreLearned(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after string // what follows "a", "b"
		first string
	}{
		"they come back":  {"a", "a"},
		"they never do":   {"c", "c"},
		"to the last one": {"b", "b"},
	} {
		s, err := New(nil, nil)
		require.NoError(t, err)
		for i := range 50 {
			for _, item := range []string{"a", "b", c.after} {
				require.NoError(t, s.Record(t.Context(), Event{Kind: "viewed", Session: fmt.Sprint(i), Item: item}))
			}
		}
		got := s.Rank("", []string{"a", "b"}, 1, true)
		require.Len(t, got, 1, name)
		assert.Equal(t, c.first, got[0].Item, name)
		for _, x := range s.Rank("", []string{"a", "b"}, 9, false) {
			assert.NotContains(t, "ab", x.Item, "%s: what was seen is not asked for", name)
		}
	}
}

func TestRepeatsCountTimesAndDistance(t *testing.T) {
	t.Parallel()
	var r repeats
	r.learn([]uint32{7, 8, 7}, 8)
	assert.Equal(t, share{0, 1}, r[1][0], "7 stands there twice, the last time at once before")
	assert.Equal(t, share{1, 1}, r[0][1], "8 once, one further back")
	assert.Zero(t, r[0][2], "an item is looked at once")
	r.learn([]uint32{7, 8, 7}, 8)
	r.learn([]uint32{7, 9, 7}, 8)
	assert.InDelta(t, 2.0/3, r[0][1].mean, 1e-6)

	far := make([]uint32, 3*repeatBack)
	for i := range far {
		far[i] = uint32(i + 1)
	}
	r = repeats{}
	r.learn(far, 1)
	for i := range r[0] {
		assert.Equal(t, share{0, 1}, r[0][i], "what lies further back is not looked at")
	}
}

// A share forgets: what was so once does not stay so.
func TestShareFollowsTheTimes(t *testing.T) {
	t.Parallel()
	var s share
	for range 2 * repeatFar {
		s.add(1)
	}
	require.Equal(t, float32(1), s.mean)
	for range 4 * repeatFar {
		s.add(0)
	}
	assert.Less(t, s.mean, float32(0.05))
}

func TestRepeatsRefuseWhatIsDamaged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of   share
		fine bool
	}{
		"a share":     {share{0.5, 2}, true},
		"above one":   {share{1.5, 2}, false},
		"of too many": {share{0.5, repeatFar + 1}, false},
	} {
		var r, back repeats
		r[1][2] = c.of
		file := &codec{}
		r.code(file)
		from := &codec{buf: file.buf, reading: true}
		if back.code(from); c.fine {
			require.NoError(t, from.err, name)
			assert.Equal(t, r, back, name)
		} else {
			assert.Error(t, from.err, name)
		}
	}
}
