package recommend

import (
	"context"
	"errors"
	"fmt"
	"iter"
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
	// as {"brand": 2, "seller": 1}, so that none fills every answer; not of what
	// Request.Must itself names.
	MaxPer map[string]int
	// Suits is a hard rule of the host's own, for what no filter of a request can
	// forget: whether a fund suits a customer's risk profile, whether an audience
	// may see it. It is asked for every item that passes the rest, while the shelf
	// is locked: answer at once, and call nothing of the Shelf. nil lets all pass.
	Suits func(*Item, *Request) bool
	// Mastery, 0 to 1, is how far what an item Needs must be mastered, by
	// "progressed" events, before it is suggested; with 0 owning it is enough.
	Mastery float64
	// MaxShown is how often an item is shown to a customer who does not react to
	// it before it is no longer suggested unasked; each time before counts against
	// it. 0 for no limit. It needs "shown" events.
	MaxShown int
}

// Shelf is a catalogue that learns. It is safe for concurrent use.
type Shelf struct {
	opts    Options
	reasons sentences

	weights Weights
	boards  sync.Pool // of *board

	writing sync.Mutex   // held by who changes anything, and by who must see nothing change for long
	mu      sync.RWMutex // locked only while something changes, so that readers do not wait
	index   index
	learned *learned
}

// change changes the shelf.
func (s *Shelf) change(by func()) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	by()
}

// validate says what of the options makes no sense.
func (o *Options) validate() error {
	share := func(x float64) bool { return x >= 0 && x <= 1 }
	for _, kind := range sorted(o.Kinds) {
		if !share(o.Kinds[kind]) {
			return fmt.Errorf("Options.Kinds: %s is %g: use 0 to 1", kind, o.Kinds[kind])
		}
	}
	for _, attribute := range sorted(o.MaxPer) {
		if o.MaxPer[attribute] <= 0 {
			return fmt.Errorf("Options.MaxPer: %s is %d: use 1 or more, or leave it out", attribute, o.MaxPer[attribute])
		}
	}
	switch {
	case !share(o.Mastery):
		return fmt.Errorf("Options.Mastery is %g: use 0 to 1", o.Mastery)
	case !share(o.Diversity):
		return fmt.Errorf("Options.Diversity is %g: use 0 to 1", o.Diversity)
	case o.MaxShown < 0:
		return fmt.Errorf("Options.MaxShown is %d: use 0 or more", o.MaxShown)
	case o.Late < 0:
		return fmt.Errorf("Options.Late is %v: use 0 or more", o.Late)
	case o.HalfLife < 0:
		return fmt.Errorf("Options.HalfLife is %v: use 0 or more", o.HalfLife)
	}
	return nil
}

// New makes a shelf of items, which it keeps: do not change what they hold
// afterwards, put them again. It fails on an item that is not valid, with its id,
// and on options that make no sense.
func New(items []Item, opts *Options) (*Shelf, error) {
	s := &Shelf{index: newIndex(), weights: DefaultWeights(), boards: sync.Pool{New: func() any { return new(board) }}}
	if opts != nil {
		s.opts = *opts
	}
	s.learned = newLearned(&s.opts)
	if s.opts.Weights != nil {
		s.weights = *s.opts.Weights
	}
	if err := s.opts.validate(); err != nil {
		return nil, fmt.Errorf("recommend: %w", err)
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
	all := make([]stocked, len(items))
	for i, it := range items {
		if len(it.Variants) > 0 {
			it.Stock = 0
			for _, v := range it.Variants {
				it.Stock += v.Stock
			}
		}
		all[i].goods = &goods{Item: it}
	}
	s.change(func() {
		for i := range all {
			all[i].no = s.learned.items.add(all[i].ID)
		}
		s.index.put(all, s.opts.Attributes)
	})
	return nil
}

// PutAll puts items as they come, some at a time, so that readers need not wait
// for a large catalogue. It stops at the first that is not valid; those before
// it are on the shelf.
func (s *Shelf) PutAll(items iter.Seq[Item]) error {
	some := make([]Item, 0, 256)
	for it := range items {
		if err := it.validate(); err != nil {
			return errors.Join(fmt.Errorf("recommend: %w", err), s.Put(some...))
		}
		if some = append(some, it); len(some) == cap(some) {
			if err := s.Put(some...); err != nil {
				return err
			}
			some = some[:0]
		}
	}
	return s.Put(some...)
}

// Remove takes items off the shelf.
func (s *Shelf) Remove(ids ...string) {
	s.change(func() {
		for _, id := range ids {
			if at, held := s.index.items[id]; held {
				s.index.forget(at, s.opts.Attributes)
			}
		}
	})
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

// Item returns an item by id. What it points to is the shelf's own: only read it.
func (s *Shelf) Item(id string) (Item, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	it := s.index.item(id)
	if it == nil {
		return Item{}, false
	}
	return it.Item, true
}

// Items are all items in the order they were put, only to be read.
func (s *Shelf) Items() []Item {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]Item, 0, len(s.index.items))
	for i := range s.index.place {
		if it := &s.index.place[i]; it.goods != nil {
			out = append(out, it.Item)
		}
	}
	return out
}

// atOnce is how many events are recorded before readers have their turn.
const atOnce = 64

// Record learns from events, each once by its ID. It never fails. Readers wait
// for some of many events only.
func (s *Shelf) Record(_ context.Context, events ...Event) error {
	for some := range slices.Chunk(events, atOnce) {
		s.change(func() {
			for i := range some {
				s.learned.record(&some[i])
			}
		})
	}
	return nil
}

// Erase forgets a customer: what they took, own, dismissed and were shown. What
// their events taught about items stays, of nobody; sessions are known by the
// host's session ids only. It makes a Shelf a bot.Eraser.
func (s *Shelf) Erase(_ context.Context, tenant, customer string) (map[string]int, error) {
	rows := map[string]int{"customers": 0, "waiting": 0}
	s.change(func() {
		l, key := s.learned, keyed(tenant, customer)
		waiting := len(l.waiting.events)
		l.waiting.events = slices.DeleteFunc(l.waiting.events, func(e Event) bool { return e.Tenant == tenant && e.Customer == customer })
		rows["waiting"] = waiting - len(l.waiting.events)
		if l.users[key] != nil {
			delete(l.users, key)
			rows["customers"] = 1
		}
		l.alike.erase(key)
	})
	return rows, nil
}

// Recommend suggests at most r.N items, best first; none when nothing passes
// the filters. The error is ctx's, or that of an order there is not.
func (s *Shelf) Recommend(ctx context.Context, r Request) ([]Suggestion, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch r.Order {
	case ByFit, Cheapest, Dearest, Newest, Trending:
	default:
		return nil, fmt.Errorf("recommend: there is no order %q", r.Order)
	}
	if r.N <= 0 {
		r.N = 3
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.recommend(&r), nil
}

// candidate is one of the best, with what speaks for it.
type candidate struct {
	*stocked
	scored
	score    float64
	near     float64 // to those that are chosen already
	chosen   bool
	features []float64 // with a bandit
	choice   *Choice   // where it explores
}

func (s *Shelf) recommend(r *Request) []Suggestion {
	b := s.boards.Get().(*board)
	defer s.boards.Put(b)
	a := s.ready(r)
	s.signals(&a, b)
	all := s.pool(&a, b)
	s.allowed(&a, b)
	found := len(b.queue.all)
	best := s.strongest(&a, b, max(maxRerank, 2*r.N))
	if len(best) < 2*r.N && !all {
		s.whole(&a, b)
		s.allowed(&a, b)
		best = s.strongest(&a, b, max(maxRerank, 2*r.N))
	}
	if r.Order == Newest { // as far apart as their places are
		for i := range best {
			best[i].score = 1 - float64(i)/float64(found)
		}
	}
	if r.Order.byPrice() || s.opts.Bandit == nil {
		best = s.diversify(&a, best, r.N)
	}
	for i := range best {
		c := &best[i]
		if s.score(&c.scored, c.stocked, &a, b); r.Order.byPrice() {
			c.score = c.total()
		}
	}
	if s.opts.Bandit != nil && !r.Order.byPrice() {
		s.opts.Bandit.rerank(best)
		best = s.explore(&a, best, r.N)
	}
	out := make([]Suggestion, min(r.N, len(best)))
	for i := range out { // first, as in pairs.fetch
		it := best[i].stocked
		out[i].Item = it.Item
		b.fetched += s.learned.together.fetchRow(it.no, rowTop) + uint32(len(it.Name))
	}
	room := make([]Reason, 0, usual*len(out))
	for i := range out {
		c, o := &best[i], &out[i]
		o.Score, o.Features, o.Choice = c.score, c.features, c.choice
		room = s.why(c.stocked, &a, &c.scored, b, room)
		o.Reasons, o.Notice = slices.Clip(room), nameIn(c.Notice, r.Language)
		room = room[len(room):]
	}
	return out
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
