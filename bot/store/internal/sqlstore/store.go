package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
)

// Store is a bot.Store over a database.
type Store struct {
	db      *sql.DB
	dialect Dialect
	seal    bot.Sealer
}

// New brings the schema up to date and returns the store. A nil sealer stores
// plain bodies.
func New(ctx context.Context, db *sql.DB, d Dialect, seal bot.Sealer) (*Store, error) {
	if seal == nil {
		seal = bot.PlainSealer{}
	}
	s := &Store{db: db, dialect: d, seal: seal}
	if err := s.migrate(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", d.Name, err)
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// tx runs fn in a transaction, again when another writer was faster.
func (s *Store) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	for try := 0; ; try++ {
		err := s.once(ctx, fn)
		if err == nil || try == 4 || s.dialect.Conflict == nil || !s.dialect.Conflict(err) {
			return err
		}
	}
}

func (s *Store) once(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// body seals a value for a row.
func (s *Store) body(ctx context.Context, about string, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.seal.Seal(ctx, about, raw)
}

func (s *Store) open(ctx context.Context, about string, sealed []byte, into any) error {
	raw, err := s.seal.Open(ctx, about, sealed)
	if err != nil {
		return fmt.Errorf("%s: opening %s: %w", s.dialect.Name, about, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %s does not decode: %w", s.dialect.Name, about, err)
	}
	return nil
}

func micro(t time.Time) int64 { return t.UnixMicro() }

// Open implements bot.Store.
func (s *Store) Open(ctx context.Context, th bot.Thread) (bot.Key, error) {
	k := bot.Key{Tenant: th.Tenant}
	find := func() error {
		return s.db.QueryRowContext(ctx, s.q(`SELECT conversation FROM threads WHERE tenant = ? AND channel = ? AND account = ? AND peer = ?`),
			th.Tenant, th.Channel, th.Account, th.Peer).Scan(&k.Conversation)
	}
	err := find()
	if !errors.Is(err, sql.ErrNoRows) {
		return k, err
	}
	id := th.ConversationID()
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, s.q(`INSERT INTO threads (tenant, channel, account, peer, conversation) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`),
			th.Tenant, th.Channel, th.Account, th.Peer, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, s.q(`INSERT INTO conversations (tenant, id, customer, version, at) VALUES (?, ?, '', 0, 0) ON CONFLICT DO NOTHING`), th.Tenant, id)
		return err
	})
	if err != nil {
		return k, err
	}
	return k, find()
}

// Load implements bot.Store.
func (s *Store) Load(ctx context.Context, k bot.Key) (bot.Record, error) {
	r := bot.Record{Key: k}
	var session, journal []byte
	err := s.db.QueryRowContext(ctx, s.q(`SELECT version, session, journal FROM conversations WHERE tenant = ? AND id = ?`),
		k.Tenant, k.Conversation).Scan(&r.Version, &session, &journal)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fmt.Errorf("%w: conversation %s", bot.ErrNotFound, k.Conversation)
	}
	if err != nil {
		return r, err
	}
	if session != nil {
		if r.Session, err = s.seal.Open(ctx, about("session", k.Tenant, k.Conversation), session); err != nil {
			return r, fmt.Errorf("%s: opening the session of %s: %w", s.dialect.Name, k.Conversation, err)
		}
	}
	if journal != nil {
		if r.Journal, err = s.seal.Open(ctx, about("journal", k.Tenant, k.Conversation), journal); err != nil {
			return r, fmt.Errorf("%s: opening the journal of %s: %w", s.dialect.Name, k.Conversation, err)
		}
	}
	return r, nil
}

func about(table, tenant, id string) string { return table + "/" + tenant + "/" + id }

// Answered implements bot.Store.
func (s *Store) Answered(ctx context.Context, k bot.Key, message string) ([]bot.Reply, bool, error) {
	var raw []byte
	err := s.db.QueryRowContext(ctx, s.q(`SELECT replies FROM answers WHERE tenant = ? AND conversation = ? AND message = ?`),
		k.Tenant, k.Conversation, message).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	var rs []bot.Reply
	err = s.open(ctx, about("answers", k.Tenant, k.Conversation+"/"+message), raw, &rs)
	return rs, err == nil, err
}

// Commit implements bot.Store.
func (s *Store) Commit(ctx context.Context, c *bot.Commit) error {
	session, err := s.seal.Seal(ctx, about("session", c.Key.Tenant, c.Key.Conversation), c.Session)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, s.q(`UPDATE conversations SET version = version + 1, customer = ?, session = ?, journal = NULL, at = ? WHERE tenant = ? AND id = ? AND version = ?`),
			c.Customer, session, micro(c.At), c.Key.Tenant, c.Key.Conversation, c.Version)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return bot.ErrConflict
		}
		w := writer{s: s, ctx: ctx, tx: tx}
		w.answer(c)
		w.lines(c)
		if c.DropPending {
			w.exec(`DELETE FROM outbox WHERE tenant = ? AND conversation = ?`, c.Key.Tenant, c.Key.Conversation)
		}
		w.outbox(c)
		w.timers(c)
		w.events(c.Events)
		w.ticket(c)
		return w.err
	})
}

// writer writes the rows of a commit; the first error stops it.
type writer struct {
	s   *Store
	ctx context.Context
	tx  *sql.Tx
	err error
}

func (w *writer) exec(query string, args ...any) int64 {
	if w.err != nil {
		return 0
	}
	res, err := w.tx.ExecContext(w.ctx, w.s.q(query), args...)
	if err != nil {
		w.err = err
		return 0
	}
	n, err := res.RowsAffected()
	if err != nil {
		w.err = err
	}
	return n
}

func (w *writer) body(about string, v any) []byte {
	if w.err != nil {
		return nil
	}
	b, err := w.s.body(w.ctx, about, v)
	if err != nil {
		w.err = err
	}
	return b
}

func (w *writer) answer(c *bot.Commit) {
	if c.Message == "" {
		return
	}
	k := c.Key
	replies := c.Replies
	if replies == nil {
		replies = []bot.Reply{}
	}
	w.exec(`INSERT INTO answers (tenant, conversation, message, customer, at, replies) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant, conversation, message) DO UPDATE SET replies = excluded.replies`,
		k.Tenant, k.Conversation, c.Message, c.Customer, micro(c.At), w.body(about("answers", k.Tenant, k.Conversation+"/"+c.Message), replies))
}

func (w *writer) lines(c *bot.Commit) {
	for _, l := range c.Lines {
		w.exec(`INSERT INTO lines (tenant, conversation, customer, at, sender, body) VALUES (?, ?, ?, ?, ?, ?)`,
			c.Key.Tenant, c.Key.Conversation, c.Customer, micro(l.At), l.From, w.body(about("lines", c.Key.Tenant, c.Key.Conversation), l))
	}
}

func (w *writer) outbox(c *bot.Commit) {
	for _, o := range c.Outbox {
		w.exec(`INSERT INTO outbox (id, tenant, conversation, customer, at, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			o.ID, c.Key.Tenant, c.Key.Conversation, c.Customer, micro(o.At), w.body(about("outbox", c.Key.Tenant, o.ID), o))
	}
}

func (w *writer) timers(c *bot.Commit) {
	for _, id := range append(c.Stop[:len(c.Stop):len(c.Stop)], c.Fired) {
		if id != "" {
			w.exec(`DELETE FROM timers WHERE id = ?`, id)
		}
	}
	for _, t := range c.Timers {
		w.exec(`INSERT INTO timers (id, tenant, conversation, customer, at, name, body) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET at = excluded.at, body = excluded.body`,
			t.ID, c.Key.Tenant, c.Key.Conversation, c.Customer, micro(t.At), t.Name, w.body(about("timers", c.Key.Tenant, t.ID), t))
	}
}

func (w *writer) ticket(c *bot.Commit) {
	t := c.Ticket
	if t == nil {
		return
	}
	w.exec(`INSERT INTO tickets (tenant, id, conversation, customer, state, priority, created, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant, id) DO UPDATE SET state = excluded.state, priority = excluded.priority, body = excluded.body`,
		c.Key.Tenant, t.ID, c.Key.Conversation, c.Customer, string(t.State), int(t.Priority), micro(t.Created), w.body(about("tickets", c.Key.Tenant, t.ID), t))
}

func (w *writer) events(events []bot.Event) {
	for i := range events {
		e := events[i]
		e.Seq = 0
		if w.exec(`INSERT INTO events (tenant, id, customer, conversation, kind, at, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			e.Tenant, e.ID, e.Customer, e.Conversation, e.Kind, micro(e.At), w.body(about("events", e.Tenant, e.ID), e)) > 0 {
			w.identity(&e)
		}
	}
}

// Journal implements bot.Store.
func (s *Store) Journal(ctx context.Context, k bot.Key, version int64, entry []byte) error {
	sealed, err := s.seal.Seal(ctx, about("journal", k.Tenant, k.Conversation), entry)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		w := writer{s: s, ctx: ctx, tx: tx}
		if n := w.exec(`UPDATE conversations SET journal = ? WHERE tenant = ? AND id = ? AND version = ?`, sealed, k.Tenant, k.Conversation, version); w.err == nil && n == 0 {
			return bot.ErrConflict
		}
		return w.err
	})
}

// Append implements bot.Store.
func (s *Store) Append(ctx context.Context, events ...bot.Event) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		w := writer{s: s, ctx: ctx, tx: tx}
		w.events(events)
		return w.err
	})
}

// Events implements bot.Store.
func (s *Store) Events(ctx context.Context, tenant string, after int64, n int) ([]bot.Event, error) {
	query, args := `SELECT seq, tenant, id, body FROM events WHERE seq > ? AND tenant = ? ORDER BY seq LIMIT ?`, []any{after, tenant, n}
	if tenant == bot.AllTenants {
		query, args = `SELECT seq, tenant, id, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?`, []any{after, n}
	}
	return s.eventRows(ctx, query, args...)
}

func (s *Store) eventRows(ctx context.Context, query string, args ...any) ([]bot.Event, error) {
	return collect(ctx, s, query, args, func(rows *sql.Rows) (e bot.Event, err error) {
		var seq int64
		var tenant, id string
		var raw []byte
		if err = rows.Scan(&seq, &tenant, &id, &raw); err == nil {
			err = s.open(ctx, about("events", tenant, id), raw, &e)
		}
		e.Seq = seq
		return e, err
	})
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, s *Store, query string, args []any, scan func(*sql.Rows) (T, error)) (out []T, err error) {
	rows, err := s.db.QueryContext(ctx, s.q(query), args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// History implements bot.Store.
func (s *Store) History(ctx context.Context, k bot.Key, p bot.Page) ([]bot.Line, error) {
	before, order := p.Before, "ASC"
	if before <= 0 {
		before = math.MaxInt64
	}
	if p.After <= 0 { // the last ones
		order = "DESC"
	}
	lines, err := collect(ctx, s, `SELECT seq, body FROM lines WHERE tenant = ? AND conversation = ? AND seq > ? AND seq < ? ORDER BY seq `+order+` LIMIT ?`,
		[]any{k.Tenant, k.Conversation, p.After, before, p.Limit()}, func(rows *sql.Rows) (l bot.Line, err error) {
			var seq int64
			var raw []byte
			if err = rows.Scan(&seq, &raw); err == nil {
				err = s.open(ctx, about("lines", k.Tenant, k.Conversation), raw, &l)
			}
			l.Seq = seq
			return l, err
		})
	if p.After <= 0 {
		slices.Reverse(lines)
	}
	return lines, err
}

// Recent implements bot.Store.
func (s *Store) Recent(ctx context.Context, tenant string, n int) ([]bot.Activity, error) {
	return collect(ctx, s, `SELECT id, customer, at FROM conversations WHERE tenant = ? AND version > 0 ORDER BY at DESC, id LIMIT ?`, []any{tenant, n},
		func(rows *sql.Rows) (a bot.Activity, err error) {
			var at int64
			err = rows.Scan(&a.Key.Conversation, &a.Customer, &at)
			a.Key.Tenant, a.At = tenant, time.UnixMicro(at)
			return a, err
		})
}

// Ticket implements bot.Store.
func (s *Store) Ticket(ctx context.Context, tenant, id string) (handoff.Ticket, error) {
	ts, err := s.ticketRows(ctx, `SELECT id, body FROM tickets WHERE tenant = ? AND id = ?`, tenant, id)
	if err != nil {
		return handoff.Ticket{}, err
	}
	if len(ts) == 0 {
		return handoff.Ticket{}, fmt.Errorf("%w: ticket %s", bot.ErrNotFound, id)
	}
	return ts[0], nil
}

// Tickets implements bot.Store.
func (s *Store) Tickets(ctx context.Context, tenant string) ([]handoff.Ticket, error) {
	return s.ticketRows(ctx, `SELECT id, body FROM tickets WHERE tenant = ? AND state <> ? ORDER BY created, id`, tenant, string(handoff.Closed))
}

func (s *Store) ticketRows(ctx context.Context, query string, tenant string, arg any) ([]handoff.Ticket, error) {
	return collect(ctx, s, query, []any{tenant, arg}, func(rows *sql.Rows) (t handoff.Ticket, err error) {
		var id string
		var raw []byte
		if err = rows.Scan(&id, &raw); err == nil {
			err = s.open(ctx, about("tickets", tenant, id), raw, &t)
		}
		return t, err
	})
}

// Pending implements bot.Store.
func (s *Store) Pending(ctx context.Context, n int) ([]bot.Outgoing, error) {
	return collect(ctx, s, `SELECT tenant, id, body FROM outbox ORDER BY seq LIMIT ?`, []any{n}, func(rows *sql.Rows) (o bot.Outgoing, err error) {
		var tenant, id string
		var raw []byte
		if err = rows.Scan(&tenant, &id, &raw); err == nil {
			err = s.open(ctx, about("outbox", tenant, id), raw, &o)
		}
		return o, err
	})
}

// Sent implements bot.Store.
func (s *Store) Sent(ctx context.Context, ids ...string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		w := writer{s: s, ctx: ctx, tx: tx}
		for _, id := range ids {
			w.exec(`DELETE FROM outbox WHERE id = ?`, id)
		}
		return w.err
	})
}

// Due implements bot.Store.
func (s *Store) Due(ctx context.Context, now time.Time, n int) ([]bot.Timer, error) {
	return collect(ctx, s, `SELECT tenant, id, body FROM timers WHERE at <= ? ORDER BY at, id LIMIT ?`, []any{micro(now), n}, func(rows *sql.Rows) (t bot.Timer, err error) {
		var tenant, id string
		var raw []byte
		if err = rows.Scan(&tenant, &id, &raw); err == nil {
			err = s.open(ctx, about("timers", tenant, id), raw, &t)
		}
		return t, err
	})
}

// NextDue implements bot.Store.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	var at sql.NullInt64
	if err := s.db.QueryRowContext(ctx, `SELECT MIN(at) FROM timers`).Scan(&at); err != nil || !at.Valid {
		return time.Time{}, false, err
	}
	return time.UnixMicro(at.Int64), true, nil
}

// Erase implements bot.Store. It covers every record joined to the customer.
func (s *Store) Erase(ctx context.Context, tenant, customer string) (map[string]int, error) {
	gone := map[string]int{}
	group, err := s.group(ctx, tenant, customer)
	if err != nil {
		return nil, err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		w := writer{s: s, ctx: ctx, tx: tx}
		for _, id := range group {
			gone["threads"] += int(w.exec(`DELETE FROM threads WHERE tenant = ? AND conversation IN (SELECT id FROM conversations WHERE tenant = ? AND customer = ?)`, tenant, tenant, id))
			for _, table := range []string{"answers", "lines", "events", "outbox", "timers", "tickets", "identities", "profiles", "conversations"} {
				gone[table] += int(w.exec(`DELETE FROM `+table+` WHERE tenant = ? AND customer = ?`, tenant, id))
			}
		}
		return w.err
	})
	return gone, err
}
