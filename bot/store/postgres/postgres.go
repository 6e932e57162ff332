// Package postgres keeps the state of one or many replicas of a bot in
// PostgreSQL (12 or newer): conversations, history, customers, tickets, the
// event log, the outbox and timers, one commit a turn.
//
//	store, err := postgres.Open(ctx, "postgres://shop@db/shop", nil)
//	defer store.Close()
//	b, err := bot.New(bot.Options{Store: store, Customers: store.Profiles()}, mux)
//
// The tables stand in the first schema of the connection's search_path; the
// user needs the right to create them there when a new version is first opened.
// A commit is one round trip, and durable when it returns: a server with fsync
// or synchronous_commit off is refused.
//
// Any number of replicas may open one database. A commit on a version that
// another replica has raised meanwhile is refused, and a message is answered
// once whoever was given it; Acquire keeps two replicas from running turns of
// one conversation at the same time in the first place. Events are read in an
// order in which none turns up late.
//
// Behind a pooler that shares connections between transactions, such as
// PgBouncer, allow the startup parameter idle_in_transaction_session_timeout
// (ignore_startup_parameters) and prepared statements, or put
// default_query_exec_mode=exec into the connection string.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/sqlstore"
)

// Options configure a store. The zero value works.
type Options struct {
	// Sealer encrypts stored bodies; nil stores them plain.
	Sealer bot.Sealer
	// Conns bounds the connections of this store, 16 when 0.
	Conns int
	// AllowLoss accepts a server that may forget what was committed when it
	// crashes (fsync or synchronous_commit off). For tests.
	AllowLoss bool
}

// Store is a bot.Store in a PostgreSQL schema; see Profiles for its customers.
// It is safe for concurrent use, also by several processes.
type Store struct{ *sqlstore.Store }

// HeldError says who holds a lease, see Store.Acquire.
type HeldError = sqlstore.HeldError

// Retention is how long what is kept, see Store.Retain.
type Retention = sqlstore.Retention

// Open connects and brings the schema up to date; ctx bounds that. url is a
// connection string as psql takes it, "postgres://user:password@host/database"
// or "host=… dbname=…"; what it leaves out comes from PGHOST and its like. A
// schema of a newer program is refused with an error that says so, and left as
// it is. Errors do not show the password.
func Open(ctx context.Context, url string, opts *Options) (*Store, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Conns <= 0 {
		o.Conns = 16
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("postgres: the connection string: %w", err)
	}
	for name, value := range map[string]string{
		"application_name": "frontdesk",
		// A process that stopped in the middle of a write must not hold its rows.
		"idle_in_transaction_session_timeout": "10s",
	} {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	pool := &pool{}
	db := stdlib.OpenDB(*config, stdlib.OptionShouldPing(pool.shouldPing))
	db.SetMaxOpenConns(o.Conns)
	db.SetMaxIdleConns(o.Conns)
	s, err := open(ctx, db, pool, o)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("postgres: opening database %q on %s: %w", config.Database, config.Host, err), db.Close())
	}
	return &Store{s}, nil
}

func open(ctx context.Context, db *sql.DB, p *pool, o Options) (*sqlstore.Store, error) {
	if err := suits(ctx, db, o.AllowLoss); err != nil {
		return nil, err
	}
	return sqlstore.New(ctx, db, &writer{db, p}, sqlstore.Dialect{
		Name: "postgres", Dollar: true, Serial: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", Blob: "BYTEA",
		Lock: fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", schemaLock), Share: "FOR KEY SHARE",
		Reserve: reserve, Settled: settled, Conflict: faster, Lost: p.lost,
	}, o.Sealer)
}

// schemaLock is the advisory lock of who changes the schema: "frntdesk".
const schemaLock = 0x66726e746465736b

// suits checks what a commit relies on.
func suits(ctx context.Context, db *sql.DB, allowLoss bool) error {
	var fsync, commit, encoding string
	err := db.QueryRowContext(ctx, `SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('server_encoding')`).Scan(&fsync, &commit, &encoding)
	switch {
	case err != nil:
		return err
	case encoding != "UTF8":
		return fmt.Errorf("the database is encoded in %s: create one with ENCODING 'UTF8'", encoding)
	case allowLoss:
		return nil
	case fsync != "on":
		return fmt.Errorf("fsync is %s on this server: a crash would lose what was committed; turn it on, or set Options.AllowLoss to accept that", fsync)
	case commit == "off":
		return errors.New("synchronous_commit is off for this user or database: a crash would lose what was committed; turn it on, or set Options.AllowLoss to accept that")
	}
	return nil
}

// The classes of error that matter here, of PostgreSQL's Appendix A.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	uniqueViolation      = "23505"
	divisionByZero       = "22012"
)

func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// faster reports whether another writer was faster, so that the same again may
// well succeed.
func faster(err error) bool {
	switch code(err) {
	case serializationFailure, deadlockDetected, uniqueViolation:
		return true
	}
	return false
}
