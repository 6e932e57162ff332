package engage

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/profile"
)

// Handler is the Mux's pattern for the offers: mux.Register(engage.Handler, e).
const Handler = "push.engage"

// tapNo declines an offer.
const tapNo = "engage:no"

// The events of an offer; Key is the rule, Item what it was about.
const (
	EventOffered  = "engage.offered"
	EventDeclined = "engage.declined"
)

// Options configure an Engine. The zero value works.
type Options struct {
	// Rules say when to speak; nil are the shipped ones.
	Rules *Rules
	// Describe names an item in a language, for texts, with a card to show; nil,
	// or ok false, leaves an offer about an item unsaid when its text names it.
	Describe func(item, language string) (name string, card *bot.Card, ok bool)
	// Clock is the source of time; nil is the system's.
	Clock bot.Clock
	// MaxVisits bounds the visits remembered, 10,000 when 0.
	MaxVisits int
}

// Signal is one thing that happened in a visit.
type Signal struct {
	// ID makes a repeated report harmless.
	ID string
	// Visit names the visit, as long as the customer's browser is open on the site.
	Visit string
	// Kind is "view", "dwell", "click", "cart", "uncart", "idle", "error" or the host's own.
	Kind string
	Item string
	// For is how long, for "dwell" and "idle".
	For time.Duration
	// Cart is what the cart holds, for "cart", "uncart" and "idle".
	Cart       int
	Language   string
	Identities []profile.Identity
}

// Engine decides when to speak first. It is safe for concurrent use.
type Engine struct {
	o     Options
	texts *bot.Texts

	mu     sync.Mutex
	visits map[string]*visit
	swept  time.Time // when visits that ended were last dropped
}

// visit is what happened since a customer came; it is in memory only.
type visit struct {
	at    time.Time
	seen  map[string]bool
	times map[string]int
	lasts map[string]time.Duration // how long each item was looked at, and idleness lasted, so far
	cart  int
	done  bool // an offer is being made, or was, or must not be any more
	tries int
}

// maxTries bounds how often an offer is tried in a visit: each try is a turn.
const maxTries = 10

// New returns an engine.
func New(opts *Options) (*Engine, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Rules == nil {
		var err error
		if o.Rules, err = DefaultRules(); err != nil {
			return nil, err
		}
	}
	if o.Clock == nil {
		o.Clock = bot.SystemClock()
	}
	if o.MaxVisits <= 0 {
		o.MaxVisits = 10000
	}
	texts, err := bot.ReadTexts(shipped, "texts/*.yaml")
	if err != nil {
		return nil, err
	}
	return &Engine{o: o, texts: texts, visits: map[string]*visit{}}, nil
}

// Watch is what a page has to report; see Rules.Watch.
func (e *Engine) Watch() (dwell, idle []int) { return e.o.Rules.Watch() }

// Observe takes what happened in a visit, and starts an offer when a rule fits.
// With the customer's consent what was viewed and put into the cart enters the
// event log.
func (e *Engine) Observe(ctx context.Context, b *bot.Bot, th bot.Thread, s Signal) error {
	if s.ID == "" || s.Visit == "" || s.Kind == "" {
		return fmt.Errorf("engage: a signal needs ID, Visit and Kind, this one has %q, %q, %q", s.ID, s.Visit, s.Kind)
	}
	rule, offer := e.note(th, &s)
	if err := e.track(ctx, b, th, &s); err != nil {
		return err
	}
	if !offer {
		return nil
	}
	said, err := b.Push(ctx, bot.Push{ID: "engage-" + s.Visit + "-" + s.ID, Thread: th, Name: "engage", Language: s.Language, Identities: s.Identities,
		Data: map[string]string{"rule": rule.Name, "visit": s.Visit, "item": s.Item, "count": strconv.Itoa(e.cart(th, s.Visit))}})
	if err != nil {
		e.retry(th, s.Visit)
		return fmt.Errorf("engage: offering help: %w", err)
	}
	if len(said) == 0 {
		e.retry(th, s.Visit)
	}
	return nil
}

// retry lets a later signal of a visit try again, when the moment was wrong:
// the customer had just written, a person owned the conversation.
func (e *Engine) retry(th bot.Thread, name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if v := e.visits[key(th, name)]; v != nil && v.tries < maxTries {
		v.done = false
	}
}

// settle ends the tries of a visit for good.
func (e *Engine) settle(th bot.Thread, name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if v := e.visits[key(th, name)]; v != nil {
		v.tries = maxTries
	}
}

func key(th bot.Thread, visit string) string {
	return th.Tenant + "\x00" + th.Channel + "\x00" + th.Account + "\x00" + th.Peer + "\x00" + visit
}

// note counts a signal and returns the rule it meets, once a visit.
func (e *Engine) note(th bot.Thread, s *Signal) (Rule, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.o.Clock.Now()
	e.sweep(now)
	k := key(th, s.Visit)
	v := e.visits[k]
	if v == nil {
		e.room()
		v = &visit{seen: map[string]bool{}, times: map[string]int{}, lasts: map[string]time.Duration{}}
		e.visits[k] = v
	}
	v.at = now
	if v.seen[s.ID] || len(v.seen) > 1000 {
		return Rule{}, false
	}
	v.seen[s.ID] = true
	// A page reports a long dwell several times, at each length a rule asks for:
	// it happened once.
	on := s.Kind + "\x00" + s.Item
	if last := v.lasts[on]; last == 0 || s.For <= last {
		v.times[s.Kind]++
	}
	v.lasts[on] = s.For
	switch s.Kind {
	case "cart", "uncart", "idle":
		v.cart = s.Cart
	}
	if v.done {
		return Rule{}, false
	}
	rule, ok := e.o.Rules.fits(s, v)
	if ok {
		v.done = true
		v.tries++
	}
	return rule, ok
}

// sweep forgets the visits that ended, now and then.
func (e *Engine) sweep(now time.Time) {
	keep := e.o.Rules.Limits.Visit
	if keep <= 0 || now.Sub(e.swept) < keep/4 {
		return
	}
	e.swept = now
	maps.DeleteFunc(e.visits, func(_ string, v *visit) bool { return now.Sub(v.at) > keep })
}

// room gives the oldest visit up when there are too many.
func (e *Engine) room() {
	if len(e.visits) < e.o.MaxVisits {
		return
	}
	oldest := ""
	for k, v := range e.visits {
		if oldest == "" || v.at.Before(e.visits[oldest].at) {
			oldest = k
		}
	}
	delete(e.visits, oldest)
}

func (e *Engine) cart(th bot.Thread, name string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if v := e.visits[key(th, name)]; v != nil {
		return v.cart
	}
	return 0
}

// track keeps behaviour beyond the visit, when the customer has agreed.
func (e *Engine) track(ctx context.Context, b *bot.Bot, th bot.Thread, s *Signal) error {
	kind, ok := map[string]profile.Kind{"view": profile.Viewed, "cart": profile.Carted, "uncart": profile.Uncarted}[s.Kind]
	if !ok || s.Item == "" {
		return nil
	}
	c, err := b.Customer(ctx, th)
	if err != nil {
		return fmt.Errorf("engage: %w", err)
	}
	if !c.May(profile.Personal) {
		return nil
	}
	return b.Track(ctx, th, bot.Event{ID: "signal-" + s.ID, Kind: string(kind), Item: s.Item, Customer: c.ID})
}

// memory is what the conversation remembers of offers.
type memory struct {
	Visit    string    `json:"v,omitempty"`
	Offered  time.Time `json:"o,omitzero"`
	Declined time.Time `json:"d,omitzero"`
	Open     string    `json:"r,omitempty"` // the rule whose offer was the last thing said
}

// last is the conversation's memory, lastWrote when the customer wrote.
func last() bot.Var[memory]         { return bot.Var[memory]{Name: "engage"} }
func lastWrote() bot.Var[time.Time] { return bot.Var[time.Time]{Name: "engage.wrote"} }

// Handle is the turn of an offer; it implements bot.Handler.
func (e *Engine) Handle(_ context.Context, t *bot.Turn) error {
	p := t.Pushed()
	if p == nil {
		return nil
	}
	m, lim := last().Get(t), e.o.Rules.Limits
	why, ever := "", true
	switch {
	case m.Visit == p.Data["visit"]:
		why = "there was an offer in this visit"
	case !m.Declined.IsZero() && t.Now.Sub(m.Declined) < lim.Declined:
		why = "the customer declined an offer"
	case !m.Offered.IsZero() && t.Now.Sub(m.Offered) < lim.Rest:
		why = "there was an offer not long ago"
	case t.Now.Sub(lastWrote().Get(t)) < lim.Busy:
		why, ever = "the customer is in the middle of something", false
	default:
		ever = false
	}
	if ever {
		e.settle(p.Thread, p.Data["visit"])
	}
	var rule Rule
	for _, r := range e.o.Rules.Rules {
		if r.Name == p.Data["rule"] {
			rule = r
		}
	}
	if rule.Name == "" {
		why = "there is no such rule any more"
	}
	var name string
	var card *bot.Card
	if item := p.Data["item"]; item != "" && e.o.Describe != nil && why == "" {
		n, c, ok := e.o.Describe(item, t.Language)
		if ok {
			name, card = n, c
			t.Focus(item)
		}
	}
	if name == "" && rule.On == "dwell" && why == "" {
		why = "the item is unknown"
	}
	if why != "" {
		t.Trace.Add("engage", "rule %q: nothing is said, %s", p.Data["rule"], why)
		return nil
	}
	r := bot.Reply{Text: e.text(t, rule.Text, "item", name, "count", p.Data["count"])}
	if card != nil && rule.On == "dwell" {
		r.Cards = []bot.Card{*card}
	}
	for _, c := range rule.Choices {
		s := e.text(t, c)
		r.Choices = append(r.Choices, bot.Choice{Label: s, Value: s})
	}
	r.Choices = append(r.Choices, bot.Choice{Label: e.text(t, "engage.no"), Value: tapNo})
	t.Trace.Add("engage", "rule %q offers help", rule.Name)
	t.Track(bot.Event{Kind: EventOffered, Key: rule.Name, Item: p.Data["item"]})
	m.Visit, m.Offered, m.Open = p.Data["visit"], t.Now, rule.Name
	if err := last().Set(t, m); err != nil {
		return err
	}
	return t.Send(r)
}

// Middleware hears whether an offer was declined: give it to bot.Use.
func (e *Engine) Middleware(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		m := last().Get(t)
		if err := lastWrote().Set(t, t.Now); err != nil {
			return err
		}
		if m.Open == "" {
			return next.Handle(ctx, t)
		}
		rule := m.Open
		m.Open = ""
		no := t.Message.Tap == tapNo || t.Message.Tap == "" && t.Meaning.Intent == "no"
		if no {
			m.Declined = t.Now
			t.Track(bot.Event{Kind: EventDeclined, Key: rule})
		}
		if err := last().Set(t, m); err != nil {
			return err
		}
		if no {
			return t.Send(bot.Reply{Text: e.text(t, "engage.declined")})
		}
		return next.Handle(ctx, t)
	})
}

// text is a wording of the host's catalogue, or the shipped one.
func (e *Engine) text(t *bot.Turn, key string, args ...any) string {
	if s := t.Text(key, args...); s != key {
		return s
	}
	if s, ok := e.texts.Lookup(t.Language, t.Tone, key); ok {
		return t.Text(s, args...)
	}
	s, _ := e.texts.Lookup("en", t.Tone, key)
	return t.Text(s, args...)
}
