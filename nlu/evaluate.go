package nlu

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Evaluation is how well a model does on messages whose intents are known.
// Shares and scores are 0 to 1.
type Evaluation struct {
	// Messages are those of an intent, Outside those of none.
	Messages, Outside int
	// Accuracy is the share of messages whose likeliest intent is right,
	// accepted or not.
	Accuracy float64
	// MacroF1 is the mean F1 of the intents that the messages have.
	MacroF1 float64
	// CalibrationError is how far the probabilities are from the truth on
	// average, in fifteen bins (expected calibration error, Guo et al. 2017).
	CalibrationError float64
	// Bins are what it is made of.
	Bins []Bin
	// Accepted is the share of messages of an intent that the threshold lets
	// pass; AcceptedRight those of them all that pass and are right.
	Accepted, AcceptedRight float64
	// Rejected is the share of the messages of no intent that the threshold
	// turns away; 0 without any.
	Rejected float64
	// AUROC is the probability that a message of an intent is found surer than
	// one of none; 0 without any.
	AUROC float64
	// Intents are the scores of each intent, sorted by name.
	Intents []IntentScore
	// Confusions are the pairs taken for each other, most frequent first.
	Confusions []Confusion
	// Mistakes are the messages answered wrongly, surest first, and those of
	// no intent that were accepted.
	Mistakes []Mistake

	answers []answer
}

// answer is how sure a message was answered, and whether rightly.
type answer struct {
	sure           float64
	right, outside bool
}

// Bin is a range of probability: how many answers had it, how sure they were on
// average, and what share was right.
type Bin struct {
	Messages    int
	Sure, Right float64
}

// IntentScore is how well one intent is found.
type IntentScore struct {
	Name                  string
	Messages              int
	Precision, Recall, F1 float64
}

// Confusion counts messages of the intent Want that were taken for Got.
type Confusion struct {
	Want, Got string
	Messages  int
	Example   string
}

// Mistake is a message of the intent Want ("" is none) that was taken for Got.
type Mistake struct {
	Text, Want, Got string
	Sure            float64 // 1 - Unknown
	Accepted        bool    // whether the threshold let it pass
}

// Evaluate tries the model on messages whose intents are known; an empty intent
// is none of the model's. It asks no embedder.
func (m *Model) Evaluate(messages []Example) *Evaluation {
	return evaluate(messages, m.threshold, func(i int) ([]Intent, float64) { return m.Classify(messages[i].Text) })
}

// evaluate scores what classify says of each message.
func evaluate(messages []Example, threshold float64, classify func(i int) ([]Intent, float64)) *Evaluation {
	e := &Evaluation{Bins: make([]Bin, 15)}
	type count struct{ right, said, all int }
	intents := map[string]*count{}
	of := func(name string) *count {
		if intents[name] == nil {
			intents[name] = &count{}
		}
		return intents[name]
	}
	type pair struct{ want, got string }
	pairs := map[pair]*Confusion{}
	var inside, outside []float64
	right, accepted, acceptedRight, rejected := 0, 0, 0, 0
	for i, x := range messages {
		got, unknown := classify(i)
		best := Intent{}
		if len(got) > 0 {
			best = got[0]
		}
		sure := 1 - unknown
		passed := sure >= threshold && best.Name != ""
		e.answers = append(e.answers, answer{sure, best.Name == x.Intent && x.Intent != "", x.Intent == ""})
		if x.Intent == "" {
			outside = append(outside, sure)
			if !passed {
				rejected++
				continue
			}
			e.Mistakes = append(e.Mistakes, Mistake{x.Text, "", best.Name, sure, true})
			continue
		}
		inside = append(inside, sure)
		of(x.Intent).all++
		of(best.Name).said++
		bin := &e.Bins[min(len(e.Bins)-1, max(0, int(best.Probability*float64(len(e.Bins)))))]
		bin.Messages++
		bin.Sure += best.Probability
		if passed {
			accepted++
		}
		if best.Name == x.Intent {
			bin.Right++
			of(x.Intent).right++
			right++
			if passed {
				acceptedRight++
			}
			continue
		}
		e.Mistakes = append(e.Mistakes, Mistake{x.Text, x.Intent, best.Name, sure, passed})
		p := pair{x.Intent, best.Name}
		if pairs[p] == nil {
			pairs[p] = &Confusion{Want: p.want, Got: p.got, Example: x.Text}
		}
		pairs[p].Messages++
	}
	e.Messages, e.Outside = len(inside), len(outside)
	e.Accuracy = share(right, e.Messages)
	e.Accepted, e.AcceptedRight = share(accepted, e.Messages), share(acceptedRight, e.Messages)
	e.Rejected = share(rejected, e.Outside)
	e.AUROC = auroc(inside, outside)
	for i := range e.Bins {
		b := &e.Bins[i]
		e.CalibrationError += math.Abs(b.Sure-b.Right) / float64(max(1, e.Messages))
		b.Sure /= float64(max(1, b.Messages))
		b.Right /= float64(max(1, b.Messages))
	}
	asked := 0
	for name, c := range intents {
		if name == "" {
			continue // nothing was said of a message without words
		}
		s := IntentScore{Name: name, Messages: c.all, Precision: share(c.right, c.said), Recall: share(c.right, c.all), F1: share(2*c.right, c.said+c.all)}
		e.Intents = append(e.Intents, s)
		if c.all > 0 {
			asked++
			e.MacroF1 += s.F1
		}
	}
	e.MacroF1 /= float64(max(1, asked))
	for _, c := range pairs {
		e.Confusions = append(e.Confusions, *c)
	}
	slices.SortFunc(e.Intents, func(a, b IntentScore) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(e.Confusions, func(a, b Confusion) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Want, b.Want), cmp.Compare(a.Got, b.Got))
	})
	slices.SortStableFunc(e.Mistakes, func(a, b Mistake) int { return cmp.Compare(b.Sure, a.Sure) })
	return e
}

// CoverageAt is the largest share of the messages of an intent that can be
// answered so that at least precision of the answers are right, and the
// threshold that does it; ok is false when none does.
func (e *Evaluation) CoverageAt(precision float64) (coverage, threshold float64, ok bool) {
	all := slices.Clone(e.answers)
	slices.SortFunc(all, func(a, b answer) int { return cmp.Compare(b.sure, a.sure) })
	right, inside := 0, 0
	for i, a := range all {
		if a.right {
			right++
		}
		if !a.outside {
			inside++
		}
		if i+1 < len(all) && all[i+1].sure == a.sure {
			continue
		}
		if right > 0 && float64(right) >= precision*float64(i+1) {
			coverage, threshold, ok = share(inside, e.Messages), a.sure, true
		}
	}
	return coverage, threshold, ok
}

func share(n, of int) float64 { return float64(n) / float64(max(1, of)) }

// auroc is the probability that a positive is above a negative, ties half.
func auroc(positive, negative []float64) float64 {
	if len(positive) == 0 || len(negative) == 0 {
		return 0
	}
	slices.Sort(negative)
	sum := 0.0
	for _, p := range positive {
		below, _ := slices.BinarySearch(negative, p)
		same := below
		for same < len(negative) && negative[same] == p {
			same++
		}
		sum += float64(below) + float64(same-below)/2
	}
	return sum / float64(len(positive)) / float64(len(negative))
}
