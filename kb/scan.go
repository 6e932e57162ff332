package kb

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

const (
	candidates = 64   // entries that are compared closely
	maxQuery   = 2048 // bytes of a query that are read
	bins       = 1 << 9
	sharpen    = 1.6 // of a BM25 score, whose impacts rarely come near 1
)

// scratch is what one search works in; it is used again, so a search allocates
// little but its result.
type scratch struct {
	analyser
	hashes []uint64
	terms  []queryTerm
	score  []float32 // by entry; 0 was not touched, below 0 does not pass
	seen   []uint64  // a bit for each entry that was touched
	best   []scored
	keys   []uint64
	bins   [bins]uint32 // how many scores there are of each height

	counts  []gramCount
	dense   []float32 // by gram of a segment
	ids     []uint32  // of the grams that are not 0 there
	place   []float32 // of the query in the factors
	fetched uint32
}

// queryTerm is one term of a query and where its postings stand.
type queryTerm struct {
	hash  uint64
	idf   float32
	bound float32 // the most it can add to a score
	posts int
}

type scored struct {
	doc   uint32
	score float32
}

// weighed is what a query's terms come to.
type weighed struct {
	perfect, known float32
}

// weigh finds the terms of a folded query and their weights, the heaviest first.
func (s *snapshot) weigh(sc *scratch, query string) weighed {
	sc.readTerms(query)
	sc.hashes = append(sc.hashes[:0], sc.analyser.terms...)
	sc.terms = sc.terms[:0]
	var out weighed
	n := float64(s.indexed)
	runs(sc.hashes, func(hash uint64, _ int) {
		t := queryTerm{hash: hash}
		var peak uint16
		for i := range s.parts {
			seg := s.parts[i].segment
			if id, ok := seg.terms.find(hash); ok {
				t.posts += int(seg.offs[id+1] - seg.offs[id])
				peak = max(peak, seg.peak[id])
			}
		}
		if t.posts == 0 {
			out.perfect += float32(math.Log(1 + (n+0.5)/0.5))
			return
		}
		df := float64(t.posts)
		t.idf = float32(math.Log(1 + (n-df+0.5)/(df+0.5)))
		out.perfect += t.idf
		out.known += t.idf
		t.idf *= sharpen / one
		t.bound = t.idf * float32(peak)
		sc.terms = append(sc.terms, t)
	})
	slices.SortFunc(sc.terms, func(a, b queryTerm) int {
		return cmp.Or(cmp.Compare(b.bound, a.bound), cmp.Compare(a.hash, b.hash))
	})
	return out
}

// scan returns the n entries that pass with the best BM25 scores, in sc.best,
// best first, ties by place. It goes through the terms from the one that can add
// most to the one that can add least (Turtle and Flood, "Query Evaluation:
// Strategies and Optimizations", 1995): once an entry with none of the terms so
// far can no longer be among the best, later terms are looked up only for the
// entries that still can be. prune false goes through all, which gives the same.
func (s *snapshot) scan(sc *scratch, q *Query, n int, prune bool) {
	sc.best = sc.best[:0]
	if n <= 0 {
		return
	}
	if len(sc.score) <= s.indexed {
		sc.score = make([]float32, s.indexed+s.indexed/8+64)
		sc.seen = make([]uint64, len(sc.score)/64+1)
	}
	rest, done := float32(0), float32(0) // what the terms ahead can add, and those behind can have
	for i := range sc.terms {
		rest += sc.terms[i].bound * slack
	}
	mask := q.flags()
	work := 0           // postings read so far
	reach := float32(0) // what the nth best can have by now
	k := 0
	for ; k < len(sc.terms); k++ {
		t := &sc.terms[k]
		if prune && reach > rest && t.posts > n && 4*t.posts > work {
			least := sc.least(s.indexed, n, done)
			if least > rest {
				sc.survivors(s.indexed, least-rest)
				break
			}
			reach = least + done*2/bins
		}
		for i := range s.parts {
			s.parts[i].accumulate(sc, t, q, mask)
		}
		work += t.posts
		reach += t.bound * slack
		done += t.bound * slack
		rest -= t.bound * slack
	}
	if k == len(sc.terms) {
		sc.survivors(s.indexed, sc.least(s.indexed, n, done))
	}
	for ; k < len(sc.terms); k++ {
		t := &sc.terms[k]
		s.probe(sc, t)
		done += t.bound * slack
		rest -= t.bound * slack
		if len(sc.best) > 2*n {
			sc.drop(n, done, rest)
		}
	}
	sc.drop(n, done, 0)
	sc.order()
	sc.best = sc.best[:min(n, len(sc.best))]
}

// slack makes a bound a little more than rounding can.
const slack = 1.0001

// order sorts the best by falling score, ties by place. Scores are above zero,
// so their bits rise as they do.
func (sc *scratch) order() {
	sc.keys = sc.keys[:0]
	for _, c := range sc.best {
		sc.keys = append(sc.keys, uint64(^math.Float32bits(c.score))<<32|uint64(c.doc))
	}
	slices.Sort(sc.keys)
	for i, k := range sc.keys {
		sc.best[i] = scored{uint32(k), math.Float32frombits(^uint32(k >> 32))}
	}
}

// accumulate adds a term to the scores of all entries of a part that have it.
func (p *part) accumulate(sc *scratch, t *queryTerm, q *Query, mask uint8) {
	seg := p.segment
	id, ok := seg.terms.find(t.hash)
	if !ok {
		return
	}
	from, to := seg.offs[id], seg.offs[id+1]
	docs, imps := seg.docs[from:to], seg.imps[from:to]
	if len(docs) != len(imps) {
		return
	}
	score := sc.score[p.base : int(p.base)+seg.entries.len()]
	for i, d := range docs {
		v := score[d]
		if v == 0 {
			at := p.base + d
			sc.seen[at>>6] |= 1 << (at & 63)
			if p.blocked(d, q, mask) {
				score[d] = float32(math.Inf(-1))
				continue
			}
		}
		score[d] = v + t.idf*float32(imps[i])
	}
}

// blocked reports whether an entry may not answer the query.
func (p *part) blocked(d uint32, q *Query, mask uint8) bool {
	if p.dead != nil && p.dead[d>>6]&(1<<(d&63)) != 0 {
		return true
	}
	return p.segment.flags[d]&mask != 0 && !p.segment.kinds.passes(d, q)
}

// least is a bound that at least n of the scores so far reach, 0 when there are
// fewer. No score is above most.
func (sc *scratch) least(entries, n int, most float32) float32 {
	clear(sc.bins[:])
	scale := (bins - 1) / most
	for w, set := range sc.seen[:entries/64+1] {
		for ; set != 0; set &= set - 1 {
			if v := sc.score[w<<6+bits.TrailingZeros64(set)]; v > 0 {
				sc.bins[uint32(v*scale)%bins]++
			}
		}
	}
	return sc.nth(n) / scale
}

// nth is the bin, at most, of the nth best of those counted.
func (sc *scratch) nth(n int) float32 {
	count := uint32(0)
	for bin := bins - 1; bin > 0; bin-- {
		if count += sc.bins[bin]; count >= uint32(n) {
			return float32(bin) * 0.999 // rounding must not lift it
		}
	}
	return 0
}

// survivors moves the entries with at least a score to sc.best, rising by
// place, and clears the scores.
func (sc *scratch) survivors(entries int, least float32) {
	seen := sc.seen[:entries/64+1]
	for w, set := range seen {
		if set == 0 {
			continue
		}
		for ; set != 0; set &= set - 1 {
			d := w<<6 + bits.TrailingZeros64(set)
			if v := sc.score[d]; v > 0 && v >= least {
				sc.best = append(sc.best, scored{uint32(d), v})
			}
			sc.score[d] = 0
		}
		seen[w] = 0
	}
}

// probe adds a term to the entries that survived, which rise by place.
func (s *snapshot) probe(sc *scratch, t *queryTerm) {
	i := 0
	for k := range s.parts {
		p := &s.parts[k]
		end := p.base + uint32(p.segment.entries.len())
		id, ok := p.segment.terms.find(t.hash)
		if !ok {
			for i < len(sc.best) && sc.best[i].doc < end {
				i++
			}
			continue
		}
		from, to := p.segment.offs[id], p.segment.offs[id+1]
		docs, imps := p.segment.docs[from:to], p.segment.imps[from:to]
		if o := p.segment.common[id]; o != nil {
			for ; i < len(sc.best) && sc.best[i].doc < end; i++ {
				if at, ok := o.find(sc.best[i].doc - p.base); ok {
					sc.best[i].score += t.idf * float32(imps[at])
				}
			}
			continue
		}
		for at := 0; i < len(sc.best) && sc.best[i].doc < end; i++ {
			at = seek(docs, at, sc.best[i].doc-p.base)
			if at < len(docs) && docs[at] == sc.best[i].doc-p.base {
				sc.best[i].score += t.idf * float32(imps[at])
			}
		}
	}
}

// seek finds the first place from at on whose value is not below want, in steps
// that double and then halve.
func seek(docs []uint32, at int, want uint32) int {
	step := 1
	for at+step < len(docs) && docs[at+step] < want {
		at += step
		step *= 2
	}
	lo, hi := at, min(at+step, len(docs))
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if docs[mid] < want {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// drop leaves out the survivors that can no longer be among the n best: no
// score is above most, and the terms ahead can add rest.
func (sc *scratch) drop(n int, most, rest float32) {
	if len(sc.best) <= n {
		return
	}
	clear(sc.bins[:])
	scale := (bins - 1) / most
	for _, c := range sc.best {
		sc.bins[uint32(c.score*scale)%bins]++
	}
	least := sc.nth(n)/scale - rest
	kept := sc.best[:0]
	for _, c := range sc.best {
		if c.score >= least {
			kept = append(kept, c)
		}
	}
	sc.best = kept
}
