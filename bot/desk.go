package bot

import (
	"context"
	"encoding/json"
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
	return b.desk(ctx, tenant, ticket, func(t *Turn, tk *handoff.Ticket) error {
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

// Return gives the conversation back to the bot and closes the ticket.
func (b *Bot) Return(ctx context.Context, tenant, ticket, agent string) error {
	_, err := b.desk(ctx, tenant, ticket, func(t *Turn, tk *handoff.Ticket) error {
		if tk.State != handoff.Taken || tk.Agent != agent {
			return ErrTaken
		}
		tk.State = handoff.Closed
		t.session.Owner, t.session.Ticket = "", ""
		t.session.Trend.Negative = 0
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
	k := Key{Tenant: tenant, Conversation: tk.Conversation}
	if err := b.boxes.enter(ctx, k); err != nil {
		return tk, err
	}
	defer b.boxes.leave(k)
	for range maxAttempts {
		if tk, err = b.opts.Store.Ticket(ctx, tenant, id); err != nil {
			return tk, fmt.Errorf("bot: ticket %s: %w", id, err)
		}
		rec, err := b.opts.Store.Load(ctx, k)
		if err != nil {
			return tk, fmt.Errorf("bot: loading the session: %w", err)
		}
		s, err := decodeSession(rec)
		if err != nil {
			return tk, err
		}
		t := &Turn{Key: k, Now: b.opts.Clock.Now().In(b.opts.Zone), Language: s.Language, Trace: &Trace{},
			turnState: &turnState{bot: b, session: s, version: rec.Version}}
		t.Customer.ID = s.Customer
		if err := change(t, &tk); err != nil {
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
		DropPending: t.drop, Events: t.events, Ticket: tk, At: t.Now}
	for i := range t.replies {
		r := &t.replies[i]
		r.ID = fmt.Sprintf("%s-%d-%d", t.Key.Conversation, t.version+1, i)
		c.Lines = append(c.Lines, handoff.Line{At: t.Now, From: r.From, Text: r.Text})
		c.Outbox = append(c.Outbox, Outgoing{ID: r.ID, Key: t.Key, Thread: t.session.Thread, Reply: *r, At: t.Now})
	}
	raw, err := json.Marshal(t.session)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	c.Session = raw
	return b.opts.Store.Commit(ctx, c)
}
