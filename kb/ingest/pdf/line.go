package pdf

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// line is a line of a page, or of a column or cell of it.
type line struct {
	text  string
	size  float64 // of its type
	y     float64
	x     float64 // where it begins
	last  float64 // where its last cell begins, x when it has one only
	end   float64
	cells bool // it has several, with " | " between them
	bold  bool // all of it
	gaps  bool // it has wider ones than between words
}

// run is a piece of a line without a wide gap in it.
type run struct {
	text   string
	x, end float64
	gap    float64 // before it, in sizes of its type
}

// linesOf puts glyphs together in the order they were written, which is that of
// reading in all but odd documents. Where several lines go on at one place behind
// a gap they are rows of a table.
func linesOf(marks []mark) []line {
	var out []line
	var all [][]run
	stops := map[float64]int{} // places, and how many lines begin or go on there
	wide := map[float64]bool{} // those behind a gap that no word or justified text has
	for len(marks) > 0 {
		n, l, runs := lineOf(marks)
		marks = marks[n:]
		if len(runs) == 0 {
			continue
		}
		for k, r := range runs {
			for _, at := range []float64{math.Floor(r.x), math.Floor(r.x) + 1} {
				stops[at]++
				wide[at] = wide[at] || r.gap > 1.2 || k > 0 && r.gap > 0.45 && !apart(runs[k-1].text, r.text)
			}
		}
		out, all = append(out, l), append(all, runs)
	}
	for i, runs := range all {
		l := &out[i]
		l.x, l.last, l.end = runs[0].x, runs[0].x, runs[len(runs)-1].end
		var b strings.Builder
		b.WriteString(runs[0].text)
		for k, r := range runs[1:] {
			l.gaps = l.gaps || r.gap > 0.45 && !marksItem(runs[0].text)
			at, next := math.Floor(r.x), math.Floor(r.x)+1
			switch {
			case k == 0 && marksItem(runs[0].text):
				b.WriteByte(' ')
			case r.gap > 2.5 || wide[at] && stops[at] > 1 || wide[next] && stops[next] > 1:
				b.WriteString(" | ")
				l.last, l.cells = r.x, true
			case apart(b.String(), r.text) || r.gap > 0.6:
				b.WriteByte(' ')
			}
			b.WriteString(r.text)
		}
		l.text = b.String()
	}
	return out
}

// lineOf is the first line of glyphs, and how many they are.
func lineOf(marks []mark) (n int, l line, runs []run) {
	var b strings.Builder
	cur := run{}
	end := 0.0 // where the last glyph ended, 0 when its width is not known
	flush := func() {
		if cur.text = strings.Join(strings.Fields(b.String()), " "); cur.text != "" {
			runs = append(runs, cur)
		}
		b.Reset()
	}
	for ; n < len(marks); n++ {
		g := marks[n]
		size := g.size
		if !(size > 0) {
			size = 10
		}
		switch d := g.y - l.y; {
		case n == 0:
			l.size, l.y, cur.x, l.bold = size, g.y, g.x, true
		case max(d, -d) > 0.5*max(size, l.size):
			flush()
			return n, l, runs
		case end > 0 && g.x-end > 0.3*size:
			flush()
			cur = run{x: g.x, gap: (g.x - end) / size}
		case end > 0 && g.x-end > 0.2*size && latin(g.s):
			b.WriteByte(' ')
		}
		if g.s >= "\ue000" && g.s <= "\uf8ff" && n == 0 {
			g.s = "•" // from a font of signs
		}
		b.WriteString(g.s)
		l.size = max(l.size, size)
		l.bold = l.bold && (g.bold || strings.TrimSpace(g.s) == "")
		if end = 0; g.width > 0 && strings.TrimSpace(g.s) != "" {
			end = g.x + g.width
			cur.end = end
		}
	}
	flush()
	return n, l, runs
}

func latin(s string) bool { return s != "" && s[0] < 0x80 }

// apart reports whether a space stands between the end of one text and the
// beginning of another that goes on with it: not beside Chinese.
func apart(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	return !chinese(last) && !chinese(first)
}

// chinese reports characters that stand side by side without space, with the
// punctuation of Chinese.
func chinese(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef || strings.ContainsRune("“”‘’…—", r)
}
