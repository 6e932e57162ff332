package kb

import "math/bits"

// A term that more than one entry in often has is common, in segments of enough
// entries for it to matter.
const (
	often      = 32
	commonFrom = 1024
)

// occurrences says which entries of a segment have a common term, and where in
// its postings they stand: looking an entry up is two reads, not a search.
type occurrences struct {
	held   []uint64 // a bit for each entry
	before []uint32 // how many stand before each 64 of them
}

// find returns the place of an entry in the term's postings.
func (o *occurrences) find(doc uint32) (at int, ok bool) {
	word, bit := o.held[doc>>6], uint64(1)<<(doc&63)
	return int(o.before[doc>>6]) + bits.OnesCount64(word&(bit-1)), word&bit != 0
}

// findCommon notes where the common terms of a segment of so many entries occur,
// by term.
func (seg *segment) findCommon(from int) {
	n := seg.entries.len()
	if n < from {
		return
	}
	seg.common = map[uint32]*occurrences{}
	for t := range seg.terms.keys {
		docs := seg.docs[seg.offs[t]:seg.offs[t+1]]
		if len(docs)*often <= n {
			continue
		}
		o := &occurrences{held: make([]uint64, n/64+1), before: make([]uint32, n/64+1)}
		for _, d := range docs {
			o.held[d>>6] |= 1 << (d & 63)
		}
		held := 0
		for w, word := range o.held {
			o.before[w] = uint32(held)
			held += bits.OnesCount64(word)
		}
		seg.common[uint32(t)] = o
	}
}
