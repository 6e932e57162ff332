package keep

import (
	"maps"
	"slices"

	"github.com/frontdesk-go/frontdesk/kb"
)

// pairs finds entries that ask the same or nearly the same, language by
// language, or the same in other words, and judges whether their answers can both
// be true. Entries that no
// one customer sees both of (other channels, audience, products or times) are
// not held against each other; passages are not either, as documents repeat
// their headings.
func (c *checker) pairs() {
	type place struct {
		entry int
		text  string
	}
	by := map[string][]place{}
	for i, e := range c.entries {
		if e.Kind == kb.Passage {
			continue
		}
		for lang, t := range e.Texts {
			for _, w := range saysOf(t) {
				by[lang] = append(by[lang], place{i, w})
			}
		}
	}
	for _, lang := range slices.Sorted(maps.Keys(by)) {
		places := by[lang]
		sets := make([]set, len(places))
		for i, p := range places {
			sets[i] = setOf(p.text)
		}
		best := map[[2]int]pair{}
		var order [][2]int
		for _, p := range near(sets, c.opts.Near) {
			k := [2]int{places[p.a].entry, places[p.b].entry}
			if k[0] == k[1] || !meet(c.entries[k[0]], c.entries[k[1]]) {
				continue
			}
			old, ok := best[k]
			if !ok {
				order = append(order, k)
			}
			if p.like > old.like {
				best[k] = p
			}
		}
		for _, k := range order {
			p := best[k]
			a, b := c.entries[k[0]], c.entries[k[1]]
			f := Finding{Kind: NearDuplicate, Other: b.ID, Language: lang, Like: p.like, Text: places[p.a].text, Against: places[p.b].text}
			if p.like == 1 {
				f.Kind = Duplicate
			}
			c.add(f, a)
			c.contradict(f, a, b)
		}
		c.reworded(lang, best)
	}
}

// contradict adds that the answers of two entries cannot both be true, if so.
func (c *checker) contradict(f Finding, a, b *kb.Entry) {
	x, y := a.Texts[f.Language].Answer, b.Texts[f.Language].Answer
	said, other, ok := differ(numbers(x), numbers(y))
	if !ok && denies(x) != denies(y) && weights(nil).jaccard(setOf(x), setOf(y)) >= 0.5 {
		said, other, ok = x, y, true
	}
	if ok {
		f.Kind, f.Text, f.Against = Contradiction, said, other
		c.add(f, a)
	}
}

// meet reports whether one query could find both entries.
func meet(a, b *kb.Entry) bool {
	share := func(x, y []string) bool {
		return len(x) == 0 || len(y) == 0 || slices.ContainsFunc(x, func(s string) bool { return slices.Contains(y, s) })
	}
	apart := !a.Until.IsZero() && !b.From.IsZero() && !b.From.Before(a.Until) || !b.Until.IsZero() && !a.From.IsZero() && !a.From.Before(b.Until)
	return !apart && share(a.Channels, b.Channels) && share(a.Audience, b.Audience) && share(a.Products, b.Products)
}
