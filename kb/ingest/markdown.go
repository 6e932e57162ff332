package ingest

import (
	"html"
	"strings"
)

// markdownBlocks reads Markdown (CommonMark 0.31 as far as its blocks go, with
// tables): headings of both kinds, paragraphs, lists, quotes, tables, code. It
// returns the title of the front matter, if any. Every text is a Markdown file;
// nothing fails.
func markdownBlocks(src string) (title string, blocks []block) {
	m := &markdown{lines: strings.Split(strings.TrimPrefix(src, "\ufeff"), "\n")}
	title = m.frontMatter()
	for m.at < len(m.lines) {
		m.next()
	}
	m.end()
	return title, m.blocks
}

type markdown struct {
	lines   []string
	at      int
	blocks  []block
	para    []string // lines of the paragraph, list or table being read
	start   int
	comment bool // inside <!-- … -->
}

// frontMatter skips YAML between lines of three dashes and finds its title.
func (m *markdown) frontMatter() string {
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

func (m *markdown) next() {
	n := m.at + 1
	line := m.uncomment(strings.TrimRight(m.lines[m.at], "\r \t"))
	m.at++
	t := strings.TrimLeft(line, " \t")
	level, title := atx(line)
	switch {
	case t == "":
		m.end()
	case level > 0:
		m.end()
		title, id := headingID(title)
		m.blocks = append(m.blocks, block{level: level, text: inline(title), id: id, line: n})
	case strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~"):
		m.end()
		m.code(t, n)
	case len(m.para) > 0 && len(line)-len(t) < 4 && (all(t, '=') || all(t, '-')):
		level := 1
		if t[0] == '-' {
			level = 2
		}
		title, id := headingID(strings.Join(m.para, " "))
		m.blocks = append(m.blocks, block{level: level, text: inline(title), id: id, line: m.start})
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

// code reads on to the end of a fence.
func (m *markdown) code(fence string, n int) {
	mark := fence[:len(fence)-len(strings.TrimLeft(fence, fence[:1]))]
	var body []string
	for m.at < len(m.lines) {
		l := strings.TrimRight(m.lines[m.at], "\r \t")
		m.at++
		if t := strings.TrimSpace(l); strings.HasPrefix(t, mark) && all(t, mark[0]) {
			break
		}
		body = append(body, l)
	}
	if s := strings.Trim(strings.Join(body, "\n"), "\n"); s != "" {
		m.blocks = append(m.blocks, block{text: s, line: n})
	}
}

// end closes the paragraph.
func (m *markdown) end() {
	if len(m.para) == 0 {
		return
	}
	if s := inline(strings.Join(m.para, "\n")); s != "" {
		m.blocks = append(m.blocks, block{text: s, line: m.start})
	}
	m.para = nil
}

// uncomment takes HTML comments, which may run over lines, out of a line.
func (m *markdown) uncomment(line string) string {
	var b strings.Builder
	for line != "" {
		if m.comment {
			i := strings.Index(line, "-->")
			if i < 0 {
				break
			}
			m.comment = false
			line = line[i+3:]
			continue
		}
		i := strings.Index(line, "<!--")
		if i < 0 {
			b.WriteString(line)
			break
		}
		b.WriteString(line[:i])
		m.comment = true
		line = line[i+4:]
	}
	return b.String()
}

// atx reads a heading of the form "## title".
func atx(line string) (level int, title string) {
	t := strings.TrimLeft(line, " ")
	if len(line)-len(t) > 3 {
		return 0, ""
	}
	for level < len(t) && t[level] == '#' {
		level++
	}
	if level == 0 || level > 6 || level < len(t) && t[level] != ' ' && t[level] != '\t' {
		return 0, ""
	}
	return level, strings.TrimSpace(strings.TrimRight(strings.TrimSpace(t[level:]), "#"))
}

// headingID takes "{#id}" off a heading's end.
func headingID(title string) (rest, id string) {
	if i := strings.LastIndex(title, "{#"); i >= 0 && strings.HasSuffix(title, "}") {
		return strings.TrimSpace(title[:i]), title[i+2 : len(title)-1]
	}
	return title, ""
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
