package nlu

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Cost says what mistakes cost, in any unit: only the ratio matters. Train
// then accepts an intent where that is cheaper than asking, judged on messages
// it did not learn from. {Wrong: 3, Asked: 1} makes one wrong answer as bad as
// three needless questions.
type Cost struct {
	// Wrong is the cost of acting on an intent that the customer does not have.
	Wrong float64
	// Asked is the cost of not acting although the likeliest intent is right.
	Asked float64
}

// minHeld is how many messages kept apart can say anything about confidence.
const minHeld = 30

// judgeEpochs is how often training a judge goes over the examples: a third as
// often, and seldom less than eight times, as its confidence comes out the same.
func judgeEpochs(epochs int) int { return max(min(epochs, 8), (epochs+2)/3) }

// calibrate chooses the temperature of the probabilities (Guo et al. 2017), the
// power of the confidence and, when a cost is given, the threshold, on o.Valid
// or, without that, by a second model trained on four fifths of the examples
// and asked about the rest.
func (m *Model) calibrate(ctx context.Context, examples []Example, o *Options, progress func()) error {
	judge, valid := m, o.Valid
	if len(valid) == 0 {
		rest, held := holdOut(examples)
		if len(held) < minHeld {
			return nil
		}
		if oneIntent(rest) {
			return nil // nothing to judge by
		}
		var err error
		hasty := *o
		hasty.Epochs = judgeEpochs(o.Epochs)
		if judge, err = hasty.fitted(ctx, rest, progress); err != nil {
			return err
		}
		judge.sharpen(m.spread(rest) / judge.spread(rest))
		valid = held
	}
	t, c := judge.judge(valid, nil)
	if len(t.class) < minHeld {
		return nil
	}
	m.temperature = t.temperature()
	m.power = power(c)
	if o.Cost != nil && o.Threshold <= 0 {
		m.threshold = math.Pow(threshold(c, *o.Cost), m.power)
	}
	if m.embed == nil {
		return nil
	}
	m.embed.calibrate(judge, m.threshold, valid, o)
	return nil
}

// spread is how far apart the linear scores of the classes are, on average of
// some examples.
func (m *Model) spread(examples []Example) float32 {
	s := m.borrow()
	defer m.scratch.Put(s)
	sum, n := 0.0, 0
	for i := 0; i < len(examples); i += 1 + len(examples)/maxSpread {
		fs := s.f.features(m.wording(examples[i].Text))
		m.vocab.weigh(fs)
		m.linear(fs, s.scores)
		mean, square := 0.0, 0.0
		for _, v := range s.scores {
			mean, square = mean+float64(v), square+float64(v)*float64(v)
		}
		k := float64(len(s.scores))
		sum += math.Sqrt(max(0, square/k-mean/k*mean/k))
		n++
	}
	return float32(sum/float64(n)) + 1e-6
}

// maxSpread is how many examples are enough to know it.
const maxSpread = 400

// sharpen multiplies the linear scores: a judge trained in haste is as right
// about what is close as the model, but its scores are smaller.
func (m *Model) sharpen(by float32) {
	for i := range m.weights.scale {
		m.weights.scale[i] *= by
	}
	for c := range m.bias {
		m.bias[c] *= by
	}
}

// calibrate chooses the embedding's share, temperature and power as judge, the
// model with an embedding that asks o's embedder, does best with.
func (e *embedding) calibrate(judge *Model, accept float64, valid []Example, o *Options) {
	best, chosen := math.Inf(1), *e
	for _, share := range shares() {
		judge.embed.share = share
		t, c := judge.judge(valid, o.vectors)
		temperature := t.temperature()
		loss := t.loss(temperature)
		if loss >= best {
			continue
		}
		best = loss
		chosen.share, chosen.temperature, chosen.power = share, temperature, power(c)
		if o.Cost != nil && o.Threshold <= 0 { // one threshold serves with and without
			if own := math.Log(accept) / math.Log(threshold(c, *o.Cost)); own > 0 && own < 100 {
				chosen.power = own
			}
		}
	}
	*e = chosen
}

// shares are the shares of an embedding that are tried.
func shares() []float32 { return []float32{0, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9} }

func oneIntent(examples []Example) bool {
	return !slices.ContainsFunc(examples, func(e Example) bool { return e.Intent != examples[0].Intent })
}

// holdOut keeps every fifth example of each intent apart.
func holdOut(examples []Example) (rest, held []Example) {
	n := map[string]int{}
	for _, e := range examples {
		if n[e.Intent]++; n[e.Intent]%5 == 4 {
			held = append(held, e)
		} else {
			rest = append(rest, e)
		}
	}
	return rest, held
}

// tried are the scores of messages whose intent is known.
type tried struct {
	scores [][]float32
	class  []int
}

// choice is how sure a model was of its best intent, and whether that is right.
type choice struct {
	sure  float64
	right bool
}

// judge tries the examples, with the vectors of their texts unless that is nil.
func (m *Model) judge(valid []Example, vectors map[string][]float32) (tried, []choice) {
	var t tried
	var cs []choice
	s := m.borrow()
	defer m.scratch.Put(s)
	for _, e := range valid {
		folded := m.wording(e.Text)
		var vector []float32
		if vectors != nil {
			var ok bool
			if vector, ok = m.embed.centred(vectors[e.Text]); !ok {
				continue
			}
		}
		if intents, unknown := m.classify(folded, vector); len(intents) > 0 {
			cs = append(cs, choice{1 - unknown, intents[0].Name == e.Intent})
		}
		class, ok := slices.BinarySearch(m.intents, e.Intent)
		if !ok {
			continue
		}
		if _, ok := m.score(s, folded); ok {
			if vector != nil {
				m.embed.add(vector, s.scores)
			}
			t.scores = append(t.scores, slices.Clone(s.scores))
			t.class = append(t.class, class)
		}
	}
	return t, cs
}

// temperature is what the scores must be divided by for the true classes to
// be likeliest.
func (t *tried) temperature() float32 {
	return float32(math.Exp(least(math.Log(0.1), math.Log(3), func(x float64) float64 {
		return t.loss(float32(math.Exp(x)))
	})))
}

// loss is the negative log-likelihood of the true classes.
func (t *tried) loss(temperature float32) float64 {
	p := make([]float32, 0, 256)
	sum := 0.0
	for i, scores := range t.scores {
		p = append(p[:0], scores...)
		for c := range p {
			p[c] /= temperature
		}
		softmax(p)
		sum -= math.Log(float64(p[t.class[i]]) + 1e-9)
	}
	return sum
}

// power is what the confidences must be raised to for the default threshold to
// turn away one right answer in twenty: few examples an intent make a model
// less sure of everything, and it should not ask more often for that. Nothing
// is held against messages of no intent here; training mostly has none.
func power(cs []choice) float64 {
	var right []float64
	for _, c := range cs {
		if c.right {
			right = append(right, c.sure)
		}
	}
	if len(right) < minHeld {
		return 1
	}
	slices.Sort(right)
	return min(1, max(0.25, math.Log(defaultThreshold)/math.Log(right[len(right)/20])))
}

// least finds where f is least between a and b, by golden-section search.
func least(a, b float64, f func(float64) float64) float64 {
	const golden = 0.6180339887498949
	c, d := b-golden*(b-a), a+golden*(b-a)
	fc, fd := f(c), f(d)
	for b-a > 0.01 {
		if fc < fd {
			b, d, fd = d, c, fc
			c = b - golden*(b-a)
			fc = f(c)
		} else {
			a, c, fc = c, d, fd
			d = a + golden*(b-a)
			fd = f(d)
		}
	}
	return (a + b) / 2
}

// threshold is the least confidence to accept, with which these choices would
// have cost least.
func threshold(cs []choice, cost Cost) float64 {
	slices.SortFunc(cs, func(a, b choice) int { return cmp.Compare(b.sure, a.sure) })
	now := 0.0
	for _, c := range cs {
		if c.right {
			now += cost.Asked
		}
	}
	best, at := now, 1.0 // nothing is accepted
	for i, c := range cs {
		if c.right {
			now -= cost.Asked
		} else {
			now += cost.Wrong
		}
		if i+1 < len(cs) && cs[i+1].sure == c.sure {
			continue
		}
		if now < best {
			next := 0.0
			if i+1 < len(cs) {
				next = cs[i+1].sure
			}
			best, at = now, (c.sure+next)/2
		}
	}
	return at
}
