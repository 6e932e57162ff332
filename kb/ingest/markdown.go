package ingest

import (
	"html"
	"strings"

	"github.com/frontdesk-go/frontdesk/kb/internal/markdown"
)

// markdownBlocks reads Markdown (CommonMark 0.31 as far as its blocks go, with
// tables): headings of both kinds, paragraphs, lists, quotes, tables, code. It
// returns the title of the front matter, if any. Every text is a Markdown file;
// nothing fails.
func markdownBlocks(src string) (title string, blocks []block) {
	m := &markdownReader{lines: strings.Split(src, "\n")}
	title = m.frontMatter()
	for m.at < len(m.lines) {
		m.next()
	}
	m.end()
	return title, m.blocks
}

type markdownReader struct {
	lines  []string
	doc    markdown.Lines
	at     int
	blocks []block
	para   []string // lines of the paragraph, list or table being read
	code   []string // or of the block of code
	start  int
}

// frontMatter skips YAML between lines of three dashes and finds its title.
func (m *markdownReader) frontMatter() string {
	if strings.TrimSpace(m.lines[0]) != "---" {
		return ""
	}
	title := ""
	for i, l := range m.lines[1:] {
		l = strings.TrimSpace(l)
		if l == "---" || l == "..." {
			m.at = i + 2
			return title
		}
		if v, ok := strings.CutPrefix(l, "title:"); ok {
			title = strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return "" // three dashes that nothing closes are a line
}

func (m *markdownReader) next() {
	n := m.at + 1
	fenced := m.doc.Fenced()
	line, code := m.doc.Next(strings.TrimRight(m.lines[m.at], "\r \t"))
	m.at++
	t := strings.TrimLeft(line, " \t")
	level, title := markdown.Heading(line)
	switch {
	case code && !fenced:
		m.end()
		m.start = n
	case code && m.doc.Fenced():
		m.code = append(m.code, line)
	case code || t == "":
		m.end()
	case level > 0:
		m.end()
		m.heading(level, title, n)
	case len(m.para) > 0 && markdown.Underline(line) > 0:
		m.heading(markdown.Underline(line), strings.Join(m.para, " "), m.start)
		m.para = nil
	case rule(t):
		m.end()
	case definition(t):
	default:
		if len(m.para) == 0 {
			m.start = n
		}
		t = strings.TrimSpace(strings.TrimLeft(t, ">"))
		if strings.HasPrefix(t, "|") {
			if strings.Trim(t, "|-: ") == "" {
				return // the line under a table's head
			}
			t = cells(t)
		}
		m.para = append(m.para, t)
	}
}

func (m *markdownReader) heading(level int, title string, n int) {
	title, id := markdown.HeadingID(title)
	m.blocks = append(m.blocks, block{level: level, text: inline(title), id: id, line: n})
}

// end closes the paragraph or the block of code.
func (m *markdownReader) end() {
	if s := strings.Trim(strings.Join(m.code, "\n"), "\n"); s != "" {
		m.blocks = append(m.blocks, block{text: s, line: m.start})
	}
	m.code = nil
	if len(m.para) == 0 {
		return
	}
	if s := inline(strings.Join(m.para, "\n")); s != "" {
		m.blocks = append(m.blocks, block{text: s, line: m.start})
	}
	m.para = nil
}

// rule reports a line of three or more -, * or _ with nothing else.
func rule(t string) bool {
	t = strings.ReplaceAll(t, " ", "")
	return len(t) > 2 && strings.IndexByte("-*_", t[0]) >= 0 && all(t, t[0])
}

// definition reports "[name]: target", which shows nothing.
func definition(t string) bool {
	i := strings.Index(t, "]: ")
	return strings.HasPrefix(t, "[") && i > 0 && !strings.Contains(t[:i], " [")
}

// cells is a row of a table with its cells apart.
func cells(t string) string {
	parts := strings.Split(strings.Trim(t, "|"), "|")
	for i := range parts {
		parts[i] = squeeze(parts[i])
	}
	return strings.Join(parts, " | ")
}

func all(s string, c byte) bool {
	for i := range len(s) {
		if s[i] != c {
			return false
		}
	}
	return s != ""
}

// inline is a text without its marks: emphasis and code lose their signs, links
// keep their words, images and tags go, entities are the characters they name.
func inline(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && strings.IndexByte("\\`*_{}[]()#+-.!|<>~", s[i+1]) >= 0:
			b.WriteByte(s[i+1])
			i += 2
		case c == '`':
			n := i
			for n < len(s) && s[n] == '`' {
				n++
			}
			if end := strings.Index(s[n:min(len(s), n+longest)], s[i:n]); end >= 0 {
				b.WriteString(s[n : n+end])
				n += end + n - i
			}
			i = n
		case c == '!' && i+1 < len(s) && s[i+1] == '[':
			if _, n, ok := link(s[i+1:]); ok {
				i += 1 + n
				continue
			}
			b.WriteByte(c)
			i++
		case c == '[':
			if words, n, ok := link(s[i:]); ok {
				b.WriteString(inlineOnce(words))
				i += n
				continue
			}
			b.WriteByte(c)
			i++
		case c == '<':
			if n := tag(s[i:]); n > 0 {
				i += n
				continue
			}
			b.WriteByte(c)
			i++
		case c == '*' || c == '~' && i+1 < len(s) && s[i+1] == '~', c == '_' && edge(s, i):
			for i < len(s) && s[i] == c {
				i++
			}
			if c == '*' && (b.Len() == 0 || b.String()[b.Len()-1] == '\n') && i < len(s) && s[i] == ' ' {
				b.WriteByte('-') // the sign of a list
			}
		default:
			b.WriteByte(c)
			i++
		}
	}
	return strings.TrimSpace(html.UnescapeString(b.String()))
}

// longest is how far the end of a link, tag or piece of code is looked for, so
// that a text of many beginnings takes no more than its length.
const longest = 512

// inlineOnce drops the signs of emphasis and code from a link's words.
func inlineOnce(s string) string {
	return strings.NewReplacer("**", "", "`", "", "![", "", "[", "", "]", "").Replace(s)
}

// edge reports whether the underscore at s[i] stands at a word's edge.
func edge(s string, i int) bool {
	word := func(k int) bool {
		return k >= 0 && k < len(s) && (s[k] >= 0x80 || s[k] >= '0' && s[k] <= '9' || s[k]|0x20 >= 'a' && s[k]|0x20 <= 'z')
	}
	return !word(i-1) || !word(i+1)
}

// link reads "[words](target)" or "[words][name]" and returns its length.
func link(s string) (words string, n int, ok bool) {
	s = s[:min(len(s), longest)]
	end := closing(s, '[', ']')
	if end < 0 || end+1 >= len(s) {
		return "", 0, false
	}
	words = s[1:end]
	switch s[end+1] {
	case '(':
		if k := closing(s[end+1:], '(', ')'); k > 0 {
			return words, end + 1 + k + 1, true
		}
	case '[':
		if k := closing(s[end+1:], '[', ']'); k > 0 {
			return words, end + 1 + k + 1, true
		}
	}
	return "", 0, false
}

// closing is where the bracket that opens s closes, -1 when it does not.
func closing(s string, open, shut byte) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// tag is the length of an HTML tag or autolink's bracket at the beginning of s,
// 0 when there is none.
func tag(s string) int {
	if len(s) < 3 || s[1] != '/' && (s[1]|0x20 < 'a' || s[1]|0x20 > 'z') {
		return 0
	}
	if i := strings.IndexByte(s[:min(len(s), longest)], '>'); i > 0 && !strings.Contains(s[:i], "://") {
		return i + 1
	}
	return 0
}
