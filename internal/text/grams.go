package text

import (
	"iter"
	"unicode/utf8"
)

// The marks Grams sets around a text. They are control characters, which no
// normalised text contains.
const (
	GramStart = "\x02"
	GramEnd   = "\x03"
)

// Grams yields the character n-grams of s of lo to hi characters, at each
// position from the shortest to the longest. GramStart and GramEnd stand
// around s and count as a character, so that grams at the ends differ from
// those inside; a gram of marks alone is not yielded. lo below 1 is taken as
// 1; with hi below lo, or an empty s, there are none.
//
// The method is that of Cavnar and Trenkle, "N-Gram-Based Text
// Categorization" (1994), with Unicode characters for bytes.
func Grams(s string, lo, hi int) iter.Seq[string] {
	lo = max(lo, 1)
	return func(yield func(string) bool) {
		if s == "" || hi < lo {
			return
		}
		padded := GramStart + s + GramEnd
		for start := 0; start < len(padded); {
			_, first := utf8.DecodeRuneInString(padded[start:])
			end := start
			for n := 1; n <= hi && end < len(padded); n++ {
				_, size := utf8.DecodeRuneInString(padded[end:])
				end += size
				gram := padded[start:end]
				if n >= lo && gram != GramStart && gram != GramEnd && !yield(gram) {
					return
				}
			}
			start += first
		}
	}
}

// Hash returns a 64-bit hash of s that is the same in every run and every
// version of this module, so that it may be stored in models and indexes. It
// is FNV-1a with the finaliser of MurmurHash3, which spreads the hash of short
// strings over all bits. It is no protection against chosen inputs.
func Hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h ^= uint64(s[i])
		h *= 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return h
}
