package nlu

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// Options configure training. The zero value works.
type Options struct {
	// Extractor finds entities; nil finds none.
	Extractor *entity.Extractor
	// Normalization says which differences of writing are left alone; nil folds
	// them all, slang and dialect too.
	Normalization *Normalization
	// NoBuiltin leaves the shipped intents out.
	NoBuiltin bool
	// Threshold is the least probability, 0 to 1, of having understood at all
	// (1 - Unknown) that an accepted intent needs; 0.3 when 0.
	Threshold float64
	// Valid are examples kept apart: they calibrate the probabilities and, with
	// Cost, choose the threshold. Those without an intent count. When empty,
	// Train keeps a fifth of the examples apart and trains a second, hastier model.
	Valid []Example
	// Cost chooses the threshold, unless Threshold is set.
	Cost *Cost
	// About says in a few words what intents are called or about, in any
	// language: {"card_arrival": {"卡什么时候到"}}. Each text helps like an example,
	// most where there are few. An intent with fewer than 20 examples also
	// learns from its own name ("card_arrival", "order.status").
	About map[string][]string
	// Seed makes training repeatable; the same seed, examples and options give
	// the same model.
	Seed uint64
	// Epochs is how often training goes over the examples; 0 decides by their
	// number.
	Epochs int
	// Effort is how hard Train tries.
	Effort Effort
	// Embedder, when given, is asked about every example, and about each message
	// by Understand: what it says counts as much as it proved to be worth on
	// examples kept apart. It helps most where there are few examples, and
	// costs a call a message; without an answer the model decides alone.
	Embedder Embedder
	// Progress is called after each epoch and each network.
	Progress func(epoch, epochs int)

	vectors map[string][]float32 // of the texts, when there is an Embedder
}

// Effort is how much time training may take.
type Effort string

// EffortQuick, the default, trains a linear model. EffortBest trains three small
// networks beside it and lets all decide: up to two points more accurate on
// public sets and nothing where all is easy, for ten times as long to train or
// more, a fifth of the speed, and some 6 MB more.
const (
	EffortQuick Effort = ""
	EffortBest  Effort = "best"
)

const (
	defaultThreshold = 0.3
	maxSmoothing     = 0.05
	plenty           = 25 // examples an intent from which labels are smoothed in full
	learningRate     = 1.2
	trifle           = 1e-3    // a gradient not worth a step
	maxWeights       = 1 << 28 // 1 GB while training
)

// Train makes a model of examples: multinomial logistic regression over hashed
// n-grams, trained by stochastic gradient descent with a linearly falling rate
// and label smoothing; then its probabilities are calibrated. It fails when
// there are fewer than two intents, and returns ctx's error when that is done.
// Examples that come by an iterator are collected first (slices.Collect): every
// epoch reads them in another order.
func Train(ctx context.Context, examples []Example, opts *Options) (*Model, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	examples, err := o.complete(examples)
	if err != nil {
		return nil, err
	}
	if o.Epochs <= 0 {
		o.Epochs = min(40, max(12, 60_000/max(1, len(examples))))
	}
	done, epochs := 0, o.Epochs
	if len(o.Valid) == 0 {
		epochs += judgeEpochs(o.Epochs)
	}
	if o.Effort == EffortBest {
		epochs += netCount
		if len(o.Valid) == 0 {
			epochs += netCount
		}
	}
	progress := func() {
		if done++; o.Progress != nil {
			o.Progress(done, epochs)
		}
	}
	if err := o.embed(ctx, examples); err != nil {
		return nil, err
	}
	m, err := o.fitted(ctx, examples, progress)
	if err != nil {
		return nil, err
	}
	if err := m.calibrate(ctx, examples, &o, progress); err != nil {
		return nil, err
	}
	for o.Progress != nil && done < epochs { // too few to keep some apart
		progress()
	}
	return m, nil
}

// fitted is a model of the examples, not calibrated yet.
func (o *Options) fitted(ctx context.Context, examples []Example, progress func()) (*Model, error) {
	norm, err := newNormalizer(o.Normalization)
	if err != nil {
		return nil, err
	}
	m := &Model{norm: norm, extractor: o.Extractor, embedder: o.Embedder, threshold: o.Threshold, temperature: 1, power: 1}
	if m.threshold <= 0 {
		m.threshold = defaultThreshold
	}
	rows, err := m.prepare(examples)
	if err != nil {
		return nil, err
	}
	if err := m.fit(ctx, examples, rows, o, progress); err != nil {
		return nil, err
	}
	return m, nil
}

// complete adds the shipped examples, and what is said of the intents.
func (o *Options) complete(examples []Example) ([]Example, error) {
	if !o.NoBuiltin {
		b, err := Builtin()
		if err != nil {
			return nil, err
		}
		examples = append(slices.Clone(b), examples...)
	}
	return o.described(examples), nil
}

// fewExamples is below how many an intent's name is worth learning from.
const fewExamples = 20

// described adds what Options.About and the names of intents say of them.
func (o *Options) described(examples []Example) []Example {
	n := map[string]int{}
	var names []string
	for _, e := range examples {
		if n[e.Intent]++; n[e.Intent] == 1 {
			names = append(names, e.Intent)
		}
	}
	out := slices.Clip(examples)
	for _, name := range names {
		if name == "" {
			continue
		}
		about := o.About[name]
		if n[name] < fewExamples {
			about = append([]string{spoken(name)}, about...)
		}
		for _, s := range about {
			if text.Fold(s) != "" {
				out = append(out, Example{Text: s, Intent: name})
			}
		}
	}
	return out
}

// spoken is a name as words: card_arrival, order.status, BookRestaurant.
func spoken(name string) string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		switch {
		case strings.ContainsRune("_.-/+:", r):
			r = ' '
		case lower && unicode.IsUpper(r):
			b.WriteByte(' ')
		}
		lower = unicode.IsLower(r)
		b.WriteRune(r)
	}
	return b.String()
}

// row is an example as the optimiser sees it.
type row struct {
	at     []int32
	value  []float32
	class  int32
	weight float32
}

// prepare collects intents and the vocabulary and makes the rows.
func (m *Model) prepare(examples []Example) ([]row, error) {
	names := map[string]bool{}
	for i, e := range examples {
		if text.Fold(e.Text) == "" {
			return nil, fmt.Errorf("nlu: example %d of intent %q has no text", i+1, e.Intent)
		}
		names[e.Intent] = true
	}
	for n := range names {
		m.intents = append(m.intents, n)
	}
	sort.Strings(m.intents)
	m.none = -1
	if len(m.intents) > 0 && m.intents[0] == "" {
		m.none = 0
	}
	if len(m.intents) < 2 {
		return nil, errors.New("nlu: training needs examples of at least two intents")
	}
	if len(m.intents) > math.MaxUint16 {
		return nil, fmt.Errorf("nlu: %d intents, at most %d are told apart", len(m.intents), math.MaxUint16)
	}
	var f featurer
	all := make([][]feature, len(examples))
	df := map[uint32]uint32{}
	for i, e := range examples {
		all[i] = slices.Clone(f.features(m.wording(e.Text)))
		for _, x := range all[i] {
			df[x.hash]++
		}
	}
	least := uint32(1)
	if len(examples) > 5000 {
		least = 2 // what occurs once teaches little and costs a row
	}
	power := idfPower(len(examples), len(m.intents))
	m.vocab = newVocabulary(df, least, len(examples), power)
	for len(m.vocab.hashes)*len(m.intents) > maxWeights {
		least++
		m.vocab = newVocabulary(df, least, len(examples), power)
	}
	m.familiar = 0.65
	classes := map[string]int32{}
	perClass := make([]float64, len(m.intents))
	for i, n := range m.intents {
		classes[n] = int32(i)
	}
	rows := make([]row, len(examples))
	for i, e := range examples {
		rows[i].class = classes[e.Intent]
		rows[i].at, rows[i].value = m.vocab.row(all[i])
		perClass[rows[i].class]++
	}
	for i := range rows { // rare intents weigh more, within bounds
		share := float64(len(examples)) / (float64(len(m.intents)) * perClass[rows[i].class])
		rows[i].weight = float32(min(2, max(0.5, math.Sqrt(share))))
	}
	return rows, nil
}

// row keeps what the vocabulary has of a text.
func (v *vocabulary) row(fs []feature) (at []int32, value []float32) {
	v.weigh(fs)
	at, value = make([]int32, 0, len(fs)), make([]float32, 0, len(fs))
	for _, f := range fs {
		if f.at >= 0 {
			at = append(at, f.at)
			value = append(value, f.weight)
		}
	}
	return at, value
}

func (m *Model) fit(ctx context.Context, examples []Example, rows []row, o *Options, progress func()) error {
	k := len(m.intents)
	dense := make([]float32, len(m.vocab.hashes)*k)
	m.bias = make([]float32, k)
	rng := rand.New(rand.NewPCG(o.Seed, 0x66726f6e74))
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	smoothing := smoothing(len(rows), k)
	p, moved := make([]float32, k), make([]int32, 0, k)
	steps, step := o.Epochs*len(rows), 0
	for range o.Epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for n, i := range order {
			if n%256 == 0 {
				if err := ctx.Err(); err != nil {
					return fmt.Errorf("nlu: training stopped: %w", err)
				}
			}
			r := &rows[i]
			rate := learningRate * (1 - float32(step)/float32(steps)) * r.weight
			step++
			copy(p, m.bias)
			for j, at := range r.at {
				axpy(r.value[j], dense[int(at)*k:int(at)*k+k], p)
			}
			softmax(p)
			for c := range p {
				p[c] -= smoothing / float32(k)
			}
			p[r.class] -= 1 - smoothing
			// Once learned, an example moves few classes by more than a trifle.
			moved = moved[:0]
			for c, g := range p {
				m.bias[c] -= g * rate * 0.1
				if g > trifle || g < -trifle {
					moved = append(moved, int32(c))
				}
				p[c] = g * rate
			}
			for j, at := range r.at {
				w := dense[int(at)*k : int(at)*k+k]
				v := r.value[j]
				for _, c := range moved {
					w[c] -= v * p[c]
				}
			}
		}
		progress()
	}
	m.weights = compact(dense, k)
	if o.Effort == EffortBest {
		var words []bool
		if len(rows) >= plenty*k {
			words = m.wordFeatures(examples)
		}
		net, err := trainNetwork(ctx, rows, words, len(m.vocab.hashes), k, o.Seed, progress)
		if err != nil {
			return err
		}
		m.net = net
	}
	if o.Embedder != nil {
		vs := make([][]float32, len(examples))
		for i, e := range examples {
			vs[i] = o.vectors[e.Text]
		}
		var err error
		if m.embed, err = trainEmbedding(ctx, rows, vs, k, o.Seed); err != nil {
			return err
		}
		m.embed.share = 0.5
	}
	return nil
}

// wordFeatures says of each feature whether it is one of words and not of
// characters.
func (m *Model) wordFeatures(examples []Example) []bool {
	var f featurer
	is := make([]bool, len(m.vocab.hashes))
	for _, e := range examples {
		for _, x := range f.features(m.wording(e.Text)) {
			if at := m.vocab.find(x.hash); at >= 0 && x.block == blockWords {
				is[at] = true
			}
		}
	}
	return is
}

// smoothing is how much of a label is given to the other intents. It helps
// where there are examples enough to be sure of, and hurts where there are few.
func smoothing(rows, classes int) float32 {
	return maxSmoothing * min(1, float32(rows)/float32(classes)/plenty)
}

func softmax(x []float32) {
	top := slices.Max(x)
	var sum float32
	for i, v := range x {
		x[i] = exp(v - top)
		sum += x[i]
	}
	sum = 1 / sum
	for i := range x {
		x[i] *= sum
	}
}

// exp is e to the power of x, which is at most 80, to seven digits: two to the
// whole part of x/ln 2 by the bits of a float, the rest by a polynomial (Moshier,
// Cephes, expf). A message takes hundreds of them.
func exp(x float32) float32 {
	if x < -80 {
		return 0
	}
	n := float32(math.Floor(float64(x*1.44269504 + 0.5)))
	x -= n * 0.693359375
	x += n * 2.12194440e-4
	p := ((((1.9875691500e-4*x+1.3981999507e-3)*x+8.3334519073e-3)*x+4.1665795894e-2)*x+1.6666665459e-1)*x + 5.0000001201e-1
	return (p*x*x + x + 1) * math.Float32frombits(uint32(int32(n)+127)<<23)
}
