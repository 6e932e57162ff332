package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// wishes are the attributes that narrow a search.
func wishes() []string {
	return []string{"category", "brand", "colour", "size", "season", "material", "style", "gender", "feature"}
}

// seen are the items this search has shown, for "another batch".
var seen = bot.Var[[]string]{Name: "items seen"}

const maxSeen = 60

// search shows what fits what was asked for, or says honestly what does not.
func (s *shop) search(ctx context.Context, t *bot.Turn) error {
	if id, ok := s.named(t); ok {
		return s.show(t, id)
	}
	req := t.Wanted(wishes()...)
	forWhom(&req)
	if err := s.kind(t, &req); err != nil {
		return err
	}
	before := seen.Get(t)
	if e, ok := t.Meaning.Entity("sort"); ok && !e.Carried {
		switch e.Value {
		case "others":
			req.Exclude = before
		default:
			req.Order = recommend.Order(e.Value)
		}
	}
	if req.Order == recommend.Cheapest && len(before) > 0 {
		nearest := req
		if relaxed, _, ok := s.shelf.Relax(req); ok {
			nearest = relaxed
		}
		if least, err := t.Recommend(ctx, nearest); err != nil {
			return err
		} else if len(least) > 0 && slices.Contains(before, least[0].Item.ID) {
			return t.Say("search.cheapest")
		}
	}
	if req.Exclude == nil {
		before = nil // another search
	}
	found, err := s.find(ctx, t, &req)
	if err != nil || len(found) == 0 {
		return err
	}
	for _, f := range found {
		before = append(before, f.Item.ID)
	}
	if err := seen.Set(t, before[max(0, len(before)-maxSeen):]); err != nil {
		return err
	}
	if ok, err := s.narrow(t, req); ok || err != nil {
		return err
	}
	return s.askConsent(t)
}

// forWhom turns a search for women or men into one without what is for others:
// much is for everyone, or says nothing of it.
func forWhom(req *recommend.Request) {
	req.Must = slices.DeleteFunc(req.Must, func(f recommend.Filter) bool {
		var others []string
		switch {
		case f.Attribute != "gender" || len(f.Any) != 1:
			return false
		case f.Any[0] == "women":
			others = []string{"men", "kids"}
		case f.Any[0] == "men":
			others = []string{"women", "kids"}
		default:
			return false
		}
		req.Not = append(req.Not, recommend.Filter{Attribute: "gender", Any: others})
		return true
	})
}

// kind asks for the kind of thing within a category that the customer named: a
// down jacket among jackets. What they ask next is about the same kind.
func (s *shop) kind(t *bot.Turn, req *recommend.Request) error {
	e, ok := t.Meaning.Entity("category")
	if !ok {
		return nil
	}
	kind := kindSought.Get(t)
	if !e.Carried {
		kind = s.kinds[strings.ToLower(e.Text)]
		if err := kindSought.Set(t, kind); err != nil {
			return err
		}
	}
	if kind != "" { // first, so that it is the last to be given up
		req.Must = slices.Insert(req.Must, 0, recommend.Filter{Attribute: "kind", Any: []string{kind}})
	}
	return nil
}

var kindSought = bot.Var[string]{Name: "kind sought"}

// kindsOf gives items whose own names say of what kind they are the attribute
// "kind", and returns the kinds by what they are called.
func kindsOf(items []recommend.Item, attributes *recommend.Attributes) map[string]string {
	kinds := map[string]string{}
	for v, names := range attributes.All() {
		if v.Attribute != "kind" {
			continue
		}
		for _, n := range names {
			kinds[strings.ToLower(n)] = v.Value
		}
		for i := range items {
			it := &items[i]
			named := slices.ContainsFunc(names, func(n string) bool {
				return strings.Contains(strings.ToLower(it.Name["zh"]+"|"+it.Name["en"]), strings.ToLower(n))
			})
			if !named {
				continue
			}
			if it.Attributes == nil {
				it.Attributes = map[string][]string{}
			}
			it.Attributes["kind"] = append(it.Attributes["kind"], v.Value)
		}
	}
	return kinds
}

// find shows what a request lets through, or what comes close to it, and says
// so when there is nothing.
func (s *shop) find(ctx context.Context, t *bot.Turn, req *recommend.Request) ([]recommend.Suggestion, error) {
	if err := s.owns(ctx, t); err != nil {
		return nil, err
	}
	found, err := t.Recommend(ctx, *req)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 && req.Order == recommend.Trending { // a quiet week
		req.Order = recommend.ByFit
		if found, err = t.Recommend(ctx, *req); err != nil {
			return nil, err
		}
	}
	head := "search.found"
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
	switch {
	case len(found) == 0 && len(req.Exclude) > 0:
		return nil, t.Say("search.no_others")
	case len(found) == 0:
		relaxed, dropped, ok := s.shelf.Relax(*req)
		if !ok {
			return nil, t.Say("search.none")
		}
		if found, err = t.Recommend(ctx, relaxed); err != nil || len(found) == 0 {
			return nil, firstErr(err, t.Say("search.none"))
		}
		var names []string
		for _, d := range dropped {
			names = append(names, t.Text("attribute."+d))
		}
		if err := t.Say("search.relaxed", "what", strings.Join(names, t.Text("list.and"))); err != nil {
			return nil, err
		}
		*req, head = relaxed, "search.instead"
	case len(req.Exclude) > 0:
		head = "search.others"
	case req.Order == recommend.Newest:
		head = "search.newest"
	case req.Order == recommend.Trending:
		head = "search.trending"
	case len(req.Must)+len(req.Not) == 0 && req.MaxPrice == 0 && req.MinPrice == 0:
		head = "search.popular"
	}
	return found, t.Send(bot.Reply{Text: t.Text(head), Cards: t.Cards(found)})
}

// few is how many items a customer looks through without a question to help.
const few = 6

// narrow asks what would narrow a vague request most, with replies that answer
// it: the kind of thing first, then what splits the rest.
func (s *shop) narrow(t *bot.Turn, req recommend.Request) (bool, error) {
	if len(req.Must) > 1 || req.MinPrice > 0 || req.MaxPrice > 0 || req.Order == recommend.Cheapest {
		return false, nil
	}
	about := []string{"category"}
	if len(req.Must) == 1 {
		about = []string{"colour", "style", "season", "feature", "gender"}
	}
	req.Customer, req.Language, req.Now = t.Customer.ID, t.Language, t.Now
	q, ok := s.shelf.Ask(req, about...)
	if !ok || q.Items <= few {
		return false, nil
	}
	r := bot.Reply{Text: t.Text("narrow." + q.Attribute)}
	for _, a := range q.Answers[:min(4, len(q.Answers))] {
		r.Choices = append(r.Choices, bot.Choice{Label: a.Name, Value: "want:" + q.Attribute + "=" + a.Value + "/" + string(req.Order)})
	}
	return true, t.Send(r)
}

// want takes a tapped answer of narrow as if it had been said, whatever its
// label was understood as, on top of what was asked for before.
func want(t *bot.Turn, answer string) {
	answer, order, _ := strings.Cut(answer, "/")
	attribute, value, _ := strings.Cut(answer, "=")
	t.Topic("product.search")
	t.Meaning.Entities = []nlu.Entity{{Type: attribute, Value: value}}
	if order != "" {
		t.Meaning.Entities = append(t.Meaning.Entities, nlu.Entity{Type: "sort", Value: order})
	}
	for _, e := range t.Meaning.Next.Entities {
		switch e.Type {
		case attribute, "product", "item", "sort":
		default:
			t.Meaning.Entities = append(t.Meaning.Entities, e)
		}
	}
	t.Remember(attribute, value)
}

// dismiss takes "not interested": in the one item that is meant, or in all that
// were shown. They are not suggested again; others like them are.
func (s *shop) dismiss(ctx context.Context, t *bot.Turn) error {
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
	if t.Mood.Emotion != sentiment.Angry {
		t.Mood.Plan = sentiment.Plan{} // a matter of taste is no grievance
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
	req := t.Wanted(wishes()...)
	req.Text, req.Exclude = "", append(seen.Get(t), out...)
	if first, ok := s.shelf.Item(out[0]); ok && len(req.Must) == 0 {
		req.Must = []recommend.Filter{{Attribute: "category", Any: []string{first.Category}}}
	}
	_, err := s.find(ctx, t, &req)
	return err
}

// askConsent asks once, when no other question waits, whether earlier visits may be used.
func (s *shop) askConsent(t *bot.Turn) error {
	if !t.Customer.NeedsAsking(profile.Personal) || asked.Get(t) || t.Interrupting() {
		return nil
	}
	if err := errors.Join(asked.Set(t, true), asking.Set(t, true)); err != nil {
		return err
	}
	return t.Send(bot.Reply{Text: t.Text("consent.personal"), Choices: []bot.Choice{
		{Label: t.Text("consent.yes"), Value: "consent:yes"}, {Label: t.Text("consent.no"), Value: "consent:no"}}})
}

// paired are the items whose complements this conversation has shown.
var paired = bot.Var[[]string]{Name: "items paired"}

// pair shows what goes with an item the customer is about to buy, once.
func (s *shop) pair(ctx context.Context, t *bot.Turn, item string) error {
	before := paired.Get(t)
	if slices.Contains(before, item) {
		return nil
	}
	if err := t.GoesWith(ctx, item); err != nil {
		return err
	}
	before = append(before, item)
	for _, g := range t.Suggestions { // nor what was shown with it
		before = append(before, g.Item.ID)
	}
	return paired.Set(t, before[max(0, len(before)-maxSeen):])
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

// about is named or, failing that, the item in focus.
func (s *shop) about(t *bot.Turn) (recommend.Item, bool) {
	id, ok := s.named(t)
	if !ok {
		if id = t.Focused(); id == "" {
			return recommend.Item{}, false
		}
	}
	it, ok := s.shelf.Item(id)
	if ok {
		t.Focus(id)
	}
	return it, ok
}

func (s *shop) show(t *bot.Turn, id string) error {
	it, ok := s.shelf.Item(id)
	if !ok {
		return fmt.Errorf("%w: %s", errNoStock, id)
	}
	card := cardOf(&it, t.Language, t.Text("currency"))
	t.Show(id)
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
	it, ok := s.about(t)
	if !ok {
		return s.search(ctx, t)
	}
	name := called(it.Name, t.Language)
	if value, ok := sizeOf(t, &it); ok {
		size := s.attributes.Display("size", value, t.Language)
		switch n, has := it.Left("size", value); {
		case n > 0:
			if err := t.Say("stock.size_yes", "name", name, "size", size, "n", n); err != nil {
				return err
			}
			return s.pair(ctx, t, it.ID)
		case has || len(it.Variants) > 0:
			return t.Say("stock.size_no", "name", name, "size", size, "stock", s.left(t, &it))
		}
	}
	if e, ok := t.Meaning.Entity("colour"); ok && !e.Carried {
		if it.Has(recommend.Filter{Attribute: "colour", Any: []string{e.Value}}) {
			return t.Say("stock.answer", "name", name, "stock", s.left(t, &it))
		}
		found, err := t.Recommend(ctx, recommend.Request{Like: []string{it.ID}, Must: []recommend.Filter{{Attribute: "colour", Any: []string{e.Value}}}})
		if err != nil {
			return err
		}
		colour := s.attributes.Display("colour", e.Value, t.Language)
		if len(found) == 0 {
			return t.Say("stock.colour_no", "name", name, "colour", colour)
		}
		return t.Send(bot.Reply{Text: t.Text("stock.colour_other", "name", name, "colour", colour), Cards: t.Cards(found)})
	}
	if err := t.Say("stock.answer", "name", name, "stock", s.left(t, &it)); err != nil || it.Stock <= 0 {
		return err
	}
	return s.pair(ctx, t, it.ID)
}

// sizeOf is the size a message asks for: named, or a bare "40" that is one of the
// item's, or else the one talked about.
func sizeOf(t *bot.Turn, it *recommend.Item) (string, bool) {
	e, ok := t.Meaning.Entity("size")
	if ok && !e.Carried {
		return e.Value, true
	}
	for _, word := range strings.FieldsFunc(t.Message.Text, func(r rune) bool { return r < '0' || r > '9' }) {
		if _, has := it.Left("size", word); has {
			return word, true
		}
	}
	return e.Value, ok
}

// detail shows one item, or those of the category named; without either the
// knowledge base answers.
func (s *shop) detail(ctx context.Context, t *bot.Turn) error {
	it, ok := s.about(t)
	if !ok {
		if e, named := t.Meaning.Entity("category"); named && !e.Carried {
			return s.search(ctx, t)
		}
		return nil
	}
	return s.show(t, it.ID)
}

// shipping says when an item would leave; without one the knowledge base answers.
func (s *shop) shipping(_ context.Context, t *bot.Turn) error {
	it, ok := s.about(t)
	if !ok {
		return nil
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
func (s *shop) offer(_ context.Context, t *bot.Turn) error {
	req := recommend.OfferRequest{Tags: append(s.rules.Tags(t.Customer, t.Now), t.Customer.Tags...)}
	if it, ok := s.about(t); ok {
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
