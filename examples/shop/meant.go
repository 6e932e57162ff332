package main

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// meant finds the order a signed-in customer speaks of without its number ("the
// shoes I bought last week", "my last order"), and takes a bare order number as
// a question for it.
func (s *shop) meant(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) (err error) {
		shown := t.Shown()
		defer func() {
			if err == nil {
				err = keepShown(t, shown)
			}
			if now := t.Meaning.Intent; err == nil && now != "" && now != topic.Get(t) && !(live(t) && aside(now)) {
				err = topic.Set(t, now)
			}
		}()
		if t.Meaning.Intent == "" && saysWord(t, "consent.cue.data") && saysWord(t, "consent.cue.no") {
			t.Topic("consent.withdraw")
		}
		s.priced(t)
		s.abroad(t)
		plus(t)
		s.budgeted(t)
		e, named := t.Meaning.Entity("order")
		named = named && !e.Carried
		if named && t.Meaning.Intent == "" {
			topic := "order.status" // a bare order number
			if best := ofOrder(t); best != "" {
				topic = best // 把 0051 的地址改成…, said in words of its own
			} else if last := t.Meaning.Next.Intent; strings.HasPrefix(last, "order.") || last == "return.start" || last == "address.change" {
				topic = last // of another order
			}
			t.Topic(topic)
		}
		if t.Meaning.Intent == "address.change" {
			if err := s.sendTo(ctx, t); err != nil {
				return err
			}
		}
		cannot := s.beware(t)
		if !named && t.Meaning.Intent == "faq" && listed(t) {
			t.Topic("product.search") // "trousers"
		}
		if live(t) && !named {
			s.bareSize(t)
		}
		s.points(t)
		switch {
		case named:
		case asksWhy(t):
			t.Topic("product.why")
		case s.most(ctx, t), measures(t):
			t.Topic("product.compare")
		case pairs(t):
			t.Topic("product.pair")
		}
		if !named && t.Meaning.Intent == "" && (listed(t) || others(t) || browsing(t) || cannot || s.wants(t)) {
			t.Topic("product.search") // "summer dresses"
		}
		if !named && (t.Meaning.Intent == "" || t.Meaning.Intent == "faq") && live(t) && t.Focused() != "" && saysAny(t, t.Message.Text, "product.cue.takes") {
			t.Topic("product.detail")
		}
		if !named && (s.rather(ctx, t) || swaps(t) || answering(t) || overmuch(t) || moves(t) || s.buys(t) || s.byName(ctx, t)) {
			t.Topic("product.search")
		}
		if !named && stated(t) {
			t.Topic("product.search")
			if it, ok := s.shelf.Item(t.Focused()); ok && len(it.Variants) > 0 && live(t) && !names(t, "category") {
				t.Topic("product.stock") // of the item talked about
			}
		}
		uid, ok := t.Verified("uid")
		if !ok || named {
			return next.Handle(ctx, t)
		}
		orders, err := s.orders.of(ctx, uid)
		if err != nil {
			return err
		}
		if o, ok := s.ordered(t, orders); ok {
			t.Meaning.Entities = append(t.Meaning.Entities, nlu.Entity{Type: "order", Value: o.ID})
			t.Remember("order", o.ID) // "then cancel it"
			t.Trace.Add("shop", "the message means order %s", o.ID)
		}
		return next.Handle(ctx, t)
	})
}

// ofOrder is the most likely of the intents that are about an order, if it is
// likely at all.
func ofOrder(t *bot.Turn) string {
	for _, in := range t.Meaning.Intents {
		switch in.Name {
		case "order.status", "order.cancel", "return.start", "address.change":
			if in.Probability < 0.3 {
				return ""
			}
			return in.Name
		}
	}
	return ""
}

// aside reports whether a message of an intent leaves what was talked about before
// it open: a question of delivery in a search for a coat.
func aside(intent string) bool {
	switch intent {
	case "faq", "offer.ask", "size.advice", "thanks", "yes", "no", "consent.withdraw":
		return true
	}
	return false
}

// topic is the intent of the message before this one, but for asides.
var topic = bot.Var[string]{Name: "topic"}

// live reports whether the conversation was about things from the shelf a message
// ago.
func live(t *bot.Turn) bool { return strings.HasPrefix(topic.Get(t), "product.") }

// rather reports whether a message that no handler takes, and that the knowledge
// base has no answer to, may well look for something: it names what the shop has,
// or what is wanted in a search that goes on.
func (s *shop) rather(ctx context.Context, t *bot.Turn) bool {
	if t.Meaning.Intent != "" && t.Meaning.Intent != "faq" || t.Message.Tap != "" || t.Mood.Emotion == sentiment.Angry {
		return false
	}
	if names(t, "gender") && saysAny(t, t.Message.Text, "search.cue.gift") && !t.Mood.Trend.IsBad() {
		return true // somebody's birthday, not one's own
	}
	if saysAny(t, t.Message.Text, "search.cue.present") && t.Meaning.Unknown < 0.9 && !saysAny(t, t.Message.Text, "search.cue.gift_terms") {
		return !t.Known(ctx)
	}
	if t.Mood.Trend.IsBad() {
		return false
	}
	if _, ok := s.notSold(t); ok && saysAny(t, t.Message.Text, "search.cue.have") {
		return !t.Known(ctx)
	}
	likely := 0.0
	for _, in := range t.Meaning.Intents {
		if head, _, _ := strings.Cut(in.Name, "."); in.Name == "product.search" {
			likely = in.Probability
		} else if in.Probability >= 0.3 && (head == "order" || head == "return" || head == "offer" || head == "address" || head == "complaint") {
			return false
		}
	}
	if !live(t) && (likely < 0.1 || likely < 0.3 && t.Mood.Plan.Has(sentiment.Thank)) {
		return false // praise is for what they have
	}
	tells := slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool {
		switch {
		case e.Carried:
			return false
		case e.Money != nil, e.Type == "gender", e.Type == "size", e.Type == "group":
			return live(t)
		}
		return e.Type == "sort" || slices.Contains(wishes(), e.Type) && s.has(e)
	})
	goesOn := live(t) && len(t.Shown()) > 0 && utf8.RuneCountInString(t.Message.Text) <= 40 && saysAny(t, t.Message.Text, "search.cue.wish")
	return (tells || goesOn && !about(t.Message.Text)) && !t.Known(ctx)
}

// wishing reports whether a message says what things are to be like, or not.
func wishing(t *bot.Turn) bool {
	return slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return !e.Carried && slices.Contains(wishes(), e.Type) })
}

// about reports whether a text asks something of the things shown rather than for
// others: "can I take it on a plane?", 能带上飞机吗, but 有口袋的吗 looks on.
func about(said string) bool {
	said = strings.TrimRight(strings.ToLower(strings.TrimSpace(said)), "?？!！。. ")
	for _, end := range []string{"吗", "么", "嘛"} {
		if rest, ok := strings.CutSuffix(said, end); ok {
			return !strings.HasSuffix(rest, "的") && !strings.HasSuffix(rest, "有") && !strings.Contains(rest, "有") && !strings.Contains(rest, "别的")
		}
	}
	for _, begin := range []string{"can i ", "do they ", "does it ", "is it ", "are they ", "will it ", "would it ", "is that ", "did "} {
		if strings.HasPrefix(said, begin) {
			return true
		}
	}
	return false
}

// has reports whether the shop has a kind of thing, if it is one that is named.
func (s *shop) has(e nlu.Entity) bool { return e.Type != "category" || s.sold[e.Value] }

// forbidden are what a message says the customer cannot have.
func forbidden(t *bot.Turn) []nlu.Entity {
	never := t.Avoids()
	return slices.DeleteFunc(slices.Clone(t.Meaning.Entities), func(e nlu.Entity) bool {
		return e.Carried || !e.Negated || !slices.ContainsFunc(never, func(f recommend.Filter) bool { return f.Attribute == e.Type && f.Any[0] == e.Value })
	})
}

// beware takes what goes with an allergy that a message names, and reports
// whether it names one.
func (s *shop) beware(t *bot.Turn) bool {
	named := forbidden(t)
	for _, e := range named {
		for _, k := range s.kin[e.Type][e.Value] {
			t.Avoid(e.Type, k)
		}
	}
	return len(named) > 0
}

// wants reports whether a message that is no clear question asks for a kind of
// thing that the shop does not sell, or tells more of what is looked for: "any
// scarves", "she is always cold".
func (s *shop) wants(t *bot.Turn) bool {
	if t.Mood.Emotion == sentiment.Angry || t.Mood.Trend.IsBad() {
		return false
	}
	if _, ok := s.notSold(t); ok {
		return saysAny(t, t.Message.Text, "search.cue.have")
	}
	if !live(t) || len(sought.Get(t).Entities) == 0 || t.Meaning.Unknown > 0.9 {
		return false
	}
	return wishing(t)
}

// others reports whether a message that is no clear question asks for other
// things than those just shown: "那新款呢".
func others(t *bot.Turn) bool {
	e, ok := t.Meaning.Entity("sort")
	return ok && !e.Carried && !e.Negated && len(t.Shown()) > 0
}

// browsing reports whether a message most likely looks for something, if in words
// the shop has not heard: showing things does no harm, "I don't know" does.
func browsing(t *bot.Turn) bool {
	if len(t.Meaning.Intents) == 0 || t.Meaning.Intents[0].Name != "product.search" || t.Meaning.Unknown > 0.8 {
		return false
	}
	e, kind := t.Meaning.Entity("category")
	p := t.Meaning.Intents[0].Probability
	return p >= 0.8 || kind && !e.Carried && p >= 0.45
}

// listed reports whether a message is hardly more than what an item is like.
func listed(t *bot.Turn) bool {
	said, kind := 0, false
	for _, e := range t.Meaning.Entities {
		if !e.Carried && e.Type != "date" && e.Type != "quantity" {
			said += len(e.Text)
			kind = kind || e.Type == "category"
		}
	}
	return kind && said*10 >= len(strings.ReplaceAll(t.Message.Text, " ", ""))*6
}

// ordered is the one order, of those given latest first, that a message can mean
// by what it says of it: a kind of thing, a time, or that it is the latest.
func (s *shop) ordered(t *bot.Turn, orders []order) (order, bool) {
	said := func(kind string) (nlu.Entity, bool) {
		e, ok := t.Meaning.Entity(kind)
		return e, ok && !e.Carried
	}
	category, hasCategory := said("category")
	date, hasDate := said("date")
	sort, latest := said("sort")
	latest = latest && sort.Value == "newest"
	switch head, _, _ := strings.Cut(t.Meaning.Intent, "."); head {
	case "order", "return", "address":
	case "product", "size", "offer": // of what they may buy, not of what they bought
		if !hasDate {
			return order{}, false
		}
		latest = false
	default:
		latest = false
	}
	faulty := saysAny(t, t.Message.Text, "return.reason.quality.also")
	switch t.Meaning.Intent {
	case "", "faq": // of coats in general, unless they say whose
		if !hasDate && !faulty && !saysWord(t, "order.cue.mine") {
			return order{}, false
		}
	}
	var fits []order
	for _, o := range orders {
		switch {
		case hasCategory && !s.holds(&o, category.Value), !hasCategory && !latest,
			hasDate && date.When != nil && !s.around(&o, date.When),
			faulty && o.open(): // nothing is wrong yet with what has not left
			continue
		}
		fits = append(fits, o)
	}
	if len(fits) == 1 || latest && len(fits) > 0 {
		return fits[0], true
	}
	return order{}, false
}

func (s *shop) holds(o *order, category string) bool {
	for _, l := range o.Items {
		if it, ok := s.shelf.Item(l.ID); ok && it.Category == category {
			return true
		}
	}
	return false
}

// around reports whether an order was placed or delivered at about a time:
// people are off by a few days.
func (s *shop) around(o *order, w *nlu.When) bool {
	slack := 3 * 24 * time.Hour
	for _, at := range []time.Time{s.orders.date(o.Placed), s.orders.date(o.Delivered)} {
		if at.After(w.From.Add(-slack)) && at.Before(w.To.Add(slack)) {
			return true
		}
	}
	return false
}

// with finds the one order that holds what an answer names: "the phone one".
func (s *shop) with(mine []order, h bot.Heard) (string, bot.Sure) {
	e, ok := h.Meaning.Entity("category")
	if !ok || e.Carried || utf8.RuneCountInString(h.Text) > 20 {
		return "", bot.No
	}
	found := ""
	for _, o := range mine {
		if s.holds(&o, e.Value) {
			if found != "" {
				return "", bot.No
			}
			found = o.ID
		}
	}
	if found == "" {
		return "", bot.No
	}
	return found, bot.Exact
}
