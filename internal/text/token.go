package text

import (
	"unicode"
	"unicode/utf8"
)

// A Token is one unit of a text: a Han character, a word or number of any
// other script, or an emoji.
type Token struct {
	// Text is the token as it stands in the text.
	Text string
	// Start and End are the token's byte range in the text given to Tokens.
	Start, End int
	// Han is set for a Chinese character.
	Han bool
}

// Tokens splits a text, which should be normalised, into its tokens in order.
// A Han character is one token; letters and digits in a row are one, with an
// apostrophe between letters (don't) and a point between digits (3.5) kept
// inside; an emoji sequence is one. White space and punctuation separate and
// are left out.
func Tokens(s string) []Token {
	if s == "" {
		return nil
	}
	return AppendTokens(make([]Token, 0, len(s)/3+1), s)
}

// AppendTokens appends the tokens of a text to those given.
func AppendTokens(tokens []Token, s string) []Token {
	for i := 0; i < len(s); {
		r, size := decode(s, i)
		end := i + size
		switch {
		case isWordPart(r):
			end = wordEnd(s, end, r)
		case IsHan(r):
			tokens = append(tokens, Token{Text: s[i:end], Start: i, End: end, Han: true})
			i = end
			continue
		case IsEmoji(r):
			end = emojiEnd(s, end, r)
		default:
			i = end
			continue
		}
		tokens = append(tokens, Token{Text: s[i:end], Start: i, End: end})
		i = end
	}
	return tokens
}

func decode(s string, i int) (rune, int) {
	if s[i] < utf8.RuneSelf {
		return rune(s[i]), 1
	}
	return utf8.DecodeRuneInString(s[i:])
}

// wordEnd returns where the word ends whose characters up to i, the last of
// them last, have been read.
func wordEnd(s string, i int, last rune) int {
	for i < len(s) {
		r, size := decode(s, i)
		switch {
		case isWordPart(r), unicode.Is(unicode.M, r) && r != 0xfe0f:
		case (r == '\'' || r == '.') && i+1 < len(s):
			next, _ := decode(s, i+1)
			digits := unicode.IsDigit(last) && unicode.IsDigit(next)
			letters := unicode.IsLetter(last) && unicode.IsLetter(next) && !IsHan(next)
			if r == '.' && !digits || r == '\'' && !letters {
				return i
			}
		default:
			return i
		}
		last = r
		i += size
	}
	return i
}

// emojiEnd returns where the emoji sequence ends that begins with first, which
// ends at i.
func emojiEnd(s string, i int, first rune) int {
	if isRegional(first) { // two letters make a flag
		if r, size := utf8.DecodeRuneInString(s[i:]); isRegional(r) {
			i += size
		}
		return i
	}
	for i < len(s) {
		r, size := decode(s, i)
		if r == zwj {
			next, n := utf8.DecodeRuneInString(s[i+size:])
			if !IsEmoji(next) {
				return i
			}
			i += size + n
			continue
		}
		if r < utf8.RuneSelf || kindOf(r) != kindEmojiPart {
			return i
		}
		i += size
	}
	return i
}
