package recommend

import (
	"cmp"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// stocked is an item with what it is found by.
type stocked struct {
	Item
	no     uint32 // in learned
	at     int    // place in the catalogue
	values map[string][]string
	attrs  []string // of values, sorted
	terms  map[string]float64
	norm   float64
}

// index finds items by the values of their attributes and weighs their words.
// Changing an item costs what the item holds, not what the catalogue does.
type index struct {
	items map[string]*stocked
	all   []*stocked           // in catalogue order
	by    map[Value][]*stocked // in catalogue order
	df    map[string]int       // items by word
	next  int
}

func newIndex() index {
	return index{items: map[string]*stocked{}, by: map[Value][]*stocked{}, df: map[string]int{}}
}

func byPlace(a, b *stocked) int { return cmp.Compare(a.at, b.at) }

// insert and remove keep catalogue order.
func insert(list []*stocked, it *stocked) []*stocked {
	at, held := slices.BinarySearchFunc(list, it, byPlace)
	if held {
		list[at] = it
		return list
	}
	return slices.Insert(list, at, it)
}

func remove(list []*stocked, it *stocked) []*stocked {
	if at, held := slices.BinarySearchFunc(list, it, byPlace); held {
		return slices.Delete(list, at, at+1)
	}
	return list
}

// put adds items, or replaces those with their ids in place.
func (x *index) put(items []*stocked, names *Attributes) {
	for _, it := range items {
		if old := x.items[it.ID]; old != nil {
			it.at = old.at
			x.forget(old)
		} else {
			it.at = x.next
			x.next++
		}
		it.values = it.Item.all()
		it.attrs = sorted(it.values)
		it.weighWords(names)
		x.items[it.ID] = it
		x.all = insert(x.all, it)
		for attr, vs := range it.values {
			for _, v := range vs {
				x.by[Value{attr, v}] = insert(x.by[Value{attr, v}], it)
			}
		}
		for t := range it.terms {
			x.df[t]++
		}
	}
	for _, it := range items {
		sum := 0.0
		for _, t := range sorted(it.terms) {
			w := it.terms[t] * x.idf(t)
			sum += w * w
		}
		it.norm = math.Sqrt(sum)
	}
}

// forget takes an item out of every list but its place among all.
func (x *index) forget(it *stocked) {
	delete(x.items, it.ID)
	for attr, vs := range it.values {
		for _, v := range vs {
			key := Value{attr, v}
			if x.by[key] = remove(x.by[key], it); len(x.by[key]) == 0 {
				delete(x.by, key)
			}
		}
	}
	for t := range it.terms {
		if x.df[t]--; x.df[t] == 0 {
			delete(x.df, t)
		}
	}
}

func (x *index) remove(id string) {
	if it := x.items[id]; it != nil {
		x.forget(it)
		x.all = remove(x.all, it)
	}
}

func (x *index) idf(term string) float64 {
	return math.Log(1 + float64(len(x.all))/float64(max(1, x.df[term])))
}

// weighWords weighs the words of an item: of its name, its brand, what its values
// are called, its description.
func (it *stocked) weighWords(names *Attributes) {
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
	if names == nil {
		return
	}
	for attr, vs := range it.values {
		for _, v := range vs {
			for _, ns := range names.values[attr][v] {
				for _, n := range ns {
					add(n, 0.7)
				}
			}
		}
	}
}

// has is Item.Has without reading the attributes again.
func (it *stocked) has(f Filter) bool {
	return f.passes(it.values[f.Attribute])
}

// query are the words of a request and their weights, of length one.
func (x *index) query(t string) map[string]float64 {
	q := map[string]float64{}
	sum := 0.0
	for _, term := range text.Terms(text.Cut(t, 1000)) {
		if x.df[term] > 0 && q[term] == 0 {
			q[term] = x.idf(term)
			sum += q[term] * q[term]
		}
	}
	for k := range q {
		q[k] /= math.Sqrt(sum)
	}
	return q
}

// likely are the items that may pass a request's filters: those of its rarest
// one, all when it has none.
func (x *index) likely(r *Request) []*stocked {
	best, rarest := x.all, len(x.all)
	for _, f := range r.Must {
		n := 0
		if f.Min != 0 || f.Max != 0 {
			continue
		}
		for _, v := range f.Any {
			n += len(x.by[Value{f.Attribute, v}])
		}
		if n >= rarest {
			continue
		}
		rarest, best = n, nil
		for _, v := range f.Any {
			best = append(best, x.by[Value{f.Attribute, v}]...)
		}
		if len(f.Any) > 1 {
			slices.SortFunc(best, byPlace)
			best = slices.Compact(best)
		}
	}
	return best
}
