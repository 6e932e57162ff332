package sentiment

import (
	"math"
	"slices"
)

const (
	// smoothing is how much of the way the level goes to a new message.
	smoothing = 0.4
	// negativeFrom is the polarity at and below which a message counts as negative.
	negativeFrom = -0.3
	// steady is the change of level that is no direction.
	steady = 0.05
	// lowFrom is the level a conversation must have been at to recover.
	lowFrom = -0.25
)

// Add carries the trend on by a message. The level goes 0.4 of the way from
// where it was (0 at first) to the message's polarity (exponential smoothing),
// so that one outburst does not make a bad conversation and one thank-you does
// not mend it. A message counts as negative from -0.3 down. taken are actions
// the host took in this turn.
func (t Trend) Add(s Score, taken ...Action) Trend {
	p := s.Polarity
	if math.IsNaN(p) {
		p = 0
	}
	p = max(-1, min(p, 1))
	old := t.Level
	t.Turns++
	t.Level = old + smoothing*(p-old)
	t.Low, t.High = min(t.Low, t.Level), max(t.High, t.Level)
	switch d := t.Level - old; {
	case d > steady:
		t.Direction = 1
	case d < -steady:
		t.Direction = -1
	default:
		t.Direction = 0
	}
	if p <= negativeFrom {
		t.Negative++
	} else {
		t.Negative = 0
	}
	return t.Take(Plan{Actions: taken})
}

// Take records a plan's actions as taken in the latest turn.
func (t Trend) Take(p Plan) Trend {
	if len(p.Actions) == 0 {
		return t
	}
	t.Last = slices.Clone(t.Last) // the caller keeps the old trend
	for _, a := range p.Actions {
		n := Taken{Action: a, Turn: t.Turns}
		if a == Compensate {
			n.Limit = p.Limit
		}
		t.Last = slices.DeleteFunc(t.Last, func(x Taken) bool { return x.Action == a })
		t.Last = append(t.Last, n)
	}
	return t
}

// Recovering reports that the conversation was at a low and is on the way up:
// the last message was not negative and the level rose.
func (t Trend) Recovering() bool {
	return t.Low <= lowFrom && t.Direction > 0 && t.Negative == 0
}

// last is when an action was last taken; ok is false when it never was.
func (t *Trend) last(a Action) (Taken, bool) {
	for i := len(t.Last) - 1; i >= 0; i-- {
		if t.Last[i].Action == a {
			return t.Last[i], true
		}
	}
	return Taken{}, false
}
