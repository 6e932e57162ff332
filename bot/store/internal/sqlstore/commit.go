package sqlstore

import (
	"context"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Commit implements bot.Store. It also returns bot.ErrConflict when c.Message
// is answered already: another worker was given the same message.
func (s *Store) Commit(ctx context.Context, c *bot.Commit) error {
	b := s.batch(ctx)
	k, at := c.Key, micro(c.At)
	b.add(`UPDATE conversations SET version = version + 1, customer = ?, session = ?, journal = NULL, at = ? WHERE tenant = ? AND id = ? AND version = ?`,
		c.Customer, b.sealed("session", k.Tenant, k.Conversation, c.Session), at, k.Tenant, k.Conversation, c.Version).Must = true
	if c.Message != "" {
		replies := c.Replies
		if replies == nil {
			replies = []bot.Reply{}
		}
		b.add(`INSERT INTO answers (tenant, conversation, message, customer, at, replies) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			k.Tenant, k.Conversation, c.Message, c.Customer, at, b.body("answers", k.Tenant, k.Conversation+"/"+c.Message, replies)).Must = true
	}
	for _, id := range c.Also {
		b.add(`INSERT INTO answers (tenant, conversation, message, customer, at, replies) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			k.Tenant, k.Conversation, id, c.Customer, at, b.body("answers", k.Tenant, k.Conversation+"/"+id, []bot.Reply{})).Must = true
	}
	if c.Accepted {
		for _, id := range append([]string{c.Message}, c.Also...) {
			b.add(`DELETE FROM inbox WHERE tenant = ? AND conversation = ? AND message = ?`, k.Tenant, k.Conversation, id)
		}
	}
	b.add(`INSERT INTO owners (tenant, customer, conversation) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, k.Tenant, c.Customer, k.Conversation)
	b.lines(c)
	if c.DropPending {
		b.add(`DELETE FROM outbox WHERE tenant = ? AND conversation = ?`, k.Tenant, k.Conversation)
	}
	for _, o := range c.Outbox {
		b.add(`INSERT INTO outbox (id, tenant, conversation, customer, at, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			o.ID, k.Tenant, k.Conversation, c.Customer, micro(o.At), b.body("outbox", k.Tenant, o.ID, o))
	}
	b.timers(c)
	b.ticket(c)
	b.events(c.Events)
	_, err := b.write()
	return err
}

// linesAtOnce bounds how many lines one statement writes, and so how many
// statements there are.
const linesAtOnce = 4

func (b *batch) lines(c *bot.Commit) {
	const row = `(?, ?, ?, ?, ?, ?, ?)`
	k, place := c.Key, 0
	for some := range slices.Chunk(c.Lines, linesAtOnce) {
		args := make([]any, 0, 7*len(some))
		for _, l := range some {
			args = append(args, k.Tenant, k.Conversation, lineSeq(c.Version, place), c.Customer, micro(l.At), l.From,
				b.body("lines", k.Tenant, k.Conversation, l))
			place++
		}
		b.add(`INSERT INTO lines (tenant, conversation, seq, customer, at, sender, body) VALUES `+row+strings.Repeat(`, `+row, len(some)-1), args...)
	}
}

// lineSeq is the place of a commit's line in its conversation.
func lineSeq(version int64, i int) int64 { return (version+1)<<16 + int64(i) }

func (b *batch) timers(c *bot.Commit) {
	for _, id := range append(c.Stop[:len(c.Stop):len(c.Stop)], c.Fired) {
		if id != "" {
			b.add(`DELETE FROM timers WHERE tenant = ? AND conversation = ? AND id = ?`, c.Key.Tenant, c.Key.Conversation, id)
		}
	}
	for _, t := range c.Timers {
		b.add(`INSERT INTO timers (tenant, conversation, id, customer, at, name, body) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (tenant, conversation, id) DO UPDATE SET at = excluded.at, name = excluded.name, body = excluded.body`,
			c.Key.Tenant, c.Key.Conversation, t.ID, c.Customer, micro(t.At), t.Name, b.body("timers", c.Key.Tenant, t.ID, t))
	}
}

func (b *batch) ticket(c *bot.Commit) {
	t := c.Ticket
	if t == nil {
		return
	}
	b.add(`INSERT INTO tickets (tenant, id, conversation, customer, state, priority, created, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant, id) DO UPDATE SET state = excluded.state, priority = excluded.priority, body = excluded.body`,
		c.Key.Tenant, t.ID, c.Key.Conversation, c.Customer, string(t.State), int(t.Priority), micro(t.Created), b.body("tickets", c.Key.Tenant, t.ID, t))
}

// events come last in a transaction: the time between a place in the log being
// given and its being seen is short then.
func (b *batch) events(events []bot.Event) {
	if len(events) > 0 && b.s.dialect.Reserve != "" {
		b.add(b.s.dialect.Reserve)
	}
	for i := range events {
		e := events[i]
		e.Seq = 0
		b.add(`INSERT INTO events (tenant, id, customer, conversation, kind, at, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			e.Tenant, e.ID, e.Customer, e.Conversation, e.Kind, micro(e.At), b.body("events", e.Tenant, e.ID, e))
		b.identity(&e)
	}
}

// Journal implements bot.Store.
func (s *Store) Journal(ctx context.Context, k bot.Key, version int64, entry []byte) error {
	b := s.batch(ctx)
	b.add(`UPDATE conversations SET version = version + 1, journal = ? WHERE tenant = ? AND id = ? AND version = ?`,
		b.sealed("journal", k.Tenant, k.Conversation, entry), k.Tenant, k.Conversation, version).Must = true
	_, err := b.write()
	return err
}

// Append implements bot.Store.
func (s *Store) Append(ctx context.Context, events ...bot.Event) error {
	b := s.batch(ctx)
	b.events(events)
	_, err := b.write()
	return err
}

// Sent implements bot.Store.
func (s *Store) Sent(ctx context.Context, ids ...string) error {
	b := s.batch(ctx)
	for _, id := range ids {
		b.add(`DELETE FROM outbox WHERE id = ?`, id)
	}
	_, err := b.write()
	return err
}

// Erase implements bot.Store. It covers every record joined to the customer.
func (s *Store) Erase(ctx context.Context, tenant, customer string) (map[string]int, error) {
	group, err := s.group(ctx, tenant, customer)
	if err != nil {
		return nil, err
	}
	b := s.batch(ctx)
	var tables []string
	remove := func(table, where string, args ...any) {
		b.add(`DELETE FROM `+table+` WHERE tenant = ? AND `+where, args...)
		tables = append(tables, table)
	}
	for _, id := range group {
		remove("threads", `conversation IN (SELECT id FROM conversations WHERE tenant = ? AND customer = ?)`, tenant, tenant, id)
		remove("inbox", `conversation IN (SELECT id FROM conversations WHERE tenant = ? AND customer = ?)`, tenant, tenant, id)
		remove("leases", `name IN (SELECT id FROM conversations WHERE tenant = ? AND customer = ?)`, tenant, tenant, id)
		for _, table := range []string{"answers", "lines"} {
			remove(table, `conversation IN (SELECT conversation FROM owners WHERE tenant = ? AND customer = ?) AND customer = ?`, tenant, tenant, id, id)
		}
		for _, table := range []string{"events", "outbox", "timers", "tickets", "identities", "profiles", "conversations", "owners"} {
			remove(table, `customer = ?`, tenant, id)
		}
	}
	changed, err := b.write()
	s.threads.forget()
	if err != nil {
		return nil, err
	}
	gone := map[string]int{}
	for i, table := range tables {
		gone[table] += int(changed[i])
	}
	return gone, nil
}
