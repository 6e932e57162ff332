package bot

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/frontdesk-go/frontdesk/profile"
)

//go:embed texts/*.yaml
var shippedTexts embed.FS

// Texts is a catalogue of what customers read, by language and key. A file is
// named after its language (texts/zh.yaml); nested keys are joined with dots;
// {name} is a placeholder; "key@lively" and "key@formal" are the same text in
// another tone.
type Texts struct {
	byLang map[string]map[string]string
	whole  bool // the shipped texts are in it
}

// ReadTexts reads the files that match the patterns (as in fs.Glob). Errors
// name file and line.
func ReadTexts(fsys fs.FS, patterns ...string) (*Texts, error) {
	t := &Texts{byLang: map[string]map[string]string{}}
	var files []string
	for _, p := range patterns {
		m, err := fs.Glob(fsys, p)
		if err != nil {
			return nil, fmt.Errorf("bot: texts: pattern %q: %w", p, err)
		}
		files = append(files, m...)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("bot: texts: no file matches %q", patterns)
	}
	sort.Strings(files)
	var errs []error
	for _, f := range files {
		raw, err := fs.ReadFile(fsys, f)
		if err != nil {
			errs = append(errs, fmt.Errorf("bot: texts: %w", err))
			continue
		}
		lang := strings.TrimSuffix(path.Base(f), path.Ext(f))
		if err := t.read(f, lang, raw); err != nil {
			errs = append(errs, err)
		}
	}
	return t, errors.Join(errs...)
}

func (t *Texts) read(file, lang string, raw []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return fmt.Errorf("bot: texts: %s: %w", file, err)
	}
	if len(doc.Content) == 0 {
		return nil
	}
	into := t.byLang[lang]
	if into == nil {
		into = map[string]string{}
		t.byLang[lang] = into
	}
	return flatten(file, "", doc.Content[0], into, 0)
}

func flatten(file, prefix string, n *yaml.Node, into map[string]string, depth int) error {
	if n.Kind != yaml.MappingNode || depth > 16 {
		return fmt.Errorf("bot: texts: %s:%d: want keys with texts under them", file, n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		key := prefix + k.Value
		switch v.Kind {
		case yaml.ScalarNode:
			if _, dup := into[key]; dup {
				return fmt.Errorf("bot: texts: %s:%d: %q stands here twice: remove one", file, k.Line, key)
			}
			into[key] = v.Value
		case yaml.MappingNode:
			if err := flatten(file, key+".", v, into, depth+1); err != nil {
				return err
			}
		default:
			return fmt.Errorf("bot: texts: %s:%d: %q must be a text or hold further keys", file, v.Line, key)
		}
	}
	return nil
}

// WithShipped returns the catalogue laid over the shipped texts, as New uses it;
// t may be nil. New takes such a catalogue as it is: a program that makes many
// Bots, such as a test, reads the shipped texts once.
func (t *Texts) WithShipped() (*Texts, error) {
	if t != nil && t.whole {
		return t, nil
	}
	shipped, err := ReadTexts(shippedTexts, "texts/*.yaml")
	if err != nil {
		return nil, err
	}
	out := t.over(shipped)
	out.whole = true
	return out, nil
}

// over lays the host's texts over the shipped ones.
func (t *Texts) over(base *Texts) *Texts {
	out := &Texts{byLang: map[string]map[string]string{}}
	for _, src := range []*Texts{base, t} {
		if src == nil {
			continue
		}
		for lang, m := range src.byLang {
			if out.byLang[lang] == nil {
				out.byLang[lang] = make(map[string]string, len(m))
			}
			for k, v := range m {
				out.byLang[lang][k] = v
			}
		}
	}
	return out
}

// Languages are those the catalogue has, sorted.
func (t *Texts) Languages() []string {
	var out []string
	for l := range t.byLang {
		out = append(out, l)
	}
	sort.Strings(out)
	return out
}

// Lookup returns the text of a key, without its placeholders filled: in the
// language or its base language ("zh" for "zh-TW"), in the tone when there is
// a variant. ok is false when the language has no such key.
func (t *Texts) Lookup(language string, tone profile.Tone, key string) (text string, ok bool) {
	for lang := language; ; {
		if m := t.byLang[lang]; m != nil {
			if tone != "" && tone != profile.ToneNeutral {
				if s, ok := m[key+"@"+string(tone)]; ok {
					return s, true
				}
			}
			if s, ok := m[key]; ok {
				return s, true
			}
		}
		i := strings.LastIndexByte(lang, '-')
		if i < 0 {
			return "", false
		}
		lang = lang[:i]
	}
}

// fill puts name-value pairs into a text's placeholders. A placeholder without
// a value stays as it is, so that a mistake shows.
func fill(s string, args []any) string {
	if len(args) == 0 || !strings.ContainsRune(s, '{') {
		return s
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, behind, ok := strings.Cut(rest, "}")
		value, known := valueOf(name, args)
		if !ok || !known {
			b.WriteByte('{')
			s = rest
			continue
		}
		switch v := value.(type) {
		case string:
			b.WriteString(v)
		default:
			fmt.Fprint(&b, v)
		}
		s = behind
	}
}

func valueOf(name string, args []any) (any, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if n, ok := args[i].(string); ok && n == name {
			return args[i+1], true
		}
	}
	return nil, false
}
