package sentiment

import (
	"errors"
	"fmt"
	"math"
)

// Class is what people call a message when they label it.
type Class string

// The classes of labelled messages.
const (
	ClassNegative Class = "negative"
	ClassNeutral  Class = "neutral"
	ClassPositive Class = "positive"
)

// Labelled is a message of the host's and what a person called it.
type Labelled struct {
	Text  string
	Class Class
	// Set is where it is from when there are several sources; see [Scorer.Train].
	Set string
}

// Chance is how likely people call a text negative, neutral or positive. The
// three sum to 1.
type Chance struct {
	Negative float64 `json:"negative"`
	Neutral  float64 `json:"neutral"`
	Positive float64 `json:"positive"`
}

// Calibration says what polarities mean: which count as a feeling, and how
// likely people agree. Plain data: keep it as JSON and pass it in [Options].
type Calibration struct {
	// Below and Above are the ends of the dead band, -0.95 to 0 and 0 to 0.95: a
	// polarity from Below down is negative, from Above up positive.
	Below float64 `json:"below"`
	Above float64 `json:"above"`
	// Negative and Positive are the polarities at which a text is as likely
	// called negative (positive) as not, in the ranges of Below and Above, and
	// Slope is how fast the chances change, above 0 up to 20: an ordered logistic
	// model (McCullagh, "Regression Models for Ordinal Data", 1980).
	Negative float64 `json:"negative"`
	Positive float64 `json:"positive"`
	Slope    float64 `json:"slope"`
}

// usualSlope was fitted on the training parts of GoEmotions, zh_emodlg and
// stc3_cn with the cut points at the usual band.
const usualSlope = 0.65

// mostCut bounds the cut points.
const mostCut = 0.95

func (c *Calibration) validate() error {
	low := func(x float64) bool { return x >= -mostCut && x <= 0 }
	high := func(x float64) bool { return x >= 0 && x <= mostCut }
	switch {
	case !low(c.Below), !high(c.Above):
		return fmt.Errorf("sentiment: Calibration: dead band %g to %g: want -%g to 0 and 0 to %g", c.Below, c.Above, mostCut, mostCut)
	case !low(c.Negative), !high(c.Positive):
		return fmt.Errorf("sentiment: Calibration: negative %g, positive %g: want -%g to 0 and 0 to %g", c.Negative, c.Positive, mostCut, mostCut)
	case !(c.Slope > 0 && c.Slope <= 20):
		return fmt.Errorf("sentiment: Calibration: slope %g: want more than 0, at most 20", c.Slope)
	}
	return nil
}

// chance is that of a polarity.
func (c *Calibration) chance(polarity float64) Chance {
	x := unsquash(polarity)
	neg, pos := logistic(c.Slope*(unsquash(c.Negative)-x)), logistic(c.Slope*(x-unsquash(c.Positive)))
	return Chance{Negative: neg, Neutral: max(0, 1-neg-pos), Positive: pos}
}

// class is that of a polarity.
func (c *Calibration) class(polarity float64) Class {
	switch {
	case polarity == 0:
	case polarity <= c.Below:
		return ClassNegative
	case polarity >= c.Above:
		return ClassPositive
	}
	return ClassNeutral
}

// Class is what a score of this scorer counts as: negative or positive when its
// polarity is outside the dead band.
func (s *Scorer) Class(score Score) Class { return s.calibration.class(score.Polarity) }

// unsquash undoes squash.
func unsquash(p float64) float64 { return p * math.Sqrt(15/(1-p*p)) }

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// Figures are how well a scorer tells the class of labelled messages.
type Figures struct {
	Accuracy float64 `json:"accuracy"` // share of classes right
	MacroF1  float64 `json:"macro_f1"` // mean F1 of the classes there are
	LogLoss  float64 `json:"log_loss"` // mean surprise at the true class; what calibration lowers
}

// Report compares a scorer on labelled messages before and after it learnt from
// them. After is by five-fold cross-validation: each message is judged by what
// was learnt from the others.
type Report struct {
	Messages int     `json:"messages"`
	Before   Figures `json:"before"`
	After    Figures `json:"after"`
}

// Gain is the accuracy won, in points of a hundred.
func (r Report) Gain() float64 { return 100 * (r.After.Accuracy - r.Before.Accuracy) }

// String is the report in a line.
func (r Report) String() string {
	return fmt.Sprintf("%d messages: accuracy %.1f to %.1f %%, macro-F1 %.1f to %.1f, log loss %.3f to %.3f", r.Messages,
		100*r.Before.Accuracy, 100*r.After.Accuracy, 100*r.Before.MacroF1, 100*r.After.MacroF1, r.Before.LogLoss, r.After.LogLoss)
}

// leastLabelled is how many messages there must be to learn from.
const leastLabelled = 20

// folds is how many parts cross-validation makes.
const folds = 5

// Calibrate fits the dead band and the chances to messages of the host's; 50 to
// 200 do, at least 20 are needed. They should be as messages come, not picked.
// Pass the calibration in [Options]. Where cross-validation shows no better
// classes, the dead band stays as it is. It is a pure function of the messages
// and their order.
func (s *Scorer) Calibrate(messages []Labelled) (Calibration, Report, error) {
	points, err := s.points(messages)
	if err != nil {
		return Calibration{}, Report{}, err
	}
	start := s.calibration
	report := Report{Messages: len(points), Before: measure(points, func(int) Calibration { return start })}
	var fold [folds]Calibration
	for k := range fold {
		rest := make([]point, 0, len(points))
		for i, p := range points {
			if i%folds != k {
				rest = append(rest, p)
			}
		}
		fold[k] = fitBand(fit(start, rest), rest)
	}
	report.After = measure(points, func(i int) Calibration { return fold[i%folds] })
	best := fit(start, points)
	if report.After.worth() > report.Before.worth() {
		return fitBand(best, points), report, nil
	}
	for k := range fold {
		fold[k].Below, fold[k].Above = start.Below, start.Above
	}
	report.After = measure(points, func(i int) Calibration { return fold[i%folds] })
	return best, report, nil
}

// A point is a labelled polarity.
type point struct {
	polarity float64
	class    Class
}

func (s *Scorer) points(messages []Labelled) ([]point, error) {
	if len(messages) < leastLabelled {
		return nil, fmt.Errorf("sentiment: %d labelled messages: at least %d are needed, 50 to 200 are good", len(messages), leastLabelled)
	}
	points := make([]point, len(messages))
	feeling := false
	for i, m := range messages {
		switch m.Class {
		case ClassNegative, ClassPositive:
			feeling = true
		case ClassNeutral:
		default:
			return nil, fmt.Errorf("sentiment: message %d: class %q: use %s, %s or %s", i+1, m.Class, ClassNegative, ClassNeutral, ClassPositive)
		}
		points[i] = point{s.Score(m.Text).Polarity, m.Class}
	}
	if !feeling {
		return nil, errors.New("sentiment: no labelled message is negative or positive: nothing can be learnt from them")
	}
	return points, nil
}

// worth is what a dead band is chosen by.
func (f Figures) worth() float64 { return (f.Accuracy + f.MacroF1) / 2 }

// fitBand finds the dead band that tells classes best, at a price for moving it.
func fitBand(c Calibration, points []point) Calibration {
	const step, price = 0.05, 0.05
	best, most := c, math.Inf(-1)
	for below := 0.0; below >= -mostCut; below -= step {
		for above := 0.0; above <= mostCut; above += step {
			x := c
			x.Below, x.Above = math.Round(below*100)/100, math.Round(above*100)/100
			worth := measure(points, func(int) Calibration { return x }).worth() -
				price*(math.Abs(x.Below-c.Below)+math.Abs(x.Above-c.Above))
			if worth > most {
				best, most = x, worth
			}
		}
	}
	return best
}

// fit finds the chances with the least log loss, held near where it starts
// as if a dozen messages spoke for that: few labels must not move it far.
func fit(start Calibration, points []point) Calibration {
	const held = 12
	cost := func(c Calibration) float64 {
		sum := 0.0
		for _, p := range points {
			sum += surprise(c.chance(p.polarity), p.class)
		}
		square := func(x float64) float64 { return x * x }
		return sum + held*(square(math.Log(c.Slope/start.Slope))+square(c.Negative-start.Negative)+square(c.Positive-start.Positive))
	}
	best, least := start, cost(start)
	for step := 0.32; step > 0.002; {
		improved := false
		for _, d := range [][3]float64{{-step, 0, 0}, {step, 0, 0}, {0, -step, 0}, {0, step, 0}, {0, 0, step}, {0, 0, -step}} {
			c := best
			c.Negative, c.Positive, c.Slope = c.Negative+d[0], c.Positive+d[1], c.Slope*math.Exp(d[2])
			if c.validate() != nil {
				continue
			}
			if x := cost(c); x < least-1e-9 {
				best, least, improved = c, x, true
			}
		}
		if !improved {
			step /= 2
		}
	}
	return best
}

// of is the chance of a class.
func (c Chance) of(class Class) float64 {
	switch class {
	case ClassNegative:
		return c.Negative
	case ClassPositive:
		return c.Positive
	}
	return c.Neutral
}

func surprise(c Chance, class Class) float64 { return -math.Log(max(c.of(class), 1e-4)) }

// measure makes the figures of points by the calibration of each.
func measure(points []point, of func(i int) Calibration) Figures {
	var f Figures
	var hit, wanted, got [3]float64
	index := func(c Class) int {
		switch c {
		case ClassNegative:
			return 0
		case ClassPositive:
			return 2
		}
		return 1
	}
	for i, p := range points {
		c := of(i)
		f.LogLoss += surprise(c.chance(p.polarity), p.class)
		a, b := index(p.class), index(c.class(p.polarity))
		wanted[a]++
		got[b]++
		if a == b {
			hit[a]++
			f.Accuracy++
		}
	}
	n := float64(len(points))
	f.Accuracy, f.LogLoss = f.Accuracy/n, f.LogLoss/n
	classes := 0.0
	for k := range hit {
		if wanted[k] > 0 {
			classes++
			f.MacroF1 += 2 * hit[k] / (wanted[k] + got[k])
		}
	}
	f.MacroF1 /= classes
	return f
}
