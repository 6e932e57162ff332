package bottest

import (
	"context"
	"fmt"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
)

// The names of the two processes that share a store under LostLease.
const (
	frozen = "bottest-frozen"
	thief  = "bottest-other"
)

// leased is a process whose store has leases.
type leased struct {
	*process
	bot.Leaser
}

// Acquire implements bot.Leaser.
func (l leased) Acquire(ctx context.Context, k bot.Key, holder string, now time.Time, d time.Duration) (int64, error) {
	if l.died() {
		return 0, errDied
	}
	return l.Leaser.Acquire(ctx, k, holder, now, d)
}

// Release implements bot.Leaser: the dead let go of nothing.
func (l leased) Release(ctx context.Context, k bot.Key, holder string) error {
	if l.died() {
		return errDied
	}
	return l.Leaser.Release(ctx, k, holder)
}

// late is a store in a process whose clock shows a time at which the lease of
// the frozen one has run out.
type late struct {
	bot.Store
	bot.Leaser
}

// Acquire implements bot.Leaser.
func (l late) Acquire(ctx context.Context, k bot.Key, holder string, now time.Time, d time.Duration) (int64, error) {
	return l.Leaser.Acquire(ctx, k, holder, now.Add(24*time.Hour), d)
}

// takeOver is what happens while the process is frozen: another one does the
// action, or, when it cannot be done again, only takes the conversation.
func (r *Rig) takeOver(a action) error {
	l, leases := r.opts.Store.(bot.Leaser)
	if a.again || a.name == "Tick" {
		s := r.opts.Store
		if leases {
			s = late{s, l}
		}
		b, err := r.engine(s, thief)
		if err == nil {
			_, err = a.do(b)
		}
		if err != nil {
			return fmt.Errorf("bottest: the process that takes over: %w", err)
		}
		return nil
	}
	if !leases {
		return bot.ErrConflict // nothing but the version tells that somebody wrote
	}
	ctx := context.Background()
	k, err := r.opts.Store.Open(ctx, r.Thread)
	if err != nil {
		return fmt.Errorf("bottest: %w", err)
	}
	if _, err := l.Acquire(ctx, k, thief, r.Clock.Now().Add(24*time.Hour), time.Minute); err != nil {
		return fmt.Errorf("bottest: taking over a lease that has run out: %w", err)
	}
	if err := l.Release(ctx, k, thief); err != nil {
		return fmt.Errorf("bottest: %w", err)
	}
	return nil
}
