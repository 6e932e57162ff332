package recommend

import (
	"context"
	"math"
	"slices"
)

// knob is one weight and the values worth trying.
type knob struct {
	of     func(*Weights) *float64
	values []float64
}

func knobs() []knob {
	mix := []float64{0, 0.03, 0.1, 0.3, 1}
	power := []float64{0, 0.2, 0.4, 0.6, 0.8}
	folding := []float64{1, 2, 4, 8, 30}
	return []knob{
		{func(w *Weights) *float64 { return &w.Visits.Before }, []float64{0.2, 0.4, 0.6, 0.8, 1}},
		{func(w *Weights) *float64 { return &w.Visits.Step }, folding},
		{func(w *Weights) *float64 { return &w.Next }, mix},
		{func(w *Weights) *float64 { return &w.Again }, []float64{0, 0.25, 1, 2}},
		{func(w *Weights) *float64 { return &w.Ridge }, []float64{0, 0.3, 1, 3}},
		{func(w *Weights) *float64 { return &w.Beside }, []float64{0, 1, 3}},
		{func(w *Weights) *float64 { return &w.Tastes.Neighbours }, []float64{100, 200, 500}},
		{func(w *Weights) *float64 { return &w.Visits.Neighbours }, []float64{200, 500, 1000}},
		{func(w *Weights) *float64 { return &w.Rare }, power},
		{func(w *Weights) *float64 { return &w.Together }, mix},
		{func(w *Weights) *float64 { return &w.Alike }, mix},
		{func(w *Weights) *float64 { return &w.Baskets }, []float64{0, 0.3, 1, 3}},
		{func(w *Weights) *float64 { return &w.Goods }, []float64{0, 0.1, 0.2, 0.3, 0.4}},
		{func(w *Weights) *float64 { return &w.Habit }, mix},
		{func(w *Weights) *float64 { return &w.Fade }, []float64{0, 50, 200}},
		{func(w *Weights) *float64 { return &w.Target }, power},
		{func(w *Weights) *float64 { return &w.Own }, power},
		{func(w *Weights) *float64 { return &w.Visits.IDF }, []float64{0, 1, 2, 3}},
		{func(w *Weights) *float64 { return &w.Visits.Age }, []float64{0, 0.3, 1}},
		{func(w *Weights) *float64 { return &w.Visits.Len }, power},
		{func(w *Weights) *float64 { return &w.Visits.Near }, folding},
		{func(w *Weights) *float64 { return &w.Recent }, []float64{0, 3, 10, 30}},
		{func(w *Weights) *float64 { return &w.Tastes.Len }, power},
		{func(w *Weights) *float64 { return &w.Tastes.Near }, []float64{0, 8, 50}},
		{func(w *Weights) *float64 { return &w.Tastes.Step }, folding},
		{func(w *Weights) *float64 { return &w.Tastes.IDF }, []float64{0, 1, 2, 3}},
	}
}

// kindValues are the strengths of a kind of event that are tried.
func kindValues() []float64 { return []float64{0, 0.1, 0.3, 0.6, 1} }

// TuneKinds chooses Options.Kinds with given weights, nil for the defaults: for
// each kind of event of the log that has a default, how much it says, taking a
// change as [Replay.Tune] does. It learns the log anew for every value tried,
// without a fit, which looks at no strengths; the report is of the weights given,
// fitted where they say so, as [Replay.Judge] measures them.
func (r *Replay) TuneKinds(ctx context.Context, w *Weights) (map[string]float64, Report, error) {
	given := DefaultWeights()
	if w != nil {
		given = *w
	}
	kinds, err := r.tuneKinds(ctx, given)
	if err != nil {
		return kinds, Report{}, err
	}
	s, err := r.shelf(ctx, kinds)
	if err != nil {
		return kinds, Report{}, err
	}
	rep, err := r.judgeFitted(ctx, s, given)
	return kinds, rep, err
}

func (r *Replay) tuneKinds(ctx context.Context, weights Weights) (map[string]float64, error) {
	weights.Ridge = 0
	kinds := map[string]float64{}
	for i := range r.learn {
		if e := &r.learn[i]; defaultKinds(e.Kind) > 0 {
			kinds[e.Kind] = defaultKinds(e.Kind)
		}
	}
	judge := func() (Report, error) {
		s, err := r.shelf(ctx, kinds)
		if err != nil {
			return Report{}, err
		}
		s.weights = weights
		return r.judge(ctx, s)
	}
	if len(kinds) < 2 { // of one alone there is nothing to weigh against
		return kinds, nil
	}
	best, err := judge()
	for _, kind := range sorted(kinds) {
		keep := kinds[kind]
		for _, v := range kindValues() {
			if err != nil || v == keep {
				continue
			}
			kinds[kind] = v
			var rep Report
			if rep, err = judge(); err == nil && gains(rep.each, best.each) {
				best, keep = rep, v
			}
		}
		kinds[kind] = keep
	}
	return kinds, err
}

// Tune chooses weights by coordinate ascent of NDCG at 20, from the defaults.
// A value is taken only when its gain over the same queries is more than one
// and a half standard errors, so that chance is not learned. The report is of the queries
// it was chosen on. On a log of a million events it takes minutes.
func (r *Replay) Tune(ctx context.Context) (Weights, Report, error) {
	s, err := r.shelf(ctx, nil)
	if err == nil {
		err = s.Fit(ctx)
	}
	if err != nil {
		return DefaultWeights(), Report{}, err
	}
	s.weights.Ridge = 0 // a fit has to earn its place: on sparse logs it does harm
	best, err := r.judge(ctx, s)
	for round := 0; round < 2 && err == nil; round++ {
		changed := false
		for _, k := range knobs() {
			at := k.of(&s.weights)
			keep := *at
			for _, v := range k.values {
				if v == keep {
					continue
				}
				*at = v
				var rep Report
				if rep, err = r.judge(ctx, s); err != nil {
					return s.weights, best, err
				}
				if slices.Equal(rep.each, best.each) {
					break // this log has nothing the weight speaks of
				}
				if gains(rep.each, best.each) {
					best, keep, changed = rep, v, true
				}
			}
			*at = keep
		}
		if !changed {
			break
		}
	}
	return s.weights, best, err
}

// gains reports whether a beats b by more than chance, paired.
func gains(a, b []float64) bool {
	n, sum, square := float64(len(a)), 0.0, 0.0
	for i := range a {
		d := a[i] - b[i]
		sum += d
		square += d * d
	}
	if n < 2 || sum <= 0 {
		return false
	}
	mean := sum / n
	return mean > 1.5*math.Sqrt(max(0, square/n-mean*mean)/n)
}
