package recommend

import (
	"math"
	"slices"
)

// Caps of the session index.
const (
	maxVisits    = 1 << 18 // latest sessions
	maxSession   = 50      // latest items of a session
	maxPosting   = 1000    // latest sessions kept for an item
	maxLook      = 8000    // postings read for a ranking, shared by the items at hand
	maxNeighbour = 500     // sessions like the one at hand that count
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
		} else {
			old := &v.ring[n%maxVisits]
			delete(v.open, old.key)
			*old = visit{key: key, items: old.items[:0]}
		}
	}
	s := &v.ring[n%maxVisits]
	held := slices.Contains(s.items, item)
	if len(s.items) == maxSession {
		s.items = append(s.items[:0], s.items[1:]...)
	}
	s.items = append(s.items, item)
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

// held reports whether a session's number still stands in the ring.
func (v *visits) held(n uint32) bool { return v.next-n-1 < uint32(len(v.ring)) }

// VisitWeights say how sessions are compared.
type VisitWeights struct {
	Step   float64 // e-folding of an item's weight by steps back in the session at hand
	Near   float64 // e-folding of an item's weight by distance to the match in the other
	IDF    float64 // power of an item's rarity
	Len    float64 // power of the other session's length that divides its likeness
	Age    float64 // e-folding by the other session's age, as a share of all held; 0 ignores age
	Before float64 // weight of items before the match against those after it
}

// from adds to scores what sessions like this one hold (V-SKNN: Ludewig &
// Jannach 2018; distances as in STAN: Garg et al. 2019). Items are the latest
// last; own is the session's key, which does not speak for itself.
func (v *visits) from(items []uint32, own string, w *VisitWeights, b *board, to *scratch) {
	self, known := v.open[own]
	like, now := &b.like, &b.now // likeness by session, weights of the items at hand
	like.reset(len(v.ring))
	now.reset(len(v.postings))
	items = items[max(0, len(items)-maxSession):]
	look := min(maxPosting, maxLook/max(1, len(items)))
	for back := range items {
		item := items[len(items)-1-back]
		if int(item) >= len(v.postings) || now.score[item] > 0 {
			continue
		}
		p := v.postings[item]
		p = p[max(0, len(p)-look):]
		f := float32(math.Exp(-float64(back)/w.Step) * math.Pow(math.Log(1+float64(len(v.ring))/float64(1+len(p))), w.IDF))
		now.add(item, f)
		for _, n := range p {
			if v.held(n) && !(known && n == self) {
				like.add(n%maxVisits, f)
			}
		}
	}
	for _, i := range like.touched {
		f := math.Pow(float64(len(v.ring[i].items)), -w.Len)
		if w.Age > 0 {
			f *= math.Exp(-float64((v.next-1-i)%maxVisits) / float64(len(v.ring)) / w.Age)
		}
		like.score[i] *= float32(f)
	}
	var after, before [maxSession]float32 // weights by distance to the match
	for d := range after {
		after[d] = float32(math.Exp(-float64(d) / w.Near))
		before[d] = float32(w.Before) * after[d]
	}
	for _, i := range strongest(like, maxNeighbour) {
		s := &v.ring[i]
		at, best := -1, float32(0) // where the two sessions match
		for j, item := range s.items {
			if f := now.score[item]; f > 0 && f >= best {
				at, best = j, f
			}
		}
		for j, item := range s.items {
			switch {
			case at < 0:
			case j > at:
				to.add(item, like.score[i]*after[j-at-1])
			case j < at:
				to.add(item, like.score[i]*before[at-j-1])
			default:
				to.add(item, like.score[i]*before[0])
			}
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
	bin := func(i uint32) int { return int(of.score[i] / top * (bins - 1)) }
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
