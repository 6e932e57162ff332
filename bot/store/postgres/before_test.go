package postgres

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// The 31 bits kept of a place are enough to find it again near the last one.
func TestBefore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		last := rapid.Int64Range(1<<30, 1<<62).Draw(t, "last")
		distance := rapid.Int64Range(-1<<29, 1<<29).Draw(t, "distance")
		place := last - distance
		assert.Equal(t, min(place, last), before(last, place&placeMask))
	})
}
