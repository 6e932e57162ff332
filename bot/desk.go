package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/frontdesk-go/frontdesk/handoff"
)

// Tickets returns a tenant's open tickets in the order they should be taken.
func (b *Bot) Tickets(ctx context.Context, tenant string) ([]handoff.Ticket, error) {
	ts, err := b.opts.Store.Tickets(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("bot: reading tickets: %w", err)
	}
	handoff.Order(ts, b.opts.Clock.Now())
	return ts, nil
}

// Take makes an agent the owner of a ticket's conversation. It returns
// ErrTaken when another person owns it already, ErrNotFound for an unknown ticket.
func (b *Bot) Take(ctx context.Context, tenant, ticket, agent string) (handoff.Ticket, error) {
	if agent == "" || agent == ownerWaiting {
		return handoff.Ticket{}, fmt.Errorf("bot: Take: agent %q is no name", agent)
	}
	return b.desk(ctx, tenant, ticket, func(t *Turn, tk *handoff.Ticket) error { return t.take(tk, agent) })
}

func (t *Turn) take(tk *handoff.Ticket, agent string) error {
	if tk.State == handoff.Taken && tk.Agent == agent {
		return nil
	}
	if tk.State != handoff.Waiting {
		return ErrTaken
	}
	tk.State, tk.Agent = handoff.Taken, agent
	t.session.Owner = agent
	t.drop = true
	t.Track(Event{Kind: EventTaken, Key: agent, Value: tk.ID})
	return nil
}

// Join makes an agent the owner of a conversation nobody was asked to take: a
// person at the desk steps in. What the bot is about to say at that moment is
// dropped. A waiting ticket of the conversation is taken; ErrTaken means that
// another person owns it.
func (b *Bot) Join(ctx context.Context, k Key, agent string) (handoff.Ticket, error) {
	if agent == "" || agent == ownerWaiting {
		return handoff.Ticket{}, fmt.Errorf("bot: Join: agent %q is no name", agent)
	}
	b.hushes.silence(k)
	return b.change(ctx, k, func(t *Turn, tk *handoff.Ticket) error {
		if t.session.Ticket != "" {
			have, err := b.opts.Store.Ticket(ctx, k.Tenant, t.session.Ticket)
			if err != nil {
				return fmt.Errorf("bot: ticket %s: %w", t.session.Ticket, err)
			}
			*tk = have
			return t.take(tk, agent)
		}
		*tk = handoff.NewTicket(handoff.Case{
			ID: fmt.Sprintf("%s-%d", k.Conversation, t.session.N+1), Tenant: k.Tenant, Conversation: k.Conversation,
			Customer: t.session.Customer, Channel: t.session.Thread.Channel, Language: t.Language, Created: t.Now,
			Decision: handoff.Decision{Reason: handoff.Proactive, Priority: handoff.Normal}, Transcript: b.transcript(ctx, t),
			Facts: t.facts(), Mood: t.session.Moods, Open: b.openMatter(t), Suggested: t.Text("handoff.suggested"),
		})
		t.session.Ticket = tk.ID
		t.Track(Event{Kind: EventHandover, Key: string(handoff.Proactive), Value: tk.ID})
		if err := t.unask(); err != nil {
			return err
		}
		return t.take(tk, agent)
	})
}

// Transfer puts an agent's ticket back into the queue for another: to is the
// skill, or the name of the colleague, it is for.
func (b *Bot) Transfer(ctx context.Context, tenant, ticket, agent, to string) (handoff.Ticket, error) {
	return b.desk(ctx, tenant, ticket, func(t *Turn, tk *handoff.Ticket) error {
		if tk.State != handoff.Taken || tk.Agent != agent {
			return ErrTaken
		}
		tk.State, tk.Agent, tk.Skill = handoff.Waiting, "", to
		t.session.Owner = ownerWaiting
		t.Track(Event{Kind: EventTransferred, Key: agent, Value: tk.ID, Source: to})
		t.replies = []Reply{{Text: t.Text("handoff.transferred")}}
		return nil
	})
}

// maxNotes and maxNote bound what a ticket holds.
const (
	maxNotes = 100
	maxNote  = 4 << 10
)

// Note adds a remark to a ticket that only people at the desk see.
func (b *Bot) Note(ctx context.Context, tenant, ticket, agent, text string) (handoff.Ticket, error) {
	return b.desk(ctx, tenant, ticket, func(t *Turn, tk *handoff.Ticket) error {
		if len(tk.Notes) >= maxNotes {
			return fmt.Errorf("bot: Note: ticket %s has %d notes already", tk.ID, maxNotes)
		}
		tk.Notes = append(tk.Notes, handoff.Note{At: t.Now, From: agent, Text: cut(text, maxNote)})
		return nil
	})
}

// Tell sends the customer what the agent who owns the ticket writes. The reply
// goes to the outbox and is returned as well.
func (b *Bot) Tell(ctx context.Context, tenant, ticket, agent string, r Reply) (Reply, error) {
	var sent Reply
	_, err := b.desk(ctx, tenant, ticket, func(t *Turn, tk *handoff.Ticket) error {
		if tk.State != handoff.Taken || tk.Agent != agent {
			return ErrTaken
		}
		r.From = agent
		if r.Language == "" {
			r.Language = t.Language
		}
		t.replies = []Reply{r}
		return nil
	}, &sent)
	return sent, err
}

// Return gives the conversation back to the bot and closes the ticket. The
// customer is told, and asked how it went.
func (b *Bot) Return(ctx context.Context, tenant, ticket, agent string) error {
	_, err := b.desk(ctx, tenant, ticket, func(t *Turn, tk *handoff.Ticket) error {
		if tk.State != handoff.Taken || tk.Agent != agent {
			return ErrTaken
		}
		tk.State = handoff.Closed
		t.session.Owner, t.session.Ticket = "", ""
		t.session.Trend.Negative = 0
		t.replies = []Reply{{Text: t.Text("handoff.returned"), Survey: t.Survey()}}
		t.session.Choices = t.replies[0].offered()
		t.Track(Event{Kind: EventReturned, Key: agent, Value: tk.ID})
		return nil
	})
	return err
}

// desk changes a ticket and its conversation in one commit, in the
// conversation's order.
func (b *Bot) desk(ctx context.Context, tenant, id string, change func(*Turn, *handoff.Ticket) error, sent ...*Reply) (handoff.Ticket, error) {
	tk, err := b.opts.Store.Ticket(ctx, tenant, id)
	if err != nil {
		return tk, fmt.Errorf("bot: ticket %s: %w", id, err)
	}
	return b.change(ctx, Key{Tenant: tenant, Conversation: tk.Conversation}, func(t *Turn, into *handoff.Ticket) (err error) {
		if *into, err = b.opts.Store.Ticket(ctx, tenant, id); err != nil {
			return fmt.Errorf("bot: ticket %s: %w", id, err)
		}
		return change(t, into)
	}, sent...)
}

// errUnchanged ends a change that has nothing to write.
var errUnchanged = errors.New("nothing changed")

// change is a commit of a person's: what change makes of the conversation and
// of its ticket, if it gives one an id. With errUnchanged nothing is written.
func (b *Bot) change(ctx context.Context, k Key, change func(*Turn, *handoff.Ticket) error, sent ...*Reply) (tk handoff.Ticket, err error) {
	p, err := b.boxes.enter(ctx, k, nil)
	if err != nil {
		return tk, err
	}
	defer p.leave()
	held, err := b.lease(ctx, k)
	if err != nil {
		return tk, err
	}
	defer held.letGo(ctx)
	for range maxAttempts {
		rec, err := b.opts.Store.Load(ctx, k)
		if err != nil {
			return tk, fmt.Errorf("bot: loading the session: %w", err)
		}
		t := newTurn()
		s := t.session
		if err := s.read(rec); err != nil {
			return tk, err
		}
		t.Key, t.Now, t.Language = k, b.opts.Clock.Now().In(b.opts.Zone), firstOf(s.Language, b.opts.Language)
		t.bot, t.version = b, rec.Version
		t.Customer.ID = s.Customer
		t.logDied()
		if err := change(t, &tk); errors.Is(err, errUnchanged) {
			return tk, nil
		} else if err != nil {
			return tk, err
		}
		if err = b.commitDesk(ctx, t, &tk); errors.Is(err, ErrConflict) {
			continue
		} else if err != nil {
			return tk, fmt.Errorf("bot: committing: %w", err)
		}
		for i := range sent {
			if i < len(t.replies) {
				*sent[i] = t.replies[i]
			}
		}
		b.fold(ctx, t)
		return tk, nil
	}
	return tk, fmt.Errorf("bot: gave up after %d attempts: %w", maxAttempts, ErrConflict)
}

func (b *Bot) commitDesk(ctx context.Context, t *Turn, tk *handoff.Ticket) error {
	c := &Commit{Key: t.Key, Version: t.version, Customer: firstOf(t.session.Customer, "t-"+t.Key.Conversation),
		DropPending: t.drop, Events: t.events, At: t.Now}
	if tk.ID != "" {
		c.Ticket = tk
	}
	for i := range t.replies {
		t.replies[i].ID = "" // a person's: given here
	}
	t.sign()
	b.enter(t, c, true)
	return b.store(ctx, t, c)
}
