package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Dialect is how one database differs from the others.
type Dialect struct {
	// Name for errors, "sqlite".
	Name string
	// Dollar numbers placeholders ($1) instead of question marks.
	Dollar bool
	// Serial declares an ascending 64-bit primary key, Blob a column of bytes.
	Serial, Blob string
	// Clustered ends the declaration of a table that is kept in the order of
	// its key; "" where a database has no such tables.
	Clustered string
	// Lock is run first in the transaction that changes the schema, so that of
	// several programs that open the database one does it.
	Lock string
	// Share ends a query whose rows nobody may delete until the transaction ends.
	Share string
	// AnyText says that a text may hold any bytes, also NUL and invalid UTF-8.
	AnyText bool
	// Prepare keeps prepared statements; a driver may do so itself.
	Prepare bool
	// Reserve is run before a transaction writes events, and Settled returns
	// the place in the log up to which no event can turn up any more. They are
	// for databases that write several transactions at once: there, an event
	// may be seen before another whose place is lower. Empty and nil otherwise.
	Reserve string
	Settled func(context.Context, *sql.DB) (int64, error)
	// Lost reports whether an error means that a connection was lost, so that
	// a read may be tried on another. nil where there is nothing to lose.
	Lost func(error) bool
	// Conflict reports whether an error means that another writer was faster
	// and the transaction should be tried again.
	Conflict func(error) bool
}

// migrations bring the schema up, one version each. They are never changed
// once released; a new version is a new entry. {serial}, {blob} and {clustered}
// are the dialect's.
//
// A turn writes to as few indexes as can be: owners says which conversations
// hold rows of a customer, so that answers and lines need no index of their own
// for erasing, and both stand together by conversation.
func migrations() []string {
	return []string{`
CREATE TABLE conversations (
	tenant TEXT NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL,
	version BIGINT NOT NULL, session {blob}, journal {blob}, at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id));
CREATE INDEX conversations_customer ON conversations (tenant, customer);
CREATE TABLE threads (
	tenant TEXT NOT NULL, channel TEXT NOT NULL, account TEXT NOT NULL, peer TEXT NOT NULL,
	conversation TEXT NOT NULL,
	PRIMARY KEY (tenant, channel, account, peer)){clustered};
CREATE INDEX threads_conversation ON threads (tenant, conversation);
CREATE TABLE owners (
	tenant TEXT NOT NULL, customer TEXT NOT NULL, conversation TEXT NOT NULL,
	PRIMARY KEY (tenant, customer, conversation)){clustered};
CREATE TABLE leases (
	tenant TEXT NOT NULL, name TEXT NOT NULL, holder TEXT NOT NULL, until BIGINT NOT NULL,
	lapsed INTEGER NOT NULL, version BIGINT NOT NULL,
	PRIMARY KEY (tenant, name)){clustered};
CREATE TABLE answers (
	tenant TEXT NOT NULL, conversation TEXT NOT NULL, message TEXT NOT NULL,
	customer TEXT NOT NULL, at BIGINT NOT NULL, replies {blob} NOT NULL,
	PRIMARY KEY (tenant, conversation, message)){clustered};
CREATE TABLE lines (
	tenant TEXT NOT NULL, conversation TEXT NOT NULL, seq BIGINT NOT NULL, customer TEXT NOT NULL,
	at BIGINT NOT NULL, sender TEXT NOT NULL, body {blob} NOT NULL,
	PRIMARY KEY (tenant, conversation, seq)){clustered};
CREATE TABLE events (
	seq {serial}, tenant TEXT NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL,
	conversation TEXT NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, body {blob} NOT NULL,
	UNIQUE (tenant, id));
CREATE INDEX events_customer ON events (tenant, customer, seq);
CREATE TABLE outbox (
	seq {serial}, id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, conversation TEXT NOT NULL,
	customer TEXT NOT NULL, at BIGINT NOT NULL, body {blob} NOT NULL);
CREATE INDEX outbox_conversation ON outbox (tenant, conversation);
CREATE TABLE timers (
	tenant TEXT NOT NULL, conversation TEXT NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL,
	at BIGINT NOT NULL, name TEXT NOT NULL, body {blob} NOT NULL,
	PRIMARY KEY (tenant, conversation, id)){clustered};
CREATE INDEX timers_at ON timers (at);
CREATE TABLE tickets (
	tenant TEXT NOT NULL, id TEXT NOT NULL, conversation TEXT NOT NULL, customer TEXT NOT NULL,
	state TEXT NOT NULL, priority INTEGER NOT NULL, created BIGINT NOT NULL, body {blob} NOT NULL,
	PRIMARY KEY (tenant, id));
CREATE INDEX tickets_state ON tickets (tenant, state, created);
CREATE TABLE identities (
	tenant TEXT NOT NULL, identity TEXT NOT NULL, customer TEXT NOT NULL, verified INTEGER NOT NULL,
	PRIMARY KEY (tenant, identity, customer)){clustered};
CREATE INDEX identities_customer ON identities (tenant, customer);
CREATE TABLE profiles (
	tenant TEXT NOT NULL, customer TEXT NOT NULL, seq BIGINT NOT NULL, body {blob} NOT NULL,
	PRIMARY KEY (tenant, customer));
`, `
CREATE INDEX conversations_at ON conversations (tenant, at);
`, `
CREATE TABLE inbox (
	seq {serial}, tenant TEXT NOT NULL, conversation TEXT NOT NULL, message TEXT NOT NULL,
	at BIGINT NOT NULL, tries INTEGER NOT NULL, body {blob} NOT NULL,
	UNIQUE (tenant, conversation, message));
`}
}

// NewerError means that a newer program has written the database.
type NewerError struct{ Have, Known int }

// Error says what to do.
func (e *NewerError) Error() string {
	return fmt.Sprintf("the database has schema version %d, this program knows %d: run a newer program, or restore the backup made before the upgrade", e.Have, e.Known)
}

// migrate brings the schema up to date and records each step.
func (s *Store) migrate(ctx context.Context) error {
	all := migrations()
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, stmt := range []string{s.dialect.Lock, `CREATE TABLE IF NOT EXISTS frontdesk_schema (version INTEGER PRIMARY KEY, at BIGINT NOT NULL)`} {
			if stmt == "" {
				continue
			}
			if _, err := tx.ExecContext(ctx, stmt); err != nil {
				return err
			}
		}
		var have int
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM frontdesk_schema`).Scan(&have); err != nil {
			return err
		}
		if have > len(all) {
			return &NewerError{Have: have, Known: len(all)}
		}
		for v := have; v < len(all); v++ {
			ddl := strings.NewReplacer("{serial}", s.dialect.Serial, "{blob}", s.dialect.Blob, "{clustered}", s.dialect.Clustered).Replace(all[v])
			for _, stmt := range strings.Split(ddl, ";\n") {
				if strings.TrimSpace(stmt) == "" {
					continue
				}
				if _, err := tx.ExecContext(ctx, stmt); err != nil {
					return fmt.Errorf("schema version %d: %w", v+1, err)
				}
			}
			if _, err := tx.ExecContext(ctx, s.q(`INSERT INTO frontdesk_schema (version, at) VALUES (?, ?)`), v+1, time.Now().UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
}

// q writes placeholders the dialect's way.
func (s *Store) q(query string) string {
	if !s.dialect.Dollar {
		return query
	}
	if done, ok := s.queries.Load(query); ok {
		return done.(string)
	}
	var b strings.Builder
	n := 0
	for i := range len(query) {
		if query[i] == '?' {
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
		}
		b.WriteByte(query[i])
	}
	s.queries.Store(query, b.String())
	return b.String()
}
