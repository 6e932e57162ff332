package recommend

import "math"

// Caps on what is learned.
const (
	maxHistory = 30   // latest items of a customer that a new one is paired with
	maxSteps   = 10   // items before it that a new one follows
	maxSeen    = 1000 // items kept for a customer
	maxBasket  = 100  // items of a basket that are paired
)

// userDamp is the power of a customer's items that divides each of their
// pairs: who takes everything says little about what belongs together.
const userDamp = 0.6

// learned is what events taught. Its owner locks it.
type learned struct {
	items    *numbers
	together pairs   // by customer
	next     pairs   // directed: what followed what
	basket   pairs   // bought at once
	visits   *visits // latest sessions
	alike    *visits // customers as sessions: their latest items
	popular  []float32
	known    map[string]struct{} // event ids
	users    map[string]*trail
	baskets  map[string][]uint32
}

// trail is the latest items of a customer, each once, latest last.
type trail struct {
	items  []uint32
	bought map[uint32]bool
}

func newLearned() *learned {
	return &learned{items: newNumbers(), visits: newVisits(), alike: newVisits(), known: map[string]struct{}{}, users: map[string]*trail{}, baskets: map[string][]uint32{}}
}

// numbers are those of the ids that are known.
func (l *learned) numbers(ids []string) []uint32 {
	out := make([]uint32, 0, len(ids))
	for _, id := range ids {
		if i, ok := l.items.no[id]; ok {
			out = append(out, i)
		}
	}
	return out
}

// taken is how often an item was taken, by strength.
func (l *learned) taken(item uint32) float64 {
	if int(item) >= len(l.popular) {
		return 0
	}
	return float64(l.popular[item])
}

// strength of a kind of event; 0 teaches nothing.
func strength(kind string) float32 {
	switch kind {
	case "purchased":
		return 1
	case "carted":
		return 0.6
	case "clicked":
		return 0.4
	case "viewed":
		return 0.3
	}
	return 0
}

func (l *learned) record(e *Event) {
	if e.ID != "" {
		if _, dup := l.known[e.ID]; dup {
			return
		}
		l.known[e.ID] = struct{}{}
	}
	if e.Kind == "refunded" && e.Customer != "" {
		if u := l.users[e.Customer]; u != nil {
			delete(u.bought, l.items.no[e.Item])
		}
		return
	}
	w := strength(e.Kind)
	if w == 0 || e.Item == "" {
		return
	}
	item := l.items.add(e.Item)
	for int(item) >= len(l.popular) {
		l.popular = append(l.popular, 0)
	}
	l.popular[item] += w
	if e.Customer != "" {
		l.byCustomer(e, item, w)
	}
	if e.Session != "" {
		l.bySession(e.Session, item, w)
	}
	if e.Basket != "" && e.Kind == "purchased" {
		l.byBasket(e.Basket, item)
	}
}

func (l *learned) byCustomer(e *Event, item uint32, w float32) {
	u := l.users[e.Customer]
	if u == nil {
		u = &trail{}
		l.users[e.Customer] = u
	}
	if e.Kind == "purchased" {
		if u.bought == nil {
			u.bought = map[uint32]bool{}
		}
		u.bought[item] = true
	}
	for _, it := range u.items {
		if it == item {
			return
		}
	}
	l.together.count(item, w)
	n := len(u.items)
	damp := w / float32(math.Pow(float64(n+1), userDamp))
	for _, other := range u.items[max(0, n-maxHistory):] {
		l.together.add(item, other, damp)
		l.together.add(other, item, damp)
	}
	if n == maxSeen {
		u.items = append(u.items[:0], u.items[1:]...)
	}
	u.items = append(u.items, item)
	l.alike.add(e.Customer, item)
}

func (l *learned) bySession(key string, item uint32, w float32) {
	l.next.count(item, w)
	if s := l.visits.of(key); s != nil {
		for back := range min(maxSteps, len(s.items)) {
			if other := s.items[len(s.items)-1-back]; other != item {
				l.next.add(other, item, w/float32(back+1))
			}
		}
	}
	l.visits.add(key, item)
}

func (l *learned) byBasket(key string, item uint32) {
	b := l.baskets[key]
	l.basket.count(item, 1)
	for _, other := range b {
		if other != item {
			l.basket.add(item, other, 1)
			l.basket.add(other, item, 1)
		}
	}
	if len(b) < maxBasket {
		l.baskets[key] = append(b, item)
	}
}
