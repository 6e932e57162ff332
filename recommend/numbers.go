package recommend

import (
	"math"
	"slices"
)

// numbers gives strings small numbers, from 1, so that tables hold four bytes
// an item.
type numbers struct {
	no map[string]uint32
	of []string
}

func newNumbers() *numbers { return &numbers{no: map[string]uint32{}, of: []string{""}} }

func (n *numbers) add(s string) uint32 {
	if i, ok := n.no[s]; ok {
		return i
	}
	i := uint32(len(n.of))
	n.no[s] = i
	n.of = append(n.of, s)
	return i
}

// scratch is a dense vector of scores that remembers what it touched, so that
// clearing costs what filling did.
type scratch struct {
	score   []float32
	touched []uint32
	most    []uint32 // room for strongest
	flat    []float32
}

// marks is a set of small numbers, a bit each, so that it stays close to the
// processor.
type marks struct {
	bits []uint64
	set  []uint32
}

// reset empties the set and makes room for n numbers.
func (m *marks) reset(n int) {
	for _, i := range m.set {
		m.bits[i>>6] = 0
	}
	m.set = m.set[:0]
	if len(m.bits)*64 < n {
		m.bits = make([]uint64, n/64+n/256+1)
	}
}

func (m *marks) add(i uint32) {
	m.bits[i>>6] |= 1 << (i & 63)
	m.set = append(m.set, i)
}

func (m *marks) holds(i uint32) bool { return m.bits[i>>6]>>(i&63)&1 != 0 }

// among are the places of numbers that the set holds. As in pile nothing
// branches on it.
func (m *marks) among(numbers []uint32, room *[maxSession]uint8) []uint8 {
	n, bits := 0, m.bits
	for j, i := range numbers {
		room[n] = uint8(j)
		n += int(bits[i>>6] >> (i & 63) & 1)
	}
	return room[:n]
}

// reset empties the vector and makes room for n entries.
func (s *scratch) reset(n int) {
	for _, i := range s.touched {
		s.score[i] = 0
	}
	s.touched = s.touched[:0]
	if len(s.score) < n {
		s.score = make([]float32, n+n/4)
	}
}

// add counts only what is more than nothing.
func (s *scratch) add(i uint32, v float32) {
	if v <= 0 {
		return
	}
	if s.score[i] == 0 {
		s.touched = append(s.touched, i)
	}
	s.score[i] += v
}

// sum counts what may be less than nothing.
func (s *scratch) sum(i uint32, v float32) {
	if s.score[i] == 0 {
		s.touched = append(s.touched, i)
	}
	s.score[i] += v
}

// pile adds cells, times a weight above 0. Whether a cell is the first of its
// number is as good as chance: so nothing branches on it.
func (s *scratch) pile(cells []cell, weight float32) {
	n := len(s.touched)
	score, touched := s.score, slices.Grow(s.touched, len(cells))[:n+len(cells)]
	for _, c := range cells {
		was, more := score[c.item], weight*c.w
		score[c.item] = was + more
		touched[n] = c.item
		n += first(was, more)
	}
	s.touched = touched[:n]
}

// all adds a weight above 0 to each of some numbers, as pile does.
func (s *scratch) all(numbers []uint32, weight float32) {
	n := len(s.touched)
	score, touched := s.score, slices.Grow(s.touched, len(numbers))[:n+len(numbers)]
	for _, i := range numbers {
		was := score[i]
		score[i] = was + weight
		touched[n] = i
		n += first(was, weight)
	}
	s.touched = touched[:n]
}

// first is 1 where was is 0 and more is not, else 0.
func first(was, more float32) int {
	return int((uint64(math.Float32bits(was)) - 1) &^ (uint64(math.Float32bits(more)) - 1) >> 63)
}

// above is x where it is more than least, which is above 0, else 0; as in pile
// nothing branches on it.
func above(x, least float32) float32 {
	b := math.Float32bits(x)
	return math.Float32frombits(b & uint32((int64(math.Float32bits(least))-int64(int32(b)))>>63))
}

// at is a score; a vector of none is not looked at.
func (s *scratch) at(i uint32) float64 {
	if len(s.touched) == 0 {
		return 0
	}
	return float64(s.score[i])
}

// silence takes a score away.
func (s *scratch) silence(i uint32) {
	if int(i) < len(s.score) {
		s.score[i] = 0
	}
}

func (s *scratch) scale(by float32) {
	score := s.score
	for _, i := range s.touched {
		score[i] *= by
	}
}

func (s *scratch) top() float32 {
	best, score := float32(0), s.score
	for _, i := range s.touched {
		if x := score[i]; x > best {
			best = x
		}
	}
	return best
}

// strongest are about the n highest, until it is called again: whole bins of a
// histogram, so that nothing is sorted. As in pile nothing branches on a score.
func (s *scratch) strongest(n int) []uint32 {
	if len(s.touched) <= n {
		return s.touched
	}
	top, score, flat := float32(0), s.score, slices.Grow(s.flat[:0], len(s.touched))[:len(s.touched)]
	s.flat = flat
	for at, i := range s.touched { // scores stand far apart: they are read once
		x := score[i]
		if flat[at] = x; x > top {
			top = x
		}
	}
	if top <= 0 {
		return s.touched
	}
	const bins = 256
	scale := (bins - 1) / top
	var count [bins]int
	for _, x := range flat {
		count[uint8(x*scale)]++
	}
	least, held := bins-1, count[bins-1]
	for least > 0 && held+count[least-1] <= n {
		least--
		held += count[least]
	}
	out := slices.Grow(s.most[:0], len(s.touched))[:len(s.touched)]
	n = 0
	for at, x := range flat {
		out[n] = s.touched[at]
		n += 1 - int(uint(int(x*scale)-least)>>63)
	}
	s.most = out
	return out[:n]
}

func abs(x float32) float32 { return max(x, -x) }
