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
}

// numbers are those of a text, in order: 7天, ¥9.90, 30 %, 三十日, seven days,
// dates and times of day. Those of links and of model names are left out.
func numbers(s string) []number {
	var out []number
	s = text.Cut(s, 64<<10) // as far as kb.Facts reads
	at := 0
	for _, f := range kb.Facts(s) {
		if i := strings.Index(s[at:], f.Text); i >= 0 {
			at += i + len(f.Text)
		}
		value, unit, _ := strings.Cut(f.Value, " ")
		switch f.Kind {
		case kb.FactDate:
			unit = "date"
		case kb.FactTime:
			unit = "o'clock"
		case kb.FactNumber:
			if unit == "" {
				unit = unitAfter(s[at:])
			}
		case kb.FactPrice, kb.FactPercent, kb.FactDuration:
		default:
			continue
		}
		out = append(out, number{value, unit})
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

// differ finds a unit that both texts count in but never with the same number:
// 7天 against 十五天. It returns what each says.
func differ(a, b []number) (x, y string, ok bool) {
	for _, n := range a {
		if n.unit == "" {
			continue
		}
		other := ""
		shared := false
		for _, m := range b {
			if m.unit != n.unit {
				continue
			}
			if other == "" {
				other = m.value
			}
			shared = shared || slices.ContainsFunc(a, func(k number) bool { return k.unit == m.unit && same(k, m) })
		}
		if other != "" && !shared {
			return n.value + " " + n.unit, other + " " + n.unit, true
		}
	}
	return "", "", false
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
