package recommend

import (
	"cmp"
	"math"
	"slices"
)

// taste is how much more often than the catalogue a customer's items hold a
// value, as the logarithm of the ratio, shrunken; only what is above nothing.
// It speaks for items nobody has taken yet.
func (s *Shelf) taste(u *person, b *board) {
	to := &b.signals.taste
	x, n, mixed, latest := &s.index, 0.0, false, u.items[max(0, len(u.items)-maxHistory):]
	for _, no := range latest { // as in pairs.fetch
		if int(no) < len(x.nos) && x.nos[no] > 0 {
			b.fetched += x.place[x.nos[no]-1].no
		}
	}
	for _, no := range latest {
		it := x.numbered(no)
		if it == nil {
			continue
		}
		sign := float32(1)
		if u.fact(no).unwanted {
			sign, mixed = -1, true
		}
		n++
		for _, v := range it.values() {
			to.sum(v, sign)
		}
	}
	if mixed { // likes and dislikes may have met at nothing, and a value be touched twice
		slices.Sort(to.touched)
		to.touched = slices.Compact(to.touched)
	}
	const prior = 2
	for _, v := range to.touched {
		p, c := float64(len(x.by[v]))/float64(len(x.items)), float64(to.score[v])
		to.score[v] = 0
		if p > 0 && c > 0 {
			to.score[v] = float32(max(0, math.Log((c+prior*p)/(n+prior)/p)))
		}
	}
}

// fits is how well an item fits a taste, 0 to 1, and the number + 1 of its value
// that fits best, 0 when none but its category does.
func (s *Shelf) fits(it *stocked, taste *scratch) (score float64, best uint32) {
	sum, top, values := float32(0), float32(0), it.values()
	for _, n := range values {
		odds := taste.score[n]
		sum += odds
		if odds > top && n != it.kind {
			top, best = odds, n+1
		}
	}
	x := float64(sum) / float64(max(1, len(values)))
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
	a, x := s.ready(&r), &s.index
	b := s.boards.Get().(*board)
	defer s.boards.Put(b)
	s.whole(&a, b)
	for _, at := range b.pool {
		it := x.on(at)
		if it == nil || s.blocked(it, &a) != "" {
			continue
		}
		w := 1 + math.Log1p(s.learned.taken(it.no))
		n++
		all += w
		for _, no := range it.values() {
			v := x.of[no]
			asked := len(attributes) == 0 || slices.Contains(attributes, v.Attribute)
			if !asked || slices.ContainsFunc(r.Must, func(f Filter) bool { return f.Attribute == v.Attribute }) {
				continue
			}
			if values[v.Attribute] == nil {
				values[v.Attribute] = map[string]tally{}
			}
			t := values[v.Attribute][v.Value]
			values[v.Attribute][v.Value] = tally{t.items + 1, t.weight + w}
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
