package recommend

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Caps on what is learned.
const (
	maxHistory = 30   // latest items of a customer that a new one is paired with
	maxSteps   = 10   // items before it that a new one follows
	maxSeen    = 1000 // items kept for a customer
)

// userDamp is the power of a customer's items that divides each of their
// pairs: who takes everything says little about what belongs together.
const userDamp = 0.6

// learned is what events taught. Its owner locks it.
type learned struct {
	opts     *Options
	items    *numbers
	together pairs   // by customer
	next     pairs   // directed: what followed what
	basket   pairs   // bought at once
	visits   *visits // latest sessions
	repeats  repeats // within them
	alike    *visits // customers as sessions: their latest items
	popular  []float32
	most     float32 // of popular
	top      leaders // by popular
	users    map[string]*person
	baskets  *visits // latest baskets
	known    idSet   // of events
	waiting  waiting
	trends   trends
	gaps     map[uint32]gaps
	decay    decay
	fitted   *fitted // nil before a Fit
}

func newLearned(opts *Options) *learned {
	return &learned{opts: opts, items: newNumbers(), visits: newVisits(), alike: newVisits(), users: map[string]*person{}, trends: trends{}, gaps: map[uint32]gaps{},
		baskets: newVisits(), decay: decay{half: opts.HalfLife}}
}

// person is what is known of a customer.
type person struct {
	items []uint32            // what they took, each once, latest last
	again []habit             // of items: how often, and when last
	steps uint32              // events so far
	facts []fact              // what holds of items for them, by item number
	shown latest[uint32, int] // how often an item was, since they reacted to it

	rejects bool // some of facts may be of what they sent back or do not want
}

// numbers are those of the ids that are known.
func (l *learned) numbers(ids []string) []uint32 {
	out := make([]uint32, 0, len(ids))
	for _, id := range ids {
		if i, ok := l.items.no[id]; ok {
			out = append(out, i)
		}
	}
	return out
}

// taken is how often an item was taken, by strength.
func (l *learned) taken(item uint32) float64 {
	if int(item) >= len(l.popular) {
		return 0
	}
	return float64(l.popular[item] / l.decay.growth(l.decay.newest))
}

func (l *learned) count(item uint32) float32 { return l.popular[item] }

// leaders are the items with the highest counts, from few to twice as many, kept
// as counts grow.
type leaders struct {
	items []uint32
	in    map[uint32]bool
	least float32 // a count above it leads
}

func (l *leaders) note(item uint32, count float32, of func(uint32) float32) {
	if count <= l.least || l.in[item] {
		return
	}
	if l.in == nil {
		l.in = map[uint32]bool{}
	}
	l.in[item] = true
	if l.items = append(l.items, item); len(l.items) < 2*few {
		return
	}
	slices.SortFunc(l.items, func(a, b uint32) int { return cmp.Or(cmp.Compare(of(b), of(a)), cmp.Compare(a, b)) })
	l.least = of(l.items[few-1])
	for _, out := range l.items[few:] {
		delete(l.in, out)
	}
	l.items = l.items[:few]
}

// record takes an event once. What holds of a customer (owned, not interested)
// counts at once; what is learned waits until events that are late may have come.
func (l *learned) record(e *Event) {
	if e.Item == "" {
		return
	}
	if e.ID != "" && !l.known.add(e.Tenant, e.ID) {
		return
	}
	l.note(e)
	if l.opts.Late <= 0 || e.At.IsZero() {
		l.learn(e)
		return
	}
	l.waiting.add(*e)
	for {
		due, ok := l.waiting.due(l.opts.Late)
		if !ok {
			return
		}
		l.learn(&due)
	}
}

// learn counts an event in every structure it speaks to.
func (l *learned) learn(e *Event) {
	w := float32(l.opts.strength(e))
	if e.Kind == "refunded" {
		l.takeBack(e)
	}
	if w <= 0 {
		return
	}
	item := l.items.add(e.Item)
	l.trends.add(e.Segments, item, w, e.At)
	if factor := l.decay.rescale(e.At); factor < 1 {
		l.shrink(factor)
	}
	w *= l.decay.growth(e.At)
	for int(item) >= len(l.popular) {
		l.popular = append(l.popular, 0)
	}
	l.popular[item] += w
	l.most = max(l.most, l.popular[item])
	l.top.note(item, l.popular[item], l.count)
	if e.Customer != "" {
		l.byCustomer(e.customer(), item, w)
	}
	if e.Session != "" {
		l.bySession(keyed(e.Tenant, e.Session), item, w)
	}
	if e.Basket != "" && e.Kind == "purchased" {
		l.byBasket(l.basketOf(e), item, w)
	}
}

// takeBack takes a purchase off what is popular and trending, when a customer
// sends back what they took.
func (l *learned) takeBack(e *Event) {
	item, known := l.items.no[e.Item]
	u := l.users[e.customer()]
	if !known || u == nil || int(item) >= len(l.popular) || !slices.Contains(u.items, item) {
		return
	}
	w := float32(l.opts.strength(&Event{Kind: "purchased"}))
	l.popular[item] = max(0, l.popular[item]-w*l.decay.growth(e.At))
	l.trends.takeBack(e.Segments, item, w, e.At)
}

// keyed is an id in its tenant's own room; "" stays "".
func keyed(tenant, id string) string {
	if tenant == "" || id == "" {
		return id
	}
	return tenant + "\x00" + id
}

func (e *Event) customer() string { return keyed(e.Tenant, e.Customer) }

func (l *learned) person(customer string) *person {
	u := l.users[customer]
	if u == nil {
		u = newPerson()
		l.users[customer] = u
	}
	return u
}

// habit is how often an item was taken by a customer.
type habit struct {
	count float32
	last  uint32 // at which of their events
}

func newPerson() *person { return &person{shown: latest[uint32, int]{most: 200}} }

func (l *learned) byCustomer(customer string, item uint32, w float32) {
	u := l.person(customer)
	u.steps++
	if i := slices.Index(u.items, item); i >= 0 {
		u.again[i].count += w
		u.again[i].last = u.steps
		return
	}
	l.together.count(item, w)
	n := len(u.items)
	damp := w / float32(math.Pow(float64(n+1), userDamp))
	for _, other := range u.items[max(0, n-maxHistory):] {
		l.together.add(item, other, damp)
		l.together.add(other, item, damp)
	}
	if n == maxSeen {
		u.items = append(u.items[:0], u.items[1:]...)
		u.again = append(u.again[:0], u.again[1:]...)
	}
	u.items = append(u.items, item)
	u.again = append(u.again, habit{w, u.steps})
	l.alike.add(customer, item)
}

func (l *learned) bySession(key string, item uint32, w float32) {
	l.next.count(item, w)
	if held := l.visits.of(key); held != nil {
		l.repeats.learn(held, item)
		for back := range min(maxSteps, len(held)) {
			if other := held[len(held)-1-back]; other != item {
				l.next.add(other, item, w/float32(back+1))
			}
		}
	}
	l.visits.add(key, item)
}

// nobodys begins the key of a basket of no known customer: it counts as a
// customer of its own.
const nobodys = "\x01"

// basketOf is the key of an event's basket: a customer's own, unless the basket
// began as nobody's.
func (l *learned) basketOf(e *Event) string {
	key := keyed(e.Tenant, e.Basket)
	if l.baskets.of(nobodys+key) != nil || e.Customer == "" && l.baskets.of(key) == nil {
		return nobodys + key
	}
	return key
}

// several reports whether two customers at least took both items, as far as
// their latest items are held. One who did it again and again is still one.
func (l *learned) several(a, b uint32) bool {
	n := l.alike.both(a, b, "", 2)
	return n >= 2 || n+l.baskets.both(a, b, nobodys, 2-n) >= 2
}

func (l *learned) byBasket(key string, item uint32, w float32) {
	l.basket.count(item, w)
	if held := l.baskets.of(key); held != nil {
		if slices.Contains(held, item) {
			return
		}
		for _, other := range held {
			l.basket.add(item, other, w)
			l.basket.add(other, item, w)
		}
	}
	l.baskets.add(key, item)
}

// shrink makes all counts smaller by a factor, as time goes by.
func (l *learned) shrink(factor float32) {
	for _, p := range []*pairs{&l.together, &l.next, &l.basket} {
		p.shrink(factor)
	}
	for i := range l.popular {
		l.popular[i] *= factor
	}
	l.most *= factor
	l.top.least *= factor
}

// latest holds the latest keys, between most and twice as many, in two
// generations.
type latest[K comparable, V any] struct {
	most     int
	now, old map[K]V
}

func (l *latest[K, V]) get(k K) (V, bool) {
	if v, ok := l.now[k]; ok {
		return v, true
	}
	v, ok := l.old[k]
	return v, ok
}

func (l *latest[K, V]) put(k K, v V) {
	if l.now == nil || len(l.now) >= l.most {
		l.now, l.old = map[K]V{}, l.now
	}
	l.now[k] = v
}

// decay weighs what is new above what is old: instead of shrinking all counts
// all the time, later ones grow (forward decay, Cormode et al. 2009).
type decay struct {
	half   time.Duration // 0 for none
	from   time.Time     // growth is 1 here
	newest time.Time
	ahead  []time.Time // of events far ahead of newest, until there are enough to believe them
}

// Of time that goes on by more than leap half-lives as many events as believed
// must tell: one wrong clock must not age everything.
const (
	leap     = maxGrowth / 4
	believed = 3
)

// maxGrowth, in half-lives, is how far growth goes before counts are rescaled.
const maxGrowth = 32

// leaps reports whether a time is so far ahead that it may be wrong.
func (d *decay) leaps(at time.Time) bool { return at.After(d.newest.Add(leap * d.half)) }

// clamp is at, but the newest for what may be wrong.
func (d *decay) clamp(at time.Time) time.Time {
	if d.leaps(at) {
		return d.newest
	}
	return at
}

// tell notes the time of an event: it is later now if that is near, or if so many
// say so.
func (d *decay) tell(at time.Time) {
	if !d.leaps(at) {
		if at.After(d.newest) {
			d.newest = at
		}
		return
	}
	if d.ahead = append(d.ahead, at); len(d.ahead) < believed {
		return
	}
	slices.SortFunc(d.ahead, time.Time.Compare)
	d.newest = d.ahead[0]
	d.ahead = slices.DeleteFunc(d.ahead, func(at time.Time) bool { return !d.leaps(at) })
}

// rescale moves time on and returns what counts are to be multiplied with, 1
// most of the time.
func (d *decay) rescale(at time.Time) float32 {
	if d.half <= 0 || at.IsZero() {
		return 1
	}
	if d.newest.IsZero() {
		d.from, d.newest = at, at
	}
	d.tell(at)
	lives := float64(d.newest.Sub(d.from)) / float64(d.half)
	if lives < maxGrowth {
		return 1
	}
	d.from = d.newest
	return float32(math.Exp2(-lives))
}

// growth is what an event of a time counts as.
func (d *decay) growth(at time.Time) float32 {
	if d.half <= 0 || d.newest.IsZero() {
		return 1
	}
	if at.IsZero() {
		at = d.newest
	}
	return float32(math.Exp2(max(-maxGrowth, float64(d.clamp(at).Sub(d.from))/float64(d.half))))
}
