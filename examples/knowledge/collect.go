package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/kb/ingest"
	"github.com/frontdesk-go/frontdesk/kb/ingest/pdf"
	"github.com/frontdesk-go/frontdesk/kb/keep"
)

// ours are the shop's own numbers, which may stand in its answers.
func ours() []string { return []string{"400-820-8820"} }

// collect takes over what a folder says now: faq/ holds questions and answers
// that are reviewed where they are kept, docs/ anything else that was written,
// site/ the pages a crawl fetched, talks/ what customers asked and people replied.
func collect(ctx context.Context, j *job) error {
	if len(j.args) != 2 {
		return errors.New("collect FOLDER: name one folder, with faq, docs, site and talks in it")
	}
	folder := j.args[1]
	have, err := j.load()
	if err != nil {
		return err
	}
	step := kb.Step{By: "collect", At: j.now}
	broken := map[string]bool{} // what is known of these stays
	got, err := written(folder, func(name string, why error) {
		broken["docs/"+name] = true
		if errors.Is(why, ingest.ErrFormat) {
			why = errors.New("its kind is not read; save it as .docx, .xlsx, .pdf, .html, .md or .txt")
		}
		j.printf("left out docs/%s: %v\n", name, why)
	})
	if err != nil {
		return err
	}
	crawl, err := crawled(ctx, folder)
	if err != nil {
		return err
	}
	for _, s := range crawl.Skipped {
		j.printf("left out %s: %s\n", s.URL, s.Why)
	}
	got, done := keep.Clean(append(got, crawl.Entries...), &keep.CleanOptions{Public: ours()})
	sources := func(e kb.Entry) bool {
		return !broken[e.Source.File] && (strings.HasPrefix(e.Source.File, "faq/") || strings.HasPrefix(e.Source.File, "docs/") || crawl.Of(e))
	}
	have, changes, err := keep.Collect(have, got, sources, step)
	if err != nil {
		return err
	}
	j.printf("files and pages: %d added, %d changed, %d gone, %d cleaned\n", len(changes.Added), len(changes.Changed), len(changes.Gone), len(done))
	drafts, asked, err := j.gaps(ctx, folder, have)
	if err != nil {
		return err
	}
	have, changes, err = keep.Collect(have, drafts, nil, step)
	if err != nil {
		return err
	}
	j.printf("conversations: %d asked, %d drafted\n", asked, len(changes.Added))
	return j.save(have)
}

// inside gives a folder to read, or a part of it, from which no link leads out; a
// part that is not there is left out.
func inside(folder, part string, read func(fs.FS) error) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	fsys, err := fs.Sub(root.FS(), part)
	if err == nil {
		_, err = fs.Stat(fsys, ".")
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	case err == nil:
		err = read(fsys)
	}
	return errors.Join(err, root.Close())
}

// written are the entries of faq/ and docs/, with their place in the folder.
func written(folder string, leftOut func(name string, why error)) ([]kb.Entry, error) {
	var out []kb.Entry
	add := func(sub string, es []kb.Entry) {
		for _, e := range es {
			if sub == "faq" && e.State == "" {
				e.State = kb.Approved
			}
			e.Source.File = path.Join(sub, e.Source.File)
			out = append(out, e)
		}
	}
	err := inside(folder, "faq", func(fsys fs.FS) error {
		es, err := kb.ReadDir(fsys, nil)
		add("faq", es)
		if errors.Is(err, kb.ErrNoFiles) {
			return nil // nothing yet
		}
		return err
	})
	err = errors.Join(err, inside(folder, "docs", func(fsys fs.FS) error {
		es, err := ingest.Dir(fsys, &ingest.Options{LeftOut: leftOut, Readers: map[string]func(string, io.Reader, *ingest.Options) ([]kb.Entry, error){".pdf": pdf.Read}})
		add("docs", es)
		return err
	}))
	if err != nil {
		return nil, err
	}
	return out, nil
}

// files are the entries of a folder that was not collected: as collect reads them,
// or, where it has none of those places, of all knowledge files in it.
func files(ctx context.Context, folder string) ([]kb.Entry, error) {
	got, err := written(folder, nil)
	if err != nil {
		return nil, err
	}
	crawl, err := crawled(ctx, folder)
	if got = append(got, crawl.Entries...); len(got) > 0 || err != nil {
		return got, err
	}
	err = inside(folder, ".", func(fsys fs.FS) (err error) {
		got, err = kb.ReadDir(fsys, nil)
		return err
	})
	return got, err
}

// crawled are the pages of site/, which is what the shop's crawler writes: a
// JSON object on each line with the url, the content type, the time and the body
// of a page, or the error that fetching it gave.
func crawled(ctx context.Context, folder string) (c ingest.Crawl, err error) {
	err = inside(folder, "site", func(fsys fs.FS) error {
		names, err := fs.Glob(fsys, "*.jsonl")
		if err != nil {
			return err
		}
		var broken error
		c, err = ingest.Site(ctx, func(yield func(ingest.Page, error) bool) {
			for _, name := range names {
				raw, err := fs.ReadFile(fsys, name)
				broken = errors.Join(broken, err)
				n := 0
				for line := range bytes.Lines(raw) {
					n++
					var p struct {
						URL, Type, Body, Error string
						At                     time.Time
					}
					if len(bytes.TrimSpace(line)) == 0 {
						continue
					}
					if err := json.Unmarshal(line, &p); err != nil {
						broken = errors.Join(broken, fmt.Errorf("site/%s:%d: want a page on each line, {\"url\": …, \"body\": …}: %w", name, n, err))
						continue
					}
					var failed error
					if p.Error != "" {
						failed = errors.New(p.Error)
					}
					if !yield(ingest.Page{URL: p.URL, Type: p.Type, Body: []byte(p.Body), At: p.At}, failed) {
						return
					}
				}
			}
		}, nil)
		return errors.Join(broken, err)
	})
	return c, err
}

// gaps are drafts of what customers asked in talks/ and no approved entry
// answers, with what people replied.
func (j *job) gaps(ctx context.Context, folder string, have []kb.Entry) (drafts []kb.Entry, asked int, err error) {
	messages, err := j.talks(folder)
	if err != nil {
		return nil, 0, err
	}
	questions := keep.Questions(messages)
	// What is drafted already is not drafted again.
	var known []kb.Entry
	for _, e := range have {
		if e.State == kb.Draft || e.State == kb.InReview {
			e.State = kb.Approved
		}
		known = append(known, e)
	}
	found, err := open(ctx, known, questions)
	if err != nil {
		return nil, 0, err
	}
	for _, g := range found {
		if g.Reply == "" {
			continue // nobody knew: check reports it
		}
		d := g.Draft()
		if slices.ContainsFunc(have, func(e kb.Entry) bool { return e.ID == d.ID }) {
			continue // someone may have worked on it, or rejected it
		}
		d.Source.File = "talks"
		drafts = append(drafts, d)
	}
	return drafts, len(questions), nil
}

// open groups what approved entries do not answer.
func open(ctx context.Context, have []kb.Entry, questions []keep.Asked) ([]keep.Gap, error) {
	var base *kb.Base
	if es := serving(have); len(es) > 0 {
		var err error
		if base, err = kb.New(es, nil); err != nil {
			return nil, err
		}
	}
	return keep.Gaps(ctx, base, questions, nil)
}

// talks are the conversations of a folder; what cannot be read of them is told,
// and left out.
func (j *job) talks(folder string) ([]keep.Message, error) {
	var out []keep.Message
	err := inside(folder, "talks", func(fsys fs.FS) error {
		return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
				return err
			}
			f, err := fsys.Open(name)
			if err != nil {
				return err
			}
			ms, bad := keep.ReadMessages(name, f)
			if bad != nil {
				j.note("left out of talks: %v\n", bad)
			}
			for _, m := range ms {
				m.Conversation = name + ":" + m.Conversation // files number theirs anew
				out = append(out, m)
			}
			return f.Close()
		})
	})
	if err != nil {
		return nil, fmt.Errorf("conversations: %w", err)
	}
	return out, nil
}

// clean cleans what is in the base under review.
func clean(_ context.Context, j *job) error {
	have, err := j.load()
	if err != nil {
		return err
	}
	have, done := keep.Clean(have, &keep.CleanOptions{Public: ours()})
	for _, d := range done {
		j.printf("%s [%s] %s: %s\n", d.ID, d.Language, d.What, d.Text)
	}
	return j.save(have)
}
