package markdown

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestLines(t *testing.T) {
	t.Parallel()
	var l Lines
	for _, c := range []struct {
		line, text string
		code       bool
	}{
		{"a <!-- b --> c <!-- d", "a  c ", false},
		{"## no heading", "", false},
		{"--> e", " e", false},
		{"``code`` in a line", "``code`` in a line", false},
		{"```sh", "```sh", true},
		{"<!-- stays", "<!-- stays", true},
		{"~~~", "~~~", true},
		{"``", "``", true},
		{"````", "````", true},
		{"text", "text", false},
		{"~~~~", "~~~~", true},
		{"~~~", "~~~", true},
		{"~~~~ no end", "~~~~ no end", true},
		{"~~~~", "~~~~", true},
		{"text", "text", false},
	} {
		text, code := l.Next(c.line)
		assert.Equal(t, c.text, text, c.line)
		assert.Equal(t, c.code, code, c.line)
	}
	assert.False(t, l.Open() || l.Fenced())
}

func TestHeadings(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]int{"# a": 1, "   ###### a ##": 6, "    # a": 0, "#a": 0, "####### a": 0, "#": 1, "": 0} {
		level, _ := Heading(line)
		assert.Equal(t, want, level, line)
	}
	for line, want := range map[string]int{"===": 1, "-": 2, "  ----  ": 2, "    ---": 0, "- -": 0, "": 0, "=-": 0} {
		assert.Equal(t, want, Underline(line), line)
	}
	title, id := HeadingID("能退吗 {#return.how}")
	assert.Equal(t, "能退吗 return.how", title+" "+id)
}

// Whatever stands in a document, a line is given back whole or without comments.
func TestLinesOfAnything(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{"<!--", "-->", "```", "~~~", "a", " ", "<!", "--", "`"})
	rapid.Check(t, func(t *rapid.T) {
		var l Lines
		for range 5 {
			line := ""
			for _, p := range rapid.SliceOfN(piece, 0, 6).Draw(t, "line") {
				line += p
			}
			fenced := l.Fenced()
			text, code := l.Next(line)
			assert.LessOrEqual(t, len(text), len(line))
			if fenced {
				assert.True(t, code)
				assert.Equal(t, line, text, "code stays as it is")
			}
		}
	})
}
