package nlu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Review is what training examples look like to a model that did not learn
// from the one it judges: what to correct, most urgent first.
type Review struct {
	// Evaluation is that of all examples, each by a model trained without it.
	Evaluation *Evaluation
	// Suspects are examples that look mislabelled (confident learning, Northcutt
	// et al. 2021).
	Suspects []Suspect
	// Alike are intents that are hard to tell apart: merge them, or say better
	// what sets them apart.
	Alike []Alike
	// Repeats are texts that stand under several intents.
	Repeats []Repeat
	// Few are intents with too few examples to judge.
	Few []string
}

// Suspect is an example that looks like one of another intent.
type Suspect struct {
	Example Example
	Likely  string  // what it looks like
	Sure    float64 // the probability of that, 0 to 1
}

// Alike are two intents of which messages of one look like the other.
type Alike struct {
	A, B string
	// Overlap is the mean probability given to the wrong one of the two, 0 to 1.
	Overlap float64
	// InA is the example of A that looks most like B, InB the other way round.
	InA, InB string
}

// Repeat is a text under several intents, as its words with spaces between:
// case, width and punctuation set no two apart.
type Repeat struct {
	Text    string
	Intents []string
}

// alike is from which overlap intents are reported: two that cannot be told
// apart have about a half.
const alike = 0.1

// CrossValidate trains on all but one of so many parts (5 when folds is below
// 2) and judges that one, for each of them: every example is judged by a model
// that did not see it. It takes about folds times as long as Train; the
// examples that ship are learned from and not judged. Options.Valid is not used.
func CrossValidate(ctx context.Context, examples []Example, opts *Options, folds int) (*Review, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if folds < 2 {
		folds = 5
	}
	if len(examples) == 0 {
		return nil, errors.New("nlu: there are no examples to review")
	}
	o.Valid = nil
	fold, n := make([]int, len(examples)), map[string]int{}
	for i, e := range examples {
		fold[i] = n[e.Intent] % folds
		n[e.Intent]++
	}
	if err := o.embed(ctx, examples); err != nil {
		return nil, err
	}
	models := make([]*Model, folds)
	var all tried
	var sure []choice
	done := 0
	for f := range models {
		var rest, held []Example
		for i, e := range examples {
			if fold[i] == f {
				held = append(held, e)
			} else {
				rest = append(rest, e)
			}
		}
		rest, err := o.complete(rest)
		if err != nil {
			return nil, err
		}
		own := o
		if own.Epochs <= 0 {
			own.Epochs = min(40, max(12, 60_000/max(1, len(rest))))
		}
		epochs := own.Epochs
		if o.Effort == EffortBest {
			epochs += netCount
		}
		if models[f], err = own.fitted(ctx, rest, func() {
			if done++; o.Progress != nil {
				o.Progress(done, epochs*folds)
			}
		}); err != nil {
			return nil, fmt.Errorf("nlu: part %d of %d: %w", f+1, folds, err)
		}
		t, c := models[f].judge(held, nil)
		all.scores, all.class, sure = append(all.scores, t.scores...), append(all.class, t.class...), append(sure, c...)
	}
	if len(all.class) >= minHeld {
		temperature, power := all.temperature(), power(sure)
		for _, m := range models {
			m.temperature, m.power = temperature, power
		}
	}
	return review(examples, n, models[0].threshold, func(i int) ([]Intent, float64) { return models[fold[i]].Classify(examples[i].Text) }), nil
}

// review reports on examples, n of each intent, by what classify says of each.
func review(examples []Example, n map[string]int, threshold float64, classify func(i int) ([]Intent, float64)) *Review {
	got := make([][]Intent, len(examples))
	r := &Review{Evaluation: evaluate(examples, threshold, func(i int) ([]Intent, float64) {
		intents, unknown := classify(i)
		got[i] = intents
		return intents, unknown
	})}
	for name, count := range n {
		if name != "" && count < 5 {
			r.Few = append(r.Few, name)
		}
	}
	slices.Sort(r.Few)
	r.suspect(examples, n, got)
	r.compare(examples, n, got)
	r.repeats(examples)
	return r
}

// suspect finds examples that look like another intent as surely as the
// examples of that one do.
func (r *Review) suspect(examples []Example, n map[string]int, got [][]Intent) {
	mean := map[string]float64{}
	for i, e := range examples {
		mean[e.Intent] += probability(got[i], e.Intent) / float64(n[e.Intent])
	}
	for i, e := range examples {
		if len(got[i]) == 0 || e.Intent == "" {
			continue
		}
		top := got[i][0]
		if top.Name != e.Intent && top.Probability >= max(0.5, mean[top.Name]) {
			r.Suspects = append(r.Suspects, Suspect{Example: e, Likely: top.Name, Sure: top.Probability})
		}
	}
	slices.SortStableFunc(r.Suspects, func(a, b Suspect) int { return cmp.Compare(b.Sure, a.Sure) })
}

func probability(intents []Intent, name string) float64 {
	for _, i := range intents {
		if i.Name == name {
			return i.Probability
		}
	}
	return 0
}

// compare finds intents whose examples look alike.
func (r *Review) compare(examples []Example, n map[string]int, got [][]Intent) {
	type pair struct{ own, other string }
	type drawn struct {
		sum, most float64
		text      string
	}
	by := map[pair]*drawn{}
	for i, e := range examples {
		for _, x := range got[i] {
			if e.Intent == "" || x.Name == e.Intent {
				continue
			}
			d := by[pair{e.Intent, x.Name}]
			if d == nil {
				d = &drawn{}
				by[pair{e.Intent, x.Name}] = d
			}
			d.sum += x.Probability
			if x.Probability > d.most {
				d.most, d.text = x.Probability, e.Text
			}
		}
	}
	for p, d := range by {
		back := by[pair{p.other, p.own}]
		if back == nil {
			back = &drawn{}
		} else if p.own > p.other {
			continue // the other way round has it
		}
		overlap := (d.sum/float64(n[p.own]) + back.sum/float64(max(1, n[p.other]))) / 2
		if overlap < alike {
			continue
		}
		a := Alike{A: p.own, B: p.other, Overlap: overlap, InA: d.text, InB: back.text}
		if a.A > a.B {
			a = Alike{A: a.B, B: a.A, Overlap: overlap, InA: a.InB, InB: a.InA}
		}
		r.Alike = append(r.Alike, a)
	}
	slices.SortFunc(r.Alike, func(a, b Alike) int {
		return cmp.Or(cmp.Compare(b.Overlap, a.Overlap), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
}

// repeats finds texts that stand under several intents.
func (r *Review) repeats(examples []Example) {
	intents := map[string][]string{}
	for _, e := range examples {
		var words []string
		for _, t := range text.Tokens(text.Fold(e.Text)) {
			words = append(words, t.Text)
		}
		folded := strings.Join(words, " ")
		if !slices.Contains(intents[folded], e.Intent) {
			intents[folded] = append(intents[folded], e.Intent)
		}
	}
	for folded, names := range intents {
		if len(names) > 1 {
			slices.Sort(names)
			r.Repeats = append(r.Repeats, Repeat{folded, names})
		}
	}
	slices.SortFunc(r.Repeats, func(a, b Repeat) int { return cmp.Compare(a.Text, b.Text) })
}
