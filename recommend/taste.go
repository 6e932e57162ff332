package recommend

import (
	"cmp"
	"math"
	"slices"
)

// taste is how much more often than the catalogue a customer's items hold a
// value, as the logarithm of the ratio, shrunken; only what is above nothing.
// It speaks for items nobody has taken yet.
func (s *Shelf) taste(customer string) map[Value]float64 {
	u := s.learned.users[customer]
	if customer == "" || u == nil {
		return nil
	}
	count, n := map[Value]float64{}, 0.0
	for _, no := range u.items[max(0, len(u.items)-maxHistory):] {
		it := s.index.items[s.learned.items.of[no]]
		if it == nil {
			continue
		}
		w := 1.0
		if u.facts[no].unwanted {
			w = -1
		}
		n++
		for attr, vs := range it.values {
			for _, v := range vs {
				count[Value{attr, v}] += w
			}
		}
	}
	const prior = 2
	for v, c := range count {
		p := float64(len(s.index.by[v])) / float64(len(s.index.all))
		odds := 0.0
		if p > 0 && c > 0 {
			odds = math.Log((c + prior*p) / (n + prior) / p)
		}
		if odds > 0 {
			count[v] = odds
		} else {
			delete(count, v)
		}
	}
	return count
}

// fits is how well an item fits a taste, 0 to 1, and its value that fits best.
func (it *stocked) fits(taste map[Value]float64) (score float64, best Value) {
	if len(taste) == 0 {
		return 0, Value{}
	}
	sum, n, top := 0.0, 0, 0.0
	for _, attr := range it.attrs {
		for _, v := range it.values[attr] {
			n++
			key := Value{attr, v}
			odds := taste[key]
			sum += odds
			if odds > top && attr != "category" {
				top, best = odds, key
			}
		}
	}
	x := sum / float64(max(1, n))
	return x / (1 + x), best
}

// Question is what to ask a customer whose taste is not known: the attribute
// whose answer narrows the choice most.
type Question struct {
	Attribute string   `json:"attribute"`
	Answers   []Answer `json:"answers"` // at most six, the most items first
	Items     int      `json:"items"`   // how many the request lets through
}

// Answer is one answer to a Question.
type Answer struct {
	Value string `json:"value"`
	Name  string `json:"name"` // in Request.Language
	Items int    `json:"items"`
}

// maxAnswers is how many answers a person reads.
const maxAnswers = 6

// Ask finds the question that splits the items a request lets through best: the
// highest entropy over the answers a person can be offered, items weighed by
// how often they are taken. Only the named attributes are asked, any when there
// are none; never one that the request filters by. ok is false when three items
// or fewer are left, or nothing splits them: then show them.
func (s *Shelf) Ask(r Request, attributes ...string) (q Question, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	type tally struct {
		items  int
		weight float64
	}
	values, all, n := map[string]map[string]tally{}, 0.0, 0
	for _, it := range s.index.likely(&r) {
		if s.blocked(it, &r) != "" {
			continue
		}
		w := 1 + math.Log1p(s.learned.taken(it.no))
		n++
		all += w
		for attr, vs := range it.values {
			asked := len(attributes) == 0 || slices.Contains(attributes, attr)
			if !asked || slices.ContainsFunc(r.Must, func(f Filter) bool { return f.Attribute == attr }) {
				continue
			}
			if values[attr] == nil {
				values[attr] = map[string]tally{}
			}
			for _, v := range vs {
				t := values[attr][v]
				values[attr][v] = tally{t.items + 1, t.weight + w}
			}
		}
	}
	if n <= 3 {
		return Question{}, false
	}
	best := 0.0
	for _, attr := range sorted(values) {
		names := sorted(values[attr])
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(values[attr][b].weight, values[attr][a].weight) })
		names = names[:min(maxAnswers, len(names))]
		entropy := 0.0
		answers := make([]Answer, len(names))
		for i, v := range names {
			t := values[attr][v]
			if p := t.weight / all; p < 1 { // what all hold tells nothing
				entropy -= p * math.Log(p)
			}
			answers[i] = Answer{v, s.opts.Attributes.Display(attr, v, r.Language), t.items}
		}
		if len(names) > 1 && entropy > best {
			best, q, ok = entropy, Question{attr, answers, n}, true
		}
	}
	return q, ok
}
