package recommend

import (
	"math"
	"slices"
)

// maxRerank is how many of the best are looked at for an answer.
const maxRerank = 50

// alike is the share of an item's attribute values that another has too.
func alike(a, b *stocked) float64 {
	same, j, these, those := 0, 0, a.attributes(), b.attributes()
	for _, n := range these {
		for j < len(those) && those[j] < n {
			j++
		}
		if j < len(those) && those[j] == n {
			same++
		}
	}
	return float64(same) / float64(max(1, len(these)))
}

// near is how much an item repeats one that is chosen already: items
// of one category do somewhat, and more with every attribute they share.
func near(chosen, it *stocked) float64 {
	if chosen.kind != it.kind {
		return 0
	}
	return 0.2 + alike(chosen, it)
}

// diversify picks n of the best by maximal marginal relevance (Carbonell &
// Goldstein 1998) over attributes, unless the price decides, and keeps
// Options.MaxPer.
func (s *Shelf) diversify(a *ask, best []candidate, n int) []candidate {
	diversity := s.opts.Diversity
	if a.Order.byPrice() {
		diversity = 0
	}
	n = min(n, len(best))
	out, given := make([]candidate, 0, n), map[Value]int{}
	for len(out) < n {
		top, at := math.Inf(-1), -1
		less := diversity / float64(max(1, len(out)))
		for i := range best {
			c := &best[i]
			if c.chosen {
				continue
			}
			v := c.score - less*c.near
			if v > top && !s.full(c.stocked, given, 0) {
				top, at = v, i
			}
		}
		if at < 0 {
			break
		}
		best[at].chosen = true
		s.give(a, best[at].stocked, given)
		out = append(out, best[at])
		for i := range best {
			if !best[i].chosen {
				best[i].near += near(best[at].stocked, best[i].stocked)
			}
		}
	}
	return out
}

// strongest are the first n of b.queue, without most of those that
// Options.MaxPer would leave out anyway.
func (s *Shelf) strongest(a *ask, b *board, n int) []candidate {
	clear(b.best)
	b.best = b.best[:0]
	given := map[Value]int{}
	for len(b.best) < n {
		x, ok := b.queue.pop()
		if !ok {
			break
		}
		if a.late() && s.blocked(x.it, a) != "" {
			continue
		}
		if !s.full(x.it, given, 10) {
			s.give(a, x.it, given)
			b.best = append(b.best, candidate{stocked: x.it, score: x.key})
		}
	}
	return b.best
}

// give counts an item's limited values, but for those the customer asked for.
func (s *Shelf) give(a *ask, it *stocked, given map[Value]int) {
	if len(s.opts.MaxPer) == 0 {
		return
	}
	for _, n := range it.values() {
		v := s.index.of[n]
		if s.opts.MaxPer[v.Attribute] > 0 && !slices.ContainsFunc(a.must, func(t test) bool { return t.Attribute == v.Attribute }) {
			given[v]++
		}
	}
}

// full reports whether as many of one of the item's limited values were given
// as may be, and spare more.
func (s *Shelf) full(it *stocked, given map[Value]int, spare int) bool {
	if len(given) == 0 {
		return false
	}
	return slices.ContainsFunc(it.values(), func(n uint32) bool {
		v := s.index.of[n]
		most := s.opts.MaxPer[v.Attribute]
		return most > 0 && given[v] >= most+spare
	})
}

// explore is diversify with the last place left to the bandit's chance.
func (s *Shelf) explore(a *ask, best []candidate, n int) []candidate {
	if n < 2 || len(best) < n || s.opts.Bandit.opts.Explore == 0 {
		return s.diversify(a, best, n)
	}
	out := s.diversify(a, best, n-1)
	given := map[Value]int{}
	for i := range out {
		s.give(a, out[i].stocked, given)
	}
	var left []candidate
	var could []Candidate
	for _, c := range best {
		if !c.chosen && !s.full(c.stocked, given, 0) {
			left = append(left, c)
			could = append(could, Candidate{c.ID, c.features})
		}
	}
	if len(left) == 0 {
		return out
	}
	choice := s.opts.Bandit.choose(could)
	last := left[choice.Chosen]
	last.choice = &choice
	return append(out, last)
}
