package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// doubtful is the least confidence of a "did you mean" for a message that was
// understood, more likely than not.
const doubtful = 0.2

// aboutIt is how likely the base has to know what such a message is about, when it
// is less confident than that.
const aboutIt = 0.2

// pressed is the least confidence of a "did you mean" for a customer who is owed
// an apology.
const pressed = 0.55

// answer asks the knowledge base. It reports whether it had something to say.
// sure asks only for answers beyond doubt, as a question in the middle of a
// flow needs.
func (b *Bot) answer(ctx context.Context, t *Turn, sure bool) bool {
	base := b.opts.knowledge(t.Key.Tenant)
	if base == nil || t.Message.Text == "" {
		return false
	}
	began := b.opts.Clock.Now()
	a, err := base.Answer(ctx, t.query())
	if err != nil {
		b.stageFailed(t, "answer", err)
		return false
	}
	b.fill(ctx, t, &a)
	t.Answer = a
	near := "nothing"
	for i, h := range a.Hits[:min(3, len(a.Hits))] {
		if i == 0 {
			near = ""
		} else {
			near += "; "
		}
		near += fmt.Sprintf("%s %.2f", h.ID, h.Score)
	}
	t.Trace.Add("answer", "%s, confidence %.2f, on topic %.2f, near: %s, base %s", a.Verdict, a.Confidence, a.OnTopic, near, a.Version)
	t.took(began)
	switch {
	case a.Verdict == kb.Answered && len(a.Hits) > 0:
		h := a.Hits[0]
		t.answers = "kb:" + h.ID
		t.session.After = h.ID
		t.session.Failures = 0
		r := Reply{Text: h.Answer, Language: h.Language, Citations: []Citation{{ID: h.ID, Title: h.Question, URL: h.Source.URL}}}
		if b.opts.Write != nil && !sure {
			b.write(ctx, t, a.Hits, r)
			return true
		}
		_ = t.Send(r)
		return true
	case len(a.Hits) > 0 && !sure && t.worthAsking(&a):
		r := Reply{Text: t.Text("kb.did_you_mean")}
		for i, h := range a.Hits {
			if i == 3 {
				break
			}
			r.Choices = append(r.Choices, Choice{Label: h.Question, Value: h.Question})
		}
		t.answers = "kb.unsure"
		t.session.Failures = 0
		_ = t.Send(r)
		return true
	}
	return false
}

// worthAsking reports whether a base in doubt is to ask what was meant. A message
// that was understood as a question of the shop's is asked about rather than given
// up; one that was not is no question of the base's either. Praise asks for
// nothing, and who is owed an apology is not sent guessing.
func (t *Turn) worthAsking(a *kb.Answer) bool {
	unknown, plan := t.Meaning.Unknown, &t.Mood.Plan
	switch {
	case a.Verdict == kb.Unsure && a.Confidence >= pressed:
		return true
	case a.Verdict == kb.Unsure && !plan.Has(sentiment.Apologise) && unknown < 0.7:
		return true
	case t.Meaning.Intent == "" || a.Confidence < doubtful && a.OnTopic < aboutIt:
		return false
	case plan.Has(sentiment.Thank):
		return unknown < 0.3
	}
	return unknown < 0.6
}

// fill puts values in the place of the answers' variables. What lacks one is no
// answer for this customer; without its first hit the base has none it is sure of.
func (b *Bot) fill(ctx context.Context, t *Turn, a *kb.Answer) {
	if !slices.ContainsFunc(a.Hits, func(h kb.Hit) bool { return strings.Contains(h.Answer, "{{") }) {
		return
	}
	var ready []kb.Hit
	for i, h := range a.Hits {
		text, missing := kb.Fill(h.Answer, func(name string) (string, bool) {
			if b.opts.Variables == nil {
				return "", false
			}
			v, ok, err := b.opts.Variables.Value(ctx, t, name)
			if err != nil {
				b.stageFailed(t, "answer", fmt.Errorf("variable %q: %w", name, err))
			}
			return v, ok && err == nil
		})
		if len(missing) > 0 {
			t.Trace.Add("answer", "%s lacks %s", h.ID, strings.Join(missing, ", "))
			if i == 0 {
				a.Verdict, a.Confidence, a.OnTopic = kb.Unknown, 0, 0
			}
			continue
		}
		h.Answer = text
		ready = append(ready, h)
	}
	a.Hits = ready
}

// query asks the base what the customer asks, as far as this customer on this
// channel may know: roles are the customer's tags and tier.
func (t *Turn) query() kb.Query {
	q := kb.Query{Text: t.Message.Text, Language: t.Language, Now: t.Now, Channel: t.session.Thread.Channel, Roles: t.Customer.Tags, After: t.session.After}
	if tier := t.Customer.Traits["tier"].Value; tier != "" {
		q.Roles = append(q.Roles[:len(q.Roles):len(q.Roles)], tier)
	}
	return q
}

// fallback answers what no handler did: the text "intent.<name>" of the
// catalogue, the knowledge base, the last replies again, or an honest "I don't
// know".
func (b *Bot) fallback(next Handler) Handler {
	return HandlerFunc(func(ctx context.Context, t *Turn) error {
		if err := next.Handle(ctx, t); err != nil {
			return err
		}
		if t.Answered() || t.asking || t.gaveUp != "" {
			if t.answers == "" {
				t.answers = "handler"
			}
			if t.gaveUp == "" {
				t.session.Failures = 0
			}
			if !strings.HasPrefix(t.answers, "kb:") {
				t.session.After = "" // something else is talked about
			}
			return nil
		}
		if b.small(t) || b.answer(ctx, t, false) {
			return nil
		}
		if t.Mood.Plan.Has(sentiment.Thank) && !t.inquires() { // praise, and nothing asked
			t.answers = "text"
			return t.Say("mood.thank")
		}
		t.session.Failures++
		t.answers = "fallback"
		t.Trace.Add("fallback", "nothing answered, %d in a row", t.session.Failures)
		if t.Message.Text == "" && len(t.Message.Attachments) > 0 {
			return t.Say("input.attachment")
		}
		if t.session.Failures > 1 {
			return t.Say("fallback.again")
		}
		return t.Say("fallback")
	})
}

// inquires reports whether the message asks something, in English by its first
// word too, in Chinese by any.
func (t *Turn) inquires() bool {
	said := strings.ToLower(strings.TrimSpace(t.Message.Text))
	cues, _ := t.lookup("mood.cue.asks")
	return inquires(said) || slices.ContainsFunc(splitWords(cues), func(w string) bool {
		if w[0] >= utf8.RuneSelf {
			return strings.Contains(said, w)
		}
		rest, ok := strings.CutPrefix(said, w)
		return ok && (rest == "" || rest[0] == ' ')
	})
}

// small answers the intents every bot needs from the catalogue.
func (b *Bot) small(t *Turn) bool {
	intent := t.Meaning.Intent
	if intent == "" {
		return false
	}
	if last := t.session.last(); intent == "repeat" && len(last) > 0 {
		t.answers = "repeat"
		for _, r := range last {
			_ = t.Send(r)
		}
		return true
	}
	if _, ok := b.texts.Lookup(t.Language, t.Tone, "intent."+intent); !ok {
		return false
	}
	t.answers = "text"
	t.session.Failures = 0
	_ = t.Say("intent."+intent, "name", t.Customer.Traits["name"].Value)
	return true
}

// knows reports whether the knowledge base has an answer beyond doubt.
func (b *Bot) knows(ctx context.Context, t *Turn) bool {
	base := b.opts.knowledge(t.Key.Tenant)
	if base == nil {
		return false
	}
	a, err := base.Answer(ctx, t.query())
	return err == nil && a.Verdict == kb.Answered && len(a.Hits) > 0
}

// Known reports whether the knowledge base has an answer to the message that is
// beyond doubt. It is for a handler or middleware that has a second best for what
// the base does not know.
func (t *Turn) Known(ctx context.Context) bool { return t.bot.knows(ctx, t) }
