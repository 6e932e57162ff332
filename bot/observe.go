package bot

import (
	"context"
	"time"
)

// Observer sees what the engine does: for metrics and traces. Packages
// bot/otel and bot/prom have one each. It is called from many goroutines at
// once and must be fast.
type Observer interface {
	// Observe is told of a signal. The context it returns is used by what
	// follows of the turn (for TurnStarted) or of the stage (for StageStarted),
	// so that it can carry a span; return ctx otherwise.
	Observe(ctx context.Context, s Signal) context.Context
}

// Signal is one thing that happened. It holds no personal data.
type Signal struct {
	Kind SignalKind
	Key  Key
	// Name is the stage's, or of a turn what started it: "message", "timer" or
	// "push"; for TurnCommitted and TurnFailed it is the intent.
	Name string
	// Took is how long it took: the stage, the turn with its commit, the sending.
	Took time.Duration
	// Waited is how long a turn waited for those before it.
	Waited time.Duration
	// Try counts the attempts, from 1.
	Try int
	Err error
}

// SignalKind is what happened.
type SignalKind string

// The kinds of signal.
const (
	TurnStarted   SignalKind = "turn started"
	TurnCommitted SignalKind = "turn committed"
	TurnRetried   SignalKind = "turn retried" // another worker wrote: it runs again
	TurnFailed    SignalKind = "turn failed"  // nothing was recorded, Err says why
	TurnRefused   SignalKind = "turn refused" // ErrBusy, ErrOverloaded, ErrClosed
	StageStarted  SignalKind = "stage started"
	StageEnded    SignalKind = "stage ended" // Took includes the stages behind it
	Accepted      SignalKind = "accepted"    // a message is durable and waits
	Delivered     SignalKind = "delivered"   // a Sender took a reply
	Undelivered   SignalKind = "undelivered" // it did not; it is tried again unless Err is ErrUndeliverable
)

// observe tells the observer, if there is one.
func (b *Bot) observe(ctx context.Context, s Signal) context.Context {
	if b.opts.Observe == nil {
		return ctx
	}
	return b.opts.Observe.Observe(ctx, s)
}

// observed wraps a stage in its signals.
func (b *Bot) observed(name string, stage Middleware) Middleware {
	if b.opts.Observe == nil {
		return stage
	}
	return func(next Handler) Handler {
		h := stage(next)
		return HandlerFunc(func(ctx context.Context, t *Turn) error {
			began := b.opts.Clock.Now()
			ctx = b.observe(ctx, Signal{Kind: StageStarted, Key: t.Key, Name: name})
			err := h.Handle(ctx, t)
			b.observe(ctx, Signal{Kind: StageEnded, Key: t.Key, Name: name, Took: b.opts.Clock.Now().Sub(began), Err: err})
			return err
		})
	}
}

// kind is what started the turn.
func (from *start) kind() string {
	switch {
	case from.timer != nil:
		return "timer"
	case from.push != nil:
		return "push"
	}
	return "message"
}
