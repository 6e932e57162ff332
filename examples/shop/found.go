package main

import (
	"context"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// find shows what a request lets through, or what comes close to it, and says
// so when there is nothing: none, where there is nothing but what was seen ("" to
// look further); head, where nothing better is known of what it shows.
func (s *shop) find(ctx context.Context, t *bot.Turn, req *recommend.Request, none, head string) ([]recommend.Suggestion, error) {
	if err := s.owns(ctx, t); err != nil {
		return nil, err
	}
	found, err := t.Recommend(ctx, *req)
	if err != nil {
		return nil, err
	}
	if e, ok := t.Meaning.Entity("sort"); ok && !e.Carried && (e.Value == "cheaper" || e.Value == "pricier") {
		cheaper(found, t.Text("search."+e.Value))
	}
	if len(found) == 0 && req.Order == recommend.Trending { // a quiet week
		req.Order = recommend.ByFit
		if found, err = t.Recommend(ctx, *req); err != nil {
			return nil, err
		}
	}
	if len(found) == 0 && len(req.Exclude) == 0 { // asked for by who has it
		again := *req
		again.Owned = true
		if found, err = t.Recommend(ctx, again); err != nil {
			return nil, err
		}
		if len(found) > 0 {
			return found, t.Send(bot.Reply{Text: t.Text("search.owned"), Cards: t.Cards(found)})
		}
	}
	byWords := slices.ContainsFunc(found, func(f recommend.Suggestion) bool {
		return slices.ContainsFunc(f.Reasons, func(r recommend.Reason) bool { return r.Code == "words" })
	})
	switch {
	case len(found) == 0 && len(req.Like) > 0:
		return nil, t.Say("search.none")
	case len(found) == 0 && len(req.Exclude) > 0 && none == "search.cheapest":
		least := recommend.Request{Must: req.Must, Not: req.Not}
		if said, err := s.cheapest(ctx, t, least, req.Exclude); said || err != nil {
			return nil, err
		}
		return nil, t.Say(none)
	case len(found) == 0 && len(req.Exclude) > 0 && none != "":
		return nil, t.Say(none)
	case len(found) == 0:
		return s.relaxed(ctx, t, req, none == "")
	case len(req.Like) == 1:
		like, _ := s.shelf.Item(req.Like[0])
		return found, t.Send(bot.Reply{Text: t.Text("search.similar", "name", called(like.Name, t.Language)), Cards: t.Cards(found)})
	case head != "" && !byWords:
	case len(req.Exclude) > 0:
		head = "search.others"
	case req.Order == recommend.Dearest:
		head = "search.dearest_first"
	case req.Order == recommend.Newest:
		head = "search.newest"
	case req.Order == recommend.Trending:
		head = "search.trending"
	case missed(wishedFor(t, req), found) != "":
		if err := t.Say("search.wish_missed", "what", t.Text("attribute."+missed(wishedFor(t, req), found))); err != nil {
			return nil, err
		}
		head = "search.instead"
	case len(req.Must)+len(req.Not)-len(t.Avoids())+len(req.Wish) == 0 && req.MaxPrice == 0 && req.MinPrice == 0:
		head = "search.popular"
	case allShown(t, found):
		head = "search.same"
		more, err := s.unseen(ctx, t, *req)
		if err != nil {
			return nil, err
		}
		if len(more) > 0 {
			found, head = more, "search.same_and_more"
		}
	default:
		head = "search.found"
	}
	return found, t.Send(bot.Reply{Text: t.Text(head), Cards: t.Cards(found)})
}

// relaxed shows what comes close to a request that nothing fulfils, and says what
// was given up for it. Where the customer measures by what they saw, only more of
// that will do.
func (s *shop) relaxed(ctx context.Context, t *bot.Turn, req *recommend.Request, measured bool) ([]recommend.Suggestion, error) {
	if measured {
		if fit, err := s.already(ctx, t, *req); err != nil || len(fit) > 0 {
			return fit, firstErr(err, t.Send(bot.Reply{Text: t.Text("search.same"), Cards: t.Cards(fit)}))
		}
	}
	if it, gone := s.soldOut(t, req); gone {
		if err := t.Say("stock.gone", "name", called(it.Name, t.Language)); err != nil {
			return nil, err
		}
		like := recommend.Request{Like: []string{it.ID}}
		if kind := it.Attributes["kind"]; len(kind) > 0 {
			like.Wish = []recommend.Filter{{Attribute: "kind", Any: kind}}
		}
		found, err := t.Recommend(ctx, like)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return found, t.Send(bot.Reply{Text: t.Text("stock.instead"), Cards: t.Cards(found)})
	}
	near, dropped, ok := s.shelf.Relax(*req)
	without := ""
	if !ok {
		without = s.forChild(t, &near)
		ok = without != ""
	}
	if measured && (!ok || slices.ContainsFunc(dropped, func(d string) bool { return names(t, d) })) {
		return nil, t.Say("search.no_such") // nothing is lighter than what was shown
	}
	if !ok {
		return nil, t.Say("search.none")
	}
	if slices.Contains(dropped, "price") && near.Order == recommend.ByFit {
		near.Order = recommend.Cheapest // what is nearest to the budget
	}
	for _, id := range t.Shown() {
		if it, ok := s.shelf.Item(id); ok && measured && slices.Contains(dropped, "kind") {
			near.Wish = append(near.Wish, recommend.Filter{Attribute: "kind", Any: it.Attributes["kind"]}) // sneakers rather than heels
			break
		}
	}
	found, err := t.Recommend(ctx, near)
	if err != nil || len(found) == 0 {
		return nil, firstErr(err, t.Say("search.none"))
	}
	if allShown(t, found) {
		more, err := s.unseen(ctx, t, near)
		if err != nil {
			return nil, err
		}
		if len(more) > 0 {
			found = more
		}
	}
	if slices.Contains(dropped, "price") {
		unpriced(found)
	}
	var what []string
	if without != "" {
		what = append(what, without)
	}
	for _, f := range req.Must {
		if !slices.ContainsFunc(near.Must, func(n recommend.Filter) bool { return n.Attribute == f.Attribute && slices.Equal(n.Any, f.Any) }) {
			what = append(what, s.attributes.Display(f.Attribute, f.Any[0], t.Language))
		}
	}
	if slices.Contains(dropped, "price") {
		what = append(what, t.Text("attribute.price"))
	}
	*req = near
	said := strings.Join(what, t.Text("list.and"))
	if measured {
		return found, t.Send(bot.Reply{Text: t.Text("search.beyond", "what", said), Cards: t.Cards(found)})
	}
	if err := t.Say("search.relaxed", "what", said); err != nil {
		return nil, err
	}
	return found, t.Send(bot.Reply{Text: t.Text("search.instead"), Cards: t.Cards(found)})
}

// forChild asks for other things where there are none of a kind for children: what
// is near to it, or any. It returns what it gave up, "" for nothing.
func (s *shop) forChild(t *bot.Turn, req *recommend.Request) string {
	i := slices.IndexFunc(req.Not, func(f recommend.Filter) bool { return f.Attribute == "unlike" })
	if i < 0 {
		return ""
	}
	kind := req.Not[i].Any[0]
	near := *req
	near.Not = slices.Delete(slices.Clone(req.Not), i, i+1)
	near.Must = slices.DeleteFunc(slices.Clone(req.Must), func(f recommend.Filter) bool { return f.Attribute == "kind" })
	near.MinPrice, near.MaxPrice, near.Text = 0, 0, ""
	for _, other := range s.near[kind] {
		like := near
		like.Not = append(slices.Clone(near.Not), recommend.Filter{Attribute: "unlike", Any: []string{other}})
		if _, dropped, ok := s.shelf.Relax(like); ok && len(dropped) == 0 {
			near = like
			break
		}
	}
	*req = near
	return s.attributes.Display("category", kind, t.Language)
}

// soldOut is the one thing that a request names and that is out of stock: by its
// kind or its colour, not by what it costs.
func (s *shop) soldOut(t *bot.Turn, req *recommend.Request) (recommend.Item, bool) {
	var out []recommend.Item
	for _, it := range s.shelf.Items() {
		fits := !slices.ContainsFunc(req.Must, func(f recommend.Filter) bool { return f.Attribute != "size" && !it.Has(f) })
		price := it.Price[req.Currency]
		if fits && it.Stock <= 0 && !slices.ContainsFunc(req.Not, it.Has) && price >= req.MinPrice && (req.MaxPrice == 0 || price <= req.MaxPrice) {
			out = append(out, it)
		}
	}
	said, kind := 0, false // a pink one says little, pink trainers do
	for _, f := range req.Must {
		if f.Attribute != "size" {
			said++
		}
		kind = kind || f.Attribute == "category" || f.Attribute == "kind"
	}
	if len(out) != 1 || !kind || said < 2 {
		return recommend.Item{}, false
	}
	return out[0], true
}

// already is those of the shown items that a request lets through, where it does
// not all of them and asks for something rather than against it.
func (s *shop) already(ctx context.Context, t *bot.Turn, req recommend.Request) ([]recommend.Suggestion, error) {
	if slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return e.Negated && !e.Carried }) {
		return nil, nil
	}
	req.Exclude = nil
	fit, err := t.Recommend(ctx, req)
	wishes := wishedFor(t, &req)
	fit = slices.DeleteFunc(fit, func(f recommend.Suggestion) bool {
		return !slices.Contains(t.Shown(), f.Item.ID) || slices.ContainsFunc(wishes, func(w recommend.Filter) bool { return !f.Item.Has(w) })
	})
	if err != nil || len(fit) >= len(t.Shown()) {
		return nil, err
	}
	return fit, nil
}

// unseen is what a request lets through of what is not before the customer.
func (s *shop) unseen(ctx context.Context, t *bot.Turn, req recommend.Request) ([]recommend.Suggestion, error) {
	req.Exclude = append(slices.Clone(req.Exclude), t.Shown()...)
	return t.Recommend(ctx, req)
}

// allShown reports whether the customer has all of it before them.
func allShown(t *bot.Turn, found []recommend.Suggestion) bool {
	shown := t.Shown()
	return !slices.ContainsFunc(found, func(f recommend.Suggestion) bool { return !slices.Contains(shown, f.Item.ID) })
}

// missed is the wish that nothing found fulfils, "" when there is none.
func missed(wishes []recommend.Filter, found []recommend.Suggestion) string {
	for _, w := range wishes {
		if !slices.ContainsFunc(found, func(f recommend.Suggestion) bool { return f.Item.Has(w) }) {
			return w.Attribute
		}
	}
	return ""
}

// wishedFor are the wishes that the customer named, without those that the shop
// reads out of what they said.
func wishedFor(t *bot.Turn, req *recommend.Request) []recommend.Filter {
	return slices.DeleteFunc(slices.Clone(req.Wish), func(f recommend.Filter) bool {
		return !slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return !e.Negated && e.Type == f.Attribute && slices.Contains(f.Any, e.Value) })
	})
}
