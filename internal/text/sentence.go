package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentences splits s after 。 ！ ？ ! ? … and line ends, and after a full stop
// that ends a sentence: not inside a number, an address or a file name, not
// behind an abbreviation (Dr., e.g.), an initial or the number of a list item.
// Closing quotes and brackets stay with their sentence. The sentences are
// parts of s without the white space around them; empty ones are left out.
func Sentences(s string) []string {
	var list []string
	start := 0
	add := func(end int) {
		if part := strings.TrimSpace(s[start:end]); part != "" {
			list = append(list, part)
		}
		start = end
	}
	for i := 0; i < len(s); {
		r, size := decode(s, i)
		end := i + size
		switch {
		case r == '\n' || r == '\r' || r == 0x2028 || r == 0x2029:
			add(end)
		case isEnd(r), r == '.' && fullStop(s, start, i):
			for end < len(s) {
				next, n := decode(s, end)
				if !isEnd(next) && next != '.' && !isClosing(next, s[end+n:]) {
					break
				}
				end += n
			}
			add(end)
		}
		i = end
	}
	add(len(s))
	return list
}

func isEnd(r rune) bool {
	switch r {
	case '。', '！', '？', '!', '?', '…', '｡', '‼', '⁉':
		return true
	}
	return false
}

// isClosing reports whether r, before rest, closes what was quoted. The plain
// quotes also open, so they count only before white space or the end.
func isClosing(r rune, rest string) bool {
	switch r {
	case '”', '’', '」', '』', '）', '】', '》', ')', ']':
		return true
	case '"', '\'':
		return rest == "" || rest[0] == ' ' || rest[0] == '\n'
	}
	return false
}

// fullStop reports whether the point at s[i] ends the sentence that began at
// s[start].
func fullStop(s string, start, i int) bool {
	if i+1 < len(s) {
		next, n := decode(s, i+1)
		if next == '.' {
			return false // the last of several points decides
		}
		if !unicode.IsSpace(next) && !IsHan(next) && !isClosing(next, s[i+1+n:]) {
			return false
		}
	}
	before := s[start:i]
	if from := strings.LastIndexFunc(before, func(r rune) bool { return unicode.IsSpace(r) || IsHan(r) || r == '(' || r == '（' }); from >= 0 {
		_, n := utf8.DecodeRuneInString(before[from:])
		before = before[from+n:]
	}
	if before == "" {
		return true
	}
	if strings.Trim(before, "0123456789") == "" { // "1. Open the app."
		return strings.TrimSpace(s[start:i-len(before)]) != ""
	}
	if len(before) == 1 && before[0] >= 'A' && before[0] <= 'Z' && before != "I" {
		return i+1 == len(s)
	}
	return !isAbbreviation(strings.ToLower(before))
}

func isAbbreviation(w string) bool {
	switch w {
	case "mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "eg", "approx", "inc", "ltd", "co", "corp", "dept", "tel", "fig":
		return true
	}
	return false
}
