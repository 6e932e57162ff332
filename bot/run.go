package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Tick serves the timers that are due and sends what waits in the outbox, once.
func (b *Bot) Tick(ctx context.Context) error {
	for {
		due, err := b.opts.Store.Due(ctx, b.opts.Clock.Now(), 100)
		if err != nil {
			return fmt.Errorf("bot: reading timers: %w", err)
		}
		for _, tm := range due {
			if err := b.fire(ctx, tm); err != nil {
				return err
			}
		}
		if len(due) < 100 {
			break
		}
	}
	return b.send(ctx)
}

func (b *Bot) fire(ctx context.Context, tm Timer) error {
	_, err := b.turn(ctx, tm.Key, start{timer: &tm})
	if errors.Is(err, ErrNotFound) { // erased meanwhile, with its timers
		return nil
	}
	return err
}

// maxDue bounds how many timers are looked through for one.
const maxDue = 1000

func (b *Bot) send(ctx context.Context) error {
	if b.opts.Sender == nil {
		return nil
	}
	for {
		out, err := b.opts.Store.Pending(ctx, Key{}, 0, 100)
		if err != nil {
			return fmt.Errorf("bot: reading the outbox: %w", err)
		}
		for _, o := range out {
			if err := b.opts.Sender.Send(ctx, o.Thread, o.Reply); err != nil {
				return fmt.Errorf("bot: sending reply %s: %w", o.ID, err)
			}
			if err := b.opts.Store.Sent(ctx, o.ID); err != nil {
				return fmt.Errorf("bot: confirming reply %s: %w", o.ID, err)
			}
		}
		if len(out) < 100 {
			return nil
		}
	}
}

// runEvery bounds how long Run sleeps, so that what another process stored is
// seen.
const runEvery = time.Second

// Run serves timers and the outbox until ctx is done. Errors are logged and
// tried again. Hosts that use timers, Tell or a Sender run it once per process.
func (b *Bot) Run(ctx context.Context) error {
	for {
		if err := b.Tick(ctx); err != nil && ctx.Err() == nil {
			b.opts.Logger.Error("bot: run", "error", err)
		}
		wait := runEvery
		if at, ok, err := b.opts.Store.NextDue(ctx); err == nil && ok {
			wait = min(wait, max(at.Sub(b.opts.Clock.Now()), time.Millisecond))
		}
		fire, stop := b.opts.Clock.NewTimer(wait)
		select {
		case <-ctx.Done():
			stop()
			return ctx.Err()
		case <-fire:
		}
	}
}
