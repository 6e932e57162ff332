package sentiment

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Example is a text and the label that a person gave it, one of a host's own
// ("complaint", "伤心").
type Example struct {
	Text, Label string
}

// A Labeller tells labels of a host's own: emotions other than those of
// [Emotions], degrees of satisfaction, whatever hangs on the mood of a text. It
// is made by [Scorer.TrainLabels], kept with WriteTo and read by
// [Scorer.LoadLabels]; immutable and safe for concurrent use.
//
// The model is multinomial logistic regression over hashed n-grams and over what
// lexicon, rules and learnt weights say of a text: words with a value need not
// be learnt anew.
type Labeller struct {
	scorer *Scorer
	labels []string
	bias   []float32 // a label each
	dense  []float32 // a label's figures side by side
	place  []int32   // of a hash among the rows, plus one; 0 for one not learnt
	rows   []int8    // a label each, by place
	unit   float32   // what a step of a row is worth
}

// Label is a label and how likely it is, 0 to 1.
type Label struct {
	Name   string  `json:"name"`
	Chance float64 `json:"chance"`
}

// LabelReport is how well labels are told, by five-fold cross-validation: each
// example is judged by what was learnt from the others. Commonest is the share
// of the commonest label, which needs no learning.
type LabelReport struct {
	Examples  int     `json:"examples"`
	Commonest float64 `json:"commonest"`
	Accuracy  float64 `json:"accuracy"`
	MacroF1   float64 `json:"macro_f1"`
}

// String is the report in a line.
func (r LabelReport) String() string {
	return fmt.Sprintf("%d examples: accuracy %.1f %%, macro-F1 %.1f; the commonest label has %.1f %%", r.Examples, 100*r.Accuracy, 100*r.MacroF1, 100*r.Commonest)
}

const (
	mostLabels   = 32
	leastSeen    = 2 // examples a gram must be in
	labelRounds  = 10
	labelDrop    = 0.3 // share of a text's grams left out each time it is learnt from (Srivastava et al. 2014)
	labelRate    = 0.1
	labelSmooth  = 0.05
	labelFigures = figures + 1 + len(emotions)
)

// labelled is what an example shows.
type labelled struct {
	dense [labelFigures]float32
	grams []uint32 // hashes; in training, places
	label int
}

// TrainLabels learns labels from examples: at least 20, of 2 to 32 labels, each
// of them some fifty times if it is to be told well. Rare labels weigh more than
// their number. It is a pure function of scorer and examples; 10,000 take some
// seconds, the report five times as long.
func (s *Scorer) TrainLabels(ctx context.Context, examples []Example) (*Labeller, LabelReport, error) {
	samples, labels, err := s.labelled(examples)
	if err != nil {
		return nil, LabelReport{}, err
	}
	report := LabelReport{Examples: len(examples)}
	hit, wanted, got := make([]float64, len(labels)), make([]float64, len(labels)), make([]float64, len(labels))
	for k := range folds {
		l, err := s.learnLabels(ctx, samples, labels, func(i int) bool { return i%folds != k })
		if err != nil {
			return nil, LabelReport{}, err
		}
		scores := make([]float64, len(labels))
		for i := k; i < len(samples); i += folds {
			x := &samples[i]
			l.score(x, scores)
			best := slices.Index(scores, slices.Max(scores))
			wanted[x.label]++
			got[best]++
			if best == x.label {
				hit[best]++
				report.Accuracy += 1 / float64(len(samples))
			}
		}
	}
	for c := range labels {
		report.MacroF1 += 2 * hit[c] / (wanted[c] + got[c]) / float64(len(labels))
	}
	report.Commonest = slices.Max(wanted) / float64(len(samples))
	l, err := s.learnLabels(ctx, samples, labels, func(int) bool { return true })
	return l, report, err
}

// labelled reads the examples. The labels come back sorted.
func (s *Scorer) labelled(examples []Example) ([]labelled, []string, error) {
	if len(examples) < leastLabelled {
		return nil, nil, fmt.Errorf("sentiment: %d examples: at least %d are needed", len(examples), leastLabelled)
	}
	var labels []string
	for i, e := range examples {
		if e.Label == "" {
			return nil, nil, fmt.Errorf("sentiment: example %d has no label", i+1)
		}
		labels = append(labels, e.Label)
	}
	slices.Sort(labels)
	labels = slices.Compact(labels)
	if len(labels) < 2 || len(labels) > mostLabels {
		return nil, nil, fmt.Errorf("sentiment: %d labels: want 2 to %d", len(labels), mostLabels)
	}
	samples := make([]labelled, len(examples))
	var r reader
	for i, e := range examples {
		r.reset()
		s.show(&r, e.Text, &samples[i])
		samples[i].grams = slices.Clone(samples[i].grams)
		samples[i].label, _ = slices.BinarySearch(labels, e.Label)
	}
	return samples, labels, nil
}

// show reads a text for a Labeller.
func (s *Scorer) show(r *reader, txt string, x *labelled) {
	look := r.readText(s.lex, text8K(txt))
	total := r.total(look.marks)
	r.featuresOf(total, &r.features)
	copy(x.dense[:], r.features.dense[:])
	if s.weights != nil {
		x.dense[figures] = float32(squash(s.weights.logit(&r.features) / usualSlope))
	}
	var mass masses
	for i := range r.hits {
		r.hits[i].feel(&mass)
	}
	mass[0] = float64(look.marks)
	for i, v := range mass {
		x.dense[figures+1+i] = float32(squash(v))
	}
	x.grams = append(x.grams[:0], r.features.shown(false)...)
	x.grams = r.appendParts(x.grams)
	for i := range r.hits { // what the rules make of words: negated praise is one feature
		h := &r.hits[i]
		x.grams = append(x.grams, mix(uint32(h.kind)<<16|uint32(h.mark)<<8|uint32(4+math.Round(squash(h.value)*4))))
		if h.mark != 0 {
			x.grams = append(x.grams, mix(hashUnit(r.s[h.start:h.end])+uint32(h.mark)))
		}
	}
	slices.Sort(x.grams)
	x.grams = slices.Compact(x.grams)
}

// appendParts appends the hashes of the 3- to 5-grams of letters in words, which
// know words that no example has by their stems and endings.
func (r *reader) appendParts(dst []uint32) []uint32 {
	for i := 0; i < len(r.s); {
		end := wordEnd(r.s, i)
		if end == i {
			i++
			continue
		}
		if word := r.s[i:end]; len(word) > 3 && len(word) < 30 {
			for n := 3; n <= 5; n++ {
				for from := 0; from+n <= len(word); from++ {
					side := uint32(0)
					if from == 0 {
						side++
					}
					if from+n == len(word) {
						side += 2
					}
					dst = append(dst, mix(hashUnit(word[from:from+n])*31+side))
				}
			}
		}
		i = end
	}
	return dst
}

// learnLabels fits a labeller to the samples that in picks, by AdaGrad.
func (s *Scorer) learnLabels(ctx context.Context, samples []labelled, labels []string, in func(i int) bool) (*Labeller, error) {
	k := len(labels)
	l := &Labeller{scorer: s, labels: labels, bias: make([]float32, k), dense: make([]float32, k*labelFigures), place: make([]int32, 1<<gramBits)}
	var order []int
	often := make([]float64, k)
	for i := range samples {
		if in(i) {
			order = append(order, i)
			often[samples[i].label]++
			for _, g := range samples[i].grams {
				l.place[g]++
			}
		}
	}
	rows := 0
	for g, n := range l.place {
		l.place[g] = 0
		if n >= leastSeen {
			rows++
			l.place[g] = int32(rows)
		}
	}
	grams, squares := make([]float32, rows*k), make([]float32, rows*k)
	denseSquares, biasSquares := make([]float32, len(l.dense)), make([]float32, k)
	scores := make([]float64, k)
	var at []int32
	random := rand.New(rand.NewPCG(seed, seed))
	for round := range labelRounds {
		rate := float32(labelRate * (1 - 0.9*float64(round)/labelRounds))
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for n, i := range order {
			if n%1024 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			x := &samples[i]
			at = l.places(x, at[:0])
			at = slices.DeleteFunc(at, func(int32) bool { return random.Float64() < labelDrop })
			scale := float32(1 / math.Sqrt(float64(max(1, len(at)))))
			l.start(x, scores)
			for c := range scores {
				sum := float32(0)
				for _, p := range at {
					sum += grams[int(p)*k+c]
				}
				scores[c] += float64(sum * scale)
			}
			soften(scores)
			weight := math.Sqrt(float64(len(order)) / float64(k) / often[x.label])
			for c := range scores {
				target := labelSmooth / float64(k)
				if c == x.label {
					target += 1 - labelSmooth
				}
				g := float32((scores[c] - target) * weight)
				biasSquares[c] += g * g
				l.bias[c] -= rate * g / root(1+biasSquares[c])
				for j, v := range x.dense {
					q, d := c*labelFigures+j, g*v
					denseSquares[q] += d * d
					l.dense[q] -= rate * d / root(1+denseSquares[q])
				}
				d := g * scale
				for _, p := range at {
					q := int(p)*k + c
					squares[q] += d * d
					grams[q] -= rate * d / (0.01 + root(squares[q]))
				}
			}
		}
	}
	most := float32(0)
	for _, x := range grams {
		most = max(most, x, -x)
	}
	l.unit, l.rows = most/127, make([]int8, len(grams))
	if l.unit > 0 {
		for i, x := range grams {
			l.rows[i] = int8(math.Round(float64(x / l.unit)))
		}
	}
	return l, nil
}

func root(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// places are the rows of a text's grams that were learnt.
func (l *Labeller) places(x *labelled, dst []int32) []int32 {
	for _, g := range x.grams {
		if p := l.place[g]; p > 0 {
			dst = append(dst, p-1)
		}
	}
	return dst
}

// start sets scores to what the figures of a text say.
func (l *Labeller) start(x *labelled, scores []float64) {
	for c := range scores {
		sum := l.bias[c]
		for j, v := range x.dense {
			sum += l.dense[c*labelFigures+j] * v
		}
		scores[c] = float64(sum)
	}
}

// score sets scores to the chances of the labels.
func (l *Labeller) score(x *labelled, scores []float64) {
	l.start(x, scores)
	sums, n := make([]int32, len(scores)), 0
	for _, g := range x.grams {
		if p := l.place[g]; p > 0 {
			n++
			for c, v := range l.rows[int(p-1)*len(sums) : int(p)*len(sums)] {
				sums[c] += int32(v)
			}
		}
	}
	scale := float64(l.unit) / math.Sqrt(float64(max(1, n)))
	for c := range scores {
		scores[c] += float64(sums[c]) * scale
	}
	soften(scores)
}

// soften makes chances of scores.
func soften(scores []float64) {
	most, sum := slices.Max(scores), 0.0
	for c, z := range scores {
		scores[c] = math.Exp(z - most)
		sum += scores[c]
	}
	for c := range scores {
		scores[c] /= sum
	}
}

// Labels are the labels told apart, sorted.
func (l *Labeller) Labels() []string { return slices.Clone(l.labels) }

// Label tells how likely each label of a text is, likeliest first. Of a text
// longer than 8 KiB only the beginning is read.
func (l *Labeller) Label(text string) []Label {
	r, _ := l.scorer.readers.Get().(*reader)
	if r == nil {
		r = &reader{}
	}
	var x labelled
	l.scorer.show(r, text, &x)
	r.reset()
	l.scorer.readers.Put(r)
	scores := make([]float64, len(l.labels))
	l.score(&x, scores)
	out := make([]Label, len(scores))
	for c, p := range scores {
		out[c] = Label{l.labels[c], p}
	}
	slices.SortStableFunc(out, func(a, b Label) int { return cmp.Compare(b.Chance, a.Chance) })
	return out
}
