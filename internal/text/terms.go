package text

import (
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// Terms returns what a text is indexed and searched by, in order: each Han
// character, each pair of neighbouring Han characters behind its first, and
// the stem of each other word. Emoji and punctuation are no terms. The text
// need not be normalised; Terms does it.
func Terms(s string) []string {
	folded := Fold(s)
	tokens := Tokens(folded)
	if len(tokens) == 0 {
		return nil
	}
	terms := make([]string, 0, 2*len(tokens))
	for i, t := range tokens {
		if !t.Han {
			if r, _ := decode(t.Text, 0); !IsEmoji(r) {
				terms = append(terms, Stem(t.Text))
			}
			continue
		}
		terms = append(terms, t.Text)
		if i+1 < len(tokens) && tokens[i+1].Han && tokens[i+1].Start == t.End {
			terms = append(terms, folded[t.Start:tokens[i+1].End])
		}
	}
	return terms
}

// maxStem is the length in bytes from which a word is no English word.
const maxStem = 40

// Stem returns the stem of a lower-case English word after Porter's Snowball
// algorithm ("English", https://snowballstem.org): returned, returns and
// returning have one stem, which need not be a word itself. Words with
// anything but the letters a to z and apostrophes are returned unchanged.
func Stem(word string) string {
	if len(word) < 3 || len(word) > maxStem {
		return word
	}
	for i := 0; i < len(word); i++ {
		if c := word[i]; (c < 'a' || c > 'z') && c != '\'' {
			return word
		}
	}
	env := snowballstem.NewEnv(word)
	english.Stem(env)
	return env.Current()
}
