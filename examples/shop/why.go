package main

import (
	"context"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// given is what spoke for an item when it was shown.
type given struct {
	ID  string   `json:"id"`
	Why []string `json:"why"`
}

// reasons are those of what was shown, the latest first.
var reasons = bot.Var[[]given]{Name: "reasons given"}

const maxReasons = 12

// keepShown keeps what spoke for what a turn showed.
func keepShown(t *bot.Turn, before []string) error {
	now := t.Shown()
	if slices.Equal(now, before) {
		return nil
	}
	kept := slices.Clone(reasons.Get(t))
	for _, f := range t.Suggestions {
		if len(f.Reasons) == 0 || !slices.Contains(now, f.Item.ID) {
			continue
		}
		g := given{ID: f.Item.ID}
		for _, r := range f.Reasons {
			g.Why = append(g.Why, r.Text)
		}
		kept = append([]given{g}, slices.DeleteFunc(kept, func(o given) bool { return o.ID == g.ID })...)
	}
	return reasons.Set(t, kept[:min(len(kept), maxReasons)])
}

// asksWhy reports whether a message asks what speaks for the things shown.
func asksWhy(t *bot.Turn) bool {
	said := t.Message.Text
	return live(t) && len(t.Shown()) > 0 && saysAny(t, said, "why.cue.why") && saysAny(t, said, "why.cue.recommend") && !refuses(t)
}

// why tells what speaks for the item meant, or for all that were shown.
func (s *shop) why(_ context.Context, t *bot.Turn) error {
	t.Mood.Plan = sentiment.Plan{} // who asks why neither thanks nor blames
	t.Topic("product.search")
	ids := t.Shown()
	if it, ok := s.about(t); ok && !saysAny(t, t.Message.Text, "why.cue.all") {
		ids = []string{it.ID}
	}
	var lines []string
	for _, id := range ids {
		it, ok := s.shelf.Item(id)
		if !ok {
			continue
		}
		key, why := "why.line", t.Text("why.fits")
		if len(ids) == 1 {
			key = "why.one"
		}
		if i := slices.IndexFunc(reasons.Get(t), func(g given) bool { return g.ID == id }); i >= 0 {
			why = strings.Join(reasons.Get(t)[i].Why, t.Text("why.and"))
		}
		lines = append(lines, t.Text(key, "name", called(it.Name, t.Language), "why", why, "text", called(it.Description, t.Language)))
	}
	if len(ids) > 1 {
		lines = append([]string{t.Text("why.all")}, lines...)
	}
	return t.Send(bot.Reply{Text: strings.Join(lines, "\n")})
}
