package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Tick answers the accepted messages that wait, serves the timers that are due
// and sends what waits in the outbox, once and one after the other: for tests
// and for hosts with a scheduler of their own. A failure of one does not keep
// the others waiting; the error joins them all.
func (b *Bot) Tick(ctx context.Context) error {
	var errs []error
	keys, err := b.left(ctx, b.opts.Clock.Now(), func(Key) bool { return false })
	errs = append(errs, err)
	for _, k := range keys {
		rescue := !b.jobs.has(k)
		p, err := b.boxes.enter(ctx, k, nil)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		_, err = b.answerArrivals(ctx, k, arrivals{rescue: rescue})
		errs = append(errs, err)
		p.leave()
	}
	// A timer that could not be served is still due: it is met once.
	for met := map[timerID]bool{}; ; {
		due, err := b.opts.Store.Due(ctx, b.opts.Clock.Now(), maxDue)
		if err != nil {
			errs = append(errs, fmt.Errorf("bot: reading timers: %w", err))
			break
		}
		n := len(met)
		for _, tm := range due {
			if id := (timerID{tm.Key, tm.ID}); !met[id] {
				met[id] = true
				errs = append(errs, b.fire(ctx, tm))
			}
		}
		if len(met) == n {
			break
		}
	}
	if b.opts.Sender != nil {
		keys, err := b.unsent(ctx)
		errs = append(errs, err)
		for _, k := range keys {
			errs = append(errs, b.send(ctx, k))
		}
	}
	return errors.Join(errs...)
}

type timerID struct {
	key Key
	id  string
}

func (b *Bot) fire(ctx context.Context, tm Timer) error {
	_, err := b.turn(ctx, tm.Key, &start{timer: &tm})
	if errors.Is(err, ErrNotFound) { // erased meanwhile, with its timers
		return nil
	}
	return err
}

// maxDue bounds how many timers are looked through for one.
const maxDue = 1000

// left are the conversations with accepted messages from before a time, but for
// those that somebody is answering.
func (b *Bot) left(ctx context.Context, before time.Time, answering func(Key) bool) (keys []Key, err error) {
	seen := map[Key]bool{}
	for after := int64(0); ; {
		page, err := b.opts.Store.Arrivals(ctx, Key{}, after, outboxPage)
		if err != nil {
			return keys, fmt.Errorf("bot: reading accepted messages: %w", err)
		}
		for _, a := range page {
			after = a.Seq
			if !seen[a.Key] && !a.At.After(before) && !answering(a.Key) {
				seen[a.Key] = true
				keys = append(keys, a.Key)
			}
		}
		if len(page) < outboxPage {
			return keys, nil
		}
	}
}

// unsent are the conversations with replies in the outbox.
func (b *Bot) unsent(ctx context.Context) (keys []Key, err error) {
	seen := map[Key]bool{}
	for after := int64(0); ; {
		page, err := b.opts.Store.Pending(ctx, Key{}, after, outboxPage)
		if err != nil {
			return keys, fmt.Errorf("bot: reading the outbox: %w", err)
		}
		for _, o := range page {
			after = o.Seq
			if !seen[o.Key] {
				seen[o.Key] = true
				keys = append(keys, o.Key)
			}
		}
		if len(page) < outboxPage {
			return keys, nil
		}
	}
}

// How often Run looks at the store: for timers that another process set, and
// for messages and replies that one left behind when it died.
const (
	lookForTimers = time.Second
	lookForLeft   = 10 * time.Second
)

// maxSends bounds the conversations whose replies are being sent at once.
const maxSends = 64

// Run answers accepted messages that another process left behind, serves
// timers and sends the outbox, until ctx is done: one slow channel or handler
// holds up nobody else. A reply that could not be sent is tried again after a
// second, then after twice as long each time. Then it lets the turns of
// accepted messages that are under way end, sends what they said, both within
// Options.Drain, and returns ctx's error. Errors are logged. Each process of a
// host that uses timers, Deliver, Tell, Push or a Sender runs it once.
func (b *Bot) Run(ctx context.Context) error {
	b.jobs.open()
	b.outbox.woken() // from now on commits are heard of
	defer b.outbox.off()
	work, cancel := context.WithCancel(context.WithoutCancel(ctx)) // what is under way is not broken off
	defer cancel()
	r := &runner{b: b, cancel: cancel, stop: make(chan struct{}), sends: map[Key]*sending{}, firing: map[timerID]bool{}, slots: make(chan struct{}, maxSends)}
	r.loop(ctx, work)
	b.drain(work, r)
	return ctx.Err()
}

// runner is what one Run has under way.
type runner struct {
	b    *Bot
	stop chan struct{} // closed when nothing more is begun
	// cancel ends the context of what is under way.
	cancel           context.CancelFunc
	timing, sendings sync.WaitGroup

	mu     sync.Mutex
	sends  map[Key]*sending
	firing map[timerID]bool
	slots  chan struct{}
}

// sending is a conversation whose replies are sent, or wait to be tried again.
type sending struct {
	busy, again bool
	wait        time.Duration
	at          time.Time // when to try again
}

func (r *runner) loop(ctx, work context.Context) {
	clock := r.b.opts.Clock
	var nextTimers, nextLeft time.Time
	for ctx.Err() == nil {
		now := clock.Now()
		if !now.Before(nextLeft) {
			r.rescue(work, nextLeft.IsZero(), now)
			if r.b.opts.Sender != nil {
				keys, err := r.b.unsent(ctx)
				r.log(ctx, err)
				for _, k := range keys {
					r.send(work, k, false)
				}
			}
			nextLeft = now.Add(lookForLeft)
		}
		if timers := r.b.outbox.takeTimers(); timers || !now.Before(nextTimers) {
			nextTimers = r.timers(ctx, work, now)
		}
		for _, k := range r.b.outbox.take() {
			r.send(work, k, true)
		}
		wait := min(nextTimers.Sub(now), nextLeft.Sub(now), r.resend(work, now))
		fire, stop := clock.NewTimer(max(wait, time.Millisecond))
		select {
		case <-ctx.Done():
		case <-fire:
		case <-r.b.outbox.woken():
		}
		stop()
	}
}

func (r *runner) log(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		r.b.opts.Logger.Error("bot: run", "error", err)
	}
}

// rescue begins to answer what another process left behind: everything at the
// start of the only one, later what nobody has answered for as long as a lease
// lasts.
func (r *runner) rescue(ctx context.Context, first bool, now time.Time) {
	if !first || r.b.opts.Replica != "" {
		now = now.Add(-r.b.opts.Lease)
	}
	keys, err := r.b.left(ctx, now, r.b.jobs.has)
	r.log(ctx, err)
	for _, k := range keys {
		p, err := r.b.boxes.book(k, nil)
		if err != nil {
			continue // busy: the next look finds it again
		}
		stop, ok := r.b.jobs.begin(k)
		if !ok {
			p.leave()
			return
		}
		go func() {
			defer r.b.jobs.end(k)
			if p.wait(ctx, stop) != nil {
				return
			}
			defer p.leave()
			if _, err := r.b.answerArrivals(ctx, k, arrivals{rescue: true, stop: stop}); err != nil && !errors.Is(err, ErrClosed) {
				r.log(ctx, err)
			}
		}()
	}
}

// timers fires what is due, each in a goroutine of its own, and returns when to
// look again.
func (r *runner) timers(ctx, work context.Context, now time.Time) time.Time {
	due, err := r.b.opts.Store.Due(ctx, now, maxDue)
	r.log(ctx, err)
	for _, tm := range due {
		id := timerID{tm.Key, tm.ID}
		r.mu.Lock()
		busy := r.firing[id]
		r.firing[id] = true
		r.mu.Unlock()
		if busy {
			continue
		}
		r.timing.Go(func() {
			defer func() {
				r.mu.Lock()
				defer r.mu.Unlock()
				delete(r.firing, id)
			}()
			err := r.b.fire(work, tm)
			if !errors.Is(err, ErrClosed) {
				r.log(ctx, err)
			}
		})
	}
	look := now.Add(lookForTimers)
	if at, ok, err := r.b.opts.Store.NextDue(ctx); err == nil && ok && at.After(now) && at.Before(look) {
		look = at
	}
	return look
}

// send sends a conversation's replies in a goroutine of its own, unless one
// does already or it waits after a failure; fresh says that there are new ones.
func (r *runner) send(ctx context.Context, k Key, fresh bool) {
	if r.b.opts.Sender == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sends[k]
	if s != nil {
		s.again = s.again || fresh && s.busy
		return
	}
	s = &sending{busy: true}
	r.sends[k] = s
	r.sendings.Go(func() { r.sendNow(ctx, k, s) })
}

func (r *runner) sendNow(ctx context.Context, k Key, s *sending) {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-r.stop:
		return // the final sweep sends it
	}
	for {
		err := r.b.send(ctx, k)
		r.mu.Lock()
		switch {
		case err == nil && s.again:
			s.again = false
			r.mu.Unlock()
			continue
		case err == nil:
			delete(r.sends, k)
		default:
			s.wait = min(max(2*s.wait, firstResend), lastResend)
			var refused *sendError
			if errors.As(err, &refused) && refused.after > 0 {
				s.wait = refused.after
			}
			if errors.Is(err, ErrHeld) { // another replica is sending: what is left is ours
				s.wait = firstResend
			} else {
				r.b.opts.Logger.Warn("bot: a reply was not sent, it is tried again", "conversation", k.Conversation, "in", s.wait, "error", err)
			}
			s.busy, s.again, s.at = false, false, r.b.opts.Clock.Now().Add(s.wait)
		}
		r.mu.Unlock()
		return
	}
}

// resend tries again what has waited long enough, and returns how long the
// next one waits.
func (r *runner) resend(ctx context.Context, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := lookForLeft
	for k, s := range r.sends {
		switch {
		case s.busy:
		case s.at.After(now):
			next = min(next, s.at.Sub(now))
		default:
			s.busy = true
			r.sendings.Go(func() { r.sendNow(ctx, k, s) })
		}
	}
	return next
}

// drain ends what is under way. Once it has returned, nothing of this Run sends
// any more: what is left is the next one's.
func (b *Bot) drain(ctx context.Context, r *runner) {
	close(r.stop)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over, stop := b.opts.Clock.NewTimer(b.opts.Drain)
	defer stop()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-over:
			cancel()
		case <-ended:
		}
	}()
	select {
	case <-b.jobs.shut():
	case <-ctx.Done():
	}
	r.end(ctx)
	if b.opts.Sender != nil && ctx.Err() == nil {
		keys, err := b.unsent(ctx)
		for _, k := range keys {
			err = errors.Join(err, b.send(ctx, k))
		}
		if err != nil && ctx.Err() == nil {
			b.opts.Logger.Warn("bot: replies wait in the outbox for the next start", "error", err)
		}
	}
	if ctx.Err() != nil {
		b.opts.Logger.Warn("bot: shutting down before all was done; the store keeps the rest", "waited", b.opts.Drain)
	}
}

// end waits for what the runner has begun; when ctx ends first, timers under way
// are left to themselves and sendings, which mind their context, are ended.
func (r *runner) end(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.timing.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	stop := context.AfterFunc(ctx, r.cancel)
	defer stop()
	r.sendings.Wait()
}

// wake is what commits tell Run: conversations with new replies, and that a
// timer was set.
type wake struct {
	mu     sync.Mutex
	keys   map[Key]bool
	timers bool
	ring   chan struct{}
}

func (w *wake) woken() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ring == nil {
		w.ring = make(chan struct{}, 1)
	}
	return w.ring
}

// off forgets what was heard: nobody runs any more.
func (w *wake) off() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ring, w.keys, w.timers = nil, nil, false
}

// tell is told of a commit.
func (w *wake) tell(c *Commit) {
	if len(c.Outbox) == 0 && len(c.Timers) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ring == nil {
		return // nobody runs: the first look finds it
	}
	if len(c.Outbox) > 0 {
		if w.keys == nil {
			w.keys = map[Key]bool{}
		}
		w.keys[c.Key] = true
	}
	w.timers = w.timers || len(c.Timers) > 0
	select {
	case w.ring <- struct{}{}:
	default:
	}
}

func (w *wake) take() []Key {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Key
	for k := range w.keys {
		out = append(out, k)
	}
	clear(w.keys)
	return out
}

func (w *wake) takeTimers() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	set := w.timers
	w.timers = false
	return set
}
