package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/kb/keep"
)

// step takes entries one step further in their review.
func step(_ context.Context, j *job) error {
	to := map[string]kb.State{"submit": kb.InReview, "approve": kb.Approved, "reject": kb.Rejected, "revise": kb.Draft, "retire": kb.Retired}[j.args[0]]
	have, err := j.load()
	if err != nil {
		return err
	}
	at, err := named(have, j.args[1:])
	if err != nil {
		return err
	}
	for _, i := range at {
		e, err := j.team.Step(have[i], kb.Step{To: to, By: j.by, At: j.now, Why: j.why})
		if err != nil {
			return err
		}
		if to == kb.Approved && !j.from.IsZero() {
			e.From = j.from
		}
		have[i] = e
		j.printf("%s: %s\n", e.ID, e.State)
	}
	return j.save(have)
}

// merge makes one entry of two that ask the same: what the second is asked as,
// the first is asked as too, and the second is retired.
func merge(_ context.Context, j *job) error {
	if len(j.args) != 3 {
		return errors.New("merge INTO FROM: name two entries")
	}
	have, err := j.load()
	if err != nil {
		return err
	}
	at, err := named(have, j.args[1:])
	if err != nil {
		return err
	}
	if len(at) != 2 {
		return errors.New("merge INTO FROM: each must be one entry")
	}
	into, from := have[at[0]], have[at[1]]
	for lang, t := range from.Texts {
		for n := range 1 + len(t.Others) {
			w := t.Question
			if n > 0 {
				w = t.Others[n-1]
			}
			if !strings.EqualFold(w, into.Texts[lang].Question) && !slices.Contains(into.Texts[lang].Others, w) {
				into = keep.Wording{Entry: into.ID, Language: lang, Text: w}.Apply(into)
			}
		}
	}
	have[at[0]] = into
	if have[at[1]], err = j.team.Step(from, kb.Step{To: kb.Retired, By: j.by, At: j.now, Why: "asks the same as " + into.ID}); err != nil {
		return err
	}
	j.printf("%s is asked as %s too, which is retired\n", into.ID, from.ID)
	return j.save(have)
}

// queue lists what waits for someone, the gravest first.
func queue(ctx context.Context, j *job) error {
	have, err := j.load()
	if err != nil {
		return err
	}
	r, err := j.check(ctx, have)
	if err != nil {
		return err
	}
	byID := map[string]*kb.Entry{}
	for i := range have {
		byID[have[i].ID] = &have[i]
	}
	tasks := keep.Queue(have, r)
	for _, t := range tasks {
		j.printf("%-8s %s %s", t.State, pad(t.ID, 24), title(byID[t.ID]))
		if s := last(*byID[t.ID]); s.By != "" {
			j.printf("  (%s", s.By)
			if s.Why != "" {
				j.printf(": %s", s.Why)
			}
			j.printf(")")
		}
		for i, f := range t.Findings {
			j.printf("%s%s", map[bool]string{true: "  ", false: ", "}[i == 0], f.Kind)
		}
		j.printf("\n")
	}
	j.printf("%d of %d entries wait\n", len(tasks), len(have))
	return nil
}

func last(e kb.Entry) kb.Step {
	if len(e.Steps) == 0 {
		return kb.Step{}
	}
	return e.Steps[len(e.Steps)-1]
}

// show prints entries as they stand.
func show(_ context.Context, j *job) error {
	have, err := j.load()
	if err != nil {
		return err
	}
	at, err := named(have, j.args[1:])
	if err != nil {
		return err
	}
	for _, i := range at {
		e := &have[i]
		j.printf("%s  %s  %s\n", e.ID, cmp.Or(e.State, kb.Approved), cmp.Or(e.Category, "(no category)"))
		for _, lang := range slices.Sorted(maps.Keys(e.Texts)) {
			t := e.Texts[lang]
			j.printf("  %s: %s\n", lang, t.Question)
			for _, o := range t.Others {
				j.printf("      = %s\n", o)
			}
			j.printf("      %s\n", strings.ReplaceAll(t.Answer, "\n", "\n      "))
			for _, c := range slices.Sorted(maps.Keys(t.ByChannel)) {
				j.printf("      @%s %s\n", c, strings.ReplaceAll(t.ByChannel[c], "\n", "\n      "))
			}
		}
		for _, s := range e.Steps {
			j.printf("  %s %s by %s %s\n", s.At.Format("2006-01-02"), s.To, s.By, s.Why)
		}
	}
	return nil
}

// ask answers from the published base, as a bot would.
func ask(ctx context.Context, j *job) error {
	f, err := os.Open(j.base)
	if err != nil {
		return fmt.Errorf("%w: publish first", err)
	}
	defer func() { _ = f.Close() }()
	base, err := kb.Open(f, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", j.base, err)
	}
	a, err := base.Answer(ctx, kb.Query{Text: strings.Join(j.args[1:], " "), Now: j.now})
	if err != nil {
		return err
	}
	switch a.Verdict {
	case kb.Answered:
		h := a.Hits[0]
		j.printf("%s\n  [%s %s, %.0f %%]\n", h.Answer, h.ID, h.Source.File, 100*a.Confidence)
	case kb.Unsure:
		j.printf("did you mean:\n")
		for _, h := range a.Hits {
			j.printf("  %s  [%s]\n", h.Question, h.ID)
		}
	default:
		j.printf("the base has no answer\n")
	}
	return nil
}
