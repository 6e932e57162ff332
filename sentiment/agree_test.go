package sentiment

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Learning starts from what sets agree about: a word that is praise in all of
// them, not one that is praise in some and blame in others, nor one that a single
// set knows.
func TestAgreed(t *testing.T) {
	t.Parallel()
	s, err := New(&Options{Rules: true})
	require.NoError(t, err)
	var messages []Labelled
	for set := range 6 {
		for i := range 40 {
			class, words := ClassPositive, []string{"zorple"}
			if i%2 == 0 {
				class, words = ClassNegative, []string{"quibnak"}
			}
			if (i%2 == 0) == (set%2 == 0) {
				words = append(words, "flimmer") // with praise in one set, with blame in the next
			}
			if set == 0 && i%2 == 1 {
				words = append(words, "onlyhere")
			}
			messages = append(messages, Labelled{Text: fmt.Sprintf("%s n%d", strings.Join(words, " "), i), Class: class, Set: fmt.Sprint(set)})
		}
	}
	start := agreed(s.samples(messages), func(int) bool { return true })
	of := func(word string) float64 { return float64(start[mix(hashUnit(word))]) }
	assert.Greater(t, of("zorple"), 1.0)
	assert.Less(t, of("quibnak"), -1.0)
	assert.InDelta(t, 0, of("flimmer"), 0.2)
	assert.InDelta(t, 0, of("onlyhere"), 0.2)
	assert.Zero(t, of("unheard"))
}
