package bot

import (
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// avoided is what the customer cannot have, as "attribute=value": it holds for
// all that is recommended in the conversation.
var avoided = Var[[]string]{Name: "bot.avoided"}

// declined is what the search that goes on does without.
var declined = Var[refusal]{Name: "bot.declined"}

// refusal belongs to a search for a category of things.
type refusal struct {
	Category string   `json:"category,omitempty"`
	Not      []string `json:"not,omitempty"` // as "attribute=value"
}

const maxAvoided = 20

// Avoids are the values that the customer said they cannot have, such as the
// material of an allergy: refused in a clause with one of the words of the text
// flow.cue.never, and not asked for since. Wanted and Recommend put them among
// what is shut out (recommend.Request.Not), whatever else is asked for.
func (t *Turn) Avoids() []recommend.Filter { return notAny(avoided.Get(t)) }

// Avoid records that the customer cannot have a value, as if they had said so:
// what a host knows of them, or what goes with an allergy they named.
func (t *Turn) Avoid(attribute, value string) {
	pair := attribute + "=" + value
	if now := avoided.Get(t); !slices.Contains(now, pair) && len(now) < maxAvoided {
		if err := avoided.Set(t, append(now, pair)); err != nil {
			t.Trace.Add("suggest", "%v", err)
		}
	}
}

// notAny are filters of one value each.
func notAny(pairs []string) []recommend.Filter {
	var out []recommend.Filter
	for _, p := range pairs {
		attribute, value, _ := strings.Cut(p, "=")
		out = append(out, recommend.Filter{Attribute: attribute, Any: []string{value}})
	}
	return out
}

// shutOut adds filters to those of a request that it does not have yet.
func shutOut(r *recommend.Request, more []recommend.Filter) {
	for _, f := range more {
		if !slices.ContainsFunc(r.Not, func(g recommend.Filter) bool { return g.Attribute == f.Attribute && slices.Equal(g.Any, f.Any) }) {
			r.Not = append(r.Not, f)
		}
	}
}

// heed keeps what a message says the customer cannot have.
func (t *Turn) heed() {
	before := avoided.Get(t)
	var never []string
	if slices.ContainsFunc(t.Meaning.Entities, func(e nlu.Entity) bool { return e.Negated && !e.Carried }) {
		said, _ := t.lookup("flow.cue.never")
		never = splitWords(strings.ToLower(said))
	}
	now := changed(before, t.Meaning.Entities, func(e nlu.Entity) bool { return cued(t.Message.Text, e, t.Meaning.Entities, never) })
	if !slices.Equal(before, now) {
		if err := avoided.Set(t, now); err != nil {
			t.Trace.Add("understand", "%v", err)
		}
		t.Trace.Add("understand", "%d values are never recommended", len(now))
	}
}

// changed adds to what was shut out what a message refuses, as far as it counts,
// and takes out what the message asks for.
func changed(before []string, es []nlu.Entity, counts func(nlu.Entity) bool) []string {
	now := slices.Clone(before)
	for _, e := range es {
		pair := e.Type + "=" + e.Value
		at := slices.Index(now, pair)
		switch {
		case e.Carried || e.Money != nil || e.When != nil || e.Quantity != nil:
		case !e.Negated && at >= 0 && !denied(e, es):
			now = slices.Delete(now, at, at+1)
		case e.Negated && at < 0 && len(now) < maxAvoided && counts(e):
			now = append(now, pair)
		}
	}
	return now
}

// cued reports whether one of the words stands in the clause of an entity, or in
// the next where that is about nothing else: "no wool, I'm allergic".
func cued(said string, e nlu.Entity, all []nlu.Entity, words []string) bool {
	own := false
	for from := 0; from < len(said) && len(words) > 0; {
		to, next, _ := clause(said, from)
		in := func(e nlu.Entity) bool { return !e.Carried && from <= e.Start && e.Start < to }
		if own && slices.ContainsFunc(all, in) {
			return false
		}
		if own || in(e) {
			part := strings.ToLower(said[from:to])
			found := slices.ContainsFunc(words, func(w string) bool { return indexWord(part, w, 0) >= 0 })
			if found || own {
				return found
			}
			own = true
		}
		from = next
	}
	return false
}

// refusing is what the search does without: refused by this message or by one
// before it that looked for the same category. Money and wishes change, what is
// refused stays until it is asked for.
func (t *Turn) refusing(types []string) []recommend.Filter {
	r := declined.Get(t)
	e, named := t.Meaning.Entity("category")
	now := r
	if named && !e.Negated && e.Value != r.Category {
		if !e.Carried && r.Category != "" && !t.Meaning.FollowUp {
			now.Not = nil // another search
		}
		now.Category = e.Value
	}
	now.Not = changed(now.Not, t.Meaning.Entities, func(nlu.Entity) bool { return true })
	if now.Category != r.Category || !slices.Equal(now.Not, r.Not) {
		if err := declined.Set(t, now); err != nil {
			t.Trace.Add("suggest", "%v", err)
		}
	}
	return slices.DeleteFunc(notAny(now.Not), func(f recommend.Filter) bool { return !slices.Contains(types, f.Attribute) })
}
