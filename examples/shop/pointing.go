package main

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// refuses reports whether a message has a word of refusal.
func refuses(t *bot.Turn) bool { return saysWord(t, "dismiss.cue.no") }

// onlyPoints reports whether a message says no more than which item it means.
func onlyPoints(t *bot.Turn, said string) bool {
	rest := strings.Replace(strings.ToLower(t.Message.Text), strings.ToLower(said), " ", 1)
	return !slices.ContainsFunc(strings.FieldsFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), func(f string) bool {
		anyOf(t, "product.cue.point", func(w string) bool {
			if w[0] >= 0x80 {
				f = strings.ReplaceAll(f, w, "")
			} else if f == w {
				f = ""
			}
			return f == ""
		})
		return f != ""
	})
}

// points takes what only points at an item for a wish to see it, and no guess of a
// refusal without a word of one for a refusal: "2nd one".
func (s *shop) points(t *bot.Turn) {
	e, item := t.Meaning.Entity("item")
	item = item && !e.Carried
	intent := t.Meaning.Intent
	guess := intent == "product.dismiss" && !refuses(t) && (len(t.Meaning.Intents) == 0 || t.Meaning.Intents[0].Probability < 0.9)
	switch {
	case item && guess, item && live(t) && (intent == "" || intent == "faq") && onlyPoints(t, e.Text):
		t.Topic("product.detail")
	case guess && !likes(t):
		t.Meaning.Intent = ""
	}
}

// compareMost are the kinds of values that there is more or less of.
func compareMost() []string {
	return []string{"feature", "style", "fit", "length", "shade", "pattern"}
}

// most reports whether a message asks which of the things shown is the most of
// something, and adds what, where the shop knows the word: "the warmest one". One
// it does not know is untold.
func (s *shop) most(ctx context.Context, t *bot.Turn) bool {
	switch t.Meaning.Intent {
	case "", "faq", "product.detail", "product.compare", "product.search", "product.dismiss":
	default:
		return false
	}
	if _, item := s.named(t); item || !live(t) || len(t.Shown()) < 2 || names(t, "sort") || names(t, "category") {
		return false
	}
	said, asked := strings.ToLower(t.Message.Text), ""
	for _, e := range t.Meaning.Entities {
		if !e.Carried && !e.Negated && slices.Contains(compareMost(), e.Type) && e.Start < e.End && e.End <= len(said) {
			before := strings.TrimSpace(said[:e.Start])
			if anyOf(t, "compare.cue.most", func(w string) bool { return strings.HasSuffix(before, w) }) {
				asked = e.Type
			}
		}
	}
	v, known := s.superlative(said)
	if asked == "" && !known && !untold(t) || t.Meaning.Intent == "faq" && (t.Meaning.Intents[0].Probability >= 0.6 || t.Known(ctx)) { // 保修最长多久
		return false
	}
	switch {
	case asked != "":
		t.Forget(asked) // it measures what was shown, and narrows no search
	case known:
		t.Meaning.Entities = append(slices.Clone(t.Meaning.Entities), v)
	}
	t.Mood.Plan = sentiment.Plan{} // "the most elegant" praises nobody
	return true
}

// superlative is the value that a superlative of one of its names means: warmest,
// 最轻. The longest name counts.
func (s *shop) superlative(said string) (found nlu.Entity, ok bool) {
	try := func(fits func(name string) bool) {
		for _, attribute := range compareMost() {
			for v, texts := range s.attributes.All() {
				for _, n := range texts {
					if v.Attribute == attribute && len(n) > len(found.Text) && fits(n) {
						found, ok = nlu.Entity{Type: attribute, Value: v.Value, Text: n}, true
					}
				}
			}
		}
	}
	if _, after, most := strings.Cut(said, "最"); most {
		try(func(n string) bool { return strings.HasPrefix(after, n) })
	}
	for _, w := range strings.FieldsFunc(said, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if stem, est := strings.CutSuffix(w, "est"); est && len(stem) > 2 {
			short := stem[:len(stem)-1] // "biggest", "cosiest"
			try(func(n string) bool {
				return n == stem || n == stem+"e" || n == short+"y" && stem == short+"i" || n == short && stem[len(stem)-1] == stem[len(stem)-2]
			})
		}
	}
	return found, ok
}

// untold reports whether a message asks for the most of what no description
// tells: "the prettiest", 最好看的是哪个.
func untold(t *bot.Turn) bool {
	if names(t, "sort") || saysAny(t, t.Message.Text, "compare.cue.cheaper") || saysAny(t, t.Message.Text, "compare.cue.dearer") ||
		slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return !e.Carried && slices.Contains(compareMost(), e.Type) }) {
		return false
	}
	words := strings.Fields(strings.TrimRight(strings.ToLower(t.Message.Text), "?!. "))
	for i, w := range words {
		next := "one"
		if i+1 < len(words) {
			next = words[i+1]
		}
		if i > 0 && words[i-1] == "the" && (w == "most" || len(w) > 5 && strings.HasSuffix(w, "est") && (next == "one" || next == "of")) {
			return true
		}
	}
	return saysAny(t, t.Message.Text, "compare.cue.superlative") && saysAny(t, t.Message.Text, "compare.cue.which")
}
