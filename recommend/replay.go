package recommend

import (
	"context"
	"math"
	"slices"
)

// Replay is a host's own log cut in two: what is learned, and what came next,
// held back to judge by. Of a customer with three baskets the last is held back; of
// others the last tenth of their items, or any tenth when the events have
// neither time nor session; of sessions, or
// else baskets, without a customer, the last twentieth.
type Replay struct {
	learn   []Event
	queries []held
}

// held is one ranking asked for, and what came.
type held struct {
	customer string
	session  []string
	want     map[string]bool
	again    bool // items seen before may come again
}

// ReplayOptions bound a replay. The zero value works.
type ReplayOptions struct {
	// Queries is how many rankings are judged at most, spread over the log;
	// 1,000 when 0.
	Queries int
}

// NewReplay cuts events in two. Events without a time keep their place.
func NewReplay(events []Event, opts *ReplayOptions) *Replay {
	most := 1000
	if opts != nil && opts.Queries > 0 {
		most = opts.Queries
	}
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	groups := map[string][]int{} // events by customer, or by session
	var order []string
	visits := 0
	for i := range events {
		e := &events[i]
		key := "c" + e.Customer
		switch {
		case e.Customer != "":
		case e.Session != "":
			key = "s" + e.Session
		default:
			key = "b" + e.Basket
		}
		if (&Options{}).strength(e) <= 0 || len(key) == 1 {
			continue
		}
		if groups[key] == nil {
			order = append(order, key)
			if key[0] != 'c' {
				visits++
			}
		}
		groups[key] = append(groups[key], i)
	}
	r := &Replay{}
	out := map[int]bool{} // not to be learned
	for at, nth := 0, 0; at < len(order); at++ {
		g := groups[order[at]]
		if order[at][0] == 'c' {
			r.holdCustomer(events, g, out)
			continue
		}
		if nth++; nth > visits-visits/20 {
			r.holdVisit(events, g, out)
		}
	}
	for i := range events {
		if !out[i] {
			r.learn = append(r.learn, events[i])
		}
	}
	if n := len(r.queries); n > most {
		spread := make([]held, most)
		for i := range spread {
			spread[i] = r.queries[i*n/most]
		}
		r.queries = spread
	}
	return r
}

func (r *Replay) holdCustomer(events []Event, g []int, out map[int]bool) {
	if r.holdBasket(events, g, out) {
		return
	}
	first := map[string]bool{}
	var fresh []int // the first event of each item
	for _, i := range g {
		if !first[events[i].Item] {
			first[events[i].Item] = true
			fresh = append(fresh, i)
		}
	}
	if len(fresh) < 3 {
		return
	}
	cut := fresh[len(fresh)-max(1, len(fresh)/10)]
	ordered := events[cut].Session != "" || !events[cut].At.IsZero()
	q := held{customer: events[cut].Customer, want: map[string]bool{}}
	for nth, i := range fresh {
		if ordered && i >= cut || !ordered && (nth*7+g[0])%10 == 0 {
			q.want[events[i].Item] = true
		}
	}
	for _, i := range g {
		switch e := &events[i]; {
		case q.want[e.Item] || ordered && i >= cut:
			out[i] = true
		case e.Session != "" && e.Session == events[cut].Session:
			q.session = append(q.session, e.Item)
		}
	}
	if len(q.want) > 0 {
		r.queries = append(r.queries, q)
	}
}

// holdBasket asks for the last of three baskets or more; what was bought before
// may come again.
func (r *Replay) holdBasket(events []Event, g []int, out map[int]bool) bool {
	last, baskets := events[g[len(g)-1]].Basket, map[string]bool{}
	for _, i := range g {
		baskets[events[i].Basket] = true
	}
	if last == "" || len(baskets) < 3 {
		return false
	}
	q := held{customer: events[g[0]].Customer, want: map[string]bool{}, again: true}
	for _, i := range g {
		if events[i].Basket == last {
			q.want[events[i].Item] = true
			out[i] = true
		}
	}
	r.queries = append(r.queries, q)
	return true
}

// holdVisit asks for every next item of a session, and for the last of a basket.
func (r *Replay) holdVisit(events []Event, g []int, out map[int]bool) {
	var now []string
	for k, i := range g {
		out[i] = true
		session := events[i].Session != ""
		if len(now) > 0 && (session || k == len(g)-1 && !slices.Contains(now, events[i].Item)) {
			r.queries = append(r.queries, held{session: slices.Clone(now[max(0, len(now)-maxSession):]), want: map[string]bool{events[i].Item: true}, again: session})
		}
		now = append(now, events[i].Item)
	}
}

// Report is how well rankings of twenty foretold what came, each a mean over
// queries, 0 to 1.
type Report struct {
	Queries               int
	Recall, NDCG, HitRate float64 // at 20
	MRR                   float64 // at 20
	Coverage              float64 // share of the items learned that were shown at all
	each                  []float64
}

// Judge learns the first part with the given weights, nil for the defaults,
// and measures the second.
func (r *Replay) Judge(ctx context.Context, w *Weights) (Report, error) {
	s, err := r.shelf(ctx)
	if err != nil {
		return Report{}, err
	}
	if w != nil {
		s.weights = *w
	}
	return r.judge(ctx, s)
}

func (r *Replay) shelf(ctx context.Context) (*Shelf, error) {
	s, err := New(nil, nil)
	if err != nil {
		return nil, err
	}
	for chunk := range slices.Chunk(r.learn, 4096) {
		if err := s.Record(ctx, chunk...); err != nil {
			return nil, err
		}
	}
	return s, ctx.Err()
}

func (r *Replay) judge(ctx context.Context, s *Shelf) (Report, error) {
	rep := Report{Queries: len(r.queries), each: make([]float64, len(r.queries))}
	shown := map[string]bool{}
	for i, q := range r.queries {
		if err := ctx.Err(); err != nil {
			return rep, err
		}
		hits, gain, ideal := 0, 0.0, 0.0
		for k, g := range s.Rank(q.customer, q.session, 20, q.again) {
			shown[g.Item] = true
			if q.want[g.Item] {
				if hits++; hits == 1 {
					rep.HitRate++
					rep.MRR += 1 / float64(k+1)
				}
				gain += 1 / math.Log2(float64(k+2))
			}
		}
		for k := range min(20, len(q.want)) {
			ideal += 1 / math.Log2(float64(k+2))
		}
		rep.each[i] = gain / ideal
		rep.NDCG += gain / ideal
		rep.Recall += float64(hits) / float64(len(q.want))
	}
	n := float64(max(1, len(r.queries)))
	for _, v := range []*float64{&rep.Recall, &rep.NDCG, &rep.HitRate, &rep.MRR} {
		*v /= n
	}
	rep.Coverage = float64(len(shown)) / float64(max(1, len(s.learned.items.of)-1))
	return rep, nil
}

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

// Tune chooses weights by coordinate ascent of NDCG at 20, from the defaults.
// A value is taken only when its gain over the same queries is more than one
// and a half standard errors, so that chance is not learned. The report is of the queries
// it was chosen on. On a log of a million events it takes minutes.
func (r *Replay) Tune(ctx context.Context) (Weights, Report, error) {
	s, err := r.shelf(ctx)
	if err != nil {
		return DefaultWeights(), Report{}, err
	}
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
