package slot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/nlu"
)

// Options configure training. The zero value works.
type Options struct {
	// Seed makes training repeatable.
	Seed uint64
	// Epochs is how often training goes over the examples; 0 decides by their
	// number.
	Epochs int
	// NoIntents leaves the intents of the examples out of account. Otherwise a
	// small intent model is trained along, whose best guess helps the tagger.
	NoIntents bool
	// Progress is called after each epoch.
	Progress func(epoch, epochs int)
}

const (
	minEpochs   = 12
	maxEpochs   = 100
	margin      = 1       // by which the right tags must win, for each tag that is wrong
	minTable    = 1 << 14 // weights
	maxTable    = 1 << 22
	maxKinds    = 500
	fewExamples = 2000
)

// sentence is an example as the optimiser sees it.
type sentence struct {
	features [][]uint64
	tags     []int
}

// Train learns from the entities marked in examples; examples without any
// teach what is none. It is an averaged structured perceptron with a margin
// (Collins 2002; Tsochantaridis et al. 2005) over the words around, their
// shapes and pieces, the intent, and the phrases other examples mark. It fails
// when no example marks an entity, and returns ctx's error when that is done.
func Train(ctx context.Context, examples []nlu.Example, opts *Options) (*Tagger, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Epochs <= 0 {
		o.Epochs = max(minEpochs, min(maxEpochs, 20_000/max(1, len(examples))))
	}
	t := &Tagger{known: map[uint64]uint16{}}
	kinds := map[string]int{}
	for i, e := range examples {
		for _, x := range e.Entities {
			if x.Type == "" || x.Start < 0 || x.Start >= x.End || x.End > len(e.Text) {
				return nil, fmt.Errorf("slot: example %d %q: entity %q at %d to %d is not in the text", i+1, e.Text, x.Type, x.Start, x.End)
			}
			kinds[x.Type] = 0
		}
	}
	if len(kinds) == 0 || len(kinds) > maxKinds {
		return nil, fmt.Errorf("slot: the examples mark %d types of entity, want 1 to %d", len(kinds), maxKinds)
	}
	for k := range kinds {
		t.kinds = append(t.kinds, k)
	}
	sort.Strings(t.kinds)
	for i, k := range t.kinds {
		kinds[k] = i
	}
	var err error
	if !o.NoIntents {
		t.intents, err = nlu.Train(ctx, examples, &nlu.Options{NoBuiltin: true, Seed: o.Seed, Epochs: 6})
		if ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			t.intents = nil // one intent, or none: nothing to tell apart
		}
	}
	set := t.prepare(examples, kinds)
	if len(set) == 0 {
		return nil, errors.New("slot: no example has words")
	}
	if err := t.fit(ctx, set, &o); err != nil {
		return nil, err
	}
	return t, nil
}

// seen counts how often a phrase was marked as each kind.
type seen map[int]int

// usual is the kind, plus one, that most of them are; 0 when none is.
func (s seen) usual() uint16 {
	all := 0
	for _, n := range s {
		all += n
	}
	for k, n := range s {
		if 2*n > all {
			return uint16(k + 1)
		}
	}
	return 0
}

// prepare makes the sentences and the table of phrases. A sentence's own marks
// do not count among the phrases it is shown: it would learn to trust them.
func (t *Tagger) prepare(examples []nlu.Example, kinds map[string]int) []sentence {
	type read struct {
		text string
		ts   []token
		tags []int
		own  map[uint64]int
	}
	all := make([]read, 0, len(examples))
	phrasesSeen := map[uint64]seen{}
	for _, e := range examples {
		m := text.Normalize(e.Text, &text.Options{KeepRepeats: true})
		r := read{text: m.Text, ts: tokenize(m.Text), own: map[uint64]int{}}
		if len(r.ts) == 0 {
			continue
		}
		r.tags = make([]int, len(r.ts))
		for _, x := range e.Entities {
			from, to := -1, -1
			for i, w := range r.ts {
				if s, end := m.Original(w.start, w.end); s < x.End && end > x.Start && r.tags[i] == 0 {
					if from < 0 {
						from = i
					}
					to = i + 1
				}
			}
			for i := from; i >= 0 && i < to; i++ {
				r.tags[i] = 2*kinds[x.Type] + 2
			}
			if from < 0 {
				continue
			}
			r.tags[from]--
			if to-from <= maxPhrase {
				h := phrase(r.ts, from, to)
				if phrasesSeen[h] == nil {
					phrasesSeen[h] = seen{}
				}
				phrasesSeen[h][kinds[x.Type]]++
				r.own[h] = kinds[x.Type]
			}
		}
		all = append(all, r)
	}
	for h, s := range phrasesSeen {
		t.known[h] = s.usual()
		if t.known[h] == 0 {
			delete(t.known, h)
		}
	}
	set := make([]sentence, 0, len(all))
	for _, r := range all {
		known := func(h uint64) uint64 {
			kind := t.known[h]
			if own, ok := r.own[h]; ok && int(kind) == own+1 && phrasesSeen[h][own] == 1 {
				return 0
			}
			return uint64(kind)
		}
		set = append(set, sentence{features(r.text, r.ts, t.intent(r.text), known), r.tags})
	}
	return set
}

// table is a set of weights with their sums over time, for the average.
type table struct{ w, sum []float32 }

func (t *table) add(i int, v, time float32) {
	t.w[i] += v
	t.sum[i] += v * time
}

func (t *Tagger) fit(ctx context.Context, set []sentence, o *Options) error {
	k := t.tags()
	used := map[uint64]struct{}{}
	for _, s := range set {
		for i, f := range s.features {
			for _, h := range f {
				used[mix(h, uint64(s.tags[i]))] = struct{}{}
			}
		}
	}
	size := minTable
	for size < maxTable && size < 4*len(used)+2*k {
		size *= 2
	}
	w := table{make([]float32, size), make([]float32, size)}
	step := table{make([]float32, k*k), make([]float32, k*k)}
	order := make([]int, len(set))
	for i := range order {
		order[i] = i
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0x736c6f74))
	time, low, up := float32(0), float32(0), float32(0)
	var scores []float32
	// With few examples features are left out at random, so that the words
	// around are learned although the entity itself would do.
	dropped := make([]uint64, maxTokens)
	for epoch := range o.Epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for n, i := range order {
			if n%64 == 0 {
				if err := ctx.Err(); err != nil {
					return fmt.Errorf("slot: training stopped: %w", err)
				}
			}
			s := &set[i]
			scores = append(scores[:0], make([]float32, len(s.tags)*k)...)
			for i, f := range s.features {
				row := scores[i*k : i*k+k]
				if len(set) < fewExamples {
					dropped[i] = rng.Uint64() & rng.Uint64() // one in four
				}
				for j, h := range f {
					if dropped[i]>>(j&63)&1 != 0 {
						continue
					}
					at := place(h, size, k)
					for c, v := range w.w[at : at+k] {
						row[c] += v
					}
				}
				for c := range row {
					if c != s.tags[i] {
						row[c] += margin
					}
				}
			}
			bounds := steps{step.w, low, up}
			got := decode(scores, bounds, k)
			for i, f := range s.features {
				if i > 0 && (got[i] != s.tags[i] || got[i-1] != s.tags[i-1]) {
					right, wrong := s.tags[i]*k+s.tags[i-1], got[i]*k+got[i-1]
					step.add(right, 1, time)
					step.add(wrong, -1, time)
					low, up = min(low, step.w[wrong]), max(up, step.w[right])
				}
				if got[i] == s.tags[i] {
					continue
				}
				for j, h := range f {
					if dropped[i]>>(j&63)&1 != 0 {
						continue
					}
					at := place(h, size, k)
					w.add(at+s.tags[i], 1, time)
					w.add(at+got[i], -1, time)
				}
			}
			time++
		}
		if o.Progress != nil {
			o.Progress(epoch+1, o.Epochs)
		}
	}
	top := float32(0)
	for _, x := range []*table{&w, &step} {
		for i, s := range x.sum {
			x.w[i] -= s / time
		}
	}
	for _, v := range w.w {
		top = max(top, float32(math.Abs(float64(v))))
	}
	t.step = newSteps(step.w)
	t.scale = max(top, 1e-6) / 127
	t.weights = make([]int8, size)
	for i, v := range w.w {
		t.weights[i] = int8(math.Round(float64(v / t.scale)))
	}
	return nil
}
