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
	"path/filepath"
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
	got, err := written(folder)
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
		return strings.HasPrefix(e.Source.File, "faq/") || strings.HasPrefix(e.Source.File, "docs/") || crawl.Of(e)
	}
	have, changes, err := keep.Collect(have, got, sources, step)
	if err != nil {
		return err
	}
	j.printf("files and pages: %d added, %d changed, %d gone, %d places cleaned\n", len(changes.Added), len(changes.Changed), len(changes.Gone), len(done))
	drafts, asked, err := gaps(ctx, folder, have)
	if err != nil {
		return err
	}
	have, changes, err = keep.Collect(have, drafts, nil, step)
	if err != nil {
		return err
	}
	j.printf("conversations: %d questions, %d drafts added, %d changed\n", asked, len(changes.Added), len(changes.Changed))
	return j.save(have)
}

// written are the entries of faq/ and docs/, with their place in the folder.
func written(folder string) ([]kb.Entry, error) {
	var out []kb.Entry
	add := func(sub string, es []kb.Entry, err error) error {
		for _, e := range es {
			if sub == "faq" && e.State == "" {
				e.State = kb.Approved
			}
			e.Source.File = path.Join(sub, e.Source.File)
			out = append(out, e)
		}
		return err
	}
	var errs []error
	for _, sub := range []string{"faq", "docs"} {
		fsys := os.DirFS(path.Join(folder, sub))
		if _, err := fs.Stat(fsys, "."); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if sub == "faq" {
			es, err := kb.ReadDir(fsys, nil)
			errs = append(errs, add(sub, es, err))
			continue
		}
		es, err := ingest.Dir(fsys, &ingest.Options{Readers: map[string]func(string, io.Reader, *ingest.Options) ([]kb.Entry, error){".pdf": pdf.Read}})
		errs = append(errs, add(sub, es, err))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out, nil
}

// crawled are the pages of site/, which is what the shop's crawler writes: a
// JSON object on each line with the url, the content type, the time and the body
// of a page, or the error that fetching it gave.
func crawled(ctx context.Context, folder string) (ingest.Crawl, error) {
	names, err := filepath.Glob(filepath.Join(folder, "site", "*.jsonl"))
	if err != nil {
		return ingest.Crawl{}, err
	}
	var broken error
	pages := func(yield func(ingest.Page, error) bool) {
		for _, name := range names {
			raw, err := os.ReadFile(name)
			broken = errors.Join(broken, err)
			for d := json.NewDecoder(bytes.NewReader(raw)); d.More(); {
				var p struct {
					URL, Type, Body, Error string
					At                     time.Time
				}
				if err := d.Decode(&p); err != nil {
					broken = errors.Join(broken, fmt.Errorf("%s: at byte %d: %w", name, d.InputOffset(), err))
					break
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
	}
	c, err := ingest.Site(ctx, pages, nil)
	return c, errors.Join(broken, err)
}

// gaps are drafts of what customers asked in talks/ and no approved entry
// answers, with what people replied.
func gaps(ctx context.Context, folder string, have []kb.Entry) (drafts []kb.Entry, asked int, err error) {
	messages, err := talks(folder)
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

func talks(folder string) ([]keep.Message, error) {
	var out []keep.Message
	fsys := os.DirFS(path.Join(folder, "talks"))
	if _, err := fs.Stat(fsys, "."); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := fsys.Open(name)
		if err != nil {
			return err
		}
		ms, err := keep.ReadMessages(name, f)
		for _, m := range ms {
			m.Conversation = name + ":" + m.Conversation // files number theirs anew
			out = append(out, m)
		}
		return errors.Join(err, f.Close())
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
