package sentiment

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// The short ways of compiling a word give what the long ones do.
func TestShortWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("ab z'9 -.oO好坏壞👍é"))).Draw(t, "word")
		key := text.Fold(s)
		assert.Equal(t, key, fold(s))
		assert.Equal(t, len(text.Tokens(key)), int(units(key)), key)
	})
}
