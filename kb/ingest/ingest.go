package ingest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"unicode"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/kb/internal/textfile"
)

// Options say how documents are read. The zero value (and a nil pointer) works.
type Options struct {
	// Language of documents that do not say theirs, as a BCP 47 tag; when "" it
	// is recognised from the text.
	Language string
	// Size is the most bytes of a passage, 1800 when 0: about 600 Chinese
	// characters or 300 English words.
	Size int
	// MaxFile is the most bytes of a file, 32 MB when 0.
	MaxFile int64
	// Readers read further kinds of files in Dir, by the ending of their names:
	// {".pdf": pdf.Read}.
	Readers map[string]func(name string, r io.Reader, o *Options) ([]kb.Entry, error)
	// LeftOut, if any, is told of each file that Dir cannot read, or only in part,
	// and why, of those of other kinds (ErrFormat) too; Dir then reads on and does
	// not return these errors. What is known of such a file should stay.
	LeftOut func(name string, why error)
}

func (o *Options) fill() Options {
	var out Options
	if o != nil {
		out = *o
	}
	if out.Size <= 0 {
		out.Size = 1800
	}
	if out.MaxFile <= 0 {
		out.MaxFile = 32 << 20
	}
	return out
}

// ErrFormat says that a file is of no kind that is read.
var ErrFormat = errors.New("ingest: the file is no .md, .html, .txt, .docx, .xlsx or .csv, nor .json with questions")

// Read reads one document, by the ending of its name: .md and .markdown, .html
// and .htm, .txt, .docx, .xlsx, .csv, .json and .jsonl. It returns passages; of a
// table with a column of questions and one of answers (also as 问题 and 答案), or
// of JSON objects with such fields, the entries it lists. Texts are UTF-8, UTF-16,
// GBK, Big5 or Windows-1252. The name stands in every id and source. An ending
// that is not read, and other JSON, is ErrFormat; entries come with the error
// where only some could be read.
func Read(name string, r io.Reader, o *Options) ([]kb.Entry, error) {
	opts := o.fill()
	raw, err := io.ReadAll(io.LimitReader(r, opts.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("ingest: %s: %w", name, err)
	}
	if int64(len(raw)) > opts.MaxFile {
		return nil, fmt.Errorf("ingest: %s: larger than %d bytes: split it or raise Options.MaxFile", name, opts.MaxFile)
	}
	d, es, err := readDocument(name, strings.ToLower(path.Ext(name)), raw, opts)
	if err != nil {
		return es, err
	}
	return append(es, d.entries(name, opts)...), nil
}

// readDocument reads a document of a kind of file: its text, or the entries that
// a table of questions lists.
func readDocument(name, ending string, raw []byte, opts Options) (d document, list []kb.Entry, err error) {
	switch ending {
	case ".md", ".markdown", ".html", ".htm", ".txt", ".csv", ".json", ".jsonl":
		wide := bytes.HasPrefix(raw, []byte{0xff, 0xfe}) || bytes.HasPrefix(raw, []byte{0xfe, 0xff})
		if !wide && bytes.IndexByte(raw, 0) >= 0 {
			return d, nil, fmt.Errorf("ingest: %s: it is no text, whatever its name ends in", name)
		}
	}
	switch ending {
	case ".md", ".markdown":
		d.title, d.blocks = markdownBlocks(clean(raw))
	case ".html", ".htm":
		d, err = htmlBlocks([]byte(clean(decode(raw, "text/html"))))
	case ".txt":
		d.blocks = textBlocks(clean(raw))
	case ".docx":
		d.title, d.blocks, err = docxBlocks(raw)
		for i := range d.blocks {
			d.blocks[i].text = plainLines(d.blocks[i].text)
		}
	case ".xlsx":
		var sheetsOf []sheet
		if _, sheetsOf, err = sheets(raw); err == nil {
			list, err = tables(name, sheetsOf, opts)
			return d, list, err
		}
	case ".json", ".jsonl":
		src := clean(raw)
		if list, err = kb.ReadJSON(name, strings.NewReader(src)); err == nil && len(list) > 0 {
			return d, list, nil // as json.Marshal writes entries
		}
		var s sheet
		if s, err = jsonSheet(src); err == nil {
			es, ok, err := questions(name, s, opts.Language)
			if !ok {
				return d, nil, fmt.Errorf("%w: %s holds no objects with a question and an answer", ErrFormat, name)
			}
			return d, recognised(es, opts), err
		}
	case ".csv":
		var s sheet
		if s, err = csvSheet(clean(raw)); err == nil {
			list, err = tables(name, []sheet{s}, opts)
			return d, list, err
		}
	default:
		return d, nil, fmt.Errorf("%w: %s", ErrFormat, name)
	}
	if err != nil {
		return d, nil, fmt.Errorf("ingest: %s: %w", name, err)
	}
	return d, nil, nil
}

// Dir reads every document of a folder and its subfolders, in the order of their
// names; hidden files and other kinds of files are left out. The language of a
// file is that of its place ("zh/returns.md", "returns.zh.md"), else as Read
// has it. Problems are reported together; what could be read is returned too.
func Dir(fsys fs.FS, o *Options) ([]kb.Entry, error) {
	var out []kb.Entry
	var errs []error
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
		f, err := fsys.Open(name)
		if err != nil {
			errs = append(errs, fmt.Errorf("ingest: %w", err))
			return nil
		}
		opts := o.fill()
		opts.Language = kb.LanguageOf(name, opts.Language)
		read := Read
		if further := opts.Readers[strings.ToLower(path.Ext(name))]; further != nil {
			read = further
		}
		es, err := read(name, f, &opts)
		switch {
		case err != nil && opts.LeftOut != nil:
			opts.LeftOut(name, err)
			err = nil
		case errors.Is(err, ErrFormat):
			err = nil
		}
		out = append(out, es...)
		errs = append(errs, err, f.Close())
		return nil
	})
	return out, errors.Join(append(errs, err)...)
}

// clean makes a file of text UTF-8 with plain line ends. A broken character here
// and there is U+FFFD.
func clean(raw []byte) string {
	s, _ := textfile.Decode(raw)
	return plainLines(s)
}

func plainLines(s string) string {
	return unradical(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(strings.ToValidUTF8(s, "\ufffd")))
}

// textBlocks are the paragraphs of a plain text.
func textBlocks(s string) []block {
	var out []block
	line := 1
	for p := range strings.SplitSeq(s, "\n\n") {
		if t := strings.TrimSpace(p); t != "" {
			lead := p[:strings.Index(p, t)]
			out = append(out, block{text: t, line: line + strings.Count(lead, "\n")})
		}
		line += strings.Count(p, "\n") + 2
	}
	return out
}

func csvSheet(s string) (sheet, error) {
	r := csv.NewReader(strings.NewReader(s))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = textfile.Comma(s), -1, true
	var out sheet
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if len(out.rows) > maxRows {
			return out, fmt.Errorf("more than %d rows: split the file", maxRows)
		}
		line, _ := r.FieldPos(0)
		out.rows = append(out.rows, row{line, rec[:min(len(rec), maxColumn)]})
	}
}

// tables reads each sheet as a list of questions, or else as text.
func tables(name string, list []sheet, opts Options) ([]kb.Entry, error) {
	var out []kb.Entry
	var errs []error
	rest := document{}
	for _, s := range list {
		es, ok, err := questions(name, s, opts.Language)
		if !ok {
			rest.blocks = append(rest.blocks, rowsAsText(s)...)
			continue
		}
		out = append(out, recognised(es, opts)...)
		errs = append(errs, err)
	}
	return append(out, rest.entries(name, opts)...), errors.Join(errs...)
}

// recognised gives entries without a language that of their questions.
func recognised(es []kb.Entry, opts Options) []kb.Entry {
	for _, e := range es {
		t, ok := e.Texts[""]
		if lang := text.Language(t.Question + " " + t.Answer); ok && lang != "" && opts.Language == "" {
			delete(e.Texts, "")
			e.Texts[lang] = t
		}
	}
	return es
}

// Block is a block of a document as a reader of another format finds it: a
// heading of a level, 1 to 6, or text, whose level is 0.
type Block struct {
	Level int
	Text  string
	Line  int // where it begins, 0 when the format has no lines
}

// Passages makes the entries of a document from its blocks, as Read does: for
// readers of formats it does not read. title may be "".
func Passages(name, title string, blocks []Block, o *Options) []kb.Entry {
	d := document{title: title}
	for _, b := range blocks {
		d.blocks = append(d.blocks, block{level: min(max(b.Level, 0), 6), text: plainLines(b.Text), line: b.Line})
	}
	return d.entries(name, o.fill())
}

// document is what a reader made of a file.
type document struct {
	title, lang, url string
	blocks           []block
	noindex          bool // a page that asks robots to leave it out
}

// entries cuts the document into passages. Their ids are made of the headings,
// so that a passage keeps its id when others come or go.
func (d *document) entries(name string, opts Options) []kb.Entry {
	lang := opts.Language
	if lang == "" {
		lang = d.lang
	}
	if lang == "" {
		var b strings.Builder
		for _, bl := range d.blocks {
			if b.WriteString(bl.text + "\n"); b.Len() > 4000 {
				break
			}
		}
		lang = text.Language(b.String())
	}
	title := d.title
	if title == "" && (len(d.blocks) == 0 || d.blocks[0].level == 0) {
		title = strings.TrimSuffix(path.Base(name), path.Ext(name))
	}
	var out []kb.Entry
	used := map[string]int{}
	for _, p := range cut(title, d.blocks, opts.Size) {
		id := p.id
		if id == "" && len(p.path) > 0 {
			id = slug(p.path[len(p.path)-1])
		}
		id = name + "#" + id
		if used[id]++; used[id] > 1 {
			id += "-" + strconv.Itoa(used[id])
		}
		question := strings.Join(p.path, " › ")
		if question == "" {
			question = text.Cut(p.text, 80)
		}
		url := d.url
		if url != "" && p.id != "" {
			url += "#" + p.id
		}
		out = append(out, kb.Entry{ID: id, Kind: kb.Passage, Path: p.path,
			Texts:  map[string]kb.Text{lang: {Question: question, Answer: p.text}},
			Source: kb.Source{File: name, Line: p.line, URL: url}})
	}
	return out
}

// slug is a heading as the part of an id.
func slug(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), "-")
}
