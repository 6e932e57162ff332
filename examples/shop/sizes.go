package main

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// sizeAdvice works a size out from height and weight.
func (s *shop) sizeAdvice(ctx context.Context, t *bot.Turn) error {
	measure := func(name string, low, high float64) (float64, error) {
		return bot.Ask(t, bot.Question[float64]{Name: name, Prompt: "size." + name, Slot: name,
			Parse: func(h bot.Heard) (float64, bot.Sure) {
				if h.Entity != nil {
					v, err := strconv.ParseFloat(h.Entity.Value, 64)
					if err != nil {
						return 0, bot.No
					}
					return v, bot.Exact
				}
				return bot.Number(h)
			},
			Check: func(v float64) error {
				if v < low || v > high {
					return bot.Again("size.odd")
				}
				return nil
			}})
	}
	height, err := measure("height", 100, 220)
	if err != nil {
		return err
	}
	weight, err := measure("weight", 25, 200)
	if err != nil {
		return err
	}
	size := sizeFor(height, weight)
	t.Learn("size.top", size)
	if err := t.Say("size.advice", "size", size, "height", int(height+0.5), "weight", int(weight+0.5)); err != nil {
		return err
	}
	return s.inOwnSize(ctx, t, size)
}

// inOwnSize shows what the message that told the measures looks for, in the size
// they make where it comes in such sizes: 我170 65公斤 想买件衬衫.
func (s *shop) inOwnSize(ctx context.Context, t *bot.Turn, size string) error {
	e, ok := t.Meaning.Entity("category")
	if !ok || e.Carried || e.Negated || !s.sold[e.Value] || saysWord(t, "size.cue.asks") {
		return nil
	}
	if slices.ContainsFunc(s.shelf.Items(), func(it recommend.Item) bool { _, has := it.Left("size", size); return has && it.Category == e.Value }) {
		t.Meaning.Entities = append(slices.Clone(t.Meaning.Entities), nlu.Entity{Type: "size", Value: size})
	}
	t.Topic("product.search")
	return s.search(ctx, t)
}

// roles tells heights from weights among the quantities and the bare numbers of
// a message ("身高165体重55", "178, 70"), so that each answers its own question.
func (s *shop) roles(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		m := &t.Meaning
		found := map[string]bool{}
		add := func(kind string, n float64, start, end int) {
			found[kind] = true
			m.Entities = append(m.Entities, nlu.Entity{Type: kind, Value: strconv.FormatFloat(n, 'f', 1, 64),
				Text: t.Message.Text[start:end], Start: start, End: end})
		}
		heard := m.Entities
		for _, e := range heard {
			if e.Quantity == nil || e.Carried {
				continue
			}
			n := e.Quantity.Number
			switch strings.ToLower(e.Quantity.Unit) {
			case "cm":
				add("height", n, e.Start, e.End)
			case "in", "inch", "inches":
				add("height", n*2.54, e.Start, e.End)
			case "kg":
				add("weight", n, e.Start, e.End)
			case "斤":
				add("weight", n/2, e.Start, e.End)
			case "lb", "lbs", "pound", "pounds":
				add("weight", n*0.4536, e.Start, e.End)
			}
		}
		bare := bareNumbers(t.Message.Text, heard)
		if m.Intent != "size.advice" && (m.Intent != "" && !found["weight"] || len(bare)+len(found) < 2) {
			bare = slices.DeleteFunc(bare, func(b bareNumber) bool { return b.label == "" }) // numbers of something else
		}
		for _, b := range bare {
			kind := b.label
			switch {
			case kind == "" && b.n >= 130 && b.n <= 220:
				kind = "height"
			case kind == "" && b.n >= 30 && b.n < 130 && (found["height"] || len(bare) > 1):
				kind = "weight"
			}
			if kind != "" && !found[kind] {
				add(kind, b.n, b.start, b.end)
			}
		}
		if m.Intent == "product.search" && found["height"] && found["weight"] && names(t, "category") {
			t.Topic("size.advice") // and what comes in that size
		}
		if err := s.recall(t); err != nil {
			return err
		}
		return next.Handle(ctx, t)
	})
}

// measured are the height and weight said last, as entities hold them.
var measured = bot.Var[map[string]string]{Name: "measures"}

// recall keeps the measures a message gives, and adds those given earlier when a
// size is asked for: "a jacket for my dad, 175, 80 kg" … "which size for him?".
func (s *shop) recall(t *bot.Turn) error {
	m := &t.Meaning
	known := maps.Clone(measured.Get(t))
	changed := false
	for _, kind := range []string{"height", "weight"} {
		switch e, ok := m.Entity(kind); {
		case ok && !e.Carried:
			if known == nil {
				known = map[string]string{}
			}
			changed = changed || known[kind] != e.Value
			known[kind] = e.Value
		case !ok && m.Intent == "size.advice" && known[kind] != "":
			m.Entities = append(m.Entities, nlu.Entity{Type: kind, Value: known[kind], Carried: true})
		}
	}
	if !changed {
		return nil
	}
	return measured.Set(t, known)
}

// bareNumber is a number without a unit, and what the words beside it call it.
type bareNumber struct {
	n          float64
	label      string // "height", "weight" or ""
	start, end int
}

// bareNumbers are those that no entity holds.
func bareNumbers(text string, heard []nlu.Entity) (out []bareNumber) {
	low := strings.ToLower(text)
	if len(low) != len(text) {
		return nil
	}
	digit := func(i int) bool { return i >= 0 && i < len(low) && low[i] >= '0' && low[i] <= '9' }
	for i := 0; i < len(low); i++ {
		if !digit(i) {
			continue
		}
		b := bareNumber{start: i}
		for digit(i) || i < len(low) && low[i] == '.' && digit(i+1) {
			i++
		}
		b.end = i
		var err error
		if b.n, err = strconv.ParseFloat(low[b.start:b.end], 64); err != nil ||
			slices.ContainsFunc(heard, func(e nlu.Entity) bool { return !e.Carried && b.start < e.End && e.Start < b.end }) {
			continue
		}
		before, after := low[:b.start], strings.TrimLeft(low[b.end:], " ")
		for _, filler := range []string{" ", ":", "：", "约", "是", " is", " "} {
			before = strings.TrimSuffix(before, filler)
		}
		for _, w := range []struct{ word, kind string }{{"身高", "height"}, {"高", "height"}, {"height", "height"}, {"体重", "weight"}, {"重", "weight"}, {"weight", "weight"}, {"weigh", "weight"}} {
			if strings.HasSuffix(before, w.word) {
				b.label = w.kind
				break
			}
		}
		if b.label == "" && (strings.HasPrefix(after, "高") || strings.HasPrefix(after, "tall")) {
			b.label = "height"
		}
		out = append(out, b)
	}
	return out
}

// sizeFor is the shop's chart: by height, one up for a heavier build.
func sizeFor(height, weight float64) string {
	sizes := []string{"XS", "S", "M", "L", "XL", "XXL"}
	i := 0
	for _, h := range []float64{155, 162, 168, 175, 182} {
		if height > h {
			i++
		}
	}
	bmi := weight / (height * height / 10000)
	switch {
	case bmi > 26:
		i++
	case bmi < 17.5:
		i--
	}
	return sizes[min(max(i, 0), len(sizes)-1)]
}
