package sentiment

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// Train learns weights from labelled messages: what their words add to the
// lexicon and the rules. It starts from what the scorer has, so that a hundred
// messages refine it and a hundred thousand replace it; neutral messages pull
// towards 0. Messages of each set and class weigh the same together. The report
// compares by five-fold cross-validation; a class needs about fifty messages
// before it gains. Pass the weights in [Options] when it does.
//
// It is a pure function of scorer and messages; 100,000 messages take some ten
// seconds. A scorer calibrated before should be calibrated again.
func (s *Scorer) Train(ctx context.Context, messages []Labelled) (*Weights, Report, error) {
	points, err := s.points(messages)
	if err != nil {
		return nil, Report{}, err
	}
	samples := s.samples(messages)
	report := Report{Messages: len(points), Before: measure(points, func(int) Calibration { return s.calibration })}
	after := make([]point, len(points))
	for k := range folds {
		w, err := s.learn(ctx, samples, func(i int) bool { return i%folds != k })
		if err != nil {
			return nil, Report{}, err
		}
		for i := k; i < len(samples); i += folds {
			after[i] = point{squash(w.logit(&samples[i].features) / usualSlope), points[i].class}
		}
	}
	report.After = measure(after, func(int) Calibration { return s.calibration })
	w, err := s.learn(ctx, samples, func(int) bool { return true })
	return w, report, err
}

// A sample is a message to learn from.
type sample struct {
	features
	set    int     // which set it is from
	target float64 // 0 negative, 0.5 neutral, 1 positive
	weight float64 // 1 in the mean
}

func (s *Scorer) samples(messages []Labelled) []sample {
	type group struct {
		set   string
		class Class
	}
	sizes, sets := map[group]int{}, map[string]int{}
	for _, m := range messages {
		sizes[group{m.Set, m.Class}]++
		if _, known := sets[m.Set]; !known {
			sets[m.Set] = len(sets)
		}
	}
	samples := make([]sample, len(messages))
	var r reader
	for i, m := range messages {
		r.reset()
		look := r.readText(s.lex, text8K(m.Text))
		r.featuresOf(r.total(look.marks), &r.features)
		samples[i].features = r.features
		samples[i].grams = slices.Clone(r.features.grams)
		samples[i].set = sets[m.Set]
		samples[i].weight = float64(len(messages)) / float64(len(sizes)*sizes[group{m.Set, m.Class}])
		switch m.Class {
		case ClassPositive:
			samples[i].target = 1
		case ClassNeutral:
			samples[i].target = 0.5
		}
	}
	return samples
}

// Learning is by AdaGrad (Duchi, Hazan and Singer 2011).
const (
	rate   = 0.06
	rounds = 6
	seed   = 7
	decay  = 2e-6 // towards where it started
)

// learn fits weights to the samples that in picks.
func (s *Scorer) learn(ctx context.Context, samples []sample, in func(i int) bool) (*Weights, error) {
	var bias float64
	var dense [figures]float32
	var grams []float32
	closes := s.weights == nil || s.weights.closes
	if base := s.weights; base != nil {
		bias, dense, grams = base.bias, base.dense, make([]float32, 1<<gramBits)
		for i := range grams {
			grams[i] = float32(int8(base.grams[i%len(base.grams)])) * base.unit
		}
	} else {
		dense[figureSum], dense[perScript+figureSum] = usualSlope, usualSlope
		grams = agreed(samples, in)
	}
	start := slices.Clone(grams)
	var biasSquares float64
	var denseSquares [figures]float64
	squares := make([]float32, len(grams))
	var order []int
	for i := range samples {
		if in(i) {
			order = append(order, i)
		}
	}
	random := rand.New(rand.NewPCG(seed, seed))
	for range rounds {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for n, i := range order {
			if n%4096 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			f := &samples[i].features
			seen := f.shown(closes)
			scale := rootOf(len(seen))
			z := bias
			for k, x := range f.dense {
				z += float64(dense[k] * x)
			}
			sum := float32(0)
			for _, g := range seen {
				sum += grams[g]
			}
			z += float64(sum * scale)
			slope := (logistic(z) - samples[i].target) * min(samples[i].weight, 10)
			biasSquares += slope * slope
			bias -= rate * slope / (1 + math.Sqrt(biasSquares))
			for k, x := range f.dense {
				g := slope * float64(x)
				denseSquares[k] += g * g
				dense[k] -= float32(rate * g / (1 + math.Sqrt(denseSquares[k])))
			}
			g := float32(slope) * scale
			for _, k := range seen {
				d := g + decay*(grams[k]-start[k])
				squares[k] += d * d
				grams[k] -= rate * d / float32(0.1+math.Sqrt(float64(squares[k])))
			}
		}
	}
	return pack(closes, bias, dense, grams), nil
}

// pack rounds weights to a byte each.
func pack(closes bool, bias float64, dense [figures]float32, grams []float32) *Weights {
	most := float32(0)
	for _, x := range grams {
		most = max(most, x, -x)
	}
	w := &Weights{closes: closes, bias: bias, dense: dense, unit: most / 127}
	bytes := make([]byte, len(grams))
	if w.unit > 0 {
		for i, x := range grams {
			bytes[i] = byte(int8(math.Round(float64(x / w.unit))))
		}
	}
	w.grams = string(bytes)
	return w
}
