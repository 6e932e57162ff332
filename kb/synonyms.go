package kb

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// synonyms read the words of a group as its first. They know how characters sound,
// too, see slips.
type synonyms struct {
	sounds *text.Sounds
	from   []string // longest first, folded
	to     map[string]string
	begins map[rune][]string // those of from by their first character
}

func newSynonyms(groups [][]string) *synonyms {
	s := &synonyms{sounds: text.NewSounds(), to: map[string]string{}, begins: map[rune][]string{}}
	for _, g := range groups {
		for i, w := range g {
			w = text.Fold(w)
			if _, taken := s.to[w]; i == 0 || w == "" || taken {
				continue
			}
			s.to[w] = text.Fold(g[0])
			s.from = append(s.from, w)
		}
	}
	sort.SliceStable(s.from, func(i, j int) bool { return len(s.from[i]) > len(s.from[j]) })
	for _, w := range s.from {
		r, _ := utf8.DecodeRuneInString(w)
		s.begins[r] = append(s.begins[r], w)
	}
	return s
}

// read folds a text and replaces synonyms, the longest first, each place once.
// A Latin word is replaced only as a whole.
func (s *synonyms) read(t string) string {
	t = text.Fold(t)
	if len(s.from) == 0 {
		return t
	}
	var b strings.Builder
next:
	for i := 0; i < len(t); {
		r, size := utf8.DecodeRuneInString(t[i:])
		for _, w := range s.begins[r] {
			if strings.HasPrefix(t[i:], w) && whole(t, i, i+len(w)) {
				b.WriteString(s.to[w])
				i += len(w)
				continue next
			}
		}
		b.WriteString(t[i : i+size])
		i += size
	}
	return b.String()
}

// whole reports whether t[i:j] does not begin or end inside a Latin word.
func whole(t string, i, j int) bool {
	letter := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }
	return (i == 0 || !letter(t[i-1]) || !letter(t[i])) && (j == len(t) || !letter(t[j-1]) || !letter(t[j]))
}
