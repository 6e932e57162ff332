package kb

import (
	"slices"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// analyser turns folded texts into hashes, in buffers it uses again.
type analyser struct {
	terms []uint64
	grams []uint64
	stems map[string]uint64 // of words met before; nil keeps none
}

// readTerms sets terms to the hashes of text.Terms(s), in order; s is folded.
func (a *analyser) readTerms(s string) {
	a.terms = a.terms[:0]
	tokens := text.Tokens(s)
	for i, t := range tokens {
		h, ok := a.word(t)
		if !ok {
			continue
		}
		a.terms = append(a.terms, h)
		if t.Han && i+1 < len(tokens) && tokens[i+1].Han && tokens[i+1].Start == t.End {
			a.terms = append(a.terms, text.Hash(s[t.Start:tokens[i+1].End]))
		}
	}
}

// word is the hash of a Han character or of the stem of a word; ok is false for
// a sign.
func (a *analyser) word(t text.Token) (h uint64, ok bool) {
	if t.Han {
		return text.Hash(t.Text), true
	}
	if r, _ := utf8.DecodeRuneInString(t.Text); text.IsEmoji(r) {
		return 0, false
	}
	h, ok = a.stems[t.Text]
	if !ok {
		h = text.Hash(text.Stem(t.Text))
		if a.stems != nil && len(a.stems) < maxStems {
			a.stems[t.Text] = h
		}
	}
	return h, true
}

const maxStems = 1 << 17 // words whose stem is remembered while an index is built

// readGrams sets grams to the hashes of the character 1- to 3-grams of s, which
// is folded, in order; single Latin letters say nothing and are left out.
func (a *analyser) readGrams(s string) {
	a.grams = a.grams[:0]
	if s == "" {
		return
	}
	// The marks at the ends are one byte each, so positions 0 and len(s)+1 of
	// the padded text stand for them.
	at := func(i int) (b byte) {
		switch {
		case i == 0:
			return text.GramStart[0]
		case i == len(s)+1:
			return text.GramEnd[0]
		}
		return s[i-1]
	}
	size := func(i int) int {
		if i == 0 || i > len(s) || s[i-1] < utf8.RuneSelf {
			return 1
		}
		_, n := utf8.DecodeRuneInString(s[i-1:])
		return n
	}
	for start := 0; start < len(s)+2; {
		first := size(start)
		h, end := uint64(fnvOffset), start
		for n := 0; n < 3 && end < len(s)+2; n++ {
			for stop := end + size(end); end < stop; end++ {
				h = (h ^ uint64(at(end))) * fnvPrime
			}
			if end-start > 1 {
				a.grams = append(a.grams, finish(h))
			}
		}
		start += first
	}
}

// The constants of text.Hash, which readGrams computes byte by byte for all
// grams that begin at one place.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func finish(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// runs calls f with each number of a list and how often it occurs, rising; it
// sorts the list.
func runs[T uint32 | uint64](list []T, f func(n T, count int)) {
	slices.Sort(list)
	for i := 0; i < len(list); {
		j := i + 1
		for j < len(list) && list[j] == list[i] {
			j++
		}
		f(list[i], j-i)
		i = j
	}
}
