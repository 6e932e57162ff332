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
	}
	t.count[item] += w * t.decay.growth(at)
	t.most = max(t.most, t.count[item])
	if len(t.count) > 2*maxTrending {
		t.prune()
	}
}

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

// of is how much an item is taken lately, 0 to 1: by the segment named where it
// is taken most, by everyone where none of them is known, 0 when none is named.
func (ts trends) of(segments []string, item uint32) float64 {
	best, known := 0.0, false
	for _, name := range segments {
		if t := ts[name]; t != nil {
			known = true
			best = math.Max(best, t.share(item))
		}
	}
	if t := ts[""]; len(segments) > 0 && !known && t != nil {
		best = t.share(item)
	}
	return best
}

// share is of the most, shrunken: a few events are no trend.
func (t *trend) share(item uint32) float64 {
	return float64(t.count[item] / (t.most + fewEvents*t.decay.growth(t.decay.newest)))
}
