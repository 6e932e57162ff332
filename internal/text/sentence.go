package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentences splits s after 。 ！ ？ ! ? … and line ends, and after a full stop
// that ends a sentence: not inside a number, an address or a file name, not
// behind an abbreviation (Dr., e.g., Nov. 5, 4 p.m. today), an initial or the
// number of a list item.
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
	// "a.m./p.m." and "Mon.–Fri." are what stands behind the last mark.
	if from := strings.LastIndexAny(before, "/-–—~\"'“‘[&"); from >= 0 {
		_, n := utf8.DecodeRuneInString(before[from:])
		before = before[from+n:]
	}
	return !shortened(before, s[i+1:])
}

// shortened reports whether a word that a point follows is an abbreviation, with
// the sentence going on behind the point. A text that ends there is at its end
// anyway.
func shortened(word, rest string) bool {
	rest = strings.TrimLeft(rest, " \t”’」』）】》)]")
	next, _ := utf8.DecodeRuneInString(rest)
	low := strings.ToLower(word)
	switch {
	case isAbbreviation(low):
		return true
	case isCounted(low): // "No. 5", and not "No. That is all."
		return isDigit(next)
	case isCalendar(low) && word[0] < 'a':
		name := rest[:len(rest)-len(strings.TrimLeft(rest, letters))]
		return isDigit(next) || unicode.IsLower(next) || IsHan(next) || isCalendar(strings.ToLower(name[:min(3, len(name))]))
	case isInitials(low) || low == "etc" || low == "am" || low == "pm":
		return !unicode.IsUpper(next) // "4 p.m. on Friday", "in the U.S. and Canada"
	}
	return false
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// isInitials reports whether w is letters with points between them: a.m, u.s.
func isInitials(w string) bool {
	for i := range len(w) {
		if i%2 == 0 && (w[i] < 'a' || w[i] > 'z') || i%2 == 1 && w[i] != '.' {
			return false
		}
	}
	return len(w) >= 3 && len(w)%2 == 1
}

// isAbbreviation reports whether w is one that something always follows.
func isAbbreviation(w string) bool {
	switch w {
	case "mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "eg", "approx", "inc", "ltd", "co", "corp", "dept", "tel", "fig":
		return true
	}
	return false
}

// isCounted reports whether w is an abbreviation that a number follows.
func isCounted(w string) bool {
	switch w {
	case "no", "nos", "nr", "vol", "ver", "sec", "art", "ch", "p", "pp", "ext", "max", "min", "apt", "rm", "qty", "ca", "est":
		return true
	}
	return false
}

// isCalendar reports whether w is a month or a weekday cut short.
func isCalendar(w string) bool {
	switch w {
	case "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
		"mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun":
		return true
	}
	return false
}
