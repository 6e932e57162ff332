package recommend

import (
	"cmp"
	"math"
	"slices"
)

const (
	rowKeep = 128 // partners that stay when a row is pruned
	rowMost = 256 // slots of a row at most; it is pruned when 85 % are taken
	rowTop  = 32  // partners of a row that speak
)

// cell is a partner and its weight; partner 0 is an empty slot.
type cell struct {
	item uint32
	w    float32
}

// row is the partners of one item: open addressing with linear probing, so
// that counting touches one or two cache lines. Of more than rowTop partners
// the strongest alone speak; they stand beside, so that reading them takes few
// cache lines and no search.
type row struct {
	cells []cell
	top   *[rowTop]cell // the strongest, the first the most; nil while all are
	floor float32       // weight of the last of top
	n     uint16
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
	if int(r.n+1)*20 > len(r.cells)*17 {
		r.grow()
	}
	c := &r.cells[r.slot(item)]
	if c.item == 0 {
		c.item = item
		r.n++
	}
	c.w += w
	switch {
	case r.top == nil && r.n > rowTop:
		r.choose()
	case r.top != nil && c.w >= r.floor:
		r.rise(*c)
	}
}

// rise notes a partner that may be among the strongest: one that was, or the
// last of them makes room.
func (r *row) rise(c cell) {
	at := len(r.top) - 1
	for i := range r.top {
		if r.top[i].item == c.item {
			at = i
			break
		}
	}
	order := c.order()
	if r.top[at].order() >= order {
		return
	}
	for at > 0 && r.top[at-1].order() < order {
		r.top[at] = r.top[at-1]
		at--
	}
	r.top[at] = c
	r.floor = r.top[len(r.top)-1].w
}

// choose finds the strongest partners of a row that has more of them.
func (r *row) choose() {
	var room [rowMost]cell
	of := r.held(&room)
	foremost(of, rowTop)
	slices.SortFunc(of[:rowTop], func(a, b cell) int { return cmp.Compare(b.order(), a.order()) })
	if r.top == nil {
		r.top = new([rowTop]cell)
	}
	copy(r.top[:], of)
	r.floor = r.top[rowTop-1].w
}

// held copies the partners.
func (r *row) held(to *[rowMost]cell) []cell {
	n := 0
	for _, c := range r.cells {
		if c.item != 0 {
			to[n] = c
			n++
		}
	}
	return to[:n]
}

// order is higher for a higher weight, and for a lower number where weights are
// alike: those above zero rise as their bits do.
func (c cell) order() uint64 { return uint64(math.Float32bits(c.w))<<32 | uint64(^c.item) }

// foremost moves the n cells with the highest weights to the front, of alike
// ones those of lower number (quickselect, Hoare 1961).
func foremost(cells []cell, n int) {
	for from, to := 0, len(cells); to-from > 1; {
		pivot := cells[from+(to-from)/2].order()
		i, j := from, to-1
		for i <= j {
			for cells[i].order() > pivot {
				i++
			}
			for pivot > cells[j].order() {
				j--
			}
			if i <= j {
				cells[i], cells[j] = cells[j], cells[i]
				i++
				j--
			}
		}
		switch {
		case n <= j+1:
			to = j + 1
		case n > i:
			from = i
		default:
			return
		}
	}
}

// speak are the partners that speak, of many the most strongest; empty cells are
// among them.
func (r *row) speak(most int) []cell {
	if r.top != nil {
		return r.top[:min(most, rowTop)]
	}
	return r.cells
}

func (r *row) get(item uint32) float32 {
	if r.n == 0 {
		return 0
	}
	return r.cells[r.slot(item)].w
}

// grow makes room: a larger table, or at the limit the strongest partners only.
func (r *row) grow() {
	if size := len(r.cells); size < rowMost {
		old := r.cells
		r.cells, r.n = make([]cell, max(4, 2*size)), 0
		r.put(old)
		return
	}
	var room [rowMost]cell
	n := 0
	for _, c := range r.cells {
		if c.item != 0 && !r.leads(c) {
			room[n] = c
			n++
		}
	}
	foremost(room[:n], rowKeep-rowTop)
	clear(r.cells)
	r.n = 0
	r.put(r.top[:])
	r.put(room[:rowKeep-rowTop])
}

// leads reports whether a partner is among those that speak, which are never
// pruned.
func (r *row) leads(c cell) bool { return c.order() >= r.top[rowTop-1].order() }

func (r *row) put(with []cell) {
	for _, c := range with {
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

// wellKnown is from how many times on an item's pairs speak for themselves.
const wellKnown = 5

// knows reports whether an item was seen often enough; one is what an event of
// now counts as.
func (p *pairs) knows(item uint32, one float32) bool {
	return int(item) < len(p.seen) && p.seen[item] >= wellKnown*one
}

// shrink makes all counts smaller by a factor.
func (p *pairs) shrink(factor float32) {
	for i := range p.rows {
		r := &p.rows[i]
		for j := range r.cells {
			r.cells[j].w *= factor
		}
		if r.top != nil {
			r.choose()
		}
		p.seen[i] *= factor
	}
}

// fetch looks at the rows of items, which stand far apart: the processor fetches
// all at once what is only looked at. The result means nothing.
func (p *pairs) fetch(items []uint32, most int) (n uint32) {
	for _, item := range items {
		n += p.fetchRow(item, most)
	}
	return n
}

func (p *pairs) fetchRow(item uint32, most int) (n uint32) {
	const line = 8 // cells
	if int(item) < len(p.rows) {
		for cells := p.rows[item].speak(most); len(cells) > 0; cells = cells[min(line, len(cells)):] {
			n += cells[0].item
		}
	}
	return n
}

// from adds to scores what goes with an item, most of it if that is much, divided
// by the item's own count to the power own. What remains is to divide by the
// partners' counts: damp.
func (p *pairs) from(item uint32, weight float32, most int, own *power, to *scratch) {
	if int(item) >= len(p.rows) || p.seen[item] <= 0 {
		return
	}
	weight *= own.of(p.seen[item])
	to.pile(p.rows[item].speak(most), weight)
}

// damp divides scores by the items' own counts to a power, and returns the
// highest then.
func (p *pairs) damp(by *power, to *scratch) (top float32) {
	score, seen := to.score, p.seen
	for _, i := range to.touched {
		x := score[i]
		if int(i) < len(seen) && seen[i] > 0 {
			x *= by.of(seen[i])
			score[i] = x
		}
		if x > top {
			top = x
		}
	}
	return top
}

// power is x to minus an exponent, to a part in a thousand, for counts: tables
// over the exponent and the fraction of a number.
type power struct {
	exponent     float64
	whole, parts [256]float32
}

// set fills the tables unless they are of this exponent already.
func (p *power) set(exponent float64) *power {
	if p.exponent == exponent && p.whole[127] != 0 {
		return p
	}
	p.exponent = exponent
	for i := range p.whole {
		p.whole[i] = float32(math.Exp2(-exponent * float64(i-127)))
		p.parts[i] = float32(math.Pow(1+(float64(i)+0.5)/256, -exponent))
	}
	return p
}

func (p *power) of(x float32) float32 {
	b := math.Float32bits(x)
	return p.whole[b>>23&255] * p.parts[b>>15&255]
}

// logarithm is that of numbers from 1, to a part in some hundreds: a table over
// the fraction of a number.
type logarithm struct{ parts [256]float32 }

func (l *logarithm) of(x float32) float32 {
	if l.parts[255] == 0 {
		for i := range l.parts {
			l.parts[i] = float32(math.Log1p((float64(i) + 0.5) / 256))
		}
	}
	b := math.Float32bits(x)
	return float32(int(b>>23&255)-127)*math.Ln2 + l.parts[b>>15&255]
}
