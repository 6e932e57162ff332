package recommend

import (
	"context"
	"maps"
	"math"
	"slices"
)

// The e-foldings of what came before a moment of a session, and of what comes
// after it, by steps.
const (
	stepPast  = 1
	stepAhead = 0.5
)

// fitted is what regressions found: by item at hand, what it says for others.
type fitted struct {
	with   [][]cell // taken by the same customers
	bought [][]cell // bought at once
	after  [][]cell // to come in the session
}

// says adds to scores what an item says for others, the most of it if that is
// much.
func says(rows [][]cell, item uint32, weight float32, most int, to *scratch) {
	if int(item) >= len(rows) {
		return
	}
	row := rows[item]
	to.pile(row[:min(most, len(row))], weight)
}

// unknown are those of the latest items that a fit knew nothing of.
func (f *fitted) unknown(items []uint32) []uint32 {
	var out []uint32
	for _, i := range items[max(0, len(items)-freshest):] {
		if int(i) >= len(f.with) || len(f.with[i]) == 0 {
			out = append(out, i)
		}
	}
	return out
}

// Fit solves ridge regressions of each item on its strongest partners: of who
// takes it on what else they take, and of what is bought at once on the rest of
// the basket (EASE of Steck, WWW 2019, restricted to candidates as in SLIM, and
// customers and baskets weighed by how little they hold), and of when it comes in
// a session on what came before (SLIST of Choi et al., WWW 2021, restricted
// alike). It uses what is known so far, replaces what an earlier Fit found, and
// costs some tenths of a millisecond an item for each; readers and writers go on
// meanwhile. A host calls it now and then, from a goroutine of its own: from then
// on it speaks as far as Weights.Ridge, Along and Ahead say; what is 0 of them is
// not solved. The error is ctx's.
func (s *Shelf) Fit(ctx context.Context) error { return s.fit(ctx, s.weights) }

func (s *Shelf) fit(ctx context.Context, w Weights) error {
	s.writing.Lock()
	l, n := s.learned, len(s.learned.items.of)
	var customers map[string][]uint32
	var baskets, sessions [][]uint32
	if w.Ridge > 0 {
		customers = l.histories()
	}
	if w.Along > 0 {
		baskets = l.baskets.latest()
	}
	if w.Ahead > 0 {
		sessions = l.visits.latest()
	}
	s.writing.Unlock()
	var f fitted
	var err error
	if f.with, err = together(byName(customers), n).solve(ctx, fitTarget); err != nil {
		return err
	}
	if f.bought, err = together(baskets, n).solve(ctx, fitTarget); err != nil {
		return err
	}
	if f.after, err = inTurn(sessions, n).solve(ctx, 0); err != nil {
		return err
	}
	s.change(func() {
		l.fitted = &f // of nothing, if the shelf was restored meanwhile
	})
	return nil
}

// histories copies what customers took, in no order.
func (l *learned) histories() map[string][]uint32 {
	all := make(map[string][]uint32, len(l.users))
	for customer, u := range l.users {
		if len(u.items) > 1 {
			all[customer] = slices.Clone(u.items)
		}
	}
	return all
}

// byName orders histories, so that the same events give the same fit.
func byName(of map[string][]uint32) [][]uint32 {
	all := make([][]uint32, 0, len(of))
	for _, customer := range slices.Sorted(maps.Keys(of)) {
		all = append(all, of[customer])
	}
	return all
}

// latest copies the sessions held, the latest first.
func (v *visits) latest() [][]uint32 {
	all := make([][]uint32, 0, len(v.keys))
	for n := range v.keys {
		if items := v.items.of((v.next - 1 - uint32(n)) % maxVisits); len(items) > 1 {
			all = append(all, slices.Clone(items))
		}
	}
	return all
}

// together tells of what customers take, or baskets hold, by the rest of it.
func together(all [][]uint32, items int) *regression {
	r := newRegression(items)
	for _, of := range all {
		w := float32(math.Pow(float64(len(of)), -userDamp/2))
		row := make([]cell, len(of))
		for at, i := range of {
			row[at] = cell{i, w}
		}
		r.add(row, row)
	}
	return r
}

// inTurn tells of what comes in sessions by what came before.
func inTurn(all [][]uint32, items int) *regression {
	past, ahead := newFolding(stepPast), newFolding(stepAhead)
	r := newRegression(items)
	for _, s := range all {
		for now := 1; now < len(s); now++ {
			r.add(steps(s, now-1, -1, &past), steps(s, now, 1, &ahead))
		}
	}
	return r
}

// folding is the weight of items by steps.
type folding [maxSteps]float32

func newFolding(step float64) (f folding) {
	for back := range f {
		f[back] = float32(math.Exp(-float64(back) / step))
	}
	return f
}

// steps are the items of a session from a place on, each once, as far as the
// weights reach.
func steps(s []uint32, from, by int, f *folding) []cell {
	out := make([]cell, 0, 4)
	for n := range f {
		at := from + n*by
		if at < 0 || at >= len(s) || f[n] < 0.01 {
			break
		}
		if !slices.ContainsFunc(out, func(c cell) bool { return c.item == s[at] }) {
			out = append(out, cell{s[at], f[n]})
		}
	}
	return out
}
