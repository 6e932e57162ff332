package bot

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/frontdesk-go/frontdesk/handoff"
)

// Memory is a Store that keeps everything in memory: for tests, and for bots
// that may forget. It is safe for concurrent use.
type Memory struct {
	mu       sync.Mutex
	threads  map[Thread]Key
	convs    map[Key]*memoryConv
	events   eventLog
	seq      int64
	eventIDs map[[2]string]bool // tenant, id
	tickets  map[[2]string]handoff.Ticket
	order    [][2]string // tickets by creation
	outbox   []Outgoing
	inbox    []Arrival
	boxSeq   int64 // of outbox and inbox
	timers   map[string]Timer
	lineSeq  int64
}

type memoryConv struct {
	customer string
	version  int64
	session  []byte
	journal  []byte
	answered map[string][]Reply
	at       time.Time
	lines    []Line
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{threads: map[Thread]Key{}, convs: map[Key]*memoryConv{}, eventIDs: map[[2]string]bool{},
		tickets: map[[2]string]handoff.Ticket{}, timers: map[string]Timer{}}
}

// Open implements Store.
func (m *Memory) Open(_ context.Context, th Thread) (Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.threads[th]
	if !ok {
		k = Key{Tenant: th.Tenant, Conversation: th.ConversationID()}
		m.threads[th] = k
		m.convs[k] = &memoryConv{answered: map[string][]Reply{}}
	}
	return k, nil
}

func (m *Memory) conv(k Key) (*memoryConv, error) {
	c := m.convs[k]
	if c == nil {
		return nil, fmt.Errorf("%w: conversation %s", ErrNotFound, k.Conversation)
	}
	return c, nil
}

// Load implements Store.
func (m *Memory) Load(_ context.Context, k Key) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.conv(k)
	if err != nil {
		return Record{}, err
	}
	return Record{Key: k, Version: c.version, Session: c.session, Journal: c.journal}, nil
}

// Answered implements Store.
func (m *Memory) Answered(_ context.Context, k Key, message string) ([]Reply, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.conv(k)
	if err != nil {
		return nil, false, err
	}
	rs, ok := c.answered[message]
	return slices.Clone(rs), ok, nil
}

// Commit implements Store.
func (m *Memory) Commit(_ context.Context, c *Commit) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	v := m.convs[c.Key]
	if v == nil || v.version != c.Version {
		return ErrConflict
	}
	if _, ok := v.answered[c.Message]; ok && c.Message != "" {
		return ErrConflict
	}
	for _, id := range c.Also {
		if _, ok := v.answered[id]; ok {
			return ErrConflict
		}
	}
	v.version++
	v.customer, v.session, v.journal = c.Customer, c.Session, nil
	v.at = c.At
	for _, l := range c.Lines {
		m.lineSeq++
		l.Seq = m.lineSeq
		v.lines = append(v.lines, l)
	}
	if c.Message != "" {
		v.answered[c.Message] = c.Replies
	}
	for _, id := range c.Also {
		v.answered[id] = nil
	}
	if c.Accepted {
		m.inbox = slices.DeleteFunc(m.inbox, func(a Arrival) bool {
			return a.Key == c.Key && (a.Message.ID == c.Message || slices.Contains(c.Also, a.Message.ID))
		})
	}
	if c.DropPending {
		m.outbox = slices.DeleteFunc(m.outbox, func(o Outgoing) bool { return o.Key == c.Key })
	}
	for _, o := range c.Outbox {
		m.boxSeq++
		o.Seq = m.boxSeq
		m.outbox = append(m.outbox, o)
	}
	for _, t := range c.Timers {
		m.timers[t.ID] = t
	}
	delete(m.timers, c.Fired)
	for _, id := range c.Stop {
		delete(m.timers, id)
	}
	m.append(c.Events)
	if c.Ticket != nil {
		id := [2]string{c.Key.Tenant, c.Ticket.ID}
		if _, ok := m.tickets[id]; !ok {
			m.order = append(m.order, id)
		}
		m.tickets[id] = *c.Ticket
	}
	return nil
}

func (m *Memory) append(events []Event) {
	for _, e := range events {
		if id := [2]string{e.Tenant, e.ID}; !m.eventIDs[id] {
			m.eventIDs[id] = true
			m.seq++
			e.Seq = m.seq
			m.events.append(e)
		}
	}
}

// Journal implements Store.
func (m *Memory) Journal(_ context.Context, k Key, version int64, entry []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.conv(k)
	if err != nil {
		return err
	}
	if c.version != version {
		return ErrConflict
	}
	c.version++
	c.journal = slices.Clone(entry)
	return nil
}

// Append implements Store.
func (m *Memory) Append(_ context.Context, events ...Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.append(events)
	return nil
}

// Events implements Store.
func (m *Memory) Events(_ context.Context, tenant string, after int64, n int) ([]Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Event
	for e := range m.events.after(after) {
		if len(out) >= n {
			break
		}
		if tenant == AllTenants || e.Tenant == tenant {
			out = append(out, *e)
		}
	}
	return out, nil
}

// History implements Store.
func (m *Memory) History(_ context.Context, k Key, p Page) ([]Line, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.conv(k)
	if err != nil {
		return nil, err
	}
	at := func(seq int64) int {
		return sort.Search(len(c.lines), func(i int) bool { return c.lines[i].Seq >= seq })
	}
	lo, hi := at(p.After+1), len(c.lines)
	if p.Before > 0 {
		hi = max(lo, at(p.Before))
	}
	if p.After > 0 {
		hi = min(hi, lo+p.Limit())
	} else {
		lo = max(lo, hi-p.Limit())
	}
	return slices.Clone(c.lines[lo:hi]), nil
}

// Recent implements Store.
func (m *Memory) Recent(_ context.Context, tenant string, n int) ([]Activity, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Activity
	for k, c := range m.convs {
		if k.Tenant == tenant && c.version > 0 {
			out = append(out, Activity{Key: k, Customer: c.customer, At: c.at})
		}
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].At.After(out[j].At) || out[i].At.Equal(out[j].At) && out[i].Key.Conversation < out[j].Key.Conversation
	})
	return out[:min(n, len(out))], nil
}

// Ticket implements Store.
func (m *Memory) Ticket(_ context.Context, tenant, id string) (handoff.Ticket, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.tickets[[2]string{tenant, id}]
	if !ok {
		return t, fmt.Errorf("%w: ticket %s", ErrNotFound, id)
	}
	return t, nil
}

// Tickets implements Store.
func (m *Memory) Tickets(_ context.Context, tenant string) ([]handoff.Ticket, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []handoff.Ticket
	for _, id := range m.order {
		if t, ok := m.tickets[id]; ok && id[0] == tenant && t.State != handoff.Closed {
			out = append(out, t)
		}
	}
	return out, nil
}

// Accept implements Store.
func (m *Memory) Accept(_ context.Context, a Arrival) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.conv(a.Key)
	if err != nil {
		return false, err
	}
	if _, ok := c.answered[a.Message.ID]; ok {
		return false, nil
	}
	for i := range m.inbox {
		if w := &m.inbox[i]; w.Key == a.Key && w.Message.ID == a.Message.ID {
			w.Tries = max(w.Tries, a.Tries)
			return true, nil
		}
	}
	m.boxSeq++
	a.Seq = m.boxSeq
	m.inbox = append(m.inbox, a)
	return true, nil
}

// Arrivals implements Store.
func (m *Memory) Arrivals(_ context.Context, k Key, after int64, n int) (out []Arrival, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.inbox {
		if len(out) < n && a.Seq > after && (k == Key{} || a.Key == k) {
			out = append(out, a)
		}
	}
	return out, nil
}

// Pending implements Store.
func (m *Memory) Pending(_ context.Context, k Key, after int64, n int) (out []Outgoing, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range m.outbox {
		if len(out) < n && o.Seq > after && (k == Key{} || o.Key == k) {
			out = append(out, o)
		}
	}
	return out, nil
}

// Sent implements Store.
func (m *Memory) Sent(_ context.Context, ids ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outbox = slices.DeleteFunc(m.outbox, func(o Outgoing) bool { return slices.Contains(ids, o.ID) })
	return nil
}

// Due implements Store.
func (m *Memory) Due(_ context.Context, now time.Time, n int) ([]Timer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Timer
	for _, t := range m.timers {
		if !t.At.After(now) {
			out = append(out, t)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].At.Before(out[j].At) || out[i].At.Equal(out[j].At) && out[i].ID < out[j].ID
	})
	return out[:min(max(n, 0), len(out))], nil
}

// NextDue implements Store.
func (m *Memory) NextDue(context.Context) (at time.Time, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.timers {
		if !ok || t.At.Before(at) {
			at, ok = t.At, true
		}
	}
	return at, ok, nil
}

// Erase implements Store.
func (m *Memory) Erase(_ context.Context, tenant, customer string) (map[string]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	gone := map[string]int{}
	for k, c := range m.convs {
		if k.Tenant != tenant || c.customer != customer {
			continue
		}
		delete(m.convs, k)
		gone["conversations"]++
		gone["messages"] += len(c.lines)
		for th, key := range m.threads {
			if key == k {
				delete(m.threads, th)
				gone["threads"]++
			}
		}
		before := len(m.outbox)
		m.outbox = slices.DeleteFunc(m.outbox, func(o Outgoing) bool { return o.Key == k })
		gone["outbox"] += before - len(m.outbox)
		before = len(m.inbox)
		m.inbox = slices.DeleteFunc(m.inbox, func(a Arrival) bool { return a.Key == k })
		gone["inbox"] += before - len(m.inbox)
		for id, t := range m.timers {
			if t.Key == k {
				delete(m.timers, id)
				gone["timers"]++
			}
		}
		for id, t := range m.tickets {
			if id[0] == tenant && t.Conversation == k.Conversation {
				delete(m.tickets, id)
				m.order = slices.DeleteFunc(m.order, func(o [2]string) bool { return o == id })
				gone["tickets"]++
			}
		}
	}
	all := m.events
	m.events = nil
	for e := range all.after(0) {
		if e.Tenant == tenant && e.Customer == customer {
			delete(m.eventIDs, [2]string{e.Tenant, e.ID})
			gone["events"]++
			continue
		}
		m.events.append(*e)
	}
	return gone, nil
}

// eventLog is kept in pieces, so that it grows without being copied.
type eventLog [][]Event

const eventPiece = 512

func (l *eventLog) append(e Event) {
	if n := len(*l); n == 0 || len((*l)[n-1]) == eventPiece {
		*l = append(*l, make([]Event, 0, eventPiece))
	}
	last := &(*l)[len(*l)-1]
	*last = append(*last, e)
}

// after are the events behind a place, in order.
func (l eventLog) after(seq int64) iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		first := sort.Search(len(l), func(i int) bool { return l[i][len(l[i])-1].Seq > seq })
		for _, piece := range l[first:] {
			for i := range piece {
				if piece[i].Seq > seq && !yield(&piece[i]) {
					return
				}
			}
		}
	}
}

// Close implements Store.
func (m *Memory) Close() error { return nil }
