package sentiment

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

//go:embed weights.bin
var shippedWeights string

// Options tune a Scorer. The zero value is the shipped lexicon, strategy and
// thresholds.
type Options struct {
	// Lexicon are words of the host's own; they replace shipped ones of the
	// same text. See [ReadWords].
	Lexicon []Word
	// Strategy says what to do about a mood; nil is [DefaultTable].
	Strategy *Table
	// Band is how far from 0 a polarity must be to count as a feeling: below
	// it a text is Neutral. 0 means 0.3; at most 0.9.
	Band float64
	// Calibration is a band and probabilities fitted to the host's messages, see
	// [Scorer.Calibrate]; it replaces Band.
	Calibration *Calibration
	// Weights were learnt from labelled messages, see [Scorer.Train] and [Load];
	// nil means the shipped ones. Rules uses none: the lexicon and the rules
	// alone, which every span explains.
	Weights *Weights
	Rules   bool
}

// Scorer scores texts by lexicon and rules. It is immutable and safe for
// concurrent use.
type Scorer struct {
	lex         *lexicon
	table       *Table
	calibration Calibration
	fitted      bool // to the host's messages
	weights     *Weights
	causes      *causes
	readers     sync.Pool // of *reader
}

// New makes a Scorer. It decodes the lexicons, which takes some milliseconds:
// make one and keep it. opts may be nil.
func New(opts *Options) (*Scorer, error) {
	if opts == nil {
		opts = &Options{}
	}
	band := opts.Band
	if band == 0 {
		band = 0.3
	}
	if !(band > 0 && band <= 0.9) {
		return nil, fmt.Errorf("sentiment: Options.Band %g: want 0 to 0.9", opts.Band)
	}
	s := &Scorer{table: opts.Strategy, weights: opts.Weights, calibration: Calibration{-band, band, -band, band, usualSlope}}
	if opts.Calibration != nil {
		s.calibration, s.fitted = *opts.Calibration, true
	}
	err := s.calibration.validate()
	if err != nil {
		return nil, err
	}
	switch {
	case opts.Rules:
		s.weights = nil
	case s.weights != nil && s.weights.grams == "":
		return nil, errors.New("sentiment: Options.Weights are empty: make them with Scorer.Train or Load")
	case s.weights == nil:
		if s.weights, err = decodeWeights(shippedWeights); err != nil {
			return nil, err
		}
	}
	if s.table == nil {
		s.table, err = DefaultTable()
	} else {
		err = s.table.Validate()
	}
	if err != nil {
		return nil, err
	}
	if s.causes, err = newCauses(shippedCauses); err != nil {
		return nil, err
	}
	if s.lex, err = shippedLexicon(); err == nil && len(opts.Lexicon) > 0 {
		s.lex, err = s.lex.with(opts.Lexicon, "Options.Lexicon")
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// With is the scorer with words of its own laid over, a tenant's say; they
// replace those of the same text. It shares the rest and costs next to nothing,
// so a host makes one for each tenant from one scorer. See [ReadWords].
func (s *Scorer) With(words []Word) (*Scorer, error) {
	lex, err := s.lex.with(words, "With")
	if err != nil {
		return nil, err
	}
	return &Scorer{lex: lex, table: s.table, calibration: s.calibration, fitted: s.fitted, weights: s.weights, causes: s.causes}, nil
}

// maxText is how many bytes of a text are read.
const maxText = 8 << 10

// Score tells the mood of one text, Chinese, English or mixed. Of a text
// longer than 8 KiB only the beginning is read.
//
// The method is that of VADER (Hutto and Gilbert 2014), carried over to
// Chinese: values of words, changed by the degree words and negations before
// them, contrast, capitals and exclamation marks, summed to x and squashed by
// x/√(x²+15). Added to it are questions and conditions, which weaken; plain
// words of trouble, which are hardly a feeling; threats; and sarcasm markers.
func (s *Scorer) Score(txt string) Score {
	txt = text8K(txt)
	r, _ := s.readers.Get().(*reader)
	if r == nil {
		r = &reader{hits: make([]hit, 0, 24)}
	}
	look := r.readText(s.lex, txt)
	out := s.sum(r, look)
	if cap(r.hits) <= 1<<10 {
		r.reset() // nothing of the customer's text is kept
		s.readers.Put(r)
	}
	return out
}

// reset makes a reader ready for the next text, with the memory it has.
func (r *reader) reset() {
	r.buffer.Clear(maxText)
	*r = reader{buffer: r.buffer, hits: r.hits[:0], features: features{grams: r.features.grams[:0]}}
}

// text8K is the part of a text that is read.
func text8K(txt string) string { return text.Cut(txt, maxText) }

// sum makes the score of what was read.
func (s *Scorer) sum(r *reader, look look) Score {
	out := Score{Emotion: Neutral, Urgency: r.urgency}
	total := r.total(look.marks)
	var mass masses
	mass[0] = calm
	for i := range r.hits {
		h := &r.hits[i]
		h.feel(&mass)
		if h.kind == angry && h.value <= abuse {
			r.rudeness = 1 - (1-r.rudeness)*0.4
		}
		out.Threat = out.Threat || h.kind == threat
	}
	if s.weights != nil {
		r.featuresOf(total, &r.features)
		more := r.trusted(s.weights.logit(&r.features)/usualSlope-total, total)
		if r.shown() || r.unit >= longText {
			mass.learnt(more) // else it is trouble or a request told as a fact
		}
		total += more
	}
	out.Politeness = r.courtesy - r.rudeness
	out.Polarity = squash(total)
	out.Chance = s.calibration.chance(out.Polarity)
	out.Emotions = mass.shares()
	best := mass.best(out.Polarity)
	switch {
	case out.Threat:
		out.Emotion, best = Angry, 1
	case s.calibration.class(out.Polarity) != ClassNeutral && (s.fitted || mass[best] >= leastFelt):
		out.Emotion = emotions[best]
	case mass[7] > mass[0] && mass[7] > mass[best]:
		out.Emotion, best = Surprised, 7
	}
	felt := mass[best]
	out.Intensity = squash(felt + 0.3*float64(look.marks)*min(felt, 1))
	if len(r.hits) > 0 {
		out.Spans = make([]Span, 0, len(r.hits))
		for i := range r.hits {
			h := &r.hits[i]
			start, end := r.m.Original(int(h.start), int(h.end))
			out.Spans = append(out.Spans, Span{Start: start, End: end, Value: h.value, Why: h.why()})
		}
		slices.SortStableFunc(out.Spans, func(a, b Span) int { return a.Start - b.Start })
	}
	return out
}

const (
	calm       = 1.2  // the neutral feeling of a text without any word
	maxTrouble = 2.5  // what words of trouble add up to at most
	leastFelt  = 0.7  // what is felt of an emotion when it is told: less is trouble told as a fact
	abuse      = -3.9 // anger from here down is abuse
	startled   = 1.5  // how much a word of surprise surprises
)

// masses are how strongly each emotion is felt, in the order of emotions.
type masses [len(emotions)]float64

// shares makes a distribution of masses.
func (m *masses) shares() Distribution {
	sum := 0.0
	for _, x := range m {
		sum += x
	}
	return Distribution{m[0] / sum, m[1] / sum, m[2] / sum, m[3] / sum, m[4] / sum, m[5] / sum, m[6] / sum, m[7] / sum}
}

// learnt adds what learnt weights found in a text beyond the lexicon's words:
// more of what is felt most, else content or disappointment.
func (m *masses) learnt(x float64) {
	k := m.best(x)
	if m[k] == 0 {
		if k = 4; x > 0 {
			k = 5
		}
	}
	m[k] += math.Abs(x)
}

// best is the strongest emotion of the sign of a polarity, but Neutral.
func (m *masses) best(polarity float64) int {
	best, end := 1, 5
	if polarity > 0 {
		best, end = 5, 7
	}
	for i := best + 1; i < end; i++ {
		if m[i] > m[best] {
			best = i
		}
	}
	return best
}

// feel adds what a hit shows to the masses of the emotions.
func (h *hit) feel(m *masses) {
	v := math.Abs(h.value)
	switch {
	case h.kind == surprised:
		m[7] += startled
	case h.value > 0 && h.kind == grateful:
		m[6] += v
	case h.value > 0 && h.kind == good:
		m[5] += 0.8 * v
	case h.value > 0:
		m[5] += v
	default:
		switch h.kind {
		case angry, menace, threat, sarcasm, rhetoric, irony:
			m[1] += v
		case anxious:
			m[2] += v
		case sad:
			m[3] += v
		case trouble: // told as a fact, hardly felt
			m[0] += v / 2
			m[2] += v / 4
			m[4] += v / 4
		case bad: // ill spoken of
			m[1] += 0.35 * v
			m[4] += 0.65 * v
		default: // disappointment, or praise denied
			m[4] += v
		}
	}
}

// squash maps a sum of values to (-1, 1); 15 is VADER's constant: one strong
// word makes about 0.6.
func squash(x float64) float64 { return x / math.Sqrt(x*x+15) }

// Feel scores a message, carries the conversation's trend on and plans what to
// do about it. The trend it returns has the plan's actions in Last, as if the
// host takes them all, and is marked as answered. It never fails; the error is for scorers that ask
// elsewhere.
func (s *Scorer) Feel(_ context.Context, in Input) (Mood, error) {
	if in.Cause == "" {
		in.Cause = s.Cause(in.Text)
	}
	if in.Cause == "" {
		in.Cause = in.Topic
	}
	m := Mood{Score: s.Score(in.Text), Cause: in.Cause}
	m.Trend = in.Trend.Add(m.Score)
	m.Plan = s.table.Plan(m.Score, m.Trend, in)
	m.Trend = m.Trend.Take(m.Plan).Answering()
	return m, nil
}
