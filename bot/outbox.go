package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrUndeliverable is what a Sender's error wraps when trying again is no use:
// the account is gone, the customer has blocked the bot, the channel's window
// for replies is over. The reply leaves the outbox, and an event
// "undelivered" is logged.
var ErrUndeliverable = errors.New("bot: the reply cannot be delivered")

// sendLate is implemented by a Sender's error that knows when to try again,
// such as one of a rate limit.
type sendLate interface{ RetryAfter() time.Duration }

// How long a conversation's replies wait after one could not be sent: twice as
// long each time.
const (
	firstResend = time.Second
	lastResend  = 5 * time.Minute
)

// outboxPage is how many replies are read at once.
const outboxPage = 100

// sendError is a reply that could not be sent now.
type sendError struct {
	id    string
	after time.Duration // what the channel asked for, 0 when it did not
	err   error
}

func (e *sendError) Error() string { return fmt.Sprintf("bot: sending reply %s: %v", e.id, e.err) }
func (e *sendError) Unwrap() error { return e.err }

// send sends what waits for a conversation, in order; it stops at a reply that
// could not be sent, so that none overtakes another. What waits is read behind
// the lease: until then another replica may have sent it.
func (b *Bot) send(ctx context.Context, k Key) error {
	for {
		release, err := b.sendLease(ctx, k)
		if err != nil {
			return err
		}
		more, err := b.sendSome(ctx, k)
		release()
		if err != nil || !more {
			return err
		}
	}
}

// sendSome sends for half of a lease; more says that there is more.
func (b *Bot) sendSome(ctx context.Context, k Key) (more bool, err error) {
	began := b.opts.Clock.Now()
	out, err := b.opts.Store.Pending(ctx, k, 0, outboxPage)
	if err != nil {
		return false, fmt.Errorf("bot: reading the outbox: %w", err)
	}
	for i := range out {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if i > 0 && b.opts.Replica != "" && b.opts.Clock.Now().Sub(began) > b.opts.Lease/2 {
			return true, nil
		}
		if err := b.sendOne(ctx, &out[i]); err != nil {
			return false, err
		}
	}
	return len(out) == outboxPage, nil
}

func (b *Bot) sendOne(ctx context.Context, o *Outgoing) error {
	began := b.opts.Clock.Now()
	var failed error
	if age := began.Sub(o.At); age > b.opts.SendFor {
		failed = fmt.Errorf("%w: it is %s old", ErrUndeliverable, age.Round(time.Second))
	} else if failed = b.opts.Sender.Send(ctx, o.Thread, o.Reply); failed != nil && ctx.Err() != nil {
		return ctx.Err() // the attempt was broken off, not refused
	}
	s := Observation{Kind: Delivered, Key: o.Key, Name: o.Thread.Channel, Took: b.opts.Clock.Now().Sub(began), Err: failed}
	if failed != nil {
		s.Kind = Undelivered
	}
	b.observe(ctx, s)
	if errors.Is(failed, ErrUndeliverable) {
		b.opts.Logger.Error("bot: a reply is undeliverable", "conversation", o.Key.Conversation, "reply", o.ID, "error", failed)
		e := Event{ID: o.ID + "-undelivered", At: began, Tenant: o.Key.Tenant, Conversation: o.Key.Conversation,
			Kind: EventUndelivered, Key: o.Thread.Channel, Value: cut(failed.Error(), 200)}
		if err := b.opts.Store.Append(ctx, e); err != nil {
			return fmt.Errorf("bot: logging that reply %s is undeliverable: %w", o.ID, err)
		}
		failed = nil
	}
	if failed != nil {
		e := &sendError{id: o.ID, err: failed}
		if late := sendLate(nil); errors.As(failed, &late) {
			e.after = late.RetryAfter()
		}
		return e
	}
	if err := b.opts.Store.Sent(ctx, o.ID); err != nil {
		return fmt.Errorf("bot: confirming reply %s: %w", o.ID, err)
	}
	return nil
}

// sendLease gives this replica the right to send a conversation's replies.
func (b *Bot) sendLease(ctx context.Context, k Key) (release func(), err error) {
	l, ok := b.opts.Store.(Leaser)
	if !ok || b.opts.Replica == "" {
		return func() {}, nil
	}
	k.Conversation += "/outbox"
	if _, err := l.Acquire(ctx, k, b.opts.Replica, b.opts.Clock.Now(), b.opts.Lease); err != nil {
		return nil, fmt.Errorf("bot: taking the outbox: %w", err)
	}
	return func() {
		if err := l.Release(context.WithoutCancel(ctx), k, b.opts.Replica); err != nil {
			b.opts.Logger.Warn("bot: a lease was not released, it runs out by itself", "conversation", k.Conversation, "error", err)
		}
	}, nil
}
