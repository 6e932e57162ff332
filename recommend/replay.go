package recommend

import (
	"slices"
	"time"
)

// Replay is a host's own log cut in two: what is learned, and what came next,
// held back to judge by. Of a customer with three baskets the last is held back; of
// others the last tenth of their items, or any tenth when the events have
// neither time nor session; of sessions, or else baskets, without a customer,
// the last twentieth. [ReplayOptions] cut otherwise.
type Replay struct {
	learn   []Event
	queries []held
	items   []Item
}

// held is one ranking asked for, and what came.
type held struct {
	customer string
	session  []string
	want     map[string]bool
	again    bool // items seen before may come again
	segments []string
}

// ReplayOptions bound a replay. The zero value works.
type ReplayOptions struct {
	// Queries is how many rankings are judged at most, spread over the log;
	// 4,000 when 0.
	Queries int
	// After holds back everything from a time on, for who did something before:
	// nothing of what came later teaches anything.
	After time.Time
	// LeaveOneOut holds back of every customer the last item only.
	LeaveOneOut bool
	// Goal are the kinds of event that count as what came, such as "purchased";
	// all that teach when there are none.
	Goal []string
	// Items are the catalogue, so that what attributes say is judged too.
	Items []Item
}

// counts reports whether an event counts as what came.
func (o *ReplayOptions) counts(e *Event) bool {
	return len(o.Goal) == 0 || slices.Contains(o.Goal, e.Kind)
}

// NewReplay cuts events in two. Events without a time keep their place.
func NewReplay(events []Event, opts *ReplayOptions) *Replay {
	var o ReplayOptions
	if opts != nil {
		o = *opts
	}
	most := 4000
	if o.Queries > 0 {
		most = o.Queries
	}
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	groups := map[string][]int{} // events by customer, or by session
	var order []string
	visits := 0
	for i := range events {
		e := &events[i]
		key := "c" + e.customer()
		switch {
		case e.Customer != "":
		case e.Session != "":
			key = "s" + keyed(e.Tenant, e.Session)
		default:
			key = "b" + keyed(e.Tenant, e.Basket)
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
	r := &Replay{items: o.Items}
	out := map[int]bool{} // not to be learned
	for at, nth := 0, 0; at < len(order); at++ {
		g := groups[order[at]]
		if order[at][0] == 'c' {
			r.holdCustomer(events, g, out, &o)
			continue
		}
		if nth++; !o.After.IsZero() {
			if !events[g[0]].At.Before(o.After) {
				r.holdVisit(events, g, out, &o)
			}
		} else if nth > visits-visits/20 {
			r.holdVisit(events, g, out, &o)
		}
	}
	for i := range events {
		if !out[i] && (o.After.IsZero() || events[i].At.Before(o.After)) {
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

func (r *Replay) holdCustomer(events []Event, g []int, out map[int]bool, o *ReplayOptions) {
	if !o.LeaveOneOut && o.After.IsZero() && r.holdBasket(events, g, out, o) {
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
	var cut int
	switch {
	case !o.After.IsZero():
		from := slices.IndexFunc(fresh, func(i int) bool { return !events[i].At.Before(o.After) })
		if from < 1 { // nothing before, or nothing after
			return
		}
		cut = fresh[from]
	case len(fresh) < 3:
		return
	case o.LeaveOneOut:
		cut = fresh[len(fresh)-1]
	default:
		cut = fresh[len(fresh)-max(1, len(fresh)/10)]
	}
	ordered := o.LeaveOneOut || events[cut].Session != "" || !events[cut].At.IsZero()
	q := held{customer: events[cut].customer(), want: map[string]bool{}, segments: events[cut].Segments}
	hidden := map[string]bool{}
	for nth, i := range fresh {
		if ordered && i >= cut || !ordered && (nth*7+g[0])%10 == 0 {
			hidden[events[i].Item] = true
		}
	}
	for _, i := range g {
		if e := &events[i]; hidden[e.Item] && o.counts(e) {
			q.want[e.Item] = true
		}
	}
	for _, i := range g {
		switch e := &events[i]; {
		case hidden[e.Item] || ordered && i >= cut:
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
func (r *Replay) holdBasket(events []Event, g []int, out map[int]bool, o *ReplayOptions) bool {
	last, baskets := events[g[len(g)-1]].Basket, map[string]bool{}
	for _, i := range g {
		baskets[events[i].Basket] = true
	}
	if last == "" || len(baskets) < 3 {
		return false
	}
	q := held{customer: events[g[0]].customer(), want: map[string]bool{}, again: true, segments: events[g[len(g)-1]].Segments}
	for _, i := range g {
		if e := &events[i]; e.Basket == last {
			out[i] = true
			if o.counts(e) {
				q.want[e.Item] = true
			}
		}
	}
	if len(q.want) > 0 {
		r.queries = append(r.queries, q)
	}
	return true
}

// holdVisit asks for every next item of a session, and for the last of a basket.
func (r *Replay) holdVisit(events []Event, g []int, out map[int]bool, o *ReplayOptions) {
	var now []string
	for k, i := range g {
		out[i] = true
		session := events[i].Session != ""
		if len(now) > 0 && o.counts(&events[i]) && (session || k == len(g)-1 && !slices.Contains(now, events[i].Item)) {
			r.queries = append(r.queries, held{session: slices.Clone(now[max(0, len(now)-maxSession):]), want: map[string]bool{events[i].Item: true}, again: session, segments: events[i].Segments})
		}
		now = append(now, events[i].Item)
	}
}
