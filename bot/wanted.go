package bot

import (
	"slices"
	"strings"
	"unicode"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// Wanted maps what the customer named to a request: gazetteer entities of the
// given types to filters (Must; with "not", Not), money to the price bounds, the
// words to ranking. What was refused stays so while the same category is looked
// for, until it is asked for; what the customer cannot have, for the whole
// conversation (Avoids). What was said with "ideally" or "最好" in the same clause is
// a wish: it ranks (Wish) and shuts nothing out, and stays one while later
// messages carry it. Of a type that was named both ways all values pass and the
// wished ones come first. A category and a price are never wishes: they say what
// is looked for. The words are the texts flow.cue.wish and, for those that only
// look like it ("卖得最好的"), flow.cue.unwish.
func (t *Turn) Wanted(types ...string) recommend.Request {
	r := recommend.Request{Text: t.Message.Text, Currency: t.Text("currency")}
	softly := t.softly()
	add := func(to *[]recommend.Filter, attribute, value string) {
		if i := slices.IndexFunc(*to, func(f recommend.Filter) bool { return f.Attribute == attribute }); i >= 0 {
			if !slices.Contains((*to)[i].Any, value) {
				(*to)[i].Any = append((*to)[i].Any, value)
			}
			return
		}
		*to = append(*to, recommend.Filter{Attribute: attribute, Any: []string{value}})
	}
	refused := t.refusing(types)
	for i, e := range t.Meaning.Entities {
		if e.Money != nil {
			if e.Money.Currency != "" {
				r.Currency = e.Money.Currency
			}
			r.MinPrice, r.MaxPrice = e.Money.Min, e.Money.Max
			if r.MinPrice == r.MaxPrice { // "a coat for 300": about that much
				r.MinPrice, r.MaxPrice = r.MinPrice*8/10, r.MaxPrice*12/10
			}
		}
		switch {
		case !slices.Contains(types, e.Type):
		case e.Negated: // "not black"
			shutOut(&r, []recommend.Filter{{Attribute: e.Type, Any: []string{e.Value}}})
		case denied(e, t.Meaning.Entities): // "not black, black makes me look old"
		case e.Carried && slices.ContainsFunc(refused, func(f recommend.Filter) bool { return f.Attribute == e.Type && f.Any[0] == e.Value }):
		case softly[i]:
			add(&r.Wish, e.Type, e.Value)
		default:
			add(&r.Must, e.Type, e.Value)
		}
	}
	for _, w := range r.Wish { // "red, ideally blue": red will do
		if i := slices.IndexFunc(r.Must, func(f recommend.Filter) bool { return f.Attribute == w.Attribute }); i >= 0 {
			r.Must[i].Any = append(r.Must[i].Any, w.Any...)
		}
	}
	shutOut(&r, refused)
	shutOut(&r, t.Avoids())
	return r
}

// denied reports whether a message refuses what it names elsewhere.
func denied(e nlu.Entity, all []nlu.Entity) bool {
	return slices.ContainsFunc(all, func(o nlu.Entity) bool { return o.Negated && !o.Carried && o.Type == e.Type && o.Value == e.Value })
}

// wished is what the conversation's last search only wished for, as
// "attribute=value", for the messages that carry it.
var wished = Var[[]string]{Name: "bot.wished"}

// softly says of each of the message's entities whether it is a wish.
func (t *Turn) softly() []bool {
	before := wished.Get(t)
	spans := t.wishes(t.Message.Text)
	soft := make([]bool, len(t.Meaning.Entities))
	var now []string
	for i, e := range t.Meaning.Entities {
		key := e.Type + "=" + e.Value
		switch {
		case e.Negated || e.Money != nil || e.Type == "category":
		case e.Carried:
			soft[i] = slices.Contains(before, key)
		default: // an entity a handler made up stands nowhere, and is no wish
			soft[i] = e.Start < e.End && slices.ContainsFunc(spans, func(s span) bool { return s.from <= e.Start && e.End <= s.to })
		}
		if soft[i] && len(now) < maxWished && !slices.Contains(now, key) {
			now = append(now, key)
		}
	}
	if !slices.Equal(now, before) {
		if err := wished.Set(t, now); err != nil {
			t.Trace.Add("suggest", "%v", err)
		}
	}
	return soft
}

const maxWished = 20

// span is a part of a text, in bytes.
type span struct{ from, to int }

// wishes are the clauses of a text that are said with "ideally". Where that
// stands alone between commas, it is about the clause after it, at the end about
// the one before it: "ideally, leather", "leather, if possible".
func (t *Turn) wishes(text string) []span {
	said, _ := t.lookup("flow.cue.wish")
	only, _ := t.lookup("flow.cue.unwish")
	cues, not := splitWords(strings.ToLower(said)), splitWords(strings.ToLower(only))
	slices.SortStableFunc(cues, func(a, b string) int { return len(b) - len(a) }) // "就更好了" before "更好"
	var out []span
	var last span
	alone := false // the clause before was nothing but "ideally"
	for from := 0; from < len(text); {
		to, next, sentence := clause(text, from)
		at := span{from, to}
		rest, cued := withoutAny(strings.ToLower(text[from:to]), cues, not)
		bare := cued && strings.IndexFunc(rest, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) < 0
		if cued && !bare || alone {
			out = append(out, at)
		}
		if alone = bare && !sentence; bare && sentence {
			out = append(out, last)
		}
		if last = at; sentence {
			last = span{}
		}
		from = next
	}
	return out
}

// clause finds where the clause of a text that begins at from ends, where the
// next begins, and whether a sentence ends with it. A full stop within a number
// or a name ends nothing.
func clause(text string, from int) (to, next int, sentence bool) {
	for i, r := range text[from:] {
		i += from
		after := i + len(string(r))
		switch r {
		case '，', ',':
			if within(text, i) {
				continue
			}
			return i, after, strings.TrimSpace(text[after:]) == ""
		case '。', ';', '；', '!', '！', '?', '？', '\n':
			return i, after, true
		case '.':
			if !within(text, i) {
				return i, after, true
			}
		}
	}
	return len(text), len(text), true
}

// within reports whether a mark of one byte stands inside of a word or a number,
// as in "1,200" and "v2.0".
func within(text string, at int) bool {
	word := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[at] == '.' && text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z')
	}
	return word(at-1) && word(at+1)
}

// withoutAny cuts cues out of a text, but for those within what only looks like
// one, and reports whether there were any.
func withoutAny(text string, cues, not []string) (rest string, found bool) {
	for _, w := range not {
		for at := indexWord(text, w, 0); at >= 0; at = indexWord(text, w, at+1) {
			text = text[:at] + "_" + text[at+len(w):]
		}
	}
	for _, w := range cues {
		if at := indexWord(text, w, 0); at >= 0 {
			text, found = text[:at]+" "+text[at+len(w):], true
		}
	}
	return text, found
}
