package main

import (
	"context"
	"io"
	"time"

	"github.com/frontdesk-go/frontdesk/bot/insight"
)

// tellMoods tells the shop's staff how the conversations of the last thirty days
// went: what customers were angry about, who mended it, which answers made it
// worse, and who is still angry.
func tellMoods(ctx context.Context, out io.Writer, log insight.Log, now time.Time) error {
	r, err := insight.Moods(ctx, log, "", insight.Span{From: now.AddDate(0, 0, -30)})
	if err != nil {
		return err
	}
	p := printer{out: out}
	p.f("conversations in 30 days: %d; turned bad: %d; mended: %d, with a colleague: %d\n", r.Conversations, r.Soured, r.Mended, r.ByPerson)
	for _, c := range r.Causes {
		p.f("over %s: %d, %d mended\n", named(c.Name), c.Soured, c.Mended)
	}
	for _, a := range r.After {
		p.f("worse after %s (asked: %s): %d of %d\n", named(a.Name), named(a.Intent), a.Worse, a.Given)
	}
	for _, c := range r.Bad {
		p.f("still bad: %s since %s, level %.2f, over %s, after %s\n", c.ID, c.Turned.Format(time.DateTime), c.Low, named(c.Cause), named(c.After))
	}
	return p.err
}

// named is a name, or a dash.
func named(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
