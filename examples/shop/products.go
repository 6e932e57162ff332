package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// named is the item a message is about: pointed at, called by its name, or the
// one talked about.
func (s *shop) named(t *bot.Turn) (string, bool) {
	for _, kind := range []string{"item", "product"} {
		if e, ok := t.Meaning.Entity(kind); ok && !e.Carried {
			return e.Value, true
		}
	}
	return "", false
}

// described is the one of the things shown that a message points at by what it is
// like: "the red one", 红色那件.
func (s *shop) described(t *bot.Turn) (string, bool) {
	said := strings.ToLower(t.Message.Text)
	for _, e := range t.Meaning.Entities {
		if e.Carried || e.Negated || e.Type != "colour" && e.Type != "material" && e.Type != "style" && e.Type != "feature" && e.Type != "pattern" ||
			e.Start >= e.End || e.End > len(said) {
			continue
		}
		before, after := strings.TrimSpace(said[:e.Start]), strings.TrimSpace(said[e.End:])
		if after = strings.TrimPrefix(after, "的"); !anyOf(t, "product.cue.after", func(w string) bool { return strings.HasPrefix(after, w) }) && !(strings.HasSuffix(before, " the") || before == "the") {
			continue
		}
		var fit []string
		for _, id := range t.Shown() {
			if it, ok := s.shelf.Item(id); ok && it.Has(recommend.Filter{Attribute: e.Type, Any: []string{e.Value}}) {
				fit = append(fit, id)
			}
		}
		if len(fit) == 1 {
			return fit[0], true
		}
	}
	return "", false
}

// about is named or, failing that, the item in focus.
func (s *shop) about(t *bot.Turn) (recommend.Item, bool) {
	id, ok := s.named(t)
	if !ok {
		id, ok = s.described(t)
	}
	if !ok {
		if id = t.Focused(); id == "" {
			return recommend.Item{}, false
		}
	}
	it, ok := s.shelf.Item(id)
	if ok {
		t.Focus(id)
		if err := lookAt(t, id); err != nil {
			t.Trace.Add("shop", "%v", err)
		}
	}
	return it, ok
}

func (s *shop) show(t *bot.Turn, id string) error {
	it, ok := s.shelf.Item(id)
	if !ok {
		return fmt.Errorf("%w: %s", errNoStock, id)
	}
	card := cardOf(&it, t.Language, t.Text("currency"))
	if err := lookAt(t, id); err != nil {
		return err
	}
	if slices.Contains(t.Shown(), id) {
		t.Focus(id) // "and the first?" still is of the same list
	} else {
		t.Show(id)
	}
	return t.Send(bot.Reply{Text: t.Text("product.detail", "name", card.Title, "stock", s.left(t, &it)), Cards: []bot.Card{card}})
}

func cardOf(it *recommend.Item, lang, currency string) bot.Card {
	c := bot.Card{ID: it.ID, Title: called(it.Name, lang), Text: called(it.Description, lang), Link: it.Link, Picture: it.Picture}
	if p, ok := it.Price[currency]; ok {
		c.Price = bot.Price(p, currency)
	}
	return c
}

// describe tells what an offer of help is about.
func (s *shop) describe(item, lang string) (string, *bot.Card, bool) {
	it, ok := s.shelf.Item(item)
	if !ok {
		return "", nil, false
	}
	currency := "CNY"
	if strings.HasPrefix(lang, "en") {
		currency = "USD"
	}
	c := cardOf(&it, lang, currency)
	return c.Title, &c, true
}

// left says in words what is in stock.
func (s *shop) left(t *bot.Turn, it *recommend.Item) string {
	if it.Stock <= 0 {
		return t.Text("stock.none")
	}
	var sizes []string
	for _, v := range it.Variants {
		if v.Stock > 0 {
			sizes = append(sizes, s.attributes.Display(v.Attribute, v.Value, t.Language))
		}
	}
	if len(sizes) > 0 {
		return t.Text("stock.sizes", "sizes", strings.Join(sizes, t.Text("list.comma")))
	}
	return t.Text("stock.some")
}

// inStock answers "does the first one come in M?".
func (s *shop) inStock(ctx context.Context, t *bot.Turn) error {
	if e, ok := t.Meaning.Entity("sort"); ok && !e.Carried || asksColours(t) { // others like it, not this one
		return s.search(ctx, t)
	}
	it, ok := s.about(t)
	if !ok && vague(t) { // of none of them
		if !saysAny(t, t.Message.Text, "search.cue.still") {
			return s.stockOf(t)
		}
		t.Meaning.Entities = append(slices.Clone(t.Meaning.Entities), nlu.Entity{Type: "sort", Value: "others"})
	}
	if !ok || s.another(t, it.ID) {
		return s.search(ctx, t)
	}
	if other, ok := s.inSize(t, &it); ok { // "in 37?", of the shoes shown with the dress
		it = other
		t.Focus(it.ID)
	}
	name := called(it.Name, t.Language)
	e, asked := t.Meaning.Entity("colour")
	asked = asked && !e.Carried
	if asked && !it.Has(recommend.Filter{Attribute: "colour", Any: []string{e.Value}}) {
		return s.inColour(ctx, t, &it, e.Value)
	}
	if value, ok := sizeOf(t, &it); ok {
		size := s.attributes.Display("size", value, t.Language)
		switch n, has := it.Left("size", value); {
		case n > 0:
			if err := t.Say("stock.size_yes", "name", name, "size", size, "n", n); err != nil {
				return err
			}
			return t.GoesWith(ctx, it.ID)
		case has || len(it.Variants) > 0:
			return t.Say("stock.size_no", "name", name, "size", size, "stock", s.left(t, &it))
		}
	}
	if asked {
		return t.Say("stock.answer", "name", name, "stock", s.left(t, &it))
	}
	if err := t.Say("stock.answer", "name", name, "stock", s.left(t, &it)); err != nil {
		return err
	}
	if it.Stock <= 0 {
		return s.instead(ctx, t, it.ID)
	}
	return t.GoesWith(ctx, it.ID)
}

// inColour shows what is like an item in a colour that it does not come in.
func (s *shop) inColour(ctx context.Context, t *bot.Turn, it *recommend.Item, value string) error {
	req := recommend.Request{Like: []string{it.ID}, Must: []recommend.Filter{{Attribute: "colour", Any: []string{value}}}}
	if size, ok := sizeOf(t, it); ok {
		req.Wish = []recommend.Filter{{Attribute: "size", Any: []string{size}}}
	}
	found, err := t.Recommend(ctx, req)
	if err != nil {
		return err
	}
	name, colour := called(it.Name, t.Language), s.attributes.Display("colour", value, t.Language)
	if len(found) == 0 {
		return t.Say("stock.colour_no", "name", name, "colour", colour)
	}
	return t.Send(bot.Reply{Text: t.Text("stock.colour_other", "name", name, "colour", colour), Cards: t.Cards(found)})
}

// stockOf says of all that was shown what is in stock.
func (s *shop) stockOf(t *bot.Turn) error {
	var lines []string
	for _, id := range t.Shown() {
		if it, ok := s.shelf.Item(id); ok {
			lines = append(lines, "· "+t.Text("stock.answer", "name", called(it.Name, t.Language), "stock", s.left(t, &it)))
		}
	}
	return t.Send(bot.Reply{Text: strings.Join(lines, "\n")})
}

// sizeOf is the size a message asks for: named, or a bare "40" that is one of the
// item's, or else the one talked about.
func sizeOf(t *bot.Turn, it *recommend.Item) (string, bool) {
	e, ok := t.Meaning.Entity("size")
	if ok && !e.Carried {
		return e.Value, true
	}
	if size, ok := bareSizeOf(t, it); ok {
		return size, true
	}
	return e.Value, ok
}

// inSize is the one of the things shown that comes in a size said, where the one
// talked about has no such size.
func (s *shop) inSize(t *bot.Turn, it *recommend.Item) (recommend.Item, bool) {
	var out []recommend.Item
	for _, id := range t.Shown() {
		other, ok := s.shelf.Item(id)
		if !ok || id == it.ID {
			continue
		}
		size, said := bareSizeOf(t, &other)
		if e, ok := t.Meaning.Entity("size"); ok && !e.Carried && !said {
			size, said = e.Value, true
		}
		_, own := it.Left("size", size)
		if _, has := other.Left("size", size); said && has && !own {
			out = append(out, other)
		}
	}
	if len(out) != 1 {
		return recommend.Item{}, false
	}
	return out[0], true
}

// bareSizeOf is a number in a message that is one of an item's sizes.
func bareSizeOf(t *bot.Turn, it *recommend.Item) (string, bool) {
	for _, word := range strings.FieldsFunc(t.Message.Text, func(r rune) bool { return r < '0' || r > '9' }) {
		if _, has := it.Left("size", word); has {
			return word, true
		}
	}
	return "", false
}

// detail shows one item, or those of the category named; without either the
// knowledge base answers.
func (s *shop) detail(ctx context.Context, t *bot.Turn) error {
	if e, ok := t.Meaning.Entity("sort"); ok && !e.Carried && e.Value == string(recommend.Cheapest) && live(t) {
		return s.search(ctx, t) // "what's the cheapest"
	}
	if saysAny(t, t.Message.Text, "product.cue.takes") {
		t.Mood.Plan = sentiment.Plan{} // who takes it is not "ill"
	}
	it, ok := s.about(t)
	if !ok {
		if e, named := t.Meaning.Entity("category"); named && !e.Carried || compares(t) {
			return s.search(ctx, t)
		}
		if len(t.Shown()) > 1 && (names(t, "feature") || names(t, "material") || names(t, "season") || names(t, "style")) {
			return s.compare(ctx, t) // "are they waterproof?"
		}
		if len(t.Shown()) > 1 && saysAny(t, t.Message.Text, "compare.cue.price") {
			return s.sideBySide(t, s.sides(t))
		}
		return nil
	}
	for _, e := range t.Meaning.Entities {
		switch e.Type {
		case "feature", "material", "season", "style", "fit", "length":
			if e.Carried || e.Negated {
				continue
			}
			what := s.attributes.Display(e.Type, e.Value, t.Language)
			if it.Has(recommend.Filter{Attribute: e.Type, Any: []string{e.Value}}) {
				return t.Say("product.is", "name", called(it.Name, t.Language), "what", what, "text", called(it.Description, t.Language))
			}
			return t.Say("product.is_not", "name", called(it.Name, t.Language), "what", what, "text", called(it.Description, t.Language))
		}
	}
	return s.show(t, it.ID)
}

// shipping says when an item would leave; without one the knowledge base answers.
func (s *shop) shipping(ctx context.Context, t *bot.Turn) error {
	it, ok := s.about(t)
	if !ok {
		return nil
	}
	if e, ok := t.Meaning.Entity("order"); ok { // "when will it arrive?", after "where is my phone?"
		o, ok, err := s.orders.find(ctx, e.Value)
		if err != nil {
			return err
		}
		if ok && o.Status != "delivered" && slices.ContainsFunc(o.Items, func(l line) bool { return l.ID == it.ID }) {
			return s.orderStatus(ctx, t)
		}
	}
	if it.Stock <= 0 {
		return t.Say("shipping.none", "name", called(it.Name, t.Language))
	}
	key := "shipping.today"
	if t.Now.Hour() >= 16 {
		key = "shipping.tomorrow"
	}
	return t.Say(key, "name", called(it.Name, t.Language))
}

// offer names the discounts that hold for the customer and the item in focus.
func (s *shop) offer(ctx context.Context, t *bot.Turn) error {
	req := recommend.OfferRequest{Tags: append(s.rules.Tags(t.Customer, t.Now), t.Customer.Tags...)}
	it, ok := s.about(t)
	if e, named := t.Meaning.Entity("category"); named && !e.Carried && (!ok || it.Category != e.Value) { // "any discount on headphones"
		if found, err := t.Recommend(ctx, recommend.Request{Must: []recommend.Filter{{Attribute: "category", Any: []string{e.Value}}}, N: 1}); err == nil && len(found) > 0 {
			it, ok = found[0].Item, true
		}
	}
	if ok {
		req.Item = &it
		req.Basket = it.Price[t.Text("currency")]
	}
	offers := t.Offers(s.offers, req)
	if len(offers) == 0 {
		return nil // the knowledge base knows about promotions in general
	}
	var lines []string
	for _, o := range offers {
		lines = append(lines, "· "+o.Text)
	}
	return t.Send(bot.Reply{Text: t.Text("offer.have") + "\n" + strings.Join(lines, "\n")})
}

// called picks a wording by language.
func called(names map[string]string, lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	if n := names[base]; n != "" {
		return n
	}
	return names["en"]
}

func firstErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
