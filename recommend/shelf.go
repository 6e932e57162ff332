package recommend

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Options configure a Shelf. The zero value works.
type Options struct {
	// Attributes name values in reasons; nil shows the values themselves.
	Attributes *Attributes
	// Weights of what events say; nil for DefaultWeights. Replay.Tune chooses
	// them on a log.
	Weights *Weights
	// Kinds weighs kinds of event, 0 to 1, a host's own among them; a kind that
	// is not named keeps its default (purchased 1, reviewed 0.8, carted 0.6,
	// clicked and searched 0.4, viewed and dwelt 0.3).
	Kinds map[string]float64
	// HalfLife is after how long what was learned counts half against what is
	// new, by the events' own times; 0 forgets nothing.
	HalfLife time.Duration
	// Late is how long events may be late: what an event teaches waits that
	// long, by the events' own times, so that the same events in any order
	// teach the same. 0 learns at once, in the order of arrival. What a customer
	// owns or dismissed counts at once either way.
	Late time.Duration
	// Diversity, 0 to 1, is how much unlike items are preferred to the next
	// best; 0.3 when 0.
	Diversity float64
	// Bandit re-ranks the best by what customers did; nil keeps the order.
	Bandit *Bandit
	// MaxPer limits how many items of one answer share a value of an attribute,
	// as {"brand": 2, "seller": 1}, so that none fills every answer.
	MaxPer map[string]int
	// MaxShown is how often an item is shown to a customer who does not react to
	// it before it is no longer suggested unasked; 0 for no limit. It needs
	// "shown" events.
	MaxShown int
}

// Shelf is a catalogue that learns. It is safe for concurrent use.
type Shelf struct {
	opts    Options
	reasons sentences

	weights Weights
	boards  sync.Pool // of *board

	mu      sync.RWMutex
	index   index
	learned *learned
}

// New makes a shelf of items. It fails on an item that is not valid, with its id.
func New(items []Item, opts *Options) (*Shelf, error) {
	s := &Shelf{index: newIndex(), weights: DefaultWeights(), boards: sync.Pool{New: func() any { return new(board) }}}
	if opts != nil {
		s.opts = *opts
	}
	s.learned = newLearned(&s.opts)
	if s.opts.Weights != nil {
		s.weights = *s.opts.Weights
	}
	if s.opts.Diversity <= 0 {
		s.opts.Diversity = 0.3
	}
	var err error
	if s.reasons, err = readSentences(); err != nil {
		return nil, err
	}
	return s, s.Put(items...)
}

// Put adds items or replaces those with the same id; all or none.
func (s *Shelf) Put(items ...Item) error {
	for i := range items {
		if err := items[i].validate(); err != nil {
			return fmt.Errorf("recommend: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*stocked, len(items))
	for i, it := range items {
		if len(it.Variants) > 0 {
			it.Stock = 0
			for _, v := range it.Variants {
				it.Stock += v.Stock
			}
		}
		all[i] = &stocked{Item: it, no: s.learned.items.add(it.ID)}
	}
	s.index.put(all, s.opts.Attributes)
	return nil
}

// Remove takes items off the shelf.
func (s *Shelf) Remove(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.index.remove(id)
	}
}

// all are an item's attributes with category, brand and the variants that are left.
func (it *Item) all() map[string][]string {
	out := make(map[string][]string, len(it.Attributes)+3)
	for k, v := range it.Attributes {
		out[k] = v
	}
	out["category"] = []string{it.Category}
	if it.Brand != "" {
		out["brand"] = []string{it.Brand}
	}
	for _, v := range it.Variants {
		if v.Stock > 0 {
			out[v.Attribute] = append(out[v.Attribute], v.Value)
		}
	}
	return out
}

// Has reports whether a value of the item passes the filter; a variant's only
// while it is in stock.
func (it *Item) Has(f Filter) bool {
	return f.passes(it.all()[f.Attribute])
}

// Item returns an item by id.
func (s *Shelf) Item(id string) (Item, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	it := s.index.items[id]
	if it == nil {
		return Item{}, false
	}
	return it.Item, true
}

// Items are all items in the order they were put.
func (s *Shelf) Items() []Item {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]Item, 0, len(s.index.all))
	for _, it := range s.index.all {
		out = append(out, it.Item)
	}
	return out
}

// Record learns from events, each once by its ID. It never fails.
func (s *Shelf) Record(_ context.Context, events ...Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range events {
		s.learned.record(&events[i])
	}
	return nil
}

// blocked says why an item must not be suggested; "" when it may.
func (s *Shelf) blocked(it *stocked, r *Request) string {
	switch {
	case it.Stock <= 0:
		return "stock"
	case slices.Contains(r.Exclude, it.ID):
		return "excluded"
	case !r.Now.IsZero() && (r.Now.Before(it.From) || !it.Until.IsZero() && !r.Now.Before(it.Until)):
		return "validity"
	}
	switch f := s.learned.fact(r.Customer, it.no); {
	case f.owned && s.due(it, r) < dueAt:
		return "owned"
	case f.unwanted:
		return "dismissed"
	}
	if s.opts.MaxShown > 0 && !r.asks() && s.learned.shown(r.Customer, it.no) >= s.opts.MaxShown {
		return "shown"
	}
	for _, f := range r.Must {
		if !it.has(f) {
			return f.Attribute
		}
	}
	for _, f := range r.Not {
		if it.has(f) {
			return "not"
		}
	}
	for _, id := range it.Needs {
		if no, known := s.learned.items.no[id]; !known || !s.learned.fact(r.Customer, no).owned {
			return "needs"
		}
	}
	if r.MinPrice > 0 || r.MaxPrice > 0 {
		p, ok := it.Price[r.Currency]
		if !ok || p < r.MinPrice || r.MaxPrice > 0 && p > r.MaxPrice {
			return "price"
		}
	}
	return ""
}

// Recommend suggests at most r.N items, best first; none when nothing passes
// the filters. The error is ctx's.
func (s *Shelf) Recommend(ctx context.Context, r Request) ([]Suggestion, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.N <= 0 {
		r.N = 3
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.recommend(&r), nil
}

// ranked is an item that may be suggested, with its score.
type ranked struct {
	it    *stocked
	score float64
}

// candidate is one of the best, with what speaks for it.
type candidate struct {
	*stocked
	scored
	score    float64
	near     float64   // to those that are chosen already
	features []float64 // with a bandit
	choice   *Choice   // where it explores
}

func (s *Shelf) recommend(r *Request) []Suggestion {
	b := s.boards.Get().(*board)
	defer s.boards.Put(b)
	s.signals(r, b)
	query := s.index.query(r.Text)
	all := s.allowed(s.pool(r, b), r, &b.signals, query)
	if len(all) < r.N && len(r.Must) == 0 {
		all = s.allowed(s.index.all, r, &b.signals, query)
	}
	all = s.order(all, r)
	best := s.strongest(all, max(maxRerank, 2*r.N))
	for i := range best {
		best[i].scored = s.score(best[i].stocked, r, &b.signals, query)
	}
	switch {
	case r.Order == Cheapest:
	case s.opts.Bandit != nil:
		s.opts.Bandit.rerank(best)
		best = s.explore(best, r.N)
	default:
		best = s.diversify(best, r.N)
	}
	out := make([]Suggestion, min(r.N, len(best)))
	for i := range out {
		c := &best[i]
		out[i] = Suggestion{Item: c.Item, Score: c.score, Reasons: s.why(c.stocked, r, &c.scored), Features: c.features, Choice: c.choice}
	}
	return out
}

// allowed are the items that pass, the best first.
func (s *Shelf) allowed(items []*stocked, r *Request, g *signals, query map[string]float64) []ranked {
	var out []ranked
	for _, it := range items {
		if s.blocked(it, r) != "" {
			continue
		}
		sc := s.score(it, r, g, query)
		if len(r.GoesWith) > 0 && sc.with == 0 || len(r.Like) > 0 && sc.like == 0 {
			continue
		}
		out = append(out, ranked{it, sc.total()})
	}
	slices.SortFunc(out, func(x, y ranked) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.it.at, y.it.at))
	})
	return out
}

// largeCatalogue is from how many items on an open request looks only at those
// that something speaks for.
const largeCatalogue = 5000

// pool are the items worth scoring: those a filter leaves; in a large catalogue,
// when nothing is asked for, those that events, trends or taste speak for, and
// the latest.
func (s *Shelf) pool(r *Request, b *board) []*stocked {
	x := &s.index
	if len(x.all) < largeCatalogue || r.Text != "" || r.Order != ByFit || len(r.Must)+len(r.Wish)+len(r.Like)+len(r.GoesWith) > 0 {
		return x.likely(r)
	}
	const few = 200
	picked := &b.part
	picked.reset(len(s.learned.items.of))
	for _, from := range []*scratch{&b.signals.history, &b.signals.session} {
		for _, no := range strongest(from, few) {
			picked.add(no, 1)
		}
	}
	if t := s.learned.trends[""]; t != nil {
		for no, w := range t.count {
			if w > t.most/20 {
				picked.add(no, 1)
			}
		}
	}
	for v := range b.signals.taste {
		if items := x.by[v]; len(items) < few {
			for _, it := range items {
				picked.add(it.no, 1)
			}
		}
	}
	for _, it := range x.all[len(x.all)-few:] {
		picked.add(it.no, 1)
	}
	out := make([]*stocked, 0, len(picked.touched))
	for _, no := range picked.touched {
		if it := x.items[s.learned.items.of[no]]; it != nil {
			out = append(out, it)
		}
	}
	return out
}

// order puts items in the order asked for.
func (s *Shelf) order(all []ranked, r *Request) []ranked {
	switch r.Order {
	case Cheapest:
		all = slices.DeleteFunc(all, func(x ranked) bool { return x.it.Price[r.Currency] == 0 })
		slices.SortStableFunc(all, func(x, y ranked) int { return cmp.Compare(x.it.Price[r.Currency], y.it.Price[r.Currency]) })
		return all[:min(r.N, len(all))]
	case Newest:
		slices.SortFunc(all, func(x, y ranked) int {
			return cmp.Or(y.it.From.Compare(x.it.From), cmp.Compare(y.it.at, x.it.at))
		})
		for i := range all { // as far apart as their places are
			all[i].score = 1 - float64(i)/float64(len(all))
		}
	case Trending:
		segments := r.Segments
		if len(segments) == 0 {
			segments = []string{""}
		}
		for i := range all {
			all[i].score = s.learned.trends.of(segments, all[i].it.no)
		}
		all = slices.DeleteFunc(all, func(x ranked) bool { return x.score <= 0 })
		slices.SortStableFunc(all, func(x, y ranked) int { return cmp.Compare(y.score, x.score) })
	}
	return all
}

// Left is how many of a variant are in stock; ok is false when the item has no
// such variant.
func (it *Item) Left(attribute, value string) (n int, ok bool) {
	for _, v := range it.Variants {
		if v.Attribute == attribute && v.Value == value {
			return v.Stock, true
		}
	}
	return 0, false
}
