package main

import (
	"context"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// above asks for what costs more than all that was shown, whatever the budget was.
func (s *shop) above(req *recommend.Request, before []string) {
	for _, id := range before {
		if it, ok := s.shelf.Item(id); ok {
			req.MinPrice = max(req.MinPrice, it.Price[req.Currency])
		}
	}
	req.MaxPrice, req.Exclude = 0, before
}

// below asks for what costs less than all that was shown: who finds "around $60"
// too much has no lower bound either.
func (s *shop) below(req *recommend.Request, before []string) {
	for _, id := range before {
		if it, ok := s.shelf.Item(id); ok {
			if p := it.Price[req.Currency] - 1; p > 0 && (req.MaxPrice == 0 || p < req.MaxPrice) {
				req.MaxPrice = p
			}
		}
	}
	req.MinPrice, req.Exclude = 0, before
}

// cheapest shows the least expensive of what a request lets through, if it is one
// of those shown before; else it says nothing.
func (s *shop) cheapest(ctx context.Context, t *bot.Turn, req recommend.Request, before []string) (said bool, err error) {
	req.Order, req.N = recommend.Cheapest, 1
	least, err := t.Recommend(ctx, req)
	if err != nil || len(least) == 0 || !slices.Contains(before, least[0].Item.ID) {
		return false, err
	}
	return true, t.Send(bot.Reply{Text: t.Text("search.cheapest_is"), Cards: t.Cards(least)})
}

// cheaper says of items that they cost less than those before, or more: the bound
// is no budget that the customer named.
func cheaper(found []recommend.Suggestion, text string) {
	for _, f := range found {
		for i, r := range f.Reasons {
			if r.Code == "budget" || r.Code == "over" {
				f.Reasons[i] = recommend.Reason{Code: "cheapest", Text: text}
			}
		}
	}
}

// tooDear reports whether a message finds something too expensive.
func tooDear(t *bot.Turn) bool { return saysAny(t, t.Message.Text, "search.cue.dear") }

// notDear looks beyond what a message says is too dear: 羊绒的太贵了 asks for no
// cashmere.
func notDear(t *bot.Turn, req *recommend.Request) {
	said := strings.ToLower(t.Message.Text)
	for _, e := range t.Meaning.Entities {
		if e.Carried || e.Negated || e.Type == "category" || !slices.Contains(wishes(), e.Type) || e.Start >= e.End || e.End > len(said) {
			continue
		}
		after := strings.TrimPrefix(strings.TrimSpace(said[e.End:]), "的")
		for _, w := range []string{"one", "ones", "is", "are", "looks", "看着"} {
			after = strings.TrimSpace(strings.TrimPrefix(after, w))
		}
		if anyOf(t, "search.cue.dear", func(w string) bool { return strings.HasPrefix(after, w) }) {
			of := func(f recommend.Filter) bool { return f.Attribute == e.Type }
			req.Must, req.Wish = slices.DeleteFunc(req.Must, of), slices.DeleteFunc(req.Wish, of)
		}
	}
}
