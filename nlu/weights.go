package nlu

import (
	"math"
	"slices"
)

// weights is a matrix of features by classes with most entries left out: the
// rows of a trained matrix are the same for nearly all classes, and what is
// the same for all decides nothing. Entries are a byte and a scale a row.
type weights struct {
	start []uint32 // of each row in class and value; one more than rows
	scale []float32
	class []uint16
	value []int8
}

// negligible is the weight, beside the row's median, that is left out. On
// public sets of 7 to 150 intents nothing is lost by it (at most 0.1 points of
// accuracy) and the model shrinks twentyfold or more.
const negligible = 0.04

// compact packs a dense matrix of k columns. Each row is moved by its median:
// a softmax does not see what is added to all classes alike.
func compact(dense []float32, k int) *weights {
	n := len(dense) / k
	w := &weights{start: make([]uint32, 1, n+1), scale: make([]float32, n)}
	sorted := make([]float32, k)
	for i := range n {
		row := dense[i*k : i*k+k]
		copy(sorted, row)
		slices.Sort(sorted)
		median := sorted[k/2]
		top := max(sorted[k-1]-median, median-sorted[0])
		if top >= negligible {
			w.scale[i] = top / 127
			for c, v := range row {
				if v -= median; v >= negligible || v <= -negligible {
					if q := math.Round(float64(v / w.scale[i])); q != 0 {
						w.class = append(w.class, uint16(c))
						w.value = append(w.value, int8(min(127, max(-127, q))))
					}
				}
			}
		}
		w.start = append(w.start, uint32(len(w.class)))
	}
	w.class, w.value = slices.Clip(w.class), slices.Clip(w.value)
	return w
}

// add adds row i times v to the classes' scores.
func (w *weights) add(i int32, v float32, scores []float32) {
	from, to := w.start[i], w.start[i+1]
	v *= w.scale[i]
	class := w.class[from:to]
	value := w.value[from:to]
	for len(class) >= 4 && len(value) >= 4 {
		scores[class[0]] += v * float32(value[0])
		scores[class[1]] += v * float32(value[1])
		scores[class[2]] += v * float32(value[2])
		scores[class[3]] += v * float32(value[3])
		class, value = class[4:], value[4:]
	}
	for j := range min(len(class), len(value)) {
		scores[class[j]] += v * float32(value[j])
	}
}
