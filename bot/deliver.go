package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Deliver accepts a message and answers it later, through Options.Sender: for
// transports that must acknowledge at once, such as webhooks. When it returns
// nil the message is durable and will be answered, by another process if this
// one dies; the same ID again has no further effect. Run must be running
// somewhere for the replies to be sent.
//
// An error means that nothing was stored and the message may be sent again; see
// Handle. What fails behind the acknowledgement is tried again. A message over
// which four processes died is answered with an apology.
func (b *Bot) Deliver(ctx context.Context, m Message) error {
	_, err := b.deliver(ctx, m, nil)
	return err
}

// deliver accepts a message and begins to answer it. c is nil when nobody
// waits for the answer; otherwise what came of it is sent on c.done. again
// reports that it has been answered before.
func (b *Bot) deliver(ctx context.Context, m Message, c *claim) (again *Key, err error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	if m.ID == "" {
		return nil, errors.New("bot: Message.ID is empty: give an accepted message one, so that a retry is recognised")
	}
	for try := 0; ; try++ {
		k, err := b.opts.Store.Open(ctx, m.Thread)
		if err != nil {
			return nil, fmt.Errorf("bot: opening the conversation: %w", err)
		}
		p, err := b.boxes.book(k, nil) // refused before anything is stored
		if err != nil {
			b.observe(ctx, Observation{Kind: TurnRefused, Key: k, Name: "message", Err: err})
			return nil, err
		}
		waiting, err := b.opts.Store.Accept(ctx, Arrival{Key: k, Message: m, At: b.opts.Clock.Now()})
		switch {
		case err == nil && waiting:
			b.observe(ctx, Observation{Kind: Accepted, Key: k, Name: "message"})
			b.begin(context.WithoutCancel(ctx), p, m.ID, c)
			return nil, nil
		case err == nil:
			p.leave()
			return &k, nil
		}
		p.leave()
		if try > 0 || !errors.Is(err, ErrNotFound) { // erased between the two: it begins anew
			return nil, fmt.Errorf("bot: accepting the message: %w", err)
		}
	}
}

// begin answers an accepted message when its time comes, in a goroutine of the bot's.
func (b *Bot) begin(ctx context.Context, p *place, id string, c *claim) {
	stop, ok := b.jobs.begin(p.key)
	if !ok { // shutting down: it waits in the store
		b.owed.add(p.key)
		p.leave()
		c.end(nil, ErrClosed)
		return
	}
	go func() {
		defer b.jobs.end(p.key)
		if err := p.wait(ctx, stop); err != nil {
			b.owed.add(p.key)
			c.end(nil, err)
			return
		}
		defer p.leave()
		var replies []Reply
		var err error
		for wait := firstRetry; ; wait *= 2 {
			if replies, err = b.answerArrivals(ctx, p.key, arrivals{until: id, claim: c, stop: stop}); err == nil || errors.Is(err, ErrClosed) || wait > lastRetry {
				break
			}
			b.opts.Logger.Warn("bot: an accepted message was not answered, it is tried again", "conversation", p.key.Conversation, "error", err)
			c.give() // the caller need not wait for that
			if b.pause(stop, wait) != nil {
				break
			}
		}
		if err != nil {
			b.owed.add(p.key)
		}
		c.end(replies, err)
	}()
}

// How long a failed turn of an accepted message waits before it is tried
// again; behind the last it waits until Run looks for what was left over.
const (
	firstRetry = 50 * time.Millisecond
	lastRetry  = 5 * time.Second
)

func (b *Bot) pause(stop <-chan struct{}, d time.Duration) error {
	fire, end := b.opts.Clock.NewTimer(d)
	defer end()
	select {
	case <-fire:
		return nil
	case <-stop:
		return ErrClosed
	}
}

// arrivals says which accepted messages of a conversation to answer.
type arrivals struct {
	until  string    // the last one, "" for all there are
	before time.Time // none that came later, the zero time for all
	claim  *claim    // of until
	begun  bool      // the first one in any case: a turn of it was begun
	rescue bool      // nobody in this process has begun to answer them
	stop   <-chan struct{}
}

// maxRescues is how often a message is taken up again after the process had
// died over it; then it is answered with the apology.
const maxRescues = 3

// answerArrivals answers accepted messages of a conversation, the oldest
// first. The caller has the conversation's place.
func (b *Bot) answerArrivals(ctx context.Context, k Key, do arrivals) ([]Reply, error) {
	held, err := b.lease(ctx, k)
	if err != nil {
		return nil, err
	}
	defer held.letGo(ctx)
	return b.answerLeased(ctx, &held, do)
}

// answerLeased is answerArrivals for a caller that has the lease too.
func (b *Bot) answerLeased(ctx context.Context, held *hold, do arrivals) ([]Reply, error) {
	for {
		select {
		case <-do.stop:
			return nil, ErrClosed
		default:
		}
		if err := held.prolong(ctx); err != nil {
			return nil, err
		}
		k := held.key
		from, err := b.oldest(ctx, k, do)
		if err != nil {
			return nil, err
		}
		if from == nil { // answered already: what the first caller was given
			if do.until == "" {
				return nil, nil
			}
			replies, _, err := b.opts.Store.Answered(ctx, k, do.until)
			return replies, err
		}
		replies, err := b.attempt(ctx, held, from)
		if err != nil {
			return nil, err
		}
		if from.has(do.until) {
			return replies, nil
		}
		do.begun = false
	}
}

func (from *start) has(id string) bool {
	for _, m := range from.lines {
		if m.ID == id {
			return true
		}
	}
	return false
}

// catchUp answers what was accepted before a time and left behind by a process
// that died: nothing overtakes it, and the flow that a turn of it had begun
// goes on in a turn of it. begun says that there is such a turn, whenever its
// message was accepted. The caller has the conversation's place and lease.
func (b *Bot) catchUp(ctx context.Context, held *hold, before time.Time, begun bool) error {
	k, caught := held.key, begun
	var err error
	switch {
	case begun:
	case b.opts.Replica == "": // nobody else accepts: what was left is known
		caught, err = b.owed.has(func() ([]Key, error) {
			return b.left(ctx, b.opts.Clock.Now(), func(Key) bool { return false })
		}, k)
	default:
		var waiting []Arrival
		waiting, err = b.opts.Store.Arrivals(ctx, k, 0, 1)
		caught = len(waiting) > 0 && !waiting[0].At.After(before)
	}
	if err == nil && caught {
		if _, err = b.answerLeased(ctx, held, arrivals{before: before, begun: begun, rescue: !b.jobs.has(k)}); err == nil {
			b.owed.paid(k)
		}
	}
	if err != nil {
		return fmt.Errorf("bot: answering what was accepted before: %w", err)
	}
	return nil
}

// owed are the conversations with accepted messages that nobody in this
// process is about to answer: those it found at its start, and those it gave
// up for a while.
type owed struct {
	mu   sync.Mutex
	keys map[Key]bool // nil until somebody looked
}

// has reports whether a conversation is one; the first call looks for them.
func (o *owed) has(look func() ([]Key, error), k Key) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.keys == nil {
		found, err := look()
		if err != nil {
			return false, err
		}
		o.keys = map[Key]bool{}
		for _, k := range found {
			o.keys[k] = true
		}
	}
	return o.keys[k], nil
}

func (o *owed) add(k Key) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.keys != nil {
		o.keys[k] = true
	}
}

func (o *owed) paid(k Key) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.keys, k)
}

// oldest is the next turn of accepted messages, nil when none waits.
func (b *Bot) oldest(ctx context.Context, k Key, do arrivals) (*start, error) {
	within := b.opts.Overlap.within
	n := 1
	if within > 0 {
		n = maxBurst
	}
	for {
		waiting, err := b.opts.Store.Arrivals(ctx, k, 0, n)
		if err != nil {
			return nil, fmt.Errorf("bot: reading accepted messages: %w", err)
		}
		if len(waiting) == 0 || !do.begun && !do.before.IsZero() && waiting[0].At.After(do.before) {
			return nil, nil
		}
		from := &start{accepted: true}
		var lines []Message
		last := waiting[0].At
		for i, a := range waiting {
			if i > 0 && (within == 0 || a.Message.Tap != "" || lines[0].Tap != "" || a.At.Sub(last) > within) {
				break
			}
			lines, last = append(lines, a.Message), a.At
			if a.Message.ID == do.until && i == 0 {
				from.claim = do.claim
			}
		}
		now := b.opts.Clock.Now()
		if wait := min(last.Add(within).Sub(now), waiting[0].At.Add(maxPauses*within).Sub(now)); wait > 0 && len(lines) == len(waiting) && len(lines) < maxBurst && lines[0].Tap == "" {
			if err := b.pause(do.stop, wait); err != nil {
				return nil, err
			}
			continue // perhaps there is more by now
		}
		from.join(lines)
		if do.rescue {
			a := waiting[0]
			if a.Tries++; a.Tries > maxRescues {
				from.poison = true
			} else if _, err := b.opts.Store.Accept(ctx, a); err != nil {
				return nil, fmt.Errorf("bot: taking up an accepted message: %w", err)
			}
		}
		return from, nil
	}
}

// errPoison is the failure of a message over which the process died.
var errPoison = errors.New("bot: the process died over this message each time it was tried")

// answerBy is Handle for a message with a Deadline.
func (b *Bot) answerBy(ctx context.Context, m Message) ([]Reply, error) {
	c := &claim{done: make(chan struct{}), given: make(chan struct{}, 1)}
	k, err := b.deliver(ctx, m, c)
	if err != nil {
		return nil, err
	}
	if k != nil {
		replies, _, err := b.opts.Store.Answered(ctx, *k, m.ID)
		return replies, err
	}
	fire, stop := b.opts.Clock.NewTimer(m.Deadline.Sub(b.opts.Clock.Now()))
	defer stop()
	over := ctx.Done()
	for late := false; ; {
		select {
		case <-c.done:
			return c.replies, nil // an error is the bot's to mend: the message is accepted
		case <-fire:
			late, fire = true, nil
		case <-over:
			late, over = true, nil
		case <-c.given: // the commit failed: the answer comes later than was thought
		}
		if late && c.leave() {
			return nil, nil
		}
	}
}

// claim decides who gives the replies to the customer: the call, which waits
// until its deadline, or the sender. A nil claim is the sender's.
type claim struct {
	mu      sync.Mutex
	direct  bool // a commit is under way that gives them to the call
	left    bool // the call has returned
	ended   bool
	replies []Reply
	done    chan struct{}
	given   chan struct{}
}

// take gives the replies of the commit about to be made to the call, unless it
// has left.
func (c *claim) take() bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.direct = !c.left
	return c.direct
}

// give takes that back: the commit was not made.
func (c *claim) give() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.direct = false
	select {
	case c.given <- struct{}{}:
	default:
	}
}

// leave lets the call return without replies; false when a commit gives them
// to it at this moment.
func (c *claim) leave() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.direct {
		return false
	}
	c.left = true
	return true
}

func (c *claim) end(replies []Reply, err error) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.ended = true
	if err == nil {
		c.replies = replies
	}
	close(c.done)
}

// jobs are the goroutines that answer accepted messages.
type jobs struct {
	mu    sync.Mutex
	stop  chan struct{} // closed while none may begin
	by    map[Key]int
	empty chan struct{} // closed when the last has ended, nil when nobody waits
}

func (j *jobs) begin(k Key) (stop <-chan struct{}, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.by == nil {
		j.by, j.stop = map[Key]int{}, make(chan struct{})
	}
	select {
	case <-j.stop:
		return nil, false
	default:
	}
	j.by[k]++
	return j.stop, true
}

func (j *jobs) end(k Key) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.by[k]--; j.by[k] == 0 {
		delete(j.by, k)
	}
	if len(j.by) == 0 && j.empty != nil {
		close(j.empty)
		j.empty = nil
	}
}

// has reports whether messages of the conversation are being answered.
func (j *jobs) has(k Key) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.by[k] > 0
}

// open lets jobs begin, shut lets none; shut returns a channel that is closed
// when those under way have ended.
func (j *jobs) open() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.stop = make(chan struct{})
	if j.by == nil {
		j.by = map[Key]int{}
	}
}

func (j *jobs) shut() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.by == nil {
		j.by, j.stop = map[Key]int{}, make(chan struct{})
	}
	select {
	case <-j.stop:
	default:
		close(j.stop)
	}
	if j.empty == nil {
		j.empty = make(chan struct{})
	}
	empty := j.empty
	if len(j.by) == 0 {
		close(j.empty)
		j.empty = nil
	}
	return empty
}
