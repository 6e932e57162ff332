package main

import (
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// sought is what the search asked for last, so that "no shoes, please" takes
// something away and nothing else.
var sought = bot.Var[[]nlu.Entity]{Name: "sought"}

// wanted is what a message asks for, on top of what was sought before.
func (s *shop) wanted(t *bot.Turn) (recommend.Request, error) {
	remain(t)
	req := t.Wanted(wishes()...)
	forWhom(&req)
	var now []nlu.Entity
	for _, e := range t.Meaning.Entities {
		if e.Money != nil || slices.Contains(wishes(), e.Type) {
			e.Start, e.End, e.Carried = 0, 0, true
			now = append(now, e)
		}
	}
	return req, sought.Set(t, now[:min(len(now), maxSought)])
}

const maxSought = 20

// remain adds what was sought before to a message that only says what is not
// wanted, or asks for others of the same.
func remain(t *bot.Turn) {
	refused := false
	if e, ok := t.Meaning.Entity("sort"); ok && !e.Carried {
		refused = e.Value == "others" || e.Value == "cheapest" || e.Value == "cheaper" || e.Value == "pricier"
	}
	held := map[string]bool{}
	for _, e := range t.Meaning.Entities {
		held[e.Type] = true
		if e.Carried || e.Money == nil && !slices.Contains(wishes(), e.Type) {
			continue
		}
		if !e.Negated {
			return
		}
		refused = true
	}
	if !refused {
		return
	}
	for _, e := range sought.Get(t) {
		if !held[e.Type] {
			t.Meaning.Entities = append(t.Meaning.Entities, e)
		}
	}
}

// forWhom turns a search for women or men into one without what is for others:
// much is for everyone, or says nothing of it. Children's things are a category
// of their own, in which the words find the shoes.
func forWhom(req *recommend.Request) {
	forOne := func(f recommend.Filter) bool { return f.Attribute == "gender" && len(f.Any) == 1 }
	if i := slices.IndexFunc(req.Wish, forOne); i >= 0 { // "what would be nice for my mum": she is no wish
		req.Must = append(req.Must, req.Wish[i])
		req.Wish = slices.Delete(req.Wish, i, i+1)
	}
	at := slices.IndexFunc(req.Must, forOne)
	if at < 0 {
		return
	}
	var others []string
	switch req.Must[at].Any[0] {
	case "women":
		others = []string{"men", "kids"}
	case "men":
		others = []string{"women", "kids"}
	case "kids":
		if i := slices.IndexFunc(req.Must, func(f recommend.Filter) bool { return f.Attribute == "category" }); i >= 0 {
			req.Must[i].Any = []string{"kids"}
		}
		return
	default:
		return
	}
	req.Must = slices.Delete(req.Must, at, at+1)
	req.Not = append(req.Not, recommend.Filter{Attribute: "gender", Any: others})
}

// kind asks for the kind of thing within a category that the customer named: a
// down jacket among jackets. What they ask next is about the same kind.
func (s *shop) kind(t *bot.Turn, req *recommend.Request) error {
	e, ok := t.Meaning.Entity("category")
	if !ok {
		return nil
	}
	kind := kindSought.Get(t)
	if !e.Carried {
		kind = s.kinds[strings.ToLower(e.Text)]
		if err := kindSought.Set(t, kind); err != nil {
			return err
		}
	}
	if kind != "" { // first, so that it is the last to be given up
		req.Must = slices.Insert(req.Must, 0, recommend.Filter{Attribute: "kind", Any: []string{kind}})
	}
	return nil
}

var kindSought = bot.Var[string]{Name: "kind sought"}

// kindsOf gives items whose own names say of what kind they are the attribute
// "kind", and returns the kinds by what they are called.
func kindsOf(items []recommend.Item, attributes *recommend.Attributes) map[string]string {
	kinds := map[string]string{}
	for v, names := range attributes.All() {
		if v.Attribute != "kind" {
			continue
		}
		for _, n := range names {
			kinds[strings.ToLower(n)] = v.Value
		}
		for i := range items {
			it := &items[i]
			named := slices.ContainsFunc(names, func(n string) bool {
				return strings.Contains(strings.ToLower(it.Name["zh"]+"|"+it.Name["en"]), strings.ToLower(n))
			})
			if !named {
				continue
			}
			if it.Attributes == nil {
				it.Attributes = map[string][]string{}
			}
			it.Attributes["kind"] = append(it.Attributes["kind"], v.Value)
		}
	}
	return kinds
}
