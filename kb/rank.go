package kb

import (
	"cmp"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// The weights of the parts of a score.
const (
	weightBM25    = 0.5
	weightWording = 0.5
	weightProfile = 0.5
)

// candidate is an entry that is compared closely.
type candidate struct {
	doc   uint32
	score float64
	bm25  float64
	near  float64 // cosine with the nearest wording
	whole float64 // cosine with the profile of all its wordings
	word  uint32  // the nearest wording, in the entry's segment
}

// ranking is the result of a search and what its confidence is made of.
type ranking struct {
	top      []candidate
	coverage float64 // share of the query's weight that the base knows
}

// gramCount is a gram of a query.
type gramCount struct {
	hash  uint64
	value float32
}

// gramSlot is one of a small table of a query's grams by their number in a
// segment; number + 1, 0 when free.
type gramSlot struct {
	gram  uint32
	value float32
}

// rank scores the entries that pass and share a word with the query.
func (s *snapshot) rank(sc *scratch, q *Query, n int) ranking {
	query := s.same.read(text.Cut(q.Text, maxQuery))
	w := s.weigh(sc, query)
	if w.perfect == 0 {
		return ranking{}
	}
	s.scan(sc, q, candidates, true)
	r := ranking{coverage: float64(w.known / w.perfect), top: make([]candidate, 0, len(sc.best))}
	s.vector(sc, query)
	// The best stand in any order; part by part a table of the query's grams is
	// made once for each.
	for k := range s.parts {
		p := &s.parts[k]
		end := p.base + uint32(len(p.segment.entries))
		ready := false
		for _, found := range sc.best {
			if found.doc < p.base || found.doc >= end {
				continue
			}
			if !ready {
				sc.lookup(p.segment)
				ready = true
			}
			c := candidate{doc: found.doc, bm25: float64(min(1, found.score/w.perfect))}
			p.segment.compare(sc, &c, found.doc-p.base)
			r.top = append(r.top, c)
		}
	}
	slices.SortFunc(r.top, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc))
	})
	r.top = r.top[:min(n, len(r.top))]
	return r
}

// vector sets sc.counts to the grams of a folded query at unit length.
func (s *snapshot) vector(sc *scratch, query string) {
	sc.readGrams(query)
	sc.counts = sc.counts[:0]
	var sum float64
	runs(sc.grams, func(hash uint64, n int) {
		df := uint32(0)
		for i := range s.parts {
			seg := s.parts[i].segment
			if id, ok := seg.grams.find(hash); ok {
				df += seg.df[id]
			}
		}
		v := gramTF(float32(n)) * gramIDF(s.words, df)
		sum += float64(v) * float64(v)
		if df > 0 {
			sc.counts = append(sc.counts, gramCount{hash, v})
		}
	})
	if sum > 0 {
		scale := float32(1 / math.Sqrt(sum) / one)
		for i := range sc.counts {
			sc.counts[i].value *= scale
		}
	}
}

// lookup makes the table of the query's grams as a segment numbers them.
func (sc *scratch) lookup(seg *segment) {
	size := 64
	for size < 4*len(sc.counts) {
		size *= 2
	}
	if len(sc.slots) < size {
		sc.slots = make([]gramSlot, size)
	}
	sc.slots = sc.slots[:size]
	clear(sc.slots)
	mask := uint32(size - 1)
	for _, c := range sc.counts {
		id, ok := seg.grams.find(c.hash)
		if !ok {
			continue
		}
		i := spread(id) & mask
		for sc.slots[i].gram != 0 {
			i = (i + 1) & mask
		}
		sc.slots[i] = gramSlot{id + 1, c.value}
	}
}

func spread(id uint32) uint32 {
	h := id * 2654435761
	return h ^ h>>15
}

// dot is the cosine of the query with a vector of a segment.
func (sc *scratch) dot(seg *segment, e extent) float64 {
	grams, values := seg.gram[e.from:e.to], seg.value[e.from:e.to]
	if len(grams) != len(values) {
		return 0
	}
	slots, mask := sc.slots, uint32(len(sc.slots)-1)
	var sum float32
	for k, g := range grams {
		for i := spread(g) & mask; slots[i&uint32(len(slots)-1)].gram != 0; i = (i + 1) & mask {
			if slots[i].gram == g+1 {
				sum += slots[i].value * float32(values[k])
				break
			}
		}
	}
	return float64(sum)
}

// compare scores an entry closely.
func (seg *segment) compare(sc *scratch, c *candidate, d uint32) {
	from, to := seg.first[d], seg.first[d+1]
	c.word = from
	for w := from; w < to; w++ {
		if cos := sc.dot(seg, seg.words[w].vec); cos > c.near {
			c.near, c.word = cos, w
		}
	}
	c.whole = c.near
	if to-from > 1 {
		c.whole = sc.dot(seg, seg.whole[d])
	}
	c.score = (weightBM25*c.bm25 + weightWording*c.near + weightProfile*c.whole) / (weightBM25 + weightWording + weightProfile)
}

// confidence is the probability that the first entry answers the query: a
// logistic of its score, the cosine of its nearest wording, its margin over the
// second and the share of the query's words the base knows. The weights were
// set on other bases' labelled questions.
func (r *ranking) confidence() float64 {
	if len(r.top) == 0 {
		return 0
	}
	best := r.top[0]
	margin := best.score
	if len(r.top) > 1 {
		margin -= r.top[1].score
	}
	z := -4.6 + 5.0*best.score + 3.0*best.near + 6.0*min(margin, 0.3) + 1.2*r.coverage
	return 1 / (1 + math.Exp(-z))
}
