package dataset

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// Dialogflow reads an agent as Dialogflow ES or CX exports it: a folder, or the
// zip itself as a [archive/zip.Reader], at any depth. Of ES that is
// intents/NAME.json, intents/NAME_usersays_LANG.json, entities/NAME.json and
// entities/NAME_entries_LANG.json; of CX (in its JSON package format)
// intents/NAME/NAME.json, intents/NAME/trainingPhrases/LANG.json,
// entityTypes/NAME/NAME.json and entityTypes/NAME/entities/LANG.json; flows,
// pages and test cases are left aside. What is said to a fallback
// intent becomes an example of no intent; annotations keep the name of their
// entity, those of Google's own (@sys.date) take ours where there is one.
func Dialogflow(fsys fs.FS) (*Set, error) {
	b := newBuilder()
	var files []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() && strings.EqualFold(path.Ext(p), ".json") {
			files = append(files, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	slices.Sort(files)
	read := false
	for _, f := range files {
		stem := strings.TrimSuffix(f, path.Ext(f))
		if head, lang, ok := cutLast(stem, "_usersays_"); ok {
			b.usersays(fsys, f, head, lang)
			read = true
		} else if head, _, ok := cutLast(stem, "_entries_"); ok {
			b.entries(fsys, f, head)
			read = true
		} else if b.cx(fsys, f) {
			read = true
		}
	}
	if !read {
		return nil, fmt.Errorf("dataset: no *_usersays_*.json, *_entries_*.json or trainingPhrases/*.json: this is no Dialogflow export")
	}
	return b.set()
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+len(sep):], true
}

// header is what NAME.json says of an intent or an entity.
type header struct {
	Name     string
	Fallback bool `json:"fallbackIntent"`
	Regexp   bool `json:"isRegexp"`
}

// header reads NAME.json; without it the file's name is the name.
func (b *builder) header(fsys fs.FS, head string) header {
	h := header{Name: path.Base(head)}
	raw, err := readFile(fsys, head+".json")
	if err != nil {
		return h
	}
	read := h
	if line, err := decode(raw, &read); err != nil {
		b.problem(head+".json", line, "%w", err)
		return h
	}
	if read.Name == "" {
		read.Name = h.Name
	}
	return read
}

func (b *builder) load(fsys fs.FS, file string, into any) bool {
	raw, err := readFile(fsys, file)
	line := 0
	if err == nil {
		line, err = decode(raw, into)
	}
	if err != nil {
		b.problem(file, line, "%w", err)
	}
	return err == nil
}

func (b *builder) usersays(fsys fs.FS, file, head, lang string) {
	var said []struct {
		Data []struct{ Text, Alias, Meta string }
	}
	if !b.load(fsys, file, &said) {
		return
	}
	h := b.header(fsys, head)
	if h.Fallback {
		h.Name = ""
	}
	for i, s := range said {
		var text strings.Builder
		var found []nlu.Entity
		for _, part := range s.Data {
			start := text.Len()
			text.WriteString(part.Text)
			kind := strings.TrimPrefix(part.Meta, "@")
			if kind == "" || kind == "sys.ignore" || part.Text == "" {
				continue
			}
			found = append(found, nlu.Entity{Type: ours(kind), Value: part.Text, Text: part.Text, Start: start, End: text.Len()})
		}
		if strings.TrimSpace(text.String()) == "" {
			b.problem(file, 0, "phrase %d is empty", i+1)
			continue
		}
		b.examples = append(b.examples, nlu.Example{Text: text.String(), Intent: h.Name, Language: lang, Entities: found})
	}
}

// ours is our type for one of Google's.
func ours(kind string) string {
	kind, google := strings.CutPrefix(kind, "sys.")
	if !google {
		return kind
	}
	switch kind {
	case "date", "date-time", "date-period", "time", "time-period":
		return entity.TypeDate
	case "unit-currency", "currency-amount":
		return entity.TypeMoney
	case "phone-number":
		return entity.TypePhone
	case "number", "number-integer", "cardinal", "duration", "unit-length", "unit-weight":
		return entity.TypeQuantity
	}
	return kind // "email" and "url" are the same
}

// entry is a value of an entity and what it is called.
type entry struct {
	Value    string
	Synonyms []string
}

func (b *builder) entries(fsys fs.FS, file, head string) {
	var entries []entry
	if b.load(fsys, file, &entries) {
		h := b.header(fsys, head)
		b.named(file, h.Name, h.Regexp, entries)
	}
}

// named adds the entries of an entity, or the expressions of one that is
// matched by them.
func (b *builder) named(file, name string, expressions bool, entries []entry) {
	for i, e := range entries {
		switch {
		case expressions:
			for _, expr := range e.Synonyms {
				b.pattern(file, 0, name, expr)
			}
		case e.Value == "":
			b.problem(file, 0, "entry %d has no value", i+1)
		case strings.HasPrefix(e.Value, "@"):
			// A composite ("@size:size @colour:colour") is no name.
		default:
			b.lists = append(b.lists, list{name, e.Value, append([]string{e.Value}, e.Synonyms...)})
		}
	}
}
