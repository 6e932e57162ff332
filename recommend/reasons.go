package recommend

import (
	"embed"
	"fmt"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed reasons.yaml
var shipped embed.FS

// sentences are the wordings of reasons by language and code.
type sentences map[string]map[string]string

func readSentences() (sentences, error) {
	raw, err := shipped.ReadFile("reasons.yaml")
	if err != nil {
		return nil, err
	}
	var s sentences
	if err := yaml.Unmarshal(raw, &s); err != nil {
		return nil, fmt.Errorf("recommend: reasons.yaml: %w", err)
	}
	return s, nil
}

func (s sentences) say(lang, code string, pairs ...string) string {
	base, _, _ := strings.Cut(lang, "-")
	m, ok := s[base]
	if !ok {
		m = s["en"]
	}
	return strings.NewReplacer(pairs...).Replace(m[code])
}

// why are an item's reasons, strongest first; there is always one.
func (s *Shelf) why(it *stocked, r *Request, c *scored) []Reason {
	type weighed struct {
		Reason
		w float64
	}
	var out []weighed
	add := func(code string, w float64, pairs ...string) {
		if w > 0 {
			out = append(out, weighed{Reason{Code: code, Text: s.reasons.say(r.Language, code, pairs...)}, w})
		}
	}
	anchor := func(ids []string) string {
		for _, id := range ids {
			if of := s.index.items[id]; of != nil {
				return nameIn(of.Name, r.Language)
			}
		}
		return ""
	}
	if len(r.GoesWith) > 0 {
		code := "together"
		if c.listed {
			code = "goes_with"
		}
		add(code, 2*c.with, "{name}", anchor(r.GoesWith))
	}
	if len(r.Like) > 0 {
		add("similar", 2*c.like, "{name}", anchor(r.Like))
	}
	add("asked", s.askedWeight(r), "{what}", s.asked(it, r))
	if budget, code := s.budget(r); budget != "" {
		add(code, 1.4, "{budget}", budget)
	}
	add("history", c.history)
	add("session", 0.8*c.session)
	if c.words > 0.15 {
		add("words", c.words)
	}
	if c.popular > 0.3 {
		add("popular", 0.5*c.popular)
	}
	if len(out) == 0 {
		add("new", 0.01)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].w > out[j].w })
	rs := make([]Reason, len(out))
	for i, x := range out {
		rs[i] = x.Reason
	}
	return rs
}

func (s *Shelf) askedWeight(r *Request) float64 {
	for _, f := range append(r.Must[:len(r.Must):len(r.Must)], r.Wish...) {
		if f.Attribute != "category" {
			return 1.5
		}
	}
	return 0
}

// asked names the values the item has of those asked for.
func (s *Shelf) asked(it *stocked, r *Request) string {
	var names []string
	for _, f := range append(r.Must[:len(r.Must):len(r.Must)], r.Wish...) {
		if f.Attribute == "category" {
			continue
		}
		for _, v := range f.Any {
			if it.has(Filter{f.Attribute, []string{v}}) {
				names = append(names, s.opts.Attributes.Display(f.Attribute, v, r.Language))
			}
		}
	}
	return strings.Join(names, s.reasons.say(r.Language, "list"))
}

func (s *Shelf) budget(r *Request) (text, code string) {
	switch {
	case r.MinPrice > 0 && r.MaxPrice > 0:
		return money(r.MinPrice, r.Currency) + "–" + money(r.MaxPrice, r.Currency), "between"
	case r.MaxPrice > 0:
		return money(r.MaxPrice, r.Currency), "budget"
	case r.MinPrice > 0:
		return money(r.MinPrice, r.Currency), "over"
	}
	return "", ""
}

func money(minor int64, currency string) string {
	n := strings.TrimSuffix(fmt.Sprintf("%d.%02d", minor/100, minor%100), ".00")
	switch currency {
	case "CNY":
		return "¥" + n
	case "USD":
		return "$" + n
	case "EUR":
		return "€" + n
	}
	return n + " " + currency
}

// nameIn picks a name by language, the first in order when there is none.
func nameIn(names map[string]string, lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	for _, l := range []string{lang, base} {
		if n := names[l]; n != "" {
			return n
		}
	}
	for _, l := range sorted(names) {
		return names[l]
	}
	return ""
}
