package recommend

import "github.com/frontdesk-go/frontdesk/internal/text"

// idSet holds those of the latest events, as hashes of 64 bits: eight bytes each
// whatever their length. Of a million, two are taken for the same with a chance
// of one in thirty million. They stand in two generations, so that between one
// and two of them are remembered.
type idSet struct {
	now, old generation
}

// add notes an id, and reports whether it is new.
func (s *idSet) add(tenant, id string) bool {
	h := text.Hash(keyed(tenant, id))
	if h == 0 { // an empty slot
		h = 1
	}
	if s.old.has(h) || !s.now.add(h) {
		return false
	}
	if s.now.n == maxKnown {
		s.now, s.old = generation{}, s.now
	}
	return true
}

// generation is a set of hashes in open addressing.
type generation struct {
	slots []uint64 // a power of two, 0 for empty
	n     int
}

// maxKnown is how many ids are in a generation: 13 of 16 of 2^20 slots.
const maxKnown = 13 << 16

func (g *generation) slot(h uint64) int {
	mask := uint64(len(g.slots) - 1)
	i := h & mask
	for g.slots[i] != 0 && g.slots[i] != h {
		i = (i + 1) & mask
	}
	return int(i)
}

func (g *generation) has(h uint64) bool { return g.n > 0 && g.slots[g.slot(h)] != 0 }

func (g *generation) add(h uint64) bool {
	if 16*(g.n+1) > 13*len(g.slots) {
		g.grow(max(16, 2*len(g.slots)))
	}
	i := g.slot(h)
	if g.slots[i] != 0 {
		return false
	}
	g.slots[i] = h
	g.n++
	return true
}

func (g *generation) grow(to int) {
	old := g.slots
	g.slots = make([]uint64, to)
	for _, h := range old {
		if h != 0 {
			g.slots[g.slot(h)] = h
		}
	}
}

func (g *generation) code(c *codec) {
	n := c.size(g.n)
	if !c.reading {
		for _, h := range g.slots {
			if h != 0 {
				c.u64(&h)
			}
		}
		return
	}
	size := 16
	for 16*n > 13*size {
		size *= 2
	}
	if n > maxKnown {
		c.fail()
	}
	for g.grow(size); n > 0 && c.err == nil; n-- {
		var h uint64
		if c.u64(&h); h == 0 || !g.add(h) {
			c.fail()
		}
	}
}
