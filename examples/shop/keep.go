package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/kb/keep"
)

// keepKnowledge takes the shop's own base through a round of keeping: what is
// wrong with it, what customers asked in vain in these conversations (*.convo),
// and, of what a colleague answered, a draft, its review, and the question asked
// again. It writes nothing: a shop saves what was approved, see
// examples/knowledge.
func keepKnowledge(ctx context.Context, out io.Writer, talks fs.FS, now time.Time) error {
	data, err := fs.Sub(files, "data")
	if err != nil {
		return err
	}
	knowledge, err := fs.Sub(data, "kb")
	if err != nil {
		return err
	}
	entries, err := kb.ReadDir(knowledge, nil)
	if err != nil {
		return err
	}
	same, err := synonyms(data)
	if err != nil {
		return err
	}
	base, err := kb.New(entries, &kb.Options{Synonyms: same})
	if err != nil {
		return err
	}
	asked, err := inVain(data, talks)
	if err != nil {
		return err
	}
	report := keep.Check(entries, &keep.Options{Now: now, Public: []string{"400-000-0000", "+86 400-000-0000", "care@shop.example"}})
	gaps, err := keep.Gaps(ctx, base, asked, &keep.GapOptions{Query: kb.Query{Now: now}})
	if err != nil {
		return err
	}
	p := printer{out: out}
	p.f("lint: %s", report)
	p.f("gaps: %d questions without an answer, %d asked by several\n", len(asked), len(gaps))
	for _, g := range gaps {
		p.f("%q, in %d conversations, %d answered by a colleague\n", g.Question, g.Conversations, g.Replies)
		if g.Reply == "" {
			continue
		}
		if err := p.review(ctx, base, g, now); err != nil {
			return err
		}
	}
	return p.err
}

// team says who may do what with the shop's base.
func team() kb.Team {
	return kb.Team{{Name: "小林", Duties: []kb.Duty{kb.Drafting}}, {Name: "店长", Duties: []kb.Duty{kb.Approving, kb.Publishing, kb.Retiring}}}
}

// review takes the draft of a gap to approval and asks its question again.
func (p *printer) review(ctx context.Context, base *kb.Base, g keep.Gap, now time.Time) error {
	q := kb.Query{Text: g.Question, Language: g.Language, Now: now}
	before, err := base.Answer(ctx, q)
	if err != nil {
		return err
	}
	e := g.Draft()
	p.f("  draft %s [%s]: %s\n", e.ID, g.Language, g.Reply)
	for _, s := range []kb.Step{{To: kb.InReview, By: "小林", At: now}, {To: kb.Approved, By: "小林", At: now}, {To: kb.Approved, By: "店长", At: now}} {
		next, err := team().Step(e, s)
		if err != nil {
			p.f("  refused: %v\n", err)
			continue
		}
		e = next
		p.f("  %s by %s\n", s.To, s.By)
	}
	if err := base.Put(e); err != nil {
		return err
	}
	after, err := base.Answer(ctx, q)
	if err != nil {
		return err
	}
	p.f("  asked again: %s, was %s\n", after.Verdict, before.Verdict)
	return p.err
}

type printer struct {
	out io.Writer
	err error
}

func (p *printer) f(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format, args...)
	}
}

// inVain reads conversations as testdata has them ("> " the customer, "< " the
// bot, "/say " a colleague) and returns the questions to which the bot had no
// answer, or was not sure of one, or a colleague replied.
func inVain(data, talks fs.FS) ([]keep.Asked, error) {
	texts, err := bot.ReadTexts(data, "texts/*.yaml")
	if err != nil {
		return nil, err
	}
	if texts, err = texts.WithShipped(); err != nil {
		return nil, err
	}
	var lost []string // the bot's words for it
	for _, lang := range []string{"zh", "en"} {
		for _, key := range []string{"fallback", "fallback.again", "kb.did_you_mean"} {
			if s, ok := texts.Lookup(lang, "", key); ok {
				lost = append(lost, s)
			}
		}
	}
	var said []keep.Message
	err = fs.WalkDir(talks, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".convo" {
			return err
		}
		raw, err := fs.ReadFile(talks, name)
		for line := range strings.Lines(string(raw)) {
			m := keep.Message{Conversation: name}
			for mark, role := range map[string]keep.Role{"> ": keep.Customer, "< ": keep.Robot, "/say ": keep.Agent} {
				if text, ok := strings.CutPrefix(line, mark); ok {
					m.Role, m.Text = role, strings.TrimSpace(text)
				}
			}
			if m.Role != "" && !strings.HasPrefix(m.Text, "[tap] ") && !strings.HasPrefix(m.Text, "[file ") {
				said = append(said, m)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(keep.Questions(said), func(a keep.Asked) bool {
		return !slices.ContainsFunc(lost, func(s string) bool { return strings.Contains(a.Robot, s) })
	}), nil
}
