package kb

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// The share of its score that an entry loses when the question denies and its nearest wording
// does not, or the other way round, and when it has none of the question's
// numbers: in words, "it can" and "it cannot" are near each other, and so are 15
// and 16.
const (
	denied   = 0.12
	numbered = 0.16
)

// asked is what of a question an entry is held against beside its words.
type asked struct {
	denies  bool
	numbers []uint64 // hashes of the words with a digit in them that the base knows
}

// held reads a folded question, after weigh.
func (s *snapshot) held(query string) asked {
	out := asked{denies: denies(query)}
	if !strings.ContainsAny(query, arabic) {
		return out
	}
	for _, t := range text.Tokens(query) {
		if !t.Han && strings.ContainsAny(t.Text, arabic) {
			h := text.Hash(text.Stem(t.Text))
			if !slices.Contains(out.numbers, h) && slices.ContainsFunc(s.parts, func(p part) bool { _, ok := p.segment.terms.find(h); return ok }) {
				out.numbers = append(out.numbers, h)
			}
		}
	}
	return out
}

const arabic = "0123456789"

// apart is what an entry loses for what it does not agree in; its nearest wording
// is known. Passages deny something anywhere, so that it says nothing of them.
func (a *asked) apart(seg *segment, word, d uint32) float64 {
	loss := 0.0
	if w := &seg.words[word]; w.n >= 0 && w.denies != a.denies {
		loss = denied
	}
	if len(a.numbers) > 0 {
		missing := 0
		for _, h := range a.numbers {
			id, ok := seg.terms.find(h)
			if ok {
				_, ok = slices.BinarySearch(seg.docs[seg.offs[id]:seg.offs[id+1]], d)
			}
			if !ok {
				missing++
			}
		}
		loss += numbered * float64(missing) / float64(len(a.numbers))
	}
	return loss
}

// denies reports whether a folded text denies something in Chinese. 能不能 and
// 有没有 ask, and 特别 or 别的 are other words. In English the same was tried with
// "n't" and with "not" and "no", and gained nothing: "I can't find it" and "where
// is it" ask for one thing.
func denies(s string) bool {
	before := rune(0)
	for i, r := range s {
		switch r {
		case '无', '未':
			return true
		case '不', '没':
			if after, _ := utf8.DecodeRuneInString(s[i+3:]); after != before {
				return true
			}
		case '别':
			after, _ := utf8.DecodeRuneInString(s[i+3:])
			if !strings.ContainsRune("特分区级性识个", before) && !strings.ContainsRune("的人", after) {
				return true
			}
		}
		before = r
	}
	return false
}
