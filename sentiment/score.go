package sentiment

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

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
}

// Scorer scores texts by lexicon and rules. It is immutable and safe for
// concurrent use.
type Scorer struct {
	lex   *lexicon
	table *Table
	band  float64
}

// New makes a Scorer. It decodes the lexicons, which takes some milliseconds:
// make one and keep it. opts may be nil.
func New(opts *Options) (*Scorer, error) {
	if opts == nil {
		opts = &Options{}
	}
	s := &Scorer{table: opts.Strategy, band: opts.Band}
	if s.band == 0 {
		s.band = 0.3
	}
	if !(s.band > 0 && s.band <= 0.9) {
		return nil, fmt.Errorf("sentiment: Options.Band %g: want 0 to 0.9", opts.Band)
	}
	var err error
	if s.table == nil {
		s.table, err = DefaultTable()
	} else {
		err = s.table.Validate()
	}
	if err != nil {
		return nil, err
	}
	if s.lex, err = newLexicon(opts.Lexicon); err != nil {
		return nil, err
	}
	return s, nil
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
	txt = text.Cut(txt, maxText)
	m := text.Normalize(txt, nil)
	r := reader{lex: s.lex, s: m.Text}
	r.hits = r.buf[:0]
	r.read()
	look := lookAt(txt)
	if look.shouted {
		r.raise(m, txt, look.all)
	}
	return s.sum(&r, m, look)
}

// sum makes the score of what was read.
func (s *Scorer) sum(r *reader, m text.Mapped, look look) Score {
	out := Score{Emotion: Neutral, Urgency: r.urgency}
	var total, woe float64
	var mass [5]float64 // in the order of emotions
	mass[0] = calm
	for i := range r.hits {
		h := &r.hits[i]
		if h.kind == trouble && h.value < 0 {
			// A long list of defects is no rage.
			v := math.Max(h.value, -maxTrouble-woe)
			woe += v
			h.value = math.Min(v, 0)
		}
		total += h.value
		h.feel(&mass)
		out.Threat = out.Threat || h.kind == threat
	}
	if total != 0 {
		total += math.Copysign(0.3*float64(look.marks), total)
	}
	out.Polarity = squash(total)
	sumOf := 0.0
	for _, x := range mass {
		sumOf += x
	}
	out.Emotions = make(map[Emotion]float64, len(mass))
	best := 0
	for i, x := range mass {
		out.Emotions[emotions[i]] = x / sumOf
		if x > mass[best] && (i == 4) == (out.Polarity > 0) {
			best = i
		}
	}
	if math.Abs(out.Polarity) >= s.band || out.Threat {
		out.Emotion = emotions[best]
	}
	if out.Threat {
		out.Emotion = Angry
	}
	felt := sumOf - mass[0]
	if best > 0 {
		felt = mass[best]
	}
	out.Intensity = squash(felt + 0.3*float64(look.marks)*min(felt, 1))
	if len(r.hits) > 0 {
		out.Spans = make([]Span, 0, len(r.hits))
		for i := range r.hits {
			h := &r.hits[i]
			start, end := m.Original(int(h.start), int(h.end))
			out.Spans = append(out.Spans, Span{Start: start, End: end, Value: h.value, Why: h.why()})
		}
		slices.SortStableFunc(out.Spans, func(a, b Span) int { return a.Start - b.Start })
	}
	return out
}

const (
	calm       = 1.2 // the neutral feeling of a text without any word
	maxTrouble = 2.5 // what words of trouble add up to at most
)

// emotions are the emotions in the order of a mass.
var emotions = [5]Emotion{Neutral, Angry, Anxious, Sad, Satisfied}

// feel adds what a hit shows to the masses of the emotions.
func (h *hit) feel(mass *[5]float64) {
	v := math.Abs(h.value)
	if h.value > 0 {
		switch h.kind {
		case good:
			mass[4] += 0.8 * v
		default:
			mass[4] += v
		}
		return
	}
	switch h.kind {
	case angry, menace, threat, sarcasm:
		mass[1] += v
	case anxious:
		mass[2] += v
	case sad:
		mass[3] += v
	case trouble:
		mass[0] += v / 2
		mass[2] += v / 2
	default: // ill spoken of, or praise denied
		mass[1] += 0.5 * v
		mass[3] += 0.5 * v
	}
}

// squash maps a sum of values to (-1, 1); 15 is VADER's constant: one strong
// word makes about 0.6.
func squash(x float64) float64 { return x / math.Sqrt(x*x+15) }

// Feel scores a message, carries the conversation's trend on and plans what to
// do about it. The trend it returns has the plan's actions in Last, as if the
// host takes them all. It never fails; the error is for scorers that ask
// elsewhere.
func (s *Scorer) Feel(_ context.Context, in Input) (Mood, error) {
	m := Mood{Score: s.Score(in.Text)}
	m.Trend = in.Trend.Add(m.Score)
	m.Plan = s.table.Plan(m.Score, m.Trend, in)
	m.Trend = m.Trend.Take(m.Plan)
	return m, nil
}
