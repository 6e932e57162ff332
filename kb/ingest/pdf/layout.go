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

// layOut makes headings, paragraphs and tables of lines.
func layOut(pages [][]line) []ingest.Block {
	drop := furniture(pages)
	levels := headingSizes(pages, bodySize(pages))
	titles := boldTitles(pages)
	var out []ingest.Block
	var cur paragraph
	flush := func() {
		if s := cur.String(); s != "" {
			out = append(out, ingest.Block{Level: cur.level, Text: s})
		}
		cur = paragraph{}
	}
	for _, p := range pages {
		first := true // of the page
		for n, l := range p {
			if drop[place{edge(n, len(p)), bare(l.text)}] {
				continue
			}
			level := 1 + slices.Index(levels, math.Round(l.size))
			if utf8.RuneCountInString(l.text) > 120 {
				level = 0 // nobody writes so long a heading
			}
			if level == 0 && titles(p, n) {
				level = len(levels) + 1
			}
			if !cur.takes(l, level, first) {
				flush()
			}
			cur.level, first = level, false
			cur.add(l)
		}
	}
	flush()
	return out
}

// paragraph is a heading, a paragraph or a table while it is read.
type paragraph struct {
	level int // of a heading
	rows  []string
	row   []string // cells that are done
	cell  []string // lines
	last  line

	table bool
	x     float64 // where the row begins
	top   float64 // of the row
	at    float64 // where the cell begins
	end   float64 // how far it reaches
}

// takes reports whether a line goes on with the paragraph.
func (p *paragraph) takes(l line, level int, first bool) bool {
	gap := p.last.y - l.y // below 0 on a new page or in a new column
	switch {
	case len(p.cell) == 0:
		return true
	case level != p.level:
		return false
	case level > 0:
		return gap <= 2*l.size && !item(l.text)
	case first:
		return gap >= 0 || !ends(p.last.text) && !item(l.text) && !p.table
	case p.beside(l):
		return true
	case p.table:
		return gap >= 0 && gap < 4*l.size
	case l.cells, item(l.text):
		return false
	}
	return gap <= 1.8*l.size && (gap >= 0 || !ends(p.last.text))
}

// beside reports whether a line begins a cell to the right of the last: at about
// the height of the row. A line that high up may also begin the next column of
// the page, unless the paragraph is known for a table.
func (p *paragraph) beside(l line) bool {
	up := l.y - p.last.y
	return p.level == 0 && p.end > 0 && l.x >= p.end && l.x > p.at+l.size && up > -1.2*l.size &&
		(up < 1.6*l.size || p.table && l.y <= p.top+2.6*l.size)
}

func (p *paragraph) add(l line) {
	down := p.last.y - l.y
	switch {
	case len(p.cell) == 0:
		p.x, p.top, p.at = l.x, l.y, l.x
	case p.beside(l):
		p.table = true
		p.row, p.cell = append(p.row, join(p.cell)), nil
		p.at, p.end = l.x, 0
	case p.table && (l.cells || down > 1.6*l.size || l.x < p.at-l.size):
		p.endRow()
		p.x, p.top, p.at, p.end = l.x, l.y, l.x, 0
	}
	if l.cells {
		p.table, p.at = true, l.last
	}
	p.cell = append(p.cell, l.text)
	p.end, p.last = max(p.end, l.end), l
}

func (p *paragraph) endRow() {
	if s := strings.Join(append(p.row, join(p.cell)), " | "); strings.Trim(s, " |") != "" {
		p.rows = append(p.rows, s)
	}
	p.row, p.cell = nil, nil
}

// String is the text of the paragraph, a line for each row of a table.
func (p *paragraph) String() string {
	p.endRow()
	return strings.Join(p.rows, "\n")
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

// boldTitles tells headings in bold type of the body's size: a short line of its
// own at the left of the page, with text that is not bold below it.
func boldTitles(pages [][]line) func(p []line, n int) bool {
	bold, all := 0, 0
	for _, p := range pages {
		for _, l := range p {
			if all += len(l.text); l.bold {
				bold += len(l.text)
			}
		}
	}
	return func(p []line, n int) bool {
		l := p[n]
		if 3*bold > all || !l.bold || l.gaps || l.cells || n+1 == len(p) || p[n+1].bold || utf8.RuneCountInString(l.text) > 60 || ends(l.text) {
			return false
		}
		left := l.x
		for k, other := range p {
			if d := other.y - l.y; k != n && max(d, -d) < 0.8*l.size {
				return false // a cell of a table's head
			}
			left = min(left, other.x)
		}
		return l.x-left < 2*l.size && p[n+1].y < l.y
	}
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
			case apart(last, l):
				parts = append(parts, " ")
			}
		}
		parts = append(parts, l)
	}
	return strings.Join(parts, "")
}

// item reports whether a line begins an item of a list.
func item(s string) bool {
	mark, rest, ok := strings.Cut(s, " ")
	if i := strings.Index(s, "、"); i > 0 && !ok {
		mark, rest, ok = s[:i+len("、")], s[i+len("、"):], true
	}
	return ok && rest != "" && marksItem(mark) || strings.HasPrefix(s, "•") || strings.HasPrefix(s, "●")
}

// marksItem reports whether all of a text is the mark of an item: •, 1., 2), 3、.
func marksItem(s string) bool {
	if utf8.RuneCountInString(s) == 1 {
		return strings.Contains("•·●▪■◆–-*○□", s)
	}
	n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
	return n > 0 && n <= 2 && strings.Contains(".、)）．", s[n:])
}

// ends reports whether a line ends a sentence.
func ends(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune("。！？.!?：:；", r)
}
