package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
)

// HeldError means that another worker holds the lease; it wraps bot.ErrHeld.
type HeldError struct {
	Holder string
	Until  time.Time
}

// Error names the holder and until when it holds.
func (e *HeldError) Error() string {
	return fmt.Sprintf("held by %s until %s", e.Holder, e.Until.Format(time.RFC3339Nano))
}

// Unwrap returns bot.ErrHeld.
func (e *HeldError) Unwrap() error { return bot.ErrHeld }

// Acquire gives holder, a name of its own for every worker, the right to work
// on a conversation until now+d, or prolongs it; any other gets a *HeldError
// until then, unless the holder lets go of it with Release. So one of several
// replicas runs a conversation's turns at a time.
//
// It returns the version to work on, which is the fence: taking a lease over
// from a holder that let it lapse makes the version one more, so whatever that
// holder still tries, having been frozen for a while, is refused with
// bot.ErrConflict: Journal and Commit alike. A record that Load returns with
// another version than this one shows that the lease is lost already.
//
// k may also name work that is no conversation, such as sending the outbox;
// the version is 0 then, and there is no fence. Clocks of workers that differ
// cost waiting or a refused turn, never order.
func (s *Store) Acquire(ctx context.Context, k bot.Key, holder string, now time.Time, d time.Duration) (version int64, err error) {
	b := s.batch(ctx)
	b.add(`INSERT INTO leases (tenant, name, holder, until, lapsed, version) VALUES (?, ?, ?, ?, 0, 0)
		ON CONFLICT (tenant, name) DO UPDATE SET holder = excluded.holder, until = excluded.until,
			lapsed = CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END
		WHERE leases.holder = excluded.holder OR leases.until <= ?`,
		k.Tenant, k.Conversation, holder, micro(now.Add(d)), micro(now)).Must = true
	b.add(`UPDATE conversations SET version = version + 1 WHERE tenant = ? AND id = ?
		AND EXISTS (SELECT 1 FROM leases l WHERE l.tenant = ? AND l.name = ? AND l.lapsed = 1)`,
		k.Tenant, k.Conversation, k.Tenant, k.Conversation)
	b.add(`UPDATE leases SET version = COALESCE((SELECT c.version FROM conversations c WHERE c.tenant = ? AND c.id = ?), 0) WHERE tenant = ? AND name = ?`,
		k.Tenant, k.Conversation, k.Tenant, k.Conversation)
	if _, err := b.write(); err != nil && !errors.Is(err, bot.ErrConflict) {
		return 0, fmt.Errorf("%s: acquiring the lease of %s: %w", s.dialect.Name, k.Conversation, err)
	}
	var held HeldError
	var until int64
	err = s.row(ctx, `SELECT holder, until, version FROM leases WHERE tenant = ? AND name = ?`, k.Tenant, k.Conversation).Scan(&held.Holder, &until, &version)
	held.Holder, held.Until = s.text(held.Holder), time.UnixMicro(until)
	switch {
	case errors.Is(err, sql.ErrNoRows): // its holder has just let go of it
		return 0, &HeldError{Holder: "another worker", Until: now}
	case err != nil:
		return 0, fmt.Errorf("%s: reading the lease of %s: %w", s.dialect.Name, k.Conversation, err)
	case held.Holder != holder:
		return 0, &held
	}
	return version, nil
}

// Release lets go of a lease; nothing happens when holder has it no more.
func (s *Store) Release(ctx context.Context, k bot.Key, holder string) error {
	b := s.batch(ctx)
	b.add(`DELETE FROM leases WHERE tenant = ? AND name = ? AND holder = ?`, k.Tenant, k.Conversation, holder)
	if _, err := b.write(); err != nil {
		return fmt.Errorf("%s: releasing the lease of %s: %w", s.dialect.Name, k.Conversation, err)
	}
	return nil
}
