package nlu

import (
	"context"
	"math"
	"slices"
	"sort"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// Model understands messages. It is immutable and safe for concurrent use.
type Model struct {
	intents []string
	none    int // class of the examples without an intent, or -1
	vocab   *vocabulary
	weights *weights
	bias    []float32
	net     *network // nil unless trained with EffortBest
	// embed decides with the others when there is an embedder; nil unless
	// trained with one.
	embed    *embedding
	embedder Embedder
	// temperature divides the scores that become the probabilities of intents.
	// What is unknown is told better by the scores as they are; the power of
	// that probability puts models of many and of few examples on one scale.
	temperature float32
	power       float64
	familiar    float64 // share of known vocabulary from which a message counts as familiar
	threshold   float64
	norm        *normalizer
	extractor   *entity.Extractor
	scratch     sync.Pool // of *scratch
}

// scratch is what one prediction needs beside the model.
type scratch struct {
	f      featurer
	scores []float32
	hidden []float32
	own    []float32 // scores of one network
	order  []int32
}

func (m *Model) borrow() *scratch {
	if s, ok := m.scratch.Get().(*scratch); ok {
		return s
	}
	return &scratch{scores: make([]float32, len(m.intents)), order: make([]int32, 0, maxCandidates)}
}

// Normalize is the text as the model reads it, in standard wording, with the
// way back to the text as it was written.
func (m *Model) Normalize(s string) Normalized { return m.norm.normalize(s) }

// Intents are the names the model tells apart, sorted.
func (m *Model) Intents() []string {
	return slices.DeleteFunc(slices.Clone(m.intents), func(s string) bool { return s == "" })
}

// Threshold is the least probability of having understood, 1 - Meaning.Unknown,
// with which Understand accepts an intent.
func (m *Model) Threshold() float64 { return m.threshold }

// Size is the number of bytes the model's parameters take in memory.
func (m *Model) Size() int {
	v, w := m.vocab, m.weights
	n := 12*len(v.hashes) + 4*len(v.table) + 4*len(w.start) + 4*len(w.scale) + 3*len(w.class) + 4*len(m.bias)
	if t := m.net; t != nil {
		for i := range t.nets {
			o := &t.nets[i]
			n += 4*len(o.place) + len(o.embed) + 4*(len(o.scale)+len(o.offset)+len(o.out)+len(o.bias))
		}
	}
	if e := m.embed; e != nil {
		n += 4 * (len(e.mean) + len(e.out) + len(e.bias))
	}
	return n
}

// maxCandidates is how many intents are ranked: nobody reads on.
const maxCandidates = 10

// How much of a message is read, in bytes: for its meaning, and for its intent.
// Nothing a customer types by hand is longer, and a pasted megabyte must not
// hold up a turn.
const (
	maxText   = 64 << 10
	maxIntent = 16 << 10
)

// wording is the beginning of a text as it is classified.
func (m *Model) wording(s string) string { return m.norm.normalize(text.Cut(s, maxIntent)).Text }

// Classify ranks the ten likeliest intents of a text, likeliest first, and
// says how likely it is, 0 to 1, that it has none of them.
// It asks no embedder: only Understand does.
func (m *Model) Classify(s string) (intents []Intent, unknown float64) {
	from := m.borrow()
	folded := m.norm.wording(&from.f, text.Cut(s, maxIntent))
	m.scratch.Put(from)
	return m.classify(folded, nil)
}

// classify takes what the embedding reads of the text too, unless it is nil.
func (m *Model) classify(folded string, vector []float32) ([]Intent, float64) {
	s := m.borrow()
	defer m.scratch.Put(s)
	known, ok := m.score(s, folded)
	if !ok {
		return nil, 1
	}
	temperature, power := m.temperature, m.power
	if vector != nil {
		m.embed.add(vector, s.scores)
		temperature, power = m.embed.temperature, m.embed.power
		known = 1 // words that training has not seen are no news to the embedder
	}
	none, top := likely(s.scores, m.none)
	for c := range s.scores {
		s.scores[c] /= temperature
	}
	softmax(s.scores)
	order := first(s.order[:0], s.scores, m.none)
	out := make([]Intent, len(order))
	for n, c := range order {
		out[n] = Intent{Name: m.intents[c], Probability: float64(s.scores[c])}
	}
	sure := top * (1 - none)
	if known < m.familiar {
		sure *= known / m.familiar
	}
	return out, min(1, max(0, 1-math.Pow(sure, power)))
}

// first puts the maxCandidates likeliest classes other than none behind order,
// likeliest first, of equals the first.
func first(order []int32, p []float32, none int) []int32 {
	var least float32 // of those that are in, once there are enough
	for c, v := range p {
		if c == none || len(order) == maxCandidates && v <= least {
			continue
		}
		if len(order) < maxCandidates {
			order = append(order, 0)
		}
		at := len(order) - 1
		for ; at > 0 && p[order[at-1]] < v; at-- {
			order[at] = order[at-1]
		}
		order[at] = int32(c)
		least = p[order[len(order)-1]]
	}
	return order
}

// likely is the probability of the class none, and of the likeliest other.
func likely(scores []float32, none int) (pNone, pTop float64) {
	most := slices.Max(scores)
	best := float32(math.Inf(-1))
	var sum float64
	for c, v := range scores {
		p := float64(exp(v - most))
		sum += p
		if c == none {
			pNone = p
		} else {
			best = max(best, v)
		}
	}
	return pNone / sum, math.Exp(float64(best-most)) / sum
}

// score leaves the score of each class in s.scores and returns the share of
// the text's words, by weight, that training has seen; ok is false for a text
// without words.
func (m *Model) score(s *scratch, folded string) (known float64, ok bool) {
	fs := s.f.features(folded)
	if len(fs) == 0 {
		return 0, false
	}
	m.vocab.weigh(fs)
	copy(s.scores, m.bias)
	var seen, all float32
	for i := range fs {
		f := &fs[i]
		if f.block == blockWords {
			all += f.weight * f.weight // what is rare counts for more here
		}
		if f.at < 0 {
			continue
		}
		if f.block == blockWords {
			seen += f.weight * f.weight
		}
		m.weights.add(f.at, f.weight, s.scores)
	}
	if m.net != nil {
		if s.hidden == nil {
			s.hidden, s.own = make([]float32, netHidden), make([]float32, len(s.scores))
		}
		m.net.mix(fs, s.hidden, s.own, s.scores)
	}
	return float64(seen / all), true
}

// foreign reports whether training saw nothing of a text: its letters alone do
// not say that the customer has changed the language ("asdf", a model number).
func (m *Model) foreign(folded string) bool {
	s := m.borrow()
	defer m.scratch.Put(s)
	known, _ := m.score(s, folded)
	return known == 0
}

// smallThreshold is the least probability of understanding for intents such as
// yes, no and cancel.
const smallThreshold = 0.45

// Understand finds language, intent, entities, and what the message takes from
// its context. The first 64 KiB of a message are read. The error is ctx's.
func (m *Model) Understand(ctx context.Context, in Input) (Meaning, error) {
	return m.understand(ctx, in, nil)
}

// understand lets judge, unless it is nil, overrule the intent of what was
// understood; ok is false when it does not.
func (m *Model) understand(ctx context.Context, in Input, judge func(*Meaning) (intent string, ok bool)) (Meaning, error) {
	if err := ctx.Err(); err != nil {
		return Meaning{}, err
	}
	in.Text = text.Cut(in.Text, maxText)
	norm := text.Normalize(in.Text, nil)
	wording := m.wording(in.Text)
	out := Meaning{Text: norm.Text, Language: text.Language(norm.Text)}
	if out.Language == "" || in.Language != "" && m.foreign(wording) {
		out.Language = in.Language
	}
	out.Entities = m.extractor.Extract(in.Text, out.Language, in.Now)
	out.Entities = refer(in.Text, norm, in.Context, out.Entities)
	out.Intents, out.Unknown = m.classify(wording, m.vector(ctx, text.Cut(in.Text, maxIntent)))
	if m.accepts(out.Intents, out.Unknown) {
		out.Intent = out.Intents[0].Name
	}
	if out.Parts = m.parts(in.Text); out.Parts != nil && !slices.ContainsFunc(out.Parts, func(p Part) bool { return p.Intent == out.Intent }) {
		out.Intent = out.Parts[0].Intent
	}
	if judge == nil {
		complete(&out, norm.Text, in.Context)
		return out, nil
	}
	alone := out
	alone.Entities = slices.Clone(out.Entities)
	complete(&out, norm.Text, in.Context)
	intent, ok := judge(&out)
	if !ok {
		return out, nil
	}
	alone.Intent, alone.Unknown, alone.Parts = intent, 1, nil
	if intent != "" {
		others := slices.DeleteFunc(slices.Clone(alone.Intents), func(i Intent) bool { return i.Name == intent })
		for i := range others {
			others[i].Probability = 0 // nothing is left for them
		}
		alone.Intents, alone.Unknown = append([]Intent{{Name: intent, Probability: 1}}, others...), 0
	}
	complete(&alone, norm.Text, in.Context)
	return alone, nil
}

// accepts reports whether the likeliest intent is likely enough.
func (m *Model) accepts(intents []Intent, unknown float64) bool {
	if len(intents) == 0 {
		return false
	}
	least := m.threshold
	if small(intents[0].Name) {
		least = max(least, smallThreshold) // a "cancel" misheard costs more than a question asked
	}
	return 1-unknown >= least
}

func han(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.Is(unicode.Han, r)
}

// Feature is a piece of a text and how much it spoke for an intent.
type Feature struct {
	Text   string
	Weight float64
}

// Explain names the words that spoke most for the likeliest intent of a text,
// by how much its score falls without them; at most five, of Chinese pairs of
// characters. What an embedder said is not looked into.
func (m *Model) Explain(s string) []Feature {
	folded := m.wording(s)
	intents, _ := m.classify(folded, nil)
	if len(intents) == 0 {
		return nil
	}
	score := func(s string) float64 {
		got, _ := m.classify(s, nil)
		for _, i := range got {
			if i.Name == intents[0].Name {
				return math.Log(i.Probability + 1e-9)
			}
		}
		return math.Log(1e-9)
	}
	type piece struct{ start, end int }
	var pieces []piece
	for i, t := range text.Tokens(folded) {
		if i == 64 {
			break
		}
		// A Chinese character alone is seldom a word: pairs are looked at.
		if last := len(pieces) - 1; last >= 0 && pieces[last].end == t.Start && han(t.Text) && han(folded[pieces[last].start:]) {
			pieces[last].end = t.End
		}
		pieces = append(pieces, piece{t.Start, t.End})
	}
	whole := score(folded)
	weight := make([]float64, len(pieces))
	order := make([]int, len(pieces))
	for i, p := range pieces {
		weight[i], order[i] = whole-score(folded[:p.start]+" "+folded[p.end:]), i
	}
	sort.SliceStable(order, func(i, j int) bool { return weight[order[i]] > weight[order[j]] })
	var out []Feature
	var taken []piece
	for _, i := range order {
		p := pieces[i]
		if !slices.ContainsFunc(taken, func(t piece) bool { return p.start < t.end && t.start < p.end }) {
			taken = append(taken, p)
			out = append(out, Feature{Text: folded[p.start:p.end], Weight: weight[i]})
		}
	}
	return out[:min(5, len(out))]
}
