// Package sqlite keeps a bot's state in an SQLite file: conversations, history,
// customers, tickets, the event log, the outbox and timers, one commit a turn.
//
//	store, err := sqlite.Open("shop.db", nil)
//	defer store.Close()
//	b, err := bot.New(bot.Options{Store: store, Customers: store.Profiles()}, mux)
//
// The file is written with write-ahead logging and synchronous=FULL: what a
// commit returned from survives a crash of the process and of the machine, as
// far as the disk keeps its word. Turns that end at the same time share one
// transaction, and so one wait for the disk; each has its own outcome. One
// process writes a file at a time; another waits.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"modernc.org/sqlite"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/sqlstore"
)

// Options configure a store. The zero value works.
type Options struct {
	// Sealer encrypts stored bodies; nil stores them plain.
	Sealer bot.Sealer
	// Wait is how long a write waits for another process, 5 seconds when 0.
	Wait time.Duration
	// AllowLoss does not wait for the disk (synchronous=OFF): a crash of the
	// machine may lose what was committed, and the file. For tests.
	AllowLoss bool
}

// Store is a bot.Store in an SQLite file; see Profiles for its customers. It
// is safe for concurrent use.
type Store struct {
	*sqlstore.Store
	group *group
}

// busyCode is SQLITE_BUSY, the low byte of its extended codes.
const busyCode = 5

// HeldError says who holds a lease, see Store.Acquire.
type HeldError = sqlstore.HeldError

// Retention is how long what is kept, see Store.Retain.
type Retention = sqlstore.Retention

// Open opens or creates the file and brings its schema up to date; ":memory:"
// leaves nothing behind. A file of a newer program, or one that is no database,
// is refused with an error that says so, and left as it is.
func Open(path string, opts *Options) (*Store, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	return open(path, o)
}

// open is Open with more pragmas for each connection.
func open(path string, o Options, more ...string) (*Store, error) {
	if o.Wait <= 0 {
		o.Wait = 5 * time.Second
	}
	synchronous := "FULL"
	if o.AllowLoss {
		synchronous = "OFF"
	}
	pragmas := url.Values{"_pragma": append([]string{
		fmt.Sprintf("busy_timeout(%d)", o.Wait.Milliseconds()), "journal_mode(WAL)", "synchronous(" + synchronous + ")", "foreign_keys(1)", "temp_store(MEMORY)", "wal_autocheckpoint(4000)", "cache_size(-16000)",
	}, more...), "_txlock": {"immediate"}}
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas.Encode()
	if path == ":memory:" {
		name = ":memory:?" + pragmas.Encode()
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	if path == ":memory:" {
		db.SetMaxOpenConns(1) // each connection would have a database of its own
		db.SetConnMaxIdleTime(0)
	} else {
		db.SetMaxOpenConns(8)
	}
	db.SetMaxIdleConns(8)
	g := &group{db: db, keep: path != ":memory:", idle: make(chan struct{})}
	s, err := sqlstore.New(context.Background(), db, g, sqlstore.Dialect{
		Name: "sqlite", Serial: "INTEGER PRIMARY KEY AUTOINCREMENT", Blob: "BLOB", Clustered: " WITHOUT ROWID", AnyText: true, Prepare: true,
		Conflict: func(err error) bool {
			var e *sqlite.Error
			return errors.As(err, &e) && e.Code()&0xff == busyCode
		},
	}, o.Sealer)
	if err == nil && g.keep && !o.AllowLoss {
		err = g.durable(context.Background())
	}
	if err != nil {
		err = errors.Join(err, g.close(), db.Close())
		if strings.Contains(err.Error(), "not a database") {
			return nil, fmt.Errorf("sqlite: %s is not an SQLite database: name another file, or move it away: %w", path, err)
		}
		return nil, fmt.Errorf("sqlite: opening %s: %w", path, err)
	}
	return &Store{s, g}, nil
}

// Close waits for the writes under way and closes the file.
func (s *Store) Close() error { return errors.Join(s.group.close(), s.Store.Close()) }
