package dataset

import (
	"io/fs"
	"strings"
)

// markdown reads headings with lists below them. Rasa's headings name what the
// list is ("## intent:greet", "## synonym:red", "## regex:zip", "##
// lookup:city", the last also with a file of names below it); any other
// heading of the second level or below names an intent.
func (b *builder) markdown(fsys fs.FS, file string, raw []byte) {
	kind, name := "", ""
	number := 0
	comment := false
	for l := range strings.Lines(strings.TrimPrefix(string(raw), "\ufeff")) {
		number++
		l = strings.TrimSpace(l)
		if rest, ok := strings.CutPrefix(l, "<!--"); ok {
			comment, l = true, rest
		}
		if comment {
			comment = !strings.Contains(l, "-->")
			continue
		}
		level := len(l) - len(strings.TrimLeft(l, "#"))
		switch {
		case l == "":
		case level > 0:
			kind, name = section(strings.TrimSpace(strings.Trim(l, "#")))
			if level == 1 && kind == "intent" && !strings.HasPrefix(l, "# intent:") {
				kind = "" // the title of the page
			} else if name == "" {
				b.problem(file, number, "the heading has no name")
				kind = ""
			}
		case kind == "":
			// Prose before the first section.
		case strings.HasPrefix(l, "- ") || strings.HasPrefix(l, "* ") || strings.HasPrefix(l, "+ "):
			b.rasaExample(fsys, file, number, kind, name, strings.TrimSpace(l[2:]))
		case kind == "lookup" && strings.HasSuffix(l, ".txt"):
			b.lookupFile(fsys, file, number, name, l)
		}
	}
}

// section reads a heading; without a known prefix it is an intent.
func section(heading string) (kind, name string) {
	for _, kind := range []string{"intent", "synonym", "regex", "lookup"} {
		if rest, ok := strings.CutPrefix(heading, kind+":"); ok {
			return kind, strings.TrimSpace(rest)
		}
	}
	return "intent", heading
}
