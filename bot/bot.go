package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"
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
	forms    forms
	hushes   hushes
	asked    asked
	pulled   pulled
	jobs     jobs
	owed     owed
	outbox   wake
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

// Close waits for the turns under way and refuses new ones. Accepted messages
// that still wait for theirs are left to the next start. It does not close the
// store.
func (b *Bot) Close() error {
	b.jobs.shut()
	b.boxes.close()
	return nil
}

// Handle answers a message. The replies are recorded in the commit that takes
// effect of the turn, so the same message again returns the same replies and
// does nothing else. A conversation that a person owns is passed on and gets
// no replies. For a message with a Deadline, see there.
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
	if !m.Deadline.IsZero() {
		return b.answerBy(ctx, m)
	}
	return b.accept(ctx, &start{message: m, stream: part})
}

// accept runs the turn of a message or a push in its conversation's order, or
// returns what its first run has said.
func (b *Bot) accept(ctx context.Context, from *start) ([]Reply, error) {
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
func (b *Bot) turn(ctx context.Context, k Key, from *start) (replies []Reply, err error) {
	from.came = b.opts.Clock.Now()
	p, err := b.boxes.enter(ctx, k, b.line(from))
	if err != nil {
		b.observe(ctx, Observation{Kind: TurnRefused, Key: k, Name: from.kind(), Err: err})
		return nil, err
	}
	defer p.leave()
	if p.with != nil {
		return p.with.replies, p.with.err
	}
	if p.message != nil {
		along, interrupted := b.gather(ctx, p, from)
		defer func() {
			for _, w := range along {
				w.release(b.alongside(ctx, k, w, err))
			}
		}()
		if interrupted != nil {
			return nil, interrupted
		}
	}
	held, err := b.lease(ctx, k)
	if err != nil {
		return nil, err
	}
	defer held.letGo(ctx)
	before := from.came
	if from.kind() != "message" {
		before = b.opts.Clock.Now() // nobody waits for a timer's or a push's turn
	}
	if err := b.catchUp(ctx, held, before); err != nil {
		return nil, err
	}
	// Behind the lease: until then another replica may have served it.
	if replies, done, err := b.served(ctx, k, from); done || err != nil {
		return replies, err
	}
	return b.attempt(ctx, held, from)
}

// alongside is what the call of a line gets that another turn took along:
// nothing, or what it was answered long ago.
func (b *Bot) alongside(ctx context.Context, k Key, w *place, err error) ([]Reply, error) {
	if err != nil || w.message.ID == "" {
		return nil, err
	}
	replies, _, err := b.opts.Store.Answered(ctx, k, w.message.ID)
	return replies, err
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
	if len(from.lines) > 1 {
		return b.servedLines(ctx, k, from)
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

// servedLines leaves out the lines that have been answered.
func (b *Bot) servedLines(ctx context.Context, k Key, from *start) (first []Reply, done bool, err error) {
	var open []Message
	for i, m := range from.lines {
		var replies []Reply
		answered := false
		if m.ID != "" {
			if replies, answered, err = b.opts.Store.Answered(ctx, k, m.ID); err != nil {
				return nil, false, fmt.Errorf("bot: looking for a message's earlier answer: %w", err)
			}
		}
		if !answered {
			open = append(open, m)
		} else if i == 0 {
			first = replies
		}
	}
	if len(open) < len(from.lines) {
		from.join(open)
	}
	return first, len(open) == 0, nil
}

// start is what starts a turn: a message, a timer, or a push.
type start struct {
	message Message
	// lines are the customer's, when several are answered together or when
	// they were accepted before.
	lines    []Message
	accepted bool   // the store holds lines as arrivals
	claim    *claim // of the call that waits for the answer to an accepted message
	poison   bool   // the process died over it each time
	timer    *Timer
	push     *Push
	stream   func(Part)
	came     time.Time
}

// maxAttempts bounds how often a turn runs again because another worker wrote.
const maxAttempts = 5

func (b *Bot) attempt(ctx context.Context, held *hold, from *start) (replies []Reply, err error) {
	k := held.key
	h := b.hushes.begin(k)
	defer b.hushes.end(k, h)
	b.watchers.tell(Live{Key: k, Began: true})
	defer b.watchers.tell(Live{Key: k, Ended: true})
	if b.opts.Observe != nil {
		began := b.opts.Clock.Now()
		s := Observation{Kind: TurnStarted, Key: k, Name: from.kind()}
		if !from.came.IsZero() {
			s.Waited = began.Sub(from.came)
		}
		ctx = b.observe(ctx, s)
		defer func() {
			if err != nil {
				b.observe(ctx, Observation{Kind: TurnFailed, Key: k, Name: from.kind(), Took: b.opts.Clock.Now().Sub(began), Err: err})
			}
		}()
	}
	for try := range maxAttempts {
		if try > 0 { // another worker wrote: perhaps the answer to this very message
			from.claim.give()
			b.observe(ctx, Observation{Kind: TurnRetried, Key: k, Name: from.kind(), Try: try + 1})
			if err := held.take(ctx); err != nil {
				return nil, err
			}
			if replies, done, err := b.served(ctx, k, from); done || err != nil {
				return replies, err
			}
		}
		began := b.opts.Clock.Now()
		t, err := b.load(ctx, k, from)
		if err != nil {
			return nil, err
		}
		if held.lost(t.version) { // the one who took over may be at it
			continue
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
		held.wrote(t.version)
		if b.opts.Observe != nil {
			b.observe(ctx, Observation{Kind: TurnCommitted, Key: k, Name: t.Meaning.Intent, Took: b.opts.Clock.Now().Sub(began), Try: try + 1, Err: t.err})
		}
		b.fold(ctx, t)
		if t.sent {
			return nil, nil
		}
		return t.replies, nil
	}
	return nil, fmt.Errorf("bot: gave up after %d attempts: %w", maxAttempts, ErrConflict)
}

// load makes the turn from the stored record.
func (b *Bot) load(ctx context.Context, k Key, from *start) (*Turn, error) {
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
	t := newTurn()
	t.Message, t.Key, t.Now, t.Language = m, k, now, firstOf(s.Language, m.Language, b.opts.Language)
	t.bot, t.session, t.version, t.fresh, t.size = b, s, rec.Version, len(rec.Session) == 0, len(rec.Session)
	t.push, t.stream, t.from = from.push, from.stream, from
	if from.timer != nil {
		t.fired = from.timer.ID
		t.Meaning.Intent = "timer." + from.timer.Name
	}
	if from.push != nil {
		t.Meaning.Intent = "push." + from.push.Name
	}
	t.logDied()
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
	if t.from.poison {
		b.fail(t, errPoison)
		return
	}
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
		t.later()
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
		r.ID = t.id("", i)
	}
	for i := range t.replies {
		t.replies[i].Language = firstOf(t.replies[i].Language, t.Language)
	}
	s.V, s.At, s.Language = sessionVersion, t.Now, t.Language
	if len(t.replies) > 0 {
		var err error
		if s.Last, err = json.Marshal(t.replies); err != nil {
			return fmt.Errorf("replies: %w", err)
		}
		s.Choices = t.replies[len(t.replies)-1].offered()
	}
	if t.Customer.ID != "" {
		s.Customer = t.Customer.ID
	}
	kept := slices.Clone(t.replies) // the caller may change what it is given
	c := &Commit{Key: t.Key, Version: t.version, Customer: firstOf(s.Customer, "t-"+t.Key.Conversation),
		Message: t.Message.ID, Replies: kept, DropPending: t.drop, Timers: t.timers, Fired: t.fired, Stop: t.stop,
		Ticket: t.ticket, At: t.Now, Also: t.from.also(), Accepted: t.from.accepted}
	t.Track(Event{Kind: EventTurn, Key: t.Meaning.Intent, Value: t.answers})
	c.Events = t.events
	spoken := t.fired == "" && t.push == nil
	send := !spoken || t.from.accepted && !t.from.claim.take() // nobody waits for the call's answer
	c.Lines = make([]Line, 0, 1+len(t.from.lines)+len(t.replies))
	switch {
	case spoken && len(t.from.lines) > 1:
		for i := range t.from.lines {
			l := &t.from.lines[i]
			c.Lines = append(c.Lines, lineOf(l, timeOr(l.At, t.Now)))
		}
	case spoken:
		c.Lines = append(c.Lines, lineOf(&t.Message, t.Now))
	}
	if spoken && send {
		c.Replies, t.sent = nil, true // the call returns none, nor does a retry
	}
	for i := range kept {
		r := &kept[i]
		c.Lines = append(c.Lines, Line{At: t.Now, From: firstOf(r.From, FromBot), Message: t.Message.ID, Reply: r})
		if send && !b.pulled.has(s.Thread.Channel) {
			c.Outbox = append(c.Outbox, Outgoing{ID: r.ID, Key: t.Key, Thread: s.Thread, Reply: *r, At: t.Now})
		}
	}
	raw, err := s.append(make([]byte, 0, t.size+sessionRoom))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	c.Session = raw
	if err := b.opts.Store.Commit(ctx, c); err != nil {
		return err
	}
	b.outbox.tell(c)
	return nil
}

func timeOr(at, or time.Time) time.Time {
	if at.IsZero() {
		return or
	}
	return at
}

// fold hands the committed events on.
func (b *Bot) fold(ctx context.Context, t *Turn) {
	b.foldEvents(ctx, t.Key.Tenant, t.events)
	if b.opts.OnTurn != nil || b.watchers.any() {
		rep := Report{Key: t.Key, At: t.Now, Message: t.Message.ID, Intent: t.Meaning.Intent, Replies: t.replies, Events: t.events, Trace: *t.Trace, Err: t.err}
		if b.opts.OnTurn != nil {
			b.opts.OnTurn(rep)
		}
		b.watchers.tell(Live{Key: t.Key, Report: &rep})
	}
	if t.err != nil {
		b.opts.Logger.Error("bot: turn failed", "conversation", t.Key.Conversation, "error", t.err)
	}
}

func (b *Bot) foldEvents(ctx context.Context, tenant string, events []Event) {
	b.asked.add(events)
	if b.opts.Customers == nil && b.opts.Recommend == nil {
		return
	}
	ctx = context.WithoutCancel(ctx) // it is committed: a caller that left changes nothing
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
