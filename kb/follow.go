package kb

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// longestFollow is how many characters a question has at most that is understood
// after the one before it.
const longestFollow = 24

// follow returns what an elliptic question names: 新疆 of "那新疆呢", "remote
// regions" of "and to remote regions?"; "" when it is none. The question is folded.
func follow(s string) string {
	if utf8.RuneCountInString(s) > longestFollow {
		return ""
	}
	s = strings.TrimRight(strings.TrimSpace(s), "?!.,。")
	marked := false
	for _, w := range []string{"呢", "么", "吗", " then"} {
		if rest, ok := strings.CutSuffix(s, w); ok {
			s, marked = strings.TrimRight(rest, " ,"), true
			break
		}
	}
	for _, w := range []string{"那么", "那", "and what about ", "what about ", "how about ", "and how about ", "and ", "or "} {
		if rest, ok := strings.CutPrefix(s, w); ok {
			s, marked = rest, true
			break
		}
	}
	for _, w := range []string{"for ", "to ", "in ", "with ", "on ", "the ", "a ", "an ", "my "} {
		s = strings.TrimPrefix(s, w)
	}
	s = strings.TrimLeft(strings.TrimSpace(s), ",")
	if !marked || len(s) < 4 { // two Chinese characters, or a short word
		return ""
	}
	return s
}

// said is the entry that answered before, as a hit, if the question follows on it
// and names something that its answer says.
func (s *snapshot) said(q *Query) (Hit, bool) {
	if q.After == "" {
		return Hit{}, false
	}
	named := follow(text.Fold(q.Text))
	if named == "" {
		return Hit{}, false
	}
	k, d, ok := s.find(q.After)
	if !ok {
		return Hit{}, false
	}
	p := &s.parts[k]
	if p.blocked(d, q, q.flags()) {
		return Hit{}, false
	}
	e := p.segment.entries.entry(d)
	h := e.hit(q, p.segment.words[p.segment.first[d]])
	answer := text.Fold(h.Answer)
	if named[0] < utf8.RuneSelf && !strings.Contains(named, " ") { // "fee" is not said by "coffee"
		words := strings.FieldsFunc(answer, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		return h, slices.Contains(words, named)
	}
	return h, strings.Contains(answer, named)
}
