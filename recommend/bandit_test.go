package recommend

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// market is a simulated shop: what a click depends on is known here only.
type market struct{ chance *rand.Rand }

func (m market) candidates() []Candidate {
	out := make([]Candidate, 8)
	for i := range out {
		x := make([]float64, features)
		x[0], x[1], x[2], x[9] = 1, 1-float64(i)/20, m.chance.Float64(), m.chance.Float64()
		out[i] = Candidate{fmt.Sprint(i), x}
	}
	return out
}

// odds of a click: the ninth feature and item 5 are liked, the score says little.
func (m market) odds(c Candidate) float64 {
	p := 0.05 + 0.25*c.Features[9]
	if c.Item == "5" {
		p += 0.2
	}
	return p
}

func (m market) reward(c Candidate) float64 {
	if m.chance.Float64() < m.odds(c) {
		return 1
	}
	return 0
}

// earns is the true mean reward of a policy.
func (m market) earns(p Policy) float64 {
	sum := 0.0
	for range 3000 {
		cs := m.candidates()
		for i, q := range p.Probabilities(cs) {
			sum += q * m.odds(cs[i])
		}
	}
	return sum / 3000
}

func TestBanditLearnsWhatCustomersDo(t *testing.T) {
	t.Parallel()
	m := market{rand.New(rand.NewPCG(1, 2))}
	b := NewBandit(&BanditOptions{Seed: 3})
	fresh := m.earns(b)
	for range 3000 {
		c := b.choose(m.candidates())
		b.Learn(c.Candidates[c.Chosen], m.reward(c.Candidates[c.Chosen]))
	}
	learned := m.earns(b)
	assert.Greater(t, learned, fresh+0.12, "nothing was learned")

	var file bytes.Buffer
	require.NoError(t, b.Save(&file))
	again, err := LoadBandit(&file, nil)
	require.NoError(t, err)
	cs := m.candidates()
	assert.InDeltaSlice(t, b.Probabilities(cs), again.Probabilities(cs), 1e-9, "what was learned was not kept")
}

// The estimate of a policy from another's log holds its true value in most of
// many runs, and says so where the log knows little.
func TestEstimateCoversTheTruth(t *testing.T) {
	t.Parallel()
	uniform := func(cs []Candidate) []float64 {
		p := make([]float64, len(cs))
		for i := range p {
			p[i] = 1 / float64(len(p))
		}
		return p
	}
	ninth := func(cs []Candidate) []float64 {
		p, best := make([]float64, len(cs)), 0
		for i := range cs {
			if cs[i].Features[9] > cs[best].Features[9] {
				best = i
			}
		}
		p[best] = 1
		return p
	}
	covered, runs := 0, 60
	m := market{rand.New(rand.NewPCG(4, 5))}
	truth := m.earns(PolicyFunc(ninth))
	for range runs {
		var log []Choice
		for range 1500 {
			cs := m.candidates()
			at := m.chance.IntN(len(cs))
			log = append(log, Choice{Candidates: cs, Chosen: at, Propensity: uniform(cs)[at], Reward: m.reward(cs[at])})
		}
		e := Estimate(log, PolicyFunc(ninth))
		assert.InDelta(t, 1500/8, e.Effective, 60)
		if e.Low <= truth && truth <= e.High {
			covered++
		}
	}
	assert.GreaterOrEqual(t, covered, runs*85/100)
	assert.Equal(t, Estimated{High: 1}, Estimate(nil, PolicyFunc(ninth)))
	assert.Zero(t, Estimate([]Choice{{Chosen: 3}, {Candidates: m.candidates(), Chosen: 1}, {Candidates: m.candidates(), Propensity: math.NaN()}}, PolicyFunc(ninth)).Choices, "choices that say nothing")
}

func TestProbabilities(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := NewBandit(&BanditOptions{Explore: rapid.Float64Range(-1, 2).Draw(t, "explore")})
		number := rapid.OneOf(rapid.Float64Range(-2, 2), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), 1e300}))
		for range rapid.IntRange(0, 30).Draw(t, "lessons") {
			b.Learn(Candidate{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "item"), rapid.SliceOfN(number, 0, features+2).Draw(t, "x")}, number.Draw(t, "reward"))
		}
		cs := make([]Candidate, rapid.IntRange(0, 9).Draw(t, "n"))
		for i := range cs {
			cs[i] = Candidate{fmt.Sprint(i), rapid.SliceOfN(rapid.Float64Range(0, 1), features, features).Draw(t, "features")}
		}
		sum := 0.0
		for _, p := range b.Probabilities(cs) {
			assert.True(t, p >= 0 && p <= 1+1e-9, p)
			sum += p
		}
		if len(cs) > 0 {
			assert.InDelta(t, 1, sum, 1e-6)
			c := b.choose(cs)
			assert.GreaterOrEqual(t, c.Propensity, 0.0)
		}
	})
}

// On a shelf, an untaught bandit keeps the order; one place explores, within
// every filter; what is learned changes the order.
func TestShelfWithABandit(t *testing.T) {
	t.Parallel()
	var items []Item
	for i := range 30 {
		items = append(items, thing(fmt.Sprintf("%02d", i), "cup", []string{"red", "blue"}[i%2], 100, 1))
	}
	plain, err := New(items, nil)
	require.NoError(t, err)
	still, err := New(items, &Options{Bandit: NewBandit(&BanditOptions{Explore: -1})})
	require.NoError(t, err)
	b := NewBandit(&BanditOptions{Explore: 1, Seed: 7})
	s, err := New(items, &Options{Bandit: b})
	require.NoError(t, err)
	for _, one := range []*Shelf{plain, still, s} {
		for i := range 20 {
			record(t, one, Event{Kind: "purchased", Customer: fmt.Sprint("u", i), Item: fmt.Sprintf("%02d", i*i%30)})
		}
	}
	red := Request{N: 4, Must: []Filter{{Attribute: "colour", Any: []string{"red"}}}}
	want, got := recommendTo(t, plain, red), recommendTo(t, still, red)
	for i := range want {
		assert.Equal(t, want[i].Item.ID, got[i].Item.ID, "an untaught bandit changed the order")
		assert.Len(t, got[i].Features, features)
		assert.Nil(t, got[i].Choice)
	}
	last := map[string]bool{}
	for range 100 {
		got := recommendTo(t, s, red)
		require.Len(t, got, 4)
		for i, g := range got {
			assert.True(t, g.Item.Has(red.Must[0]))
			assert.Equal(t, i == 3, g.Choice != nil)
		}
		c := got[3].Choice
		assert.Equal(t, got[3].Item.ID, c.Candidates[c.Chosen].Item)
		assert.Len(t, c.Candidates, 15-3)
		last[got[3].Item.ID] = true
	}
	assert.Greater(t, len(last), 5, "nothing was explored")

	worst := recommendTo(t, plain, Request{N: 30, Must: red.Must})[14]
	for _, g := range recommendTo(t, s, Request{N: 15, Must: red.Must}) {
		for range 40 {
			reward := 0.0
			if g.Item.ID == worst.Item.ID {
				reward = 1
			}
			b.Learn(Candidate{g.Item.ID, g.Features}, reward)
		}
	}
	assert.Equal(t, worst.Item.ID, recommendTo(t, s, red)[0].Item.ID, "what customers did was not learned")
}

func TestLoadBanditErrors(t *testing.T) {
	t.Parallel()
	for want, file := range map[string]string{"loading a bandit": "{", "another version": "{}", "row 1 of cov": `{"version":1,"theta":[` + strings.Repeat("0,", features-1) + `0],"cov":[` + strings.Repeat("[],", features-1) + `[]]}`} {
		_, err := LoadBandit(strings.NewReader(file), nil)
		assert.ErrorContains(t, err, want)
	}
}

func FuzzLoadBandit(f *testing.F) {
	var file bytes.Buffer
	if err := NewBandit(nil).Save(&file); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		if b, err := LoadBandit(bytes.NewReader(raw), nil); err == nil {
			b.Learn(Candidate{"a", make([]float64, features)}, 1)
			b.Probabilities([]Candidate{{"a", []float64{1, 2}}})
		}
	})
}

func ExampleEstimate() {
	log := []Choice{ // by chance: half of each
		{Candidates: []Candidate{{Item: "a"}, {Item: "b"}}, Chosen: 0, Propensity: 0.5, Reward: 1},
		{Candidates: []Candidate{{Item: "a"}, {Item: "b"}}, Chosen: 1, Propensity: 0.5, Reward: 0},
		{Candidates: []Candidate{{Item: "a"}, {Item: "b"}}, Chosen: 0, Propensity: 0.5, Reward: 1},
	}
	first := PolicyFunc(func([]Candidate) []float64 { return []float64{1, 0} })
	e := Estimate(log, first)
	fmt.Printf("%.1f, worth %.0f choices\n", e.Value, e.Effective)
	// Output: 1.0, worth 2 choices
}
