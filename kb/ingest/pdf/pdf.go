package pdf

import (
	"errors"
	"fmt"
	"io"

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
	glyphs := 0
	for i, p := range list {
		if glyphs > maxGlyphs {
			return nil, fmt.Errorf("pdf: %s: more than %d characters: split it", name, maxGlyphs)
		}
		by := &painter{f: f, fonts: fonts}
		by.paint(f.unfold(p), p.resources, matrix{1, 0, 0, 1, 0, 0}, 0)
		glyphs += len(by.marks)
		lines[i] = linesOf(by.marks)
	}
	out := ingest.Passages(name, "", layOut(lines), o)
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: %w: its %d pages are pictures, or its letters have no names: recognise the text (OCR) first", name, ErrNoText, len(list))
	}
	return out, nil
}
