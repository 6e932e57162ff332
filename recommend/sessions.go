package recommend

import (
	"math"
	"slices"
	"strings"
)

// Caps of the session index.
const (
	maxVisits  = 1 << 18 // latest sessions
	maxSession = 50      // latest items of a session
	maxPosting = 1000    // latest sessions kept for an item
	line       = 16      // items that the processor fetches at once
	lookEach   = 16      // postings read for each of Neighbours, shared by the items at hand
	lookAlike  = 8       // the same where an earlier structure has chosen
)

// visit is one session, its items in order.
type visit struct {
	key   string
	items []uint32
}

// visits is the session index: the latest sessions, and for every item the
// latest of them that hold it. A session is known by a number that only grows;
// the ring holds the latest, and a posting to one that has left it is skipped.
type visits struct {
	ring     []visit // session n stands at n % maxVisits
	long     []uint8 // by place in the ring: how many items it has
	next     uint32
	open     map[string]uint32
	postings [][]uint32 // by item, the latest last
}

func newVisits() *visits { return &visits{open: map[string]uint32{}} }

// of is the session with a key, nil when it is not held.
func (v *visits) of(key string) *visit {
	n, ok := v.open[key]
	if !ok {
		return nil
	}
	return &v.ring[n%maxVisits]
}

// add appends an item to a session.
func (v *visits) add(key string, item uint32) {
	n, ok := v.open[key]
	if !ok {
		n = v.next
		v.next++
		v.open[key] = n
		if len(v.ring) < maxVisits {
			v.ring = append(v.ring, visit{key: key})
			v.long = append(v.long, 0)
		} else {
			old := &v.ring[n%maxVisits]
			if old.key != "" { // it was erased
				delete(v.open, old.key)
			}
			*old = visit{key: key, items: old.items[:0]}
		}
	}
	s := &v.ring[n%maxVisits]
	held := slices.Contains(s.items, item)
	if len(s.items) == maxSession {
		s.items = append(s.items[:0], s.items[1:]...)
	}
	s.items = append(s.items, item)
	v.long[n%maxVisits] = uint8(len(s.items))
	if held {
		return
	}
	for int(item) >= len(v.postings) {
		v.postings = append(v.postings, nil)
	}
	p := v.postings[item]
	if len(p) == 2*maxPosting {
		p = append(p[:0], p[maxPosting:]...)
	}
	v.postings[item] = append(p, n)
}

// erase empties a session and forgets its key; its place in the ring stays.
func (v *visits) erase(key string) {
	if n, ok := v.open[key]; ok {
		delete(v.open, key)
		v.ring[n%maxVisits], v.long[n%maxVisits] = visit{}, 0
	}
}

// both counts the sessions that hold two items and whose keys begin with
// prefix, up to most, which is 2 at most. It reads the rarer item's postings.
func (v *visits) both(a, b uint32, prefix string, most int) (n int) {
	if int(max(a, b)) >= len(v.postings) {
		return 0
	}
	if len(v.postings[a]) > len(v.postings[b]) {
		a, b = b, a
	}
	p, first := v.postings[a], uint32(0)
	for i := len(p) - 1; i >= 0 && n < most; i-- {
		if !v.held(p[i]) || n > 0 && p[i] == first { // an item that left a session and came back stands there twice
			continue
		}
		s := &v.ring[p[i]%maxVisits]
		if strings.HasPrefix(s.key, prefix) && slices.Contains(s.items, b) && slices.Contains(s.items, a) {
			first = p[i]
			n++
		}
	}
	return n
}

// held reports whether a session's number still stands in the ring.
func (v *visits) held(n uint32) bool { return v.next-n-1 < uint32(len(v.ring)) }

// VisitWeights say how sessions are compared.
type VisitWeights struct {
	Step   float64 // e-folding of an item's weight by steps back in the session at hand
	Near   float64 // e-folding of an item's weight by distance to the match in the other; 0 weighs all alike, whatever Before is
	IDF    float64 // power of an item's rarity
	Len    float64 // power of the other session's length that divides its likeness
	Age    float64 // e-folding by the other session's age, as a share of all held; 0 ignores age
	Before float64 // weight of items before the match against those after it
	// Neighbours are how many of the sessions most like the one at hand count,
	// and bound how many are looked at.
	Neighbours float64
}

// from adds to scores what sessions like this one hold (V-SKNN: Ludewig &
// Jannach 2018; distances as in STAN: Garg et al. 2019). Items are the latest
// last; own is the session's key, which does not speak for itself. Where only
// says so, nothing but what it holds is scored.
func (v *visits) from(items []uint32, own string, w *VisitWeights, t *lens, b *board, only *marks, to *scratch) {
	each := float64(lookEach)
	if only != nil {
		each = lookAlike
	}
	nearest := v.nearest(items, own, w, t, b, each)
	mine, at, every := b.mine.bits, b.now.score, only == nil
	var wanted []uint64
	if !every {
		wanted = only.bits
	}
	for _, i := range nearest { // as in pairs.fetch
		for items := v.ring[i].items; len(items) > 0; items = items[min(line, len(items)):] {
			b.fetched += items[0]
		}
	}
	score, touched := to.score, to.touched
	var held [maxSession]uint8 // what is scored of a session, by place in it
	for _, i := range nearest {
		items, like := v.ring[i].items, b.like.score[i]
		if like <= 0 { // it is the session at hand
			continue
		}
		match, best, n := -1, float32(0), 0 // where the two sessions match
		for j, item := range items {
			if mine[item>>6]>>(item&63)&1 != 0 && at[item] >= best {
				match, best = j, at[item]
			}
			if every || wanted[item>>6]>>(item&63)&1 != 0 { // few are
				held[n] = uint8(j)
				n++
			}
		}
		if match < 0 {
			continue
		}
		by := t.near[maxSession-match:] // by place
		for _, j := range held[:n] {
			item := items[j]
			was := score[item]
			if was == 0 {
				touched = append(touched, item)
			}
			score[item] = was + like*by[j]
		}
	}
	to.touched = touched
}

// nearest are the places of the sessions most like the one at hand: their
// likeness stands in b.like, the weights of the items at hand in b.now.
func (v *visits) nearest(items []uint32, own string, w *VisitWeights, t *lens, b *board, each float64) []uint32 {
	like, now := &b.like, &b.now
	like.reset(len(v.ring))
	now.reset(len(v.postings))
	b.mine.reset(len(v.postings))
	t.set(w, len(v.ring))
	items = items[max(0, len(items)-maxSession):]
	look := min(maxPosting, int(each*w.Neighbours)/max(1, len(items)))
	for back := range items {
		item := items[len(items)-1-back]
		if int(item) >= len(v.postings) || now.score[item] > 0 {
			continue
		}
		p := v.postings[item]
		p = p[max(0, len(p)-look):]
		f := t.step[back] * float32(math.Pow(math.Log(1+float64(len(v.ring))/float64(1+len(p))), w.IDF))
		now.add(item, f)
		b.mine.add(item)
		for len(p) > 0 && !v.held(p[0]) { // it has left the ring
			p = p[1:]
		}
		score, touched := like.score, like.touched
		for _, n := range p {
			n %= maxVisits
			was := score[n]
			if was == 0 {
				touched = append(touched, n)
			}
			score[n] = was + f
		}
		like.touched = touched
	}
	if self, known := v.open[own]; known {
		like.score[self%maxVisits] = 0
	}
	for _, i := range like.touched { // what was erased has length 0, which weighs nothing
		like.score[i] *= t.length[v.long[i]] * t.age[uint32(t.share*float32((v.next-1-i)%maxVisits))]
	}
	return strongest(like, int(w.Neighbours))
}

// lens are the tables of one structure's weights.
type lens struct {
	of     VisitWeights // what they were made for
	length [maxSession + 1]float32
	age    [ageSteps]float32
	step   [maxSession]float32       // by steps back in the session at hand
	near   [2*maxSession + 1]float32 // by place after the match in the other, from maxSession places before it
	share  float32                   // of the ring a session is, in steps
}

const ageSteps = 256

// set fills the tables unless they are of these weights already.
func (t *lens) set(w *VisitWeights, held int) {
	t.share = ageSteps / float32(held+1)
	if t.of == *w && t.age[0] != 0 {
		return
	}
	t.of = *w
	for i := 1; i < len(t.length); i++ {
		t.length[i] = float32(math.Pow(float64(i), -w.Len))
	}
	for back := range t.step {
		t.step[back] = float32(math.Exp(-float64(back) / w.Step))
	}
	for i := range t.near {
		far := i - maxSession
		near := math.Exp(-max(0, math.Abs(float64(far))-1) / w.Near)
		switch {
		case w.Near <= 0:
			near = 1
		case far <= 0:
			near *= w.Before
		}
		t.near[i] = float32(near)
	}
	for i := range t.age {
		t.age[i] = 1
		if w.Age > 0 {
			t.age[i] = float32(math.Exp(-float64(i) / ageSteps / w.Age))
		}
	}
}

// strongest are about the n highest of a vector: whole bins of a histogram, so
// that nothing is sorted.
func strongest(of *scratch, n int) []uint32 {
	top := of.top()
	if len(of.touched) <= n || top <= 0 {
		return of.touched
	}
	const bins = 256
	scale := (bins - 1) / top
	bin := func(i uint32) int { return int(of.score[i] * scale) }
	var count [bins]int
	for _, i := range of.touched {
		count[bin(i)]++
	}
	least, held := bins-1, count[bins-1]
	for least > 0 && held+count[least-1] <= n {
		least--
		held += count[least]
	}
	out := make([]uint32, 0, held)
	for _, i := range of.touched {
		if bin(i) >= least {
			out = append(out, i)
		}
	}
	return out
}
