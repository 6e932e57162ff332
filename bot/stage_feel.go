package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/handoff"
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
		g := grievances.Get(t)
		t.felt = &sentiment.Input{Text: t.Message.Text, Language: t.Language, Trend: t.session.Trend,
			Cause: g.Cause, Fault: g.Fault, Topic: topicOf(t),
			Tier: t.Customer.Traits["tier"].Value, Now: t.Now, Compensated: t.compensatedAt()}
		m, err := b.opts.Mood.Feel(ctx, *t.felt)
		if err != nil {
			t.felt = nil
			b.stageFailed(t, "feel", err)
			return next.Handle(ctx, t)
		}
		t.session.Moods = append(t.session.Moods, m.Trend.Level)
		if n := len(t.session.Moods); n > maxMoods {
			t.session.Moods = t.session.Moods[n-maxMoods:]
		}
		t.turned(m)
		t.planned(m)
		t.took(began)
		if err := next.Handle(ctx, t); err != nil {
			return err
		}
		b.comfort(t)
		return nil
	})
}

// turned tracks where the mood of the conversation turned, which reports read;
// the log has no entry for a message that changed nothing.
func (t *Turn) turned(m sentiment.Mood) {
	before, after := t.felt.Trend, m.Trend
	after.Answer, after.Answered = before.Answer, before.Answered // as the message came
	for _, e := range []struct {
		is  bool
		key string
	}{
		{after.WorseSinceAnswer(), "worse"},
		{after.IsBad() && !before.IsBad(), "soured"},
		{before.IsBad() && !after.IsBad(), "mended"},
	} {
		if e.is {
			t.Track(Event{Kind: EventMood, Key: e.key, Value: strconv.FormatFloat(after.Level, 'f', 2, 64), Source: m.Cause})
		}
	}
}

// planned takes a mood and its plan over.
func (t *Turn) planned(m sentiment.Mood) {
	t.Mood = m
	t.session.Trend = m.Trend
	t.Trace.Add("feel", "%s, polarity %.2f, intensity %.2f, urgency %.2f, level %.2f, cause %q; rule %q asks for %v",
		m.Emotion, m.Polarity, m.Intensity, m.Urgency, m.Trend.Level, m.Cause, m.Plan.Rule, m.Plan.Actions)
	for _, w := range m.Plan.Withheld {
		t.Trace.Add("feel", "withheld %s: %s", w.Action, w.Why)
	}
	if m.Plan.Has(sentiment.Prioritise) && !t.session.Pressing && t.session.Owner == "" {
		t.session.Pressing = true
		t.Track(Event{Kind: EventPrioritised, Key: m.Plan.Rule})
	}
	if m.Plan.Has(sentiment.Compensate) {
		g := grievances.Get(t)
		g.Proposed = &proposal{Rule: m.Plan.Rule, Limit: m.Plan.Limit, Kind: m.Plan.Kind, Approve: m.Plan.Approve}
		t.aggrieved(g)
	}
}

// grievance is what is known of a conversation's complaint.
type grievance struct {
	Cause    string    `json:"cause,omitempty"` // the host's word for it
	Fault    string    `json:"fault,omitempty"`
	Proposed *proposal `json:"proposed,omitempty"` // and not given yet
}

// proposal is a compensation the strategy proposed.
type proposal struct {
	Rule    string `json:"rule"`
	Limit   int    `json:"limit"`
	Kind    string `json:"kind,omitempty"`
	Approve bool   `json:"approve,omitempty"`
}

var grievances = Var[grievance]{Name: "bot.grievance"}

func (t *Turn) aggrieved(g grievance) {
	if err := grievances.Set(t, g); err != nil {
		t.Trace.Add("feel", "%v", err)
	}
}

// Blame tells the mood strategy what the host found out about a complaint: its
// cause (sentiment.CauseDelay and so on, or a name of the strategy's own) and
// whose fault it is (sentiment.FaultOurs, sentiment.FaultCustomer); "" takes
// back what was said. The plan of the turn is made anew with it, and the
// conversation's later turns go by it. Call it in a middleware or at the
// beginning of a handler that has looked at the order, the same for a customer
// who is calm: what is ours to make good must not depend on how it is told.
// Outside turns with a mood it only remembers. The error is that of Options.Mood.
func (t *Turn) Blame(ctx context.Context, cause, fault string) error {
	g := grievances.Get(t)
	if g.Cause == cause && g.Fault == fault {
		return nil
	}
	g.Cause, g.Fault = cause, fault
	t.aggrieved(g)
	if t.felt == nil {
		return nil
	}
	t.felt.Cause, t.felt.Fault = cause, fault
	m, err := t.bot.opts.Mood.Feel(ctx, *t.felt)
	if err != nil {
		return err
	}
	if t.Mood.Plan.Has(sentiment.Compensate) && !m.Plan.Has(sentiment.Compensate) {
		g.Proposed = nil // it is not the plan any more
		t.aggrieved(g)
	}
	t.planned(m)
	return nil
}

// TraitCompensated is the trait that says when a customer was last given a
// compensation (RFC 3339): the mood strategy's cooling-off reads it. Compensated
// records it.
const TraitCompensated = "compensated"

// Compensated records that the customer was given the compensation the strategy
// proposed: the cooling-off begins, and no ticket asks for it any more.
func (t *Turn) Compensated() {
	t.Learn(TraitCompensated, t.Now.Format(time.RFC3339))
	g := grievances.Get(t)
	g.Proposed = nil
	t.aggrieved(g)
}

func (t *Turn) compensatedAt() time.Time {
	at, err := time.Parse(time.RFC3339, t.Customer.Traits[TraitCompensated].Value)
	if err != nil {
		return time.Time{}
	}
	return at
}

// grievanceFacts tell the person of a ticket what the complaint is about, and
// which compensation waits for their yes.
func (t *Turn) grievanceFacts() []handoff.Fact {
	g := grievances.Get(t)
	var out []handoff.Fact
	if g.Cause != "" {
		out = append(out, handoff.Fact{Name: "cause", Value: g.Cause})
	}
	if g.Fault != "" {
		out = append(out, handoff.Fact{Name: "fault", Value: g.Fault})
	}
	if p := g.Proposed; p != nil {
		key := "mood.ticket.propose"
		if p.Approve {
			key = "mood.ticket.approve"
		}
		kind := p.Kind
		if kind == "" {
			kind = t.Text("mood.ticket.any")
		}
		out = append(out, handoff.Fact{Name: "compensation", Value: t.Text(key, "limit", p.Limit, "kind", kind, "rule", p.Rule)})
	}
	return out
}

// topicOf is what the conversation is likely about, by its intent.
func topicOf(t *Turn) string {
	switch head, _, _ := strings.Cut(t.Meaning.Intent, "."); head {
	case "order", "shipping":
		return sentiment.CauseDelay
	case "return":
		return sentiment.CauseQuality
	}
	return ""
}
