// Package sqlite keeps a bot's state in an SQLite file: conversations, history,
// customers, tickets, the event log, the outbox and timers, one commit a turn.
//
//	store, err := sqlite.Open("shop.db", nil)
//	defer store.Close()
//	b, err := bot.New(bot.Options{Store: store, Customers: store.Profiles()}, mux)
//
// The file is written with write-ahead logging and synchronous=FULL: what a
// commit returned from survives a crash of the process and of the machine, as
// far as the disk keeps its word. One process writes a file at a time; another
// waits.
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
}

// Store is a bot.Store in an SQLite file; see Profiles for its customers. It
// is safe for concurrent use.
type Store struct{ *sqlstore.Store }

// busyCode is SQLITE_BUSY, the low byte of its extended codes.
const busyCode = 5

// Open opens or creates the file and brings its schema up to date; ":memory:"
// leaves nothing behind. A file of a newer program, or one that is no database,
// is refused with an error that says so, and left as it is.
func Open(path string, opts *Options) (*Store, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Wait <= 0 {
		o.Wait = 5 * time.Second
	}
	pragmas := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", o.Wait.Milliseconds()), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	}, "_txlock": {"immediate"}}
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
	s, err := sqlstore.New(context.Background(), db, sqlstore.Dialect{
		Name: "sqlite", Serial: "INTEGER PRIMARY KEY AUTOINCREMENT", Blob: "BLOB",
		Conflict: func(err error) bool {
			var e *sqlite.Error
			return errors.As(err, &e) && e.Code()&0xff == busyCode
		},
	}, o.Sealer)
	if err != nil {
		err = errors.Join(err, db.Close())
		if strings.Contains(err.Error(), "not a database") {
			return nil, fmt.Errorf("sqlite: %s is not an SQLite database: name another file, or move it away: %w", path, err)
		}
		return nil, fmt.Errorf("sqlite: opening %s: %w", path, err)
	}
	return &Store{s}, nil
}
