package pii

import (
	"strings"
	"unicode/utf8"
)

// findNumbers returns the telephone, identity-card and bank-card numbers in s.
func findNumbers(s string) []Span {
	var spans []Span
	last := 0 // where the number before ends
	for i := 0; i < len(s); {
		switch {
		case s[i] == '+' && i+1 < len(s):
			if span, ok := international(s, i, last); ok {
				spans = append(spans, span)
				i, last = span.End, span.End
				continue
			}
			i++
		case isASCIIDigit(s[i]):
			groups, end := readRun(s, i)
			spans = inRun(s, groups, spans)
			if n := len(spans); n > 0 {
				last = spans[n-1].End
			}
			i = max(end, last) // an extension may lie behind the run
		case s[i] < utf8.RuneSelf:
			i++
		default:
			end := spokenEnd(s, i)
			if span, ok := spokenNumber(s, i, end); ok {
				spans = append(spans, span)
			}
			if end == i {
				_, size := utf8.DecodeRuneInString(s[i:])
				end = i + size
			}
			i = end
		}
	}
	return spans
}

// inRun appends the numbers that consecutive groups of one run make. Numbers
// with a check digit go first, so that no telephone number is read out of a
// part of them.
func inRun(s string, groups []group, spans []Span) []Span {
	for i := 0; i < len(groups); {
		checked, at, n := firstChecked(s, groups[i:])
		for end := i + at; i < end; {
			span, count := numberAt(s, groups[i:end], candidate.phone)
			if count > 0 {
				spans = append(spans, withExtension(s, span))
			}
			i += max(count, 1)
		}
		if n > 0 {
			spans = append(spans, checked)
			i += n
		}
	}
	return spans
}

// firstChecked returns the first number with a check digit, the group at which
// it begins, and how many groups it takes: with none, len(groups) and 0.
func firstChecked(s string, groups []group) (Span, int, int) {
	for i := range groups {
		if span, n := numberAt(s, groups[i:], candidate.checked); n > 0 {
			return span, i, n
		}
	}
	return Span{}, len(groups), 0
}

// isFree reports whether a number may begin or end at such a separator: hyphen
// and point tie a number to its neighbour.
func isFree(b sep) bool { return b == nothing || b == space || b == bracket }

// numberAt returns the longest number that begins with the first of groups, as
// read accepts it, and how many of the groups it takes.
func numberAt(s string, groups []group, read func(candidate) (Span, bool)) (best Span, count int) {
	if !isFree(groups[0].before) || inCode(s, groups[0].start()) {
		return Span{}, 0
	}
	c := candidate{text: s, open: groups[0].open}
	for k, g := range groups {
		if len(c.digits)+len(g.digits) > maxDigits || k > 5 {
			break
		}
		c.digits = append(c.digits, g.digits...)
		c.lengths = append(c.lengths, len(g.digits))
		if k > 0 {
			c.seps = c.seps.with(g.before)
		}
		if k+1 < len(groups) && !isFree(groups[k+1].before) {
			continue
		}
		if span, ok := read(c); ok {
			best, count = span, k+1
		}
	}
	return best, count
}

// A candidate is a row of digits in groups that may be a number.
type candidate struct {
	text    string // in which it stands
	digits  []digit
	lengths []int // of the groups
	seps    sepSet
	open    bool // a bracket stands before the first group
}

// checked reads a number with a check digit.
func (c candidate) checked() (Span, bool) {
	if span, ok := c.idCard(); ok {
		return span, true
	}
	return c.bankCard()
}

func (c candidate) span(kind Kind, lead, tail int) Span {
	start := c.digits[0].start
	if c.open && c.seps.has(bracket) {
		start--
	}
	return Span{Start: start, End: c.end(), Kind: kind, lead: lead, tail: tail}
}

func (c candidate) end() int { return c.digits[len(c.digits)-1].end }

// grouped reports whether the groups have exactly the lengths given.
func (c candidate) grouped(lengths ...int) bool {
	if len(lengths) != len(c.lengths) {
		return false
	}
	for i, n := range lengths {
		if c.lengths[i] != n {
			return false
		}
	}
	return true
}

// plainSeps reports whether there are only spaces and hyphens between groups.
func (c candidate) plainSeps() bool { return !c.seps.has(point) && !c.seps.has(bracket) }

// prefix reads the first n digits as a number.
func (c candidate) prefix(n int) int {
	v := 0
	for _, d := range c.digits[:n] {
		v = v*10 + int(d.value)
	}
	return v
}

// inCode reports whether the digits at s[i] continue a code of letters and
// digits (SF1234567890123), a decimal or a masked number. A word for what
// follows may stand right before it: tel13800138000.
func inCode(s string, i int) bool {
	if i == 0 {
		return false
	}
	switch c := s[i-1]; {
	case c == '*', c == '_', i > 1 && s[i-2] == '*' && c != '(':
		return true
	case (c == '.' || c == '-') && i > 1 && (isASCIIDigit(s[i-2]) || isASCIILetter(s[i-2])):
		return c == '.' || !isLabel(wordBefore(s, i-1))
	case isASCIILetter(c):
		return !isLabel(wordBefore(s, i))
	}
	return false
}

// wordBefore returns the letters and digits that end at s[i], at most 12.
func wordBefore(s string, i int) string {
	start := i
	for start > 0 && i-start < 12 && (isASCIILetter(s[start-1]) || isASCIIDigit(s[start-1])) {
		start--
	}
	return s[start:i]
}

func isLabel(w string) bool {
	switch strings.ToLower(w) {
	case "tel", "phone", "mobile", "mob", "cell", "call", "ph", "fax", "wx", "vx", "v", "wechat", "weixin", "whatsapp", "id", "card", "no", "number":
		return true
	}
	return false
}

// tiedRight reports whether what follows the digits that end at s[i] makes them
// a part of a code, a decimal or a masked number.
func tiedRight(s string, i int) bool {
	if i >= len(s) {
		return false
	}
	if s[i] == '*' || s[i] == '_' {
		return true
	}
	for k := i; k < len(s) && k-i < 24; k++ { // letters, then digits: a code
		if isASCIIDigit(s[k]) {
			return k > i
		}
		if !isASCIILetter(s[k]) {
			return s[k] == '*'
		}
	}
	return false
}

// spokenEnd returns where the row of Chinese numerals ends that begins at s[i].
func spokenEnd(s string, i int) int {
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if spoken(r) < 0 {
			break
		}
		i += size
	}
	return i
}

// spokenNumber reads a number dictated in Chinese numerals: 一三八零零一三八零零零.
func spokenNumber(s string, start, end int) (Span, bool) {
	if n := (end - start) / len("零"); n != 11 && n != 18 {
		return Span{}, false
	}
	digits := digitsOf(s[start:end], false)
	for i := range digits {
		digits[i].start += start
		digits[i].end += start
	}
	c := candidate{text: s, digits: digits, lengths: []int{len(digits)}}
	if span, ok := c.idCard(); ok {
		return span, true
	}
	if c.isMobile(0) {
		return c.span(Phone, 3, 4), true
	}
	return Span{}, false
}
