package postgres

import (
	"context"
	"database/sql"
	"errors"
)

// Places in the event log are given by a sequence while transactions run, so an
// event may become visible before another whose place is lower, and a reader
// that goes on after the last place it saw would miss the other. Therefore a
// transaction says, before it takes places, which the last one taken was: as
// the key of a shared advisory lock, which ends with it. Everything up to the
// lowest such key is settled. Nobody waits for these locks, and a transaction
// that hangs holds back the log's readers, not its writers.
//
// The lock's two keys are the events table and the place, of which 31 bits
// tell enough.
const (
	lastPlace = `(SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM events_seq_seq)`
	thisTable = `('events'::regclass::oid::bigint & 2147483647)::int`
	reserve   = `SELECT pg_advisory_xact_lock_shared(` + thisTable + `, (` + lastPlace + ` & 2147483647)::int)`
	placeMask = 1<<31 - 1
)

// settled returns the place up to which no event can turn up any more. The
// order matters: places taken until now, then the transactions still under way
// among those that took them; the caller's query comes after both.
func settled(ctx context.Context, db *sql.DB) (int64, error) {
	var last int64
	if err := db.QueryRowContext(ctx, `SELECT `+lastPlace).Scan(&last); err != nil {
		return 0, err
	}
	rows, err := db.QueryContext(ctx, `SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid::bigint = `+thisTable+`
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	if err != nil {
		return 0, err
	}
	up := last
	for rows.Next() {
		var place int64
		if err := rows.Scan(&place); err != nil {
			return 0, errors.Join(err, rows.Close())
		}
		up = min(up, before(last, place))
	}
	return up, errors.Join(rows.Err(), rows.Close())
}

// before is the place whose lower 31 bits are given and that is near last; it
// is last when the place came after it.
func before(last, bits int64) int64 {
	distance := (last - bits) & placeMask
	if distance > placeMask/2 {
		return last
	}
	return last - distance
}
