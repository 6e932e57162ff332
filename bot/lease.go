package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// leaseLook is how often a replica looks whether another has let go.
const leaseLook = 20 * time.Millisecond

// lease takes the conversation for this replica, waiting for the one that has
// it. release lets go. Without Options.Replica there is nothing to take.
func (b *Bot) lease(ctx context.Context, k Key) (release func(), err error) {
	l, ok := b.opts.Store.(Leaser)
	if !ok || b.opts.Replica == "" {
		return func() {}, nil
	}
	for {
		_, err := l.Acquire(ctx, k, b.opts.Replica, b.opts.Clock.Now(), b.opts.Lease)
		if err == nil {
			return func() {
				if err := l.Release(context.WithoutCancel(ctx), k, b.opts.Replica); err != nil {
					b.opts.Logger.Warn("bot: a lease was not released, it runs out by itself", "conversation", k.Conversation, "error", err)
				}
			}, nil
		}
		if !errors.Is(err, ErrHeld) {
			return nil, fmt.Errorf("bot: taking the conversation: %w", err)
		}
		fire, stop := b.opts.Clock.NewTimer(leaseLook)
		select {
		case <-fire:
		case <-ctx.Done():
			stop()
			return nil, fmt.Errorf("%w (%w)", ctx.Err(), err)
		}
	}
}
