package bot

import (
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// comfort puts the plan's words around the answer: what soothes, apologises,
// explains and thanks before it, the wish for a review behind it. Prioritise,
// person and escalate are acted on by the handoff, upsell by the suggestions; a
// compensation or reward is the host's to give.
//
// A row's own wording (Plan.Say) stands for all of its actions; else each has
// the text "mood.<action>". Either may have a variant for the cause,
// "mood.apologise.delay". A text the catalogue does not have is not said.
func (b *Bot) comfort(t *Turn) {
	if t.session.Owner != "" && t.ticket == nil || t.err != nil || len(t.replies) == 0 {
		return
	}
	plan := &t.Mood.Plan
	var words []string
	say := func(keys ...string) bool {
		for _, k := range keys {
			if s, ok := b.texts.Lookup(t.Language, t.Tone, k); ok {
				words = append(words, s)
				return true
			}
		}
		return false
	}
	// Thanks are for praise with nothing asked: the fallback said so, or nobody does.
	thanked := t.replies[0].Text == t.Text("mood.thank")
	switch {
	case plan.Has(sentiment.Thank) && !thanked:
	case plan.Say != "" && say(plan.Say+"."+t.Mood.Cause, plan.Say):
		if thanked {
			t.replies = t.replies[1:]
		}
	default:
		for _, a := range plan.Actions {
			if a == sentiment.Soothe || a == sentiment.Apologise || a == sentiment.Explain {
				say("mood."+string(a)+"."+t.Mood.Cause, "mood."+string(a))
			}
		}
		if len(words) > 0 && t.answers == "fallback" && t.replies[0].Text == t.Text("fallback") {
			// A complaint is not answered with "I don't know", nor asked for what was said.
			es := t.session.Context.Entities
			if i := slices.IndexFunc(es, func(e nlu.Entity) bool { return e.Type == "order" }); i >= 0 {
				t.replies[0].Text = t.Text("mood.tell.order", "order", es[i].Value)
			} else {
				t.replies[0].Text = t.Text("mood.tell")
			}
		}
	}
	if g := grievances.Get(t); plan.Has(sentiment.Compensate) && plan.Approve && g.Proposed != nil {
		say("mood.approve")
	}
	if len(words) > 0 {
		sep := ""
		if !strings.HasPrefix(t.Language, "zh") {
			sep = " "
		}
		t.replies = slices.Insert(t.replies, 0, Reply{Text: strings.Join(words, sep), Language: t.Language})
	}
	if plan.Has(sentiment.InviteReview) && thanked {
		if s, ok := b.texts.Lookup(t.Language, t.Tone, "mood.review"); ok {
			t.replies = append(t.replies, Reply{Text: s, Language: t.Language})
		}
	}
}
