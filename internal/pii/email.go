package pii

import "strings"

// The longest local part and domain of an address (RFC 5321, 4.5.3.1).
const (
	maxLocal  = 64
	maxDomain = 255
)

// findEmails returns the addresses in s: user@example.com, and the spelling
// people hide from machines, "user at example dot com" or "user [at]
// example.com".
func findEmails(s string) []Span {
	var spans []Span
	last := 0 // where the address before ends
	for i := 0; i < len(s); i++ {
		at := atSign(s[i:])
		if at == "" {
			continue
		}
		start := localStart(s, max(last, i-maxLocal), i)
		if start == i {
			continue
		}
		end, spelled := domainEnd(s, i+len(at))
		if end == 0 || at == " at " && !spelled {
			continue
		}
		spans = append(spans, Span{Start: start, End: end, Kind: Email, local: i - start})
		last, i = end, end-1
	}
	return spans
}

// atSign returns the at sign s begins with, as a sign or as a word.
func atSign(s string) string {
	switch s[0] {
	case '@':
		return s[:1]
	case ' ', '[', '(':
		for _, word := range [...]string{" at ", "[at]", "(at)", " [at] ", " (at) ", " @ "} {
			if len(s) >= len(word) && strings.EqualFold(s[:len(word)], word) {
				return word
			}
		}
	}
	return ""
}

// localStart returns where the local part begins that ends at s[end].
func localStart(s string, first, end int) int {
	start := end
	for start > first {
		c := s[start-1]
		if !isASCIILetter(c) && !isASCIIDigit(c) && strings.IndexByte("._%+-", c) < 0 {
			break
		}
		start--
	}
	for start < end && strings.IndexByte(".-%+", s[start]) >= 0 {
		start++
	}
	return start
}

// domainEnd returns where the domain ends that begins at s[i], 0 if there is
// none, and whether a point in it is spelled out.
func domainEnd(s string, i int) (end int, spelled bool) {
	limit := min(len(s), i+maxDomain)
	labels := 0
	for {
		start := i
		for i < limit && (isASCIILetter(s[i]) || isASCIIDigit(s[i]) || s[i] == '-') {
			i++
		}
		label := strings.TrimRight(s[start:i], "-")
		if label == "" || label[0] == '-' {
			break
		}
		labels++
		if labels > 1 && isTopLevel(label) {
			end = start + len(label)
		}
		point := pointSign(s[i:limit])
		if point == "" {
			break
		}
		spelled = spelled || point != "."
		i += len(point)
	}
	return end, spelled && end > 0
}

func pointSign(s string) string {
	for _, word := range [...]string{".", " dot ", "[dot]", "(dot)", " [dot] ", " (dot) "} {
		if len(s) >= len(word) && strings.EqualFold(s[:len(word)], word) {
			return word
		}
	}
	return ""
}

// isTopLevel reports whether a domain may end in the label.
func isTopLevel(label string) bool {
	if len(label) < 2 {
		return false
	}
	for i := range len(label) {
		if !isASCIILetter(label[i]) {
			return strings.HasPrefix(strings.ToLower(label), "xn--")
		}
	}
	return true
}
