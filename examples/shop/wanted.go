package main

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// quest is what a search looks for so far.
type quest struct {
	Entities []nlu.Entity `json:"entities,omitempty"`
	// Softer are features named before the last ones: a warm jacket that is
	// light, too, rather than one that is light.
	Softer []string `json:"softer,omitempty"`
}

// sought is the search that goes on: who says "around 50", "not red" or "she is
// always cold" adds to it.
var sought = bot.Var[quest]{Name: "sought"}

const maxSought = 20

// wanted is what a message asks for, on top of what was sought before.
func (s *shop) wanted(t *bot.Turn) (recommend.Request, error) {
	s.notOfKind(t)
	s.rough(t)
	inTotal(t)
	q := quest{Softer: s.goOn(t)}
	req := t.Wanted(append(wishes(), "kind")...)
	apart(&req, t.Message.Text)
	req.Wish = slices.DeleteFunc(req.Wish, func(w recommend.Filter) bool {
		return len(w.Any) == 1 && slices.ContainsFunc(req.Must, func(m recommend.Filter) bool { return m.Attribute == w.Attribute && slices.Equal(m.Any, w.Any) })
	})
	for _, v := range q.Softer {
		wish(&req, recommend.Filter{Attribute: "feature", Any: []string{v}})
	}
	s.oppose(&req)
	forWhom(&req, s.forKids)
	slices.SortStableFunc(req.Must, func(a, b recommend.Filter) int { return cmp.Compare(loose(a), loose(b)) })
	for _, e := range t.Meaning.Entities {
		if e.Money != nil || slices.Contains(wishes(), e.Type) {
			e.Start, e.End, e.Carried = 0, 0, true
			q.Entities = append(q.Entities, e)
		}
	}
	q.Entities = q.Entities[:min(len(q.Entities), maxSought)]
	return req, sought.Set(t, q)
}

// loose says how gladly a filter is given up where nothing fulfils all: a season
// and a style before what the thing itself must be.
func loose(f recommend.Filter) int {
	switch f.Attribute {
	case "style":
		return 2
	case "season":
		return 1
	}
	return 0
}

// goOn adds what was sought before to a message that goes on with the search,
// and returns the features that step back behind those it names.
func (s *shop) goOn(t *bot.Turn) (softer []string) {
	before := sought.Get(t)
	young(t)
	s.bareSize(t)
	if i := slices.IndexFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return e.Type == "gender" && !e.Carried && byPronoun(e.Text) }); i >= 0 &&
		slices.ContainsFunc(before.Entities, func(e nlu.Entity) bool {
			return e.Type == "gender" && (e.Value == "kids" || e.Value == t.Meaning.Entities[i].Value)
		}) {
		t.Meaning.Entities = slices.Delete(slices.Clone(t.Meaning.Entities), i, i+1) // "she is eight"
	}
	if !live(t) || len(before.Entities) == 0 {
		return nil
	}
	held, says, feature := map[string]bool{}, vague(t), false
	for _, e := range t.Meaning.Entities {
		held[e.Type] = held[e.Type] || !e.Negated
		if e.Carried {
			continue
		}
		says = says || e.Money != nil || e.Type == nearby || e.Type == "kind" || slices.Contains(wishes(), e.Type)
		feature = feature || e.Type == "feature" && !saysAny(t, t.Message.Text, "flow.cue.wish")
		if e.Type == "sort" {
			says = says || e.Value == "others" || e.Value == "cheapest" || e.Value == "cheaper" || e.Value == "pricier" || e.Value == string(recommend.Dearest)
		}
	}
	if !says {
		return nil
	}
	anew := s.afresh(t, before.Entities)
	own := anew && forSelf(t)
	if anew && !names(t, "category") && saysAny(t, t.Message.Text, "search.cue.gift") { // a present is not of the kind looked for before
		t.Meaning.Entities = slices.DeleteFunc(slices.Clone(t.Meaning.Entities), func(e nlu.Entity) bool { return e.Carried && e.Type != "gender" })
		t.Forget("category")
	}
	for _, e := range before.Entities {
		switch {
		case anew && e.Type != "gender", own:
		case e.Type == "feature" && feature && !e.Negated:
			softer = append(softer, e.Value)
		case slices.ContainsFunc(t.Meaning.Entities, func(o nlu.Entity) bool { return o.Negated && !o.Carried && o.Type == e.Type && o.Value == e.Value }):
		case (!held[e.Type] || e.Type == "feature") && !e.Negated: // what was refused, Wanted knows
			t.Meaning.Entities = append(t.Meaning.Entities, e)
		}
	}
	if !anew {
		softer = append(softer, before.Softer...)
	}
	if softer = slices.Compact(softer); len(softer) > few {
		softer = softer[:few]
	}
	return softer
}

// byPronoun reports whether a person is only called he or she, him or her.
func byPronoun(said string) bool {
	said = strings.ToLower(said)
	for _, w := range []string{"她", "他", "she ", "he ", "for him", "for her", "给她", "给他"} {
		if strings.HasPrefix(said, w) {
			return true
		}
	}
	return false
}

// notOfKind reads a refusal of one kind as of that kind and not of the category:
// who wants no backpack still wants a bag.
func (s *shop) notOfKind(t *bot.Turn) {
	for i, e := range t.Meaning.Entities {
		held := e.Type == "category" && !e.Carried && (saysAny(t, t.Message.Text, "search.cue.has") || // "she already has a bag"
			e.End <= len(t.Message.Text) && e.Start < e.End && strings.HasSuffix(t.Message.Text[:e.Start], "有") && strings.HasPrefix(t.Message.Text[e.End:], "了")) // 他有手表了
		if (held || e.Type == "feature" && e.Value == "itchy") && !e.Negated { // nobody wants it so
			t.Meaning.Entities = slices.Clone(t.Meaning.Entities)
			t.Meaning.Entities[i].Negated = true
			e.Negated = true
		}
		if i > 0 && e.Type == "category" && !e.Carried { // 别送衣服鞋子
			if o := t.Meaning.Entities[i-1]; o.Type == "group" && o.Negated && !o.Carried && o.End == e.Start {
				t.Meaning.Entities = slices.Clone(t.Meaning.Entities)
				t.Meaning.Entities[i].Negated, e.Negated = true, true
			}
		}
		kind := s.kindOf(e.Text)
		if e.Type != "category" || e.Carried || !e.Negated || kind == "" {
			continue
		}
		es := slices.Clone(t.Meaning.Entities)
		es[i].Type, es[i].Value = "kind", kind
		looked := slices.ContainsFunc(sought.Get(t).Entities, func(o nlu.Entity) bool { return o.Type == "category" && o.Value == e.Value && !o.Negated })
		if looked && live(t) && !slices.ContainsFunc(es, func(o nlu.Entity) bool { return o.Type == "category" }) {
			es = append(es, nlu.Entity{Type: "category", Value: e.Value, Carried: true})
			t.Remember("category", e.Value)
		} else if !looked {
			t.Forget("category")
		}
		t.Meaning.Entities = es
	}
}

// bareSize takes a number or capitals alone for a size where the customer asks what is in
// stock: 120的还有吗, "in L?".
func (s *shop) bareSize(t *bot.Turn) {
	stock := t.Meaning.Intent == "product.stock"
	if !stock && !live(t) || names(t, "size") {
		return
	}
	inWord := func(r rune) bool {
		return r == '\'' || r == '’' || r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r))
	}
	for _, word := range strings.FieldsFunc(t.Message.Text, func(r rune) bool { return !inWord(r) }) {
		if !stock && word[0] <= '9' {
			continue
		}
		if slices.ContainsFunc(s.shelf.Items(), func(it recommend.Item) bool { _, has := it.Left("size", word); return has }) {
			t.Meaning.Entities = append(slices.Clone(t.Meaning.Entities), nlu.Entity{Type: "size", Value: word})
			return
		}
	}
}

// young takes an age below fourteen, and "for kids", as looking for children's
// things.
func young(t *bot.Turn) {
	for _, e := range t.Meaning.Entities {
		q := e.Quantity
		if q != nil && !e.Carried && (q.Unit == "岁" || q.Unit == "year") && q.Number < 14 || e.Type == "style" && e.Value == "kids" && !e.Negated {
			t.Meaning.Entities = slices.DeleteFunc(slices.Clone(t.Meaning.Entities), func(e nlu.Entity) bool { return e.Type == "gender" || e.Type == "style" && e.Value == "kids" })
			t.Meaning.Entities = append(t.Meaning.Entities, nlu.Entity{Type: "gender", Value: "kids"})
			return
		}
	}
}

// afresh reports whether a message looks for something else than the search
// before it: another kind of thing, a present, or something for somebody else. A
// kind, where none was named, narrows the search.
func (s *shop) afresh(t *bot.Turn, before []nlu.Entity) bool {
	if t.Meaning.FollowUp {
		return false // "and a coat?", "what about my dad?"
	}
	had := func(kind string) string {
		i := slices.IndexFunc(before, func(e nlu.Entity) bool { return e.Type == kind && !e.Negated })
		if i < 0 {
			return ""
		}
		return before[i].Value
	}
	if had("gender") != "" && forSelf(t) {
		return true
	}
	named := false
	for _, e := range t.Meaning.Entities {
		switch {
		case e.Carried || e.Negated:
		case e.Type == "category":
			named = true
			if v := had(e.Type); v != "" && (v != e.Value || s.kindOf(e.Text) != kindSought.Get(t)) {
				return true
			}
		case e.Type == "gender" && had(e.Type) != "" && had(e.Type) != e.Value:
			return true
		}
	}
	return !named && had("category") != "" && saysAny(t, t.Message.Text, "search.cue.gift")
}

// forSelf reports whether a message says that the thing is for the customer.
func forSelf(t *bot.Turn) bool {
	return !names(t, "gender") && saysAny(t, t.Message.Text, "search.cue.self")
}

// wish adds a wish for one value to a request that does not speak of it.
func wish(req *recommend.Request, f recommend.Filter) {
	for _, fs := range [][]recommend.Filter{req.Must, req.Not, req.Wish} {
		if slices.ContainsFunc(fs, func(g recommend.Filter) bool { return g.Attribute == f.Attribute && slices.Contains(g.Any, f.Any[0]) }) {
			return
		}
	}
	req.Wish = append(req.Wish, f)
}

// apart takes several features as all of them, unless the customer says "or":
// waterproof and windproof.
func apart(req *recommend.Request, said string) {
	i := slices.IndexFunc(req.Must, func(f recommend.Filter) bool { return f.Attribute == "feature" })
	if i < 0 || len(req.Must[i].Any) < 2 || strings.Contains(said, "或") || strings.Contains(said, " or ") {
		return
	}
	all := req.Must[i].Any
	req.Must[i].Any = all[:1:1]
	for _, v := range all[1:] {
		i++
		req.Must = slices.Insert(req.Must, i, recommend.Filter{Attribute: "feature", Any: []string{v}})
	}
}

// oppose wishes for the opposite of what is refused as too much: who finds a
// coat too formal wants a casual one first.
func (s *shop) oppose(req *recommend.Request) {
	for _, n := range req.Not {
		for _, v := range n.Any {
			if o := s.opposites[n.Attribute][v]; o != "" {
				wish(req, recommend.Filter{Attribute: n.Attribute, Any: []string{o}})
			}
		}
	}
}

// forWhom turns a search for women or men into one without what is for others:
// much is for everyone, or says nothing of it. Children's things are a category
// of their own, in which the words find the shoes.
func forWhom(req *recommend.Request, forKids []string) {
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
			if slices.Contains(forKids, req.Must[i].Any[0]) {
				return
			}
			if like := req.Must[i].Any; !slices.Contains(like, "kids") {
				req.Not = append(req.Not, recommend.Filter{Attribute: "unlike", Any: like})
			}
			req.Must[i].Any = []string{"kids"}
		}
		return
	default:
		return
	}
	req.Must = slices.Delete(req.Must, at, at+1)
	req.Not = append(req.Not, recommend.Filter{Attribute: "gender", Any: others})
}
