package pdf

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/kb/ingest"
)

// ErrNoText says that a document has no text that can be read: it is scanned,
// locked, or none.
var ErrNoText = errors.New("pdf: there is no text")

// Read reads a PDF as passages, as ingest.Read reads other documents. The error
// wraps ErrNoText when there is nothing to read.
func Read(name string, r io.Reader, o *ingest.Options) ([]kb.Entry, error) {
	limit := int64(32 << 20)
	if o != nil && o.MaxFile > 0 {
		limit = o.MaxFile
	}
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("pdf: %s: %w", name, err)
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("pdf: %s: larger than %d bytes: split it or raise Options.MaxFile", name, limit)
	}
	f, err := open(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", name, ErrNoText, err)
	}
	list, err := f.pages()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", name, ErrNoText, err)
	}
	lines := make([][]line, len(list))
	fonts := map[ref]*font{}
	for i, p := range list {
		by := &painter{f: f, fonts: fonts}
		by.paint(p.content, p.resources, matrix{1, 0, 0, 1, 0, 0}, 0)
		lines[i] = linesOf(by.marks)
	}
	out := ingest.Passages(name, "", layOut(lines), o)
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: %w: its %d pages are pictures, or its letters have no names", name, ErrNoText, len(list))
	}
	return out, nil
}

// line is a line of a page.
type line struct {
	text string
	size float64 // of its type
	y    float64
}

// linesOf puts glyphs together in the order they were written, which is that of
// reading in all but odd documents.
func linesOf(marks []mark) []line {
	var out []line
	var b strings.Builder
	var cur line
	end := 0.0 // where the last glyph ended, 0 when its width is not known
	flush := func() {
		if cur.text = strings.Join(strings.Fields(b.String()), " "); cur.text != "" {
			out = append(out, cur)
		}
		b.Reset()
		end = 0
	}
	for _, g := range marks {
		size := g.size
		if !(size > 0) {
			size = 10
		}
		if b.Len() == 0 {
			cur = line{size: size, y: g.y}
		} else if d := g.y - cur.y; max(d, -d) > 0.5*max(size, cur.size) {
			flush()
			cur = line{size: size, y: g.y}
		}
		if end > 0 && g.x-end > 0.2*size && latin(g.s) {
			b.WriteByte(' ')
		}
		b.WriteString(g.s)
		cur.size = max(cur.size, size)
		if end = 0; g.width > 0 {
			end = g.x + g.width
		}
	}
	flush()
	return out
}

func latin(s string) bool { return s != "" && s[0] < 0x80 }
