package main

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

var (
	asked  = bot.Var[bool]{Name: "asked consent"}
	asking = bot.Var[bool]{Name: "asking consent"} // it is the last thing that was said
	proven = bot.Var[[]string]{Name: "orders proven"}
	misses = bot.Var[int]{Name: "wrong proofs"}
)

const (
	eventForget = "shop.forget" // the customer asked to have everything erased
	maxMisses   = 5             // wrong proofs in a conversation before a person must look
)

// taps answers the quick replies that belong to no question of a flow.
func (s *shop) taps(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		what, value, _ := strings.Cut(t.Message.Tap, ":")
		if asking.Get(t) {
			if err := asking.Set(t, false); err != nil {
				return err
			}
			if yes := t.Meaning.Intent == "yes"; t.Message.Tap == "" && (yes || t.Meaning.Intent == "no") {
				what, value = "consent", map[bool]string{true: "yes", false: "no"}[yes]
			}
		}
		switch what {
		case "consent":
			t.Consent(profile.Personal, value == "yes", "consent.personal")
			return t.Say("consent.thanks." + value)
		case "want":
			want(t, value)
		}
		return next.Handle(ctx, t)
	})
}

// makeUp gives what the mood strategy proposes, within its limit and once: a
// compensation, unless a person must agree to it, and a reward.
func (s *shop) makeUp(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		if err := next.Handle(ctx, t); err != nil || t.HandedOver() {
			return err
		}
		plan, purpose, text := &t.Mood.Plan, "", ""
		switch {
		case plan.Has(sentiment.Compensate) && plan.Approve:
			t.Trace.Add("shop", "a compensation is for a person to agree to")
			return nil
		case plan.Has(sentiment.Compensate):
			purpose, text = "compensation", "offer.sorry"
		case plan.Has(sentiment.Reward):
			purpose, text = "reward", "offer.reward"
		default:
			return nil
		}
		offers := t.Offers(s.offers, recommend.OfferRequest{Purpose: purpose, Limit: plan.Limit})
		if len(offers) == 0 {
			return nil
		}
		o := offers[0]
		if err := t.Grant(s.offers, o, "mood "+plan.Rule, ""); err != nil {
			t.Trace.Add("shop", "%v", err) // another customer was faster
			return nil
		}
		if purpose == "compensation" {
			t.Compensated()
		}
		replies := t.Replies()
		last := len(replies)
		if last > 0 && len(replies[last-1].Choices) > 0 {
			last-- // what may be tapped stays at the end
		}
		t.SetReplies(slices.Insert(replies, last, bot.Reply{Text: t.Text(text, "what", o.Text), Language: t.Language}))
		return nil
	})
}

// blame tells the mood strategy that an order is late: the shop's to make good,
// whether the customer is angry about it or just asks. What else may be wrong
// with an order a person judges.
func (s *shop) blame(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		e, ok := t.Meaning.Entity("order")
		uid, signedIn := t.Verified("uid")
		if !ok || !signedIn {
			return next.Handle(ctx, t)
		}
		o, ok, err := s.orders.find(ctx, e.Value)
		if err != nil {
			return err
		}
		if ok && o.Owner == uid {
			cause, fault := "", ""
			if told := t.Mood.Cause; s.late(t, &o) && (told == "" || told == sentiment.CauseDelay) {
				cause, fault = sentiment.CauseDelay, sentiment.FaultOurs
			}
			if err := t.Blame(ctx, cause, fault); err != nil {
				return err
			}
		}
		return next.Handle(ctx, t)
	})
}

// late reports an order that should have come before yesterday.
func (s *shop) late(t *bot.Turn, o *order) bool {
	return o.Status == "shipped" && s.orders.date(o.ETA).Before(t.Now.AddDate(0, 0, -1))
}

// meant finds the order a signed-in customer speaks of without its number ("the
// shoes I bought last week", "my last order"), and takes a bare order number as
// a question for it.
func (s *shop) meant(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		e, named := t.Meaning.Entity("order")
		named = named && !e.Carried
		if named && t.Meaning.Intent == "" {
			topic := "order.status" // a bare order number
			if last := t.Meaning.Next.Intent; strings.HasPrefix(last, "order.") || last == "return.start" || last == "address.change" {
				topic = last // of another order
			}
			t.Topic(topic)
		}
		if !named && t.Meaning.Intent == "" && listed(t) {
			t.Topic("product.search") // "summer dresses"
		}
		uid, ok := t.Verified("uid")
		if !ok || named {
			return next.Handle(ctx, t)
		}
		orders, err := s.orders.of(ctx, uid)
		if err != nil {
			return err
		}
		if o, ok := s.fitting(t, orders); ok {
			t.Meaning.Entities = append(t.Meaning.Entities, nlu.Entity{Type: "order", Value: o.ID})
			t.Remember("order", o.ID) // "then cancel it"
			t.Trace.Add("shop", "the message means order %s", o.ID)
		}
		return next.Handle(ctx, t)
	})
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

// fitting is the one order, of those given latest first, that a message can mean
// by what it says of it: a kind of thing, a time, or that it is the latest.
func (s *shop) fitting(t *bot.Turn, orders []order) (order, bool) {
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

// greet welcomes by name and time of day, and says what it is.
func (s *shop) greet(_ context.Context, t *bot.Turn) error {
	if !t.First() {
		return nil // the catalogue's short answer will do
	}
	return t.Send(t.Opening())
}

// bye asks how it went.
func (s *shop) bye(_ context.Context, t *bot.Turn) error {
	return t.Send(bot.Reply{Text: t.Text("intent.bye"), Survey: t.Survey()})
}

// complaint looks for the order it is about and offers what can be done.
func (s *shop) complaint(ctx context.Context, t *bot.Turn) error {
	which := "complaint.which"
	if p := &t.Mood.Plan; p.Has(sentiment.Apologise) || p.Has(sentiment.Soothe) {
		which = "mood.tell" // the apology stands before it
	}
	e, ok := t.Meaning.Entity("order")
	if !ok {
		return t.Say(which)
	}
	o, ok, err := s.orders.find(ctx, e.Value)
	if err != nil {
		return err
	}
	if uid, _ := t.Verified("uid"); !ok || o.Owner != uid {
		return t.Say(which)
	}
	t.Remember("order", o.ID)
	r := bot.Reply{Text: t.Text("complaint.order", "order", o.ID, "items", s.itemsOf(t, &o), "state", s.state(t, &o))}
	for _, what := range []string{"choice.return", "choice.status"} {
		r.Choices = append(r.Choices, bot.Choice{Label: t.Text(what), Value: t.Text(what)})
	}
	return t.Send(r)
}

// compensate gives what the shop's rules allow for an order that is late; the
// rest is for a person to decide.
func (s *shop) compensate(ctx context.Context, t *bot.Turn) error {
	ask := bot.Reply{Text: t.Text("compensate.person"), Choices: []bot.Choice{{Label: t.Text("choice.person"), Value: t.Text("choice.person")}}}
	uid, signedIn := t.Verified("uid")
	e, ok := t.Meaning.Entity("order")
	if !signedIn || !ok {
		return t.Send(ask)
	}
	o, ok, err := s.orders.find(ctx, e.Value)
	if err != nil {
		return err
	}
	if !ok || o.Owner != uid || !s.late(t, &o) {
		return t.Send(ask)
	}
	offers := t.Offers(s.offers, recommend.OfferRequest{Purpose: "compensation"})
	if len(offers) == 0 {
		return t.Send(ask)
	}
	if err := t.Grant(s.offers, offers[0], "order "+o.ID+" is late", ""); err != nil {
		t.Trace.Add("shop", "%v", err) // another customer was faster
		return t.Send(ask)
	}
	t.Compensated()
	return t.Say("offer.sorry", "what", offers[0].Text)
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

// whose asks for the order and makes sure that it is the customer's: an order
// of their account, or proof by the recipient's phone.
func (s *shop) whose(ctx context.Context, t *bot.Turn, prompt string) (order, error) {
	q := bot.Question[string]{Name: "order", Prompt: prompt, Slot: "order", Parse: bot.OrderID,
		Check: func(id string) error {
			_, ok, err := s.orders.find(ctx, id)
			if err == nil && !ok {
				err = bot.Again("order.unknown")
			}
			return err
		}}
	uid, signedIn := t.Verified("uid")
	if signedIn {
		mine, err := s.orders.of(ctx, uid)
		if err != nil {
			return order{}, err
		}
		for i, o := range mine {
			if i < 4 {
				q.Quick = append(q.Quick, bot.Choice{Label: o.ID, Value: o.ID})
			}
		}
		q.Parse = func(h bot.Heard) (string, bot.Sure) {
			if id, sure := bot.OrderID(h); sure != bot.No || h.Meaning == nil {
				return id, sure
			}
			return s.with(mine, h)
		}
	}
	id, err := bot.Ask(t, q)
	if err != nil {
		return order{}, err
	}
	// Recorded: once the order is returned, the flow that returned it must not
	// take another way when it runs again.
	o, err := bot.Load(ctx, t, "details", func(ctx context.Context) (order, error) {
		t.Notice("order.looking", "order", id)
		o, _, err := s.orders.find(ctx, id)
		return o, err
	})
	if err != nil {
		return o, err
	}
	if signedIn && o.Owner == uid {
		t.Remember("order", o.ID)
		return o, nil
	}
	// Recorded too: what this run proves must not change the way of the next.
	known, err := bot.Load(ctx, t, "known", func(context.Context) (bool, error) {
		if slices.Contains(proven.Get(t), o.ID) {
			return true, nil
		}
		if misses.Get(t) >= maxMisses {
			return false, bot.Refuse("proof", "order.locked")
		}
		return false, nil
	})
	if err != nil || known {
		return o, err
	}
	_, err = bot.Ask(t.In("proof", o.ID), bot.Question[string]{Name: "phone", Prompt: "order.proof", Parse: lastFour,
		Check: func(digits string) error {
			if misses.Get(t) >= maxMisses {
				return bot.Again("order.locked")
			}
			if o.Phone != "" && strings.HasSuffix(o.Phone, digits) {
				return nil
			}
			if err := misses.Set(t, misses.Get(t)+1); err != nil {
				return err
			}
			return bot.Again("order.wrong_proof")
		}})
	if err != nil {
		return o, err
	}
	t.Remember("order", o.ID)
	return o, proven.Set(t, append(proven.Get(t), o.ID))
}

// submit has the order system do something, and says so meanwhile: a host's
// own may take its time.
func (s *shop) submit(ctx context.Context, t *bot.Turn, key, kind, id, detail string) (string, error) {
	t.Notice("order.submitting")
	return s.orders.act(ctx, key, kind, id, detail)
}

// lastFour reads four digits, alone or at the end of a phone number.
func lastFour(h bot.Heard) (string, bot.Sure) {
	var digits []rune
	for _, r := range h.Text {
		if r >= '0' && r <= '9' {
			digits = append(digits, r)
		}
	}
	if len(digits) != 4 && len(digits) != 11 {
		return "", bot.No
	}
	return string(digits[len(digits)-4:]), bot.Exact
}

// itemsOf names what is in an order.
func (s *shop) itemsOf(t *bot.Turn, o *order) string {
	var names []string
	for _, l := range o.Items {
		it, ok := s.shelf.Item(l.ID)
		if !ok {
			continue
		}
		n := called(it.Name, t.Language)
		if l.Size != "" {
			n += " " + s.attributes.Display("size", l.Size, t.Language)
		}
		names = append(names, n)
	}
	return strings.Join(names, t.Text("list.comma"))
}

// state says in words where an order is.
func (s *shop) state(t *bot.Turn, o *order) string {
	day := func(d day) string { return s.orders.date(d).Format(t.Text("format.day")) }
	key := "state." + o.Status
	if s.late(t, o) {
		key = "state.late"
	}
	return t.Text(key, "carrier", called(o.Carrier, t.Language), "tracking", o.Tracking, "eta", day(o.ETA), "delivered", day(o.Delivered), "city", called(o.City, t.Language))
}

// orderStatus tells where an order is.
func (s *shop) orderStatus(ctx context.Context, t *bot.Turn) error {
	o, err := s.whose(ctx, t, "order.which")
	if err != nil {
		return err
	}
	if len(o.Items) > 0 {
		t.Focus(o.Items[0].ID)
	}
	return t.Say("order.status", "order", o.ID, "items", s.itemsOf(t, &o), "state", s.state(t, &o))
}

// orderCancel cancels an order that has not left.
func (s *shop) orderCancel(ctx context.Context, t *bot.Turn) error {
	o, err := s.whose(ctx, t, "cancel.which")
	if err != nil {
		return err
	}
	if o.Status == "returned" || o.Status == "cancelled" {
		return t.Say("order.done", "order", o.ID)
	}
	if !o.open() {
		return t.Say("cancel.late", "order", o.ID, "state", s.state(t, &o))
	}
	if ok, err := bot.Confirm(t, "sure", "cancel.sure", "order", o.ID, "items", s.itemsOf(t, &o)); err != nil || !ok {
		return err
	}
	if _, err := bot.Once(ctx, t, "cancel", func(ctx context.Context, key string) (string, error) {
		return s.submit(ctx, t, key, "cancel", o.ID, "")
	}, bot.Idempotent); err != nil {
		return err
	}
	return t.Say("cancel.done", "order", o.ID)
}

// returnOrder takes something back or exchanges it.
func (s *shop) returnOrder(ctx context.Context, t *bot.Turn) error {
	o, err := s.whose(ctx, t, "return.which")
	if err != nil {
		return err
	}
	switch {
	case o.Status == "returned" || o.Status == "cancelled":
		return t.Say("order.done", "order", o.ID)
	case o.open():
		return t.Say("return.not_yet", "order", o.ID)
	}
	if err := t.Say("return.found", "order", o.ID, "items", s.itemsOf(t, &o)); err != nil {
		return err
	}
	reason, err := bot.Choose(t, "reason", "return.reason", "quality", "size", "unwanted", "wrong")
	if err != nil {
		return err
	}
	limit := 7
	if reason == "quality" || reason == "wrong" {
		limit = 30
	}
	// Recorded: who asked in time may take a day to confirm.
	asked, err := t.At("asked")
	if err != nil {
		return err
	}
	if o.Status == "delivered" && s.orders.date(o.Delivered).AddDate(0, 0, limit).Before(asked) {
		return t.Say("return.too_old", "order", o.ID, "days", limit)
	}
	// What the customer said when the reason was found may be the fault itself.
	said, err := bot.Load(ctx, t, "said", func(context.Context) (string, error) { return t.Message.Text, nil })
	if err != nil {
		return err
	}
	kind, err := bot.Choose(t, "kind", "return.kind", "refund", "exchange")
	if err != nil {
		return err
	}
	detail := reason
	if reason == "quality" {
		d, err := s.damaged(t, &o, said)
		if err != nil {
			return err
		}
		detail += " " + d.note()
	}
	items := s.itemsOf(t, &o)
	if kind == "exchange" && reason == "size" {
		w, ok, err := s.otherSize(ctx, t, &o, said)
		if err != nil {
			return err
		}
		if !ok {
			return t.Say("swap.none", "items", items)
		}
		items += " → " + s.attributes.Display("size", w.Size, t.Language)
		detail += " " + w.Item + ": " + w.Size
	}
	refund := t.Price(o.Total[t.Text("currency")], t.Text("currency"))
	prompt := "return.sure_refund"
	if kind == "exchange" {
		prompt = "return.sure_exchange"
	}
	if ok, err := bot.Confirm(t, "sure", prompt, "order", o.ID, "items", items, "refund", refund, "reason", t.Text("return.reason."+reason)); err != nil || !ok {
		return err
	}
	no, err := bot.Once(ctx, t, "create", func(ctx context.Context, key string) (string, error) {
		return s.submit(ctx, t, key, map[string]string{"refund": "return", "exchange": "exchange"}[kind], o.ID, detail)
	}, bot.Idempotent)
	if err != nil {
		return err
	}
	return t.Say("return.done_"+kind, "no", no, "order", o.ID, "refund", refund)
}

// changeAddress sends an order that has not left somewhere else.
func (s *shop) changeAddress(ctx context.Context, t *bot.Turn) error {
	o, err := s.whose(ctx, t, "address.which")
	if err != nil {
		return err
	}
	if !o.open() {
		return t.Say("address.late", "order", o.ID, "state", s.state(t, &o))
	}
	to, err := bot.Ask(t, bot.Question[string]{Name: "address", Prompt: "address.new", Args: []any{"order", o.ID},
		Check: func(a string) error {
			if len([]rune(a)) < 8 {
				return bot.Again("address.short")
			}
			return nil
		}})
	if err != nil {
		return err
	}
	if ok, err := bot.Confirm(t, "sure", "address.sure", "order", o.ID, "address", to); err != nil || !ok {
		return err
	}
	if _, err := bot.Once(ctx, t, "change", func(ctx context.Context, key string) (string, error) {
		return s.submit(ctx, t, key, "address", o.ID, to)
	}, bot.Idempotent); err != nil {
		return err
	}
	return t.Say("address.done", "order", o.ID, "address", to)
}

// withdraw takes consent back.
func (s *shop) withdraw(_ context.Context, t *bot.Turn) error {
	for _, p := range []profile.Purpose{profile.Personal, profile.Marketing} {
		t.Consent(p, false, "consent.withdrawn")
	}
	return t.Say("consent.withdrawn")
}

// forget erases everything known of the customer, after a clear yes.
func (s *shop) forget(_ context.Context, t *bot.Turn) error {
	if ok, err := bot.Confirm(t, "sure", "forget.sure"); err != nil || !ok {
		return err
	}
	t.Track(bot.Event{Kind: eventForget})
	return t.Say("forget.done")
}
