package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/frontdesk-go/frontdesk/profile"
)

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
	t.sign()
	s.V, s.At, s.Language = sessionVersion, t.Now, t.Language
	if len(t.replies) > 0 {
		var err error
		if s.Last, err = encodeReplies(t.replies); err != nil {
			return fmt.Errorf("replies: %w", err)
		}
		s.Choices = t.replies[len(t.replies)-1].offered()
	}
	if t.Customer.ID != "" {
		s.Customer = t.Customer.ID
	}
	c := &Commit{Key: t.Key, Version: t.version, Customer: firstOf(s.Customer, "t-"+t.Key.Conversation),
		Message: t.Message.ID, DropPending: t.drop, Timers: t.timers, Fired: t.fired, Stop: t.stop,
		Ticket: t.ticket, At: t.Now, Also: t.from.also(), Accepted: t.from.accepted}
	if s.dead != nil && !t.from.accepted {
		// What a message did whose turn died ends in this one: given again, the
		// message must not do it again.
		for _, id := range s.dead.used {
			if id != "" && id != c.Message && !slices.Contains(c.Also, id) {
				c.Also = append(c.Also[:len(c.Also):len(c.Also)], id)
			}
		}
	}
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
	c.Replies = b.enter(t, c, send)
	if spoken && send {
		c.Replies, t.sent = nil, true // the call returns none, nor does a retry
	}
	return b.store(ctx, t, c)
}

// sign gives the replies their ids and language.
func (t *Turn) sign() {
	for i := range t.replies {
		r := &t.replies[i]
		if r.ID == "" {
			r.ID = t.id("", i)
		}
		r.Language = firstOf(r.Language, t.Language)
	}
}

// enter puts the replies into the commit's history, and into its outbox when
// they are to be sent. It returns them as recorded: the caller of the turn may
// change what it is given.
func (b *Bot) enter(t *Turn, c *Commit, send bool) []Reply {
	kept := slices.Clone(t.replies)
	send = send && !b.pulled.has(t.session.Thread.Channel)
	for i := range kept {
		r := &kept[i]
		c.Lines = append(c.Lines, Line{At: t.Now, From: firstOf(r.From, FromBot), Message: t.Message.ID, Reply: r})
		if send {
			c.Outbox = append(c.Outbox, Outgoing{ID: r.ID, Key: t.Key, Thread: t.session.Thread, Reply: *r, At: t.Now})
		}
	}
	return kept
}

// store commits, and tells Run.
func (b *Bot) store(ctx context.Context, t *Turn, c *Commit) (err error) {
	t.session.N++
	if c.Session, err = t.session.append(make([]byte, 0, t.size+sessionRoom)); err != nil {
		return fmt.Errorf("session: %w", err)
	}
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
