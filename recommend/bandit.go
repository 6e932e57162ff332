package recommend

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// features of a suggestion a Bandit learns from: one for all, its score over
// the best one's, and the parts of the score.
const features = 12

// The score's prior weight, about the spread of click rates, and how many
// observations the prior counts as.
const (
	priorScore = 0.1
	priorCount = 50
	itemCount  = 20      // observations that shrink an item's own effect by half
	maxEffects = 1 << 16 // latest items with an effect
)

// Candidate is an item that could be shown, with what speaks for it.
type Candidate struct {
	Item     string    `json:"item"`
	Features []float64 `json:"features"`
}

// Choice is one place of an answer that was filled by chance: what could have
// stood there, what did, how likely that was, and, once known, what came of it.
// A host logs it and hands it to Bandit.Learn and to Estimate.
type Choice struct {
	Candidates []Candidate `json:"candidates"`
	Chosen     int         `json:"chosen"`
	Propensity float64     `json:"propensity"` // above 0, to 1
	Reward     float64     `json:"reward"`     // 0 to 1: ignored, clicked, bought
}

// BanditOptions configure a Bandit. The zero value works.
type BanditOptions struct {
	// Explore is how often the last place of an answer, of two at least, is filled
	// by chance, where more pass than are asked for; 0.1
	// when 0, never when negative.
	Explore float64
	// Seed of chance, so that a run can be repeated.
	Seed uint64
}

// Bandit re-ranks the top fifty by what customers did with what they were
// shown: a linear model shared by all items, learned by recursive least squares
// from a prior that keeps the shelf's order, and an effect of each item, shrunk
// towards none (as a simple form of Li et al. 2010, hybrid LinUCB). One place of
// an answer explores, with its propensity logged, so that [Estimate] can judge
// another policy before it is on. It is safe for concurrent use.
type Bandit struct {
	opts BanditOptions

	mu     sync.Mutex
	chance *rand.Rand
	theta  [features]float64
	cov    [features][features]float64
	effect latest[string, effect]
}

// effect is what an item does beyond its features.
type effect struct {
	Sum float64 `json:"sum"`
	N   float64 `json:"n"`
}

// NewBandit makes a bandit that has learned nothing: it keeps the shelf's order.
func NewBandit(opts *BanditOptions) *Bandit {
	b := &Bandit{effect: latest[string, effect]{most: maxEffects}}
	if opts != nil {
		b.opts = *opts
	}
	if b.opts.Explore == 0 {
		b.opts.Explore = 0.1
	}
	b.opts.Explore = min(1, max(0, b.opts.Explore))
	b.chance = rand.New(rand.NewPCG(b.opts.Seed, 0))
	b.theta[1] = priorScore
	for i := range b.cov {
		b.cov[i][i] = 1.0 / priorCount
	}
	return b
}

// predict is the reward expected of a candidate; the caller holds the lock.
func (b *Bandit) predict(c *Candidate) float64 {
	sum := 0.0
	for i, x := range c.Features[:min(features, len(c.Features))] {
		sum += b.theta[i] * x
	}
	e, _ := b.effect.get(c.Item)
	return sum + e.Sum/(e.N+itemCount)
}

// Probabilities makes a Bandit a Policy: mostly the best, and by a share of
// Explore any, the likelier the better it is expected to be.
func (b *Bandit) Probabilities(cs []Candidate) []float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.probabilities(cs)
}

func (b *Bandit) probabilities(cs []Candidate) []float64 {
	if len(cs) == 0 {
		return nil
	}
	p, best, sum := make([]float64, len(cs)), 0, 0.0
	for i := range cs {
		if p[i] = b.predict(&cs[i]); p[i] > p[best] {
			best = i
		}
	}
	top := p[best]
	for i := range p {
		p[i] = math.Exp((p[i] - top) / priorScore)
		sum += p[i]
	}
	for i := range p {
		p[i] *= b.opts.Explore / sum
	}
	p[best] += 1 - b.opts.Explore
	return p
}

// choose draws one of the candidates.
func (b *Bandit) choose(cs []Candidate) Choice {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.probabilities(cs)
	at, x := len(p)-1, b.chance.Float64()
	for i := range p {
		if x -= p[i]; x < 0 {
			at = i
			break
		}
	}
	return Choice{Candidates: cs, Chosen: at, Propensity: p[at]}
}

// rerank orders the best by the reward expected, on the scale of their scores.
func (b *Bandit) rerank(best []candidate) {
	if len(best) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	top := max(1e-9, best[0].score)
	for i := range best {
		c := &best[i]
		c.features = []float64{1, c.score / top, c.wish, c.words, c.history, c.session, c.with, c.like, c.popular, c.trend, c.taste, c.due}
		c.score = top * b.predict(&Candidate{c.ID, c.features}) / priorScore
	}
	slices.SortStableFunc(best, func(x, y candidate) int { return cmp.Compare(y.score, x.score) })
}

// Learn takes what came of an item that was shown: its Suggestion's features
// and a reward from 0 (ignored) to 1 (bought). What is no number is ignored.
func (b *Bandit) Learn(c Candidate, reward float64) {
	var x [features]float64
	for i, v := range c.Features[:min(features, len(c.Features))] {
		x[i] = min(10, max(-10, v))
		if math.IsNaN(v) {
			return
		}
	}
	if math.IsNaN(reward) {
		return
	}
	reward = min(1, max(0, reward))
	b.mu.Lock()
	defer b.mu.Unlock()
	e, _ := b.effect.get(c.Item)
	var px [features]float64
	spread, expected := 1.0, e.Sum/(e.N+itemCount)
	for i := range x {
		for j := range x {
			px[i] += b.cov[i][j] * x[j]
		}
		spread += x[i] * px[i]
		expected += b.theta[i] * x[i]
	}
	miss := reward - expected
	for i := range x {
		b.theta[i] += px[i] / spread * miss
		for j := range x {
			b.cov[i][j] -= px[i] * px[j] / spread
		}
	}
	linear := 0.0
	for i := range x {
		linear += b.theta[i] * x[i]
	}
	b.effect.put(c.Item, effect{e.Sum + reward - linear, e.N + 1})
}

// learnedBandit is a bandit on disk.
type learnedBandit struct {
	Version int               `json:"version"`
	Theta   []float64         `json:"theta"`
	Cov     [][]float64       `json:"cov"`
	Effects map[string]effect `json:"effects"`
}

// Save writes what was learned, as JSON.
func (b *Bandit) Save(w io.Writer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := learnedBandit{Version: 1, Theta: b.theta[:], Effects: map[string]effect{}}
	for i := range b.cov {
		l.Cov = append(l.Cov, b.cov[i][:])
	}
	for _, m := range []map[string]effect{b.effect.old, b.effect.now} {
		for item, e := range m {
			l.Effects[item] = e
		}
	}
	if err := json.NewEncoder(w).Encode(l); err != nil {
		return fmt.Errorf("recommend: saving a bandit: %w", err)
	}
	return nil
}

// LoadBandit reads what Save wrote.
func LoadBandit(r io.Reader, opts *BanditOptions) (*Bandit, error) {
	var l learnedBandit
	if err := json.NewDecoder(r).Decode(&l); err != nil {
		return nil, fmt.Errorf("recommend: loading a bandit: %w", err)
	}
	if l.Version != 1 || len(l.Theta) != features || len(l.Cov) != features {
		return nil, errors.New("recommend: loading a bandit: it is of another version: start anew with NewBandit")
	}
	b := NewBandit(opts)
	copy(b.theta[:], l.Theta)
	for i, row := range l.Cov {
		if len(row) != features {
			return nil, fmt.Errorf("recommend: loading a bandit: row %d of cov has %d numbers, not %d", i+1, len(row), features)
		}
		copy(b.cov[i][:], row)
	}
	for _, item := range sorted(l.Effects) {
		if e := l.Effects[item]; e.N >= 0 {
			b.effect.put(item, e)
		}
	}
	return b, nil
}
