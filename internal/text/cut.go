package text

import (
	"unicode"
	"unicode/utf8"
)

// Cut returns the longest beginning of s of at most n bytes that does not end
// inside a character: not inside its UTF-8 bytes, not before a combining mark,
// a variation selector or a skin tone, not inside a joined emoji, a flag or a
// CR LF.
func Cut(s string, n int) string {
	if n >= len(s) {
		return s
	}
	for n = max(n, 0); n > 0 && !boundary(s, n); n-- {
	}
	return s[:n]
}

// boundary reports whether a character may end at byte i of s, 0 < i < len(s).
func boundary(s string, i int) bool {
	if !utf8.RuneStart(s[i]) {
		// Bytes that continue no rune are characters of their own.
		for k := i - 1; k >= max(0, i-3); k-- {
			if utf8.RuneStart(s[k]) {
				_, size := utf8.DecodeRuneInString(s[k:])
				return k+size <= i
			}
		}
		return true
	}
	after, _ := decode(s, i)
	if after < utf8.RuneSelf {
		return after != '\n' || s[i-1] != '\r'
	}
	if after == zwj || kindOf(after) == kindEmojiPart || unicode.Is(unicode.M, after) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	if before == zwj {
		return !IsEmoji(after)
	}
	if isRegional(after) && isRegional(before) {
		letters := 0
		for k := i; k > 0; {
			r, size := utf8.DecodeLastRuneInString(s[:k])
			if !isRegional(r) {
				break
			}
			k -= size
			letters++
		}
		return letters%2 == 0
	}
	return true
}
