package kb

import (
	"math"
	"slices"
	"unicode"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// candidate is an entry that is compared closely.
type candidate struct {
	doc   uint32
	score float64
	bm25  float64
	near  float64 // cosine with the nearest wording
	whole float64 // cosine with the profile of all its wordings
	sense float64 // nearness of the vectors, 0 when there are none
	alike float64 // cosine in the factors, 0 when there are none
	apart float64 // what it loses for denying, or lacking a number
	word  uint32  // the nearest wording, in the entry's segment
}

// ranking is the result of a search and what its confidence is made of.
type ranking struct {
	top      []candidate
	coverage float64 // share of the query's weight that the base knows
	length   float64 // logarithm of the query's characters, and one more
	han      float64 // share of them that is Han
	mix      mix     // that scored it
}

// gramCount is a gram of a query.
type gramCount struct {
	hash  uint64
	value float32
	id    uint32 // in the first part; absent when it has none
}

const absent = math.MaxUint32

const compared = 5 // entries that the confidence looks at

// lean is how much better an entry looks for standing in the category asked about
// before: enough to tell apart entries that "how much is it?" fits alike.
const lean = 0.12

// rank scores the entries that pass and share a word with the query, or are near
// to its vector, if it has one.
func (s *snapshot) rank(sc *scratch, by *Ranker, q *Query, v vector, n int) ranking {
	query := s.hear(s.same.read(text.Cut(q.Text, maxQuery)))
	w := s.weigh(sc, query)
	if w.perfect == 0 && len(v.v) == 0 {
		return ranking{}
	}
	s.scan(sc, q, candidates, true)
	var near *sense
	if len(v.v) > 0 {
		var docs []uint32
		near, docs = s.feel(q, v, candidates)
		s.join(sc, docs)
	}
	w.perfect = max(w.perfect, 1e-6)
	about := ""
	if q.After != "" {
		if k, d, ok := s.find(q.After); ok {
			about = s.parts[k].segment.kinds.at(d).Category
		}
	}
	m := mix{Ranker: by, share: s.share(), vectors: near != nil && len(near.cosine) > 0, latent: s.factors.weight()}
	r := ranking{coverage: float64(w.known / w.perfect), top: make([]candidate, 0, min(n, len(sc.best)))}
	r.length, r.han = measure(query)
	s.vector(sc, query)
	if m.latent > 0 {
		sc.place = slices.Grow(sc.place[:0], s.factors.k)[:s.factors.k]
		s.factors.read(&sc.analyser, query, sc.place)
	}
	asked := s.held(query)
	// The best stand in any order; the query's grams are laid out once for each
	// part.
	for k := range s.parts {
		p := &s.parts[k]
		end := p.base + uint32(p.segment.entries.len())
		ready := false
		for _, found := range sc.best {
			if found.doc < p.base || found.doc >= end {
				continue
			}
			if !ready {
				sc.spread(p.segment, k == 0)
				sc.fetch(p, end)
				ready = true
			}
			c := candidate{doc: found.doc, bm25: float64(min(1, found.score/w.perfect))}
			p.segment.compare(sc, &c, found.doc-p.base)
			c.apart = asked.apart(p.segment, c.word, found.doc-p.base)
			if m.latent > 0 {
				c.alike = p.latent(sc.place, found.doc-p.base)
			}
			if m.vectors {
				c.sense = near.of(c.doc)
			}
			c.score = m.score(&c)
			if about != "" && p.segment.kinds.at(found.doc-p.base).Category == about {
				c.score += lean
			}
			r.place(c, n)
		}
		if ready {
			sc.gather()
		}
	}
	r.mix = m
	return r
}

// longest is how many characters of a query make it clearer what it asks.
const longest = 55

// measure is the logarithm of a folded query's characters, and one more, and the
// share of its letters and digits that is Han.
func measure(query string) (length, han float64) {
	all, letters, characters := 0, 0, 0
	for _, r := range query {
		all++
		switch {
		case unicode.Is(unicode.Han, r):
			characters++
			letters++
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			letters++
		}
	}
	return math.Log1p(float64(min(all, longest))), float64(characters) / float64(max(letters, 1))
}

// join adds entries to the best that are not among them, with their BM25 scores.
func (s *snapshot) join(sc *scratch, docs []uint32) {
	have := len(sc.best)
next:
	for _, doc := range docs {
		for _, b := range sc.best[:have] {
			if b.doc == doc {
				continue next
			}
		}
		p := s.part(doc)
		score := float32(0)
		for _, t := range sc.terms {
			if id, ok := p.segment.terms.find(t.hash); ok {
				from, to := p.segment.offs[id], p.segment.offs[id+1]
				if at, ok := slices.BinarySearch(p.segment.docs[from:to], doc-p.base); ok {
					score += t.idf * float32(p.segment.imps[int(from)+at])
				}
			}
		}
		sc.best = append(sc.best, scored{doc, score})
	}
}

// place puts a candidate where it belongs among the n best.
func (r *ranking) place(c candidate, n int) {
	i := len(r.top)
	for i > 0 && (c.score > r.top[i-1].score || c.score == r.top[i-1].score && c.doc < r.top[i-1].doc) {
		i--
	}
	if i >= n {
		return
	}
	if len(r.top) < n {
		r.top = append(r.top, candidate{})
	}
	copy(r.top[i+1:], r.top[i:])
	r.top[i] = c
}

// vector sets sc.counts to the grams of a folded query at unit length.
func (s *snapshot) vector(sc *scratch, query string) {
	sc.readGrams(query)
	sc.counts = sc.counts[:0]
	var sum float64
	runs(sc.grams, func(hash uint64, n int) {
		df, first := uint32(0), uint32(absent)
		for i := range s.parts {
			seg := s.parts[i].segment
			if id, ok := seg.grams.find(hash); ok {
				df += seg.df[id]
				if i == 0 {
					first = id
				}
			}
		}
		v := gramTF(float32(n)) * gramIDF(s.indexed, df)
		sum += float64(v) * float64(v)
		if df > 0 {
			sc.counts = append(sc.counts, gramCount{hash, v, first})
		}
	})
	if sum > 0 {
		scale := float32(1 / math.Sqrt(sum) / one)
		for i := range sc.counts {
			sc.counts[i].value *= scale
		}
	}
}

// spread lays the query's grams out by their number in a segment, so that a
// cosine is a gather without a branch; gather clears them again.
func (sc *scratch) spread(seg *segment, first bool) {
	if len(sc.dense) < len(seg.df) {
		sc.dense = make([]float32, len(seg.df)+len(seg.df)/8)
	}
	sc.ids = sc.ids[:0]
	for _, c := range sc.counts {
		id, ok := c.id, c.id != absent
		if !first {
			id, ok = seg.grams.find(c.hash)
		}
		if ok {
			sc.dense[id] = c.value
			sc.ids = append(sc.ids, id)
		}
	}
}

func (sc *scratch) gather() {
	for _, id := range sc.ids {
		sc.dense[id] = 0
	}
}

// fetch looks at the vectors of the best that stand in a part, which ends before
// end: they stand far apart, and the processor fetches all at once what is only
// looked at. fetched means nothing.
func (sc *scratch) fetch(p *part, end uint32) {
	const line = 16 // grams
	seg := p.segment
	for _, found := range sc.best {
		if found.doc < p.base || found.doc >= end {
			continue
		}
		first := seg.first[found.doc-p.base]
		for at := seg.vecs[first]; at < seg.vecs[first+1]; at += line {
			sc.fetched += seg.gram[at] + uint32(seg.value[at])
		}
	}
}

// dot is the cosine of the query with a vector of a segment.
func (sc *scratch) dot(seg *segment, e extent) float64 {
	grams, values := seg.gram[e.from:e.to], seg.value[e.from:e.to]
	dense := sc.dense
	var even, odd float32
	for len(grams) >= 2 && len(values) >= 2 {
		even += dense[grams[0]] * float32(values[0])
		odd += dense[grams[1]] * float32(values[1])
		grams, values = grams[2:], values[2:]
	}
	if len(grams) > 0 && len(values) > 0 {
		even += dense[grams[0]] * float32(values[0])
	}
	return float64(even + odd)
}

// compare finds the cosines of an entry.
func (seg *segment) compare(sc *scratch, c *candidate, d uint32) {
	from, to := seg.first[d], seg.first[d+1]
	c.word = from
	at := seg.vecs[from]
	for w := from; w < to; w++ {
		end := seg.vecs[w+1]
		if cos := sc.dot(seg, extent{at, end}); cos > c.near {
			c.near, c.word = cos, w
		}
		at = end
	}
	c.whole = c.near
	if to-from > 1 {
		c.whole = sc.dot(seg, seg.whole[d])
	}
}
