package pii

import "strings"

// phone reads a number without a plus sign: a Chinese mobile number, with or
// without the country code, a Chinese landline number with its area code, or a
// North American one. Numbers that are not mobile need a separator, as rows of
// digits of their length are order numbers more often.
func (c candidate) phone() (Span, bool) {
	n := len(c.digits)
	if n < 10 || tiedRight(c.text, c.end()) {
		return Span{}, false
	}
	for _, code := range [...]int{0, 2, 4} { // none, 86, 0086
		if n != 11+code || code > 0 && c.prefix(code) != 86 || !c.isMobile(code) {
			continue
		}
		rest := c.lengths
		if code > 0 && rest[0] == code {
			rest = rest[1:]
		} else if len(rest) > 1 {
			rest = append([]int{rest[0] - code}, rest[1:]...)
		}
		if c.plainSeps() && mobileGroups(rest) {
			return c.span(Phone, code+3, 4), true
		}
	}
	if area := c.lengths[0]; c.isLandline() {
		return c.span(Phone, area, 2), true
	}
	if c.isNorthAmerican() {
		return c.span(Phone, 0, 4), true
	}
	return Span{}, false
}

// isMobile reports whether a Chinese mobile number stands from digit i on.
func (c candidate) isMobile(i int) bool {
	return len(c.digits) == i+11 && c.digits[i].value == 1 && c.digits[i+1].value >= 3
}

// mobileGroups reports whether people write a mobile number in such groups.
func mobileGroups(lengths []int) bool {
	switch len(lengths) {
	case 1:
		return true
	case 2:
		return lengths[0] == 3 || lengths[0] == 7
	case 3:
		return min(lengths[0], lengths[1], lengths[2]) >= 3
	}
	return false
}

// isLandline reports an area code (010, 02x, 0xxx) and a number of 7 or 8
// digits that does not begin with 0.
func (c candidate) isLandline() bool {
	area := c.lengths[0]
	if len(c.lengths) < 2 || len(c.lengths) > 3 || area < 3 || area > 4 || c.seps.has(point) || c.digits[0].value != 0 {
		return false
	}
	second, number := c.digits[1].value, len(c.digits)-area
	switch {
	case second == 0, (second <= 2) != (area == 3), number < 7 || number > 8, area == 3 && number != 8:
		return false
	case second == 1 && c.digits[2].value != 0, c.digits[area].value == 0:
		return false
	case len(c.lengths) == 3 && c.lengths[1] < 3:
		return false
	}
	return c.seps.has(hyphen) || c.seps.has(bracket) || area == 3 && len(c.lengths) == 2
}

// isNorthAmerican reports 3-3-4 digits of the North American numbering plan,
// with more than spaces between them. Free-call numbers (in China also those
// with 400) are a company's.
func (c candidate) isNorthAmerican() bool {
	at := 0
	switch {
	case c.grouped(1, 3, 3, 4) && c.digits[0].value == 1:
		at = 1
	case !c.grouped(3, 3, 4):
		return false
	}
	switch area := c.prefix(at+3) % 1000; area {
	case 400, 800, 833, 844, 855, 866, 877, 888:
		return false
	}
	return (c.seps.has(hyphen) || c.seps.has(point) || c.seps.has(bracket)) && c.digits[at].value >= 2 && c.digits[at+3].value >= 2
}

// international reads the number behind the plus sign at s[i] after ITU-T
// E.164: a country code and 8 to 15 digits in all, in groups. The number before
// it ended at last; behind other digits the sign is a sum's.
func international(s string, i, last int) (Span, bool) {
	if i > last && (isASCIIDigit(s[i-1]) || isASCIILetter(s[i-1]) || s[i-1] == '+') {
		return Span{}, false
	}
	first := i + 1
	if first < len(s) && s[first] == ' ' {
		first++
	}
	if first >= len(s) || s[first] < '1' || s[first] > '9' {
		return Span{}, false
	}
	shortest, longest := 8, 15
	switch {
	case s[first] == '1':
		shortest, longest = 11, 11
	case strings.HasPrefix(s[first:], "86"):
		shortest, longest = 11, 13
	}
	groups, _ := readRun(s, first)
	_, checked, _ := firstChecked(s, groups[1:])
	total, end := 0, 0
	for _, g := range groups[:1+checked] {
		if total+len(g.digits) > longest {
			break
		}
		total += len(g.digits)
		end = g.end()
	}
	if total < shortest || tiedRight(s, end) {
		return Span{}, false
	}
	lead := min(len(groups[0].digits), 2)
	if longest == 11 {
		lead = 1
	} else if longest == 13 && total == 13 {
		lead = 5 // the country code and the network
	}
	return withExtension(s, Span{Start: i, End: end, Kind: Phone, lead: lead, tail: 4}), true
}

// withExtension adds a following extension to the number: 转801, ext. 801.
func withExtension(s string, span Span) Span {
	rest := strings.TrimPrefix(s[span.End:], " ")
	after := rest
	for _, word := range [...]string{"转", "分机", "ext.", "ext", "x"} {
		if len(rest) > len(word) && strings.EqualFold(rest[:len(word)], word) {
			after = strings.TrimPrefix(rest[len(word):], " ")
			break
		}
	}
	n := 0
	for n < len(after) && isASCIIDigit(after[n]) {
		n++
	}
	if len(after) == len(rest) || n < 1 || n > 6 {
		return span
	}
	if more, _ := separator(after[n:], false); more != nothing {
		return span
	}
	span.End = len(s) - len(after) + n
	span.tail = 0 // the end that is known by heart is not the extension's
	return span
}
