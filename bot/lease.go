package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// leaseLook is how often a replica looks whether another has let go, on the
// machine's clock: the other one lets go whether or not Options.Clock moves. When
// a lease has run out is a matter of Options.Clock.
const leaseLook = 20 * time.Millisecond

// hold is a conversation taken for this replica.
type hold struct {
	b      *Bot
	key    Key
	leaser Leaser // nil when nobody else can take it
	// version is the one to work on, the fence: a record that has another shows
	// that the conversation was taken over meanwhile.
	version int64
	since   time.Time
}

// lease takes the conversation for this replica, waiting for the one that has
// it. The caller must let it go. Without Options.Replica there is nothing to
// take.
func (b *Bot) lease(ctx context.Context, k Key) (hold, error) {
	h := hold{b: b, key: k}
	if l, ok := b.opts.Store.(Leaser); ok && b.opts.Replica != "" {
		h.leaser = l
	}
	err := h.take(ctx)
	return h, err
}

// take takes the conversation, or takes it again: what this replica has begun
// on an older version is lost then.
func (h *hold) take(ctx context.Context) error {
	if h.leaser == nil {
		return nil
	}
	o := &h.b.opts
	for {
		now := o.Clock.Now()
		version, err := h.leaser.Acquire(ctx, h.key, o.Replica, now, o.Lease)
		if err == nil {
			h.version, h.since = version, now
			return nil
		}
		if !errors.Is(err, ErrHeld) {
			return fmt.Errorf("bot: taking the conversation: %w", err)
		}
		look := time.NewTimer(leaseLook)
		select {
		case <-look.C:
		case <-ctx.Done():
			look.Stop()
			return fmt.Errorf("%w (%w)", ctx.Err(), err)
		}
	}
}

// prolong takes the conversation again when half of the lease is over.
func (h *hold) prolong(ctx context.Context) error {
	if h.leaser == nil || h.b.opts.Clock.Now().Sub(h.since) < h.b.opts.Lease/2 {
		return nil
	}
	return h.take(ctx)
}

// lost reports that another replica has taken the conversation over before a
// record of this version was read.
func (h *hold) lost(version int64) bool { return h.leaser != nil && h.version != version }

// wrote notes that the commit on a version was made.
func (h *hold) wrote(version int64) { h.version = version + 1 }

// letGo lets another replica take the conversation.
func (h *hold) letGo(ctx context.Context) {
	if h.leaser == nil {
		return
	}
	if err := h.leaser.Release(context.WithoutCancel(ctx), h.key, h.b.opts.Replica); err != nil {
		h.b.opts.Logger.Warn("bot: a lease was not released, it runs out by itself", "conversation", h.key.Conversation, "error", err)
	}
}
