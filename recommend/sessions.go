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
	line       = 16      // numbers that the processor fetches at once
	lookEach   = 16      // postings read for each of Neighbours, shared by the items at hand
	lookAlike  = 8       // the same where an earlier structure has chosen
)

// visits is the session index: the latest sessions, and for every item the
// latest of them that hold it. A session is known by a number that only grows;
// the ring holds the latest, and a posting to one that has left it is skipped.
type visits struct {
	keys     []string // session n stands at n % maxVisits; "" where it was erased
	items    lists    // by the same
	next     uint32
	open     map[string]uint32
	postings [][]uint32 // by item, the latest last
}

func newVisits() *visits { return &visits{open: map[string]uint32{}} }

// of are the items of the session with a key in order, none when it is not held.
func (v *visits) of(key string) []uint32 {
	n, ok := v.open[key]
	if !ok {
		return nil
	}
	return v.items.of(n % maxVisits)
}

// add appends an item to a session.
func (v *visits) add(key string, item uint32) {
	n, ok := v.open[key]
	if !ok {
		n = v.next
		v.next++
		v.open[key] = n
		if len(v.keys) < maxVisits {
			v.keys = append(v.keys, key)
			v.items.add()
		} else {
			at := n % maxVisits
			if v.keys[at] != "" {
				delete(v.open, v.keys[at])
			}
			v.keys[at] = key
			v.items.empty(at)
		}
	}
	held := slices.Contains(v.items.of(n%maxVisits), item)
	v.items.append(n%maxVisits, item)
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
		v.keys[n%maxVisits] = ""
		v.items.empty(n % maxVisits)
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
		if !v.kept(p[i]) || n > 0 && p[i] == first { // an item that left a session and came back stands there twice
			continue
		}
		at := p[i] % maxVisits
		if items := v.items.of(at); slices.Contains(items, b) && slices.Contains(items, a) && (prefix == "" || strings.HasPrefix(v.keys[at], prefix)) {
			first = p[i]
			n++
		}
	}
	return n
}

// kept reports whether a session's number still stands in the ring.
func (v *visits) kept(n uint32) bool { return v.next-n-1 < uint32(len(v.keys)) }

// Likeness says how sessions, baskets and customers are compared.
type Likeness struct {
	Step float64 // e-folding of an item's weight by steps back in the one at hand
	IDF  float64 // power of an item's rarity
	Len  float64 // power of the other's length that divides its likeness
	// Neighbours are how many of those most like the one at hand count, and bound
	// how many are looked at.
	Neighbours float64
}

// VisitWeights say how sessions are compared, and what of them counts.
type VisitWeights struct {
	Likeness
	Near   float64 // e-folding of an item's weight by distance to the match in the other; 0 weighs all alike, whatever Before is
	Age    float64 // e-folding by the other session's age, as a share of all held; 0 ignores age
	Before float64 // weight of items before the match against those after it
}

// from adds to scores what sessions like this one hold (V-SKNN: Ludewig &
// Jannach 2018; distances as in STAN: Garg et al. 2019). Items are the latest
// last; own is the session's key, which does not speak for itself.
func (v *visits) from(items []uint32, own string, w *VisitWeights, t *lens, b *board, to *scratch) {
	nearest := v.nearest(items, own, w, t, b, lookEach)
	at, score, touched := b.now.score, to.score, to.touched
	for _, i := range nearest {
		items, like := v.items.of(i), b.like.score[i]
		if like <= 0 { // it is the session at hand
			continue
		}
		match, best := -1, float32(0) // where the two sessions match
		for j, item := range items {
			if b.mine.holds(item) && at[item] >= best {
				match, best = j, at[item]
			}
		}
		if match < 0 {
			continue
		}
		by := t.near[maxSession-match:] // by place
		for j, item := range items {
			was := score[item]
			if was == 0 {
				touched = append(touched, item)
			}
			score[item] = was + like*by[j]
		}
	}
	to.touched = touched
}

// held adds to scores what those like this one hold, wherever: of a customer's
// likes and of a basket the order says nothing. Where only says so, nothing but
// what it holds is scored, and not as many are looked at.
func (v *visits) held(items []uint32, own string, w *Likeness, t *lens, b *board, only *marks, to *scratch) {
	each := float64(lookEach)
	if only != nil {
		each = lookAlike
		to.touched = append(to.touched, only.set...)
	}
	var room [maxSession]uint8
	score := to.score
	for _, i := range v.nearest(items, own, &VisitWeights{Likeness: *w}, t, b, each) {
		items, like := v.items.of(i), b.like.score[i]
		if len(items) == maxSession && like > 0 { // some of what is alike may have left it
			like = 0
			for _, item := range items {
				if b.mine.holds(item) {
					like += b.now.score[item]
				}
			}
			like *= t.length[maxSession]
		}
		if only == nil {
			to.all(items, like)
			continue
		}
		for _, j := range only.among(items, &room) {
			score[items[j]] += like
		}
	}
}

// nearest are the places of the sessions most like the one at hand: their
// likeness stands in b.like, the weights of the items at hand in b.now. What they
// hold is fetched as in pairs.fetch.
func (v *visits) nearest(items []uint32, own string, w *VisitWeights, t *lens, b *board, each float64) []uint32 {
	like, now := &b.like, &b.now
	like.reset(len(v.keys))
	now.reset(len(v.postings))
	b.mine.reset(len(v.postings))
	t.set(w, len(v.keys))
	items = items[max(0, len(items)-maxSession):]
	look := min(maxPosting, int(each*w.Neighbours)/max(1, len(items)))
	for _, item := range items { // as in pairs.fetch
		if int(item) < len(v.postings) && len(v.postings[item]) > 0 {
			p := v.postings[item]
			b.fetched += p[max(0, len(p)-look)]
		}
	}
	for back := range items {
		item := items[len(items)-1-back]
		if int(item) >= len(v.postings) || now.score[item] > 0 {
			continue
		}
		p := v.postings[item]
		p = p[max(0, len(p)-look):]
		f := t.step[back] * float32(math.Pow(math.Log(1+float64(len(v.keys))/float64(1+len(p))), w.IDF))
		now.add(item, f)
		b.mine.add(item)
		for len(p) > 0 && !v.kept(p[0]) { // it has left the ring
			p = p[1:]
		}
		long := len(like.touched) // as in scratch.pile
		score, touched := like.score, slices.Grow(like.touched, len(p))[:long+len(p)]
		for _, n := range p {
			n %= maxVisits
			was := score[n]
			score[n] = was + f
			touched[long] = n
			long += first(was, f)
		}
		like.touched = touched[:long]
	}
	if self, known := v.open[own]; known {
		like.score[self%maxVisits] = 0
	}
	for _, i := range like.touched { // what was erased has length 0, which weighs nothing
		like.score[i] *= t.length[v.items.long[i]] * t.age[uint32(t.share*float32((v.next-1-i)%maxVisits))]
	}
	nearest := like.strongest(int(w.Neighbours))
	for _, i := range nearest {
		for items := v.items.of(i); len(items) > 0; items = items[min(line, len(items)):] {
			b.fetched += items[0]
		}
	}
	return nearest
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
