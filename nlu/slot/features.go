package slot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// maxTokens bounds how much of a message is tagged.
const maxTokens = 200

// maxPhrase is the longest entity, in tokens, that is remembered as a phrase.
const maxPhrase = 10

// token is a piece of a normalised text: a word, a Chinese character, or a
// mark of punctuation.
type token struct {
	start, end int
	hash       uint64
	shape      uint64
}

func mix(h, x uint64) uint64 {
	h = (h ^ x) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}

func hash(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h ^ h>>32
}

// tokenize is text.Tokens with punctuation between.
func tokenize(s string) []token {
	words := text.Tokens(s)
	out := make([]token, 0, len(words)+4)
	at := 0
	marks := func(to int) {
		for at < to {
			_, size := utf8.DecodeRuneInString(s[at:])
			if s[at] != ' ' {
				out = append(out, token{start: at, end: at + size})
			}
			at += size
		}
	}
	for _, w := range words {
		marks(w.Start)
		out = append(out, token{start: w.Start, end: w.End})
		at = w.End
	}
	marks(len(s))
	if len(out) > maxTokens {
		out = out[:maxTokens]
	}
	for i := range out {
		t := &out[i]
		t.hash = hash(1, s[t.start:t.end])
		t.shape = hash(2, shape(s[t.start:t.end]))
	}
	return out
}

// shape is a word with its letters and digits made alike, runs cut to three.
func shape(w string) string {
	var b strings.Builder
	last, run := rune(0), 0
	for _, r := range w {
		switch {
		case text.IsHan(r):
			r = 'h'
		case unicode.IsDigit(r):
			r = '0'
		case unicode.IsLetter(r):
			r = 'a'
		}
		if r == last {
			if run++; run > 3 {
				continue
			}
		} else {
			last, run = r, 1
		}
		b.WriteRune(r)
	}
	return b.String()
}

// features are the hashes of what speaks for the tag of each token. intent is
// a hash of the message's intent, 0 when none is known; known gives the type
// of a phrase seen in training, 0 for none.
func features(s string, ts []token, intent uint64, known func(phrase uint64) uint64) [][]uint64 {
	const edge = 0x5bd1e995
	at := func(i int) uint64 {
		if i < 0 || i >= len(ts) {
			return edge + uint64(i>>31&1)
		}
		return ts[i].hash
	}
	shapeAt := func(i int) uint64 {
		if i < 0 || i >= len(ts) {
			return edge
		}
		return ts[i].shape
	}
	marks := phrases(ts, known)
	out := make([][]uint64, len(ts))
	for i, t := range ts {
		f := make([]uint64, 0, 40)
		add := func(template uint64, parts ...uint64) {
			h := mix(0, template)
			for _, p := range parts {
				h = mix(h, p)
			}
			f = append(f, h)
		}
		p2, p1, c, n1, n2 := at(i-2), at(i-1), at(i), at(i+1), at(i+2)
		add(1)
		add(2, c)
		add(3, p1)
		add(4, n1)
		add(5, p2)
		add(6, n2)
		add(7, p1, c)
		add(8, c, n1)
		add(9, p1, n1)
		add(10, p2, p1)
		add(11, n1, n2)
		add(12, p1, c, n1)
		add(13, p2, p1, c)
		add(14, c, n1, n2)
		add(15, at(i-3), p2, p1)
		add(16, n1, n2, at(i+3))
		add(17, t.shape)
		add(18, shapeAt(i-1), t.shape, shapeAt(i+1))
		add(19, at(i-3))
		add(20, at(i+3))
		if w := s[t.start:t.end]; w[0] < utf8.RuneSelf {
			for n := 2; n <= 4 && n < len(w); n++ {
				add(20+uint64(n), hash(0, w[:n]))
				add(30+uint64(n), hash(0, w[len(w)-n:]))
			}
		}
		if intent != 0 {
			add(40, intent)
			add(41, intent, c)
			add(42, intent, p1)
			add(43, intent, n1)
			add(44, intent, p1, c)
			add(45, intent, p2, p1)
			add(46, intent, n1, n2)
		}
		if m := marks[i]; m != 0 {
			add(50, m)
			add(51, m, p1)
			add(52, m, intent)
		}
		if i+1 < len(ts) {
			add(53, marks[i+1])
		}
		if i > 0 {
			add(54, marks[i-1])
		}
		out[i] = f
	}
	return out
}

// phrases marks the tokens of phrases that training knows, the longest first
// from the left: the type, and whether the token begins it.
func phrases(ts []token, known func(uint64) uint64) []uint64 {
	out := make([]uint64, len(ts))
	if known == nil {
		return out
	}
	for i := 0; i < len(ts); {
		best, length := uint64(0), 1
		h := uint64(7)
		for n := 1; n <= maxPhrase && i+n <= len(ts); n++ {
			h = mix(h, ts[i+n-1].hash)
			if k := known(h); k != 0 {
				best, length = k, n
			}
		}
		for j := i; best != 0 && j < i+length; j++ {
			out[j] = mix(best, min(1, uint64(j-i)))
		}
		i += length
	}
	return out
}

// phrase is the hash of the tokens from and to, as phrases computes it.
func phrase(ts []token, from, to int) uint64 {
	h := uint64(7)
	for _, t := range ts[from:to] {
		h = mix(h, t.hash)
	}
	return h
}
