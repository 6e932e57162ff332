package keep

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
)

// saysOf are the wordings of a question in a language, the first its own.
func saysOf(t kb.Text) []string { return append([]string{t.Question}, t.Others...) }

// links are the targets of Markdown links and images, and bare web addresses.
func links(s string) []string {
	var out []string
	add := func(l string) {
		if l = strings.TrimSpace(l); l != "" && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	for i := 0; i < len(s); {
		k := strings.Index(s[i:], "](")
		if k < 0 {
			break
		}
		i += k + 2
		end := strings.IndexAny(s[i:], ")\n")
		if end < 0 {
			break
		}
		target, _, _ := strings.Cut(strings.TrimSpace(s[i:i+end]), " ") // [a](url "title")
		add(strings.Trim(target, "<>"))
		i += end
	}
	for i := 0; ; {
		k := strings.Index(s[i:], "http")
		if k < 0 {
			return out
		}
		i += k
		rest := s[i:]
		n := strings.IndexFunc(rest, func(r rune) bool { return r <= ' ' || r >= 0x80 || strings.ContainsRune(")>]\"'`|", r) })
		if n < 0 {
			n = len(rest)
		}
		if strings.HasPrefix(rest, "http://") || strings.HasPrefix(rest, "https://") {
			add(strings.TrimRight(rest[:n], ".,;:!?"))
		}
		i += max(n, 4)
	}
}

// unfilled are variables that are not allowed or not closed, and placeholders.
func unfilled(s string, allowed []string) []string {
	var out []string
	for rest := s; ; {
		i := strings.Index(rest, "{{")
		if i < 0 {
			break
		}
		rest = rest[i:]
		end := strings.Index(rest, "}}")
		if end < 0 || strings.Contains(rest[2:end], "{{") || strings.ContainsRune(rest[:end], '\n') {
			out = append(out, text.Cut(rest, 40))
			rest = rest[2:]
			continue
		}
		if name := strings.TrimSpace(rest[2:end]); name == "" || allowed != nil && !slices.Contains(allowed, name) {
			out = append(out, rest[:end+2])
		}
		rest = rest[end+2:]
	}
	for _, p := range []string{"TODO", "FIXME", "TBD", "lorem ipsum", "待补充", "待完善", "待定稿", "【请填写", "[请填写", "此处填写"} {
		if i := strings.Index(s, p); i >= 0 {
			out = append(out, p)
		}
	}
	return out
}

// lastDate is the latest full date of a text: 2026-11-21, 2026/11/21,
// 2026.11.21, 2026年11月21日, 21 November 2026, November 21, 2026.
func lastDate(s string) (time.Time, bool) {
	var last time.Time
	see := func(y, m, d int) {
		t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		if m >= 1 && m <= 12 && d >= 1 && d <= 31 && t.Day() == d && t.After(last) {
			last = t
		}
	}
	s = text.Fold(dropLinks(s))
	// Numbers and words in turn, with what stands between them.
	type piece struct {
		word string
		n    int // -1 when no number
		sep  string
	}
	var ps []piece
	for i := 0; i < len(s); {
		n := i
		switch {
		case s[i] >= '0' && s[i] <= '9':
			for n < len(s) && s[n] >= '0' && s[n] <= '9' {
				n++
			}
			v, err := strconv.Atoi(s[i:n])
			if err != nil {
				v = -1
			}
			ps = append(ps, piece{n: v})
		case letter(s[i]):
			for n < len(s) && letter(s[n]) {
				n++
			}
			ps = append(ps, piece{word: s[i:n], n: -1})
		default:
			n++
			if k := len(ps) - 1; k >= 0 && len(ps[k].sep) < 8 {
				ps[k].sep += s[i:n]
			}
		}
		i = n
	}
	for i := 0; i+2 < len(ps); i++ {
		a, b, c := ps[i], ps[i+1], ps[i+2]
		sep := strings.TrimSpace(a.sep)
		switch {
		case year(a.n) && b.n > 0 && c.n > 0 && (sep == "年" || sep == strings.TrimSpace(b.sep) && (sep == "-" || sep == "/" || sep == ".")):
			see(a.n, b.n, c.n)
		case a.n > 0 && month(b.word) > 0 && year(c.n):
			see(c.n, month(b.word), a.n)
		case month(a.word) > 0 && b.n > 0 && year(c.n):
			see(c.n, month(a.word), b.n)
		}
	}
	return last, !last.IsZero()
}

func year(n int) bool { return n >= 1990 && n < 2200 }

// month is the number of an English month, 0 when it is none.
func month(w string) int {
	if len(w) < 3 {
		return 0
	}
	for i, m := range []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"} {
		if strings.HasPrefix(m, w) {
			return i + 1
		}
	}
	return 0
}
