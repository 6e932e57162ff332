// Package markdown reads the lines of Markdown (CommonMark 0.31) as far as the
// readers of knowledge need: headings, code and comments.
package markdown

import "strings"

// Heading reads a heading of the form "## title"; level is 0 of other lines.
func Heading(line string) (level int, title string) {
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

// HeadingID takes "{#id}" off a heading's end.
func HeadingID(title string) (rest, id string) {
	if i := strings.LastIndex(title, "{#"); i >= 0 && strings.HasSuffix(title, "}") {
		return strings.TrimSpace(title[:i]), strings.TrimSpace(title[i+2 : len(title)-1])
	}
	return title, ""
}

// Underline is the level of the heading that a line of = or - makes of the text
// above it, 0 of other lines.
func Underline(line string) int {
	t := strings.TrimSpace(line)
	switch {
	case t == "" || len(line)-len(strings.TrimLeft(line, " ")) > 3:
	case strings.Trim(t, "=") == "":
		return 1
	case strings.Trim(t, "-") == "":
		return 2
	}
	return 0
}

// Lines follows the lines of a document. The zero value is at its beginning.
type Lines struct {
	fence   string // that opened the block of code, "" outside
	comment bool
}

// Next is a line without the comments (<!-- … -->) in it, which may run over
// lines, and whether it belongs to a block of code, in which there are none.
func (l *Lines) Next(line string) (text string, code bool) {
	if l.fence != "" {
		if t := strings.TrimSpace(line); strings.HasPrefix(t, l.fence) && strings.Trim(t, l.fence[:1]) == "" {
			l.fence = ""
		}
		return line, true
	}
	line = l.uncomment(line)
	t := strings.TrimLeft(line, " \t")
	if l.comment || !strings.HasPrefix(t, "```") && !strings.HasPrefix(t, "~~~") {
		return line, false
	}
	l.fence = t[:len(t)-len(strings.TrimLeft(t, t[:1]))]
	if t[0] == '`' && strings.Contains(t[len(l.fence):], "`") { // code within a line
		l.fence = ""
		return line, false
	}
	return line, true
}

// Open reports whether a comment is open, Fenced whether a block of code is.
func (l *Lines) Open() bool   { return l.comment }
func (l *Lines) Fenced() bool { return l.fence != "" }

func (l *Lines) uncomment(line string) string {
	if !l.comment && !strings.Contains(line, "<!--") {
		return line
	}
	var b strings.Builder
	for line != "" {
		if l.comment {
			_, rest, closed := strings.Cut(line, "-->")
			if !closed {
				break
			}
			l.comment, line = false, rest
			continue
		}
		var before string
		before, line, l.comment = strings.Cut(line, "<!--")
		b.WriteString(before)
	}
	return b.String()
}
