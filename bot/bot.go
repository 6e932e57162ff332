package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// Bot turns messages into replies. It is safe for concurrent use: messages of
// one conversation run one after the other in order of arrival, conversations
// run side by side.
type Bot struct {
	opts     Options
	texts    *Texts
	router   Router
	boxes    *mailboxes
	host     []Middleware // by Use
	watchers watchers
	hushes   hushes
	asked    asked
	pulled   pulled
	handle   Handler // the whole chain
}

// New makes a bot that answers with handler, usually a *Mux; a nil handler
// leaves every message to the knowledge base. It reads the event log once, to
// rebuild what the Recommender learned.
func New(opts Options, handler Handler) (*Bot, error) {
	opts.fill()
	texts, err := opts.Texts.WithShipped()
	if err != nil {
		return nil, err
	}
	b := &Bot{
		opts:   opts,
		texts:  texts,
		router: routerOf(handler),
		boxes:  newMailboxes(opts.MaxWaiting, opts.MaxTurns),
	}
	b.build()
	if err := b.replay(context.Background()); err != nil {
		return nil, err
	}
	return b, nil
}

// Use adds middleware of the host. It runs for every message the bot answers
// itself, behind the stages that look at the message (t.Meaning and t.Mood are
// set) and before a handler is chosen. Call it before the first message.
func (b *Bot) Use(mws ...Middleware) {
	b.host = append(b.host, mws...)
	b.build()
}

func (b *Bot) build() {
	stages := b.before()
	stages = append(stages, b.host...)
	stages = append(stages, b.after()...)
	b.handle = chain(HandlerFunc(b.route), stages...)
}

// replay folds the log into the recommender and into what is asked most.
func (b *Bot) replay(ctx context.Context) error {
	if b.opts.Recommend == nil && b.opts.Knowledge == nil {
		return nil
	}
	for after := int64(0); ; {
		events, err := b.opts.Store.Events(ctx, AllTenants, after, 1000)
		if err != nil {
			return fmt.Errorf("bot: reading the event log: %w", err)
		}
		if len(events) == 0 {
			return nil
		}
		after = events[len(events)-1].Seq
		b.asked.add(events)
		if b.opts.Recommend == nil {
			continue
		}
		if err := b.opts.Recommend.Record(ctx, behaviour(events)...); err != nil {
			return fmt.Errorf("bot: rebuilding the recommender from the event log: %w", err)
		}
	}
}

func behaviour(events []Event) []recommend.Event {
	var out []recommend.Event
	for i := range events {
		if events[i].Item != "" {
			out = append(out, events[i].forRecommend())
		}
	}
	return out
}

// Close waits for the turns under way and refuses new ones. It does not close
// the store.
func (b *Bot) Close() error {
	b.boxes.close()
	return nil
}

// Handle answers a message. The replies are recorded in the commit that takes
// effect of the turn, so the same message again returns the same replies and
// does nothing else. A conversation that a person owns is passed on and gets
// no replies.
//
// An error means that nothing was recorded and the message may be sent again:
// the message is not valid (the error names the field), ErrBusy,
// ErrOverloaded, ErrClosed, ctx is done, or the store failed. A handler that
// fails is not an error of Handle: the customer gets an apology, and the
// failure stands in Report.Err and in the log.
func (b *Bot) Handle(ctx context.Context, m Message) ([]Reply, error) {
	return b.Stream(ctx, m, nil)
}

// Stream is Handle for a transport that shows an answer while it is written:
// part is called, from this goroutine, with pieces of what the turn may say,
// in order. A part is provisional until Stream returns; see Part. part may be nil.
func (b *Bot) Stream(ctx context.Context, m Message, part func(Part)) ([]Reply, error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	return b.accept(ctx, start{message: m, stream: part})
}

// accept runs the turn of a message or a push in its conversation's order, or
// returns what its first run has said.
func (b *Bot) accept(ctx context.Context, from start) ([]Reply, error) {
	for try := 0; ; try++ {
		k, err := b.opts.Store.Open(ctx, from.message.Thread)
		if err != nil {
			return nil, fmt.Errorf("bot: opening the conversation: %w", err)
		}
		replies, err := b.turn(ctx, k, from)
		// The conversation may have been erased between the two: it begins anew.
		if try > 0 || !errors.Is(err, ErrNotFound) {
			return replies, err
		}
	}
}

// turn runs the turn of a start in its conversation's order.
func (b *Bot) turn(ctx context.Context, k Key, from start) ([]Reply, error) {
	if err := b.boxes.enter(ctx, k); err != nil {
		return nil, err
	}
	defer b.boxes.leave(k)
	if replies, done, err := b.served(ctx, k, &from); done || err != nil {
		return replies, err
	}
	release, err := b.lease(ctx, k)
	if err != nil {
		return nil, err
	}
	defer release()
	return b.attempt(ctx, k, from)
}

// served reports whether the start has had its turn already, here or at
// another worker: the message was answered, or the timer is no longer due.
func (b *Bot) served(ctx context.Context, k Key, from *start) (replies []Reply, done bool, err error) {
	if tm := from.timer; tm != nil {
		due, err := b.opts.Store.Due(ctx, b.opts.Clock.Now(), maxDue)
		if err != nil {
			return nil, false, fmt.Errorf("bot: reading timers: %w", err)
		}
		for i := range due {
			if due[i].ID == tm.ID && due[i].Key == k {
				from.timer = &due[i] // it may have been moved
				return nil, false, nil
			}
		}
		return nil, len(due) < maxDue, nil
	}
	if from.message.ID == "" {
		return nil, false, nil
	}
	replies, done, err = b.opts.Store.Answered(ctx, k, from.message.ID)
	if err != nil {
		return nil, false, fmt.Errorf("bot: looking for the message's earlier answer: %w", err)
	}
	return replies, done, nil
}

// start is what starts a turn: a message, a timer, or a push.
type start struct {
	message Message
	timer   *Timer
	push    *Push
	stream  func(Part)
}

// maxAttempts bounds how often a turn runs again because another worker wrote.
const maxAttempts = 5

func (b *Bot) attempt(ctx context.Context, k Key, from start) ([]Reply, error) {
	h, end := b.hushes.begin(k)
	defer end()
	b.watchers.tell(Live{Key: k, Began: true})
	defer b.watchers.tell(Live{Key: k, Ended: true})
	for try := range maxAttempts {
		if try > 0 { // another worker wrote: perhaps the answer to this very message
			if replies, done, err := b.served(ctx, k, &from); done || err != nil {
				return replies, err
			}
		}
		t, err := b.load(ctx, k, from)
		if err != nil {
			return nil, err
		}
		t.hush = h
		b.serve(ctx, t)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if errors.Is(t.err, ErrConflict) {
			continue
		}
		err = b.commit(ctx, t)
		if errors.Is(err, ErrConflict) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("bot: committing the turn: %w", err)
		}
		b.fold(ctx, t)
		return t.replies, nil
	}
	return nil, fmt.Errorf("bot: gave up after %d attempts: %w", maxAttempts, ErrConflict)
}

// load makes the turn from the stored record.
func (b *Bot) load(ctx context.Context, k Key, from start) (*Turn, error) {
	rec, err := b.opts.Store.Load(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("bot: loading the session: %w", err)
	}
	s, err := decodeSession(rec)
	if err != nil {
		return nil, err
	}
	m := from.message
	if from.timer == nil {
		s.Thread = m.Thread
	} else {
		m.Thread, m.At = from.timer.Thread, from.timer.At
	}
	now := m.At
	if now.IsZero() {
		now = b.opts.Clock.Now().In(b.opts.Zone)
		m.At = now
	}
	t := &Turn{Message: m, Key: k, Now: now, Language: firstOf(s.Language, m.Language, b.opts.Language), Trace: &Trace{},
		turnState: &turnState{bot: b, session: s, version: rec.Version, fresh: len(rec.Session) == 0, push: from.push, stream: from.stream}}
	if from.timer != nil {
		t.fired = from.timer.ID
		t.Meaning.Intent = "timer." + from.timer.Name
	}
	if from.push != nil {
		t.Meaning.Intent = "push." + from.push.Name
	}
	t.journal = func(entry []byte) error { return b.opts.Store.Journal(ctx, k, rec.Version, entry) }
	return t, nil
}

func firstOf(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

// serve runs the chain. What panics outside a handler is a failed turn too.
func (b *Bot) serve(ctx context.Context, t *Turn) {
	defer func() {
		if p := recover(); p != nil {
			b.opts.Logger.Error("bot: panic in a turn", "conversation", t.Key.Conversation, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			b.fail(t, fmt.Errorf("bot: panic: %v", p))
		}
	}()
	if t.fired != "" {
		b.serveTimer(ctx, t)
		return
	}
	if t.push != nil {
		b.servePush(ctx, t)
		return
	}
	if done := b.bound(t); done {
		return
	}
	if err := b.handle.Handle(ctx, t); err != nil {
		b.fail(t, err)
	}
}

func (b *Bot) serveTimer(ctx context.Context, t *Turn) {
	if t.session.Owner != "" {
		return // a person owns the chat: the bot stays silent
	}
	if err := chain(HandlerFunc(b.route), b.identify).Handle(ctx, t); err != nil {
		b.fail(t, err)
	}
}

// bound answers what no stage should see: nothing at all, or far too much.
func (b *Bot) bound(t *Turn) bool {
	m := &t.Message
	switch {
	case len(m.Text) > b.opts.MaxText:
		t.Trace.Add("accept", "text of %d bytes refused, at most %d are read", len(m.Text), b.opts.MaxText)
		m.Text = cut(m.Text, 200)
		t.answers = "refused"
		_ = t.Say("input.too_long", "max", b.opts.MaxText/3)
		return t.session.Owner == ""
	case strings.TrimSpace(m.Text) == "" && m.Tap == "" && len(m.Attachments) == 0:
		t.Trace.Add("accept", "empty message")
		t.answers = "refused"
		if t.session.Owner == "" {
			_ = t.Say("input.empty")
		}
		return true
	}
	return false
}

// cut returns at most n bytes of s, not inside a rune.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// fail replaces what the turn said by the apology.
func (b *Bot) fail(t *Turn, err error) {
	t.err = err
	t.run = nil
	t.replies = nil
	t.Trace.Add("error", "%v", err)
	t.answers = "failed"
	if !errors.Is(err, ErrConflict) {
		t.Track(Event{Kind: EventTurnFailed, Value: cut(err.Error(), 200)})
		_ = t.Say("error.apology")
	}
}

// commit writes the turn.
func (b *Bot) commit(ctx context.Context, t *Turn) error {
	s := t.session
	if t.hush.over() && t.replies != nil {
		t.Trace.Add("takeover", "a person took over while the bot was answering: %d replies dropped", len(t.replies))
		t.replies, t.answers = nil, "person"
		t.dropped = true
	}
	if t.dropped && t.asking {
		// The customer has not seen the question: it is put again, not taken as read.
		if err := t.unask(); err != nil {
			return err
		}
	}
	for i := range t.replies {
		r := &t.replies[i]
		if r.ID != "" {
			continue
		}
		r.ID = fmt.Sprintf("%s-%d-%d", t.Key.Conversation, t.version+1, i)
	}
	for i := range t.replies {
		t.replies[i].Language = firstOf(t.replies[i].Language, t.Language)
	}
	s.V, s.At, s.Language = sessionVersion, t.Now, t.Language
	if len(t.replies) > 0 {
		s.Last = t.replies
		s.Choices = t.replies[len(t.replies)-1].offered()
	}
	if t.Customer.ID != "" {
		s.Customer = t.Customer.ID
	}
	c := &Commit{Key: t.Key, Version: t.version, Customer: firstOf(s.Customer, "t-"+t.Key.Conversation),
		Message: t.Message.ID, Replies: t.replies, DropPending: t.drop, Timers: t.timers, Fired: t.fired, Stop: t.stop,
		Ticket: t.ticket, At: t.Now}
	t.Track(Event{Kind: EventTurn, Key: t.Meaning.Intent, Value: t.answers})
	c.Events = t.events
	own := t.fired != "" || t.push != nil // nobody waits for the call's answer
	if !own {
		c.Lines = append(c.Lines, lineOf(&t.Message, t.Now))
	}
	for _, r := range t.replies {
		c.Lines = append(c.Lines, Line{At: t.Now, From: firstOf(r.From, FromBot), Message: t.Message.ID, Reply: &r})
		if own && !b.pulled.has(s.Thread.Channel) {
			c.Outbox = append(c.Outbox, Outgoing{ID: r.ID, Key: t.Key, Thread: s.Thread, Reply: r, At: t.Now})
		}
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	c.Session = raw
	return b.opts.Store.Commit(ctx, c)
}

// fold hands the committed events on.
func (b *Bot) fold(ctx context.Context, t *Turn) {
	b.foldEvents(context.WithoutCancel(ctx), t.Key.Tenant, t.events)
	rep := Report{Key: t.Key, At: t.Now, Message: t.Message.ID, Intent: t.Meaning.Intent, Replies: t.replies, Events: t.events, Trace: *t.Trace, Err: t.err}
	if b.opts.OnTurn != nil {
		b.opts.OnTurn(rep)
	}
	b.watchers.tell(Live{Key: t.Key, Report: &rep})
	if t.err != nil {
		b.opts.Logger.Error("bot: turn failed", "conversation", t.Key.Conversation, "error", t.err)
	}
}

func (b *Bot) foldEvents(ctx context.Context, tenant string, events []Event) {
	b.asked.add(events)
	if c := b.opts.Customers; c != nil {
		by := map[string][]profile.Event{}
		var order []string
		for i := range events {
			e := &events[i]
			if e.Customer == "" || !profiled(e.Kind) {
				continue
			}
			if by[e.Customer] == nil {
				order = append(order, e.Customer)
			}
			by[e.Customer] = append(by[e.Customer], e.forProfile())
		}
		for _, id := range order {
			if err := c.Record(ctx, tenant, id, by[id]...); err != nil {
				b.opts.Logger.Error("bot: recording in the profile", "error", err)
			}
		}
	}
	if r := b.opts.Recommend; r != nil {
		if ev := behaviour(events); len(ev) > 0 {
			if err := r.Record(ctx, ev...); err != nil {
				b.opts.Logger.Error("bot: recording in the recommender", "error", err)
			}
		}
	}
}

// profiled reports whether a kind of event belongs into a customer's profile.
func profiled(kind string) bool {
	switch profile.Kind(kind) {
	case profile.Identified, profile.Learned, profile.Tagged, profile.Untagged, profile.Consented, profile.Contacted,
		profile.Viewed, profile.Carted, profile.Uncarted, profile.Purchased, profile.Refunded:
		return true
	}
	return false
}

// Track enters behaviour of the host into the event log and the folds over it:
// what a customer viewed, put into the cart, bought. Events with a known ID
// are ignored. Customer is found by the thread when empty.
func (b *Bot) Track(ctx context.Context, th Thread, events ...Event) error {
	customer := ""
	for i := range events {
		e := &events[i]
		if e.ID == "" {
			return fmt.Errorf("bot: Track: event %d has no ID: give it one, so that a retry is recognised", i)
		}
		if e.Kind == "" {
			return fmt.Errorf("bot: Track: event %q has no Kind", e.ID)
		}
		if e.At.IsZero() {
			e.At = b.opts.Clock.Now()
		}
		e.Tenant = th.Tenant
		if e.Customer == "" {
			if customer == "" && b.opts.Customers != nil {
				c, err := b.opts.Customers.Customer(ctx, th.Tenant, th.Identity())
				if err != nil {
					return fmt.Errorf("bot: Track: %w", err)
				}
				customer = c.ID
			}
			e.Customer = customer
		}
	}
	if err := b.opts.Store.Append(ctx, events...); err != nil {
		return fmt.Errorf("bot: Track: %w", err)
	}
	b.foldEvents(ctx, th.Tenant, events)
	return nil
}

// Erase removes everything of a customer from the store, the profiles and
// every Eraser, and says what went: a certificate by holder.
func (b *Bot) Erase(ctx context.Context, tenant, customer string) (map[string]map[string]int, error) {
	out := map[string]map[string]int{}
	rows, err := b.opts.Store.Erase(ctx, tenant, customer)
	if err != nil {
		return nil, fmt.Errorf("bot: erasing from the store: %w", err)
	}
	out["store"] = rows
	if c, ok := b.opts.Customers.(interface {
		Erase(ctx context.Context, tenant, customer string) error
	}); ok {
		if err := c.Erase(ctx, tenant, customer); err != nil {
			return out, fmt.Errorf("bot: erasing the profile: %w", err)
		}
		out["profile"] = map[string]int{"customers": 1}
	}
	for i, e := range b.opts.Erasers {
		rows, err := e.Erase(ctx, tenant, customer)
		if err != nil {
			return out, fmt.Errorf("bot: erasing from %T: %w", e, err)
		}
		out[fmt.Sprintf("%T#%d", e, i)] = rows
	}
	return out, nil
}
