package recommend

import "time"

// gaps are the times between two purchases of an item by the same customer.
type gaps struct {
	sum time.Duration
	n   int
}

// Repeat purchases before an item counts as one that is used up, and how far
// through its time it is suggested again.
const (
	minRepeats = 5
	dueAt      = 0.8
)

// boughtAgain notes a further purchase by the same customer.
func (l *learned) boughtAgain(item uint32, after time.Duration) {
	if after < 24*time.Hour {
		return // one order in two parts
	}
	g := l.gaps[item]
	if g.n == 1000 { // what is new keeps counting
		g = gaps{g.sum / 2, g.n / 2}
	}
	l.gaps[item] = gaps{g.sum + after, g.n + 1}
}

// due is how far through its usual time the customer's last purchase of an item
// is, 1 when it is used up; 0 for what is not used up, was never bought, or
// when the request has no time. The usual time is the catalogue's, weighed as
// two purchases, and what customers showed.
func (s *Shelf) due(it *stocked, r *ask) float64 {
	if !r.Personal || r.u == nil || r.Now.IsZero() {
		return 0
	}
	f := r.u.fact(it.no)
	if !f.owned || f.bought == 0 {
		return 0
	}
	g := s.learned.gaps[it.no]
	if it.LastsDays <= 0 && g.n < minRepeats {
		return 0
	}
	days, n := g.sum.Hours()/24, float64(g.n)
	if it.LastsDays > 0 {
		days += 2 * float64(it.LastsDays)
		n += 2
	}
	return r.Now.Sub(time.Unix(0, f.bought)).Hours() / 24 / max(1, days/n)
}
