package nlu

import (
	"cmp"
	"slices"
)

// Point is what one threshold would do to the messages of an evaluation. All
// numbers are 0 to 1.
type Point struct {
	// Threshold is the least 1 - Unknown that is accepted.
	Threshold float64
	// Coverage is the share of the messages of an intent that are answered,
	// Precision the share of all answers that are right.
	Coverage, Precision float64
	// False is the share of the messages of no intent that are answered.
	False float64
}

// Curve is what each threshold would do, from the one that accepts least, in
// at most so many points (2 at least): Coverage over Precision says what to
// choose, Coverage over False is the receiver operating characteristic whose
// area is AUROC.
func (e *Evaluation) Curve(points int) []Point {
	all := slices.Clone(e.answers)
	slices.SortFunc(all, func(a, b answer) int { return cmp.Compare(b.sure, a.sure) })
	var out []Point
	right, inside, outside := 0, 0, 0
	for i, a := range all {
		if a.right {
			right++
		}
		if a.outside {
			outside++
		} else {
			inside++
		}
		if i+1 < len(all) && all[i+1].sure == a.sure {
			continue
		}
		out = append(out, Point{a.sure, share(inside, e.Messages), share(right, i+1), share(outside, e.Outside)})
	}
	points = max(2, points)
	if len(out) <= points {
		return out
	}
	for i := range points {
		out[i] = out[i*(len(out)-1)/(points-1)]
	}
	return out[:points]
}

// Sureness counts the messages of an intent and those of none in so many equal
// bins (1 at least) of 1 - Unknown.
func (e *Evaluation) Sureness(bins int) (inside, outside []int) {
	bins = max(1, bins)
	inside, outside = make([]int, bins), make([]int, bins)
	for _, a := range e.answers {
		at := min(bins-1, max(0, int(a.sure*float64(bins))))
		if a.outside {
			outside[at]++
		} else {
			inside[at]++
		}
	}
	return inside, outside
}
