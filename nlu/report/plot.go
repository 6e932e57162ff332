package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// Plots are squares of side units, with room for numbers around them.
const (
	side   = 240.0
	margin = 36.0
)

// figure is an SVG under construction. x and y run from 0 to 1, y upwards.
type figure struct{ strings.Builder }

// newFigure draws the axes.
func newFigure(across, up string) *figure {
	f := &figure{}
	size := side + 2*margin
	fmt.Fprintf(f, `<svg viewBox="0 0 %g %g" role="img"><rect x="%g" y="%g" width="%g" height="%g" class="frame"/>`, size, size, margin, margin/2, side, side)
	for i := range 6 {
		at := float64(i) / 5
		fmt.Fprintf(f, `<text x="%g" y="%g" class="tick">%.1f</text>`, px(at), py(0)+14, at)
		fmt.Fprintf(f, `<text x="%g" y="%g" class="tick side">%.1f</text>`, margin-4, py(at)+4, at)
	}
	fmt.Fprintf(f, `<text x="%g" y="%g" class="axis">%s</text>`, px(0.5), py(0)+30, template.HTMLEscapeString(across))
	fmt.Fprintf(f, `<text x="12" y="%g" class="axis" transform="rotate(-90 12 %g)">%s</text>`, py(0.5), py(0.5), template.HTMLEscapeString(up))
	return f
}

func px(x float64) float64 { return margin + x*side }
func py(y float64) float64 { return margin/2 + (1-y)*side }

// bar draws a box from x to x+width of height y; title shows when pointed at.
func (f *figure) bar(x, width, y float64, class, title string) {
	fmt.Fprintf(f, `<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" class="%s"><title>%s</title></rect>`,
		px(x), py(y), width*side, y*side, class, template.HTMLEscapeString(title))
}

func (f *figure) line(points [][2]float64, class string) {
	fmt.Fprintf(f, `<polyline class="%s" points="`, class)
	for _, p := range points {
		fmt.Fprintf(f, "%.1f,%.1f ", px(p[0]), py(p[1]))
	}
	f.WriteString(`"/>`)
}

func (f *figure) html() template.HTML {
	f.WriteString("</svg>")
	return template.HTML(f.String()) // numbers, and texts that were escaped above
}

// reliability draws how often answers of each probability are right; what is
// well calibrated follows the diagonal.
func reliability(e *nlu.Evaluation) template.HTML {
	f := newFigure("probability given", "share right")
	width := 1 / float64(max(1, len(e.Bins)))
	for i, b := range e.Bins {
		if b.Messages > 0 {
			f.bar(float64(i)*width, width, b.Right, "bar", fmt.Sprintf("%d messages: %.3f given, %.3f right", b.Messages, b.Sure, b.Right))
		}
	}
	f.line([][2]float64{{0, 0}, {1, 1}}, "ideal")
	return f.html()
}

// curve draws one number of each threshold over another.
func curve(e *nlu.Evaluation, across, up string, of func(nlu.Point) (x, y float64)) template.HTML {
	f := newFigure(across, up)
	var line [][2]float64
	for _, p := range e.Curve(200) {
		x, y := of(p)
		line = append(line, [2]float64{x, y})
	}
	f.line(line, "curve")
	return f.html()
}

// histogram draws how sure the model is of messages with an intent, and of
// those without.
func histogram(e *nlu.Evaluation) template.HTML {
	const bins = 20
	f := newFigure("1 − unknown", "share")
	inside, outside := e.Sureness(bins)
	for _, s := range []struct {
		count []int
		all   int
		class string
	}{{inside, e.Messages, "inside"}, {outside, e.Outside, "outside"}} {
		for i, n := range s.count {
			if n > 0 {
				f.bar(float64(i)/bins, 1.0/bins, float64(n)/float64(s.all), s.class, fmt.Sprintf("%s: %d messages", s.class, n))
			}
		}
	}
	return f.html()
}

// maxConfused is how many intents the matrix of confusions shows.
const maxConfused = 25

// confusion draws the intents that are confused most as a matrix: rows are
// right, columns what was said.
func confusion(e *nlu.Evaluation) template.HTML {
	weight := map[string]int{}
	count := map[[2]string]int{}
	for _, c := range e.Confusions {
		weight[c.Want] += c.Messages
		weight[c.Got] += c.Messages
		count[[2]string{c.Want, c.Got}] = c.Messages
	}
	var names []string
	for n := range weight {
		if n != "" {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(a, b)) })
	names = names[:min(maxConfused, len(names))]
	slices.Sort(names)
	most := 1
	for _, a := range names {
		for _, b := range names {
			most = max(most, count[[2]string{a, b}])
		}
	}
	var f strings.Builder
	const cell, label = 18, 190
	size := label + cell*len(names) + 8
	fmt.Fprintf(&f, `<svg viewBox="0 0 %d %d" role="img" class="matrix">`, size, size)
	for i, a := range names {
		at := label + cell*i
		name := template.HTMLEscapeString(a)
		fmt.Fprintf(&f, `<text x="%d" y="%d" class="name">%s</text>`, label-6, at+13, name)
		fmt.Fprintf(&f, `<text x="%d" y="%d" class="name top" transform="rotate(-90 %d %d)">%s</text>`, at+13, label-6, at+13, label-6, name)
		for j, b := range names {
			n := count[[2]string{a, b}]
			fmt.Fprintf(&f, `<rect x="%d" y="%d" width="%d" height="%d" class="cell" style="fill-opacity:%.2f"><title>%s → %s: %d</title></rect>`,
				label+cell*j, at, cell-1, cell-1, float64(n)/float64(most), name, template.HTMLEscapeString(b), n)
		}
	}
	f.WriteString("</svg>")
	return template.HTML(f.String()) // numbers, and names that were escaped above
}
