package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
)

// Store is a bot.Store over a database.
type Store struct {
	db      *sql.DB
	dialect Dialect
	writer  Writer
	seal    bot.Sealer
	plain   bool     // seal changes nothing
	queries sync.Map // of q
	stmts   sync.Map // of rows: query to *sql.Stmt
	threads threads
}

// New brings the schema up to date and returns the store, which reads from db
// and writes through w. A nil sealer stores plain bodies.
func New(ctx context.Context, db *sql.DB, w Writer, d Dialect, seal bot.Sealer) (*Store, error) {
	if seal == nil {
		seal = bot.PlainSealer{}
	}
	_, plain := seal.(bot.PlainSealer)
	s := &Store{db: db, dialect: d, writer: w, seal: seal, plain: plain}
	if err := s.migrate(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", d.Name, err)
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error {
	var err error
	s.stmts.Range(func(_, stmt any) bool {
		err = errors.Join(err, stmt.(*sql.Stmt).Close())
		return true
	})
	return errors.Join(err, s.db.Close())
}

// stmt is the prepared statement of a query; nil when the driver keeps its own.
func (s *Store) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if !s.dialect.Prepare {
		return nil, nil
	}
	if stmt, ok := s.stmts.Load(query); ok {
		return stmt.(*sql.Stmt), nil
	}
	stmt, err := s.db.PrepareContext(ctx, s.q(query))
	if err != nil {
		return nil, err
	}
	if kept, ok := s.stmts.LoadOrStore(query, stmt); ok {
		return kept.(*sql.Stmt), stmt.Close()
	}
	return stmt, nil
}

// rows runs a query; the text of every query is a constant.
func (s *Store) rows(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	stmt, err := s.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	if stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	return s.db.QueryContext(ctx, s.q(query), args...)
}

// again runs a read once more when the connection it was given was lost.
func (s *Store) again(read func() error) error {
	err := read()
	if err != nil && s.dialect.Lost != nil && s.dialect.Lost(err) {
		err = read()
	}
	return err
}

// row is a query for one row, run by Scan.
type row struct {
	s     *Store
	ctx   context.Context
	query string
	args  []any
}

func (s *Store) row(ctx context.Context, query string, args ...any) row {
	return row{s, ctx, query, s.args(args)}
}

// Scan runs the query and reads its first row; without one it returns
// sql.ErrNoRows.
func (r row) Scan(dest ...any) error {
	return r.s.again(func() error {
		stmt, err := r.s.stmt(r.ctx, r.query)
		if err != nil {
			return err
		}
		if stmt != nil {
			return stmt.QueryRowContext(r.ctx, r.args...).Scan(dest...)
		}
		return r.s.db.QueryRowContext(r.ctx, r.s.q(r.query), r.args...).Scan(dest...)
	})
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

// Load implements bot.Store.
func (s *Store) Load(ctx context.Context, k bot.Key) (bot.Record, error) {
	var r sealedRecord
	err := s.row(ctx, `SELECT version, session, journal FROM conversations WHERE tenant = ? AND id = ?`,
		k.Tenant, k.Conversation).Scan(&r.version, &r.session, &r.journal)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Record{Key: k}, s.unknown(k)
	}
	if err != nil {
		return bot.Record{Key: k}, err
	}
	return s.record(ctx, k, r)
}

// Look implements bot.Looker: Answered and Load in one query.
func (s *Store) Look(ctx context.Context, k bot.Key, message string) (bot.Record, []bot.Reply, bool, error) {
	var r sealedRecord
	var raw []byte
	err := s.row(ctx, `SELECT c.version, c.session, c.journal, a.replies FROM conversations c
		LEFT JOIN answers a ON a.tenant = c.tenant AND a.conversation = c.id AND a.message = ? WHERE c.tenant = ? AND c.id = ?`,
		message, k.Tenant, k.Conversation).Scan(&r.version, &r.session, &r.journal, &raw)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return bot.Record{Key: k}, nil, false, s.unknown(k)
	case err != nil:
		return bot.Record{Key: k}, nil, false, err
	case raw != nil: // the record is of no use then
		replies, err := s.replies(ctx, k, message, raw)
		return bot.Record{Key: k, Version: r.version}, replies, err == nil, err
	}
	rec, err := s.record(ctx, k, r)
	return rec, nil, false, err
}

// sealedRecord is a conversation's row.
type sealedRecord struct {
	version          int64
	session, journal []byte
}

func (s *Store) record(ctx context.Context, k bot.Key, sealed sealedRecord) (bot.Record, error) {
	r := bot.Record{Key: k, Version: sealed.version}
	var err error
	if sealed.session != nil {
		if r.Session, err = s.unseal(ctx, "session", k.Tenant, k.Conversation, sealed.session); err != nil {
			return r, fmt.Errorf("%s: opening the session of %s: %w", s.dialect.Name, k.Conversation, err)
		}
	}
	if sealed.journal != nil {
		if r.Journal, err = s.unseal(ctx, "journal", k.Tenant, k.Conversation, sealed.journal); err != nil {
			return r, fmt.Errorf("%s: opening the journal of %s: %w", s.dialect.Name, k.Conversation, err)
		}
	}
	return r, nil
}

func about(table, tenant, id string) string { return table + "/" + tenant + "/" + id }

// unseal opens a body; nobody needs its name when nothing was sealed.
func (s *Store) unseal(ctx context.Context, table, tenant, id string, sealed []byte) ([]byte, error) {
	if s.plain {
		return sealed, nil
	}
	return s.seal.Open(ctx, about(table, tenant, id), sealed)
}

// Answered implements bot.Store.
func (s *Store) Answered(ctx context.Context, k bot.Key, message string) ([]bot.Reply, bool, error) {
	var raw []byte
	err := s.row(ctx, `SELECT replies FROM answers WHERE tenant = ? AND conversation = ? AND message = ?`,
		k.Tenant, k.Conversation, message).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	rs, err := s.replies(ctx, k, message, raw)
	return rs, err == nil, err
}

func (s *Store) replies(ctx context.Context, k bot.Key, message string, sealed []byte) (rs []bot.Reply, err error) {
	err = s.open(ctx, about("answers", k.Tenant, k.Conversation+"/"+message), sealed, &rs)
	return rs, err
}

// Events implements bot.Store. An event is given only when every event before
// it is settled, so that a reader that goes on after the last one misses none.
func (s *Store) Events(ctx context.Context, tenant string, after int64, n int) ([]bot.Event, error) {
	settled, err := s.settled(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: reading the log: %w", s.dialect.Name, err)
	}
	if tenant == bot.AllTenants {
		return s.eventRows(ctx, `SELECT seq, tenant, id, body FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, after, settled, max(n, 0))
	}
	return s.eventRows(ctx, `SELECT seq, tenant, id, body FROM events WHERE seq > ? AND seq <= ? AND tenant = ? ORDER BY seq LIMIT ?`, after, settled, tenant, max(n, 0))
}

// settled is the place in the log up to which all events are either visible to
// a query that starts from now on, or never will be.
func (s *Store) settled(ctx context.Context) (up int64, err error) {
	if s.dialect.Settled == nil {
		return math.MaxInt64, nil
	}
	err = s.again(func() error {
		up, err = s.dialect.Settled(ctx, s.db)
		return err
	})
	return up, err
}

func (s *Store) eventRows(ctx context.Context, query string, args ...any) ([]bot.Event, error) {
	return collect(ctx, s, query, args, func(rows *sql.Rows) (e bot.Event, err error) {
		var seq int64
		var tenant, id string
		var raw []byte
		if err = rows.Scan(&seq, &tenant, &id, &raw); err == nil {
			err = s.open(ctx, about("events", s.text(tenant), s.text(id)), raw, &e)
		}
		e.Seq = seq
		return e, err
	})
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, s *Store, query string, args []any, scan func(*sql.Rows) (T, error)) (out []T, err error) {
	args = s.args(args)
	err = s.again(func() error {
		out = nil
		rows, err := s.rows(ctx, query, args)
		if err != nil {
			return err
		}
		for rows.Next() {
			v, err := scan(rows)
			if err != nil {
				return errors.Join(err, rows.Close())
			}
			out = append(out, v)
		}
		return errors.Join(rows.Err(), rows.Close())
	})
	return out, err
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
			err = s.open(ctx, about("tickets", tenant, s.text(id)), raw, &t)
		}
		return t, err
	})
}

// Pending implements bot.Store.
func (s *Store) Pending(ctx context.Context, k bot.Key, after int64, n int) ([]bot.Outgoing, error) {
	query, args := `SELECT seq, tenant, id, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?`, []any{after, max(n, 0)}
	if k != (bot.Key{}) {
		query, args = `SELECT seq, tenant, id, body FROM outbox WHERE tenant = ? AND conversation = ? AND seq > ? ORDER BY seq LIMIT ?`,
			[]any{k.Tenant, k.Conversation, after, max(n, 0)}
	}
	return collect(ctx, s, query, args, func(rows *sql.Rows) (o bot.Outgoing, err error) {
		var tenant, id string
		var raw []byte
		if err = rows.Scan(&o.Seq, &tenant, &id, &raw); err == nil {
			err = s.open(ctx, about("outbox", s.text(tenant), s.text(id)), raw, &o)
		}
		return o, err
	})
}

// Due implements bot.Store.
func (s *Store) Due(ctx context.Context, now time.Time, n int) ([]bot.Timer, error) {
	return collect(ctx, s, `SELECT tenant, id, body FROM timers WHERE at <= ? ORDER BY at, id LIMIT ?`, []any{micro(now), max(n, 0)}, func(rows *sql.Rows) (t bot.Timer, err error) {
		var tenant, id string
		var raw []byte
		if err = rows.Scan(&tenant, &id, &raw); err == nil {
			err = s.open(ctx, about("timers", s.text(tenant), s.text(id)), raw, &t)
		}
		return t, err
	})
}

// NextDue implements bot.Store.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	var at sql.NullInt64
	if err := s.row(ctx, `SELECT MIN(at) FROM timers`).Scan(&at); err != nil || !at.Valid {
		return time.Time{}, false, err
	}
	return time.UnixMicro(at.Int64), true, nil
}
