package bot

import (
	"context"
	"fmt"
	"slices"

	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/profile"
)

// Owner is who speaks with the customer.
type Owner string

// The owners of a conversation.
const (
	OwnerBot     Owner = "bot"
	OwnerWaiting Owner = "waiting" // nobody yet: a ticket waits in the queue
	OwnerPerson  Owner = "person"
)

// State is where a conversation stands.
type State struct {
	Key      Key    `json:"-"`
	Thread   Thread `json:"-"`
	Language string `json:"language"`
	Owner    Owner  `json:"owner"`
	Agent    string `json:"agent,omitempty"`  // who, for OwnerPerson
	Ticket   string `json:"ticket,omitempty"` // unless the bot owns it
	Ahead    int    `json:"ahead,omitempty"`  // tickets that come first, for OwnerWaiting
	// Customer is the id of the customer, "" before the first turn.
	Customer string `json:"-"`
	// Turns is the number of commits so far.
	Turns int64 `json:"turns"`
	// Helpful says by a reply's id what the customer said of it, for the last 50
	// replies they said it of; see Feedback.
	Helpful map[string]bool `json:"helpful,omitempty"`
}

// Conversation is the key of a thread's conversation.
func (b *Bot) Conversation(ctx context.Context, th Thread) (Key, error) {
	m := Message{Thread: th}
	if err := m.validate(); err != nil {
		return Key{}, err
	}
	k, err := b.opts.Store.Open(ctx, th)
	if err != nil {
		return k, fmt.Errorf("bot: opening the conversation: %w", err)
	}
	return k, nil
}

// History returns a page of a conversation's lines, oldest first.
func (b *Bot) History(ctx context.Context, k Key, p Page) ([]Line, error) {
	lines, err := b.opts.Store.History(ctx, k, p)
	if err != nil {
		return nil, fmt.Errorf("bot: reading the history: %w", err)
	}
	return lines, nil
}

// Recent returns up to n conversations of a tenant, the latest first.
func (b *Bot) Recent(ctx context.Context, tenant string, n int) ([]Activity, error) {
	as, err := b.opts.Store.Recent(ctx, tenant, n)
	if err != nil {
		return nil, fmt.Errorf("bot: reading the conversations: %w", err)
	}
	return as, nil
}

// State tells where a conversation stands.
func (b *Bot) State(ctx context.Context, k Key) (State, error) {
	rec, err := b.opts.Store.Load(ctx, k)
	if err != nil {
		return State{}, fmt.Errorf("bot: loading the session: %w", err)
	}
	var s session
	if err := s.read(rec); err != nil {
		return State{}, err
	}
	st := State{Key: k, Thread: s.Thread, Language: firstOf(s.Language, b.opts.Language), Owner: OwnerBot, Customer: s.Customer, Turns: s.N}
	for _, v := range s.Votes {
		if st.Helpful == nil {
			st.Helpful = map[string]bool{}
		}
		st.Helpful[v.Reply] = v.Helpful
	}
	switch s.Owner {
	case "":
		return st, nil
	case ownerWaiting:
		st.Owner, st.Ticket = OwnerWaiting, s.Ticket
	default:
		st.Owner, st.Agent, st.Ticket = OwnerPerson, s.Owner, s.Ticket
		return st, nil
	}
	ts, err := b.Tickets(ctx, k.Tenant)
	if err != nil {
		return st, err
	}
	for i, t := range ts {
		if t.ID == s.Ticket {
			st.Ahead = i
		}
	}
	return st, nil
}

// Customer returns who writes on a thread, as far as it is known.
func (b *Bot) Customer(ctx context.Context, th Thread) (profile.Customer, error) {
	if b.opts.Customers == nil {
		k, err := b.Conversation(ctx, th)
		return profile.Customer{ID: "t-" + k.Conversation, Tenant: th.Tenant}, err
	}
	c, err := b.opts.Customers.Customer(ctx, th.Tenant, th.Identity())
	if err != nil {
		return c, fmt.Errorf("bot: the customer: %w", err)
	}
	return c, nil
}

// RoleStaff is the role of people at the desk in queries to the knowledge base:
// entries with this audience are suggested to them and never shown to customers.
const RoleStaff = "staff"

// Suggested is a reply a person may send or edit.
type Suggested struct {
	Text   string  `json:"text"`
	Title  string  `json:"title"`  // the question it answers
	Source string  `json:"source"` // id of the entry
	Score  float64 `json:"score"`
}

// Suggest proposes replies to what a customer wrote, or to the customer's last
// line when text is "": the nearest entries of the knowledge base, best first.
func (b *Bot) Suggest(ctx context.Context, k Key, text string) ([]Suggested, error) {
	st, err := b.State(ctx, k)
	base := b.opts.knowledge(k.Tenant)
	if err != nil || base == nil {
		return nil, err
	}
	if text == "" {
		lines, err := b.History(ctx, k, Page{N: 20})
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if l.From == FromCustomer && l.Text != "" {
				text = l.Text
			}
		}
	}
	if text == "" {
		return nil, nil
	}
	a, err := base.Answer(ctx, kb.Query{Text: text, Language: st.Language, Now: b.opts.Clock.Now().In(b.opts.Zone),
		Channel: st.Thread.Channel, Roles: []string{RoleStaff}})
	if err != nil {
		return nil, fmt.Errorf("bot: asking the knowledge base: %w", err)
	}
	out := make([]Suggested, len(a.Hits))
	for i, h := range a.Hits {
		out[i] = Suggested{Text: h.Answer, Title: h.Question, Source: h.ID, Score: h.Score}
	}
	return out, nil
}

// Feedback records whether a reply helped, with the entries it was answered
// from, in the conversation's order. The last word on a reply holds, and is
// part of the State; said again it changes nothing.
func (b *Bot) Feedback(ctx context.Context, th Thread, reply string, helpful bool) error {
	k, err := b.Conversation(ctx, th)
	if err != nil {
		return err
	}
	lines, err := b.History(ctx, k, Page{N: 200})
	if err != nil {
		return err
	}
	value := "no"
	if helpful {
		value = "yes"
	}
	for i := range lines {
		r := lines[i].Reply
		if r == nil || r.ID != reply {
			continue
		}
		e := Event{Kind: EventHelpful, Value: value, Source: reply}
		if len(r.Citations) > 0 {
			e.Key = r.Citations[0].ID
		}
		_, err := b.change(ctx, k, func(t *Turn, _ *handoff.Ticket) error {
			s := t.session
			i := slices.IndexFunc(s.Votes, func(v vote) bool { return v.Reply == reply })
			if i >= 0 {
				if s.Votes[i].Helpful == helpful {
					return errUnchanged
				}
				s.Votes = slices.Delete(s.Votes, i, i+1)
			}
			s.Votes = append(s.Votes, vote{Reply: reply, Helpful: helpful})
			s.Votes = s.Votes[max(len(s.Votes)-maxVotes, 0):]
			t.Track(e)
			return nil
		})
		return err
	}
	return fmt.Errorf("bot: Feedback: %w: reply %q is not among the conversation's last lines", ErrNotFound, reply)
}

// Ticket returns a ticket by id, or ErrNotFound.
func (b *Bot) Ticket(ctx context.Context, tenant, id string) (handoff.Ticket, error) {
	tk, err := b.opts.Store.Ticket(ctx, tenant, id)
	if err != nil {
		return tk, fmt.Errorf("bot: ticket %s: %w", id, err)
	}
	return tk, nil
}
