package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// likes reports whether a message that reads like a refusal has no word of one:
// 喜欢第二个.
func likes(t *bot.Turn) bool {
	return saysWord(t, "dismiss.cue.likes") && !refuses(t)
}

// tastes takes what a message refuses as what the search does without, and reports
// whether it refuses that rather than an item: "i don't like florals".
func (s *shop) tastes(t *bot.Turn) bool {
	if _, ok := s.named(t); ok || len(t.Shown()) == 0 || saysWord(t, "dismiss.cue.this") {
		return false
	}
	if _, ok := s.described(t); ok {
		return false
	}
	refused := false
	es := slices.Clone(t.Meaning.Entities)
	for i, e := range es {
		if !e.Carried && slices.Contains(wishes(), e.Type) && e.Type != "category" && e.Type != "gender" {
			es[i].Negated, refused = true, true
		}
	}
	if refused {
		t.Meaning.Entities = es
	}
	return refused
}

// dismiss takes "not interested": in the one item that is meant, or in all that
// were shown. They are not suggested again; others like them are.
func (s *shop) dismiss(ctx context.Context, t *bot.Turn) error {
	if likes(t) {
		t.Topic("product.detail")
		return s.detail(ctx, t)
	}
	if t.Mood.Emotion != sentiment.Angry {
		t.Mood.Plan = sentiment.Plan{} // a matter of taste is no grievance
	}
	if s.tastes(t) {
		t.Topic("product.search")
		return s.search(ctx, t)
	}
	out := t.Shown()
	if it, ok := s.about(t); ok {
		out = []string{it.ID}
	}
	if len(out) == 0 {
		return t.Say("dismiss.which")
	}
	for _, id := range out {
		t.Track(bot.Event{Kind: "dismissed", Item: id})
	}
	done := "dismiss.done"
	if len(out) > 1 {
		done = "dismiss.all"
	}
	if err := t.Say(done); err != nil {
		return err
	}
	t.Topic("product.search")
	t.Meaning.Entities = t.Meaning.Next.Entities
	req, err := s.wanted(t)
	if err != nil {
		return err
	}
	req.Text, req.Exclude = "", append(seen.Get(t), out...)
	if first, ok := s.shelf.Item(out[0]); ok && len(req.Must) == 0 {
		req.Must = []recommend.Filter{{Attribute: "category", Any: []string{first.Category}}}
	}
	before := req.Exclude
	found, err := s.find(ctx, t, &req, "search.no_others", "")
	if err != nil {
		return err
	}
	return sees(t, before, found)
}

// askConsent asks once, when no other question waits, whether earlier visits may be used.
func (s *shop) askConsent(t *bot.Turn) error {
	if !t.Customer.NeedsAsking(profile.Personal) || asked.Get(t) || t.Interrupting() {
		return nil
	}
	return s.sayConsent(t)
}

// sayConsent asks whether earlier visits may be used.
func (s *shop) sayConsent(t *bot.Turn) error {
	if err := errors.Join(asked.Set(t, true), asking.Set(t, true)); err != nil {
		return err
	}
	return t.Send(bot.Reply{Text: t.Text("consent.personal"), Choices: []bot.Choice{
		{Label: t.Text("consent.yes"), Value: "consent:yes"}, {Label: t.Text("consent.no"), Value: "consent:no"}}})
}

// goesWith answers "which bag goes with it?".
func (s *shop) goesWith(ctx context.Context, t *bot.Turn) error {
	it, ok := s.about(t)
	if !ok {
		return t.Say("pair.which")
	}
	name := called(it.Name, t.Language)
	req := recommend.Request{GoesWith: []string{it.ID}}
	if kind := s.kindNamed(t, it.Category); kind != "" {
		req.Must = []recommend.Filter{{Attribute: "category", Any: []string{kind}}}
	}
	found, err := t.Recommend(ctx, req)
	if err != nil {
		return err
	}
	text := "pair.found"
	if len(found) == 0 {
		text = "pair.suits"
		if found, err = s.suits(ctx, t, &it, req.Must); err != nil {
			return err
		}
	}
	if len(found) == 0 {
		return t.Say("pair.none", "name", name)
	}
	r := bot.Reply{Text: t.Text(text, "name", name), Cards: t.Cards(found)}
	t.Focus(it.ID)
	return t.Send(r)
}

// suits finds what is worn with an item for which the catalogue names nothing:
// of the category asked for, or else of those that go with items of its own, for
// the same people, best of the same style and season and in a quiet colour.
func (s *shop) suits(ctx context.Context, t *bot.Turn, it *recommend.Item, must []recommend.Filter) ([]recommend.Suggestion, error) {
	req := recommend.Request{Must: must, Exclude: append(t.Shown(), it.ID)}
	if len(must) == 0 {
		var with []string
		for _, other := range s.shelf.Items() {
			if other.Category != it.Category {
				continue
			}
			for _, id := range other.GoesWith {
				if g, ok := s.shelf.Item(id); ok && g.Category != it.Category && !slices.Contains(with, g.Category) {
					with = append(with, g.Category)
				}
			}
		}
		req.Must = []recommend.Filter{{Attribute: "category", Any: with}}
	}
	if g := it.Attributes["gender"]; len(g) > 0 && g[0] != "unisex" {
		req.Must = append(req.Must, recommend.Filter{Attribute: "gender", Any: []string{g[0], "unisex"}})
	}
	for _, attribute := range []string{"style", "season"} {
		if v := it.Attributes[attribute]; len(v) > 0 {
			req.Wish = append(req.Wish, recommend.Filter{Attribute: attribute, Any: append([]string{"all"}, v...)})
		}
	}
	req.Wish = append(req.Wish, recommend.Filter{Attribute: "colour", Any: []string{"black", "white", "grey", "beige"}})
	found, err := t.Recommend(ctx, req)
	for i := range found {
		found[i].Reasons = nil // why it was found says the sentence before
	}
	return found, err
}

// kindNamed is the category a message names besides one, by as short a word as
// "包", which says little in any other question; "" for none.
func (s *shop) kindNamed(t *bot.Turn, besides string) string {
	if e, ok := t.Meaning.Entity("category"); ok && !e.Carried && e.Value != besides {
		return e.Value
	}
	said, best, kind := strings.ToLower(t.Message.Text), "", ""
	for v, names := range s.attributes.All() {
		if v.Attribute != "category" || v.Value == besides {
			continue
		}
		for _, n := range names {
			if n = strings.ToLower(n); len(n) > len(best) && holdsWord(said, n) {
				best, kind = n, v.Value
			}
		}
	}
	return kind
}

// holdsWord reports whether a text has a name in it: a Latin one as a word of its
// own, but for a plural, since "what" is no hat.
func holdsWord(said, name string) bool {
	letter := func(i int) bool { return i >= 0 && i < len(said) && said[i] >= 'a' && said[i] <= 'z' }
	for from := 0; ; {
		i := strings.Index(said[from:], name)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(name)
		if end < len(said) && said[end] == 's' {
			end++
		}
		if name[0] >= 0x80 || !letter(i-1) && !letter(end) {
			return true
		}
		from = i + 1
	}
}

// instead shows what is like an item that is out of stock, when the moment
// allows it.
func (s *shop) instead(ctx context.Context, t *bot.Turn, item string) error {
	if !t.Calm() {
		return nil
	}
	found, err := t.Recommend(ctx, recommend.Request{Like: []string{item}})
	if err != nil || len(found) == 0 {
		return err
	}
	r := bot.Reply{Text: t.Text("stock.instead"), Cards: t.Cards(found)}
	t.Focus(item)
	return t.Send(r)
}

// owns tells the shelf what a signed-in customer has bought here, who allows it
// to be used: that is not suggested again, until it is used up.
func (s *shop) owns(ctx context.Context, t *bot.Turn) error {
	uid, ok := t.Verified("uid")
	if !ok || !t.Customer.May(profile.Personal) {
		return nil
	}
	orders, err := s.orders.of(ctx, uid)
	if err != nil {
		return err
	}
	var events []recommend.Event
	for _, o := range orders {
		kind := "purchased"
		if o.Status == "returned" || o.Status == "cancelled" {
			kind = "refunded"
		}
		for _, l := range o.Items {
			events = append(events, recommend.Event{ID: o.ID + "/" + l.ID + "/" + kind, At: s.orders.date(o.Placed), Tenant: t.Key.Tenant, Customer: t.Customer.ID,
				Kind: kind, Item: l.ID, Basket: o.ID})
		}
	}
	return s.shelf.Record(ctx, events...)
}
