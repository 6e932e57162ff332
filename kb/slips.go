package kb

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// slips are the pairs of Chinese characters that wordings have, by how they sound:
// who types by sound picks the wrong character of those that sound alike (运废 for
// 运费), and then the base knows neither of the pairs it stands in.
type slips map[uint32][2]rune

// String is all the pairs, one after the other, in a fixed order.
func (s slips) String() string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(s)) {
		pair := s[key]
		b.WriteString(string(pair[:]))
	}
	return b.String()
}

// slipsOf are those of a String; what it has no sound for is left out.
func slipsOf(pairs string, sounds *text.Sounds) slips {
	out, rs := slips{}, []rune(pairs)
	for i := 0; i+1 < len(rs); i += 2 {
		if key := pairKey(sounds, rs[i], rs[i+1]); key != 0 {
			out[key] = [2]rune{rs[i], rs[i+1]}
		}
	}
	return out
}

// learn adds the pairs of a folded wording; of two that sound alike the first stays.
func (s *slips) learn(read string, sounds *text.Sounds) {
	before := rune(0)
	for _, r := range read {
		if key := pairKey(sounds, before, r); key != 0 {
			if *s == nil {
				*s = slips{}
			}
			if _, known := (*s)[key]; !known {
				(*s)[key] = [2]rune{before, r}
			}
		}
		before = r
	}
}

// pairKey is how two characters sound, 0 when that of one is not known.
func pairKey(sounds *text.Sounds, a, b rune) uint32 {
	x, y := sounds.Of(a), sounds.Of(b)
	if x == 0 || y == 0 {
		return 0
	}
	return uint32(x)<<16 | uint32(y)
}

// hear is a folded query with characters put right that sound like others: where
// the base knows neither of the pairs that a character stands in, and a word that
// sounds the same with one neighbour and fits the other. A neighbour alone would
// change half of what is off topic.
func (s *snapshot) hear(query string) string {
	if !slices.ContainsFunc(s.parts, func(p part) bool { return len(p.segment.slips) > 0 }) {
		return query
	}
	rs := []rune(query)
	changed, left := false, false // whether the pair on the left of a character is known
	at := 0
	for i, r := range rs {
		size := utf8.RuneLen(r)
		right := false
		if s.same.sounds.Of(r) != 0 && i+1 < len(rs) {
			right = s.knows(query[at : at+size+utf8.RuneLen(rs[i+1])])
		}
		if !left && !right && s.same.sounds.Of(r) != 0 {
			if c := s.meant(rs, i); c != r {
				rs[i], changed = c, true
				right = true // by the pair it stands in now
			}
		}
		left, at = right, at+size
	}
	if !changed {
		return query
	}
	return string(rs)
}

// knows reports whether the base has a term.
func (s *snapshot) knows(term string) bool {
	h := text.Hash(term)
	return slices.ContainsFunc(s.parts, func(p part) bool { _, ok := p.segment.terms.find(h); return ok })
}

// meant is the character that one of a query stands for by a neighbour: itself when
// the base has no such pair, or one that may be chance.
func (s *snapshot) meant(rs []rune, i int) rune {
	for k := range s.parts {
		pairs := s.parts[k].segment.slips
		if i+1 < len(rs) {
			if p := pairs[pairKey(s.same.sounds, rs[i], rs[i+1])]; p[1] == rs[i+1] && s.word(p) && (i == 0 || s.fits(rs[i-1], p[0])) {
				return p[0]
			}
		}
		if i > 0 {
			if p := pairs[pairKey(s.same.sounds, rs[i-1], rs[i])]; p[0] == rs[i-1] && s.word(p) && (i+1 == len(rs) || s.fits(p[1], rs[i+1])) {
				return p[1]
			}
		}
	}
	return rs[i]
}

// fits reports whether two characters that would stand together are a pair of the
// base's, or one of them is no Chinese character.
func (s *snapshot) fits(a, b rune) bool {
	return s.same.sounds.Of(a) == 0 || s.same.sounds.Of(b) == 0 || s.knows(string([]rune{a, b}))
}

// word reports whether a pair of characters stands together rather than by chance:
// one entry in some has it, and of those with its rarer character a good part.
func (s *snapshot) word(pair [2]rune) bool {
	const some, good = 2000, 10
	n := s.holding(string(pair[:]))
	return n > s.indexed/some && good*n >= min(s.holding(string(pair[:1])), s.holding(string(pair[1:])))
}

// holding is how many have a term.
func (s *snapshot) holding(term string) int {
	h, n := text.Hash(term), 0
	for i := range s.parts {
		seg := s.parts[i].segment
		if id, ok := seg.terms.find(h); ok {
			n += int(seg.offs[id+1] - seg.offs[id])
		}
	}
	return n
}
