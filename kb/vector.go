package kb

import (
	"math"
	"math/bits"
	"slices"
)

// vector is an embedding in eight bits a number, at unit length: the numbers
// times scale.
type vector struct {
	v     []int8
	scale float32
}

// quantiseVector makes a vector of an embedding; ok is false for one of no
// length, or with something that is no number.
func quantiseVector(x []float32) (out vector, ok bool) {
	var sum float64
	var most float32
	for _, f := range x {
		sum += float64(f) * float64(f)
		most = max(most, max(f, -f))
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return vector{}, false
	}
	out.v = make([]int8, len(x))
	for i, f := range x {
		out.v[i] = int8(math.Round(float64(f / most * 127)))
	}
	// Of the numbers as they are kept, so that each has a cosine of 1 with itself.
	length := 0.0
	for _, q := range out.v {
		length += float64(q) * float64(q)
	}
	out.scale = float32(1 / math.Sqrt(length))
	return out, true
}

// cosine of two vectors of one length.
func (a vector) cosine(b vector) float64 {
	var s0, s1, s2, s3 int32
	x, y := a.v, b.v
	for len(x) >= 4 && len(y) >= 4 {
		s0 += int32(x[0]) * int32(y[0])
		s1 += int32(x[1]) * int32(y[1])
		s2 += int32(x[2]) * int32(y[2])
		s3 += int32(x[3]) * int32(y[3])
		x, y = x[4:], y[4:]
	}
	for i := range x {
		s0 += int32(x[i]) * int32(y[i])
	}
	return float64(s0+s1+s2+s3) * float64(a.scale) * float64(b.scale)
}

// matrix are the vectors of a segment's wordings. It is immutable.
type matrix struct {
	rows  []vector // by wording; without numbers where there is no vector
	signs []uint64 // of all numbers, a bit each, width words a row
	width int
	dim   int
}

func newMatrix(rows []vector, dim int) *matrix {
	m := &matrix{rows: rows, width: (dim + 63) / 64, dim: dim}
	m.signs = make([]uint64, len(rows)*m.width)
	for w, r := range rows {
		signsOf(r, m.signs[w*m.width:(w+1)*m.width])
	}
	return m
}

func signsOf(r vector, to []uint64) {
	for i, q := range r.v {
		if q > 0 {
			to[i>>6] |= 1 << (i & 63)
		}
	}
}

const (
	exact     = 4096 // wordings up to which each is compared in full
	shortlist = 1024 // wordings that are, of more, by the signs they share
)

// nearest calls f with the wordings that are nearest to a query and their
// cosines, at least those that matter, and returns the mean cosine of all, as far
// as it was seen. Of many wordings those are compared in full that share the most
// signs with the query (the cosine of two vectors is that of the angle their
// signs tell: Charikar, "Similarity estimation techniques from rounding
// algorithms", 2002).
func (m *matrix) nearest(q vector, f func(word uint32, cosine float64)) (mean float64, seen int) {
	sum := 0.0
	if len(m.rows) <= exact {
		for w, r := range m.rows {
			if len(r.v) > 0 {
				c := q.cosine(r)
				sum += c
				seen++
				f(uint32(w), c)
			}
		}
		return sum / float64(max(seen, 1)), seen
	}
	mine := make([]uint64, m.width)
	signsOf(q, mine)
	far := make([]uint16, len(m.rows))
	counts := make([]uint32, m.width*64+1)
	for w := range m.rows {
		if len(m.rows[w].v) == 0 {
			far[w] = math.MaxUint16
			continue
		}
		d := 0
		for i, s := range m.signs[w*m.width : (w+1)*m.width] {
			d += bits.OnesCount64(s ^ mine[i])
		}
		far[w] = uint16(min(d, math.MaxUint16-1))
		counts[min(d, len(counts)-1)]++
	}
	limit, n := 0, uint32(0)
	for d, c := range counts {
		if limit = d; n+c >= shortlist {
			break
		}
		n += c
	}
	left := shortlist
	for w, d := range far {
		switch {
		case d == math.MaxUint16:
		case int(d) <= limit && left > 0:
			left--
			f(uint32(w), q.cosine(m.rows[w]))
		}
		if w%256 == 0 && d != math.MaxUint16 { // a sample tells the mean
			sum += q.cosine(m.rows[w])
			seen++
		}
	}
	return sum / float64(max(seen, 1)), seen
}

// sense is what a query's vector found: by entry, how near its nearest wording
// is, from 0 for what all are on average to 1.
type sense struct {
	cosine map[uint32]float64
	mean   float64
}

func (s *sense) of(doc uint32) float64 {
	c, ok := s.cosine[doc]
	if !ok || s.mean >= 1 {
		return 0
	}
	return min(1, max(0, (c-s.mean)/(1-s.mean)))
}

// feel finds the n entries that pass and are nearest to a vector, and the cosines
// of all that were looked at.
func (s *snapshot) feel(q *Query, v vector, n int) (*sense, []uint32) {
	out := &sense{cosine: map[uint32]float64{}}
	total, seen := 0.0, 0
	mask := q.flags()
	for k := range s.parts {
		p := &s.parts[k]
		m := p.segment.meaning.Load()
		if m == nil || m.dim != len(v.v) {
			continue
		}
		of := p.segment.owners()
		mean, k := m.nearest(v, func(w uint32, cos float64) {
			d := of[w]
			doc := p.base + d
			if old, ok := out.cosine[doc]; ok && cos <= old || p.blocked(d, q, mask) {
				return
			}
			out.cosine[doc] = cos
		})
		total += mean * float64(k)
		seen += k
	}
	out.mean = max(0, total/float64(max(seen, 1)))
	docs := make([]uint32, 0, len(out.cosine))
	for d := range out.cosine {
		docs = append(docs, d)
	}
	slices.SortFunc(docs, func(a, b uint32) int {
		switch x, y := out.cosine[a], out.cosine[b]; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return int(a) - int(b)
	})
	return out, docs[:min(n, len(docs))]
}

// owners tells the entry of each wording.
func (seg *segment) owners() []uint32 {
	if of := seg.owner.Load(); of != nil {
		return *of
	}
	of := make([]uint32, len(seg.words))
	for d := range seg.entries.len() {
		for w := seg.first[d]; w < seg.first[d+1]; w++ {
			of[w] = uint32(d)
		}
	}
	seg.owner.Store(&of)
	return of
}
