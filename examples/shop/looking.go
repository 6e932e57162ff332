package main

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// stated reports whether a message says which size somebody wears rather than
// asking which one to take: "size M please", "my size is L", "a dress in XXL".
func stated(t *bot.Turn) bool {
	var said []string
	for _, e := range t.Meaning.Entities {
		switch {
		case e.Carried:
		case e.Quantity != nil: // somebody's height, or weight
			return false
		case e.Type == "size" && !slices.Contains(said, e.Value):
			said = append(said, e.Value)
		}
	}
	weak := false // a guess at something else, of what may be of sizes
	if t.Meaning.Intent == "faq" || t.Meaning.Intent == "" {
		in := t.Meaning.Intents
		weak = len(in) > 0 && in[0].Probability < 0.6 && (names(t, "category") || slices.ContainsFunc(in, func(in nlu.Intent) bool { return in.Name == "size.advice" && in.Probability >= 0.3 }))
	}
	return (t.Meaning.Intent == "size.advice" || weak) && (len(said) == 1 || slices.Equal(said, plusSizes())) && !saysWord(t, "size.cue.asks")
}

// plusSizes are those that 大码 stands for.
func plusSizes() []string { return []string{"XL", "XXL"} }

// plus reads 大码 as the large sizes there are.
func plus(t *bot.Turn) {
	i := slices.IndexFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return e.Type == "size" && e.Value == "plus" })
	if i < 0 {
		return
	}
	e := t.Meaning.Entities[i]
	es := slices.Delete(slices.Clone(t.Meaning.Entities), i, i+1)
	for _, size := range plusSizes() {
		e.Value = size
		es = append(es, e)
	}
	t.Meaning.Entities = es
}

// measures reports whether a message that reads as something else measures the
// things shown against each other: "is the first warmer than the second?".
func measures(t *bot.Turn) bool {
	switch t.Meaning.Intent {
	case "", "product.search", "product.detail", "faq":
	default:
		return false
	}
	likely := 0.0
	for _, in := range t.Meaning.Intents {
		if in.Name == "product.compare" {
			likely = in.Probability
		}
	}
	points := len(pointed(t))
	return live(t) && len(t.Shown()) > 1 && (likely >= 0.3 && points > 1 || likely >= 0.4 && points > 0 || likely >= 0.3 && points == 0 && saysAny(t, t.Message.Text, "compare.cue.which"))
}

// pairs reports whether a message asks, in few words, what goes with the things
// looked at: 再配个包.
func pairs(t *bot.Turn) bool {
	return t.Meaning.Intent == "" && live(t) && names(t, "category") && len(t.Meaning.Intents) > 0 &&
		t.Meaning.Intents[0].Name == "product.pair" && t.Meaning.Intents[0].Probability >= 0.3
}

// swaps reports whether who looks around wants to see others, in words that also
// send things back: 换个颜色.
func swaps(t *bot.Turn) bool {
	return t.Meaning.Intent == "return.start" && live(t) && (others(t) || names(t, "colour") || names(t, "gender")) && !names(t, "category") && utf8.RuneCountInString(t.Message.Text) <= 24 && !names(t, "order")
}

// overmuch reports whether who looks around finds what was shown too much of
// something, in words that also complain of what was bought: 太长了, 太贵了.
func overmuch(t *bot.Turn) bool {
	head, _, _ := strings.Cut(t.Meaning.Intent, ".")
	if head != "complaint" && head != "offer" && head != "" && head != "cancel" && head != "faq" || t.Message.Tap != "" || utf8.RuneCountInString(t.Message.Text) > 24 || saysWord(t, "order.cue.mine") {
		return false
	}
	e, ok := t.Meaning.Entity("sort")
	dear := ok && !e.Carried && e.Value == "cheaper" && !saysAny(t, t.Message.Text, "search.cue.offer")
	if !live(t) || len(t.Shown()) == 0 {
		return dear && names(t, "category")
	}
	return dear || head == "complaint" && wishing(t) || (head == "complaint" || head == "faq" || head == "") && saysAny(t, t.Message.Text, "search.cue.taste")
}

// buys reports whether a message that reads as one of sending back wants to buy a
// kind of thing: "wanna buy headphones".
func (s *shop) buys(t *bot.Turn) bool {
	e, ok := t.Meaning.Entity("category")
	return ok && !e.Carried && s.sold[e.Value] && t.Meaning.Intent == "return.start" && saysWord(t, "search.cue.buys") && !saysWord(t, "return.cue")
}

// moves reports whether what reads as more of the question before looks for
// something: "in red?", after which size fits.
func moves(t *bot.Turn) bool {
	if !t.Meaning.FollowUp || t.Meaning.Intent != "size.advice" && t.Meaning.Intent != "product.compare" || names(t, "size") || len(pointed(t)) > 0 {
		return false
	}
	in := t.Meaning.Intents
	return len(in) > 0 && in[0].Name == "product.search" && in[0].Probability >= 0.4 && wishing(t)
}

// byName reports whether a message calls an item by its name, and asks nothing of
// it that the knowledge base answers.
func (s *shop) byName(ctx context.Context, t *bot.Turn) bool {
	e, ok := t.Meaning.Entity("product")
	return ok && !e.Carried && (t.Meaning.Intent == "" || t.Meaning.Intent == "faq") && t.Mood.Emotion != sentiment.Angry && !saysWord(t, "order.cue.mine") && !t.Known(ctx)
}

// priced takes a number that is the price of one of the things shown for that
// thing: "the 1499 one". It is no order's, nor an amount to look for.
func (s *shop) priced(t *bot.Turn) {
	_, product := s.named(t)
	if !live(t) || product || !saysWord(t, "search.cue.that") {
		return
	}
	for _, word := range strings.FieldsFunc(t.Message.Text, func(r rune) bool { return r < '0' || r > '9' }) {
		var meant []string
		for _, id := range t.Shown() {
			it, ok := s.shelf.Item(id)
			price := it.Price[t.Text("currency")]
			if _, size := it.Left("size", word); ok && !size && price%100 == 0 && strconv.FormatInt(price/100, 10) == word {
				meant = append(meant, id)
			}
		}
		bound := slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool { // "one under $219"
			return e.Money != nil && e.Money.Min != e.Money.Max && strings.Contains(e.Text, word)
		})
		if len(meant) != 1 || bound {
			continue
		}
		t.Meaning.Entities = slices.DeleteFunc(slices.Clone(t.Meaning.Entities), func(e nlu.Entity) bool {
			return !e.Carried && (e.Type == "order" || e.Money != nil) && strings.Contains(e.Text, word)
		})
		t.Meaning.Entities = append([]nlu.Entity{{Type: "item", Value: meant[0], Text: word}}, t.Meaning.Entities...)
		if t.Meaning.Intent == "" || t.Meaning.Intent == "faq" {
			t.Topic("product.search")
		}
		return
	}
}

// answering reports whether a yes or no is of what the things looked at are like:
// "no heels".
func answering(t *bot.Turn) bool {
	switch t.Meaning.Intent {
	case "no", "yes", "bye", "thanks":
		return live(t) && wishing(t)
	}
	return false
}
