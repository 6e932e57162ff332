package recommend

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Bounds of a fit, and how it damps, as the validation parts of gowalla, lastfm,
// beauty and toys have it.
const (
	fitPartners = 128  // candidates of a regression
	fitRidge    = 10   // what is added to the diagonal
	fitSteps    = 10   // of conjugate gradients
	fitChoice   = 0.4  // power of a candidate's rows that divides what it shares with the item
	fitTarget   = 0.1  // power of an item's rows that divides what is said for it
	fitRows     = 1500 // of an item that are looked at
	fitChunk    = 64   // items between two looks at the context
)

// regression tells of items by others, over rows: a customer, or a moment of a
// session. A row holds items, and others are to be told of it.
type regression struct {
	rows [][]cell // what each holds
	of   [][]cell // by item: rows that hold it
	told [][]cell // by item: rows it is to be told of

	rarity   []float32 // by item: the less, the more rows hold it
	both     scratch   // by item: what it shares with the one to be told of
	gram     []float32 // what two partners share, n × n
	rhs, w   []float32 // the right-hand side, and the weights that solve gram · w = rhs
	res, dir []float32 // what w leaves over, and the direction of the next step
	mul      []float32 // gram · dir
	held     [][]cell  // by row: which of the partners
	touched  []uint32  // rows that hold any
	want     []float32 // by row: how much the item is to be told of it
}

func newRegression(items int) *regression {
	v := func() []float32 { return make([]float32, fitPartners) }
	return &regression{of: make([][]cell, items), told: make([][]cell, items), gram: make([]float32, fitPartners*fitPartners), rhs: v(), w: v(), res: v(), dir: v(), mul: v()}
}

// add adds a row: what it holds, and what is to be told of it.
func (r *regression) add(holds, told []cell) {
	no := uint32(len(r.rows))
	r.rows = append(r.rows, holds)
	for _, c := range holds {
		if len(r.of[c.item]) < fitRows {
			r.of[c.item] = append(r.of[c.item], cell{no, c.w})
		}
	}
	for _, c := range told {
		if len(r.told[c.item]) < fitRows {
			r.told[c.item] = append(r.told[c.item], cell{no, c.w})
		}
	}
}

// solve is what each item says for others, the most first, for them or against,
// divided by the power damp of the rows those are told of.
func (r *regression) solve(ctx context.Context, damp float64) ([][]cell, error) {
	if len(r.rows) == 0 {
		return nil, ctx.Err()
	}
	r.held, r.want, r.rarity = make([][]cell, len(r.rows)), make([]float32, len(r.rows)), make([]float32, len(r.of))
	for i, rows := range r.of {
		r.rarity[i] = float32(math.Pow(float64(max(1, len(rows))), -fitChoice))
	}
	out := make([][]cell, len(r.of))
	for i := range out {
		if i%fitChunk == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		f := float32(math.Pow(float64(max(1, len(r.told[i]))), -damp))
		partners := r.partners(uint32(i))
		for a, x := range r.weights(uint32(i), partners) {
			if x > 1e-4 || x < -1e-4 {
				p := partners[a]
				out[p] = append(out[p], cell{uint32(i), f * x})
			}
		}
	}
	for i := range out {
		slices.SortStableFunc(out[i], func(a, b cell) int { return cmp.Compare(abs(b.w), abs(a.w)) })
		out[i] = slices.Clip(out[i])
	}
	return out, nil
}

// partners are the items that most share rows with one, against how many they
// have.
func (r *regression) partners(item uint32) []uint32 {
	both := &r.both
	both.reset(len(r.of))
	for _, t := range r.told[item] {
		for _, c := range r.rows[t.item] {
			both.add(c.item, t.w*c.w)
		}
	}
	cells := make([]cell, 0, len(both.touched))
	for _, i := range both.touched {
		if i != item {
			cells = append(cells, cell{i, both.score[i] * r.rarity[i]})
		}
	}
	n := min(len(cells), fitPartners)
	foremost(cells, n)
	to := make([]uint32, n)
	for i := range to {
		to[i] = cells[i].item
	}
	return to
}

// weights are those of an item's partners.
func (r *regression) weights(item uint32, partners []uint32) []float32 {
	n := len(partners)
	gram, rhs := r.gram[:n*n], r.rhs[:n]
	clear(gram)
	clear(rhs)
	for _, t := range r.told[item] {
		r.want[t.item] = t.w
	}
	for a, p := range partners {
		for _, c := range r.of[p] {
			if len(r.held[c.item]) == 0 {
				r.touched = append(r.touched, c.item)
			}
			r.held[c.item] = append(r.held[c.item], cell{uint32(a), c.w})
			rhs[a] += c.w * r.want[c.item]
		}
	}
	for _, no := range r.touched {
		has := r.held[no]
		for _, a := range has {
			row := gram[int(a.item)*n : int(a.item)*n+n]
			for _, b := range has {
				row[b.item] += a.w * b.w
			}
		}
		r.held[no] = has[:0]
	}
	r.touched = r.touched[:0]
	for _, t := range r.told[item] {
		r.want[t.item] = 0
	}
	for a := range n {
		gram[a*n+a] += fitRidge
	}
	return r.descend(n)
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
