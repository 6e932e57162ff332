package main

import (
	"context"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// wishes are the attributes that narrow a search.
func wishes() []string {
	return []string{"category", "brand", "colour", "size", "season", "material", "style", "gender", "feature", "length", "fit", "shade", "pattern", "group"}
}

// seen are the items this search has shown, for "another batch".
var seen = bot.Var[[]string]{Name: "items seen"}

const maxSeen = 60

// search shows what fits what was asked for, or says honestly what does not.
func (s *shop) search(ctx context.Context, t *bot.Turn) error {
	atEase(t)
	if e, ok := t.Meaning.Entity("sort"); ok && !e.Carried && e.Value == string(recommend.Dearest) {
		t.Mood.Plan = sentiment.Plan{} // who asks for the dearest minds no price
	}
	if asksColours(t) {
		if done, err := s.colours(ctx, t); done || err != nil {
			return err
		}
	}
	id, named := s.named(t)
	named = named && !s.another(t, id)
	dear := ""
	if named && tooDear(t) { // something cheaper than it
		if it, ok := s.shelf.Item(id); ok {
			dear, named = id, false
			t.Meaning.Entities = append(slices.DeleteFunc(slices.Clone(t.Meaning.Entities), func(e nlu.Entity) bool { return e.Type == "category" }), nlu.Entity{Type: "category", Value: it.Category, Carried: true})
		}
	}
	if named && !s.otherwise(t, id) {
		it, _ := s.shelf.Item(id)
		_, sized := bareSizeOf(t, &it)
		switch {
		case sized, names(t, "size"):
			return s.inStock(ctx, t)
		case names(t, "feature"), names(t, "material"):
			return s.detail(ctx, t)
		}
		return s.show(t, id)
	}
	if category, ok := s.notSold(t); ok && !named {
		return s.notHere(t, category)
	}
	if saysAny(t, t.Message.Text, "search.cue.brands") && !names(t, "brand") {
		return s.brands(t)
	}
	if err := s.promise(t); err != nil {
		return err
	}
	search := sought.Get(t)
	req, err := s.wanted(t)
	if err != nil {
		return err
	}
	if s.outgrown(t, &req) {
		if err := sought.Set(t, quest{}); err != nil {
			return err
		}
		if req, err = s.wanted(t); err != nil {
			return err
		}
	}
	if err := s.kind(t, &req); err != nil {
		return err
	}
	before, none, head := seen.Get(t), "search.no_others", ""
	if dear != "" {
		before = []string{dear}
	}
	notDear(t, &req)
	if named {
		s.like(t, &req)
	} else if compares(t) {
		req.Exclude, none = before, ""
	} else if vague(t) {
		if req.Exclude = before; len(search.Entities) > 0 && saysAny(t, t.Message.Text, "search.cue.wish") && !saysAny(t, t.Message.Text, "search.cue.still") {
			head = "search.unsure"
		}
	} else if e, ok := t.Meaning.Entity("sort"); ok && !e.Carried {
		switch e.Value {
		case "others":
			req.Exclude = before
		case "similar":
			s.like(t, &req)
		case "cheaper":
			none = "search.cheapest"
			if s.below(&req, before); len(before) == 0 {
				req.Order = recommend.Cheapest
			}
		case "pricier":
			none = "search.dearest"
			s.above(&req, before)
		default:
			req.Order = recommend.Order(e.Value)
		}
	}
	if len(req.Like) > 0 { // "like this in blue" is an aside: the search goes on after it
		if err := sought.Set(t, search); err != nil {
			return err
		}
	}
	if req.Order == recommend.Cheapest && len(before) > 0 {
		nearest := req
		if relaxed, _, ok := s.shelf.Relax(req); ok {
			nearest = relaxed
		}
		if said, err := s.cheapest(ctx, t, nearest, before); said || err != nil {
			return err
		}
	}
	if req.Exclude == nil {
		before = nil // another search
	}
	found, err := s.nearest(ctx, t, req)
	near := len(found) > 0
	if err == nil && !near {
		found, err = s.find(ctx, t, &req, none, head)
	}
	if err != nil || len(found) == 0 {
		return err
	}
	if err := sees(t, before, found); err != nil {
		return err
	}
	if near {
		return nil
	}
	if ok, err := s.narrow(t, req); ok || err != nil {
		return err
	}
	return s.askConsent(t)
}

// sees notes what was found as seen, after what was before.
func sees(t *bot.Turn, before []string, found []recommend.Suggestion) error {
	for _, f := range found {
		before = append(before, f.Item.ID)
	}
	return seen.Set(t, before[max(0, len(before)-maxSeen):])
}

// outgrown reports whether a message looks for a kind of thing of which there is
// none for the child, or the man, of the search before; then it is for somebody
// else.
func (s *shop) outgrown(t *bot.Turn, req *recommend.Request) bool {
	e, ok := t.Meaning.Entity("gender")
	if !ok || !e.Carried || !names(t, "category") {
		return false
	}
	if slices.ContainsFunc(s.shelf.Items(), func(it recommend.Item) bool {
		return !slices.ContainsFunc(req.Must, func(f recommend.Filter) bool {
			return (f.Attribute == "category" || f.Attribute == "gender") && !it.Has(f)
		}) && !slices.ContainsFunc(req.Not, it.Has)
	}) {
		return false
	}
	t.Meaning.Entities = slices.DeleteFunc(slices.Clone(t.Meaning.Entities), func(e nlu.Entity) bool { return e.Type == "gender" })
	t.Forget("gender")
	return true
}

// brands tells which brands there are, of the things looked for.
func (s *shop) brands(t *bot.Turn) error {
	category, _ := t.Meaning.Entity("category")
	var have []string
	for _, it := range s.shelf.Items() {
		name := s.attributes.Display("brand", it.Brand, t.Language)
		if it.Brand != "" && (category.Value == "" || category.Negated || it.Category == category.Value) && !slices.Contains(have, name) {
			have = append(have, name)
		}
	}
	if len(have) == 0 {
		return t.Say("search.none")
	}
	return t.Say("search.brands", "names", enumerate(t, have))
}

// atEase takes back an apology where somebody looks for something and blames
// nobody: what is too warm for one, or a mother's bad feet, is no grievance.
func atEase(t *bot.Turn) {
	if refuses := slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return e.Negated && !e.Carried }); (t.Mood.Emotion != sentiment.Angry || refuses) && t.Mood.Plan.Has(sentiment.Apologise) && t.Mood.Cause != sentiment.CauseDelay {
		t.Mood.Plan = sentiment.Plan{}
	}
}

// promise says that what the customer cannot have will not be shown, in the turn
// that says so.
func (s *shop) promise(t *bot.Turn) error {
	if len(forbidden(t)) == 0 {
		return nil
	}
	var names []string
	key := "search.avoid"
	for _, f := range t.Avoids() {
		names = append(names, s.attributes.Display(f.Attribute, f.Any[0], t.Language))
		if f.Attribute == "material" || f.Attribute == "feature" {
			key = "search.avoid_made" // what it is made of, its label knows better
		}
	}
	return t.Say(key, "what", enumerate(t, names))
}

// another reports whether a message names a kind of thing that an item is not:
// "forget it, a humidifier then".
func (s *shop) another(t *bot.Turn, id string) bool {
	it, ok := s.shelf.Item(id)
	return ok && slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool {
		kind := s.kindOf(e.Text)
		return e.Type == "category" && !e.Carried && !e.Negated && (e.Value != it.Category || kind != "" && !it.Has(recommend.Filter{Attribute: "kind", Any: []string{kind}}))
	})
}

// otherwise reports whether a message asks for what is like an item and is not
// it: "something like the second one, but in blue".
func (s *shop) otherwise(t *bot.Turn, id string) bool {
	it, ok := s.shelf.Item(id)
	for _, e := range t.Meaning.Entities {
		switch {
		case e.Carried || !ok:
		case e.Negated:
			if slices.Contains(wishes(), e.Type) && e.Type != "category" { // "the first is too short"
				return true
			}
		case e.Type == "sort" && e.Value == "similar":
			return true
		case (e.Type == "colour" || e.Type == "fit" || e.Type == "length" || e.Type == "feature") && !it.Has(recommend.Filter{Attribute: e.Type, Any: []string{e.Value}}):
			return true
		}
	}
	return false
}

// names reports whether a message itself names a value of an attribute.
func names(t *bot.Turn, attribute string) bool {
	return slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return !e.Carried && e.Type == attribute })
}

// vague reports whether a message asks for something in words that the shop does
// not know, after others were shown: the same again is no answer to it.
func vague(t *bot.Turn) bool {
	return len(t.Shown()) > 0 && live(t) && t.Message.Tap == "" &&
		!slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return !e.Carried })
}

// compares reports whether a message measures what it wants by what was shown:
// 太厚了, 薄一点, "something lighter", "less formal".
func compares(t *bot.Turn) bool {
	if len(t.Shown()) == 0 {
		return false
	}
	said := t.Message.Text
	return slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool {
		if e.Carried || e.Start < 0 || e.Start >= e.End || e.End > len(said) {
			return false
		}
		switch e.Type {
		case "feature", "style", "length", "fit", "shade", "pattern":
		default: // there is no more or less of it
			return false
		}
		own := strings.ToLower(e.Text)
		left, right := strings.ToLower(strings.TrimSpace(said[:e.Start]))+own, own+strings.ToLower(said[e.End:])
		for _, w := range strings.Split(t.Text("search.cue.more"), " | ") {
			if strings.HasSuffix(strings.TrimSuffix(left, own), w) || strings.HasPrefix(own, w) {
				return true
			}
		}
		for _, w := range strings.Split(t.Text("search.cue.bit"), " | ") {
			if strings.HasPrefix(strings.TrimPrefix(right, own), w) || own[0] < 0x80 && strings.HasSuffix(own, w) {
				return true
			}
		}
		return false
	})
}

// like asks for what is similar to the item talked about, or to what was shown,
// with what the message itself says besides.
func (s *shop) like(t *bot.Turn, req *recommend.Request) {
	if it, ok := s.about(t); ok {
		req.Like = []string{it.ID}
	} else if req.Like = t.Shown(); len(req.Like) == 0 {
		return
	}
	said := func(f recommend.Filter) bool {
		e, ok := t.Meaning.Entity(f.Attribute)
		return ok && !e.Carried
	}
	req.Exclude, req.Text, req.MinPrice, req.MaxPrice = req.Like, "", 0, 0
	req.Must = slices.DeleteFunc(req.Must, func(f recommend.Filter) bool { return !said(f) })
	req.Wish = slices.DeleteFunc(req.Wish, func(f recommend.Filter) bool { return !said(f) })
}

// few is how many items a customer looks through without a question to help.
const few = 6

// narrow asks what would narrow a vague request most, with replies that answer
// it: the kind of thing first, then what splits the rest.
func (s *shop) narrow(t *bot.Turn, req recommend.Request) (bool, error) {
	if len(req.Must)+len(req.Wish) > 1 || len(req.Like) > 0 || req.MinPrice > 0 || req.MaxPrice > 0 || req.Order == recommend.Cheapest || req.Order == recommend.Dearest {
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
