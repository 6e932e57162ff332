package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/frontdesk-go/frontdesk/bot"
)

// channel is a Sender: what it was given has reached the customer, who knows a
// reply by its id.
type channel struct {
	f    *faults
	mu   sync.Mutex
	got  []bot.Reply
	fell string // a reply came again with another body
}

var (
	errUnsent = errors.New("bottest: the channel is down")
	errNoAck  = errors.New("bottest: sent, but the channel did not say so")
)

// Send implements bot.Sender.
func (c *channel) Send(_ context.Context, _ bot.Thread, r bot.Reply) error {
	fault := FaultKind("")
	if c.f != nil {
		fault = c.f.next(opSend)
	}
	if fault == SendFails {
		return errUnsent
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.IndexFunc(c.got, func(have bot.Reply) bool { return have.ID == r.ID }); i < 0 {
		c.got = append(c.got, r)
	} else if encoded(c.got[i]) != encoded(r) {
		c.fell = fmt.Sprintf("reply %s was sent as\n  %s\nand again as\n  %s", r.ID, encoded(c.got[i]), encoded(r))
	}
	if fault == SendLost {
		return errNoAck
	}
	return nil
}

// acknowledged is the store of a process that dies as soon as it has accepted.
type acknowledged struct{ *process }

// Accept implements bot.Store.
func (a acknowledged) Accept(ctx context.Context, m bot.Arrival) (bool, error) {
	waiting, err := a.process.Accept(ctx, m)
	if err == nil {
		_ = a.die()
	}
	return waiting, err
}

// later delivers a message as a webhook does: one process accepts it and dies,
// others answer it through the channel.
func (r *Rig) later(m bot.Message) {
	r.t.Helper()
	r.wanted()
	r.report, r.replies = bot.Report{}, nil
	r.reruns.take()
	f := r.faults
	if f == nil {
		f = &faults{}
	}
	c := &channel{f: f}
	sender := r.opts.Sender
	r.opts.Sender = c
	defer func() { r.opts.Sender = sender }()
	before := r.mark()
	f.begin()
	defer f.end()
	ctx := context.Background()
	accept := func() (*process, error) {
		p := &process{Store: r.opts.Store, f: f}
		b := r.over(acknowledged{p})
		defer func() { _ = b.Close() }() // what it has begun ends with it
		return p, b.Deliver(ctx, m)
	}
	r.until("Deliver", f, accept)
	if f.kind() == Twice || f.kind() == Together {
		r.until("Deliver", f, accept)
	}
	r.until("Tick", f, func() (*process, error) {
		p := &process{Store: r.opts.Store, f: f, elsewhere: func() error { return r.over(r.opts.Store).Tick(ctx) }}
		return p, r.over(p).Tick(ctx)
	})
	k, err := r.opts.Store.Open(ctx, m.Thread)
	if err != nil {
		r.fail("opening the conversation: %v", err)
	}
	if _, ok, err := r.opts.Store.Answered(ctx, k, m.ID); err != nil || !ok {
		r.fail("the message was accepted and never answered (%v)", err)
	}
	if c.fell != "" {
		r.fail("%s", c.fell)
	}
	now := r.since(before)
	ours := slices.DeleteFunc(slices.Clone(c.got), func(got bot.Reply) bool {
		return !slices.ContainsFunc(now.replies, func(x bot.Reply) bool { return x.ID == got.ID })
	})
	r.sameReplies("answered later", now.replies, ours)
	r.report.Events, r.replies = now.events, now.replies
	if !f.struck() {
		r.audit()
	}
}

// until does something until no fault strikes it any more.
func (r *Rig) until(name string, f *faults, do func() (*process, error)) {
	r.t.Helper()
	for try := 1; ; try++ {
		p, err := do()
		if err == nil {
			return
		}
		if !f.struck() && !p.died() || try == maxTries {
			r.fail("%s: %v", name, err)
		}
	}
}
