package recommend

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Caps of trends.
const (
	trendHalf   = 3 * 24 * time.Hour // after which an event counts half
	maxTrending = 1000               // items kept for a segment
	maxSegments = 1000
	fewEvents   = 5
)

// trend is what a segment took lately.
type trend struct {
	decay decay
	count map[uint32]float32
	most  float32
	top   leaders
}

func newTrend() *trend { return &trend{decay: decay{half: trendHalf}, count: map[uint32]float32{}} }

// trends are those of everyone, under "", and of each segment.
type trends map[string]*trend

func (ts trends) add(segments []string, item uint32, w float32, at time.Time) {
	for i := -1; i < len(segments); i++ {
		name := ""
		if i >= 0 {
			name = segments[i]
		}
		t := ts[name]
		if t == nil {
			if len(ts) > maxSegments {
				continue
			}
			t = newTrend()
			ts[name] = t
		}
		t.add(item, w, at)
	}
}

func (t *trend) add(item uint32, w float32, at time.Time) {
	if factor := t.decay.rescale(at); factor < 1 {
		for i := range t.count {
			t.count[i] *= factor
		}
		t.most *= factor
		t.top.least *= factor
	}
	t.count[item] += w * t.decay.growth(at)
	t.most = max(t.most, t.count[item])
	t.top.note(item, t.count[item], t.of)
	if len(t.count) > 2*maxTrending {
		t.prune()
	}
}

// takeBack takes off what add added.
func (ts trends) takeBack(segments []string, item uint32, w float32, at time.Time) {
	for _, name := range append([]string{""}, segments...) {
		if t := ts[name]; t != nil && t.count[item] > 0 {
			t.count[item] = max(0, t.count[item]-w*t.decay.growth(at))
		}
	}
}

func (t *trend) of(item uint32) float32 { return t.count[item] }

func (t *trend) prune() {
	all := make([]cell, 0, len(t.count))
	for i, w := range t.count {
		all = append(all, cell{i, w})
	}
	slices.SortFunc(all, func(a, b cell) int { return cmp.Or(cmp.Compare(b.w, a.w), cmp.Compare(a.item, b.item)) })
	for _, c := range all[maxTrending:] {
		delete(t.count, c.item)
	}
}

// named are the trends of the segments that are known, of everyone where none of
// those named is.
func (ts trends) named(segments []string) []*trend {
	var out []*trend
	for _, name := range segments {
		if t := ts[name]; t != nil {
			out = append(out, t)
		}
	}
	if t := ts[""]; len(segments) > 0 && len(out) == 0 && t != nil {
		out = append(out, t)
	}
	return out
}

// trending is how much an item is taken lately, 0 to 1: where it is taken most.
func trending(ts []*trend, item uint32, now time.Time) float64 {
	best := 0.0
	for _, t := range ts {
		best = math.Max(best, float64(t.count[item]/t.full(now)))
	}
	return best
}

// full is what an item's share is of: the most, and more, as a few events are
// no trend, nor are those that were long ago.
func (t *trend) full(now time.Time) float32 {
	few := fewEvents * t.decay.growth(t.decay.newest)
	if age := now.Sub(t.decay.newest); age > 0 && !now.IsZero() {
		few *= float32(math.Exp2(min(60, float64(age)/float64(trendHalf))))
	}
	return t.most + few
}
