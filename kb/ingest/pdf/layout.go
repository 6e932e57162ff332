package pdf

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/kb/ingest"
)

// layOut makes headings and paragraphs of lines.
func layOut(pages [][]line) []ingest.Block {
	drop := furniture(pages)
	body := bodySize(pages)
	levels := headingSizes(pages, body)
	var out []ingest.Block
	var para []string
	var last line
	level := 0 // of what para is
	flush := func() {
		if s := join(para); s != "" {
			out = append(out, ingest.Block{Level: level, Text: s})
		}
		para = nil
	}
	for _, p := range pages {
		for n, l := range p {
			if drop[place{edge(n, len(p)), bare(l.text)}] {
				continue
			}
			now := 1 + slices.Index(levels, math.Round(l.size))
			if utf8.RuneCountInString(l.text) > 120 {
				now = 0 // nobody writes so long a heading
			}
			gap := last.y - l.y // below 0 on a new page
			switch {
			case len(para) == 0:
			case now != level, now > 0 && gap > 2*l.size, now == 0 && n > 0 && gap > 1.8*l.size, item(l.text), gap < 0 && ends(last.text):
				flush()
			}
			level = now
			para = append(para, l.text)
			last = l
		}
	}
	flush()
	return out
}

// place is a line in the head (1) or foot (-1) of a page.
type place struct {
	edge int
	text string
}

func edge(n, lines int) int {
	switch {
	case n == 0:
		return 1
	case n == lines-1:
		return -1
	}
	return 0
}

// bare is a line without its digits: page numbers differ.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// furniture are the first and last lines that half of the pages have, three at
// least.
func furniture(pages [][]line) map[place]bool {
	count := map[place]int{}
	for _, p := range pages {
		for _, n := range []int{0, len(p) - 1} {
			if n >= 0 && len(p) > 1 {
				count[place{edge(n, len(p)), bare(p[n].text)}]++
			}
		}
	}
	out := map[place]bool{}
	for p, n := range count {
		if n >= 3 && 2*n >= len(pages) {
			out[p] = true
		}
	}
	return out
}

// bodySize is the size that most characters have.
func bodySize(pages [][]line) float64 {
	count := map[float64]int{}
	for _, p := range pages {
		for _, l := range p {
			count[math.Round(l.size)] += len(l.text)
		}
	}
	best := 0.0
	for _, size := range slices.Sorted(maps.Keys(count)) {
		if count[size] > count[best] {
			best = size
		}
	}
	return best
}

// headingSizes are the sizes clearly above the body's, the largest first, four at
// most.
func headingSizes(pages [][]line, body float64) []float64 {
	seen := map[float64]bool{}
	for _, p := range pages {
		for _, l := range p {
			if size := math.Round(l.size); size >= 1.15*body && size > body {
				seen[size] = true
			}
		}
	}
	sizes := slices.SortedFunc(maps.Keys(seen), func(a, b float64) int { return cmp.Compare(b, a) })
	return sizes[:min(len(sizes), 4)]
}

// join makes one text of lines: Chinese goes on without a space, a word cut by a
// hyphen is whole again.
func join(lines []string) string {
	var parts []string
	for n, l := range lines {
		if n > 0 {
			last := lines[n-1]
			r, _ := utf8.DecodeLastRuneInString(last)
			first, _ := utf8.DecodeRuneInString(l)
			switch {
			case r == '-' && unicode.IsLower(first):
				parts[len(parts)-1] = strings.TrimSuffix(parts[len(parts)-1], "-")
			case r < utf8.RuneSelf || first < utf8.RuneSelf:
				parts = append(parts, " ")
			}
		}
		parts = append(parts, l)
	}
	return strings.Join(parts, "")
}

// item reports whether a line begins an item of a list.
func item(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	if strings.ContainsRune("•·●▪–", r) {
		return true
	}
	n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
	return n > 0 && n <= 2 && size == 1 && (strings.HasPrefix(s[n:], ". ") || strings.HasPrefix(s[n:], "、") || strings.HasPrefix(s[n:], ") "))
}

// ends reports whether a line ends a sentence.
func ends(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune("。！？.!?：:；", r)
}
