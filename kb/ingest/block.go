package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// block is one block of a document: a heading, or a paragraph, list, table or
// piece of code as plain text.
type block struct {
	level int // of a heading, 1 to 6; 0 is text
	text  string
	line  int // where it begins, 0 when the format has no lines
	id    string
}

// passage is a piece of a document under its headings.
type passage struct {
	path []string // from the outermost heading to the nearest
	text string
	line int
	id   string // of the nearest heading, when the document gives it one
}

// cut makes passages of at most size bytes from blocks: one of each heading's
// own text, or several where that is longer, which begin at a block or, within a
// long one, at a sentence. A longer sentence is cut where it must be.
func cut(title string, blocks []block, size int) []passage {
	var out []passage
	type level struct {
		level int
		title string
		id    string
	}
	var stack []level
	if title != "" {
		stack = append(stack, level{title: title})
	}
	var buf strings.Builder
	line := 0
	flush := func() {
		s := strings.TrimSpace(buf.String())
		buf.Reset()
		if !says(s) {
			return
		}
		p := passage{text: s, line: line}
		for _, l := range stack {
			if n := len(p.path); n > 0 && p.path[n-1] == l.title {
				p.id = l.id
				continue // a page's title often stands again as its first heading
			}
			p.path = append(p.path, l.title)
			p.id = l.id
		}
		out = append(out, p)
	}
	add := func(s, between string, at int) {
		if buf.Len() > 0 && buf.Len()+len(between)+len(s) > size {
			flush()
		}
		if buf.Len() == 0 {
			line = at
		} else {
			buf.WriteString(between)
		}
		buf.WriteString(s)
	}
	for _, b := range blocks {
		if b.level > 0 {
			flush()
			for len(stack) > 0 && stack[len(stack)-1].level >= b.level {
				stack = stack[:len(stack)-1]
			}
			if b.text != "" {
				stack = append(stack, level{b.level, b.text, b.id})
			}
			continue
		}
		if len(b.text) <= size {
			add(b.text, "\n\n", b.line)
			continue
		}
		between := "\n\n"
		for _, s := range pieces(b.text, size) {
			add(s, between, b.line)
			between = ""
		}
	}
	flush()
	return out
}

// pieces are the lines of a long text, or sentences of a long line, each at most
// size bytes; together they are the text.
func pieces(s string, size int) []string {
	var out []string
	for line := range strings.SplitAfterSeq(s, "\n") {
		if len(line) <= size {
			out = append(out, line)
			continue
		}
		for _, sentence := range text.Sentences(line) {
			at := strings.Index(line, sentence) + len(sentence)
			out = append(out, chop(line[:at], size)...)
			line = line[at:]
		}
		out = append(out, line)
	}
	return out
}

// chop cuts a text where a clause or word ends, or where it must.
func chop(s string, size int) []string {
	var out []string
	for len(s) > size {
		n := len(text.Cut(s, size))
		if i := strings.LastIndexAny(s[:n], "\n，、；;, "); i > size/2 {
			_, w := utf8.DecodeRuneInString(s[i:])
			n = i + w
		}
		if n == 0 { // one character longer than size
			_, n = utf8.DecodeRuneInString(s)
		}
		out = append(out, s[:n])
		s = s[n:]
	}
	return append(out, s)
}

// says reports whether a text has a letter or a digit.
func says(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// squeeze makes white space within a line one space, as HTML shows it.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
