package recommend

import (
	"math"
	"slices"
)

// signals are what events say about a request: scores by item number, 0 to 1.
type signals struct {
	history, session, with scratch
	taste                  map[Value]float64
	most                   float64 // how often the most popular item is taken
}

// signals fills g for a request.
func (s *Shelf) signals(r *Request, b *board) {
	l, w, n := s.learned, &s.weights, len(s.learned.items.of)
	g := &b.signals
	g.history.reset(n)
	g.taste = nil
	g.most = float64(l.most / l.decay.growth(l.decay.newest))
	if r.Personal {
		g.taste = s.taste(r.Customer)
		l.rank(b, r.Customer, "", nil, w)
		g.history, b.sum = b.sum, g.history
	}
	l.rank(b, "", "", l.numbers(r.Session), w)
	g.session, b.sum = b.sum, g.session
	g.with.reset(n)
	for _, it := range append(l.numbers(r.GoesWith), l.numbers(r.Like)...) {
		l.basket.from(it, 1, w.Own, &g.with)
		l.together.from(it, 0.3, w.Own, &g.with)
	}
	for _, x := range []*scratch{&g.history, &g.session, &g.with} {
		top := x.top()
		for _, i := range x.touched {
			x.score[i] /= top
		}
	}
}

// scored are the parts of an item's score, each 0 to 1.
type scored struct {
	wish, words, history, session, with, like, popular, trend, taste, due float64

	liked  Value // of the item's values, the one most to the customer's taste
	listed bool  // the catalogue itself says it goes with
}

func (c *scored) total() float64 {
	return 1.5*c.wish + 1.2*c.words + 0.8*c.history + 0.6*c.session + 1.5*c.with + 1.5*c.like + 0.3*c.popular +
		0.2*c.trend + 0.5*c.taste + 1.2*c.due
}

func (s *Shelf) score(it *stocked, r *Request, g *signals, query map[string]float64) scored {
	c := scored{history: float64(g.history.score[it.no]), session: float64(g.session.score[it.no])}
	if g.most > 0 {
		c.popular = math.Log1p(s.learned.taken(it.no)) / math.Log1p(g.most)
	}
	c.trend = s.learned.trends.of(r.Segments, it.no)
	if taken := s.learned.taken(it.no); taken < 9 { // then events know better
		c.taste, c.liked = it.fits(g.taste)
		c.taste /= 1 + taken/3
	}
	c.due = min(1, s.due(it, r))
	for _, f := range r.Wish {
		if it.has(f) {
			c.wish += 1 / float64(len(r.Wish))
		}
	}
	if it.norm > 0 {
		for t, w := range query {
			if have := it.terms[t]; have > 0 {
				c.words += w * have * s.index.idf(t) / it.norm
			}
		}
	}
	for _, id := range r.GoesWith {
		of := s.index.items[id]
		if id == it.ID || of == nil {
			continue
		}
		if slices.Contains(of.GoesWith, it.ID) || slices.Contains(it.GoesWith, id) {
			c.with, c.listed = 1, true
		} else if !s.substitutes(it, r.GoesWith) {
			c.with = math.Max(c.with, 0.8*float64(g.with.score[it.no]))
		}
	}
	for _, id := range r.Like {
		if of := s.index.items[id]; of != nil && id != it.ID && of.Category == it.Category {
			c.like = math.Max(c.like, 0.2+0.5*alike(of, it)+0.3*float64(g.with.score[it.no]))
		}
	}
	return c
}

// substitutes reports whether an item is of the same kind as one of ids: who
// has one needs no other, so it is no complement.
func (s *Shelf) substitutes(it *stocked, ids []string) bool {
	return slices.ContainsFunc(ids, func(id string) bool {
		of := s.index.items[id]
		return of != nil && of.Category == it.Category
	})
}
