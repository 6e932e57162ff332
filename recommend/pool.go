package recommend

import "slices"

// A request looks at all items that may pass its filters, unless they are more
// than wide: then at those that something speaks for, most of all what events
// say of the customer and the session, and few of each other kind.
const (
	wide = 1000
	many = 80
	few  = 40
)

// pool fills b.pool with the places worth looking at; all reports that nothing
// else can be suggested.
func (s *Shelf) pool(a *ask, b *board) (all bool) {
	x, l := &s.index, s.learned
	b.pool = b.pool[:0]
	switch {
	case len(a.Like) > 0:
		for _, it := range a.like {
			b.pool = append(b.pool, x.by[it.kind]...)
		}
		b.settle()
		return true
	case len(a.GoesWith) > 0:
		b.numbers(s, b.signals.with.strongest(2*many))
		for _, it := range a.with {
			b.pool = append(b.pool, x.listed[it.ID]...)
			for _, id := range it.GoesWith {
				if at, held := x.items[id]; held {
					b.pool = append(b.pool, at)
				}
			}
		}
		b.settle()
		return true
	}
	if places, ok := x.rarest(a.Must); a.Order != ByFit || ok && len(places) <= wide || len(x.items) <= wide {
		s.whole(a, b)
		return true
	}
	most := max(many, 4*a.N)
	fit := b.signals.history.strongest(most)
	b.numbers(s, fit)
	b.numbers(s, b.signals.session.strongest(most))
	fresh := few / 2
	if len(fit) < few { // else what everybody takes is among it, or behind it
		b.numbers(s, l.top.items)
		fresh = few
	}
	for _, t := range a.trends {
		b.numbers(s, t.top.items)
	}
	b.pool = append(b.pool, b.words.strongest(most)...)
	for i := range a.wish {
		for _, n := range a.wish[i].any {
			b.pool = append(b.pool, x.by[n][max(0, len(x.by[n])-many):]...)
		}
	}
	for _, of := range a.series {
		b.pool = append(b.pool, x.by[of.value][max(0, len(x.by[of.value])-few):]...)
	}
	b.pool = append(b.pool, a.next...)
	for i, n := range b.signals.liked() { // the latest, of the best liked the most
		b.pool = append(b.pool, x.by[n][max(0, len(x.by[n])-fresh>>i):]...)
	}
	for at := max(0, len(x.place)-fresh); at < len(x.place); at++ {
		b.pool = append(b.pool, uint32(at))
	}
	b.settle()
	return false
}

// liked are the six values most to the customer's taste, the best first.
func (g *signals) liked() []uint32 {
	most := make([]uint32, 0, 7)
	for _, n := range g.taste.touched {
		at := len(most)
		for at > 0 && g.taste.score[n] > g.taste.score[most[at-1]] {
			at--
		}
		if at < 6 {
			most = slices.Insert(most, at, n)
			most = most[:min(6, len(most))]
		}
	}
	return most
}

// whole fills b.pool with all that may pass the filters.
func (s *Shelf) whole(a *ask, b *board) {
	places, ok := s.index.rarest(a.Must)
	b.pool = append(b.pool[:0], places...)
	if !ok {
		for at := range s.index.place {
			b.pool = append(b.pool, uint32(at))
		}
	}
}

// numbers adds the places of item numbers to the pool.
func (b *board) numbers(s *Shelf, items []uint32) {
	nos := s.index.nos
	for _, no := range items {
		if int(no) < len(nos) && nos[no] != 0 {
			b.pool = append(b.pool, nos[no]-1)
		}
	}
}

// settle leaves every place once.
func (b *board) settle() {
	b.picked.reset(b.places)
	kept := b.pool[:0]
	for _, at := range b.pool {
		if b.picked.score[at] == 0 {
			b.picked.add(at, 1)
			kept = append(kept, at)
		}
	}
	b.pool = kept
}

// ranked is an item that may be suggested, and what puts it before another.
type ranked struct {
	it  *stocked
	key float64
}

func (x ranked) before(y ranked, latest bool) bool {
	if x.key != y.key {
		return x.key > y.key
	}
	return (x.it.at < y.it.at) != latest
}

// queue gives ranked items one by one, the first first: it sorts only as far as
// it is asked.
type queue struct {
	all    []ranked
	latest bool // of two alike, the one that was put later
}

func (q *queue) fix(i int) {
	for {
		c := 2*i + 1
		if c >= len(q.all) {
			return
		}
		if c+1 < len(q.all) && q.all[c+1].before(q.all[c], q.latest) {
			c++
		}
		if !q.all[c].before(q.all[i], q.latest) {
			return
		}
		q.all[i], q.all[c] = q.all[c], q.all[i]
		i = c
	}
}

func (q *queue) start() {
	for i := len(q.all)/2 - 1; i >= 0; i-- {
		q.fix(i)
	}
}

func (q *queue) pop() (ranked, bool) {
	n := len(q.all) - 1
	if n < 0 {
		return ranked{}, false
	}
	first := q.all[0]
	q.all[0] = q.all[n]
	q.all = q.all[:n]
	q.fix(0)
	return first, true
}

// late reports that few items of the pool are likely to be blocked: then only the
// best are looked at, when they come from the queue.
func (a *ask) late() bool {
	return len(a.must) == 0 && a.Order == ByFit && len(a.GoesWith)+len(a.Like) == 0
}

// tiredOf is what counts against an item that was shown as often as may be, where
// nothing speaks for it.
const tiredOf = 1e-3

// allowed fills b.queue with the items of the pool that pass, in the order
// asked for.
func (s *Shelf) allowed(a *ask, b *board) {
	b.queue.all, b.queue.latest = b.queue.all[:0], a.Order == Newest
	if len(b.pool) <= wide {
		for _, at := range b.pool { // as in pairs.fetch
			b.fetched += s.index.place[at].no + uint32(s.index.price(at, a.currency))
		}
		popular := s.learned.popular
		for _, at := range b.pool {
			if no := s.index.place[at].no; int(no) < len(popular) {
				b.fetched += uint32(popular[no])
			}
		}
	}
	var sc scored
	for _, at := range b.pool {
		if !s.affordable(at, a) { // before the item is looked at: this is most of what filters do
			continue
		}
		it := s.index.on(at)
		if it == nil || !a.late() && s.blocked(it, a) != "" {
			continue
		}
		var key float64
		if a.Order == ByFit || len(a.GoesWith)+len(a.Like) > 0 {
			s.score(&sc, it, a, b)
			if len(a.GoesWith) > 0 && sc.with == 0 || len(a.Like) > 0 && sc.like == 0 {
				continue
			}
			key = sc.total()
		}
		ok := true
		switch a.Order {
		case Dearest:
			key = float64(s.index.price(it.at, a.currency))
			ok = key > 0
		case Cheapest:
			key = -float64(s.index.price(it.at, a.currency))
			ok = key < 0
		case Newest:
			key = float64(it.From.Unix())
		case Trending:
			key = trending(a.trends, it.no, a.Now)
			ok = key > 0
		}
		if !ok {
			continue
		}
		if s.opts.MaxShown > 0 && a.u != nil && !a.asks() { // who saw it often is tired of it
			tired := float64(a.u.wasShown(it.no)) / float64(s.opts.MaxShown)
			key = key/(1+tired) - tired*tiredOf
		}
		b.queue.all = append(b.queue.all, ranked{it, key})
	}
	b.queue.start()
}
