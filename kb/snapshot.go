package kb

import (
	"fmt"
	"iter"
)

// snapshot is one immutable state of a base.
type snapshot struct {
	parts   []part
	same    *synonyms
	factors *factors // of a small base, else nil
	indexed int      // entries of all parts, those taken back too
	live    int      // entries of the base
	words   int      // wordings of all parts
	sum     uint64   // of the sums of the entries, in any order
	version string   // of sum, once the snapshot is served
}

// part is a segment as one snapshot sees it.
type part struct {
	segment *segment
	base    uint32    // the number of its first entry
	dead    []uint64  // a bit for each entry that was replaced or removed; nil is none
	gone    int       // how many those are
	rows    []float32 // where its wordings stand in the snapshot's factors
}

func newSnapshot(entries []Entry, same *synonyms) *snapshot {
	return snapshotOf(newSegment(entries, same, statistics{}), same)
}

// snapshotOf is the snapshot of one segment, with factors learnt from it.
func snapshotOf(seg *segment, same *synonyms) *snapshot {
	s, p := &snapshot{same: same}, part{segment: seg}
	s.factors, p.rows = newFactors(seg, same)
	return s.add(p)
}

// place is where the wordings of a segment stand in the factors.
func (s *snapshot) place(seg *segment) []float32 {
	if s.factors == nil {
		return nil
	}
	return s.factors.rows(seg, s.same)
}

// with is the snapshot and one more segment.
func (s *snapshot) with(seg *segment) *snapshot {
	return s.add(part{segment: seg, rows: s.place(seg)})
}

// add is the snapshot and one more part, which stands in its factors already.
func (s *snapshot) add(p part) *snapshot {
	out := *s
	out.version = ""
	p.base = uint32(s.indexed)
	out.parts = append(append(make([]part, 0, len(s.parts)+1), s.parts...), p)
	out.indexed += p.segment.entries.len()
	out.live += p.segment.entries.len()
	out.words += len(p.segment.words)
	for _, h := range p.segment.sums {
		out.sum += h
	}
	return &out
}

// without is the snapshot without the entries with these ids, and how many
// there were.
func (s *snapshot) without(ids iter.Seq[string]) (*snapshot, int) {
	out := *s
	out.version = ""
	out.parts = append([]part(nil), s.parts...)
	fresh := make([]bool, len(out.parts)) // whose dead bits are this snapshot's own
	n := 0
	for id := range ids {
		k, d, ok := out.find(id)
		if !ok {
			continue
		}
		p := &out.parts[k]
		if !fresh[k] {
			p.dead = append(make([]uint64, 0, p.segment.entries.len()/64+1), p.dead...)[:p.segment.entries.len()/64+1]
			fresh[k] = true
		}
		p.dead[d>>6] |= 1 << (d & 63)
		p.gone++
		out.live--
		out.sum -= p.segment.sums[d]
		n++
	}
	return &out, n
}

// find returns where an entry stands: its part and its number there.
func (s *snapshot) find(id string) (k int, d uint32, ok bool) {
	for k := len(s.parts) - 1; k >= 0; k-- {
		if d, ok := s.parts[k].segment.entries.find(id); ok && s.parts[k].alive(d) {
			return k, d, true
		}
	}
	return 0, 0, false
}

func (p *part) alive(d uint32) bool { return p.dead == nil || p.dead[d>>6]&(1<<(d&63)) == 0 }

// part is the one that has the entry with a number.
func (s *snapshot) part(doc uint32) *part {
	k := len(s.parts) - 1
	for s.parts[k].base > doc {
		k--
	}
	return &s.parts[k]
}

// at returns the entry with a number, and its part.
func (s *snapshot) at(doc uint32) (*part, Entry) {
	p := s.part(doc)
	return p, p.segment.entries.entry(doc - p.base)
}

// entries are those of the base, in order.
func (s *snapshot) entries() iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for k := range s.parts {
			p := &s.parts[k]
			for d := range uint32(p.segment.entries.len()) {
				if !p.alive(d) {
					continue
				}
				if e := p.segment.entries.entry(d); !yield(&e) {
					return
				}
			}
		}
	}
}

// share is how much a profile says beside the nearest wording, 0 when every
// entry has one wording, near 1 when each has many.
func (s *snapshot) share() float64 { return 1 - float64(s.indexed)/float64(max(s.words, 1)) }

// statistics are what a further segment needs to know.
func (s *snapshot) statistics() statistics {
	out := statistics{entries: s.indexed, df: func(gram uint64) uint32 {
		var n uint32
		for i := range s.parts {
			if id, ok := s.parts[i].segment.grams.find(gram); ok {
				n += s.parts[i].segment.df[id]
			}
		}
		return n
	}}
	for i := range s.parts {
		out.total += s.parts[i].segment.total
	}
	return out
}

// name gives the snapshot its version.
func (s *snapshot) name() string { return fmt.Sprintf("%d-%08x", s.live, uint32(s.sum^s.sum>>32)) }
