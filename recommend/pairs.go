package recommend

import (
	"cmp"
	"math"
	"slices"
)

const (
	rowKeep = 256 // partners that stay when a row is pruned
	rowMost = 400 // slots of a row at most; it is pruned when 85 % are taken
)

// cell is a partner and its weight; partner 0 is an empty slot.
type cell struct {
	item uint32
	w    float32
}

// row is the partners of one item: open addressing with linear probing, so
// that counting touches one or two cache lines and reading runs straight
// through.
type row struct {
	cells []cell
	n     int
}

func (r *row) slot(item uint32) int {
	i := int(uint64(item*2654435761) * uint64(len(r.cells)) >> 32)
	for r.cells[i].item != 0 && r.cells[i].item != item {
		if i++; i == len(r.cells) {
			i = 0
		}
	}
	return i
}

func (r *row) add(item uint32, w float32) {
	if (r.n+1)*20 > len(r.cells)*17 {
		r.grow()
	}
	c := &r.cells[r.slot(item)]
	if c.item == 0 {
		c.item = item
		r.n++
	}
	c.w += w
}

func (r *row) get(item uint32) float32 {
	if r.n == 0 {
		return 0
	}
	return r.cells[r.slot(item)].w
}

// grow makes room: a larger table, or at the limit the strongest partners only.
func (r *row) grow() {
	old := r.cells
	if size := len(old); size < rowMost {
		r.cells = make([]cell, min(rowMost, max(4, 2*size)))
	} else {
		old = make([]cell, 0, r.n)
		for _, c := range r.cells {
			if c.item != 0 {
				old = append(old, c)
			}
		}
		slices.SortFunc(old, func(a, b cell) int { return cmp.Or(cmp.Compare(b.w, a.w), cmp.Compare(a.item, b.item)) })
		old = old[:rowKeep]
		clear(r.cells)
	}
	r.n = 0
	for _, c := range old {
		if c.item != 0 {
			r.cells[r.slot(c.item)] = c
			r.n++
		}
	}
}

// pairs counts items that belong together, and how often an item was part of
// anything.
type pairs struct {
	rows []row
	seen []float32
}

// reach makes room for an item.
func (p *pairs) reach(item uint32) {
	for int(item) >= len(p.rows) {
		p.rows = append(p.rows, row{})
		p.seen = append(p.seen, 0)
	}
}

// count counts an item as seen.
func (p *pairs) count(item uint32, w float32) {
	p.reach(item)
	p.seen[item] += w
}

func (p *pairs) add(a, b uint32, w float32) {
	p.reach(max(a, b))
	p.rows[a].add(b, w)
}

// from adds to scores what goes with an item, divided by the item's own count
// to the power own. What remains is to divide by the partners' counts: damp.
func (p *pairs) from(item uint32, weight, own float64, to *scratch) {
	if int(item) >= len(p.rows) || p.seen[item] <= 0 {
		return
	}
	f := float32(weight / math.Pow(float64(p.seen[item]), own))
	for _, c := range p.rows[item].cells {
		if c.w > 0 {
			to.add(c.item, f*c.w)
		}
	}
}

// damp divides scores by the items' own counts to the power target.
func (p *pairs) damp(target float64, to *scratch) {
	for _, i := range to.touched {
		if int(i) < len(p.seen) && p.seen[i] > 0 {
			to.score[i] *= float32(math.Pow(float64(p.seen[i]), -target))
		}
	}
}
