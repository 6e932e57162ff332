package main

import (
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// kindOf is the kind of thing that a name says, "" for none; heels are of the kind
// of one.
func (s *shop) kindOf(name string) string {
	name = strings.ToLower(name)
	for _, n := range []string{name, strings.TrimSuffix(name, "s"), name + "s"} {
		if k := s.kinds[n]; k != "" {
			return k
		}
	}
	return ""
}

// kind asks for the kind of thing within a category that the customer named: a
// down jacket among jackets. What they ask next is about the same kind.
func (s *shop) kind(t *bot.Turn, req *recommend.Request) error {
	e, ok := t.Meaning.Entity("category")
	if !ok || e.Negated {
		return nil
	}
	kind := kindSought.Get(t)
	if !e.Carried {
		kind = s.kindOf(e.Text)
		if err := kindSought.Set(t, kind); err != nil {
			return err
		}
	}
	if kind == "" {
		return nil
	}
	any := []string{kind}
	for _, o := range t.Meaning.Entities { // a down jacket or a shell jacket
		if k := s.kindOf(o.Text); o.Type == "category" && !o.Carried && !o.Negated && k != "" && !slices.Contains(any, k) {
			any = append(any, k)
		}
	}
	f, at := recommend.Filter{Attribute: "kind", Any: any}, 0 // first, so that it is the last to be given up
	if e.Carried {
		at = len(req.Must) // before what this message asks for
	}
	req.Must = slices.Insert(req.Must, at, f)
	return nil
}

var kindSought = bot.Var[string]{Name: "kind sought"}

// kindsOf gives items whose own names say of what kind they are the attribute
// "kind", and all items the groups of their category; it returns the kinds by what
// they are called.
func kindsOf(items []recommend.Item, attributes *recommend.Attributes, groups map[string][]string) map[string]string {
	kinds := map[string]string{}
	for v, names := range attributes.All() {
		if v.Attribute != "kind" {
			continue
		}
		for _, n := range names {
			if n = strings.ToLower(n); kinds[n] == "" { // running shoes are sneakers, too
				kinds[n] = v.Value
			}
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
	for i := range items {
		for group, of := range groups {
			if slices.Contains(of, items[i].Category) {
				items[i].Attributes["group"] = append(items[i].Attributes["group"], group)
			}
		}
		if it := &items[i]; it.Category == "kids" {
			it.Attributes["unlike"] = unlike(it, attributes)
		}
	}
	return kinds
}

// unlike are the categories of things for adults that a thing for children is
// nothing like, going by its name.
func unlike(it *recommend.Item, attributes *recommend.Attributes) (out []string) {
	said := strings.ToLower(it.Name["zh"] + "|" + it.Name["en"])
	for v, names := range attributes.All() {
		if v.Attribute == "category" && !slices.ContainsFunc(names, func(n string) bool { return holdsWord(said, strings.ToLower(n)) }) {
			out = append(out, v.Value)
		}
	}
	return out
}
