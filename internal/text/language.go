package text

import (
	"unicode"
	"unicode/utf8"
)

// maxLanguage is how many bytes of a text Language reads.
const maxLanguage = 4096

// Language tells the language of s by its script: "zh", "en", or "" when the
// script does not tell.
//
// Han characters make a text Chinese, unless kana beside them make it
// Japanese. A text with both Han and Latin words is Chinese, as the names of
// products and brands are often English in Chinese sentences, unless English
// function words (the, my, how) outnumber the Han characters. Of a text with
// Latin words only, those decide that have a vowel and three letters or are
// function words: numbers, sizes (XL), codes and "ok" do not tell. Latin
// script is taken as English, other scripts are "".
func Language(s string) string {
	if len(s) > maxLanguage {
		s = Cut(s, maxLanguage)
	}
	var han, kana, other, words, function int
	for i := 0; i < len(s); {
		r, size := decode(s, i)
		r = widthFold(r)
		switch {
		case r < utf8.RuneSelf && isWordPart(r) || isLatin(r):
			end, kind := latinWord(s, i)
			switch kind {
			case functionWord:
				function++
				words++
			case contentWord:
				words++
			}
			i = end
			continue
		case IsHan(r):
			han++
		case isKana(r):
			kana++
		case unicode.IsLetter(r):
			other++
		}
		i += size
	}
	switch {
	case kana*4 > han && kana > 0, other > han+4*words:
		return ""
	case han > 0:
		if function > 0 && words > han {
			return "en"
		}
		return "zh"
	case words > 0:
		return "en"
	}
	return ""
}

func isLatin(r rune) bool {
	return r >= 0xc0 && r < 0x250 && r != '×' && r != '÷'
}

type wordKind uint8

const (
	noWord       wordKind = iota // a number, a code, a size
	contentWord                  // a word of Latin letters
	functionWord                 // a word that only English sentences have
)

// latinWord returns where the word ends that begins at s[start], and what it
// is.
func latinWord(s string, start int) (int, wordKind) {
	var word [16]byte // lower case, as far as it fits
	n, letters, vowel, digit := 0, 0, false, false
	i := start
loop:
	for i < len(s) {
		r, size := decode(s, i)
		r = widthFold(r)
		switch {
		case '0' <= r && r <= '9':
			digit = true
		case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || isLatin(r):
			r = unicode.ToLower(r)
			letters++
			switch r {
			case 'a', 'e', 'i', 'o', 'u', 'y':
				vowel = true
			}
			vowel = vowel || isLatin(r)
		case r == '\'' && letters > 0:
		default:
			break loop
		}
		if n < len(word) && r < utf8.RuneSelf {
			word[n] = byte(r)
			n++
		}
		i += size
	}
	switch {
	case digit || letters == 0:
		return i, noWord
	case isFunctionWord(string(word[:n])):
		return i, functionWord
	case vowel && letters >= 3:
		return i, contentWord
	}
	return i, noWord
}

// isFunctionWord reports the words that carry English sentences and short
// English messages, and do not stand in Chinese ones.
func isFunctionWord(w string) bool {
	switch w {
	case "a", "about", "am", "an", "and", "any", "are", "at", "be", "been", "but", "by", "can", "can't", "could",
		"did", "didn't", "do", "does", "doesn't", "don't", "for", "from", "get", "had", "has", "have", "haven't", "he",
		"help", "how", "i", "i'd", "i'll", "i'm", "i've", "if", "in", "is", "isn't", "it", "it's", "its", "me", "my",
		"need", "no", "not", "of", "on", "or", "please", "pls", "she", "should", "that", "the", "their", "there", "they",
		"this", "thx", "to", "u", "want", "was", "we", "were", "what", "what's", "when", "where", "which", "who", "why",
		"will", "with", "won't", "would", "yes", "you", "your":
		return true
	}
	return false
}
