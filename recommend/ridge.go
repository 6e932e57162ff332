package recommend

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Bounds of a fit.
const (
	fitPartners = 128  // candidates a regression is over
	fitKeep     = 64   // weights kept of an item
	fitTakers   = 1500 // customers of an item that are looked at
	fitRidge    = 10   // what is added to the diagonal
	fitSteps    = 10   // of conjugate gradients
	fitChunk    = 64   // items whose candidates are read at once
)

// fitted are the weights of regressions: by item at hand, what it says for
// others.
type fitted struct {
	rows [][]cell
}

// from adds to scores what an item says for others.
func (f *fitted) from(item uint32, to *scratch) {
	if int(item) >= len(f.rows) {
		return
	}
	for _, c := range f.rows[item] {
		to.sum(c.item, c.w)
	}
}

// unknown are those of the latest items that a fit knew nothing of.
func (f *fitted) unknown(items []uint32) []uint32 {
	var out []uint32
	for _, i := range items[max(0, len(items)-freshest):] {
		if int(i) >= len(f.rows) || len(f.rows[i]) == 0 {
			out = append(out, i)
		}
	}
	return out
}

// takers are customers' items as a fit reads them: no names, two flat lists.
type takers struct {
	of     [][]uint32 // by item: customers, in no order
	weight []float32  // by customer
}

// Fit solves, for each item, the ridge regression of who takes it on who takes
// its strongest partners (EASE of Steck, WWW 2019, restricted to candidates as
// in SLIM). It uses what customers took so far, replaces what an earlier Fit
// found, and costs some tenths of a millisecond an item; readers and writers go
// on meanwhile. A host calls it now and then, from a goroutine of its own, when
// Weights.Ridge says that it helps: on dense data it does, see Replay.Tune. The
// error is ctx's.
func (s *Shelf) Fit(ctx context.Context) error {
	s.writing.Lock()
	l := s.learned
	histories, n := l.histories(), len(l.items.of)
	s.writing.Unlock()
	t := newTakers(histories, n)
	r := newRegression(t)
	out := make([][]cell, len(t.of))
	partners := make([][]uint32, fitChunk)
	for from := 0; from < len(t.of); from += fitChunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := min(from+fitChunk, len(t.of))
		s.mu.RLock()
		for i := from; i < to; i++ {
			partners[i-from] = l.partners(uint32(i), partners[i-from][:0])
		}
		s.mu.RUnlock()
		for i := from; i < to; i++ {
			for _, c := range r.solve(uint32(i), partners[i-from]) {
				out[c.item] = append(out[c.item], cell{uint32(i), c.w})
			}
		}
	}
	for i := range out {
		out[i] = slices.Clip(out[i])
	}
	s.change(func() {
		l.fitted = &fitted{rows: out} // of nothing, if the shelf was restored meanwhile
	})
	return nil
}

// history is what one customer took.
type history struct {
	customer string
	items    []uint32
}

// histories copies who took what, in no order.
func (l *learned) histories() []history {
	all := make([]history, 0, len(l.users))
	for customer, u := range l.users {
		if len(u.items) > 1 {
			all = append(all, history{customer, slices.Clone(u.items)})
		}
	}
	return all
}

// newTakers goes through customers by name, so that the same events give the
// same fit.
func newTakers(all []history, items int) *takers {
	slices.SortFunc(all, func(a, b history) int { return cmp.Compare(a.customer, b.customer) })
	t := &takers{of: make([][]uint32, items)}
	for no, h := range all {
		for _, i := range h.items {
			if len(t.of[i]) < fitTakers {
				t.of[i] = append(t.of[i], uint32(no))
			}
		}
		t.weight = append(t.weight, float32(math.Pow(float64(len(h.items)), -userDamp)))
	}
	return t
}

// partners are an item's strongest, by count over their own counts.
func (l *learned) partners(item uint32, to []uint32) []uint32 {
	if int(item) >= len(l.together.rows) {
		return to
	}
	cells := make([]cell, 0, rowMost)
	for _, c := range l.together.rows[item].cells {
		if c.item != 0 && l.together.seen[c.item] > 0 {
			cells = append(cells, cell{c.item, c.w / float32(math.Pow(float64(l.together.seen[c.item]), 0.4))})
		}
	}
	slices.SortFunc(cells, func(a, b cell) int { return cmp.Or(cmp.Compare(b.w, a.w), cmp.Compare(a.item, b.item)) })
	for _, c := range cells[:min(len(cells), fitPartners)] {
		to = append(to, c.item)
	}
	return to
}

// regression is the working space of one fit.
type regression struct {
	*takers
	gram     []float32 // who takes both, n × n
	rhs, w   []float32 // the right-hand side, and the weights that solve gram · w = rhs
	res, dir []float32 // what w leaves over, and the direction of the next step
	mul      []float32 // gram · dir
	held     [][]uint8 // by customer: which of the partners
	touched  []uint32  // customers held is not empty of
	mark     []bool    // by customer: has the item
}

func newRegression(t *takers) *regression {
	v := func() []float32 { return make([]float32, fitPartners) }
	return &regression{takers: t, gram: make([]float32, fitPartners*fitPartners), rhs: v(), w: v(), res: v(), dir: v(), mul: v(),
		held: make([][]uint8, len(t.weight)), mark: make([]bool, len(t.weight))}
}

// solve is the weights of an item's partners, at most fitKeep.
func (r *regression) solve(item uint32, partners []uint32) []cell {
	n := len(partners)
	if n == 0 {
		return nil
	}
	for _, u := range r.of[item] {
		r.mark[u] = true
	}
	gram, rhs := r.gram[:n*n], r.rhs[:n]
	clear(gram)
	clear(rhs)
	for a, p := range partners {
		for _, u := range r.of[p] {
			if len(r.held[u]) == 0 {
				r.touched = append(r.touched, u)
			}
			r.held[u] = append(r.held[u], uint8(a))
			if r.mark[u] {
				rhs[a] += r.weight[u]
			}
		}
	}
	for _, u := range r.touched {
		f, has := r.weight[u], r.held[u]
		for _, a := range has {
			row := gram[int(a)*n : int(a)*n+n]
			for _, b := range has {
				row[b] += f
			}
		}
		r.held[u] = has[:0]
	}
	r.touched = r.touched[:0]
	for _, u := range r.of[item] {
		r.mark[u] = false
	}
	for a := range n {
		gram[a*n+a] += fitRidge
	}
	return r.keep(partners, r.descend(n))
}

// descend solves gram · w = rhs by conjugate gradients.
func (r *regression) descend(n int) []float32 {
	w, res, dir, mul := r.w[:n], r.res[:n], r.dir[:n], r.mul[:n]
	clear(w)
	copy(res, r.rhs[:n])
	copy(dir, res)
	square := dot(res, res)
	for range fitSteps {
		if square <= 1e-9 {
			break
		}
		for a := range n {
			mul[a] = dot(r.gram[a*n:a*n+n], dir)
		}
		step := square / dot(dir, mul)
		for a := range n {
			w[a] += step * dir[a]
			res[a] -= step * mul[a]
		}
		next := dot(res, res)
		for a := range n {
			dir[a] = res[a] + next/square*dir[a]
		}
		square = next
	}
	return w
}

func dot(a, b []float32) float32 {
	b = b[:len(a)]
	sum := float32(0)
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// keep are the strongest weights.
func (r *regression) keep(partners []uint32, w []float32) []cell {
	out := make([]cell, 0, len(w))
	for a, x := range w {
		if x > 1e-4 || x < -1e-4 {
			out = append(out, cell{partners[a], x})
		}
	}
	slices.SortFunc(out, func(a, b cell) int { return cmp.Or(cmp.Compare(abs(b.w), abs(a.w)), cmp.Compare(a.item, b.item)) })
	return out[:min(len(out), fitKeep)]
}

func abs(x float32) float32 { return max(x, -x) }
