package recommend

import "math"

// Bounds of what is kin.
const (
	kinOf    = 5   // latest items of a session that are looked at
	kinMost  = 400 // a value that more items hold says little
	kinFound = 200 // items that are found
	kinKnown = 3   // purchases, or looks that say as much, that leave half of what its values say
)

// kin adds items that hold the same values as the latest of a session, rare
// ones above all: the less the events know of an item at hand, the more its
// attributes say. It is for [Shelf.Rank]: Recommend weighs attributes by taste, by
// what is asked and by what an item is like, and says so.
func (s *Shelf) kin(b *board, session []uint32, w *Weights) {
	x := &s.index
	if w.Kin <= 0 || len(session) == 0 || len(x.items) == 0 {
		return
	}
	b.picked.reset(len(x.place))
	said, all := 0.0, 0.0
	hand := make([]uint32, 0, kinOf)
	for back := range min(kinOf, len(session)) {
		f := math.Exp(-float64(back) / w.Visits.Step)
		all += f
		it := x.numbered(session[len(session)-1-back])
		if it == nil {
			continue
		}
		f /= 1 + s.learned.taken(it.no)/kinKnown
		said += f
		hand = append(hand, it.at)
		for _, v := range it.values() {
			if n := len(x.by[v]); n <= kinMost {
				rare := math.Log(float64(len(x.items)) / float64(n))
				for _, at := range x.by[v] {
					b.picked.add(at, float32(f*rare*rare))
				}
			}
		}
	}
	for _, at := range hand { // whether they come again is not for their values to say
		b.picked.score[at] = 0
	}
	b.part.reset(len(s.learned.items.of))
	for _, at := range b.picked.strongest(kinFound) {
		if it := x.on(at); it != nil {
			b.part.add(it.no, b.picked.score[at])
		}
	}
	b.mix(w.Kin*said/all, b.part.top())
}
