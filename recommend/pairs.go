package recommend

import "math"

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

// reserve makes room for n partners of an empty row, as growing would.
func (r *row) reserve(n int) {
	size := 4
	for size < rowMost && n*20 > size*17 {
		size = min(rowMost, 2*size)
	}
	if n > 0 {
		r.cells = make([]cell, size)
	}
}

// grow makes room: a larger table, or at the limit the strongest partners only.
func (r *row) grow() {
	old := r.cells
	if size := len(old); size < rowMost {
		r.cells = make([]cell, min(rowMost, max(4, 2*size)))
	} else {
		old = r.strongest(rowKeep)
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

// strongest are about the n partners with the highest weights, at most n: whole
// bins of their weights' logarithm, and of the last bin who comes first.
func (r *row) strongest(n int) []cell {
	const shift = 20 // the exponent and three bits of the fraction
	var count [1 << (32 - shift)]uint16
	bin := func(w float32) uint32 { return math.Float32bits(w) >> shift }
	for _, c := range r.cells {
		count[bin(c.w)]++
	}
	least, held := uint32(len(count)), 0
	for least > 1 && held < n {
		least--
		held += int(count[least])
	}
	spare := n - (held - int(count[least])) // room for the last bin
	out := make([]cell, 0, n)
	for _, c := range r.cells {
		switch b := bin(c.w); {
		case c.item == 0 || b < least:
		case b > least:
			out = append(out, c)
		case spare > 0:
			out = append(out, c)
			spare--
		}
	}
	return out
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

// shrink makes all counts smaller by a factor.
func (p *pairs) shrink(factor float32) {
	for i := range p.rows {
		for j := range p.rows[i].cells {
			p.rows[i].cells[j].w *= factor
		}
		p.seen[i] *= factor
	}
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

// damp divides scores by the items' own counts to a power.
func (p *pairs) damp(by *power, to *scratch) {
	for _, i := range to.touched {
		if int(i) < len(p.seen) && p.seen[i] > 0 {
			to.score[i] *= by.of(p.seen[i])
		}
	}
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
	b := math.Float32bits(max(1, x))
	return float32(int(b>>23&255)-127)*math.Ln2 + l.parts[b>>15&255]
}
