package bottest

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/frontdesk-go/frontdesk/bot"
)

// action is one thing that the customer, the host, the agent or the clock does.
type action struct {
	name string
	do   func(*bot.Bot) ([]bot.Reply, error)
	// replies: do returns what was said; otherwise it is what was reported.
	replies bool
	// again: the same call again must have no effect and return the same.
	again bool
	// done reports whether a call that failed took effect all the same: who has
	// no message id looks before trying again, as a person at the desk does.
	done func() bool
}

// maxTries bounds how often the transport tries an action again.
const maxTries = 5

// act does an action, again after an injected fault, and keeps what was said
// and reported. It reports whether a fault struck.
func (r *Rig) act(a action) (struck bool) {
	r.t.Helper()
	r.wanted()
	r.report, r.replies = bot.Report{}, nil
	r.reruns.take()
	f := r.faults
	if f == nil {
		replies, err := a.do(r.bot())
		if err != nil {
			r.fail("%s: %v", a.name, err)
		}
		r.replies = r.said(a, replies)
		r.audit()
		return false
	}
	before := r.mark()
	r.before = before
	f.begin()
	defer f.end()
	p, b := r.process(a)
	var replies []bot.Reply
	var err error
	for try := 1; ; try++ {
		switch {
		case f.kind() == Together && a.again:
			replies, err = r.together(b, a)
		case f.kind() == Reordered && a.again:
			replies, err = r.reordered(b, a)
		default:
			replies, err = a.do(b)
		}
		if f.stale != "" {
			r.fail("%s: another process has taken over, but the write of the first was not refused: %s", a.name, f.stale)
		}
		if err == nil {
			break
		}
		if !f.struck() || try == maxTries {
			r.fail("%s: %v", a.name, err)
		}
		if a.done != nil && a.done() {
			break
		}
		if p.died() {
			p, b = r.process(a)
		}
	}
	if f.kind() == Twice && a.again {
		r.repeat(a, replies)
	}
	if a.again && err == nil {
		r.past = append(r.past, answered{a, replies})
		r.past = r.past[max(0, len(r.past)-window):]
	}
	if !f.struck() {
		r.replies = r.said(a, replies)
		r.audit()
		return false
	}
	now := r.since(before)
	r.report.Events = now.events
	if r.replies = now.replies; a.replies && err == nil {
		r.replies = replies
	}
	return true
}

// process starts one that does an action, until it dies.
func (r *Rig) process(a action) (*process, *bot.Bot) {
	r.t.Helper()
	p := &process{Store: r.opts.Store, f: r.faults, elsewhere: func() error { return r.takeOver(a) }}
	l, ok := r.opts.Store.(bot.Leaser)
	if !ok {
		return p, r.over(p)
	}
	b, err := r.engine(leased{p, l}, frozen)
	if err != nil {
		r.t.Fatalf("bottest: bot.New: %v", err)
	}
	return p, b
}

func (r *Rig) said(a action, replies []bot.Reply) []bot.Reply {
	if a.replies {
		return replies
	}
	return r.report.Replies
}

// together delivers a message twice at the same time to one process.
func (r *Rig) together(b *bot.Bot, a action) ([]bot.Reply, error) {
	r.t.Helper()
	var wg sync.WaitGroup
	var replies [2][]bot.Reply
	var errs [2]error
	for i := range 2 {
		wg.Go(func() { replies[i], errs[i] = a.do(b) })
	}
	wg.Wait()
	if errs[0] != nil || errs[1] != nil {
		r.fail("%s of a message delivered twice together: %v, %v", a.name, errs[0], errs[1])
	}
	r.sameReplies("delivered twice together", replies[0], replies[1])
	return replies[0], nil
}

// window is how many messages a transport delivers again under Reordered.
const window = 3

// answered is an action that was answered.
type answered struct {
	action
	replies []bot.Reply
}

// reordered delivers the last messages again, the latest first, at the same
// time as a new one: they are answered as they were, and do nothing.
func (r *Rig) reordered(b *bot.Bot, a action) ([]bot.Reply, error) {
	r.t.Helper()
	past := r.past
	again := make([][]bot.Reply, len(past))
	errs := make([]error, len(past))
	var wg sync.WaitGroup
	for i := len(past) - 1; i >= 0; i-- {
		wg.Go(func() { again[i], errs[i] = past[i].do(b) })
	}
	replies, err := a.do(b)
	wg.Wait()
	for i := range past {
		if errs[i] != nil {
			r.fail("%s again, after %d others: %v", past[i].name, len(past)-i, errs[i])
		}
		r.sameReplies("delivered again out of order", past[i].replies, again[i])
	}
	return replies, err
}

// repeat delivers a message again to another process: the replies are the
// same, and nothing else happens.
func (r *Rig) repeat(a action, first []bot.Reply) {
	r.t.Helper()
	before, report := r.mark(), r.report
	again, err := a.do(r.bot())
	if err != nil {
		r.fail("%s again: %v", a.name, err)
	}
	r.report = report
	r.sameReplies("delivered again", first, again)
	if now := r.since(before); len(now.events) > 0 || now.lines > 0 {
		r.fail("delivered again, the message had a second effect: %d lines and the events %v", now.lines, kinds(now.events))
	}
}

func (r *Rig) sameReplies(when string, first, again []bot.Reply) {
	r.t.Helper()
	a, errA := json.Marshal(first)
	b, errB := json.Marshal(again)
	if errA != nil || errB != nil {
		r.fail("replies do not encode: %v, %v", errA, errB)
	}
	if string(a) != string(b) && len(first)+len(again) > 0 {
		r.fail("%s, the message got other replies:\n  first %s\n  again %s", when, a, b)
	}
}

// mark is a place in the store's log and in the conversation's history.
type mark struct {
	event, line int64
}

// change is what was committed since a mark.
type change struct {
	events  []bot.Event
	replies []bot.Reply
	lines   int
}

func (r *Rig) mark() mark {
	r.t.Helper()
	m := mark{}
	r.walk(&m, nil)
	return m
}

func (r *Rig) since(m mark) change {
	r.t.Helper()
	var c change
	r.walk(&m, &c)
	return c
}

// written reports whether the conversation has a line that the action's
// reports did not show: a call that failed was committed all the same.
func (r *Rig) written() bool {
	r.t.Helper()
	return r.since(r.before).lines > 0
}

// walk goes on from m to the end and gathers what it comes by.
func (r *Rig) walk(m *mark, c *change) {
	r.t.Helper()
	ctx, s := context.Background(), r.opts.Store
	for {
		events, err := s.Events(ctx, bot.AllTenants, m.event, 1000)
		if err != nil {
			r.fail("reading the event log: %v", err)
		}
		if len(events) == 0 {
			break
		}
		m.event = events[len(events)-1].Seq
		if c != nil {
			c.events = append(c.events, events...)
		}
	}
	k, err := s.Open(ctx, r.Thread)
	if err != nil {
		r.fail("opening the conversation: %v", err)
	}
	for {
		// Without a place to start from, a page is the last lines.
		lines, err := s.History(ctx, k, bot.Page{After: m.line})
		if err != nil {
			r.fail("reading the history: %v", err)
		}
		lines = slices.DeleteFunc(lines, func(l bot.Line) bool { return l.Seq <= m.line })
		if len(lines) == 0 {
			return
		}
		m.line = lines[len(lines)-1].Seq
		if c == nil {
			continue
		}
		c.lines += len(lines)
		for _, l := range lines {
			if l.Reply != nil {
				c.replies = append(c.replies, *l.Reply)
			}
		}
	}
}

func kinds(events []bot.Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return out
}
