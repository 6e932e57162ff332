package nlu

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// network is a second opinion beside the weights: small networks of embeddings,
// summed, rectified, then a linear layer (as fastText, with a hidden layer that
// is not linear), side by side.
type network struct{ nets []net }

// net is one of them. It knows the commonest features of the model's vocabulary;
// an embedding takes half a byte a unit and a scale.
type net struct {
	place  []int32   // of a feature in embed and scale, or -1
	embed  []byte    // kept features × netHidden, two a byte
	scale  []float32 // kept features
	offset []float32 // netHidden
	out    []float32 // netHidden × classes
	bias   []float32 // classes
}

// How the network learns. Dropout is of whole features and of hidden units.
const (
	netCount   = 3   // networks that are averaged
	netHidden  = 128 // units of each
	netBatch   = 32
	netRate    = 0.003
	netKeepIn  = 0.6 // and
	netKeepFew = 0.4 // where there are few examples an intent
	netKeep    = 0.5
	netSteps   = 1500 // at least
	netEpochs  = 10   // at least

	netShare    = 0.5    // of the networks in the probabilities
	netFeatures = 28_000 // the rest, all of them rare, is left to the linear model
	leastLikely = 1e-7   // bounds the scores made of probabilities
)

// mix makes scores, those of the linear model, what it and the networks say on
// average: the mean of their probabilities, as logarithms. The mean of the
// scores themselves is as accurate, but worse calibrated and worse at telling
// what is unknown. h and own are room for hidden units and for scores.
func (n *network) mix(fs []feature, h, own, scores []float32) {
	softmax(scores)
	for c := range scores {
		scores[c] *= 1 - netShare
	}
	for i := range n.nets {
		n.nets[i].scores(fs, h, own)
		softmax(own)
		axpy(netShare/float32(len(n.nets)), own, scores)
	}
	for c, p := range scores {
		scores[c] = float32(math.Log(float64(p) + leastLikely))
	}
}

// scores puts the network's score of each class into scores.
func (n *net) scores(fs []feature, h, scores []float32) {
	copy(h, n.offset)
	for i := range fs {
		f := &fs[i]
		if f.at < 0 || n.place[f.at] < 0 {
			continue
		}
		at := int(n.place[f.at])
		v := f.weight * n.scale[at]
		row := n.embed[at*netHidden/2 : (at+1)*netHidden/2]
		part := h[:2*len(row)]
		for j, b := range row {
			part[2*j] += v * float32(int8(b<<4)>>4)
			part[2*j+1] += v * float32(int8(b)>>4)
		}
	}
	copy(scores, n.bias)
	for j, v := range h {
		if v > 0 {
			axpy(v, n.out[j*len(scores):(j+1)*len(scores)], scores)
		}
	}
}

// dot is a sum of products, in four lanes for speed.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	for len(a) >= 4 && len(b) >= 4 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		a, b = a[4:], b[4:]
	}
	for i := range min(len(a), len(b)) {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

// axpy adds v times x to y.
func axpy(v float32, x, y []float32) {
	y = y[:len(x)]
	for i, a := range x {
		y[i] += v * a
	}
}

// matrix is a parameter under training by lazy Adam (Kingma and Ba 2015): a
// row moves only in the steps that touch it.
type matrix struct {
	width   int
	value   []float32
	first   []float32 // moment
	second  []float32 // moment
	grad    []float32 // of the touched rows, in their order
	place   []int32   // of a row among the touched, plus one
	touched []int32
}

func newMatrix(rows, width int) *matrix {
	n := rows * width
	return &matrix{width: width, value: make([]float32, n), first: make([]float32, n), second: make([]float32, n), place: make([]int32, rows)}
}

func (m *matrix) row(i int32) []float32 {
	return m.value[int(i)*m.width : int(i+1)*m.width]
}

// gradient is where the gradient of row i is summed up.
func (m *matrix) gradient(i int32) []float32 {
	at := m.place[i]
	if at == 0 {
		m.touched = append(m.touched, i)
		at = int32(len(m.touched))
		m.place[i] = at
		if need := int(at) * m.width; need > len(m.grad) {
			m.grad = append(m.grad, make([]float32, need)...)
		}
		clear(m.grad[int(at-1)*m.width : int(at)*m.width])
	}
	return m.grad[int(at-1)*m.width : int(at)*m.width]
}

// step moves the touched rows against their gradients; power1 and power2 are
// the moments' decays so far.
func (m *matrix) step(rate float64, power1, power2 float64) {
	const b1, b2, tiny = 0.9, 0.999, 1e-8
	move, grow := float32(rate/(1-power1)), float32(1/(1-power2))
	for n, i := range m.touched {
		g := m.grad[n*m.width : (n+1)*m.width]
		from := int(i) * m.width
		v, s1, s2 := m.value[from:from+len(g)], m.first[from:from+len(g)], m.second[from:from+len(g)]
		for j, d := range g {
			s1[j] = b1*s1[j] + (1-b1)*d
			s2[j] = b2*s2[j] + (1-b2)*d*d
			v[j] -= move * s1[j] / (float32(math.Sqrt(float64(s2[j]*grow))) + tiny)
		}
		m.place[i] = 0
	}
	m.touched = m.touched[:0]
}

// trainNetwork fits networks to the rows, which start and see the rows in
// different ways. Where there are examples enough, words is not nil and the last
// one knows none but the features in it: it errs in other places.
func trainNetwork(ctx context.Context, rows []row, words []bool, features, classes int, seed uint64, progress func()) (*network, error) {
	n := &network{}
	keep := float32(netKeepIn)
	if words == nil {
		keep = netKeepFew
	}
	place, kept := commonest(rows, features, netFeatures, nil)
	seen := replaced(rows, place)
	for i := range netCount {
		if i == netCount-1 && words != nil {
			place, kept = commonest(rows, features, netFeatures, words)
			seen = replaced(rows, place)
		}
		own, err := trainOne(ctx, seen, kept, classes, keep, rand.New(rand.NewPCG(seed, uint64(0x6e6574+i))))
		if err != nil {
			return nil, err
		}
		own.place = place
		n.nets = append(n.nets, own)
		progress()
	}
	return n, nil
}

// trainOne fits one network: cross-entropy, dropout, lazy Adam with a linearly
// falling rate. Its matrix out has a row for each hidden unit, as most are zero.
func trainOne(ctx context.Context, rows []row, features, classes int, keep float32, rng *rand.Rand) (net, error) {
	const h = netHidden
	embed, offset := newMatrix(features, h), newMatrix(1, h)
	out, bias := newMatrix(h, classes), newMatrix(1, classes)
	for i := range embed.value {
		embed.value[i] = (rng.Float32() - 0.5) * 0.2
	}
	for i := range out.value {
		out.value[i] = (rng.Float32() - 0.5) * 0.2
	}
	perEpoch := (len(rows) + netBatch - 1) / netBatch
	steps := max(netSteps, netEpochs*perEpoch)
	order := rng.Perm(len(rows))
	hidden, back, p := make([]float32, h), make([]float32, h), make([]float32, classes)
	stay, active := make([]int32, 0, 256), make([]int32, 0, h)
	power1, power2 := 1.0, 1.0
	for step, at := 0, 0; step < steps; step++ {
		if err := ctx.Err(); err != nil {
			return net{}, fmt.Errorf("nlu: training stopped: %w", err)
		}
		n := min(netBatch, len(rows))
		for range n {
			if at == len(order) {
				rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
				at = 0
			}
			r := &rows[order[at]]
			at++
			copy(hidden, offset.value)
			stay = stay[:0]
			for j, f := range r.at {
				if rng.Float32() < keep {
					stay = append(stay, int32(j))
					axpy(r.value[j]/keep, embed.row(f), hidden)
				}
			}
			copy(p, bias.value)
			active = active[:0]
			for j, v := range hidden {
				if v > 0 && rng.Float32() < netKeep {
					active = append(active, int32(j))
					hidden[j] = v / netKeep
					axpy(hidden[j], out.row(int32(j)), p)
				}
			}
			softmax(p)
			p[r.class]--
			weight := r.weight / float32(n)
			for c := range p {
				p[c] *= weight
			}
			axpy(1, p, bias.gradient(0))
			clear(back)
			for _, j := range active {
				back[j] = dot(p, out.row(j)) / netKeep
				axpy(hidden[j], p, out.gradient(j))
			}
			axpy(1, back, offset.gradient(0))
			for _, j := range stay {
				axpy(r.value[j]/keep, back, embed.gradient(r.at[j]))
			}
		}
		power1, power2 = power1*0.9, power2*0.999
		rate := netRate * (1 - float64(step)/float64(steps))
		for _, m := range []*matrix{embed, offset, out, bias} {
			m.step(rate, power1, power2)
		}
	}
	packed, scale := quantise(embed.value)
	return net{embed: packed, scale: scale, offset: offset.value, out: out.value, bias: bias.value}, nil
}

// commonest gives places to the n features that occur in most rows, the first
// of equals; the others get -1, as do those not in only, unless that is nil.
func commonest(rows []row, features, n int, only []bool) (place []int32, kept int) {
	df := make([]int32, features)
	for i := range rows {
		for _, f := range rows[i].at {
			df[f]++
		}
	}
	order := make([]int32, 0, features)
	for i := range features {
		if only == nil || only[i] {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(df[b], df[a]), cmp.Compare(a, b)) })
	chosen := order[:min(n, len(order))]
	slices.Sort(chosen)
	place = make([]int32, features)
	for i := range place {
		place[i] = -1
	}
	for i, f := range chosen {
		place[f] = int32(i)
	}
	return place, len(chosen)
}

// replaced are the rows with only the features that have a place.
func replaced(rows []row, place []int32) []row {
	out := slices.Clone(rows)
	for i, r := range rows {
		out[i].at, out[i].value = nil, nil
		for j, f := range r.at {
			if place[f] >= 0 {
				out[i].at = append(out[i].at, place[f])
				out[i].value = append(out[i].value, r.value[j])
			}
		}
	}
	return out
}

// quantise packs the rows of a dense matrix into half a byte a value,
// two's complement, the first of two in the lower half, and a scale each, which
// is the upper half of a float.
func quantise(dense []float32) (packed []byte, scale []float32) {
	packed, scale = make([]byte, len(dense)/2), make([]float32, len(dense)/netHidden)
	for i := range scale {
		row := dense[i*netHidden : (i+1)*netHidden]
		for _, v := range row {
			scale[i] = max(scale[i], v/7, -v/7)
		}
		if scale[i] = math.Float32frombits(math.Float32bits(scale[i]) &^ 0xffff); scale[i] == 0 {
			continue
		}
		half := func(v float32) byte {
			return byte(int8(max(-7, min(7, math.Round(float64(v/scale[i])))))) & 15
		}
		for j := 0; j < netHidden; j += 2 {
			packed[(i*netHidden+j)/2] = half(row[j]) | half(row[j+1])<<4
		}
	}
	return packed, scale
}
