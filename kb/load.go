package kb

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/kb/internal/textfile"
)

// ErrNoFiles says that a folder has nothing to read: likely it is the wrong one.
var ErrNoFiles = errors.New("kb: the folder holds no .md, .csv or .json file")

// Load reads every Markdown, CSV and JSON file of a folder and its subfolders;
// hidden ones are left out. Files are UTF-8 or UTF-16, or in what Excel saves CSV
// in: GBK, Big5, Windows-1252.
// The language of a file is that of its place ("zh/returns.md",
// "returns.zh.md") or Options.Language. Entries with the same id in two
// languages are one. All problems are reported together, with file and line.
func Load(fsys fs.FS, opts *Options) (*Base, error) {
	entries, err := ReadDir(fsys, opts)
	if err != nil {
		return nil, err
	}
	return New(entries, opts)
}

// ReadDir reads a folder as Load does, without making a base of it. A folder
// without such files is ErrNoFiles.
func ReadDir(fsys fs.FS, opts *Options) ([]Entry, error) {
	var out []Entry
	var errs []error
	files := 0
	language := ""
	if opts != nil {
		language = opts.Language
	}
	if _, err := fs.Stat(fsys, "."); err != nil {
		return nil, fmt.Errorf("kb: the folder%s: %w", placeOf(fsys), err)
	}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name != "." && strings.HasPrefix(path.Base(name), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() && d.Type() != fs.ModeSymlink {
			return nil // a folder, or a pipe that nobody may ever write to
		}
		ext := strings.ToLower(path.Ext(name))
		if ext != ".md" && ext != ".markdown" && ext != ".csv" && ext != ".json" {
			return nil
		}
		files++
		f, err := fsys.Open(name)
		if err != nil {
			errs = append(errs, fmt.Errorf("kb: %w", err))
			return nil
		}
		defer func() { errs = append(errs, f.Close()) }()
		lang := LanguageOf(name, language)
		var es []Entry
		switch ext {
		case ".csv":
			es, err = ReadCSV(name, f, lang)
		case ".json":
			es, err = ReadJSON(name, f)
		default:
			es, err = ReadMarkdown(name, f, lang)
		}
		out = append(out, es...)
		errs = append(errs, err)
		return nil
	})
	if err := together(append(errs, err)); err != nil {
		return nil, err
	}
	if files == 0 {
		return nil, ErrNoFiles
	}
	return out, nil
}

// placeOf is where a file system that os.DirFS made is, which its own errors do
// not say.
func placeOf(fsys fs.FS) string {
	if v := reflect.ValueOf(fsys); v.Kind() == reflect.String {
		return " " + v.String()
	}
	return ""
}

// LanguageOf finds the BCP 47 tag in a file's path, as Load reads it:
// "zh/returns.md", "returns.zh-Hant.md", "en.csv"; otherwise is what it returns
// when there is none.
func LanguageOf(name, otherwise string) string {
	parts := strings.Split(path.Dir(name), "/")
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	if i := strings.LastIndexByte(base, '.'); i >= 0 {
		parts = append(parts, base[i+1:])
	}
	parts = append(parts, base)
	for _, p := range slices.Backward(parts) {
		switch head, _, _ := strings.Cut(p, "-"); head {
		case "zh", "en", "ja", "ko", "fr", "de", "es", "pt", "it", "ru", "th", "vi", "id", "ms", "ar":
			return p
		}
	}
	return otherwise
}

const maxFile = 256 << 20 // bytes of a file

// readText reads a text file in the encoding it is saved in.
func readText(name string, r io.Reader) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return "", fmt.Errorf("kb: %s: %w", name, err)
	}
	if len(raw) > maxFile {
		return "", fmt.Errorf("kb: %s: larger than %d MB: split it", name, maxFile>>20)
	}
	s, ok := textfile.Decode(raw)
	if !ok {
		at, _, _ := strings.Cut(s, "\ufffd")
		return "", fmt.Errorf("kb: %s:%d: a character is not UTF-8: correct it and save the file as UTF-8", name, 1+strings.Count(at, "\n"))
	}
	return s, nil
}

// ReadJSON reads an array of entries.
func ReadJSON(name string, r io.Reader) ([]Entry, error) {
	s, err := readText(name, r)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.DisallowUnknownFields()
	line := func(at int64) int { return 1 + strings.Count(s[:min(int(at), len(s))], "\n") }
	var out []Entry
	if err := d.Decode(&out); err != nil {
		at := d.InputOffset()
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			at = syntax.Offset
		case errors.As(err, &kind):
			at = kind.Offset
		}
		return nil, fmt.Errorf("kb: %s:%d: want an array of entries, as json.Marshal writes []kb.Entry: %w", name, line(at), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("kb: %s:%d: more follows the array of entries: make it one array", name, line(d.InputOffset()))
	}
	for i := range out {
		state, ok := stateOf(string(out[i].State))
		if !ok {
			return nil, fmt.Errorf("kb: %s: entry %q: %q is no state: write draft, review, approved, rejected or retired", name, out[i].ID, out[i].State)
		}
		if out[i].State != "" {
			out[i].State = state
		}
		if out[i].Source.File == "" {
			out[i].Source.File = name
		}
	}
	return out, nil
}

// Merge joins the languages of entries with the same id, as ReadDir returns them,
// and checks them, as New does. With an error come the entries without those
// that are wrong.
func Merge(entries []Entry) ([]Entry, error) {
	at := make(map[string]int, len(entries))
	out := make([]Entry, 0, len(entries))
	copied := map[int]bool{} // whose texts and tags are this call's own
	var errs []error
	place := func(e *Entry) string {
		switch {
		case e.Source.Line > 0:
			return fmt.Sprintf("%s:%d", e.Source.File, e.Source.Line)
		case e.Source.File != "":
			return e.Source.File
		}
		return "entry " + e.ID
	}
	for n := range entries {
		e := entries[n]
		switch {
		case e.ID == "":
			errs = append(errs, fmt.Errorf("kb: %s: entry %d has no id", place(&e), n+1))
			continue
		case len(e.Texts) == 0:
			errs = append(errs, fmt.Errorf("kb: %s: entry %q has no text", place(&e), e.ID))
			continue
		}
		bad := false
		for lang, t := range e.Texts {
			if strings.TrimSpace(t.Question) == "" || !utf8.ValidString(t.Question+t.Answer) {
				errs = append(errs, fmt.Errorf("kb: %s: entry %q: the question in %q is empty or not UTF-8", place(&e), e.ID, lang))
				bad = true
			}
		}
		if bad {
			continue
		}
		i, ok := at[e.ID]
		if !ok {
			at[e.ID] = len(out)
			out = append(out, e)
			continue
		}
		have := &out[i]
		if !copied[i] {
			copied[i] = true
			have.Texts, have.Tags = maps.Clone(have.Texts), slices.Clone(have.Tags)
		}
		if have.Reviewed.IsZero() || !e.Reviewed.IsZero() && e.Reviewed.Before(have.Reviewed) {
			have.Reviewed = e.Reviewed // as a whole it is as fresh as its oldest part
		}
		have.Owner, have.Category = cmp.Or(have.Owner, e.Owner), cmp.Or(have.Category, e.Category)
		if !narrow(have, &e) {
			errs = append(errs, fmt.Errorf("kb: %s: id %q is limited to other channels or another audience at %s: give one of them another id", place(&e), e.ID, place(have)))
			continue
		}
		for lang, t := range e.Texts {
			if _, dup := have.Texts[lang]; dup {
				errs = append(errs, fmt.Errorf("kb: %s: id %q stands at %s already: give one of them another", place(&e), e.ID, place(have)))
				break
			}
			if t.Source == nil && e.Source != have.Source {
				source := e.Source
				t.Source = &source
			}
			have.Texts[lang] = t
		}
		for _, tag := range e.Tags {
			if !slices.Contains(have.Tags, tag) {
				have.Tags = append(have.Tags, tag)
			}
		}
	}
	return out, together(errs)
}

// together joins the problems of a base, as many as someone reads.
func together(errs []error) error {
	const most = 50
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if n := len(errs) - most; n > 0 {
		errs = append(errs[:most:most], fmt.Errorf("kb: and %d more", n))
	}
	return errors.Join(errs...)
}

// narrow limits an entry to what another part of it is limited to as well, so
// that no language of it shows what the file of another keeps back. It reports
// false when nothing would be left.
func narrow(have, e *Entry) bool {
	if e.From.After(have.From) {
		have.From = e.From
	}
	if have.Until.IsZero() || !e.Until.IsZero() && e.Until.Before(have.Until) {
		have.Until = e.Until
	}
	if !e.State.Serves() {
		have.State = e.State
	}
	for _, l := range []struct{ have, e *[]string }{{&have.Channels, &e.Channels}, {&have.Audience, &e.Audience}} {
		switch {
		case len(*l.e) == 0:
		case len(*l.have) == 0:
			*l.have = *l.e
		default:
			both := slices.DeleteFunc(slices.Clone(*l.have), func(s string) bool { return !slices.Contains(*l.e, s) })
			if len(both) == 0 {
				return false
			}
			*l.have = both
		}
	}
	for _, p := range e.Products {
		if !slices.Contains(have.Products, p) {
			have.Products = append(slices.Clip(have.Products), p)
		}
	}
	return true
}
