package dataset

import (
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// yaml reads a YAML file: Rasa's, which has "nlu" or another of Rasa's keys at
// the top, or the map from intent to utterances of nlu.ReadExamples.
func (b *builder) yaml(fsys fs.FS, file string, raw []byte) {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		b.problem(file, 0, "%w", err)
		return
	}
	if len(doc.Content) == 0 {
		return
	}
	top := doc.Content[0]
	var items *yaml.Node
	rasa := false
	for i := 0; top.Kind == yaml.MappingNode && i+1 < len(top.Content); i += 2 {
		value := top.Content[i+1]
		if value.Kind == yaml.SequenceNode && (len(value.Content) == 0 || value.Content[0].Kind == yaml.ScalarNode) {
			continue // an intent that happens to be called "rules"
		}
		switch top.Content[i].Value {
		case "nlu":
			items, rasa = value, true
		case "version", "stories", "rules", "responses", "actions", "session_config", "slots", "forms":
			rasa = true
		}
	}
	switch {
	case !rasa:
		b.native(fsys, file)
	case items == nil:
	case items.Kind != yaml.SequenceNode:
		b.problem(file, items.Line, "want a list under nlu")
	default:
		for _, item := range items.Content {
			b.rasaItem(fsys, file, item)
		}
	}
}

// rasaItem reads one entry under "nlu": an intent, a synonym, a regex or a
// lookup table, each with its examples.
func (b *builder) rasaItem(fsys fs.FS, file string, item *yaml.Node) {
	if item.Kind != yaml.MappingNode {
		b.problem(file, item.Line, "want an entry such as \"- intent: greet\"")
		return
	}
	var kind, name string
	var examples *yaml.Node
	for i := 0; i+1 < len(item.Content); i += 2 {
		switch key, value := item.Content[i].Value, item.Content[i+1]; key {
		case "intent", "synonym", "regex", "lookup":
			kind, name = key, value.Value
		case "examples":
			examples = value
		}
	}
	switch {
	case kind == "":
		b.problem(file, item.Line, "want intent, synonym, regex or lookup")
	case name == "":
		b.problem(file, item.Line, "%s has no name", kind)
	case examples == nil:
		b.problem(file, item.Line, "%s %q has no examples", kind, name)
	default:
		for _, l := range b.rasaExamples(file, examples) {
			b.rasaExample(fsys, file, l.number, kind, name, l.text)
		}
	}
}

type line struct {
	number int
	text   string
}

// rasaExamples are the lines of a block of "- text", or the texts of a list.
func (b *builder) rasaExamples(file string, n *yaml.Node) []line {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.ScalarNode:
		first := n.Line
		if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			first++
		}
		return b.bullets(file, first, n.Value)
	case yaml.SequenceNode:
		var out []line
		for _, e := range n.Content {
			text := e
			for i := 0; e.Kind == yaml.MappingNode && i+1 < len(e.Content); i += 2 {
				if e.Content[i].Value == "text" {
					text = e.Content[i+1]
				}
			}
			if text.Kind != yaml.ScalarNode {
				b.problem(file, e.Line, "want a text")
				continue
			}
			out = append(out, line{text.Line, strings.TrimSpace(strings.TrimPrefix(text.Value, "- "))})
		}
		return out
	}
	b.problem(file, n.Line, "want examples as \"- text\", one a line")
	return nil
}

// bullets are the lines of a text that begin with a dash; others are reported.
func (b *builder) bullets(file string, first int, s string) []line {
	var out []line
	for i, l := range strings.Split(s, "\n") {
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		text, ok := strings.CutPrefix(l, "-")
		if !ok {
			b.problem(file, first+i, "want \"- \" before %q", shorten(l))
			continue
		}
		out = append(out, line{first + i, strings.TrimSpace(text)})
	}
	return out
}

func shorten(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// rasaExample files one line under what its section is.
func (b *builder) rasaExample(fsys fs.FS, file string, number int, kind, name, text string) {
	if text == "" {
		b.problem(file, number, "an example of %q is empty", name)
		return
	}
	switch kind {
	case "synonym":
		b.synonym(text, name)
	case "regex":
		b.pattern(file, number, name, text)
	case "lookup":
		if strings.HasSuffix(text, ".txt") {
			b.lookupFile(fsys, file, number, name, text)
			return
		}
		b.lists = append(b.lists, list{name, text, []string{text}})
	case "intent":
		plain, found, err := annotated(text)
		if err != nil {
			b.problem(file, number, "%w", err)
		}
		if strings.TrimSpace(plain) == "" {
			b.problem(file, number, "an example of %q is empty", name)
			return
		}
		b.examples = append(b.examples, nlu.Example{Text: plain, Intent: intentName(name), Entities: found})
	}
}

// intentName is "" for what Rasa users call the intent of no intent.
func intentName(name string) string {
	switch name {
	case "none", "None", "nlu_fallback", "out_of_scope":
		return ""
	}
	return name
}

// lookupFile reads a table of one name a line, beside the file or from the root.
func (b *builder) lookupFile(fsys fs.FS, file string, number int, name, table string) {
	raw, err := readFile(fsys, path.Join(path.Dir(file), table))
	if err != nil {
		raw, err = readFile(fsys, path.Clean(table))
	}
	if err != nil {
		b.problem(file, number, "lookup %q: %w", name, err)
		return
	}
	for l := range strings.Lines(string(raw)) {
		if l = strings.TrimSpace(l); l != "" {
			b.lists = append(b.lists, list{name, l, []string{l}})
		}
	}
}
