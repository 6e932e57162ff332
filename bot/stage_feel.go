package bot

import (
	"context"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

// feel scores the customer's mood before the answer, and puts the words the
// strategy asks for around it afterwards.
func (b *Bot) feel(next Handler) Handler {
	return HandlerFunc(func(ctx context.Context, t *Turn) error {
		began := b.opts.Clock.Now()
		if strings.TrimSpace(t.Message.Text) == "" || isFlowTap(t.Message.Tap) {
			return next.Handle(ctx, t) // a tap shows no mood
		}
		m, err := b.opts.Mood.Feel(ctx, sentiment.Input{Text: t.Message.Text, Language: t.Language,
			Trend: t.session.Trend, Cause: causeOf(t), Tier: t.Customer.Traits["tier"].Value, Now: t.Now, Compensated: t.compensated()})
		if err != nil {
			b.stageFailed(t, "feel", err)
			return next.Handle(ctx, t)
		}
		t.Mood = m
		t.session.Trend = m.Trend
		t.session.Moods = append(t.session.Moods, m.Trend.Level)
		if n := len(t.session.Moods); n > maxMoods {
			t.session.Moods = t.session.Moods[n-maxMoods:]
		}
		t.Trace.Add("feel", "%s, polarity %.2f, intensity %.2f, urgency %.2f, level %.2f; rule %q asks for %v",
			m.Emotion, m.Polarity, m.Intensity, m.Urgency, m.Trend.Level, m.Plan.Rule, m.Plan.Actions)
		t.took(began)
		if m.Plan.Has(sentiment.Prioritise) && !t.session.Pressing && t.session.Owner == "" {
			t.session.Pressing = true
			t.Track(Event{Kind: EventPrioritised, Key: m.Plan.Rule})
		}
		if err := next.Handle(ctx, t); err != nil {
			return err
		}
		b.comfort(t)
		return nil
	})
}

// TraitCompensated is the trait that says when a customer was last given a
// compensation (RFC 3339): the mood strategy's cooling-off reads it. A host that
// grants one records it with t.Learn.
const TraitCompensated = "compensated"

func (t *Turn) compensated() time.Time {
	at, err := time.Parse(time.RFC3339, t.Customer.Traits[TraitCompensated].Value)
	if err != nil {
		return time.Time{}
	}
	return at
}

// comfort puts the plan's words before the answer.
func (b *Bot) comfort(t *Turn) {
	if t.session.Owner != "" && t.ticket == nil || t.err != nil || len(t.replies) == 0 {
		return
	}
	var words []string
	for _, a := range t.Mood.Plan.Actions {
		switch a {
		case sentiment.Soothe, sentiment.Apologise:
			if s, ok := t.bot.texts.Lookup(t.Language, t.Tone, "mood."+string(a)); ok {
				words = append(words, s)
			}
		}
	}
	if len(words) == 0 {
		return
	}
	sep := ""
	if !strings.HasPrefix(t.Language, "zh") {
		sep = " "
	}
	t.replies = append([]Reply{{Text: strings.Join(words, sep), Language: t.Language}}, t.replies...)
}

// causeOf tells the strategy what a complaint is about, from the intent.
func causeOf(t *Turn) string {
	switch head, _, _ := strings.Cut(t.Meaning.Intent, "."); head {
	case "order", "shipping":
		return "delay"
	case "return":
		return "quality"
	}
	return ""
}
