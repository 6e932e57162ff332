package recommend

import (
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// signals are what events say about a request: scores by item number, 0 to 1.
type signals struct {
	history, session, with scratch
	popular                float64 // of the most popular item
}

// signals fills g for a request.
func (s *Shelf) signals(r *Request, b *board) {
	l, w, n := s.learned, &s.weights, len(s.learned.items.of)
	g := &b.signals
	g.history.reset(n)
	if r.Personal {
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
	g.popular = 0
	for _, v := range l.popular {
		g.popular = math.Max(g.popular, float64(v))
	}
	for _, x := range []*scratch{&g.history, &g.session, &g.with} {
		top := x.top()
		for _, i := range x.touched {
			x.score[i] /= top
		}
	}
}

func (s *Shelf) query(t string) map[string]float64 {
	q := map[string]float64{}
	sum := 0.0
	for _, term := range text.Terms(text.Cut(t, 1000)) {
		if w, ok := s.idf[term]; ok && q[term] == 0 {
			q[term] = w
			sum += w * w
		}
	}
	for k := range q {
		q[k] /= math.Sqrt(sum)
	}
	return q
}

// scored are the parts of an item's score, each 0 to 1.
type scored struct {
	wish, words, history, session, with, like, popular float64
	listed                                             bool // the catalogue itself says it goes with
}

func (c *scored) total() float64 {
	return 1.5*c.wish + 1.2*c.words + 0.8*c.history + 0.6*c.session + 1.5*c.with + 1.5*c.like + 0.3*c.popular
}

func (s *Shelf) score(it *stocked, r *Request, g *signals, query map[string]float64) scored {
	c := scored{history: float64(g.history.score[it.no]), session: float64(g.session.score[it.no])}
	if g.popular > 0 {
		c.popular = math.Log1p(s.learned.taken(it.no)) / math.Log1p(g.popular)
	}
	for _, f := range r.Wish {
		if it.Has(f) {
			c.wish += 1 / float64(len(r.Wish))
		}
	}
	if it.norm > 0 {
		for t, w := range query {
			c.words += w * it.terms[t] * s.idf[t] / it.norm
		}
	}
	for _, id := range r.GoesWith {
		of := s.items[id]
		if id == it.ID || of == nil {
			continue
		}
		if slices.Contains(of.GoesWith, it.ID) || slices.Contains(it.GoesWith, id) {
			c.with, c.listed = 1, true
		} else if of.Category != it.Category { // a substitute is no complement
			c.with = math.Max(c.with, 0.8*float64(g.with.score[it.no]))
		}
	}
	for _, id := range r.Like {
		if of := s.items[id]; of != nil && id != it.ID && of.Category == it.Category {
			c.like = math.Max(c.like, 0.2+0.5*alike(&of.Item, &it.Item)+0.3*float64(g.with.score[it.no]))
		}
	}
	return c
}
