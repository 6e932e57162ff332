package main

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// rough reads a number without a currency as the budget of what is looked for:
// "around 30", "not more than 35 tho", "trainers 30-50".
func (s *shop) rough(t *bot.Turn) {
	if slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return e.Money != nil && !e.Carried }) {
		return
	}
	words := strings.Fields(strings.ToLower(t.Message.Text))
	for i := range words {
		low, high, end := amounts(words, i)
		if end == 0 || low < 10 || high <= low && high != 0 || s.counts(t, words, i, end) {
			continue
		}
		before := " " + strings.Join(words[:i], " ")
		for _, filler := range []string{":", " is", " of"} {
			before = strings.TrimSuffix(before, filler)
		}
		says := func(key string) bool {
			return anyOf(t, key, func(w string) bool { return strings.HasSuffix(before, " "+w) })
		}
		after := strings.Join(words[end:], " ")
		money := &nlu.Money{Currency: t.Text("currency")}
		switch {
		case high > 0 && s.looksFor(t) && !says("search.cue.no_price") && !s.sizes(t, words[i], low, high):
			money.Min, money.Max = low*100, high*100
		case high > 0:
			continue
		case says("search.cue.most"), s.looksFor(t) && anyOf(t, "search.cue.tops", func(w string) bool { return strings.HasPrefix(after, w) }):
			money.Max = low * 100
		case says("search.cue.about"):
			money.Min, money.Max = low*100, low*100
		default:
			continue
		}
		t.Meaning.Entities = append(slices.DeleteFunc(slices.Clone(t.Meaning.Entities), func(e nlu.Entity) bool {
			return e.Money != nil || e.Type == "order" && !e.Carried && strings.Contains(words[i], e.Text) // 1000 is no order's number
		}), nlu.Entity{Type: "money", Money: money})
		return
	}
}

// inTotal takes "around 100 in total" for all there is to spend: an outfit is of
// several things, and none need cost so much.
func inTotal(t *bot.Turn) {
	for i, e := range t.Meaning.Entities {
		if e.Money != nil && !e.Carried && e.Money.Max > 0 && e.Money.Min > 0 && saysWord(t, "search.cue.total") {
			most := *e.Money
			most.Min = 0
			t.Meaning.Entities = slices.Clone(t.Meaning.Entities)
			t.Meaning.Entities[i].Money = &most
		}
	}
}

// amounts reads the number, or the two of a range, that begins at a word, and
// where they end: 0 for neither.
func amounts(words []string, at int) (low, high int64, end int) {
	bare := func(i int) string {
		if i >= len(words) {
			return ""
		}
		return strings.TrimRight(words[i], ",.!?;，。！？")
	}
	number := func(w string) int64 {
		n, err := strconv.ParseInt(w, 10, 32)
		if err != nil {
			return 0
		}
		return n
	}
	for _, dash := range []string{"-", "–", "~"} {
		if from, to, ok := strings.Cut(bare(at), dash); ok && number(from) > 0 && number(to) > 0 {
			return number(from), number(to), at + 1
		}
	}
	if low = number(bare(at)); low == 0 {
		return 0, 0, 0
	}
	if mid := bare(at + 1); mid == "to" || mid == "-" || mid == "and" && at > 0 && words[at-1] == "between" {
		if high = number(bare(at + 2)); high > 0 {
			return low, high, at + 3
		}
	}
	return low, 0, at + 1
}

// counts reports whether the number that stands before a word is one of
// something else than money: days, people, centimetres.
func (s *shop) counts(t *bot.Turn, words []string, at, end int) bool {
	if end < len(words) {
		next := strings.TrimRight(words[end], ",.!?;")
		closed := strings.TrimRight(words[end-1], ",.!?;") != words[end-1]
		if !closed && anyOf(t, "search.cue.units", func(w string) bool { return w == next }) {
			return true
		}
	}
	return slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool {
		return (e.Quantity != nil || e.When != nil) && !e.Carried && e.Text != "" && strings.Contains(strings.ToLower(e.Text), words[at])
	})
}

// looksFor reports whether a message looks for things, or goes on with it.
func (s *shop) looksFor(t *bot.Turn) bool {
	return live(t) || t.Meaning.Intent == "product.search" || names(t, "category")
}

// sizes reports whether both ends of a range are sizes of one thing: 38-40.
func (s *shop) sizes(t *bot.Turn, word string, low, high int64) bool {
	e, _ := t.Meaning.Entity("category")
	return slices.ContainsFunc(s.shelf.Items(), func(it recommend.Item) bool {
		_, small := it.Left("size", strconv.FormatInt(low, 10))
		_, large := it.Left("size", strconv.FormatInt(high, 10))
		return small && large && (e.Value == "" || e.Value == it.Category)
	})
}

// budgeted is rough where only the words before tell that a number is a price:
// "under 30 thx" thanks nobody. A question that waits for a number is not heard so.
func (s *shop) budgeted(t *bot.Turn) {
	if !live(t) || !strings.HasPrefix(t.Meaning.Next.Intent, "product.") && !small(t.Meaning.Intent) || utf8.RuneCountInString(t.Message.Text) > 40 {
		return
	}
	had := len(t.Meaning.Entities)
	if s.rough(t); len(t.Meaning.Entities) > had && (small(t.Meaning.Intent) || t.Meaning.Intent == "" || t.Meaning.Intent == "faq") {
		t.Topic("product.search")
	}
}

// small are the intents of a word that may stand beside what a message is about.
func small(intent string) bool { return intent == "thanks" || intent == "yes" || intent == "no" }

// nearby is the type of an amount in a currency that nothing is priced in: it
// filters nothing, but says what is nearest.
const nearby = "nearby"

// abroad takes amounts in a currency that nothing is priced in out of a message:
// "a bag for 30 quid".
func (s *shop) abroad(t *bot.Turn) {
	items := s.shelf.Items()
	foreign := func(e nlu.Entity) bool {
		return e.Money != nil && e.Money.Currency != "" && !slices.ContainsFunc(items, func(it recommend.Item) bool { return it.Price[e.Money.Currency] > 0 })
	}
	i := slices.IndexFunc(t.Meaning.Entities, foreign)
	if i < 0 {
		return
	}
	e := t.Meaning.Entities[i]
	t.Forget(e.Type)
	t.Meaning.Entities = slices.DeleteFunc(slices.Clone(t.Meaning.Entities), foreign)
	if !e.Carried {
		t.Meaning.Entities = append(t.Meaning.Entities, nlu.Entity{Type: nearby, Value: strconv.FormatInt(cmp.Or(e.Money.Max, e.Money.Min), 10), Text: e.Text})
	}
}

// toldCurrency says that the customer knows what prices are in.
var toldCurrency = bot.Var[bool]{Name: "told currency"}

// nearest shows what a request lets through that costs nearest to an amount in a
// currency of elsewhere, where a message names one.
func (s *shop) nearest(ctx context.Context, t *bot.Turn, req recommend.Request) ([]recommend.Suggestion, error) {
	e, ok := t.Meaning.Entity(nearby)
	amount, err := strconv.ParseInt(e.Value, 10, 64)
	if !ok || err != nil {
		return nil, nil
	}
	req.N = len(s.shelf.Items())
	found, err := t.Recommend(ctx, req)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	head := "search.instead"
	if !toldCurrency.Get(t) {
		if err := toldCurrency.Set(t, true); err != nil {
			return nil, err
		}
		head = "search.currency"
	}
	off := func(f recommend.Suggestion) int64 {
		d := f.Item.Price[t.Text("currency")] - amount
		return max(d, -d)
	}
	slices.SortStableFunc(found, func(a, b recommend.Suggestion) int { return cmp.Compare(off(a), off(b)) })
	found = found[:min(len(found), usual)]
	t.Suggestions = found
	return found, t.Send(bot.Reply{Text: t.Text(head), Cards: t.Cards(found)})
}

// usual is how many items an answer shows.
const usual = 3

// unpriced takes from reasons what they say of a budget that was given up.
func unpriced(found []recommend.Suggestion) {
	for i := range found {
		found[i].Reasons = slices.DeleteFunc(slices.Clone(found[i].Reasons), func(r recommend.Reason) bool {
			return r.Code == "budget" || r.Code == "between" || r.Code == "over"
		})
	}
}
