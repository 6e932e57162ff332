package recommend

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The set agrees with a map, and a snapshot of it reads back the same.
func TestIDs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s idSet
		want := map[string]bool{}
		for range rapid.IntRange(0, 200).Draw(t, "events") {
			tenant, id := rapid.SampledFrom([]string{"", "north"}).Draw(t, "tenant"), fmt.Sprint(rapid.IntRange(0, 99).Draw(t, "id"))
			assert.Equal(t, !want[tenant+"/"+id], s.add(tenant, id))
			want[tenant+"/"+id] = true
		}
		c := &codec{}
		s.now.code(c)
		back, again := &codec{buf: c.buf, reading: true}, idSet{}
		again.now.code(back)
		require.NoError(t, back.err)
		require.Empty(t, back.buf)
		assert.Equal(t, len(want), again.now.n)
		for id := range want {
			tenant, id, _ := strings.Cut(id, "/")
			assert.False(t, again.add(tenant, id), "it is known")
		}
	})
}

// What is remembered is bounded, and the latest ids are.
func TestIDsAreBounded(t *testing.T) {
	t.Parallel()
	var s idSet
	const n = 2*maxKnown + 1000
	for i := range n {
		require.True(t, s.add("", fmt.Sprint(i)))
	}
	assert.Len(t, s.now.slots, 2048)
	assert.Len(t, s.old.slots, 1<<20)
	for i := n - maxKnown; i < n; i++ {
		require.False(t, s.add("", fmt.Sprint(i)), "the %d. is forgotten", i)
	}
	assert.True(t, s.add("", "0"), "the oldest is")
}
