package sentiment

import (
	"slices"
	"time"
)

// Plan is what a strategy proposes and why.
type Plan struct {
	// Rule names the row of the strategy table that decided; "" when none did.
	Rule string `json:"rule,omitempty"`
	// Actions in the order they should be taken.
	Actions []Action `json:"actions,omitempty"`
	// Say is the row's key of the wording; "" when a limit forbade one of the
	// row's actions, as the wording is of all of them.
	Say string `json:"say,omitempty"`
	// Limit is the most a compensation may be, in percent of the order's value,
	// Kind what it may be ("" for anything), and Approve tells that a person
	// must agree before it is promised.
	Limit   int    `json:"limit,omitempty"`
	Kind    string `json:"kind,omitempty"`
	Approve bool   `json:"approve,omitempty"`
	// Withheld are the actions the row asks for that a limit forbade.
	Withheld []Withheld `json:"withheld,omitempty"`
}

// Withheld is an action a limit forbade, and the limit in some words.
type Withheld struct {
	Action Action `json:"action"`
	Why    string `json:"why"`
}

// Has reports whether the plan asks for an action.
func (p Plan) Has(a Action) bool { return slices.Contains(p.Actions, a) }

// holds reports whether a row's conditions do.
func (w *When) holds(s *Score, t *Trend, in *Input) bool {
	switch {
	case len(w.Emotions) > 0 && !slices.Contains(w.Emotions, s.Emotion),
		!w.of(in),
		s.Intensity < w.Intensity, s.Urgency < w.Urgency, t.Negative < w.Negative,
		w.Polarity != nil && s.Polarity > *w.Polarity,
		w.Level != nil && t.Level > *w.Level,
		w.Threat && !s.Threat,
		w.Recovering && !t.Recovering(),
		w.Worse && !t.WorseSinceAnswer():
		return false
	}
	return true
}

// of reports whether the conditions about the facts hold, those mood cannot
// change.
func (w *When) of(in *Input) bool {
	return (len(w.Causes) == 0 || slices.Contains(w.Causes, in.Cause)) &&
		(len(w.Faults) == 0 || slices.Contains(w.Faults, in.Fault)) &&
		(len(w.Tiers) == 0 || slices.Contains(w.Tiers, in.Tier))
}

// Plan is what a table says about a message: its score, the trend that already
// has it, and what the host knows (Input.Text and Input.Trend are not read).
// After the first row that holds, these limits apply, whatever the row says;
// what they forbid is in Plan.Withheld:
//
//   - no apology when one was given in the turn before; soothing replaces it;
//   - nothing is explained that was in the turn before;
//   - nothing is sold to a customer who is angry, sad, disappointed or anxious,
//     or in a conversation whose level is below 0 or recovering;
//   - no compensation for Pause turns after one, nor for CoolingOff, nor when
//     the fault is the customer's;
//   - a compensation's limit is the least of all rows that compensate for the
//     same cause, fault and tier, at most Most, and never more than one proposed
//     before: acting angrier or longer does not raise it;
//   - a person must approve a compensation that a customer who tells the same
//     calmly would not be proposed: nothing is had for the asking by acting
//     angry;
//   - a reward or the wish for a review, once in a conversation and only in one
//     that was never low: anger that makes up earns neither.
func (t *Table) Plan(s Score, trend Trend, in Input) Plan {
	if r := t.row(&s, &trend, &in); r != nil {
		return t.limit(r, &s, &trend, &in)
	}
	return Plan{}
}

// row is the first that holds, nil when none does.
func (t *Table) row(s *Score, trend *Trend, in *Input) *Row {
	for i := range t.Rows {
		if r := &t.Rows[i]; r.When.holds(s, trend, in) && !(r.When.Once && r.taken(trend)) {
			return r
		}
	}
	return nil
}

// taken reports whether an action of a row was taken in the conversation.
func (r *Row) taken(trend *Trend) bool {
	return slices.ContainsFunc(r.Do, func(a Action) bool {
		_, ever := trend.last(a)
		return ever
	})
}

// sore reports an emotion one does not sell into.
func sore(e Emotion) bool {
	return e == Angry || e == Anxious || e == Sad || e == Disappointed
}

// limit applies the limits to a row.
func (t *Table) limit(r *Row, s *Score, trend *Trend, in *Input) Plan {
	p := Plan{Rule: r.Name, Say: r.Say}
	for _, a := range r.Do {
		if slices.Contains(p.Actions, a) {
			continue
		}
		if why := t.forbids(a, s, trend, in); why != "" {
			p.Withheld = append(p.Withheld, Withheld{a, why})
			if a != Apologise || slices.Contains(p.Actions, Soothe) {
				continue
			}
			a = Soothe
		}
		if a == Compensate {
			p.Limit, p.Kind = t.least(trend, in), r.Kind
			p.Approve = r.Approve || !t.paysCalm(in)
		}
		p.Actions = append(p.Actions, a)
	}
	if len(p.Withheld) > 0 {
		p.Say = ""
	}
	return p
}

// forbids tells why an action may not be taken now, "" when it may.
func (t *Table) forbids(a Action, s *Score, trend *Trend, in *Input) string {
	last, ever := trend.last(a)
	wasLow := trend.Low <= lowFrom
	switch a {
	case Apologise:
		if ever && last.Turn >= trend.Turns-1 {
			return "an apology was given in the turn before"
		}
	case Explain:
		if ever && last.Turn >= trend.Turns-1 {
			return "it was explained in the turn before"
		}
	case Upsell:
		switch {
		case sore(s.Emotion) || s.Threat || s.Polarity < 0:
			return "the customer is not in the mood"
		case trend.Level < 0:
			return "the conversation is not at a good level"
		case trend.Recovering():
			return "the conversation is only recovering"
		}
	case Reward, InviteReview:
		switch {
		case sore(s.Emotion) || s.Threat || s.Polarity <= 0:
			return "the customer is not pleased"
		case wasLow:
			return "the conversation was low: making up is not rewarded"
		case ever:
			return "it was done in this conversation"
		}
	case Compensate:
		return t.forbidsPay(last, ever, trend, in)
	}
	return ""
}

// forbidsPay tells why no compensation may be proposed.
func (t *Table) forbidsPay(last Taken, ever bool, trend *Trend, in *Input) string {
	pause, cooling := t.Pause, t.CoolingOff
	if pause == 0 {
		pause = 10
	}
	if cooling == 0 {
		cooling = 30 * 24 * time.Hour
	}
	switch {
	case in.Fault == FaultCustomer:
		return "the fault is the customer's"
	case ever && trend.Turns-last.Turn <= pause:
		return "cooling off: one was proposed in this conversation"
	case !in.Now.IsZero() && !in.Compensated.IsZero() && in.Now.Sub(in.Compensated) < cooling:
		return "cooling off: the customer had one lately"
	case t.least(trend, in) <= 0:
		return "the least limit is none"
	}
	return ""
}

// least is the smallest limit of the rows that compensate for the facts, and of
// what was proposed before.
func (t *Table) least(trend *Trend, in *Input) int {
	least := t.Most
	if least == 0 {
		least = 20
	}
	if last, ever := trend.last(Compensate); ever {
		least = min(least, last.Limit)
	}
	for i := range t.Rows {
		if r := &t.Rows[i]; slices.Contains(r.Do, Compensate) && r.When.of(in) {
			least = min(least, r.Limit)
		}
	}
	return least
}

// paysCalm reports whether a customer who tells the same calmly is compensated
// without asking anyone.
func (t *Table) paysCalm(in *Input) bool {
	r := t.row(&Score{Emotion: Neutral}, &Trend{Turns: 1}, in)
	return r != nil && slices.Contains(r.Do, Compensate) && !r.Approve
}
