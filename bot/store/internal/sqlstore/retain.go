package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
)

// Retention is how long what is kept, by kind of data; 0 keeps it for ever.
type Retention struct {
	// Conversations go as a whole, session, history and answers, when nobody
	// wrote in them for so long; not while a timer, an unsent reply, an
	// unanswered message or a ticket that is not closed waits in one.
	Conversations time.Duration
	// Lines are the history.
	Lines time.Duration
	// Answers are the recorded replies by which a message that comes again is
	// recognised: longer than any channel delivers again, such as 14 days.
	Answers time.Duration
	// Tickets go when closed, by the time they were made.
	Tickets time.Duration
	// Events go by Event.Kind. A customer's profile forgets with them what it
	// was told in them, so kinds that tell who a customer is, or what they
	// agreed to, stay as long as the customer does.
	Events map[string]time.Duration
}

func (r Retention) validate() error {
	for name, d := range map[string]time.Duration{"Conversations": r.Conversations, "Lines": r.Lines, "Answers": r.Answers, "Tickets": r.Tickets} {
		if d < 0 {
			return fmt.Errorf("field Retention.%s is %v: give an age, or 0 to keep for ever", name, d)
		}
	}
	for kind, d := range r.Events {
		if d <= 0 {
			return fmt.Errorf("field Retention.Events[%q] is %v: give an age, or leave the kind out to keep it for ever", kind, d)
		}
	}
	return nil
}

// retainStep is how many conversations or events one transaction looks at.
const retainStep = 200

// Retain removes what is older than r says at now, in many small transactions
// between which turns go on, and returns how many rows went, by table. What is
// done when ctx ends or an error comes stays done; run it again. Once a day is
// enough, in one replica.
func (s *Store) Retain(ctx context.Context, now time.Time, r Retention) (map[string]int, error) {
	gone := map[string]int{}
	if err := r.validate(); err != nil {
		return gone, fmt.Errorf("%s: %w", s.dialect.Name, err)
	}
	for _, step := range []func(context.Context, time.Time, Retention, map[string]int) error{s.retainConversations, s.retainTickets, s.retainEvents} {
		if err := step(ctx, now, r, gone); err != nil {
			return gone, fmt.Errorf("%s: removing what is too old: %w", s.dialect.Name, err)
		}
	}
	return gone, nil
}

// sweep is a batch of deletions that counts.
type sweep struct {
	*batch
	tables []string
}

func (w *sweep) remove(table, where string, args ...any) {
	w.add(`DELETE FROM `+table+` WHERE `+where, args...)
	w.tables = append(w.tables, table)
}

func (w *sweep) done(gone map[string]int) error {
	changed, err := w.write()
	w.s.threads.forget()
	for i := range changed {
		gone[w.tables[i]] += int(changed[i])
	}
	return err
}

type aged struct {
	key bot.Key
	at  int64
}

func (s *Store) retainConversations(ctx context.Context, now time.Time, r Retention, gone map[string]int) error {
	if r.Conversations == 0 && r.Lines == 0 && r.Answers == 0 {
		return nil
	}
	var last bot.Key
	for {
		page, err := collect(ctx, s, `SELECT tenant, id, at FROM conversations WHERE version > 0 AND (tenant > ? OR tenant = ? AND id > ?) ORDER BY tenant, id LIMIT ?`,
			[]any{last.Tenant, last.Tenant, last.Conversation, retainStep}, func(rows *sql.Rows) (a aged, err error) {
				err = rows.Scan(&a.key.Tenant, &a.key.Conversation, &a.at)
				a.key = bot.Key{Tenant: s.text(a.key.Tenant), Conversation: s.text(a.key.Conversation)}
				return a, err
			})
		if err != nil || len(page) == 0 {
			return err
		}
		w := &sweep{batch: s.batch(ctx)}
		for _, a := range page {
			last = a.key
			// What another worker answered while it was being accepted.
			w.remove("inbox", `tenant = ? AND conversation = ? AND EXISTS (SELECT 1 FROM answers n
				WHERE n.tenant = inbox.tenant AND n.conversation = inbox.conversation AND n.message = inbox.message)`, a.key.Tenant, a.key.Conversation)
			if idle := micro(now.Add(-r.Conversations)); r.Conversations > 0 && a.at < idle {
				w.conversation(a.key, idle)
			}
			if r.Lines > 0 {
				w.remove("lines", `tenant = ? AND conversation = ? AND at < ?`, a.key.Tenant, a.key.Conversation, micro(now.Add(-r.Lines)))
			}
			if r.Answers > 0 {
				w.remove("answers", `tenant = ? AND conversation = ? AND at < ?`, a.key.Tenant, a.key.Conversation, micro(now.Add(-r.Answers)))
			}
		}
		if err := w.done(gone); err != nil {
			return err
		}
	}
}

// conversation removes one that was idle, unless something waits in it or a
// turn was faster; what belongs to it goes only when it went.
func (w *sweep) conversation(k bot.Key, idle int64) {
	args := []any{k.Tenant, k.Conversation}
	w.remove("conversations", `tenant = ? AND id = ? AND at < ?
		AND NOT EXISTS (SELECT 1 FROM timers t WHERE t.tenant = ? AND t.conversation = ?)
		AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.tenant = ? AND o.conversation = ?)
		AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.tenant = ? AND i.conversation = ?)
		AND NOT EXISTS (SELECT 1 FROM tickets k WHERE k.tenant = ? AND k.conversation = ? AND k.state <> ?)`,
		k.Tenant, k.Conversation, idle, k.Tenant, k.Conversation, k.Tenant, k.Conversation, k.Tenant, k.Conversation, k.Tenant, k.Conversation, string(handoff.Closed))
	w.remove("leases", `tenant = ? AND name = ? AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.tenant = ? AND c.id = ?)`, append(args, args...)...)
	for _, table := range []string{"threads", "lines", "answers", "owners"} {
		w.remove(table, `tenant = ? AND conversation = ? AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.tenant = ? AND c.id = ?)`, append(args, args...)...)
	}
}

func (s *Store) retainTickets(ctx context.Context, now time.Time, r Retention, gone map[string]int) error {
	if r.Tickets == 0 {
		return nil
	}
	w := &sweep{batch: s.batch(ctx)}
	w.remove("tickets", `state = ? AND created < ?`, string(handoff.Closed), micro(now.Add(-r.Tickets)))
	return w.done(gone)
}

func (s *Store) retainEvents(ctx context.Context, now time.Time, r Retention, gone map[string]int) error {
	if len(r.Events) == 0 {
		return nil
	}
	type event struct {
		seq                    int64
		tenant, customer, kind string
		at                     int64
	}
	var young time.Duration // the least age at which anything goes
	for _, age := range r.Events {
		if young == 0 || age < young {
			young = age
		}
	}
	for after := int64(0); ; {
		page, err := collect(ctx, s, `SELECT seq, tenant, customer, kind, at FROM events WHERE seq > ? ORDER BY seq LIMIT ?`,
			[]any{after, retainStep}, func(rows *sql.Rows) (e event, err error) {
				err = rows.Scan(&e.seq, &e.tenant, &e.customer, &e.kind, &e.at)
				e.tenant, e.customer, e.kind = s.text(e.tenant), s.text(e.customer), s.text(e.kind)
				return e, err
			})
		if err != nil || len(page) == 0 {
			return err
		}
		w := &sweep{batch: s.batch(ctx)}
		forget := map[bot.Key]bool{}
		old := false
		for _, e := range page {
			after = e.seq
			old = old || e.at < micro(now.Add(-young))
			if age, ok := r.Events[e.kind]; !ok || e.at >= micro(now.Add(-age)) {
				continue
			}
			w.remove("events", `seq = ?`, e.seq)
			if k := (bot.Key{Tenant: e.tenant, Conversation: e.customer}); !forget[k] {
				forget[k] = true
				// The kept fold knows the event still: it is folded anew.
				w.add(`DELETE FROM profiles WHERE tenant = ? AND customer = ?`, e.tenant, e.customer)
				w.tables = append(w.tables, "profiles")
			}
		}
		if err := w.done(gone); err != nil || !old { // the log is in the order of time, near enough
			return err
		}
	}
}
