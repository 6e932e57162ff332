package recommend

import "math"

// Policy says how likely it would choose each of some candidates. The
// probabilities sum to one.
type Policy interface {
	Probabilities([]Candidate) []float64
}

// PolicyFunc makes a Policy of a function.
type PolicyFunc func([]Candidate) []float64

// Probabilities calls f.
func (f PolicyFunc) Probabilities(cs []Candidate) []float64 { return f(cs) }

// Estimated is what a policy would have earned, by a log of another.
type Estimated struct {
	Value     float64 // mean reward a choice
	Low, High float64 // its 95 % confidence interval
	Choices   int
	// Effective is how many choices of the new policy itself the log is worth;
	// below a hundred, the interval is not to be trusted.
	Effective float64
}

// maxWeight bounds how much one choice of the log may stand for others.
const maxWeight = 50

// Estimate judges a policy on logged choices before it is on: the
// self-normalised inverse propensity estimator (Swaminathan & Joachims 2015),
// its interval by the delta method. Choices without a propensity, or that the
// policy gives no probabilities for, are left out. The policy must not have
// learned from the same choices.
func Estimate(log []Choice, p Policy) Estimated {
	var weights, rewards []float64
	sum, square, value := 0.0, 0.0, 0.0
	for i := range log {
		c := &log[i]
		if !(c.Propensity > 0) || c.Chosen < 0 || c.Chosen >= len(c.Candidates) || math.IsNaN(c.Reward) {
			continue
		}
		ps := p.Probabilities(c.Candidates)
		if len(ps) != len(c.Candidates) || math.IsNaN(ps[c.Chosen]) {
			continue
		}
		w := min(maxWeight, max(0, ps[c.Chosen])/c.Propensity)
		weights, rewards = append(weights, w), append(rewards, c.Reward)
		sum += w
		square += w * w
		value += w * c.Reward
	}
	e := Estimated{Choices: len(weights)}
	if sum == 0 {
		e.High = 1 // nothing is known
		return e
	}
	e.Value, e.Effective = value/sum, sum*sum/square
	spread := 0.0
	for i, w := range weights {
		d := w * (rewards[i] - e.Value)
		spread += d * d
	}
	half := 1.96 * math.Sqrt(spread) / sum
	e.Low, e.High = max(0, e.Value-half), min(1, e.Value+half)
	return e
}
