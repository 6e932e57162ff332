package kb

import (
	"context"
	"math"
	"math/rand/v2"
)

const (
	contrastEpochs = 10
	contrastLot    = 64  // wordings that are told from each other at once
	contrastSharp  = 10  // of the softmax over their cosines
	contrastDrop   = 0.5 // share of a wording's words and grams that a step leaves out
	contrastRate   = 0.1
)

// contrast learns factors from which wordings ask the same: each is to be nearer
// to another one of its group than those of other entries are (in-batch softmax:
// Henderson et al., "Efficient Natural Language Response Suggestion for Smart
// Reply", 2017; leaving words out for the difference: Gao et al., "SimCSE", 2021).
// Steps are Adagrad's (Duchi et al., 2011), one rate for a word. The same wordings
// give the same factors. The error is ctx's.
type contrast struct {
	f      *factors
	texts  []sparse
	owner  []uint32   // the entry of each text
	groups [][]uint32 // texts that ask the same in one language, two or more each
	rand   *rand.Rand
	past   []float32 // sum of squared steps, by word
}

func (c *contrast) learn(ctx context.Context) error {
	f := c.f
	c.rand = rand.New(rand.NewPCG(3, 4))
	c.past = make([]float32, len(f.idf))
	f.basis = make([]float32, len(f.idf)*f.k)
	for i := range f.basis {
		f.basis[i] = float32(c.rand.NormFloat64() / math.Sqrt(float64(f.k)))
	}
	type turn struct{ group, text uint32 }
	var turns []turn
	for g, texts := range c.groups {
		for _, t := range texts {
			turns = append(turns, turn{uint32(g), t})
		}
	}
	asks, answers := make([]lotText, contrastLot), make([]lotText, contrastLot)
	for i := range asks {
		asks[i], answers[i] = newLotText(f.k), newLotText(f.k)
	}
	for range contrastEpochs {
		c.rand.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
		for from := 0; from < len(turns); from += contrastLot {
			if err := ctx.Err(); err != nil {
				return err
			}
			lot := turns[from:min(from+contrastLot, len(turns))]
			for i, t := range lot {
				group := c.groups[t.group]
				other := group[c.rand.IntN(len(group)-1)]
				if other == t.text {
					other = group[len(group)-1]
				}
				c.read(&asks[i], t.text)
				c.read(&answers[i], other)
			}
			c.compare(asks[:len(lot)], answers[:len(lot)])
			for i := range lot {
				c.step(&asks[i])
				c.step(&answers[i])
			}
		}
	}
	return nil
}

// lotText is a text of a lot.
type lotText struct {
	text   uint32
	kept   []int     // places of the words that were not left out
	at     []float32 // where it stands, at unit length
	length float32   // before it was brought to that
	pull   []float32 // the gradient of at
}

func newLotText(k int) lotText {
	return lotText{at: make([]float32, k), pull: make([]float32, k)}
}

// read finds where a text stands without some of its words.
func (c *contrast) read(l *lotText, text uint32) {
	l.text, l.kept = text, l.kept[:0]
	clear(l.at)
	clear(l.pull)
	v, k := &c.texts[text], c.f.k
	for i, w := range v.word {
		if c.rand.Float64() < contrastDrop {
			continue
		}
		l.kept = append(l.kept, i)
		for j, x := range c.f.basis[int(w)*k:][:k] {
			l.at[j] += v.value[i] * x
		}
	}
	l.length = float32(math.Sqrt(float64(dot(l.at, l.at)))) + 1e-6
	for j := range l.at {
		l.at[j] /= l.length
	}
}

// compare finds the gradients of minus the logarithm of the softmax of each pair
// among the answers to others, those of the same entry left out.
func (c *contrast) compare(asks, answers []lotText) {
	p := make([]float64, len(answers))
	for i := range asks {
		sum := 0.0
		for j := range answers {
			p[j] = 0
			if i == j || c.owner[asks[i].text] != c.owner[answers[j].text] {
				p[j] = math.Exp(contrastSharp * (float64(dot(asks[i].at, answers[j].at)) - 1))
			}
			sum += p[j]
		}
		for j := range answers {
			g := float32(p[j] / sum)
			if i == j {
				g--
			}
			if g == 0 {
				continue
			}
			a, b := &asks[i], &answers[j]
			for t := range a.at {
				a.pull[t] += g * b.at[t]
				b.pull[t] += g * a.at[t]
			}
		}
	}
}

// step moves the words of a text against its gradient.
func (c *contrast) step(l *lotText) {
	k := c.f.k
	along := dot(l.pull, l.at) // of no use: the length does not count
	square := float32(0)
	for j := range l.pull {
		l.pull[j] = (l.pull[j] - along*l.at[j]) / l.length
		square += l.pull[j] * l.pull[j]
	}
	v := &c.texts[l.text]
	for _, i := range l.kept {
		w, x := v.word[i], v.value[i]
		c.past[w] += x * x * square / float32(k)
		rate := contrastRate * x / (float32(math.Sqrt(float64(c.past[w]))) + 1e-6)
		row := c.f.basis[int(w)*k:][:k]
		for j := range row {
			row[j] -= rate * l.pull[j]
		}
	}
}

func dot(a, b []float32) float32 {
	var even, odd float32
	b = b[:len(a)]
	for j := 0; j+1 < len(a); j += 2 {
		even += a[j] * b[j]
		odd += a[j+1] * b[j+1]
	}
	if len(a)%2 == 1 {
		even += a[len(a)-1] * b[len(a)-1]
	}
	return even + odd
}
