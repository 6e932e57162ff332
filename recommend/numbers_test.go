package recommend

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// Cells piled up are the sums a map would hold, each number noted once, those
// that come to something.
func TestPile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s scratch
		s.reset(20)
		want := map[uint32]float32{}
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			weight := float32(rapid.IntRange(1, 3).Draw(t, "weight"))
			cells := make([]cell, rapid.IntRange(0, 9).Draw(t, "cells"))
			for i := range cells {
				if rapid.Bool().Draw(t, "held") { // else it is empty
					cells[i] = cell{uint32(rapid.IntRange(1, 19).Draw(t, "item")), float32(rapid.IntRange(1, 9).Draw(t, "w"))}
					want[cells[i].item] += weight * cells[i].w
				}
			}
			s.pile(cells, weight)
		}
		got := map[uint32]float32{}
		for _, i := range s.touched {
			assert.NotContains(t, got, i, "once each")
			got[i] = s.score[i]
		}
		assert.Equal(t, want, got)
	})
}
