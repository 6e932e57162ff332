package recommend

import (
	"cmp"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// stocked is an item with what it is found by. What a request reads of most
// items is 64 bytes side by side, which the processor fetches at once.
type stocked struct {
	*goods         // nil where an item was removed
	no     uint32  // in learned
	at     uint32  // place in the catalogue
	kind   uint32  // its category, by value number
	norm   float32 // length of its words' weights
	simple bool    // in stock, at any time, for anybody
	n, own uint8   // how many of values there are, and how many of them are of Attributes
	first  [9]uint32
}

// goods are the rest of an item.
type goods struct {
	Item
	more []uint32 // values, where they are more than first has room for
	own  int      // then, how many of them are of Attributes
}

// crowded is stocked.n of an item whose values are in goods.more.
const crowded = math.MaxUint8

// values are an item's by number: those of Attributes, ascending, then category,
// brand and the variants that are left.
func (it *stocked) values() []uint32 {
	if it.n == crowded {
		return it.more
	}
	return it.first[:it.n]
}

// attributes are those of values that are of Attributes.
func (it *stocked) attributes() []uint32 {
	if it.n == crowded {
		return it.more[:it.goods.own]
	}
	return it.first[:it.own]
}

// hold sets the values.
func (it *stocked) hold(values []uint32, own int) {
	if len(values) > len(it.first) {
		it.n, it.more, it.goods.own = crowded, values, own
		return
	}
	it.n, it.own = uint8(copy(it.first[:], values)), uint8(own)
}

// index finds items by the values of their attributes and by words. Items stand
// at places, which only grow; a removed one leaves its place empty. Changing an
// item costs what the item holds, not what the catalogue does.
type index struct {
	items    map[string]uint32 // places by id
	place    []stocked
	nos      []uint32 // by item number: place + 1, 0 when it is not on the shelf
	values   map[Value]uint32
	of       []Value    // by value number
	by       [][]uint32 // by value number: places, ascending
	words    map[string]uint32
	posts    [][]cell            // by word number: places and weights, ascending
	listed   map[string][]uint32 // by id: places of items whose GoesWith names it
	needed   map[string][]uint32 // by id: places of items whose Needs name it
	inSeries int                 // items with an attribute "series"
	money    map[string]int      // currencies by ISO 4217 code
	cost     [][]int64           // by currency number and place; 0 where there is no price
}

func newIndex() index {
	return index{items: map[string]uint32{}, values: map[Value]uint32{}, words: map[string]uint32{}, listed: map[string][]uint32{}, needed: map[string][]uint32{}, money: map[string]int{}}
}

// number notes an item's number.
func (x *index) number(it *stocked) {
	for int(it.no) >= len(x.nos) {
		x.nos = append(x.nos, 0)
	}
	x.nos[it.no] = it.at + 1
}

// numbered is the item with a number, nil when it is not on the shelf.
func (x *index) numbered(no uint32) *stocked {
	if int(no) >= len(x.nos) || x.nos[no] == 0 {
		return nil
	}
	return x.on(x.nos[no] - 1)
}

// on is the item at a place, nil where it was removed.
func (x *index) on(at uint32) *stocked {
	if it := &x.place[at]; it.goods != nil {
		return it
	}
	return nil
}

// item is that with an id, nil when it is not on the shelf.
func (x *index) item(id string) *stocked {
	at, held := x.items[id]
	if !held {
		return nil
	}
	return x.on(at)
}

// value is the number of a value, given when it has none.
func (x *index) value(v Value) uint32 {
	n, ok := x.values[v]
	if !ok {
		n = uint32(len(x.of))
		x.values[v] = n
		x.of = append(x.of, v)
		x.by = append(x.by, nil)
	}
	return n
}

// currency is a currency's number, -1 when nothing is priced in it.
func (x *index) currency(code string) int {
	if n, known := x.money[code]; known {
		return n
	}
	return -1
}

// price is that at a place in a currency, 0 for none.
func (x *index) price(at uint32, currency int) int64 {
	if currency < 0 || int(at) >= len(x.cost[currency]) {
		return 0
	}
	return x.cost[currency][at]
}

// insert and remove keep places ascending.
func insert(list []uint32, at uint32) []uint32 {
	if n := len(list); n == 0 || list[n-1] < at {
		return append(list, at)
	}
	if i, held := slices.BinarySearch(list, at); !held {
		return slices.Insert(list, i, at)
	}
	return list
}

func remove(list []uint32, at uint32) []uint32 {
	if i, held := slices.BinarySearch(list, at); held {
		return slices.Delete(list, i, i+1)
	}
	return list
}

func byItem(c cell, at uint32) int { return cmp.Compare(c.item, at) }

// put adds items, or replaces those with their ids in place.
func (x *index) put(items []stocked, names *Attributes) {
	words := make([][]cell, len(items)) // numbers and weights
	for i := range items {
		it := &items[i]
		if at, held := x.items[it.ID]; held {
			it.at = at
			x.forget(at, names)
		} else {
			it.at = uint32(len(x.place))
			x.place = append(x.place, stocked{})
		}
		x.items[it.ID] = it.at
		x.number(it)
		it.simple = it.Stock > 0 && it.From.IsZero() && it.Until.IsZero() && len(it.Needs) == 0
		values := it.Item.all()
		var own, rest []uint32
		for _, attr := range sorted(values) {
			for _, v := range values[attr] {
				n := x.value(Value{attr, v})
				x.by[n] = insert(x.by[n], it.at)
				if slices.Contains(it.Attributes[attr], v) {
					own = append(own, n)
				} else {
					rest = append(rest, n)
				}
			}
		}
		slices.Sort(own)
		it.hold(append(own, rest...), len(own))
		it.kind = x.value(Value{"category", it.Category})
		x.place[it.at] = *it
		for currency, p := range it.Price {
			n, known := x.money[currency]
			if !known {
				n = len(x.money)
				x.money[currency] = n
			}
			for n >= len(x.cost) {
				x.cost = append(x.cost, nil)
			}
			for int(it.at) >= len(x.cost[n]) {
				x.cost[n] = append(x.cost[n], 0)
			}
			x.cost[n][it.at] = p
		}
		for _, id := range it.GoesWith {
			x.listed[id] = insert(x.listed[id], it.at)
		}
		for _, id := range it.Needs {
			x.needed[id] = insert(x.needed[id], it.at)
		}
		if len(it.Attributes["series"]) > 0 {
			x.inSeries++
		}
		terms := it.terms(names)
		for _, t := range sorted(terms) {
			n, ok := x.words[t]
			if !ok {
				n = uint32(len(x.posts))
				x.words[t] = n
				x.posts = append(x.posts, nil)
			}
			at, _ := slices.BinarySearchFunc(x.posts[n], it.at, byItem)
			x.posts[n] = slices.Insert(x.posts[n], at, cell{it.at, terms[t]})
			words[i] = append(words[i], cell{n, terms[t]})
		}
	}
	for i := range items {
		sum := 0.0
		for _, c := range words[i] {
			w := float64(c.w) * x.idf(c.item)
			sum += w * w
		}
		x.place[items[i].at].norm = float32(math.Sqrt(sum))
	}
}

// forget takes the item at a place out of every list; its place stays empty.
func (x *index) forget(at uint32, names *Attributes) {
	it := x.place[at]
	delete(x.items, it.ID)
	for _, prices := range x.cost {
		if int(it.at) < len(prices) {
			prices[it.at] = 0
		}
	}
	x.place[at] = stocked{}
	x.nos[it.no] = 0
	for _, n := range it.values() {
		x.by[n] = remove(x.by[n], it.at)
	}
	for _, id := range it.GoesWith {
		if x.listed[id] = remove(x.listed[id], it.at); len(x.listed[id]) == 0 {
			delete(x.listed, id)
		}
	}
	for _, id := range it.Needs {
		if x.needed[id] = remove(x.needed[id], it.at); len(x.needed[id]) == 0 {
			delete(x.needed, id)
		}
	}
	if len(it.Attributes["series"]) > 0 {
		x.inSeries--
	}
	for t := range it.terms(names) {
		n := x.words[t]
		if i, held := slices.BinarySearchFunc(x.posts[n], it.at, byItem); held {
			x.posts[n] = slices.Delete(x.posts[n], i, i+1)
		}
	}
}

func (x *index) idf(word uint32) float64 {
	return math.Log(1 + float64(len(x.items))/float64(max(1, len(x.posts[word]))))
}

// terms are an item's words and their weights: of its name, its brand, what its
// values are called, its description.
func (it *stocked) terms(names *Attributes) map[string]float32 {
	terms := map[string]float32{}
	add := func(t string, w float32) {
		for _, term := range text.Terms(t) {
			terms[term] = max(terms[term], w)
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
		return terms
	}
	for attr, vs := range it.Item.all() {
		for _, v := range vs {
			for _, ns := range names.values[attr][v] {
				for _, n := range ns {
					add(n, 0.7)
				}
			}
		}
	}
	return terms
}

// maxPostings is how many postings a request's words may read; its most usual
// words, which say least, are left out first.
const maxPostings = 20000

// match scores places by how like their items' words are to a text, 0 to 1.
func (x *index) match(t string, to *scratch) {
	to.reset(len(x.place))
	if t == "" {
		return
	}
	var words []uint32
	for _, term := range text.Terms(text.Cut(t, 1000)) {
		if n, ok := x.words[term]; ok && len(x.posts[n]) > 0 && !slices.Contains(words, n) {
			words = append(words, n)
		}
	}
	slices.SortStableFunc(words, func(a, b uint32) int { return cmp.Compare(len(x.posts[a]), len(x.posts[b])) })
	sum, read := 0.0, 0
	for _, n := range words {
		sum += x.idf(n) * x.idf(n)
	}
	for _, n := range words {
		if read += len(x.posts[n]); read > maxPostings {
			break
		}
		f := float32(x.idf(n) * x.idf(n) / math.Sqrt(sum))
		for _, c := range x.posts[n] {
			if norm := x.place[c.item].norm; norm > 0 {
				to.add(c.item, f*c.w/norm)
			}
		}
	}
}

// rarest are the places of items that may pass filters, by the one that fewest
// do; ok is false when no filter narrows anything.
func (x *index) rarest(must []Filter) (places []uint32, ok bool) {
	least := len(x.place)
	for _, f := range must {
		n := 0
		if f.Min != 0 || f.Max != 0 {
			continue
		}
		for _, v := range f.Any {
			n += len(x.valued(f.Attribute, v))
		}
		if ok && n >= least {
			continue
		}
		least, places, ok = n, nil, true
		if len(f.Any) == 1 {
			places = x.valued(f.Attribute, f.Any[0])
			continue
		}
		for _, v := range f.Any {
			places = append(places, x.valued(f.Attribute, v)...)
		}
		slices.Sort(places)
		places = slices.Compact(places)
	}
	return places, ok
}

// valued are the places of items with a value.
func (x *index) valued(attribute, value string) []uint32 {
	n, ok := x.values[Value{attribute, value}]
	if !ok {
		return nil
	}
	return x.by[n]
}
