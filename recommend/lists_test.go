package recommend

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// Lists hold what plain slices would, whatever is added and emptied between, and
// no two of them share a place.
func TestLists(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l lists
		var want [][]uint32
		for range rapid.IntRange(1, 40).Draw(t, "lists") {
			l.add()
			want = append(want, nil)
		}
		number := uint32(0)
		for range rapid.IntRange(0, 60).Draw(t, "changes") {
			i := uint32(rapid.IntRange(0, len(want)-1).Draw(t, "list"))
			if rapid.IntRange(0, 9).Draw(t, "empty") == 0 {
				l.empty(i)
				want[i] = nil
				continue
			}
			for range rapid.IntRange(1, maxSession+5).Draw(t, "numbers") {
				number++
				l.append(i, number)
				want[i] = append(want[i], number)
				want[i] = want[i][max(0, len(want[i])-maxSession):]
			}
		}
		for i := range want {
			assert.ElementsMatch(t, want[i], l.of(uint32(i)))
			if len(want[i]) > 0 {
				assert.Equal(t, want[i], l.of(uint32(i)), "in order")
			}
		}
		held := map[uint32]bool{}
		for i, at := range l.at {
			size, most := room(int(l.long[i]))
			assert.Zero(t, at%uint32(most), "it begins where a line does")
			for j := range uint32(leastRoom << size) {
				assert.False(t, held[at+j], "shared")
				held[at+j] = true
			}
		}
		for size, free := range l.free {
			for _, at := range free {
				for j := range uint32(leastRoom << size) {
					assert.False(t, held[at+j], "free, and held")
					held[at+j] = true
				}
			}
		}
		assert.Len(t, held, len(l.blocks)*block, "lost")
	})
}
