package bot

import (
	"context"
	"sync"
)

// mailboxes give each conversation one turn at a time, in order of arrival,
// and bound how many wait.
type mailboxes struct {
	mu      sync.Mutex
	byKey   map[Key]*mailbox
	running int
	closed  bool
	idle    chan struct{} // closed when closed and nothing runs
	maxWait int
	maxRun  int
}

type mailbox struct {
	waiting []chan struct{} // the first to be let in next
}

func newMailboxes(maxWait, maxRun int) *mailboxes {
	return &mailboxes{byKey: map[Key]*mailbox{}, idle: make(chan struct{}), maxWait: maxWait, maxRun: maxRun}
}

// enter waits for the conversation's turn. The caller must call leave once it
// returned nil.
func (m *mailboxes) enter(ctx context.Context, k Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return ErrClosed
	}
	if m.running >= m.maxRun {
		m.mu.Unlock()
		return ErrOverloaded
	}
	box := m.byKey[k]
	if box == nil {
		m.byKey[k] = &mailbox{}
		m.running++
		m.mu.Unlock()
		return nil
	}
	if len(box.waiting) >= m.maxWait {
		m.mu.Unlock()
		return ErrBusy
	}
	ready := make(chan struct{})
	box.waiting = append(box.waiting, ready)
	m.running++
	m.mu.Unlock()
	select {
	case <-ready:
		return nil
	case <-ctx.Done():
	}
	m.mu.Lock()
	for i, w := range box.waiting {
		if w == ready {
			box.waiting = append(box.waiting[:i], box.waiting[i+1:]...)
			m.done()
			m.mu.Unlock()
			return ctx.Err()
		}
	}
	m.mu.Unlock()
	// Let in at the same moment: pass the place on.
	m.leave(k)
	return ctx.Err()
}

// leave lets the next message of the conversation in.
func (m *mailboxes) leave(k Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	box := m.byKey[k]
	if len(box.waiting) > 0 {
		next := box.waiting[0]
		box.waiting = box.waiting[1:]
		close(next)
	} else {
		delete(m.byKey, k)
	}
	m.done()
}

// done counts a turn out; the caller holds the lock.
func (m *mailboxes) done() {
	m.running--
	if m.closed && m.running == 0 {
		close(m.idle)
	}
}

// close refuses new turns and waits for those under way.
func (m *mailboxes) close() {
	m.mu.Lock()
	if !m.closed {
		m.closed = true
		if m.running == 0 {
			close(m.idle)
		}
	}
	m.mu.Unlock()
	<-m.idle
}
