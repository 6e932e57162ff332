package recommend

import (
	"context"
	"errors"
	"math"
	"slices"
)

// Report is how well rankings of twenty foretold what came, each a mean over
// queries, 0 to 1 but for Novelty.
type Report struct {
	Queries               int
	Recall, NDCG, HitRate float64 // at 20
	MRR                   float64 // at 20
	Coverage              float64 // share of the items learned that were shown at all
	// Novelty is how little known what was shown is: the mean of minus the binary
	// logarithm of an item's share of all that was taken.
	Novelty float64
	// Segments are the reports of each segment of Event.Segments; none where
	// there is only one report to give.
	Segments map[string]Report
	each     []float64
}

// tally sums up what a Report is the means of.
type tally struct {
	Report
	shown  map[string]bool
	places int
}

// add counts one ranking.
func (t *tally) add(s *Shelf, got []Scored, want map[string]bool, taken float64) {
	t.Queries++
	hits := 0
	for k, g := range got {
		t.shown[g.Item] = true
		t.places++
		t.Novelty -= math.Log2(max(1e-12, s.learned.taken(s.learned.items.no[g.Item])/taken))
		if want[g.Item] {
			if hits++; hits == 1 {
				t.HitRate++
				t.MRR += 1 / float64(k+1)
			}
		}
	}
	gain := ndcg(got, want)
	t.each = append(t.each, gain)
	t.NDCG += gain
	t.Recall += float64(hits) / float64(len(want))
}

// ndcg is the discounted gain of a ranking, of the highest there could be.
func ndcg(got []Scored, want map[string]bool) float64 {
	gain, ideal := 0.0, 0.0
	for k, g := range got {
		if want[g.Item] {
			gain += 1 / math.Log2(float64(k+2))
		}
	}
	for k := range min(20, len(want)) {
		ideal += 1 / math.Log2(float64(k+2))
	}
	return gain / ideal
}

// report makes means of the sums.
func (t *tally) report(items int) Report {
	n := float64(max(1, t.Queries))
	for _, v := range []*float64{&t.Recall, &t.NDCG, &t.HitRate, &t.MRR} {
		*v /= n
	}
	t.Novelty /= float64(max(1, t.places))
	t.Coverage = float64(len(t.shown)) / float64(max(1, items))
	return t.Report
}

// Judge learns the first part with the given weights, nil for the defaults, fits
// the shelf as far as they ask for it, and measures the second part.
func (r *Replay) Judge(ctx context.Context, w *Weights) (Report, error) {
	s, err := r.shelf(ctx, nil)
	if err != nil {
		return Report{}, err
	}
	if w == nil {
		return r.judgeFitted(ctx, s, s.weights)
	}
	return r.judgeFitted(ctx, s, *w)
}

func (r *Replay) judgeFitted(ctx context.Context, s *Shelf, w Weights) (Report, error) {
	s.weights = w
	if err := s.Fit(ctx); err != nil {
		return Report{}, err
	}
	return r.judge(ctx, s)
}

func (r *Replay) shelf(ctx context.Context, kinds map[string]float64) (*Shelf, error) {
	s, err := New(r.items, &Options{Kinds: kinds})
	if err != nil {
		return nil, err
	}
	for chunk := range slices.Chunk(r.learn, 4096) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.Record(ctx, chunk...); err != nil {
			return nil, err
		}
	}
	return s, ctx.Err()
}

// errNoQueries tells of a log of which nothing can be judged.
var errNoQueries = errors.New("recommend: the log leaves nothing to judge by: it needs customers with three items, sessions of two, or what ReplayOptions.Goal and After name")

func (r *Replay) judge(ctx context.Context, s *Shelf) (Report, error) {
	all, by := tally{shown: map[string]bool{}}, map[string]*tally{}
	taken := 0.0
	for i := range s.learned.popular {
		taken += s.learned.taken(uint32(i))
	}
	if len(r.queries) == 0 {
		return all.Report, errNoQueries
	}
	for i := range r.queries {
		if err := ctx.Err(); err != nil {
			return all.Report, err
		}
		q := &r.queries[i]
		got := s.Rank(q.customer, q.session, 20, q.again)
		all.add(s, got, q.want, taken)
		for _, name := range q.segments {
			if by[name] == nil {
				by[name] = &tally{shown: map[string]bool{}}
			}
			by[name].add(s, got, q.want, taken)
		}
	}
	items := len(s.learned.items.of) - 1
	rep := all.report(items)
	if len(by) > 1 {
		rep.Segments = map[string]Report{}
		for name, t := range by {
			rep.Segments[name] = t.report(items)
		}
	}
	return rep, nil
}
