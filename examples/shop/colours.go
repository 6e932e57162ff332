package main

import (
	"context"
	"slices"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// asksColours reports whether a message asks which other colours there are, and
// for none of its own.
func asksColours(t *bot.Turn) bool {
	return saysAny(t, t.Message.Text, "search.cue.colours") &&
		!slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return e.Type == "colour" && !e.Carried })
}

// notOf goes on with a search in any colour but some.
func notOf(t *bot.Turn, colours []string) {
	t.Meaning.Entities = slices.DeleteFunc(slices.Clone(t.Meaning.Entities), func(e nlu.Entity) bool { return e.Type == "colour" && !e.Negated })
	for _, c := range colours {
		t.Meaning.Entities = append(t.Meaning.Entities, nlu.Entity{Type: "colour", Value: c, Negated: true})
	}
	t.Forget("colour")
}

// coloursLeft are an item's colours that are in stock.
func coloursLeft(it *recommend.Item) []string {
	out := slices.Clone(it.Attributes["colour"])
	for _, v := range it.Variants {
		if v.Attribute == "colour" && v.Stock > 0 {
			out = append(out, v.Value)
		}
	}
	return out
}

// colours answers "does it come in another colour?": with the item's own, where
// it has several, or else with what is like it in others. Where no item is meant
// the search goes on without the colour it was for, and done is false.
func (s *shop) colours(ctx context.Context, t *bot.Turn) (done bool, err error) {
	it, ok := s.about(t)
	if !ok || s.another(t, it.ID) {
		var sought []string
		for _, e := range t.Meaning.Entities {
			if e.Type == "colour" && !e.Negated {
				sought = append(sought, e.Value)
			}
		}
		notOf(t, sought)
		return false, nil
	}
	own := coloursLeft(&it)
	if len(own) == 0 {
		return false, nil
	}
	var names []string
	for _, c := range own {
		names = append(names, s.attributes.Display("colour", c, t.Language))
	}
	name := called(it.Name, t.Language)
	if len(own) > 1 {
		return true, t.Say("colour.several", "name", name, "colours", enumerate(t, names))
	}
	notOf(t, own)
	req, err := s.wanted(t)
	if err != nil {
		return true, err
	}
	req.Text, req.Like, req.Exclude = "", []string{it.ID}, []string{it.ID}
	if kind := it.Attributes["kind"]; len(kind) > 0 {
		req.Wish = append(req.Wish, recommend.Filter{Attribute: "kind", Any: kind})
	}
	found, err := t.Recommend(ctx, req)
	if err == nil && len(found) == 0 { // of another size or price, if need be
		req.Must, req.MinPrice, req.MaxPrice = nil, 0, 0
		found, err = t.Recommend(ctx, req)
	}
	if err != nil {
		return true, err
	}
	if len(found) == 0 {
		return true, t.Say("colour.none", "name", name, "colour", names[0])
	}
	batch := []string{it.ID} // "cheaper" is cheaper than these
	for i := range found {
		found[i].Reasons = nil // what they are like says the sentence before
		batch = append(batch, found[i].Item.ID)
	}
	r := bot.Reply{Text: t.Text("colour.others", "name", name, "colour", names[0]), Cards: t.Cards(found)}
	t.Focus(it.ID)
	return true, firstErr(seen.Set(t, batch), t.Send(r))
}
