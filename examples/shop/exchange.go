package main

import (
	"context"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// swap is what an exchange for another size has to know.
type swap struct {
	Item string `ask:"item" options:"*" slot:"product"`
	Size string `ask:"size" options:"*" slot:"size"`

	items []bot.Choice            // of the order that come in sizes
	sizes map[string][]bot.Choice // of each, those in stock but the one they have
}

// Choices are the items, and the sizes of the one chosen.
func (w *swap) Choices(field string) []bot.Choice {
	if field == "item" {
		return w.items
	}
	return w.sizes[w.Item]
}

// otherSize asks which item of an order should come in which size. "One size up"
// in what was said already is not asked again. ok is false when no other size is
// in stock.
func (s *shop) otherSize(ctx context.Context, t *bot.Turn, o *order, said string) (w swap, ok bool, err error) {
	// Recorded: what sells out meanwhile is not the customer's mistake.
	left, err := bot.Load(ctx, t, "sizes", func(context.Context) (map[string][]string, error) { return s.otherSizes(o), nil })
	if err != nil {
		return w, false, err
	}
	w.sizes = map[string][]bot.Choice{}
	for _, l := range o.Items {
		it, known := s.shelf.Item(l.ID)
		if !known || len(left[l.ID]) == 0 {
			continue
		}
		w.items = append(w.items, bot.Choice{Label: called(it.Name, t.Language), Value: l.ID})
		for _, size := range left[l.ID] {
			w.sizes[l.ID] = append(w.sizes[l.ID], bot.Choice{Label: s.attributes.Display("size", size, t.Language), Value: size})
		}
	}
	if len(w.items) == 0 {
		return w, false, nil
	}
	if len(w.items) == 1 {
		w.Item = w.items[0].Value // nothing to ask
		t.Focus(w.Item)           // "do you have it in 41?"
		w.Size = s.nextSize(t, o, w.Item, said)
	}
	return w, true, bot.Fill(t.In(o.ID), "swap", &w)
}

// otherSizes are the sizes in stock of each item of an order, but the one it has.
func (s *shop) otherSizes(o *order) map[string][]string {
	out := map[string][]string{}
	for _, l := range o.Items {
		it, ok := s.shelf.Item(l.ID)
		if !ok || l.Size == "" {
			continue
		}
		for _, v := range it.Variants {
			if v.Attribute == "size" && v.Value != l.Size && v.Stock > 0 {
				out[l.ID] = append(out[l.ID], v.Value)
			}
		}
	}
	return out
}

// nextSize is the size above or below the one they have, when that is what was
// said and it is in stock.
func (s *shop) nextSize(t *bot.Turn, o *order, id, said string) string {
	step := 0
	switch larger, smaller := saysAny(t, said, "swap.larger"), saysAny(t, said, "swap.smaller"); {
	case larger && !smaller:
		step = 1
	case smaller && !larger:
		step = -1
	default:
		return ""
	}
	it, ok := s.shelf.Item(id)
	i := slices.IndexFunc(o.Items, func(l line) bool { return l.ID == id })
	if !ok || i < 0 {
		return ""
	}
	at := slices.IndexFunc(it.Variants, func(v recommend.Variant) bool { return v.Attribute == "size" && v.Value == o.Items[i].Size })
	if at += step; at < 0 || at >= len(it.Variants) || it.Variants[at].Stock <= 0 {
		return ""
	}
	return it.Variants[at].Value
}

// saysAny reports whether a message has one of the words that stand under a key
// of the texts.
func saysAny(t *bot.Turn, said, key string) bool {
	return anyOf(t, key, func(w string) bool { return strings.Contains(strings.ToLower(said), w) })
}

// saysWord is saysAny for what must be a word of its own: "now" says no "no".
func saysWord(t *bot.Turn, key string) bool {
	said := strings.ToLower(t.Message.Text)
	return anyOf(t, key, func(w string) bool { return holdsWord(said, w) })
}

// anyOf reports whether something holds of one of the words of a text.
func anyOf(t *bot.Turn, key string, holds func(word string) bool) bool {
	return slices.ContainsFunc(strings.Split(t.Text(key), "|"), func(w string) bool { return holds(strings.TrimSpace(w)) })
}
