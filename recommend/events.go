package recommend

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// defaultKinds are the strengths of kinds of event, 0 to 1.
func defaultKinds(kind string) float64 {
	switch kind {
	case "purchased":
		return 1
	case "reviewed":
		return 0.8
	case "carted":
		return 0.6
	case "searched", "clicked":
		return 0.4
	case "viewed", "dwelt":
		return 0.3
	}
	return 0
}

// strength is how much an event says for its item; 0 teaches nothing. A long
// look says more than a short one, a review as much as its stars above three.
func (o *Options) strength(e *Event) float64 {
	w, set := o.Kinds[e.Kind]
	if !set {
		w = defaultKinds(e.Kind)
	}
	switch e.Kind {
	case "dwelt":
		w *= e.Value / 20
	case "reviewed":
		w *= (e.Value - 3) / 2
	}
	if !(w > 0) { // nor what is no number
		return 0
	}
	return min(w, 1)
}

// fact is what holds of an item for a customer, and since when: the latest
// event by its own time decides, whenever it arrives.
type fact struct {
	item              uint32
	owned, unwanted   bool
	returned          bool
	mastered          float32 // 0 to 1, the furthest yet
	bought, dismissed int64   // when either was last said: nanoseconds since 1970, 1 at least, 0 for no time
	progressed        int64   // and when mastered was
}

// maxFacts is how many facts are kept of a customer; the oldest go first.
const maxFacts = 2000

// nanos is a time that can be compared: what is before 1970, or too far ahead for
// the number, is as near as there is.
func nanos(at time.Time) int64 {
	switch last := time.Unix(0, math.MaxInt64); {
	case at.IsZero():
		return 0
	case at.Unix() < 0:
		return 1
	case at.After(last):
		return math.MaxInt64
	}
	return max(1, at.UnixNano())
}

// fact is what holds of an item for a customer.
func (u *person) fact(item uint32) fact {
	from, to := 0, len(u.facts)
	for from < to { // as slices.BinarySearchFunc, which calls a function for every step
		if at := int(uint(from+to) / 2); u.facts[at].item < item {
			from = at + 1
		} else {
			to = at
		}
	}
	if from < len(u.facts) && u.facts[from].item == item {
		return u.facts[from]
	}
	return fact{item: item}
}

func byFact(f fact, item uint32) int { return cmp.Compare(f.item, item) }

// kept are what a customer took and neither sent back nor dismissed.
func (u *person) kept(room []uint32) []uint32 {
	if !u.rejects {
		return u.items
	}
	room = room[:0]
	for _, i := range u.items {
		if f := u.fact(i); !f.unwanted && !f.returned {
			room = append(room, i)
		}
	}
	return room
}

func (u *person) state(f fact) {
	u.rejects = u.rejects || f.unwanted || f.returned
	i, held := slices.BinarySearchFunc(u.facts, f.item, byFact)
	if held {
		u.facts[i] = f
		return
	}
	u.facts = slices.Insert(u.facts, i, f)
	if len(u.facts) > maxFacts {
		oldest := 0
		for i := range u.facts {
			if u.facts[i].since() < u.facts[oldest].since() {
				oldest = i
			}
		}
		u.facts = slices.Delete(u.facts, oldest, oldest+1)
	}
}

// latestOwned are the facts of what a customer bought last and still has, the
// latest last.
func (u *person) latestOwned() []fact {
	var out []fact
	for _, f := range u.facts {
		if f.owned {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b fact) int { return cmp.Compare(a.bought, b.bought) })
	return out[max(0, len(out)-maxHistory):]
}

func (f *fact) since() int64 { return max(f.bought, f.dismissed, f.progressed) }

// note keeps what holds from now on, whatever was learned.
func (l *learned) note(e *Event) {
	if e.Customer != "" && l.opts.MaxShown > 0 {
		l.tire(e)
	}
	owned, unwanted := e.Kind == "purchased", e.Kind == "dismissed" || e.Kind == "reviewed" && e.Value > 0 && e.Value < 3
	again := e.Kind == "carted" || e.Kind == "purchased"
	progressed := e.Kind == "progressed" && e.Value > 0
	if e.Customer == "" || !(owned || unwanted || again || progressed || e.Kind == "refunded") {
		return
	}
	u, item, at := l.person(e.customer()), l.items.add(e.Item), nanos(e.At)
	f := u.fact(item)
	// An event without a time is the latest; of those of one time what the customer
	// does not want wins, whichever came first.
	later := func(last int64, yields bool) bool { return at == 0 || at > last || at == last && !yields }
	if owned && f.owned && f.bought != 0 && at != 0 {
		l.boughtAgain(item, time.Duration(at-f.bought).Abs())
	}
	if (owned || e.Kind == "refunded") && later(f.bought, owned && f.returned) {
		f.owned, f.returned, f.bought = owned, !owned, max(at, f.bought)
	}
	if progressed {
		f.mastered, f.progressed = max(f.mastered, float32(min(1, e.Value))), max(f.progressed, at)
	}
	if (unwanted || again) && later(f.dismissed, again && f.unwanted) {
		f.unwanted, f.dismissed = unwanted, max(at, f.dismissed)
	}
	u.state(f)
}

// tire counts how often an item was shown since the customer reacted to it.
func (l *learned) tire(e *Event) {
	switch e.Kind {
	case "shown":
		u, item := l.person(e.customer()), l.items.add(e.Item)
		n, _ := u.shown.get(item)
		u.shown.put(item, n+1)
	case "viewed", "dwelt", "clicked", "carted", "purchased":
		l.person(e.customer()).shown.put(l.items.add(e.Item), 0)
	}
}

func (u *person) wasShown(item uint32) int {
	n, _ := u.shown.get(item)
	return n
}

// waiting are events that others may still come before, by time and id.
type waiting struct {
	events []Event
	newest time.Time
}

func (w *waiting) add(e Event) {
	if e.At.After(w.newest) {
		w.newest = e.At
	}
	at, _ := slices.BinarySearchFunc(w.events, e, func(a, b Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	w.events = slices.Insert(w.events, at, e)
}

// maxWaiting bounds how many events wait; the oldest are taken early.
const maxWaiting = 1 << 14

// due takes the first event that is older than late.
func (w *waiting) due(late time.Duration) (Event, bool) {
	if len(w.events) == 0 || w.newest.Sub(w.events[0].At) < late && len(w.events) < maxWaiting {
		return Event{}, false
	}
	e := w.events[0]
	w.events = w.events[1:]
	return e, true
}
