package sentiment

import (
	"math"
	"slices"
)

// Trend is mood over a conversation: plain data that a host stores between turns.
type Trend struct {
	// Level is the smoothed polarity, -1 to 1.
	Level float64 `json:"level"`
	// Low is the lowest level so far and High the highest, both 0 at first;
	// LowTurn and HighTurn are the turns of these peaks, from 1, 0 for none.
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	LowTurn  int     `json:"low_turn,omitempty"`
	HighTurn int     `json:"high_turn,omitempty"`
	// Turns counts messages, Negative those in a row that were negative.
	Turns    int `json:"turns"`
	Negative int `json:"negative,omitempty"`
	// Direction is -1 when it got worse with the last message, 1 better, 0 neither.
	Direction int `json:"direction,omitempty"`
	// Soured is the turn the conversation last turned bad in, 0 when it never
	// did: where the run of negative messages began that took the level to -0.25.
	// Mended is the turn the level last came back to -0.05 in; less than Soured
	// while it is still bad.
	Soured int `json:"soured,omitempty"`
	Mended int `json:"mended,omitempty"`
	// Answer is the level when the bot last answered and Answered the turn of
	// that, 0 for none.
	Answer   float64 `json:"answer,omitempty"`
	Answered int     `json:"answered,omitempty"`
	// Last are the actions taken, most recent last, each kind once: what limits
	// read ("never two apologies in a row", cooling-off after compensation).
	Last []Taken `json:"last,omitempty"`
}

// Taken is an action and the turn it was taken in.
type Taken struct {
	Action Action `json:"action"`
	Turn   int    `json:"turn"`
	// Limit is that of a compensation, in percent.
	Limit int `json:"limit,omitempty"`
}

const (
	// smoothing is how much of the way the level goes to a new message.
	smoothing = 0.4
	// negativeFrom is the polarity at and below which a message counts as negative.
	negativeFrom = -0.3
	// steady is the change of level that is no direction.
	steady = 0.05
	// lowFrom is the level a conversation must have been at to recover.
	lowFrom = -0.25
	// mendedFrom is the level a bad conversation must come back to.
	mendedFrom = -0.05
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
	if t.Level < t.Low {
		t.Low, t.LowTurn = t.Level, t.Turns
	}
	if t.Level > t.High {
		t.High, t.HighTurn = t.Level, t.Turns
	}
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
	switch {
	case !t.IsBad() && t.Level <= lowFrom:
		t.Soured = t.Turns - max(t.Negative-1, 0) // where this run of negative messages began
	case t.IsBad() && t.Level >= mendedFrom && t.Negative == 0:
		t.Mended = t.Turns
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

// Answering records that the bot answers the latest message.
func (t Trend) Answering() Trend {
	t.Answer, t.Answered = t.Level, t.Turns
	return t
}

// WorseSinceAnswer reports that the mood is lower than when the bot last
// answered: the answer did not help.
func (t Trend) WorseSinceAnswer() bool {
	return t.Answered > 0 && t.Turns > t.Answered && t.Level < t.Answer-steady
}

// IsBad reports a conversation that turned bad and has not mended.
func (t Trend) IsBad() bool { return t.Soured > t.Mended }

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
