package keep

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
)

// number is a number of a text and what it counts.
type number struct {
	value string // in digits, without separators
	unit  string // the same for 7天 and "seven days"; "" when unknown
	bare  bool   // the unit is but the word behind the number
	said  string // as it is written, with its unit
}

// numbers are those of a text, in order: 7天, ¥9.90, 30 %, 三十日, seven days,
// dates and times of day. Those of links and of model names are left out.
func numbers(s string) []number {
	var out []number
	s = text.Cut(s, 64<<10) // as far as kb.Facts reads
	at := 0
	from := false // the last number begins a range: 2–4 天
	for _, f := range kb.Facts(s) {
		if i := strings.Index(s[at:], f.Text); i >= 0 {
			at += i + len(f.Text)
		}
		value, unit, _ := strings.Cut(f.Value, " ")
		bare, said := false, f.Text
		switch f.Kind {
		case kb.FactDate:
			unit = "date"
		case kb.FactTime:
			unit = "o'clock"
		case kb.FactNumber:
			if bare = unit == ""; bare {
				unit = unitAfter(s[at:])
				said += wordAfter(s[at:])
			}
			if r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s[at:], " ")); strings.ContainsRune("-–—~～至到", r) {
				out, from = append(out, number{value: value, said: f.Text}), true
				continue
			}
		case kb.FactPrice, kb.FactPercent, kb.FactDuration:
		default:
			from = false
			continue
		}
		if from {
			last := &out[len(out)-1]
			last.unit, last.bare, last.said, from = unit, bare, last.said+"–"+said, false
			said = last.said
		}
		out = append(out, number{value, unit, bare, said})
	}
	return out
}

// unitAfter is the Han character or word that stands behind a bare number.
func unitAfter(s string) string {
	s = strings.TrimLeft(s, " ")
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case text.IsHan(r):
		return s[:size]
	case unicode.IsLetter(r):
		n := 0
		for n < len(s) && letter(s[n]) {
			n++
		}
		return text.Stem(strings.ToLower(s[:n]))
	}
	return ""
}

// wordAfter is that character or word as it stands.
func wordAfter(s string) string {
	t := strings.TrimLeft(s, " ")
	r, size := utf8.DecodeRuneInString(t)
	for size > 0 && size < len(t) && letter(t[0]) && letter(t[size]) {
		size++
	}
	if !text.IsHan(r) && !unicode.IsLetter(r) {
		return ""
	}
	return s[:len(s)-len(t)+size]
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// dropLinks takes addresses out of a text.
func dropLinks(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "://")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		start, end := i, i+3
		for start > 0 && letter(s[start-1]) {
			start--
		}
		for end < len(s) && s[end] > ' ' && s[end] < utf8.RuneSelf && strings.IndexByte(")>]\"", s[end]) < 0 {
			end++
		}
		b.WriteString(s[:start] + " ")
		s = s[end:]
	}
}

// differ finds a unit of which each text has a number that the other has not:
// 7天 against 十五天. It returns what each says. That one of them says more is no
// difference.
func differ(a, b []number) (x, y string, ok bool) {
	for _, n := range a {
		if n.unit == "" || among(n, b) {
			continue
		}
		for _, m := range b {
			if m.unit == n.unit && !among(m, a) {
				return n.said, m.said, true
			}
		}
	}
	return "", "", false
}

// among reports whether a text has a number; one without a unit of its own may
// count anything.
func among(n number, all []number) bool {
	return slices.ContainsFunc(all, func(m number) bool {
		return m.unit == n.unit && same(n, m) || (m.bare || n.bare) && m.value == n.value
	})
}

// same compares numbers of one unit. 4点 may be 16:00, which the words around it
// tell.
func same(a, b number) bool {
	if a.unit != "o'clock" {
		return a.value == b.value
	}
	x, minutes, _ := strings.Cut(a.value, ":")
	y, others, _ := strings.Cut(b.value, ":")
	h, err := strconv.Atoi(x)
	k, err2 := strconv.Atoi(y)
	return a.value == b.value || err == nil && err2 == nil && h%12 == k%12 && minutes == others
}

// denies reports whether a text says no.
func denies(s string) bool {
	s = text.Fold(s)
	for _, w := range []string{"不支持", "不可", "不能", "不会", "无法", "不予", "不接受", "不提供", "没有", "暂不", "不需要", "不用", "无需"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	for _, t := range text.Tokens(s) {
		switch t.Text {
		case "no", "not", "cannot", "can't", "don't", "doesn't", "won't", "isn't", "aren't", "never":
			return true
		}
	}
	return false
}
