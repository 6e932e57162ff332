package recommend

import (
	"math"
	"slices"
)

// maxRerank is how many of the best are looked at for an answer.
const maxRerank = 50

// alike is the share of an item's attribute values that another has too.
func alike(a, b *stocked) float64 {
	same, all := 0, 0
	for attr, vs := range a.Attributes {
		for _, v := range vs {
			all++
			if slices.Contains(b.Attributes[attr], v) {
				same++
			}
		}
	}
	return float64(same) / float64(max(1, all))
}

// near is how much an item repeats one that is chosen already: items
// of one category do somewhat, and more with every attribute they share.
func near(chosen, it *stocked) float64 {
	if chosen.Category != it.Category {
		return 0
	}
	return 0.2 + alike(chosen, it)
}

// diversify picks n of the best by maximal marginal relevance (Carbonell &
// Goldstein 1998) over attributes, and keeps Options.MaxPer.
func (s *Shelf) diversify(best []candidate, n int) []candidate {
	left := slices.Clone(best)
	var out []candidate
	given := map[Value]int{}
	for len(out) < n && len(left) > 0 {
		top, at := math.Inf(-1), -1
		for i := range left {
			v := left[i].score - s.opts.Diversity*left[i].near/float64(max(1, len(out)))
			if v > top && !s.full(left[i].stocked, given, 0) {
				top, at = v, i
			}
		}
		if at < 0 {
			break
		}
		chosen := left[at]
		s.give(chosen.stocked, given)
		out = append(out, chosen)
		left = slices.Delete(left, at, at+1)
		for i := range left {
			left[i].near += near(chosen.stocked, left[i].stocked)
		}
	}
	return out
}

// strongest are the first n of all, without most of those that Options.MaxPer
// would leave out anyway.
func (s *Shelf) strongest(all []ranked, n int) []candidate {
	out := make([]candidate, 0, min(n, len(all)))
	given := map[Value]int{}
	for _, x := range all {
		if len(out) == n {
			break
		}
		if !s.full(x.it, given, 10) {
			s.give(x.it, given)
			out = append(out, candidate{stocked: x.it, score: x.score})
		}
	}
	return out
}

func (s *Shelf) give(it *stocked, given map[Value]int) {
	for attr := range s.opts.MaxPer {
		for _, v := range it.values[attr] {
			given[Value{attr, v}]++
		}
	}
}

// full reports whether as many of one of the item's limited values were given
// as may be, and spare more.
func (s *Shelf) full(it *stocked, given map[Value]int, spare int) bool {
	for attr, most := range s.opts.MaxPer {
		for _, v := range it.values[attr] {
			if most > 0 && given[Value{attr, v}] >= most+spare {
				return true
			}
		}
	}
	return false
}

// explore is diversify with the last place left to the bandit's chance.
func (s *Shelf) explore(best []candidate, n int) []candidate {
	if n < 2 || len(best) < n || s.opts.Bandit.opts.Explore == 0 {
		return s.diversify(best, n)
	}
	out := s.diversify(best, n-1)
	given := map[Value]int{}
	for i := range out {
		s.give(out[i].stocked, given)
	}
	var left []candidate
	var could []Candidate
	for _, c := range best {
		chosen := slices.ContainsFunc(out, func(o candidate) bool { return o.stocked == c.stocked })
		if !chosen && !s.full(c.stocked, given, 0) {
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
