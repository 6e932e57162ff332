package recommend

import "slices"

// Relax explains an empty answer: it drops as little of a request as lets
// something through, and says what was dropped. First the price is widened by
// half, then one of Must is left out, the last named first, then the price, and
// then of Must as little as helps; the category always stays. Where no category is
// asked for, the price goes before any of Must: anything at all for 50 is no
// answer to something warm. What is shut out (Not, Exclude) stays so. ok is false
// when nothing helps.
func (s *Shelf) Relax(r Request) (relaxed Request, dropped []string, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := s.boards.Get().(*board)
	defer s.boards.Put(b)
	some := func(q *Request) bool {
		a := s.ready(q)
		s.whole(&a, b)
		return slices.ContainsFunc(b.pool, func(at uint32) bool {
			it := s.index.on(at)
			return it != nil && s.blocked(it, &a) == ""
		})
	}
	if some(&r) {
		return r, nil, true
	}
	priced := r.MinPrice > 0 || r.MaxPrice > 0
	near := r
	near.MinPrice, near.MaxPrice = r.MinPrice*2/3, r.MaxPrice*3/2
	if priced && some(&near) {
		return near, []string{"price"}, true
	}
	free := r
	free.MinPrice, free.MaxPrice = 0, 0
	anything := !slices.ContainsFunc(r.Must, func(f Filter) bool { return f.Attribute == "category" })
	if priced && anything && len(r.Must) > 0 && some(&free) {
		return free, []string{"price"}, true
	}
	for i := len(r.Must) - 1; i >= 0; i-- {
		if r.Must[i].Attribute == "category" {
			continue
		}
		one := r
		one.Must = slices.Delete(slices.Clone(r.Must), i, i+1)
		if some(&one) {
			return one, []string{r.Must[i].Attribute}, true
		}
	}
	if priced {
		if dropped = []string{"price"}; some(&free) {
			return free, dropped, true
		}
	}
	for i := len(free.Must) - 1; i >= 0; i-- {
		if free.Must[i].Attribute == "category" {
			continue
		}
		free.Must = slices.Delete(slices.Clone(free.Must), i, i+1)
		if some(&free) {
			return r.spare(free, dropped, some)
		}
	}
	return r, nil, false
}

// spare takes back into a relaxed request what need not have been dropped, the
// first named first, and adds to dropped what had to be.
func (r *Request) spare(free Request, dropped []string, some func(*Request) bool) (relaxed Request, all []string, ok bool) {
	kept, left := slices.Clone(free.Must), free.Must
	at, had := 0, len(dropped) // at is where in kept
	for _, f := range r.Must {
		if len(left) > 0 && f.Attribute == left[0].Attribute && slices.Equal(f.Any, left[0].Any) && f.Min == left[0].Min && f.Max == left[0].Max {
			left, at = left[1:], at+1
			continue
		}
		with := free
		with.Must = slices.Insert(slices.Clone(kept), at, f)
		if some(&with) {
			kept, at = with.Must, at+1
			continue
		}
		dropped = slices.Insert(dropped, had, f.Attribute)
	}
	free.Must = kept
	return free, dropped, true
}
