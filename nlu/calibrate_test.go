package nlu

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// No other threshold would have cost less.
func TestThresholdIsCheapest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cost := Cost{Wrong: rapid.Float64Range(0.1, 10).Draw(t, "wrong"), Asked: rapid.Float64Range(0.1, 10).Draw(t, "asked")}
		var cs []choice
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			cs = append(cs, choice{float64(rapid.IntRange(0, 19).Draw(t, "sure")) / 20, rapid.Bool().Draw(t, "right")})
		}
		costs := func(at float64) float64 {
			sum := 0.0
			for _, c := range cs {
				if c.sure >= at && !c.right {
					sum += cost.Wrong
				} else if c.sure < at && c.right {
					sum += cost.Asked
				}
			}
			return sum
		}
		got := costs(threshold(slices.Clone(cs), cost))
		for at := 1e-6; at < 1.03; at += 0.025 {
			if costs(at) < got-1e-9 {
				t.Fatalf("%v costs less than what was chosen: %v < %v", at, costs(at), got)
			}
		}
	})
}

// Scores made too large by a factor are divided by it.
func TestTemperature(t *testing.T) {
	t.Parallel()
	for _, factor := range []float64{0.5, 1, 2.5} {
		t.Run(fmt.Sprint(factor), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(1, 2))
			var try tried
			for range 4000 {
				scores, p := make([]float32, 3), make([]float32, 3)
				for c := range scores {
					p[c] = float32(rng.NormFloat64()) * 2
					scores[c] = p[c] * float32(factor)
				}
				softmax(p)
				class, u := 0, rng.Float32()
				for class < 2 && u > p[class] {
					u -= p[class]
					class++
				}
				try.scores, try.class = append(try.scores, scores), append(try.class, class)
			}
			assert.InEpsilon(t, factor, float64(try.temperature()), 0.1)
		})
	}
}

func TestPower(t *testing.T) {
	t.Parallel()
	var weak, strong []choice
	for i := range 100 {
		weak = append(weak, choice{0.05 + float64(i)/1000, true}, choice{0.01, false})
		strong = append(strong, choice{0.8, true})
	}
	p := power(weak)
	accepted := 0
	for _, c := range weak {
		if c.right && math.Pow(c.sure, p) >= defaultThreshold-1e-9 {
			accepted++
		}
	}
	assert.Equal(t, 95, accepted)
	assert.Equal(t, 1.0, power(strong))
	assert.Equal(t, 1.0, power(weak[:10]), "too few to say")
}

// What an intent is called and about teaches where examples are few.
func TestNamesAndDescriptionsHelp(t *testing.T) {
	t.Parallel()
	examples := []Example{
		{Text: "it is still not here", Intent: "card_arrival"}, {Text: "到现在还没收到", Intent: "card_arrival"},
		{Text: "somebody took my wallet", Intent: "LostOrStolen"}, {Text: "钱包被人拿走了", Intent: "LostOrStolen"},
		{Text: "i was charged twice", Intent: "refund.request"}, {Text: "重复扣款了", Intent: "refund.request"},
	}
	plain, err := Train(context.Background(), examples, &Options{NoBuiltin: true})
	require.NoError(t, err)
	about, err := Train(context.Background(), examples, &Options{NoBuiltin: true, About: map[string][]string{"refund.request": {"申请退款", " "}, "no such": {"x"}}})
	require.NoError(t, err)
	for text, want := range map[string]string{"when is the arrival": "card_arrival", "stolen!": "LostOrStolen", "a request for a refund": "refund.request"} {
		got, _ := plain.Classify(text)
		assert.Equal(t, want, got[0].Name, text)
	}
	got, unknown := about.Classify("我想申请退款")
	assert.Equal(t, "refund.request", got[0].Name)
	_, before := plain.Classify("我想申请退款")
	assert.Less(t, unknown, before)
	assert.Equal(t, []string{"card_arrival", "LostOrStolen", "refund.request"}, []string{examples[0].Intent, examples[2].Intent, examples[4].Intent}, "the caller's examples are left alone")
}

func TestSpoken(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"card_arrival": "card arrival", "order.status": "order status", "BookRestaurant": "Book Restaurant", "faq/hours": "faq hours", "退货": "退货", "SKU": "SKU", "": ""} {
		assert.Equal(t, want, spoken(name), name)
	}
}

// What a wrong answer costs moves the threshold, on examples kept apart.
func TestCostChoosesThreshold(t *testing.T) {
	t.Parallel()
	var valid []Example
	for i, e := range shopExamples() {
		doubtful := Example{Text: e.Text + " " + []string{"宇宙", "tax law", "足球"}[i%3], Intent: e.Intent}
		if i%2 == 0 {
			doubtful.Intent = ""
		}
		valid = append(valid, e, doubtful)
	}
	at := func(c *Cost, fixed float64) float64 {
		m, err := Train(context.Background(), shopExamples(), &Options{Valid: valid, Cost: c, Threshold: fixed})
		require.NoError(t, err)
		return m.Threshold()
	}
	cheap, dear := at(&Cost{Wrong: 0.1, Asked: 1}, 0), at(&Cost{Wrong: 10, Asked: 1}, 0)
	assert.Less(t, cheap, dear)
	assert.Equal(t, 0.7, at(&Cost{Wrong: 10, Asked: 1}, 0.7), "a threshold that is set stays")
	assert.Equal(t, defaultThreshold, at(nil, 0))
}

func TestProgressEndsWhereItSaid(t *testing.T) {
	t.Parallel()
	for name, examples := range map[string][]Example{"shop": shopExamples(), "tiny": {{Text: "a", Intent: "x"}, {Text: "b", Intent: "y"}}} {
		last, total := 0, 0
		_, err := Train(context.Background(), examples, &Options{NoBuiltin: true, Epochs: 3, Progress: func(epoch, epochs int) {
			assert.Equal(t, last+1, epoch, name)
			last, total = epoch, epochs
		}})
		require.NoError(t, err)
		assert.Equal(t, total, last, name)
	}
}

// A judge trained in haste is made as sharp as the model: what it says of
// examples that it has not seen is right as often as it says.
func TestHastyJudge(t *testing.T) {
	t.Parallel()
	examples, err := Builtin()
	require.NoError(t, err)
	o := Options{NoBuiltin: true, Epochs: 30, Seed: 3}
	m, err := o.fitted(context.Background(), examples, func() {})
	require.NoError(t, err)
	rest, held := holdOut(examples)
	require.GreaterOrEqual(t, len(held), minHeld)
	full, err := o.fitted(context.Background(), rest, func() {})
	require.NoError(t, err)
	o.Epochs = judgeEpochs(o.Epochs)
	require.Less(t, o.Epochs, 30)
	judge, err := o.fitted(context.Background(), rest, func() {})
	require.NoError(t, err)
	want, _ := full.judge(held, nil)
	hasty, _ := judge.judge(held, nil)
	judge.sharpen(m.spread(rest) / judge.spread(rest))
	got, _ := judge.judge(held, nil)
	assert.InDelta(t, float64(m.spread(rest)), float64(judge.spread(rest)), 1e-3)
	assert.Less(t, math.Abs(float64(got.temperature()-want.temperature())), math.Abs(float64(hasty.temperature()-want.temperature())))
}
