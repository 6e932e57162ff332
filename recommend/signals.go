package recommend

import (
	"math"
	"sort"
)

// Caps on what is learned.
const (
	maxHistory = 30   // latest items of a customer that new ones are paired with
	maxRow     = 300  // partners kept for an item
	maxSession = 20   // latest items of a session
	maxSeen    = 1000 // items kept for a customer
)

// The exponents of co-occurrence: a pair counts 1/n^0.6 for a customer with n
// items, and a score is divided by the items' own counts.
const (
	userDamp   = 0.6
	ownDamp    = 0.6
	targetDamp = 0.3
)

// pairs counts items that belong together.
type pairs struct {
	row  map[string]map[string]float32
	seen map[string]float32 // how often an item was part of anything
}

func newPairs() *pairs {
	return &pairs{row: map[string]map[string]float32{}, seen: map[string]float32{}}
}

func (p *pairs) add(a, b string, w float32) {
	r := p.row[a]
	if r == nil {
		r = map[string]float32{}
		p.row[a] = r
	}
	r[b] += w
	if len(r) > 2*maxRow {
		prune(r)
	}
}

// prune keeps the strongest partners.
func prune(r map[string]float32) {
	type kv struct {
		k string
		v float32
	}
	all := make([]kv, 0, len(r))
	for k, v := range r {
		all = append(all, kv{k, v})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].v > all[j].v || all[i].v == all[j].v && all[i].k < all[j].k })
	for _, x := range all[maxRow:] {
		delete(r, x.k)
	}
}

// from adds to scores what goes with an item.
func (p *pairs) from(item string, weight float64, scores map[string]float64) {
	own := math.Pow(float64(max(1, p.seen[item])), ownDamp)
	for other, c := range p.row[item] {
		scores[other] += weight * float64(c) / (own * math.Pow(float64(max(1, p.seen[other])), targetDamp))
	}
}

// learned is what events taught. Its owner locks it.
type learned struct {
	together *pairs // by customer
	next     *pairs // by session, directed
	basket   *pairs // bought at once
	popular  map[string]float64
	known    map[string]struct{} // event ids
	users    map[string]*trail
	sessions map[string]*trail
	baskets  map[string][]string
}

// trail is the latest items of a customer or session, latest last.
type trail struct {
	items  []string
	bought map[string]bool
	seen   map[string]bool
}

func newLearned() *learned {
	return &learned{together: newPairs(), next: newPairs(), basket: newPairs(), popular: map[string]float64{},
		known: map[string]struct{}{}, users: map[string]*trail{}, sessions: map[string]*trail{}, baskets: map[string][]string{}}
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
			delete(u.bought, e.Item)
		}
		return
	}
	w := strength(e.Kind)
	if w == 0 || e.Item == "" {
		return
	}
	l.popular[e.Item] += float64(w)
	if e.Customer != "" {
		u := get(l.users, e.Customer)
		if !u.seen[e.Item] {
			l.together.seen[e.Item]++
			n := len(u.items)
			damp := w / float32(math.Pow(float64(n+1), userDamp))
			for _, other := range u.items[max(0, n-maxHistory):] {
				l.together.add(e.Item, other, damp)
				l.together.add(other, e.Item, damp)
			}
			u.push(e.Item, maxSeen)
		}
		if e.Kind == "purchased" {
			u.bought[e.Item] = true
		}
	}
	if e.Session != "" {
		s := get(l.sessions, e.Session)
		n := len(s.items)
		l.next.seen[e.Item]++
		for i, other := range s.items[max(0, n-5):] {
			if other != e.Item {
				l.next.add(other, e.Item, w/float32(min(n, 5)-i))
			}
		}
		s.push(e.Item, maxSession)
	}
	if e.Basket != "" && e.Kind == "purchased" {
		b := l.baskets[e.Basket]
		l.basket.seen[e.Item]++
		for _, other := range b {
			if other != e.Item {
				l.basket.add(e.Item, other, 1)
				l.basket.add(other, e.Item, 1)
			}
		}
		if len(b) < 100 {
			l.baskets[e.Basket] = append(b, e.Item)
		}
	}
}

func get(m map[string]*trail, key string) *trail {
	t := m[key]
	if t == nil {
		t = &trail{bought: map[string]bool{}, seen: map[string]bool{}}
		m[key] = t
	}
	return t
}

func (t *trail) push(item string, limit int) {
	t.items = append(t.items, item)
	t.seen[item] = true
	if len(t.items) > limit {
		delete(t.seen, t.items[0])
		t.items = append([]string(nil), t.items[1:]...)
	}
}

// Scored is an id and its score.
type Scored struct {
	Item  string
	Score float64
}

// Rank ranks ids by events alone: what goes with a customer's history, and
// with a session's items by the customer's own step. Ids already in either are
// left out unless seen is true. It needs no catalogue.
func (s *Shelf) Rank(customer string, session []string, n int, seen bool) []Scored {
	s.mu.RLock()
	defer s.mu.RUnlock()
	scores := map[string]float64{}
	skip := map[string]bool{}
	if u := s.learned.users[customer]; customer != "" && u != nil {
		for _, it := range u.items {
			s.learned.together.from(it, 1, scores)
			skip[it] = true
		}
	}
	for i, it := range session {
		age := float64(len(session) - i)
		s.learned.next.from(it, 1/age, scores)
		s.learned.together.from(it, 0.2/age, scores)
		s.learned.basket.from(it, 1, scores)
		skip[it] = true
	}
	out := make([]Scored, 0, len(scores))
	for id, v := range scores {
		if seen || !skip[id] {
			out = append(out, Scored{id, v})
		}
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].Score > out[j].Score || out[i].Score == out[j].Score && out[i].Item < out[j].Item
	})
	return out[:min(n, len(out))]
}
