package nlu

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Embedder turns texts into vectors that lie close where meanings do: one for
// each text, in their order, all of the same length. It is a model service or
// a model in the process; it must be safe for concurrent use and keep to ctx.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// How embeddings are asked for and learned from.
const (
	embedBatch   = 64
	embedTimeout = time.Second // for one message; then the model decides without
	embedRate    = 8
	embedWork    = 3e9 // multiplications an epoch may take before there are fewer
	maxDims      = 1 << 14
)

// embedding is what a model makes of the vectors of an Embedder: a linear
// layer over what is left of a vector without the mean of all, at unit length.
type embedding struct {
	dims  int
	mean  []float32
	out   []float32 // classes × dims
	bias  []float32
	share float32 // of these scores in the sum, 0 to 1
	// temperature and power are the calibration of the sum.
	temperature float32
	power       float64
}

// centred is a vector as the linear layer reads it; ok is false when it is of
// another model or not of numbers.
func (e *embedding) centred(v []float32) (out []float32, ok bool) {
	if len(v) != e.dims {
		return nil, false
	}
	out = unit(v)
	for i := range out {
		out[i] -= e.mean[i]
	}
	out = unit(out)
	n := dot(out, out)
	return out, n > 0.5 && n < 2
}

// unit is a copy of a vector at length one; zero stays zero.
func unit(v []float32) []float32 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	out := make([]float32, len(v))
	if sum > 0 {
		scale := 1 / math.Sqrt(sum)
		for i, x := range v {
			out[i] = float32(float64(x) * scale)
		}
	}
	return out
}

// add puts the vector's scores to its share beside those there are.
func (e *embedding) add(centred, scores []float32) {
	for c := range scores {
		scores[c] += e.share * (e.bias[c] + dot(e.out[c*e.dims:(c+1)*e.dims], centred) - scores[c])
	}
}

// vectors asks for the vectors of the examples' texts, those of equal texts once.
func vectors(ctx context.Context, by Embedder, known map[string][]float32, examples []Example) error {
	var texts []string
	for _, e := range examples {
		if _, ok := known[e.Text]; !ok {
			known[e.Text] = nil
			texts = append(texts, e.Text)
		}
	}
	for from := 0; from < len(texts); from += embedBatch {
		batch := texts[from:min(len(texts), from+embedBatch)]
		got, err := by.Embed(ctx, batch)
		if err != nil {
			return fmt.Errorf("nlu: embedding examples: %w", err)
		}
		if len(got) != len(batch) {
			return fmt.Errorf("nlu: the embedder gave %d vectors for %d texts", len(got), len(batch))
		}
		for i, v := range got {
			if len(v) == 0 || len(v) > maxDims {
				return fmt.Errorf("nlu: the embedder gave a vector of %d numbers, want 1 to %d", len(v), maxDims)
			}
			known[batch[i]] = v
		}
	}
	return nil
}

// embed asks the embedder, if there is one, about all that training needs.
func (o *Options) embed(ctx context.Context, examples []Example) error {
	if o.Embedder == nil {
		return nil
	}
	o.vectors = map[string][]float32{}
	return vectors(ctx, o.Embedder, o.vectors, slices.Concat(examples, o.Valid))
}

// trainEmbedding fits the linear layer to rows and the vectors of their texts:
// multinomial logistic regression, by stochastic gradient descent.
func trainEmbedding(ctx context.Context, rows []row, vs [][]float32, classes int, seed uint64) (*embedding, error) {
	e := &embedding{dims: len(vs[0]), share: 1, temperature: 1, power: 1}
	e.mean = make([]float32, e.dims)
	for _, v := range vs {
		if len(v) != e.dims {
			return nil, errors.New("nlu: the embedder's vectors are not all of the same length")
		}
		axpy(1/float32(len(vs)), unit(v), e.mean)
	}
	in := make([][]float32, len(vs))
	for i, v := range vs {
		var ok bool
		if in[i], ok = e.centred(v); !ok {
			in[i] = make([]float32, e.dims) // says nothing
		}
	}
	e.out, e.bias = make([]float32, classes*e.dims), make([]float32, classes)
	rng := rand.New(rand.NewPCG(seed, 0x656d626564))
	smoothing := smoothing(len(rows), classes)
	p := make([]float32, classes)
	epochs := min(40, max(3, int(embedWork*10/float64(len(rows)*classes*e.dims))))
	steps, step := epochs*len(rows), 0
	for range epochs {
		for n, i := range rng.Perm(len(rows)) {
			if n%64 == 0 {
				if err := ctx.Err(); err != nil {
					return nil, fmt.Errorf("nlu: training stopped: %w", err)
				}
			}
			rate := embedRate * (1 - float32(step)/float32(steps)) * rows[i].weight
			step++
			for c := range p {
				p[c] = e.bias[c] + dot(e.out[c*e.dims:(c+1)*e.dims], in[i])
			}
			softmax(p)
			for c := range p {
				g := p[c] - smoothing/float32(classes)
				if int32(c) == rows[i].class {
					g -= 1 - smoothing
				}
				e.bias[c] -= g * rate * 0.1
				if g > trifle || g < -trifle {
					axpy(-g*rate, in[i], e.out[c*e.dims:(c+1)*e.dims])
				}
			}
		}
	}
	return e, nil
}

// WithEmbedder is the model with an embedder, to be used in Understand: the one
// that it was trained with, or one that gives the same vectors. A loaded model
// has none until then and decides without.
func (m *Model) WithEmbedder(by Embedder) *Model {
	return &Model{intents: m.intents, none: m.none, vocab: m.vocab, weights: m.weights, bias: m.bias, net: m.net, embed: m.embed,
		embedder: by, temperature: m.temperature, power: m.power, familiar: m.familiar, threshold: m.threshold, norm: m.norm, extractor: m.extractor}
}

// vector is what the linear layer reads of a message, or nil: a message waits
// a second at most, and a failure costs no more than the help it would be.
func (m *Model) vector(ctx context.Context, s string) []float32 {
	if m.embed == nil || m.embedder == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, embedTimeout)
	defer cancel()
	got, err := m.embedder.Embed(ctx, []string{s})
	if err != nil || len(got) != 1 {
		return nil
	}
	v, ok := m.embed.centred(got[0])
	if !ok {
		return nil
	}
	return v
}
