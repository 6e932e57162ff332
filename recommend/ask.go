package recommend

import "slices"

// ask is a request made ready: names looked up once, not for every item.
type ask struct {
	*Request
	u               *person // nil for an unknown visitor
	must, not, wish []test
	like, with      []*stocked
	trends          []*trend
	now             float32 // what an event of now counts as
	currency        int     // its number
	words           wordings
	budget          Reason   // of any item within it
	next            []uint32 // places of items that need what the customer has
	series          []series // of what the customer has
}

// series is a value of the attribute "series", and what the customer has of it.
type series struct {
	value uint32
	of    *stocked
}

// test is a filter with its values' numbers.
type test struct {
	*Filter
	any []uint32
}

func (x *index) tests(fs []Filter) []test {
	if len(fs) == 0 {
		return nil
	}
	out := make([]test, len(fs))
	for i := range fs {
		out[i].Filter = &fs[i]
		for _, v := range fs[i].Any {
			if n, ok := x.values[Value{fs[i].Attribute, v}]; ok {
				out[i].any = append(out[i].any, n)
			}
		}
	}
	return out
}

// passes reports whether an item passes a filter.
func (x *index) passes(it *stocked, t *test) bool {
	for _, n := range t.any {
		if slices.Contains(it.values(), n) {
			return true
		}
	}
	if t.Min == 0 && t.Max == 0 {
		return false
	}
	return slices.ContainsFunc(it.values(), func(n uint32) bool {
		return x.of[n].Attribute == t.Attribute && t.between(x.of[n].Value)
	})
}

// ready looks up what a request names.
func (s *Shelf) ready(r *Request) ask {
	x := &s.index
	segments := r.Segments
	if r.Order == Trending && len(segments) == 0 {
		segments = []string{""}
	}
	a := ask{Request: r, must: x.tests(r.Must), not: x.tests(r.Not), wish: x.tests(r.Wish),
		trends: s.learned.trends.named(segments), now: s.learned.decay.growth(s.learned.decay.newest), currency: x.currency(r.Currency)}
	a.words = s.reasons.in(r.Language)
	a.budget = a.words.budget(r)
	if r.Customer != "" {
		a.u = s.learned.users[keyed(r.Tenant, r.Customer)]
	}
	if r.Personal && a.u != nil && len(x.needed)+x.inSeries > 0 {
		s.goesOn(&a)
	}
	for _, id := range r.Like {
		if it := x.item(id); it != nil {
			a.like = append(a.like, it)
		}
	}
	for _, id := range r.GoesWith {
		if it := x.item(id); it != nil {
			a.with = append(a.with, it)
		}
	}
	return a
}

// goesOn notes what follows on what the customer has, the latest first: items that
// need it, and its series.
func (s *Shelf) goesOn(a *ask) {
	x := &s.index
	for _, f := range slices.Backward(a.u.latestOwned()) {
		it := x.numbered(f.item)
		if it == nil {
			continue
		}
		if next := x.needed[it.ID]; len(a.next) < many {
			a.next = append(a.next, next[:min(len(next), few)]...)
		}
		for _, v := range it.Attributes["series"] {
			if n := x.values[Value{"series", v}]; len(a.series) < few && !slices.ContainsFunc(a.series, func(s series) bool { return s.value == n }) {
				a.series = append(a.series, series{n, it})
			}
		}
	}
}

// affordable reports whether the price at a place is within the bounds.
func (s *Shelf) affordable(at uint32, a *ask) bool {
	if a.MinPrice <= 0 && a.MaxPrice <= 0 {
		return true
	}
	p := s.index.price(at, a.currency)
	return p > 0 && p >= a.MinPrice && (a.MaxPrice <= 0 || p <= a.MaxPrice)
}

// blocked says why an item must not be suggested; "" when it may.
func (s *Shelf) blocked(it *stocked, a *ask) string {
	if !it.simple {
		switch {
		case it.Stock <= 0:
			return "stock"
		case !a.Now.IsZero() && (a.Now.Before(it.From) || !it.Until.IsZero() && !a.Now.Before(it.Until)):
			return "validity"
		}
	}
	if !s.affordable(it.at, a) {
		return "price"
	}
	if len(a.Exclude) > 0 && slices.Contains(a.Exclude, it.ID) {
		return "excluded"
	}
	if n := len(a.Session); n > 0 && a.Session[n-1] == it.ID && !a.asks() && len(a.GoesWith) == 0 {
		return "here" // it is before them
	}
	if a.u != nil {
		switch f := a.u.fact(it.no); {
		case f.owned && !a.Owned && s.due(it, a) < dueAt:
			return "owned"
		case f.unwanted:
			return "dismissed"
		}
		if s.opts.MaxShown > 0 && !a.asks() && a.u.wasShown(it.no) >= s.opts.MaxShown {
			return "shown"
		}
	}
	for i := range a.must {
		if !s.index.passes(it, &a.must[i]) {
			return a.must[i].Attribute
		}
	}
	for i := range a.not {
		if s.index.passes(it, &a.not[i]) {
			return "not"
		}
	}
	if !it.simple && !s.mayFollow(it, a) {
		return "needs"
	}
	if s.opts.Suits != nil && !s.opts.Suits(&it.Item, a.Request) {
		return "unsuited"
	}
	return ""
}

// mayFollow reports whether the customer has what an item needs.
func (s *Shelf) mayFollow(it *stocked, a *ask) bool {
	for _, id := range it.Needs {
		no, known := s.learned.items.no[id]
		if !known || a.u == nil {
			return false
		}
		if f := a.u.fact(no); !f.owned || float64(f.mastered) < s.opts.Mastery {
			return false
		}
	}
	return true
}
