package recommend

import (
	"cmp"
	"math"
	"slices"
)

// Weights say how much each structure speaks, and how their counts are damped.
// They are chosen by [Replay.Tune] on a host's own log; the defaults serve a shop.
type Weights struct {
	Together float64 // items taken by the same customers
	// Alike is for customers with a like history, of who has at most forty items:
	// more say enough by themselves.
	Alike float64
	// Ridge is for what Shelf.Fit found. Where that speaks, Together counts for
	// Beside of its weight; at 0 only items that came since speak by it.
	Ridge, Beside float64
	Sessions      float64 // sessions like this one
	Next          float64 // what followed the items of this session
	Walk          float64 // what followed what followed them
	Ahead         float64 // what Shelf.Fit found to come after them
	// Again is for what the session holds already, where that may come again: how
	// often that is so the events say themselves.
	Again float64
	// Kin is for items that share attributes with those of the session, as far as
	// those at hand are little known; for Shelf.Rank, of a shelf with a catalogue.
	Kin     float64
	Basket  float64 // bought at once
	Baskets float64 // baskets like this one
	Along   float64 // what Shelf.Fit found to be bought with them
	// Habit is for what a customer takes again and again, where that may come
	// again; it fades by Fade of their events, 0 for never.
	Habit, Fade float64
	// Own and Target are the powers of the two items' counts that divide a pair.
	Own, Target float64
	Goods       float64 // Target of what is bought at once
	Rare        float64 // the power of an item's count that divides what alike customers hold
	// Recent is the e-folding of history items by steps back; 0 weighs all alike.
	Recent float64
	Visits VisitWeights // of sessions
	Tastes Likeness     // of customers and baskets
}

// DefaultWeights are those of a nil Options.Weights.
func DefaultWeights() Weights {
	return Weights{Together: 0.12, Alike: 0.3, Ridge: 0.12, Beside: 0.5, Sessions: 1, Next: 0.1, Walk: 0.1, Again: 0.5, Kin: 0.5, Basket: 1, Baskets: 2, Along: 1, Habit: 0.45, Fade: 200, Own: 0.7, Target: 0.4, Goods: 0.15, Rare: 0.3,
		Visits: VisitWeights{Likeness: Likeness{Step: 2, IDF: 2, Len: 0.2, Neighbours: 500}, Near: 5, Age: 1, Before: 0.6},
		Tastes: Likeness{Step: 30, IDF: 1.5, Len: 0.5, Neighbours: 200}}
}

// board is the working space of one ranking.
type board struct {
	sum, part, like, now, skip scratch
	chosen, mine               marks // items the first structure chose, and those at hand
	own, target, rare, goods   power
	logs                       logarithm
	visits, alike, baskets     lens
	signals                    signals
	words, picked              scratch // by place
	places                     int
	pool, kept                 []uint32
	queue                      queue
	best                       []candidate
	fetched                    uint32 // of no meaning: what was read ahead, so that it is read
}

// faint is the share of a part's highest score below which it says nothing.
const faint = 1.0 / 64

// mix adds a part to the sum, by its weight over top, its highest score, and
// empties it; it reports whether the part said anything.
func (b *board) mix(weight float64, top float32) bool {
	if top <= 0 || weight <= 0 {
		return false
	}
	f, least := float32(weight)/top, top*faint
	part, sum, n := b.part.score, b.sum.score, len(b.sum.touched)
	touched := slices.Grow(b.sum.touched, len(b.part.touched))[:n+len(b.part.touched)]
	for _, i := range b.part.touched {
		was, more := sum[i], f*above(part[i], least)
		part[i] = 0 // nor is it added twice if it was touched twice
		sum[i] = was + more
		touched[n] = i
		n += first(was, more)
	}
	b.sum.touched = touched[:n]
	b.part.touched = b.part.touched[:0]
	return true
}

// freshest are how many of a customer's latest items are looked at for what came
// since the last Fit, freshShare what those say beside what it found.
const (
	freshest   = 5
	freshShare = 0.5
)

// speaking are how many of a customer's latest items are looked at, enough how
// many of their own make what customers like them took tell nothing more. Of many
// items only the strongest partners speak, about said in all, saidFitted of what
// Fit found, but leastSaid of each. Chosen on validation parts of gowalla and
// lastfm: none of them costs accuracy, and all bound the time.
const (
	speaking   = 100
	enough     = 40
	said       = 500
	saidFitted = 3000
	leastSaid  = 8
)

// history adds what speaks for items by what a customer took.
func (l *learned) history(b *board, u *person, customer string, w *Weights) {
	n, took, together, alike := len(l.items.of), u.kept(b.kept), w.Together, w.Alike
	items := took
	if u.rejects {
		b.kept = took
	}
	if w.Ridge > 0 && l.fitted != nil {
		b.part.reset(n)
		most := max(leastSaid, saidFitted/max(1, len(items)))
		for _, it := range items {
			says(l.fitted.with, it, 1, most, &b.part)
		}
		if b.mix(w.Ridge, b.part.top()) {
			if together *= w.Beside; w.Beside <= 0 {
				items, together = l.fitted.unknown(items), freshShare*w.Ridge
			}
		}
	}
	if together > 0 && len(items) > 0 {
		b.part.reset(n)
		items := items[max(0, len(items)-speaking):]
		most := max(leastSaid, said/len(items))
		b.fetched += l.together.fetch(items, most)
		for back := range items {
			f := 1.0
			if w.Recent > 0 {
				f = math.Exp(-float64(back) / w.Recent)
			}
			l.together.from(items[len(items)-1-back], float32(f), most, b.own.set(w.Own), &b.part)
		}
		b.mix(together, l.together.damp(b.target.set(w.Target), &b.part))
	}
	if alike > 0 && len(took) <= enough {
		b.part.reset(n)
		l.alike.held(took, customer, &w.Tastes, &b.alike, b, b.only(n), &b.part)
		b.mix(alike, l.together.damp(b.rare.set(w.Rare), &b.part))
	}
}

// chosen is how many items the first structure of a customer's history chooses
// for the others to judge.
const chosen = 200

// only are the highest of b.sum, nil while they are few.
func (b *board) only(n int) *marks {
	if len(b.sum.touched) <= chosen {
		return nil
	}
	b.chosen.reset(n)
	for _, i := range b.sum.strongest(chosen) {
		b.chosen.add(i)
	}
	return &b.chosen
}

// rank fills b.sum with the scores of items for a customer and a session.
// again says that what was taken before may come again.
func (l *learned) rank(b *board, customer, own string, session []uint32, again bool, w *Weights) {
	n := len(l.items.of)
	b.sum.reset(n)
	if u := l.users[customer]; customer != "" && u != nil {
		l.history(b, u, customer, w)
		if again {
			b.part.reset(n)
			for i, h := range u.again {
				f := h.count
				if w.Fade > 0 {
					f *= float32(math.Exp(-float64(u.steps-h.last) / w.Fade))
				}
				b.part.add(u.items[i], f)
			}
			b.mix(w.Habit, b.part.top())
		}
	}
	if len(session) > 0 {
		if w.Sessions > 0 {
			b.part.reset(n)
			l.visits.from(session, own, &w.Visits, &b.visits, b, &b.part)
			b.mix(w.Sessions, b.part.top())
		}
		if w.Next > 0 {
			b.part.reset(n)
			for back := range min(len(session), maxSteps) {
				l.next.from(session[len(session)-1-back], float32(math.Exp(-float64(back)/w.Visits.Step)), rowTop, b.own.set(w.Own), &b.part)
			}
			b.mix(w.Next, l.next.damp(b.target.set(w.Target), &b.part))
		}
		if w.Walk > 0 {
			b.part.reset(n)
			for back := range min(len(session), walkFrom) {
				l.next.walk(session[len(session)-1-back], float32(math.Exp(-float64(back)/w.Visits.Step)), b.own.set(w.Own), &b.part)
			}
			b.mix(w.Walk, l.next.damp(b.target.set(w.Target), &b.part))
		}
		if w.Ahead > 0 && l.fitted != nil {
			b.part.reset(n)
			for back := range min(len(session), maxSteps) {
				says(l.fitted.after, session[len(session)-1-back], float32(math.Exp(-float64(back)/stepPast)), math.MaxInt, &b.part)
			}
			b.mix(w.Ahead, b.part.top())
		}
		if again && w.Again > 0 {
			l.repeats.from(session, w.Again, &b.sum)
		}
		if w.Basket > 0 {
			b.part.reset(n)
			for _, it := range session {
				l.basket.from(it, 1, rowTop, b.own.set(w.Own), &b.part)
			}
			b.mix(w.Basket, l.basket.damp(b.goods.set(w.Goods), &b.part))
		}
		if w.Along > 0 && l.fitted != nil {
			b.part.reset(n)
			for _, it := range session {
				says(l.fitted.bought, it, 1, math.MaxInt, &b.part)
			}
			b.mix(w.Along, b.part.top())
		}
		if w.Baskets > 0 {
			b.part.reset(n)
			l.baskets.held(session, "", &w.Tastes, &b.baskets, b, nil, &b.part)
			b.mix(w.Baskets, l.basket.damp(b.goods.set(w.Goods), &b.part))
		}
	}
}

// Scored is an id and its score.
type Scored struct {
	Item  string
	Score float64
}

// Rank ranks ids by events, and by the attributes a session's items share with
// others: what goes with a customer's history, and what comes next in a session
// (ids, latest last). Ids already in either are left out unless seen is true. It
// needs no catalogue, and filters by nothing.
func (s *Shelf) Rank(customer string, session []string, n int, seen bool) []Scored {
	s.mu.RLock()
	defer s.mu.RUnlock()
	l := s.learned
	b := s.boards.Get().(*board)
	defer s.boards.Put(b)
	now := l.numbers(session)
	l.rank(b, customer, "", now, seen, &s.weights)
	s.kin(b, now, &s.weights)
	b.skip.reset(len(l.items.of))
	if !seen {
		if u := l.users[customer]; customer != "" && u != nil {
			for _, i := range u.items {
				b.skip.add(i, 1)
			}
		}
		for _, i := range now {
			b.skip.add(i, 1)
		}
	}
	return l.best(b, n)
}

// best are the n highest of b.sum that are not to be skipped, ties by id.
func (l *learned) best(b *board, n int) []Scored {
	worse := func(x, y cell) int {
		if x.w != y.w {
			return cmp.Compare(x.w, y.w)
		}
		return cmp.Compare(l.items.of[y.item], l.items.of[x.item])
	}
	var top []cell
	for _, i := range b.sum.touched {
		if b.skip.score[i] > 0 {
			continue
		}
		c := cell{i, b.sum.score[i]}
		if len(top) < n {
			top = append(top, c)
			if len(top) == n {
				slices.SortFunc(top, worse)
			}
			continue
		}
		if n == 0 || c.w < top[0].w || worse(c, top[0]) <= 0 { // most of them
			continue
		}
		at, _ := slices.BinarySearchFunc(top, c, worse)
		copy(top, top[1:at])
		top[at-1] = c
	}
	slices.SortFunc(top, func(x, y cell) int { return worse(y, x) })
	out := make([]Scored, len(top))
	for i, c := range top {
		out[i] = Scored{l.items.of[c.item], float64(c.w)}
	}
	return out
}
