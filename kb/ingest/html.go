package ingest

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlBlocks reads a page: its title, its language, its own address and its
// text. Menus, scripts, forms, and the head and foot of the site are left out; a
// page that says which part is its own text (main, or the first article) is read
// for that alone.
func htmlBlocks(src []byte) (document, error) {
	only := atom.Atom(0)
	for _, a := range []atom.Atom{atom.Main, atom.Article} {
		if bytes.Contains(bytes.ToLower(src), []byte("<"+a.String())) {
			only = a
			break
		}
	}
	p, err := readHTML(src, only)
	if err == nil && only != 0 && len(p.blocks) == 0 {
		return readHTML(src, 0)
	}
	return p, err
}

func readHTML(src []byte, only atom.Atom) (document, error) {
	h := &htmlReader{only: only}
	z := html.NewTokenizer(bytes.NewReader(src))
	z.SetMaxBuf(maxToken)
	for {
		switch z.Next() {
		case html.ErrorToken:
			h.end()
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return h.document, err
			}
			return h.document, nil
		case html.TextToken:
			h.words(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			a := atom.Lookup(name)
			var attrs map[string]string
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				if attrs == nil {
					attrs = map[string]string{}
				}
				if len(attrs) < 64 {
					attrs[string(k)] = string(v)
				}
			}
			h.open(a, attrs)
		case html.EndTagToken:
			name, _ := z.TagName()
			h.close(atom.Lookup(name))
		}
	}
}

const maxToken = 1 << 20 // bytes of one tag or text

type htmlReader struct {
	document
	only    atom.Atom // the element that is read; 0 is all
	inside  int       // how deep in it
	skip    atom.Atom // the element that is being left out
	skipped int       // how deep in it
	level   int       // of the heading being read
	id      string
	pre     bool
	lists   int // how deep in lists
	inTitle bool
	buf     strings.Builder
}

// omitted reports elements whose text is not the page's.
func omitted(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Nav, atom.Footer, atom.Aside, atom.Form,
		atom.Button, atom.Select, atom.Textarea, atom.Iframe, atom.Object:
		return true
	}
	return false
}

// unseen reports elements that a page does not show, or shows only as a way
// through the site.
func unseen(attrs map[string]string) bool {
	_, hidden := attrs["hidden"]
	style := strings.ToLower(strings.Join(strings.Fields(attrs["style"]), ""))
	if hidden || attrs["aria-hidden"] == "true" || strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
		return true
	}
	if role := attrs["role"]; role == "navigation" || role == "banner" || role == "contentinfo" || role == "search" {
		return true
	}
	return strings.Contains(strings.ToLower(attrs["class"]+" "+attrs["id"]+" "+attrs["aria-label"]), "breadcrumb")
}

func headingLevel(a atom.Atom) int {
	switch a {
	case atom.H1:
		return 1
	case atom.H2:
		return 2
	case atom.H3:
		return 3
	case atom.H4:
		return 4
	case atom.H5:
		return 5
	case atom.H6:
		return 6
	}
	return 0
}

func (h *htmlReader) open(a atom.Atom, attrs map[string]string) {
	if h.skip == atom.P && (paragraph(a) || headingLevel(a) > 0) {
		h.skip = 0 // which ends a paragraph
	}
	if h.skip != 0 {
		if a == h.skip {
			h.skipped++
		}
		return
	}
	if omitted(a) || a == atom.Header && h.inside == 0 || (paragraph(a) && a != atom.Hr || a == atom.Span) && unseen(attrs) {
		if a != atom.Span {
			h.end()
		}
		h.skip, h.skipped = a, 1
		return
	}
	if a == h.only && a != 0 {
		h.inside++
	}
	if level := headingLevel(a); level > 0 {
		h.end()
		h.level, h.id = level, attrs["id"]
		return
	}
	switch a {
	case atom.Html:
		h.lang = attrs["lang"]
	case atom.Title:
		h.end()
		h.inTitle = true
	case atom.Link:
		if attrs["rel"] == "canonical" {
			h.url = attrs["href"]
		}
	case atom.Meta:
		if strings.EqualFold(attrs["name"], "robots") && (strings.Contains(strings.ToLower(attrs["content"]), "noindex") || strings.EqualFold(attrs["content"], "none")) {
			h.noindex = true
		}
	case atom.Br:
		h.buf.WriteByte('\n')
	case atom.Li:
		h.line()
		h.buf.WriteString(strings.Repeat("  ", min(max(h.lists-1, 0), 8)) + "- ")
	case atom.Tr, atom.Dt, atom.Dd:
		h.line()
	case atom.Td, atom.Th:
		if s := h.buf.String(); s != "" && !strings.HasSuffix(s, "\n") {
			h.buf.WriteString(" | ")
		}
	case atom.Pre:
		h.end()
		h.pre = true
	case atom.Ul, atom.Ol:
		if h.lists++; h.lists > 1 {
			h.line()
			return
		}
		h.end()
	default:
		if paragraph(a) {
			h.end()
		}
	}
}

func (h *htmlReader) close(a atom.Atom) {
	if h.skip != 0 {
		if a == h.skip {
			if h.skipped--; h.skipped == 0 {
				h.skip = 0
			}
		}
		return
	}
	if (a == atom.Ul || a == atom.Ol) && h.lists > 0 {
		if h.lists--; h.lists > 0 {
			h.line()
			return
		}
	}
	switch {
	case a == atom.Title || a == atom.Pre || paragraph(a) || headingLevel(a) > 0:
		h.end()
		h.pre = false
	case a == atom.Li || a == atom.Tr:
		h.line()
	}
	if a == h.only && a != 0 && h.inside > 0 {
		h.end()
		h.inside--
	}
}

func paragraph(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Body, atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Blockquote, atom.Details, atom.Summary, atom.Figure, atom.Hr, atom.Header:
		return true
	}
	return false
}

// line begins a new line of the block.
func (h *htmlReader) line() {
	if s := h.buf.String(); s != "" && !strings.HasSuffix(s, "\n") {
		h.buf.WriteByte('\n')
	}
}

func (h *htmlReader) words(b []byte) {
	if h.skip != 0 {
		return
	}
	if h.pre {
		h.buf.Write(b)
		return
	}
	s := squeeze(string(b))
	if len(b) > 0 && space(b[0]) && h.buf.Len() > 0 {
		h.buf.WriteByte(' ')
	}
	h.buf.WriteString(s)
	if s != "" && space(b[len(b)-1]) {
		h.buf.WriteByte(' ')
	}
}

func space(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

// end closes the block being read.
func (h *htmlReader) end() {
	s := h.buf.String()
	h.buf.Reset()
	if !h.pre {
		lines := strings.Split(s, "\n")
		kept := lines[:0]
		for _, l := range lines {
			indent := l[:len(l)-len(strings.TrimLeft(l, " "))]
			if l = squeeze(l); l != "" && l != "-" {
				if strings.HasPrefix(l, "- ") {
					l = indent + l
				}
				kept = append(kept, l)
			}
		}
		s = strings.Join(kept, "\n")
	}
	level, id := h.level, h.id
	h.level, h.id = 0, ""
	if h.inTitle {
		h.inTitle = false
		h.title = s
		return
	}
	if s == "" || h.only != 0 && h.inside == 0 {
		return
	}
	h.blocks = append(h.blocks, block{level: level, text: strings.Trim(s, "\n"), id: id})
}
