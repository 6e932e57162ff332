package bot

import (
	"context"
	"sync"
)

// mailboxes give each conversation one turn at a time, in order of arrival,
// and bound how many wait.
type mailboxes struct {
	mu      sync.Mutex
	byKey   map[Key]*place // who is in
	running int            // places, in and waiting
	closed  bool
	closing chan struct{} // closed by close
	idle    chan struct{} // closed when closed and nothing runs
	maxWait int
	maxRun  int
}

// place is one's place in a conversation's queue. Whoever is in holds the
// queue of those that wait.
type place struct {
	boxes   *mailboxes
	key     Key
	ready   chan struct{} // closed when it is in, or its message was taken along; nil when it never waited
	waiting []*place      // behind the one that is in, in order
	// message is a line that the turn before may take along, nil for none.
	message *Message
	with    *outcome // of the turn that took the line along
}

// outcome is what came of a line that another turn took along.
type outcome struct {
	replies []Reply
	err     error
}

func newMailboxes(maxWait, maxRun int) *mailboxes {
	return &mailboxes{byKey: map[Key]*place{}, closing: make(chan struct{}), idle: make(chan struct{}), maxWait: maxWait, maxRun: maxRun}
}

// book takes a place in the conversation's queue without waiting. The caller
// must call wait, and leave once that returned nil, or leave at once.
func (m *mailboxes) book(k Key, message *Message) (*place, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return nil, ErrClosed
	case m.running >= m.maxRun:
		return nil, ErrOverloaded
	}
	p := &place{boxes: m, key: k, message: message}
	in := m.byKey[k]
	switch {
	case in == nil:
		m.byKey[k] = p
	case len(in.waiting) >= m.maxWait:
		return nil, ErrBusy
	default:
		p.ready = make(chan struct{})
		in.waiting = append(in.waiting, p)
	}
	m.running++
	return p, nil
}

// enter books a place and waits until it is in. The caller must leave it once
// it returned nil, whatever became of its message.
func (m *mailboxes) enter(ctx context.Context, k Key, message *Message) (*place, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := m.book(k, message)
	if err != nil {
		return nil, err
	}
	return p, p.wait(ctx, nil)
}

// wait waits until the place is in, or its message was taken along (p.with is
// set). When it returns an error, of ctx or ErrClosed because stop was closed,
// the place is gone.
func (p *place) wait(ctx context.Context, stop <-chan struct{}) error {
	if p.ready == nil {
		return nil
	}
	err := ErrClosed
	select {
	case <-p.ready:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-stop:
	}
	p.leave()
	return err
}

// leave gives the place up, wherever it stands, and lets the next one in.
func (p *place) leave() {
	m := p.boxes
	m.mu.Lock()
	defer m.mu.Unlock()
	if in := m.byKey[p.key]; in == p {
		if len(p.waiting) > 0 {
			next := p.waiting[0]
			next.waiting = p.waiting[1:]
			m.byKey[p.key] = next
			close(next.ready)
		} else {
			delete(m.byKey, p.key)
		}
	} else if in != nil {
		for i, w := range in.waiting {
			if w == p {
				in.waiting = append(in.waiting[:i], in.waiting[i+1:]...)
				break
			}
		}
	}
	m.running--
	if m.closed && m.running == 0 {
		close(m.idle)
	}
}

// takeAlong removes the lines that wait right behind this place, up to the
// first that is none, at most n. Each must be released.
func (p *place) takeAlong(n int) []*place {
	m := p.boxes
	m.mu.Lock()
	defer m.mu.Unlock()
	i := 0
	for i < len(p.waiting) && i < n && p.waiting[i].message != nil {
		i++
	}
	out := append([]*place(nil), p.waiting[:i]...)
	p.waiting = p.waiting[i:]
	return out
}

// release tells the caller of a line that was taken along what came of it.
func (p *place) release(replies []Reply, err error) {
	p.with = &outcome{replies, err}
	close(p.ready)
}

// close refuses new places, drops those of accepted messages that wait, which
// the store keeps, and waits for the others.
func (m *mailboxes) close() {
	m.mu.Lock()
	if !m.closed {
		m.closed = true
		close(m.closing)
		if m.running == 0 {
			close(m.idle)
		}
	}
	m.mu.Unlock()
	<-m.idle
}
