package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// suggest adds what would help next: complements of what is talked about, when
// the mood strategy says the moment allows an offer. What a customer asked for
// is a handler's to show, with t.Recommend.
func (b *Bot) suggest(next Handler) Handler {
	return HandlerFunc(func(ctx context.Context, t *Turn) error {
		if err := next.Handle(ctx, t); err != nil {
			return err
		}
		if t.Mood.Plan.Has(sentiment.Upsell) && len(t.Suggestions) == 0 && t.err == nil && t.answers != "kb.unsure" {
			return t.GoesWith(ctx, t.Focused())
		}
		return nil
	})
}

// paired are the items whose complements the session has shown, and those.
var paired = Var[[]string]{Name: "bot.paired"}

const maxPaired = 60

// GoesWith shows two complements of an item, once in a session, unless this is no
// moment for it (Calm) or there are none. The item stays what is talked about.
func (t *Turn) GoesWith(ctx context.Context, item string) error {
	before := paired.Get(t)
	if item == "" || slices.Contains(before, item) || !t.Calm() {
		return nil
	}
	s, err := t.Recommend(ctx, recommend.Request{GoesWith: []string{item}, N: 2})
	if err != nil || len(s) == 0 {
		return nil // the answer stands without it
	}
	before = append(before, item)
	for i := range s { // nor are theirs shown: who says thanks for a bag wants no belt with it
		before = append(before, s[i].Item.ID)
	}
	if err := paired.Set(t, before[max(0, len(before)-maxPaired):]); err != nil {
		return err
	}
	t.Trace.Add("suggest", "%d items that go with %s", len(s), item)
	r := Reply{Text: t.Text("suggest.goes_with"), Cards: t.Cards(s)}
	t.Focus(item)
	return t.Send(r)
}

// calmAfter is how many messages a bad mood keeps offers away, badMood its level.
const (
	calmAfter = 5
	badMood   = -0.3
)

// Calm reports whether something may be offered unasked: never while a complaint
// is open, a person owns the conversation or is called, a question waits for its
// answer, also while another handler answers in between, or within five messages
// of a bad mood.
func (t *Turn) Calm() bool {
	if t.asking || t.Interrupting() || t.ticket != nil || t.session.Owner != "" || t.session.Pressing {
		return false
	}
	for _, intent := range []string{t.Meaning.Intent, t.session.Context.Intent} {
		if head, _, _ := strings.Cut(intent, "."); head == "complaint" || head == "compensation" || head == "return" {
			return false
		}
	}
	m := t.session.Moods
	for _, level := range m[max(0, len(m)-calmAfter):] {
		if level <= badMood {
			return false
		}
	}
	return true
}

// filters are written as "colour=red|blue".
func filters(fs []recommend.Filter) string {
	if len(fs) == 0 {
		return " nothing"
	}
	var b strings.Builder
	for _, f := range fs {
		fmt.Fprintf(&b, " %s", f.Attribute)
		if len(f.Any) > 0 {
			b.WriteString("=" + strings.Join(f.Any, "|"))
		}
		if f.Min != 0 || f.Max != 0 {
			fmt.Fprintf(&b, " %g–%g", f.Min, f.Max)
		}
	}
	return b.String()
}

// Recommend asks the recommender, filling in what the turn knows: customer,
// language, what was looked at, consent, and what the customer cannot have
// (Avoids). It returns nothing without a Recommender.
func (t *Turn) Recommend(ctx context.Context, r recommend.Request) ([]recommend.Suggestion, error) {
	if t.bot.opts.Recommend == nil {
		return nil, nil
	}
	r.Tenant, r.Customer, r.Now = t.Key.Tenant, t.Customer.ID, t.Now
	r.Personal = t.Customer.May(profile.Personal)
	if r.Language == "" {
		r.Language = t.Language
	}
	if r.Currency == "" {
		r.Currency = t.Text("currency")
	}
	if r.Segments == nil && r.Personal {
		r.Segments = t.Customer.Tags
	}
	if r.Session == nil {
		r.Session = t.session.Context.Shown
	}
	r.Not = slices.Clone(r.Not)
	shutOut(&r, t.Avoids())
	began := t.bot.opts.Clock.Now()
	s, err := t.bot.opts.Recommend.Recommend(ctx, r)
	if err != nil {
		t.bot.stageFailed(t, "suggest", err)
		return nil, err
	}
	t.Suggestions = s
	t.Trace.Add("suggest", "asked for%s; price %d–%d %s; wishes%s: %d items", filters(r.Must), r.MinPrice, r.MaxPrice, r.Currency, filters(r.Wish), len(s))
	t.took(began)
	return s, nil
}

// Offers are those that hold for the customer now: what the turn knows is filled
// in, tags only with the customer's consent to personal use.
func (t *Turn) Offers(o *recommend.Offers, r recommend.OfferRequest) []recommend.Offer {
	r.Tenant, r.Customer, r.Now, r.Grant = t.Key.Tenant, t.Customer.ID, t.Now, t.grantID()
	if r.Language == "" {
		r.Language = t.Language
	}
	if r.Currency == "" {
		r.Currency = t.Text("currency")
	}
	if r.Mood == "" {
		r.Mood = string(t.Mood.Emotion)
	}
	switch {
	case !t.Customer.May(profile.Personal):
		r.Tags = nil
	case r.Tags == nil:
		r.Tags = t.Customer.Tags
	}
	all, verdicts := o.Explain(r), make([]string, 0, 8)
	var out []recommend.Offer
	for _, v := range all {
		if v.Offer != nil {
			out, v.Why = append(out, *v.Offer), "holds"
		}
		verdicts = append(verdicts, v.Rule+" "+v.Why)
	}
	t.Trace.Add("offer", "%s", strings.Join(verdicts, ", "))
	return out
}

// grantID is the same when the turn runs again.
func (t *Turn) grantID() string { return t.Key.Conversation + "/" + t.Message.ID }

// EventGranted says that an offer was granted: Key is its rule, Value its code,
// Source who agreed and why, with "|" between.
const EventGranted = "granted"

// Grant gives the customer an offer: within its budget, once where the rule says
// so, and written to the log with the turn, for FoldGrants and for an audit. why
// says what for, by who agreed, "" for the rule itself. The errors are those of
// Offers.Take; then nothing was given. Where granting has an effect outside,
// such as issuing a coupon, it is Issue.
func (t *Turn) Grant(o *recommend.Offers, of recommend.Offer, why, by string) error {
	g := t.grant(of, t.grantID(), why, by)
	if err := o.Take(g); err != nil {
		return err
	}
	t.granted(g)
	return nil
}

// Issue is Grant where giving does something outside, such as a coupon's issue:
// in a flow, by Once, whose key is the grant's ID and issue's. It returns what
// issue returned, also when the turn runs again. An offer that is used up or
// whose budget is spent comes back as *Failed with the code "offer"; when issue
// refuses (Refuse), the grant is taken back. issue must honour the key.
func (t *Turn) Issue(ctx context.Context, o *recommend.Offers, of recommend.Offer, why, by string, issue func(ctx context.Context, key string) (code string, err error)) (string, error) {
	g, err := Once(ctx, t, "grant_"+of.Rule, func(ctx context.Context, key string) (recommend.Grant, error) {
		g := t.grant(of, key, why, by)
		if err := o.Take(g); err != nil {
			return g, Refuse("offer", err.Error())
		}
		code, err := issue(ctx, key)
		if no := (*Failed)(nil); errors.As(err, &no) {
			o.Return(g)
		}
		g.Code = code
		return g, err
	}, Idempotent)
	if err != nil {
		return "", err
	}
	t.granted(g)
	return g.Code, nil
}

func (t *Turn) grant(of recommend.Offer, id, why, by string) recommend.Grant {
	return recommend.Grant{ID: id, At: t.Now, Tenant: t.Key.Tenant, Customer: t.Customer.ID,
		Rule: of.Rule, Code: of.Code, Amount: of.Amount, Currency: of.Currency, Why: why, By: by}
}

// granted writes a grant to the log with the turn.
func (t *Turn) granted(g recommend.Grant) {
	t.Trace.Add("offer", "%s granted: %s", g.Rule, g.Why)
	t.Track(Event{ID: g.ID + "/" + g.Rule, At: g.At, Kind: EventGranted, Key: g.Rule, Value: g.Code, Amount: g.Amount, Currency: g.Currency, Source: g.By + "|" + g.Why})
}

// FoldGrants tells offers what the log says was granted, at the start and, with
// several replicas, from time to time. It returns where it ended, to go on from.
func FoldGrants(ctx context.Context, store Store, o *recommend.Offers, after int64) (int64, error) {
	for {
		events, err := store.Events(ctx, AllTenants, after, 1000)
		if err != nil {
			return after, fmt.Errorf("bot: reading what was granted from the event log: %w", err)
		}
		if len(events) == 0 {
			return after, nil
		}
		after = events[len(events)-1].Seq
		for i := range events {
			if e := &events[i]; e.Kind == EventGranted {
				by, why, _ := strings.Cut(e.Source, "|")
				o.Record(recommend.Grant{ID: strings.TrimSuffix(e.ID, "/"+e.Key), At: e.At, Tenant: e.Tenant, Customer: e.Customer, Rule: e.Key, Code: e.Value,
					Amount: e.Amount, Currency: e.Currency, By: by, Why: why})
			}
		}
	}
}

// Topic takes the message as one of an intent, whatever it was understood as, so
// that a follow-up such as "not black" goes on with it.
func (t *Turn) Topic(intent string) {
	t.Meaning.Intent = intent
	t.session.Context.Intent, t.session.Context.Age = intent, 0
}

// Cards shows suggestions, with their first reason and what must be said with
// them (recommend.Item.Notice), and records them as shown.
func (t *Turn) Cards(ss []recommend.Suggestion) []Card {
	var cards []Card
	ids := make([]string, 0, len(ss))
	for _, s := range ss {
		it := s.Item
		c := Card{ID: it.ID, Title: named(it.Name, t.Language), Link: it.Link, Picture: it.Picture}
		if p, ok := it.Price[t.Text("currency")]; ok {
			c.Price = Price(p, t.Text("currency"))
		}
		if len(s.Reasons) > 0 {
			c.Text = s.Reasons[0].Text
		}
		if s.Notice != "" {
			c.Text = strings.TrimLeft(c.Text+"\n"+s.Notice, "\n")
		}
		if s.Choice != nil {
			if raw, err := json.Marshal(s.Choice); err == nil { // what is no number is not to be learned from
				t.Track(Event{Kind: EventExplored, Item: it.ID, Value: string(raw)})
			}
		}
		cards = append(cards, c)
		ids = append(ids, it.ID)
	}
	t.Show(ids...)
	return cards
}

// EventExplored says that an item was shown by a bandit's chance: Value is the
// recommend.Choice as JSON.
const EventExplored = "explored"

// Choices are the choices of chance among events of the log, in its order, with
// what came of each within a time: 1 for a purchase, 0.6 for a cart, 0.3 for a
// look, 0 for nothing. They are what recommend.Estimate judges a policy by, and
// what recommend.Bandit.Learn learns from.
func Choices(events []Event, within time.Duration) []recommend.Choice {
	rewards := map[string]float64{"purchased": 1, "carted": 0.6, "clicked": 0.3, "viewed": 0.3}
	type who struct{ tenant, customer, item string }
	after := map[who][]*Event{}
	for i := range events {
		if e := &events[i]; rewards[e.Kind] > 0 && e.Customer != "" {
			key := who{e.Tenant, e.Customer, e.Item}
			after[key] = append(after[key], e)
		}
	}
	var out []recommend.Choice
	for i := range events {
		e := &events[i]
		var c recommend.Choice
		if e.Kind != EventExplored || json.Unmarshal([]byte(e.Value), &c) != nil {
			continue
		}
		c.Reward = 0
		for _, did := range after[who{e.Tenant, e.Customer, e.Item}] {
			if since := did.At.Sub(e.At); since >= 0 && since <= within {
				c.Reward = max(c.Reward, rewards[did.Kind])
			}
		}
		out = append(out, c)
	}
	return out
}

// named picks a name by language, any when there is none.
func named(names map[string]string, lang string) string {
	if s := names[lang]; s != "" {
		return s
	}
	best := ""
	for _, s := range names {
		if best == "" || s < best {
			best = s
		}
	}
	return best
}
