package sentiment

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestLastClause(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"颜色不错,就是太薄":           "就是太薄",
		"颜色不错,就是太薄!!!":        "就是太薄!!!",
		"颜色不错。就是太薄。":          "就是太薄。",
		"颜色不错 就是太薄":           "就是太薄",
		"nice, but 3.5 of 5.": " but 3.5 of 5.",
		"太薄":                  "太薄",
		"太薄,,,":               "太薄,,,",
		"?!。":                 "?!。",
		"":                    "",
	} {
		assert.Equal(t, want, text[lastClause(text):], text)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		at := lastClause(s)
		assert.True(t, at == 0 || at < len(s), "%d of %q", at, s)
	})
}
