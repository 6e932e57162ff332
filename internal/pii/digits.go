package pii

import "unicode/utf8"

// maxDigits is the length of the longest number that is looked for; longer
// rows of digits are something else.
const maxDigits = 19

// A digit is one digit of a text: its value and its byte range. The check
// character X of an identity card has the value 10.
type digit struct {
	value      int8
	start, end int
}

// A group is a row of digits without anything between them.
type group struct {
	digits []digit
	before sep // what stands between this and the group before it
	open   bool
}

func (g group) start() int { return g.digits[0].start }
func (g group) end() int   { return g.digits[len(g.digits)-1].end }

// A sep is what stands between two groups of one number.
type sep uint8

const (
	nothing sep = iota // the run of groups begins or ends here
	space
	hyphen
	point
	bracket // the group before it is in brackets, "(010) 12345678"
)

// A sepSet is a set of separators.
type sepSet uint8

func (set sepSet) with(b sep) sepSet { return set | 1<<b }
func (set sepSet) has(b sep) bool    { return set&(1<<b) != 0 }

// spoken returns the value of a Chinese numeral that people dictate numbers
// with, -1 for anything else.
func spoken(r rune) int8 {
	switch r {
	case '零', '〇':
		return 0
	case '一', '幺':
		return 1
	case '二':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return -1
}

// digitsOf returns the digits in s. With x, a trailing X counts.
func digitsOf(s string, x bool) []digit {
	var digits []digit
	for i, r := range s {
		v := spoken(r)
		switch {
		case r >= '0' && r <= '9':
			v = int8(r - '0')
		case x && (r == 'x' || r == 'X') && i+1 == len(s):
			v = 10
		}
		if v >= 0 {
			digits = append(digits, digit{v, i, i + utf8.RuneLen(r)})
		}
	}
	return digits
}

func isASCIIDigit(c byte) bool { return c >= '0' && c <= '9' }

func isASCIILetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// readRun returns the groups of digits that begin at s[i], which is a digit,
// and stand together with one separator between them, and where they end.
func readRun(s string, i int) ([]group, int) {
	var groups []group
	g := group{open: i > 0 && s[i-1] == '('}
	for {
		start := i
		for i < len(s) && isASCIIDigit(s[i]) {
			if i-start <= maxDigits { // of longer ones it is enough to know that they are
				g.digits = append(g.digits, digit{int8(s[i] - '0'), i, i + 1})
			}
			i++
		}
		if i-start > maxDigits {
			g.digits[maxDigits].end = i
		}
		groups = append(groups, g)
		before, width := separator(s[i:], g.open)
		if before == nothing {
			return groups, i
		}
		g = group{before: before, open: s[i+width-1] == '('}
		i += width
	}
}

// separator returns what kind of separator s begins with, and its length; it
// is one only in front of a digit.
func separator(s string, open bool) (sep, int) {
	kind, width := nothing, 0
	switch {
	case s == "":
		return nothing, 0
	case s[0] == ')' && open:
		kind, width = bracket, 1
		if len(s) > 1 && (s[1] == ' ' || s[1] == '-') {
			width = 2
		}
	case s[0] == ' ':
		kind, width = space, 1
		if len(s) > 1 && s[1] == '(' {
			width = 2
		}
	case s[0] == '-':
		kind, width = hyphen, 1
	case s[0] == '.':
		kind, width = point, 1
	}
	if width >= len(s) || !isASCIIDigit(s[width]) {
		return nothing, 0
	}
	return kind, width
}
