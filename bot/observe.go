package bot

import (
	"context"
	"time"
)

// Observer sees what the engine does: for metrics and traces. Packages
// bot/otel and bot/prom have one each. It is called from many goroutines at
// once and must be fast.
type Observer interface {
	// Observe is told of an observation. The context it returns is used by what
	// follows of the turn (for TurnStarted) or of the stage (for StageStarted),
	// so that it can carry a span; return ctx otherwise.
	Observe(ctx context.Context, o Observation) context.Context
}

// Observation is one thing that happened. It holds no personal data.
type Observation struct {
	Kind ObservationKind
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

// ObservationKind is what happened.
type ObservationKind string

// The kinds of observation.
const (
	TurnStarted   ObservationKind = "turn started"
	TurnCommitted ObservationKind = "turn committed"
	TurnRetried   ObservationKind = "turn retried" // another worker wrote: it runs again
	TurnFailed    ObservationKind = "turn failed"  // nothing was recorded, Err says why
	TurnRefused   ObservationKind = "turn refused" // ErrBusy, ErrOverloaded, ErrClosed
	StageStarted  ObservationKind = "stage started"
	StageEnded    ObservationKind = "stage ended" // Took includes the stages behind it
	Accepted      ObservationKind = "accepted"    // a message is durable and waits
	Delivered     ObservationKind = "delivered"   // a Sender took a reply
	Undelivered   ObservationKind = "undelivered" // it did not; it is tried again unless Err is ErrUndeliverable
)

// observe tells the observer, if there is one.
func (b *Bot) observe(ctx context.Context, o Observation) context.Context {
	if b.opts.Observe == nil {
		return ctx
	}
	return b.opts.Observe.Observe(ctx, o)
}

// observed wraps a stage in its observations.
func (b *Bot) observed(name string, stage Middleware) Middleware {
	if b.opts.Observe == nil {
		return stage
	}
	return func(next Handler) Handler {
		h := stage(next)
		return HandlerFunc(func(ctx context.Context, t *Turn) error {
			began := b.opts.Clock.Now()
			ctx = b.observe(ctx, Observation{Kind: StageStarted, Key: t.Key, Name: name})
			err := h.Handle(ctx, t)
			b.observe(ctx, Observation{Kind: StageEnded, Key: t.Key, Name: name, Took: b.opts.Clock.Now().Sub(began), Err: err})
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
