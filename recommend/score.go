package recommend

import (
	"math"
	"slices"
)

// signals are what events say about a request: scores by item number, 0 to 1.
type signals struct {
	history, session, with scratch
	trend                  scratch  // of what is trending most
	latest                 []uint32 // the customer's items, the oldest first
	mine                   marks    // the same
	taste                  scratch  // by value number
	most                   float64  // one over how often the most popular item is taken, as a logarithm
}

// signals fills b.signals and b.words for a request.
func (s *Shelf) signals(a *ask, b *board) {
	l, w, n := s.learned, &s.weights, len(s.learned.items.of)
	g := &b.signals
	b.places = len(s.index.place)
	s.index.match(a.Text, &b.words)
	g.history.reset(n)
	g.taste.reset(len(s.index.of))
	g.most = 1 / math.Log1p(float64(l.most/a.now))
	g.mine.reset(n)
	g.latest = nil
	if a.Personal && a.u != nil {
		g.latest = a.u.items[max(0, len(a.u.items)-maxHistory):]
		for _, no := range g.latest {
			g.mine.add(no)
		}
		s.taste(a.u, b)
		l.rank(b, keyed(a.Tenant, a.Customer), "", nil, false, w)
		g.history, b.sum = b.sum, g.history
	}
	now := l.numbers(a.Session)
	l.rank(b, "", "", now, false, w)
	g.session, b.sum = b.sum, g.session
	for _, no := range now { // they are there already
		g.session.silence(no)
	}
	g.trend.reset(n)
	for _, t := range a.trends {
		most := t.full(a.Now)
		for _, i := range t.top.items {
			if share := t.count[i] / most; share > g.trend.score[i] {
				g.trend.add(i, share-g.trend.score[i])
			}
		}
	}
	g.with.reset(n)
	own := b.own.set(w.Own)
	for _, of := range a.with { // baskets say what goes with it; where they say little, customers do
		l.basket.from(of.no, 1, rowTop, own, &g.with)
		if !l.basket.knows(of.no, a.now) {
			l.together.from(of.no, 0.3, rowTop, own, &g.with)
		}
	}
	for _, of := range a.like {
		l.basket.from(of.no, 1, rowTop, own, &g.with)
		l.together.from(of.no, 0.3, rowTop, own, &g.with)
	}
	for _, x := range []*scratch{&g.history, &g.session, &g.with} {
		if top := x.top(); top > 0 {
			x.scale(1 / top)
		}
	}
}

// rarelyWith is how much, against what is taken with it most, an item must be
// taken with another to be a complement: below it is chance.
const rarelyWith = 0.1

// scored are the parts of an item's score, each 0 to 1.
type scored struct {
	wish, words, history, session, with, like, popular, trend, taste, due float64

	follows, series float64

	liked  uint32   // of the item's values, the one most to the customer's taste: its number + 1
	listed bool     // the catalogue itself says it goes with
	mate   *stocked // what it goes with
	kin    *stocked // what it is like
	same   *stocked // what they have of its series
}

func (c *scored) total() float64 {
	return 1.5*c.wish + 1.2*c.words + 0.8*c.history + 0.6*c.session + 1.5*c.with + 1.5*c.like + 0.3*c.popular +
		0.2*c.trend + 0.5*c.taste + 1.2*c.due + 0.8*c.follows + 0.5*c.series
}

// score fills in what speaks for an item.
func (s *Shelf) score(c *scored, it *stocked, a *ask, b *board) {
	g := &b.signals
	*c = scored{history: g.history.at(it.no), session: g.session.at(it.no), words: b.words.at(it.at), trend: g.trend.at(it.no)}
	taken := 0.0
	if int(it.no) < len(s.learned.popular) {
		taken = float64(s.learned.popular[it.no] / a.now)
	}
	if taken > 0 {
		c.popular = min(1, float64(b.logs.of(float32(1+taken)))*g.most)
	}
	if taken < 9 && len(g.taste.touched) > 0 { // then events know better
		c.taste, c.liked = s.fits(it, &g.taste)
		c.taste /= 1 + taken/3
	}
	c.due = min(1, s.due(it, a))
	if a.Personal && !it.simple && len(it.Needs) > 0 && s.mayFollow(it, a) {
		c.follows = 1
	}
	for i := range a.series {
		if a.series[i].of != it && slices.Contains(it.values(), a.series[i].value) {
			c.series, c.same = 1, a.series[i].of
			break
		}
	}
	for i := range a.wish {
		if s.index.passes(it, &a.wish[i]) {
			c.wish += 1 / float64(len(a.wish))
		}
	}
	for _, of := range a.with {
		if of == it {
			continue
		}
		if slices.Contains(of.GoesWith, it.ID) || slices.Contains(it.GoesWith, of.ID) {
			c.with, c.listed, c.mate = 1, true, of
		} else if w := 0.8 * float64(g.with.score[it.no]); w > rarelyWith && !s.once(of, it, a) && !substitutes(it, a.with) && s.learned.several(of.no, it.no) {
			if w > c.with {
				c.with, c.mate = w, of
			}
		}
	}
	for _, of := range a.like {
		if of != it && of.kind == it.kind {
			if w := 0.2 + 0.5*alike(of, it) + 0.3*float64(g.with.score[it.no]); w > c.like {
				c.like, c.kin = w, of
			}
		}
	}
}

// once reports whether an item was bought at once with a well-known one but a
// single time: that is chance, not taste.
func (s *Shelf) once(of, it *stocked, a *ask) bool {
	b := &s.learned.basket
	return b.knows(of.no, a.now) && b.rows[of.no].get(it.no) < 1.5*a.now
}

// substitutes reports whether an item is of the same kind as one of others: who
// has one needs no other, so it is no complement.
func substitutes(it *stocked, others []*stocked) bool {
	return slices.ContainsFunc(others, func(of *stocked) bool { return of.kind == it.kind })
}
