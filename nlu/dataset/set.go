package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// maxFile bounds one file: what an archive unpacks to is the sender's choice.
const maxFile = 64 << 20

// Set is what a bot was trained on.
type Set struct {
	// Examples are utterances with intent and, where annotated, entities.
	Examples []nlu.Example
	// Names are synonyms, lookup tables and entity lists, ready for [entity.Options].
	Names []entity.Name
	// Patterns are the regular expressions, ready for [entity.Options].
	Patterns []entity.Pattern
}

// Read reads the files that match the patterns (as in fs.Glob) by their
// extension: .yaml and .yml (Rasa, or a map from intent to utterances), .md
// (Rasa or plain), .json (Rasa before version 2), .tsv (utterance, tab,
// intent). Rasa files without NLU data (stories, rules, a domain) add nothing.
func Read(fsys fs.FS, patterns ...string) (*Set, error) {
	var files []string
	for _, p := range patterns {
		m, err := fs.Glob(fsys, p)
		if err != nil {
			return nil, fmt.Errorf("dataset: pattern %q: %w", p, err)
		}
		files = append(files, m...)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("dataset: no file matches %q", patterns)
	}
	slices.Sort(files)
	b := newBuilder()
	for _, f := range slices.Compact(files) {
		raw, err := readFile(fsys, f)
		if err != nil {
			b.problem(f, 0, "%w", err)
			continue
		}
		switch strings.ToLower(path.Ext(f)) {
		case ".yaml", ".yml":
			b.yaml(fsys, f, raw)
		case ".md":
			b.markdown(fsys, f, raw)
		case ".json":
			b.json(f, raw)
		case ".tsv":
			b.native(fsys, f)
		default:
			b.problem(f, 0, "unknown format: want .yaml, .yml, .md, .json or .tsv")
		}
	}
	return b.set()
}

func readFile(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(raw) > maxFile {
		err = fmt.Errorf("larger than %d MB: split it", maxFile>>20)
	}
	return raw, err
}

// builder collects what the files say; synonyms are settled at the end, when
// all annotations have been seen.
type builder struct {
	examples []nlu.Example
	patterns []entity.Pattern
	lists    []list
	synonyms map[string]string // text to canonical value
	order    []string          // texts of synonyms as they came
	errs     []error
}

// list is one value of a named entity list with all it is called.
type list struct {
	kind, value string
	texts       []string
}

func newBuilder() *builder { return &builder{synonyms: map[string]string{}} }

// problem notes what is wrong and where; line 0 means the whole file.
func (b *builder) problem(file string, line int, format string, args ...any) {
	where := file
	if line > 0 {
		where = fmt.Sprintf("%s:%d", file, line)
	}
	b.errs = append(b.errs, fmt.Errorf("dataset: %s: "+format, append([]any{where}, args...)...))
}

func (b *builder) synonym(text, value string) {
	if text == "" || text == value {
		return
	}
	if _, ok := b.synonyms[text]; !ok {
		b.order = append(b.order, text)
	}
	b.synonyms[text] = value
}

func (b *builder) pattern(file string, line int, kind, expr string) {
	if _, err := regexp.Compile(expr); err != nil {
		b.problem(file, line, "regex of %q: %w; Go's syntax is RE2's: no look-ahead, no back-references", kind, err)
		return
	}
	b.patterns = append(b.patterns, entity.Pattern{Type: kind, Expr: expr})
}

// native reads a file in the format of nlu.ReadExamples.
func (b *builder) native(fsys fs.FS, file string) {
	quoted := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(file)
	ex, err := nlu.ReadExamples(fsys, quoted)
	b.examples = append(b.examples, ex...)
	if err != nil {
		b.errs = append(b.errs, err)
	}
}

// set settles synonyms: they give annotations their value, and become names of
// the types under which their texts or values were annotated or listed.
func (b *builder) set() (*Set, error) {
	s := &Set{Examples: b.examples, Patterns: b.patterns}
	kinds := map[string][]string{} // text or value to types
	see := func(word, kind string) {
		if word != "" && !slices.Contains(kinds[word], kind) {
			kinds[word] = append(kinds[word], kind)
		}
	}
	for i := range s.Examples {
		for j := range s.Examples[i].Entities {
			e := &s.Examples[i].Entities[j]
			see(e.Value, e.Type)
			see(e.Text, e.Type)
			if v, ok := b.synonyms[e.Value]; ok {
				e.Value = v
				see(v, e.Type)
			}
		}
	}
	for i := range b.lists {
		l := &b.lists[i]
		if v, ok := b.synonyms[l.value]; ok {
			l.value = v
		}
		see(l.value, l.kind)
		for _, t := range l.texts {
			see(t, l.kind)
		}
	}
	for _, text := range b.order {
		value := b.synonyms[text]
		both := slices.Concat(kinds[text], kinds[value])
		slices.Sort(both)
		for _, kind := range slices.Compact(both) {
			b.lists = append(b.lists, list{kind, value, []string{value, text}})
		}
	}
	s.Names = merge(b.lists)
	values := map[string]string{} // type and text to the value of the name
	for _, n := range s.Names {
		for _, t := range n.Texts {
			values[n.Type+"\x00"+strings.ToLower(t)] = n.Value
		}
	}
	for _, ex := range s.Examples {
		for j, e := range ex.Entities {
			if v, ok := values[e.Type+"\x00"+strings.ToLower(e.Value)]; ok {
				ex.Entities[j].Value = v
			}
		}
	}
	return s, errors.Join(b.errs...)
}

// merge joins lists of the same type and value, in order of appearance.
func merge(lists []list) []entity.Name {
	type key struct{ kind, value string }
	at := map[key]int{}
	var out []entity.Name
	for _, l := range lists {
		if l.kind == "" || l.value == "" {
			continue
		}
		k := key{l.kind, l.value}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, entity.Name{Type: l.kind, Value: l.value})
		}
		out[i].Texts = append(out[i].Texts, l.texts...)
	}
	for i := range out {
		seen := map[string]bool{}
		out[i].Texts = slices.DeleteFunc(out[i].Texts, func(t string) bool {
			again := t == "" || seen[t]
			seen[t] = true
			return again
		})
	}
	return out
}

// inOrder sorts entities by place and drops those that overlap an earlier one.
func inOrder(es []nlu.Entity) []nlu.Entity {
	slices.SortStableFunc(es, func(a, b nlu.Entity) int { return cmp.Compare(a.Start, b.Start) })
	end := 0
	return slices.DeleteFunc(es, func(e nlu.Entity) bool {
		if e.Start < end {
			return true
		}
		end = e.End
		return false
	})
}
