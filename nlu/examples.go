package nlu

import (
	"bufio"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed builtin/*.yaml
var builtin embed.FS

// Example is an utterance and the intent it stands for. An empty Intent means
// none of the others: training on such examples sharpens rejection.
type Example struct {
	Text     string
	Intent   string
	Language string // BCP 47, "" when not known
	// Entities are what an annotator marked in Text, in order, not
	// overlapping; Type, Value, Start and End are set. A classifier does not
	// read them, a slot tagger learns from them.
	Entities []Entity
}

// Builtin returns the shipped examples of greet, thanks, bye, yes, no, cancel,
// repeat, person and complaint, and of no intent at all (small talk), in the languages given ("zh", "en"), or in all.
func Builtin(languages ...string) ([]Example, error) {
	all, err := ReadExamples(builtin, "builtin/*.yaml")
	if err != nil || len(languages) == 0 {
		return all, err
	}
	return slices.DeleteFunc(all, func(e Example) bool { return !slices.Contains(languages, e.Language) }), nil
}

// ReadExamples reads the files that match the patterns (as in fs.Glob): YAML,
// a map from intent to a list of utterances ("none" for those of no intent), or TSV, "utterance<TAB>intent" a
// line. A file named after a BCP 47 tag ("zh.yaml") gives its language. All
// problems are reported together, each with file and line.
func ReadExamples(fsys fs.FS, patterns ...string) ([]Example, error) {
	var files []string
	for _, p := range patterns {
		m, err := fs.Glob(fsys, p)
		if err != nil {
			return nil, fmt.Errorf("nlu: pattern %q: %w", p, err)
		}
		files = append(files, m...)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("nlu: no file matches %q", patterns)
	}
	sort.Strings(files)
	var out []Example
	var errs []error
	for _, f := range files {
		raw, err := fs.ReadFile(fsys, f)
		if err != nil {
			errs = append(errs, fmt.Errorf("nlu: %w", err))
			continue
		}
		ext := path.Ext(f)
		lang := strings.TrimSuffix(path.Base(f), ext)
		if len(lang) > 11 || len(lang) < 2 || len(lang) > 3 && !strings.Contains(lang, "-") {
			lang = ""
		}
		read := readYAML
		if ext == ".tsv" {
			read = readTSV
		}
		ex, err := read(f, lang, raw)
		out = append(out, ex...)
		errs = append(errs, err)
	}
	return out, errors.Join(errs...)
}

func readYAML(file, lang string, raw []byte) (out []Example, err error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("nlu: %s: %w", file, err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("nlu: %s:%d: want intents with a list of utterances under each", file, top.Line)
	}
	var errs []error
	for i := 0; i+1 < len(top.Content); i += 2 {
		name, list := top.Content[i], top.Content[i+1]
		if name.Value == "" || list.Kind != yaml.SequenceNode {
			errs = append(errs, fmt.Errorf("nlu: %s:%d: intent %q needs a list of utterances", file, name.Line, name.Value))
			continue
		}
		for _, u := range list.Content {
			if u.Kind != yaml.ScalarNode || strings.TrimSpace(u.Value) == "" {
				errs = append(errs, fmt.Errorf("nlu: %s:%d: an utterance of %q is empty or not a text (quote it)", file, u.Line, name.Value))
				continue
			}
			intent := name.Value
			if intent == "none" {
				intent = ""
			}
			out = append(out, Example{Text: u.Value, Intent: intent, Language: lang})
		}
	}
	return out, errors.Join(errs...)
}

func readTSV(file, lang string, raw []byte) (out []Example, err error) {
	sc := bufio.NewScanner(bytes.NewReader(raw))
	sc.Buffer(nil, 4<<20)
	var errs []error
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSuffix(sc.Text(), "\r")
		if line == "" {
			continue
		}
		text, intent, ok := strings.Cut(line, "\t")
		if !ok || strings.TrimSpace(text) == "" {
			errs = append(errs, fmt.Errorf("nlu: %s:%d: want utterance, a tab, intent", file, n))
			continue
		}
		out = append(out, Example{Text: text, Intent: intent, Language: lang})
	}
	if err := sc.Err(); err != nil {
		errs = append(errs, fmt.Errorf("nlu: %s: %w", file, err))
	}
	return out, errors.Join(errs...)
}
