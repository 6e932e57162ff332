package recommend

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"sync"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Options configure a Shelf. The zero value works.
type Options struct {
	// Attributes name values in reasons; nil shows the values themselves.
	Attributes *Attributes
	// Diversity, 0 to 1, is how much unlike items are preferred to the next
	// best; 0.3 when 0.
	Diversity float64
}

// Shelf is a catalogue that learns. It is safe for concurrent use.
type Shelf struct {
	opts    Options
	reasons sentences

	mu      sync.RWMutex
	items   map[string]*stocked
	order   []string
	idf     map[string]float64
	learned *learned
}

// stocked is an item with its words.
type stocked struct {
	Item
	terms map[string]float64
	norm  float64
}

// New makes a shelf of items. It fails on an item that is not valid, with its id.
func New(items []Item, opts *Options) (*Shelf, error) {
	s := &Shelf{items: map[string]*stocked{}, learned: newLearned()}
	if opts != nil {
		s.opts = *opts
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
	for _, it := range items {
		if len(it.Variants) > 0 {
			it.Stock = 0
			for _, v := range it.Variants {
				it.Stock += v.Stock
			}
		}
		if s.items[it.ID] == nil {
			s.order = append(s.order, it.ID)
		}
		s.items[it.ID] = &stocked{Item: it}
	}
	s.reindex()
	return nil
}

// Remove takes items off the shelf.
func (s *Shelf) Remove(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.items, id)
	}
	s.order = slices.DeleteFunc(s.order, func(id string) bool { return s.items[id] == nil })
	s.reindex()
}

// reindex weighs the words of every item; the caller holds the lock.
func (s *Shelf) reindex() {
	df := map[string]float64{}
	for _, id := range s.order {
		it := s.items[id]
		it.terms = map[string]float64{}
		add := func(t string, w float64) {
			for _, term := range text.Terms(t) {
				it.terms[term] = math.Max(it.terms[term], w)
			}
		}
		for _, n := range it.Name {
			add(n, 1)
		}
		for _, d := range it.Description {
			add(d, 0.5)
		}
		add(it.Brand, 1)
		if s.opts.Attributes != nil {
			for attr, vs := range it.all() {
				for _, v := range vs {
					for _, names := range s.opts.Attributes.values[attr][v] {
						for _, n := range names {
							add(n, 0.7)
						}
					}
				}
			}
		}
		for t := range it.terms {
			df[t]++
		}
	}
	s.idf = make(map[string]float64, len(df))
	for t, n := range df {
		s.idf[t] = math.Log(1 + float64(len(s.order))/n)
	}
	for _, id := range s.order {
		it := s.items[id]
		sum := 0.0
		for _, t := range sorted(it.terms) {
			w := it.terms[t] * s.idf[t]
			sum += w * w
		}
		it.norm = math.Sqrt(sum)
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

// Has reports whether one of the values is true of the item; a variant only
// while it is in stock.
func (it *Item) Has(f Filter) bool {
	have := it.all()[f.Attribute]
	return slices.ContainsFunc(f.Any, func(v string) bool { return slices.Contains(have, v) })
}

// Item returns an item by id.
func (s *Shelf) Item(id string) (Item, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	it := s.items[id]
	if it == nil {
		return Item{}, false
	}
	return it.Item, true
}

// Items are all items in the order they were put.
func (s *Shelf) Items() []Item {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]Item, 0, len(s.order))
	for _, id := range s.order {
		out = append(out, s.items[id].Item)
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
func (s *Shelf) blocked(it *Item, r *Request) string {
	switch {
	case it.Stock <= 0:
		return "stock"
	case slices.Contains(r.Exclude, it.ID):
		return "excluded"
	}
	if u := s.learned.users[r.Customer]; r.Customer != "" && u != nil && u.bought[it.ID] {
		return "owned"
	}
	for _, f := range r.Must {
		if !it.Has(f) {
			return f.Attribute
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

func (s *Shelf) recommend(r *Request) []Suggestion {
	sig := s.signals(r)
	query := s.query(r.Text)
	var out []Suggestion
	for _, id := range s.order {
		it := s.items[id]
		if s.blocked(&it.Item, r) != "" {
			continue
		}
		sc := s.score(it, r, sig, query)
		if len(r.GoesWith) > 0 && sc.with == 0 || len(r.Like) > 0 && sc.like == 0 {
			continue
		}
		out = append(out, Suggestion{Item: it.Item, Score: sc.total(), Reasons: s.why(it, r, &sc)})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Score > out[j].Score })
	if r.Cheapest {
		out = slices.DeleteFunc(out, func(x Suggestion) bool { return x.Item.Price[r.Currency] == 0 })
		sort.SliceStable(out, func(i, j int) bool { return out[i].Item.Price[r.Currency] < out[j].Item.Price[r.Currency] })
		return out[:min(r.N, len(out))]
	}
	return s.diversify(out, r.N)
}

// signals are what events say about a request.
type signals struct {
	history, session, basket map[string]float64
	popular                  float64 // of the most popular item
}

func (s *Shelf) signals(r *Request) signals {
	g := signals{history: map[string]float64{}, session: map[string]float64{}, basket: map[string]float64{}}
	if u := s.learned.users[r.Customer]; r.Personal && r.Customer != "" && u != nil {
		for _, it := range u.items[max(0, len(u.items)-maxHistory):] {
			s.learned.together.from(it, 1, g.history)
		}
	}
	for i, it := range r.Session {
		age := float64(len(r.Session) - i)
		s.learned.next.from(it, 1/age, g.session)
		s.learned.together.from(it, 0.5/age, g.session)
	}
	for _, it := range append(slices.Clone(r.GoesWith), r.Like...) {
		s.learned.basket.from(it, 1, g.basket)
		s.learned.together.from(it, 0.3, g.basket)
	}
	for _, v := range s.learned.popular {
		g.popular = math.Max(g.popular, v)
	}
	for _, m := range []map[string]float64{g.history, g.session, g.basket} {
		top := 0.0
		for _, v := range m {
			top = math.Max(top, v)
		}
		for k := range m {
			m[k] /= top
		}
	}
	return g
}

func (s *Shelf) query(t string) map[string]float64 {
	q := map[string]float64{}
	sum := 0.0
	for _, term := range text.Terms(text.Cut(t, 1000)) {
		if w, ok := s.idf[term]; ok && q[term] == 0 {
			q[term] = w
			sum += w * w
		}
	}
	for k := range q {
		q[k] /= math.Sqrt(sum)
	}
	return q
}

// scored are the parts of an item's score, each 0 to 1.
type scored struct {
	wish, words, history, session, with, like, popular float64
	listed                                             bool // the catalogue itself says it goes with
}

func (c *scored) total() float64 {
	return 1.5*c.wish + 1.2*c.words + 0.8*c.history + 0.6*c.session + 1.5*c.with + 1.5*c.like + 0.3*c.popular
}

func (s *Shelf) score(it *stocked, r *Request, g signals, query map[string]float64) scored {
	c := scored{history: g.history[it.ID], session: g.session[it.ID]}
	if g.popular > 0 {
		c.popular = math.Log1p(s.learned.popular[it.ID]) / math.Log1p(g.popular)
	}
	for _, f := range r.Wish {
		if it.Has(f) {
			c.wish += 1 / float64(len(r.Wish))
		}
	}
	if it.norm > 0 {
		for t, w := range query {
			c.words += w * it.terms[t] * s.idf[t] / it.norm
		}
	}
	for _, id := range r.GoesWith {
		of := s.items[id]
		if id == it.ID || of == nil {
			continue
		}
		if slices.Contains(of.GoesWith, it.ID) || slices.Contains(it.GoesWith, id) {
			c.with, c.listed = 1, true
		} else if of.Category != it.Category { // a substitute is no complement
			c.with = math.Max(c.with, 0.8*g.basket[it.ID])
		}
	}
	for _, id := range r.Like {
		if of := s.items[id]; of != nil && id != it.ID && of.Category == it.Category {
			c.like = math.Max(c.like, 0.2+0.5*alike(&of.Item, &it.Item)+0.3*g.basket[it.ID])
		}
	}
	return c
}

// alike is the share of attribute values two items have in common.
func alike(a, b *Item) float64 {
	same, all := 0, 0
	for k, vs := range a.Attributes {
		for _, v := range vs {
			all++
			if slices.Contains(b.Attributes[k], v) {
				same++
			}
		}
	}
	if all == 0 {
		return 0
	}
	return float64(same) / float64(all)
}

// diversify re-ranks by maximal marginal relevance (Carbonell & Goldstein 1998).
func (s *Shelf) diversify(all []Suggestion, n int) []Suggestion {
	all = all[:min(len(all), 50)]
	var out []Suggestion
	for len(out) < n && len(all) > 0 {
		best, at := math.Inf(-1), 0
		for i := range all {
			v := all[i].Score
			for j := range out {
				if out[j].Item.Category == all[i].Item.Category {
					v -= s.opts.Diversity * alike(&out[j].Item, &all[i].Item) / float64(len(out))
				}
			}
			if v > best {
				best, at = v, i
			}
		}
		out = append(out, all[at])
		all = slices.Delete(all, at, at+1)
	}
	return out
}

// Relax explains an empty answer: it drops as little of a request as lets
// something through, price first, then wishes of the customer's own from the
// last named to the first, and says what was dropped. ok is false when nothing
// helps.
func (s *Shelf) Relax(r Request) (relaxed Request, dropped []string, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	some := func(q *Request) bool {
		return slices.ContainsFunc(s.order, func(id string) bool { return s.blocked(&s.items[id].Item, q) == "" })
	}
	if some(&r) {
		return r, nil, true
	}
	free := r
	free.MinPrice, free.MaxPrice = 0, 0
	if (r.MinPrice > 0 || r.MaxPrice > 0) && some(&free) {
		return free, []string{"price"}, true
	}
	for i := len(r.Must) - 1; i >= 0; i-- {
		if r.Must[i].Attribute == "category" {
			continue
		}
		one := r
		one.Must = slices.Delete(slices.Clone(r.Must), i, i+1)
		if some(&one) {
			return one, []string{r.Must[i].Attribute}, true
		}
	}
	dropped = []string{"price"}
	for i := len(free.Must) - 1; i >= 0; i-- {
		if free.Must[i].Attribute == "category" {
			continue
		}
		dropped = append(dropped, free.Must[i].Attribute)
		free.Must = slices.Delete(slices.Clone(free.Must), i, i+1)
		if some(&free) {
			return free, dropped, true
		}
	}
	return r, nil, false
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
