package profile

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Store keeps customers. *Book is the one in memory; profiletest.Run is the
// conformance suite.
type Store interface {
	// Customer returns the customer who has an identity. An unknown one gets a
	// new customer with the id NewID gives; it is stored with its first event.
	Customer(ctx context.Context, tenant string, id Identity) (Customer, error)
	// Record folds events into a customer, each once by its ID.
	Record(ctx context.Context, tenant, customer string, events ...Event) error
}

// Book is a Store in memory. It is safe for concurrent use.
//
// A verified identity joins every customer who holds it: they read as one, by
// the id of the one known first, as long as the identity is not taken away by
// an Unlinked event. An unverified identity never joins.
type Book struct {
	mu      sync.RWMutex
	tenants map[string]*shelf
}

type shelf struct {
	byID  map[string]*entry
	order []*entry // by first event
	holds map[string][]*entry
}

type entry struct {
	id     string
	n      int // place in order
	events []Event
	seen   map[string]bool
}

// NewBook returns an empty book.
func NewBook() *Book { return &Book{tenants: map[string]*shelf{}} }

func key(id Identity) string { return id.Kind + "\x00" + id.Value }

// Customer implements Store.
func (b *Book) Customer(_ context.Context, tenant string, id Identity) (Customer, error) {
	if id.Kind == "" || id.Value == "" {
		return Customer{}, fmt.Errorf("profile: an identity needs Kind and Value, got %q and %q", id.Kind, id.Value)
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	fresh := Customer{ID: NewID(tenant, id), Tenant: tenant}
	s := b.tenants[tenant]
	if s == nil {
		return fresh, nil
	}
	var best *entry
	for _, e := range s.holds[key(id)] {
		own := e.fold(Customer{ID: e.id, Tenant: tenant})
		if own.Has(id, id.Kind != "thread") && (best == nil || e.n < best.n) {
			best = e
		}
	}
	if best == nil {
		if e := s.byID[fresh.ID]; e != nil {
			best = e
		} else {
			return fresh, nil
		}
	}
	return s.whole(tenant, best), nil
}

// Get returns a customer by id, with all that is joined to it; ok is false
// when nothing is known of it.
func (b *Book) Get(tenant, customer string) (c Customer, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	s := b.tenants[tenant]
	if s == nil || s.byID[customer] == nil {
		return Customer{}, false
	}
	return s.whole(tenant, s.byID[customer]), true
}

func (e *entry) fold(c Customer) Customer {
	for _, ev := range e.events {
		c.Apply(ev)
	}
	return c
}

// group is everyone joined to an entry by verified identities, first known first.
func (s *shelf) group(e *entry) []*entry {
	group := []*entry{e}
	for i := 0; i < len(group); i++ {
		own := group[i].fold(Customer{})
		for _, id := range own.Identities {
			if !id.Verified {
				continue
			}
			for _, other := range s.holds[key(id)] {
				if slices.Contains(group, other) {
					continue
				}
				if theirs := other.fold(Customer{}); theirs.Has(id, true) {
					group = append(group, other)
				}
			}
		}
	}
	slices.SortFunc(group, func(a, b *entry) int { return a.n - b.n })
	return group
}

func (s *shelf) whole(tenant string, e *entry) Customer {
	group := s.group(e)
	c := Customer{ID: group[0].id, Tenant: tenant}
	for _, g := range group {
		c = g.fold(c)
	}
	return c
}

// Record implements Store.
func (b *Book) Record(_ context.Context, tenant, customer string, events ...Event) error {
	if customer == "" {
		return fmt.Errorf("profile: Record: the customer's id is empty")
	}
	for i, e := range events {
		if e.ID == "" {
			return fmt.Errorf("profile: Record: event %d has no ID: give it one, so that it counts once", i)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.tenants[tenant]
	if s == nil {
		s = &shelf{byID: map[string]*entry{}, holds: map[string][]*entry{}}
		b.tenants[tenant] = s
	}
	e := s.byID[customer]
	if e == nil {
		if len(events) == 0 {
			return nil
		}
		e = &entry{id: customer, n: len(s.order), seen: map[string]bool{}}
		s.byID[customer] = e
		s.order = append(s.order, e)
	}
	for _, ev := range events {
		if e.seen[ev.ID] {
			continue
		}
		e.seen[ev.ID] = true
		e.events = append(e.events, ev)
		if ev.Identity != nil {
			if k := key(*ev.Identity); !slices.Contains(s.holds[k], e) {
				s.holds[k] = append(s.holds[k], e)
			}
		}
	}
	return nil
}

// Erase removes a customer and everyone joined to it.
func (b *Book) Erase(_ context.Context, tenant, customer string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.tenants[tenant]
	if s == nil || s.byID[customer] == nil {
		return nil
	}
	for _, e := range s.group(s.byID[customer]) {
		delete(s.byID, e.id)
		for k, es := range s.holds {
			if es = slices.DeleteFunc(es, func(x *entry) bool { return x == e }); len(es) == 0 {
				delete(s.holds, k)
			} else {
				s.holds[k] = es
			}
		}
	}
	return nil
}
