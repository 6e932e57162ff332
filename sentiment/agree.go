package sentiment

import "math"

// Learning from scratch starts from what the sets agree about: for each gram the
// log-odds of standing in a positive rather than a negative message, set by set,
// pooled with each set's variance (DerSimonian and Laird, "Meta-analysis in
// clinical trials", 1986) and shrunk to nothing where the sets disagree, where
// few messages speak, or few sets know it. A gram that is praise in one trade and
// blame in another starts at 0, so what is learnt carries over to trades nobody
// labelled.
const (
	leastCount  = 2   // messages of a set a gram must be in to have a say
	samplingVar = 0.1 // added to the variance of each set's log-odds
	betweenVar  = 0.3 // the least variance between sets: one set alone is not trusted
	manySets    = 6   // as many sets must know a gram for its pooled log-odds to be the start as they are
)

// agreed are the starting weights of the grams.
func agreed(samples []sample, in func(i int) bool) []float32 {
	sets := 0
	for i := range samples {
		sets = max(sets, samples[i].set+1)
	}
	type counts struct {
		pos, neg             []float32 // of each gram
		positives, negatives float64
	}
	of := make([]counts, sets)
	for i := range samples {
		if !in(i) {
			continue
		}
		c := &of[samples[i].set]
		if c.pos == nil {
			c.pos, c.neg = make([]float32, 1<<gramBits), make([]float32, 1<<gramBits)
		}
		target := samples[i].target
		c.positives += target
		c.negatives += 1 - target
		for _, g := range samples[i].grams {
			c.pos[g] += float32(target)
			c.neg[g] += float32(1 - target)
		}
	}
	start := make([]float32, 1<<gramBits)
	for g := range start {
		var n, weight, sum, squares float64
		for k := range of {
			c := &of[k]
			if c.positives == 0 || c.negatives == 0 || c.pos[g]+c.neg[g] < leastCount {
				continue
			}
			p, q := float64(c.pos[g])+0.5, float64(c.neg[g])+0.5
			odds := math.Log(p/(c.positives+1)) - math.Log(q/(c.negatives+1))
			w := 1 / (1/p + 1/q + samplingVar)
			n++
			weight += w
			sum += w * odds
			squares += w * odds * odds
		}
		if n == 0 {
			continue
		}
		mean := sum / weight
		between := max(betweenVar, (squares-sum*mean)/weight)
		start[g] = float32((n - 1) / (manySets - 1) * mean * mean * mean / (mean*mean + between/n + 1/weight))
	}
	return start
}
