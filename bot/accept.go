package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// accept runs the turn of a message or a push in its conversation's order, or
// returns what its first run has said.
func (b *Bot) accept(ctx context.Context, from *start) ([]Reply, error) {
	for try := 0; ; try++ {
		k, err := b.opts.Store.Open(ctx, from.message.Thread)
		if err != nil {
			return nil, fmt.Errorf("bot: opening the conversation: %w", err)
		}
		replies, err := b.turn(ctx, k, from)
		// The conversation may have been erased between the two: it begins anew.
		if try > 0 || !errors.Is(err, ErrNotFound) {
			return replies, err
		}
	}
}

// turn runs the turn of a start in its conversation's order.
func (b *Bot) turn(ctx context.Context, k Key, from *start) (replies []Reply, err error) {
	from.came = b.opts.Clock.Now()
	p, err := b.boxes.enter(ctx, k, b.line(from))
	if err != nil {
		b.observe(ctx, Observation{Kind: TurnRefused, Key: k, Name: from.kind(), Err: err})
		return nil, err
	}
	defer p.leave()
	if p.with != nil {
		return p.with.replies, p.with.err
	}
	if p.message != nil {
		along, interrupted := b.gather(ctx, p, from)
		defer func() {
			for _, w := range along {
				w.release(b.alongside(ctx, k, w, err))
			}
		}()
		if interrupted != nil {
			return nil, interrupted
		}
	}
	held, err := b.lease(ctx, k)
	if err != nil {
		return nil, err
	}
	defer held.letGo(ctx)
	for begun := false; ; {
		before := from.came
		if from.kind() != "message" {
			before = b.opts.Clock.Now() // nobody waits for a timer's or a push's turn
		}
		if err := b.catchUp(ctx, &held, before, begun); err != nil {
			return nil, err
		}
		// Behind the lease: until then another replica may have served it.
		if replies, done, err := b.served(ctx, k, from); done || err != nil {
			return replies, err
		}
		replies, err := b.attempt(ctx, &held, from)
		if begun = errors.Is(err, errBegun); !begun && !errors.Is(err, errOvertaken) {
			return replies, err
		}
	}
}

// alongside is what the call of a line gets that another turn took along:
// nothing, or what it was answered long ago.
func (b *Bot) alongside(ctx context.Context, k Key, w *place, err error) ([]Reply, error) {
	if err != nil || w.message.ID == "" {
		return nil, err
	}
	replies, _, err := b.opts.Store.Answered(ctx, k, w.message.ID)
	return replies, err
}

// served reports whether the start has had its turn already, here or at
// another worker: the message was answered, or the timer is no longer due.
//
// The record is read before: what commits in between is seen by the question, and
// what commits after it makes the record's version old. The other way round a turn
// could run again on the very record that holds its answer.
func (b *Bot) served(ctx context.Context, k Key, from *start) (replies []Reply, done bool, err error) {
	rec := new(Record)
	from.looked = rec
	if l, ok := b.opts.Store.(Looker); ok && from.timer == nil && len(from.lines) <= 1 && from.message.ID != "" {
		*rec, replies, done, err = l.Look(ctx, k, from.message.ID)
	} else {
		if *rec, err = b.opts.Store.Load(ctx, k); err != nil {
			return nil, false, fmt.Errorf("bot: loading the session: %w", err)
		}
		switch {
		case from.timer != nil:
			done, err = b.servedTimer(ctx, k, from)
			return nil, done, err
		case len(from.lines) > 1:
			return b.servedLines(ctx, k, from)
		case from.message.ID == "":
			return nil, false, nil
		}
		replies, done, err = b.opts.Store.Answered(ctx, k, from.message.ID)
	}
	if err != nil {
		return nil, false, fmt.Errorf("bot: looking for the message's earlier answer: %w", err)
	}
	return replies, done, nil
}

// servedTimer reports whether the timer is no longer due.
func (b *Bot) servedTimer(ctx context.Context, k Key, from *start) (done bool, err error) {
	due, err := b.opts.Store.Due(ctx, b.opts.Clock.Now(), maxDue)
	if err != nil {
		return false, fmt.Errorf("bot: reading timers: %w", err)
	}
	for i := range due {
		if due[i].ID == from.timer.ID && due[i].Key == k {
			from.timer = &due[i] // it may have been moved
			return false, nil
		}
	}
	return len(due) < maxDue, nil
}

// servedLines leaves out the lines that have been answered.
func (b *Bot) servedLines(ctx context.Context, k Key, from *start) (first []Reply, done bool, err error) {
	var open []Message
	for i, m := range from.lines {
		var replies []Reply
		answered := false
		if m.ID != "" {
			if replies, answered, err = b.opts.Store.Answered(ctx, k, m.ID); err != nil {
				return nil, false, fmt.Errorf("bot: looking for a message's earlier answer: %w", err)
			}
		}
		if !answered {
			open = append(open, m)
		} else if i == 0 {
			first = replies
		}
	}
	if len(open) < len(from.lines) {
		from.join(open)
	}
	return first, len(open) == 0, nil
}

// start is what starts a turn: a message, a timer, or a push.
type start struct {
	message Message
	// lines are the customer's, when several are answered together or when
	// they were accepted before.
	lines    []Message
	accepted bool   // the store holds lines as arrivals
	claim    *claim // of the call that waits for the answer to an accepted message
	poison   bool   // the process died over it each time
	timer    *Timer
	push     *Push
	stream   func(Part)
	came     time.Time
	tries    int     // begun, of maxAttempts
	looked   *Record // read with the last look whether it was answered, for the next attempt
}

// maxAttempts bounds how often a turn runs again because another worker wrote.
const maxAttempts = 5

// The attempt of a turn ends when another replica has taken the conversation
// over, or has begun to answer an accepted message and died: what that one left
// behind comes first, and the flow of a message goes on in no other's turn.
var (
	errOvertaken = fmt.Errorf("%w: another replica took the conversation over, the turn runs again", ErrConflict)
	errBegun     = fmt.Errorf("%w: the turn of an accepted message was begun and comes first", ErrConflict)
)

func (b *Bot) attempt(ctx context.Context, held *hold, from *start) (replies []Reply, err error) {
	k := held.key
	h := b.hushes.begin(k)
	defer b.hushes.end(k, h)
	b.watchers.tell(Live{Key: k, Began: true})
	defer b.watchers.tell(Live{Key: k, Ended: true})
	if b.opts.Observe != nil {
		began := b.opts.Clock.Now()
		s := Observation{Kind: TurnStarted, Key: k, Name: from.kind()}
		if !from.came.IsZero() {
			s.Waited = began.Sub(from.came)
		}
		ctx = b.observe(ctx, s)
		defer func() {
			if err != nil {
				b.observe(ctx, Observation{Kind: TurnFailed, Key: k, Name: from.kind(), Took: b.opts.Clock.Now().Sub(began), Err: err})
			}
		}()
	}
	for try := 0; from.tries < maxAttempts; try++ { // over all calls for this start
		if from.tries++; try > 0 { // another worker wrote: perhaps the answer to this very message
			from.claim.give()
			b.observe(ctx, Observation{Kind: TurnRetried, Key: k, Name: from.kind(), Try: try + 1})
			if err := held.take(ctx); err != nil {
				return nil, err
			}
			if !from.accepted && held.leaser != nil {
				return nil, errOvertaken
			}
			if replies, done, err := b.served(ctx, k, from); done || err != nil {
				return replies, err
			}
		}
		began := b.opts.Clock.Now()
		t, err := b.load(ctx, k, from)
		if err != nil {
			return nil, err
		}
		if held.lost(t.version) { // the one who took over may be at it
			continue
		}
		if d := t.session.dead; d != nil && !from.accepted {
			waiting, err := b.opts.Store.Arrivals(ctx, k, 0, maxBurst)
			if err != nil {
				return nil, fmt.Errorf("bot: reading accepted messages: %w", err)
			}
			if slices.ContainsFunc(waiting, func(a Arrival) bool { return slices.Contains(d.messages, a.Message.ID) }) {
				return nil, errBegun
			}
		}
		t.hush = h
		b.serve(ctx, t)
		held.version = t.version // what it journalled raised it
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if errors.Is(t.err, ErrConflict) {
			continue
		}
		err = b.commit(ctx, t)
		if errors.Is(err, ErrConflict) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("bot: committing the turn: %w", err)
		}
		held.wrote(t.version)
		if b.opts.Observe != nil {
			b.observe(ctx, Observation{Kind: TurnCommitted, Key: k, Name: t.Meaning.Intent, Took: b.opts.Clock.Now().Sub(began), Try: try + 1, Err: t.err})
		}
		b.fold(ctx, t)
		if t.sent {
			return nil, nil
		}
		return t.replies, nil
	}
	return nil, fmt.Errorf("bot: gave up after %d attempts: %w", maxAttempts, ErrConflict)
}

// load makes the turn from the stored record.
func (b *Bot) load(ctx context.Context, k Key, from *start) (*Turn, error) {
	rec, err := b.record(ctx, k, from)
	if err != nil {
		return nil, fmt.Errorf("bot: loading the session: %w", err)
	}
	t := newTurn()
	s := t.session
	if err := s.read(rec); err != nil {
		return nil, err
	}
	m := from.message
	if from.timer == nil {
		s.Thread = m.Thread
	} else {
		m.Thread, m.At = from.timer.Thread, from.timer.At
	}
	now := m.At
	if now.IsZero() {
		now = b.opts.Clock.Now().In(b.opts.Zone)
		m.At = now
	}
	t.Message, t.Key, t.Now, t.Language = m, k, now, firstOf(s.Language, m.Language, b.opts.Language)
	t.bot, t.version, t.fresh, t.size = b, rec.Version, len(rec.Session) == 0, len(rec.Session)
	t.push, t.stream, t.from = from.push, from.stream, from
	if s.dead != nil {
		t.journalled = s.dead.frames
	}
	if from.timer != nil {
		t.fired = from.timer.ID
		t.Meaning.Intent = "timer." + from.timer.Name
	}
	if from.push != nil {
		t.Meaning.Intent = "push." + from.push.Name
	}
	t.logDied()
	return t, nil
}

// record is the stored record, which served may have read already.
func (b *Bot) record(ctx context.Context, k Key, from *start) (Record, error) {
	if rec := from.looked; rec != nil {
		from.looked = nil
		return *rec, nil
	}
	return b.opts.Store.Load(ctx, k)
}
