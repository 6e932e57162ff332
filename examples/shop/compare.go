package main

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// looked are the items talked about one by one, the latest first: what "the
// other one" means.
var looked = bot.Var[[]string]{Name: "items looked at"}

// compared are the items put side by side last: "which is cheaper?" goes on with
// them as long as they are what was shown.
var compared = bot.Var[[]string]{Name: "items compared"}

// lookAt remembers an item talked about.
func lookAt(t *bot.Turn, id string) error {
	before := looked.Get(t)
	if len(before) > 0 && before[0] == id {
		return nil
	}
	now := append([]string{id}, slices.DeleteFunc(before, func(b string) bool { return b == id })...)
	return looked.Set(t, now[:min(len(now), few)])
}

// compare puts items side by side: those pointed at, or all that were shown.
func (s *shop) compare(ctx context.Context, t *bot.Turn) error {
	if id := s.other(t); id != "" {
		return s.show(t, id)
	}
	items := s.sides(t)
	switch {
	case len(items) == 1 && !saysAny(t, t.Message.Text, "compare.cue.other"):
		t.Focus(items[0].ID)
		return s.detail(ctx, t) // "are they waterproof?", of the one
	case len(items) == 1:
		return t.Say("compare.one", "name", called(items[0].Name, t.Language))
	case len(items) == 0:
		return s.detail(ctx, t)
	}
	ids := make([]string, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	if err := compared.Set(t, ids); err != nil {
		return err
	}
	if said := t.Message.Text; saysAny(t, said, "compare.cue.cheaper") {
		return s.byPrice(t, items, false)
	} else if saysAny(t, said, "compare.cue.dearer") {
		return s.byPrice(t, items, true)
	}
	for _, e := range t.Meaning.Entities {
		switch e.Type {
		case "feature", "style", "length", "fit", "shade", "pattern", "season", "material":
			if !e.Carried {
				return s.byValue(ctx, t, items, e.Type, e.Value)
			}
		}
	}
	if untold(t) {
		if err := t.Say("compare.untold"); err != nil {
			return err
		}
	}
	return s.sideBySide(t, items)
}

// other is the item that "the other one" means where nothing is compared: of two
// that were shown, or the one looked at before this.
func (s *shop) other(t *bot.Turn) string {
	said := t.Message.Text
	if utf8.RuneCountInString(said) > 24 || !saysAny(t, said, "compare.cue.other") || saysAny(t, said, "compare.cue.which") {
		return ""
	}
	focus, shown, before := t.Focused(), t.Shown(), looked.Get(t)
	switch {
	case len(shown) == 2 && focus == shown[0]:
		return shown[1]
	case len(shown) == 2 && focus == shown[1]:
		return shown[0]
	case len(before) > 1 && before[0] == focus:
		return before[1]
	}
	return ""
}

// sides are the items a message compares.
func (s *shop) sides(t *bot.Turn) []recommend.Item {
	shown := t.Shown()
	ids := pointed(t)
	if len(ids) < 2 {
		for _, e := range t.Meaning.Entities {
			if e.Type == "product" && !e.Carried && !slices.Contains(ids, e.Value) {
				ids = append(ids, e.Value)
			}
		}
	}
	if len(ids) < 2 { // the black one or the red one
		for _, e := range t.Meaning.Entities {
			if e.Carried || e.Negated || e.Type != "colour" && e.Type != "material" && e.Type != "brand" {
				continue
			}
			for _, id := range shown {
				if it, ok := s.shelf.Item(id); ok && it.Has(recommend.Filter{Attribute: e.Type, Any: []string{e.Value}}) && !slices.Contains(ids, id) {
					ids = append(ids, id)
					break
				}
			}
		}
	}
	if len(ids) == 1 { // it and the mechanical one
		for _, id := range append(slices.Clone(shown), t.Earlier()...) {
			if it, ok := s.shelf.Item(id); ok && !slices.Contains(ids, id) && calls(t.Message.Text, it.Name["en"]) {
				ids = append(ids, id)
				break
			}
		}
	}
	if len(ids) == 1 && saysAny(t, t.Message.Text, "compare.cue.other") { // this one or the other
		for _, id := range append(looked.Get(t), shown...) {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
				break
			}
		}
	}
	last := compared.Get(t)
	if len(ids) < 2 && len(last) > 1 && slices.ContainsFunc(last, func(id string) bool { return slices.Contains(shown, id) }) && !saysAny(t, t.Message.Text, "compare.cue.all") {
		ids = last
	}
	if len(ids) < 2 {
		ids = slices.Clone(shown)
		if len(ids) < 2 && saysAny(t, t.Message.Text, "compare.cue.two") {
			for _, id := range append(slices.Clone(looked.Get(t)), t.Earlier()...) {
				if len(ids) < 2 && !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
	}
	var out []recommend.Item
	for _, id := range ids {
		if it, ok := s.shelf.Item(id); ok {
			out = append(out, it)
		}
	}
	return out
}

// calls reports whether a text uses a word of an English name that says much.
func calls(said, name string) bool {
	said = strings.ToLower(said)
	return slices.ContainsFunc(strings.Fields(strings.ToLower(strings.ReplaceAll(name, ",", ""))), func(w string) bool { return len(w) > 5 && holdsWord(said, w) })
}

// pointed are the shown items that a message points at, by ordinal (第一款和第二款) or
// by bare number: "1 and 3", 前两款.
func pointed(t *bot.Turn) []string {
	shown := t.Shown()
	var ids []string
	for _, e := range t.Meaning.Entities {
		if e.Type == "item" && !e.Carried && !slices.Contains(ids, e.Value) {
			ids = append(ids, e.Value)
		}
	}
	for _, id := range numbered(t.Message.Text, shown) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// numbered are the shown items that a text names by a bare number, or as the
// first two.
func numbered(said string, shown []string) []string {
	said = strings.ToLower(said)
	for _, w := range []string{"前两", "前2", "头两", "first two"} {
		if strings.Contains(said, w) {
			return slices.Clone(shown[:min(2, len(shown))])
		}
	}
	digit := func(i int) bool {
		return i >= 0 && i < len(said) && (said[i] >= '0' && said[i] <= '9' || said[i] == '.')
	}
	var ids []string
	for p := range said { // a number alone, nothing of "iphone 15"
		if !digit(p) || digit(p-1) || digit(p+1) {
			continue
		}
		if n, _ := strconv.Atoi(said[p : p+1]); n >= 1 && n <= len(shown) && !slices.Contains(ids, shown[n-1]) {
			ids = append(ids, shown[n-1])
		}
	}
	return ids
}

// byPrice says which is the cheapest, or the dearest, and by how much.
func (s *shop) byPrice(t *bot.Turn, items []recommend.Item, dearest bool) error {
	currency := t.Text("currency")
	slices.SortStableFunc(items, func(a, b recommend.Item) int { return cmp.Compare(a.Price[currency], b.Price[currency]) })
	key := "compare.cheaper"
	if dearest {
		slices.Reverse(items)
		key = "compare.dearer"
	}
	best, next := &items[0], &items[1]
	if len(items) > 2 {
		key += "_of_all"
	}
	if best.Price[currency] == next.Price[currency] {
		key = "compare.same_price"
	}
	gap := max(best.Price[currency], next.Price[currency]) - min(best.Price[currency], next.Price[currency])
	t.Focus(best.ID)
	return t.Say(key, "name", called(best.Name, t.Language), "price", bot.Price(best.Price[currency], currency), "other", called(next.Name, t.Language),
		"next", bot.Price(next.Price[currency], currency), "less", bot.Price(gap, currency))
}

// byValue says which of the items is what is asked about: warm things by how warm
// they are, the rest by having it.
func (s *shop) byValue(ctx context.Context, t *bot.Turn, items []recommend.Item, attribute, value string) error {
	what := s.attributes.Display(attribute, value, t.Language)
	sign := map[string]int{"warm": 1, "thick": 1, "light": -1}[value]
	if attribute == "feature" && sign != 0 && slices.ContainsFunc(items, func(it recommend.Item) bool { return degree(&it, "warmth") > 0 }) {
		by := func(it *recommend.Item) int {
			d := sign * degree(it, "warmth") * 2
			if it.Has(recommend.Filter{Attribute: attribute, Any: []string{value}}) {
				d++
			}
			return d
		}
		slices.SortStableFunc(items, func(a, b recommend.Item) int { return cmp.Compare(by(&b), by(&a)) })
		best, next := &items[0], &items[1]
		key := "compare.most"
		if by(best) == by(next) {
			key = "compare.equal"
		}
		t.Focus(best.ID)
		if saysAny(t, t.Message.Text, "compare.cue.price") {
			return s.show(t, best.ID)
		}
		return t.Say(key, "name", called(best.Name, t.Language), "other", called(next.Name, t.Language), "what", what,
			"why", called(best.Description, t.Language))
	}
	var have []string
	for i := range items {
		if items[i].Has(recommend.Filter{Attribute: attribute, Any: []string{value}}) {
			if len(have) == 0 {
				t.Focus(items[i].ID)
			}
			have = append(have, t.Text("compare.quoted", "name", called(items[i].Name, t.Language)))
		}
	}
	switch len(have) {
	case 0: // others may be
		if err := t.Say("compare.neither", "what", what); err != nil || !live(t) {
			return err
		}
		t.Topic("product.search")
		return s.search(ctx, t)
	case 1:
		if saysAny(t, t.Message.Text, "compare.cue.price") {
			return s.show(t, t.Focused())
		}
	case len(items):
		if err := t.Say("compare.all", "what", what); err != nil {
			return err
		}
		return s.sideBySide(t, items)
	}
	return t.Say("compare.only", "names", enumerate(t, have), "what", what)
}

// enumerate writes names as "a, b and c".
func enumerate(t *bot.Turn, names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], t.Text("list.comma")) + t.Text("list.and") + names[last]
}

// degree is an attribute that is a number, 0 without one.
func degree(it *recommend.Item, attribute string) int {
	for _, v := range it.Attributes[attribute] {
		if n, err := strconv.Atoi(v); err == nil {
			return n
		}
	}
	return 0
}

// sideBySide says what differs, a line for each, and what is the same.
func (s *shop) sideBySide(t *bot.Turn, items []recommend.Item) error {
	currency, between := t.Text("currency"), t.Text("compare.between")
	var names []string
	for i := range items {
		names = append(names, t.Text("compare.quoted", "name", called(items[i].Name, t.Language)))
	}
	lines := []string{t.Text("compare.head", "names", enumerate(t, names))}
	var same []string
	row := func(label string, of func(*recommend.Item) string) {
		var cells []string
		for i := range items {
			c := of(&items[i])
			if c == "" {
				c = t.Text("compare.none")
			}
			cells = append(cells, c)
		}
		switch alike := len(slices.Compact(slices.Clone(cells))) == 1; {
		case alike && (cells[0] == t.Text("compare.none") || cells[0] == t.Text("stock.some")):
		case alike && (label == t.Text("attribute.season") || label == t.Text("attribute.style")): // what is the same there decides nothing
		case alike:
			same = append(same, label+" "+cells[0])
		default:
			lines = append(lines, "· "+label+t.Text("compare.colon")+strings.Join(cells, between))
		}
	}
	row(t.Text("compare.price"), func(it *recommend.Item) string {
		if p, ok := it.Price[currency]; ok {
			return bot.Price(p, currency)
		}
		return ""
	})
	for _, attribute := range []string{"material", "season", "style", "feature"} {
		row(t.Text("attribute."+attribute), func(it *recommend.Item) string {
			var vs []string
			for _, v := range it.Attributes[attribute] {
				vs = append(vs, s.attributes.Display(attribute, v, t.Language))
			}
			return strings.Join(vs, t.Text("list.comma"))
		})
	}
	stock := t.Text("compare.stock")
	if len(items[0].Variants) > 0 {
		stock = t.Text("compare.sizes")
	}
	row(stock, func(it *recommend.Item) string {
		var vs []string
		for _, v := range it.Variants {
			if v.Stock > 0 {
				vs = append(vs, s.attributes.Display(v.Attribute, v.Value, t.Language))
			}
		}
		switch {
		case len(vs) > 0:
			return strings.Join(vs, t.Text("list.comma"))
		case it.Stock > 0:
			return t.Text("stock.some")
		}
		return t.Text("stock.none")
	})
	if len(items) <= 3 {
		row(t.Text("compare.about"), func(it *recommend.Item) string { return called(it.Description, t.Language) })
	}
	if len(same) > 0 {
		lines = append(lines, t.Text("compare.same", "what", strings.Join(same, t.Text("list.comma"))))
	}
	return t.Send(bot.Reply{Text: strings.Join(lines, "\n")})
}
