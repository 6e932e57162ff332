package handoff

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"
)

// Errors of a Queue.
var (
	// ErrTaken means that another agent owns the ticket.
	ErrTaken = errors.New("handoff: another agent has taken the ticket")
	// ErrUnknown means that there is no such open ticket.
	ErrUnknown = errors.New("handoff: no such ticket")

	errNoAgent = errors.New("handoff: the agent has no name")
)

// ageing is the wait that counts as much as one step of priority, so that a
// low ticket is not left waiting for ever.
const ageing = 10 * time.Minute

// weight orders tickets: priority, and what the wait adds to it.
func weight(t *Ticket, now time.Time) float64 {
	return float64(t.Priority) + float64(now.Sub(t.Created))/float64(ageing)
}

// Order sorts tickets in place in the order they should be taken: waiting ones
// first, by priority and wait together (ten minutes weigh as one step of
// priority), then the taken ones. As every minute weighs the same for all, a
// ticket is overtaken only by those that came within half an hour of it: none
// waits for ever.
func Order(tickets []Ticket, now time.Time) {
	sort.SliceStable(tickets, func(i, j int) bool {
		a, b := &tickets[i], &tickets[j]
		if (a.State == Waiting) != (b.State == Waiting) {
			return a.State == Waiting
		}
		if x, y := weight(a, now), weight(b, now); x != y {
			return x > y
		}
		return a.ID < b.ID
	})
}

// Queue hands tickets out, in memory. It is safe for concurrent use. Tickets
// that share slices with the caller's (transcript, facts) are not copied deeply:
// do not change them after Put.
type Queue struct {
	mu      sync.Mutex
	tickets map[string]*Ticket
}

// NewQueue returns an empty queue.
func NewQueue() *Queue { return &Queue{tickets: map[string]*Ticket{}} }

// Put adds a waiting ticket. A ticket with a known id is an error.
func (q *Queue) Put(t Ticket) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t.ID == "" {
		return errors.New("handoff: a ticket needs an ID")
	}
	if _, ok := q.tickets[t.ID]; ok {
		return fmt.Errorf("handoff: ticket %s is in the queue already", t.ID)
	}
	t.State, t.Agent = Waiting, ""
	q.tickets[t.ID] = &t
	return nil
}

// Take gives a ticket to an agent. Taking one's own again is no error; another
// agent's is ErrTaken.
func (q *Queue) Take(id, agent string) (Ticket, error) {
	if agent == "" {
		return Ticket{}, errNoAgent
	}
	return q.change(id, func(t *Ticket) error {
		if t.State == Taken && t.Agent != agent {
			return ErrTaken
		}
		t.State, t.Agent = Taken, agent
		return nil
	})
}

// Next gives an agent the first waiting ticket that needs one of the agent's
// skills, or none; ok is false when there is none.
func (q *Queue) Next(agent string, skills []string, now time.Time) (t Ticket, ok bool) {
	if agent == "" {
		return Ticket{}, false
	}
	for _, w := range q.Waiting(now) {
		if w.Skill == "" || slices.Contains(skills, w.Skill) {
			if t, err := q.takeWaiting(w.ID, agent); err == nil {
				return t, true
			}
		}
	}
	return Ticket{}, false
}

func (q *Queue) takeWaiting(id, agent string) (Ticket, error) {
	return q.change(id, func(t *Ticket) error {
		if t.State != Waiting {
			return ErrTaken
		}
		t.State, t.Agent = Taken, agent
		return nil
	})
}

// Release puts an agent's ticket back into the queue, in its old place.
func (q *Queue) Release(id, agent string) error {
	return q.own(id, agent, func(t *Ticket) { t.State, t.Agent = Waiting, "" })
}

// Transfer passes an agent's ticket to another.
func (q *Queue) Transfer(id, from, to string) error {
	if to == "" {
		return errNoAgent
	}
	return q.own(id, from, func(t *Ticket) { t.Agent = to })
}

// Close ends an agent's ticket and removes it.
func (q *Queue) Close(id, agent string) error {
	return q.own(id, agent, func(t *Ticket) {
		t.State = Closed
		delete(q.tickets, id)
	})
}

func (q *Queue) own(id, agent string, do func(*Ticket)) error {
	_, err := q.change(id, func(t *Ticket) error {
		if t.State != Taken || t.Agent != agent {
			return ErrTaken
		}
		do(t)
		return nil
	})
	return err
}

func (q *Queue) change(id string, do func(*Ticket) error) (Ticket, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.tickets[id]
	if t == nil {
		return Ticket{}, fmt.Errorf("%w: %s", ErrUnknown, id)
	}
	if err := do(t); err != nil {
		return *t, err
	}
	return *t, nil
}

// Waiting are the tickets nobody has taken, in the order they should be.
func (q *Queue) Waiting(now time.Time) []Ticket {
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []Ticket
	for _, t := range q.tickets {
		if t.State == Waiting {
			out = append(out, *t)
		}
	}
	Order(out, now)
	return out
}

// Position is how many waiting tickets come before this one; ok is false when
// it is not waiting.
func (q *Queue) Position(id string, now time.Time) (n int, ok bool) {
	for i, t := range q.Waiting(now) {
		if t.ID == id {
			return i, true
		}
	}
	return 0, false
}
