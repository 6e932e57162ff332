package nlu

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// answers stands for a model: text to what it says.
type answers map[string]struct {
	intent  string
	p, sure float64
}

func (a answers) evaluate(messages []Example) *Evaluation {
	return evaluate(messages, 0.5, func(i int) ([]Intent, float64) {
		x, ok := a[messages[i].Text]
		if !ok {
			return nil, 1
		}
		return []Intent{{Name: x.intent, Probability: x.p}}, 1 - x.sure
	})
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	e := answers{
		"退货一": {"return", 0.9, 0.9}, "退货二": {"return", 0.8, 0.7}, "退货三": {"invoice", 0.6, 0.6},
		"发票一": {"invoice", 0.9, 0.95}, "发票二": {"invoice", 0.4, 0.3},
		"天气": {"return", 0.5, 0.55}, "weather": {"invoice", 0.2, 0.1},
	}.evaluate([]Example{
		{Text: "退货一", Intent: "return"}, {Text: "退货二", Intent: "return"}, {Text: "退货三", Intent: "return"},
		{Text: "发票一", Intent: "invoice"}, {Text: "发票二", Intent: "invoice"}, {Text: "…", Intent: "invoice"},
		{Text: "天气"}, {Text: "weather"},
	})
	assert.Equal(t, 6, e.Messages)
	assert.Equal(t, 2, e.Outside)
	assert.InDelta(t, 4.0/6, e.Accuracy, 1e-9)
	assert.InDelta(t, 4.0/6, e.Accepted, 1e-9)
	assert.InDelta(t, 3.0/6, e.AcceptedRight, 1e-9)
	assert.InDelta(t, 0.5, e.Rejected, 1e-9)
	// 0.9 0.7 0.6 0.95 0.3 0 against 0.55 0.1
	assert.InDelta(t, (2+2+2+2+1+0)/12.0, e.AUROC, 1e-9)
	require.Len(t, e.Intents, 2)
	assert.Equal(t, IntentScore{Name: "invoice", Messages: 3, Precision: 2.0 / 3, Recall: 2.0 / 3, F1: 4.0 / 6}, e.Intents[0])
	assert.Equal(t, IntentScore{Name: "return", Messages: 3, Precision: 1, Recall: 2.0 / 3, F1: 4.0 / 5}, e.Intents[1])
	assert.InDelta(t, (4.0/6+4.0/5)/2, e.MacroF1, 1e-9)
	assert.Equal(t, []Confusion{{"invoice", "", 1, "…"}, {"return", "invoice", 1, "退货三"}}, e.Confusions)
	require.Len(t, e.Mistakes, 3)
	assert.Equal(t, Mistake{"退货三", "return", "invoice", 0.6, true}, e.Mistakes[0])
	assert.Equal(t, "天气", e.Mistakes[1].Text)

	coverage, threshold, ok := e.CoverageAt(1)
	require.True(t, ok)
	assert.InDelta(t, 0.7, threshold, 1e-9)
	assert.InDelta(t, 0.5, coverage, 1e-9)
	_, _, ok = e.CoverageAt(1.1)
	assert.False(t, ok)
	none := answers{}.evaluate(nil)
	assert.Zero(t, none.Accuracy)
}

// The area under the curve is the share of pairs in the right order.
func TestAUROC(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 3), 1, 20)
		p, n := values.Draw(t, "positive"), values.Draw(t, "negative")
		sum := 0.0
		for _, a := range p {
			for _, b := range n {
				switch {
				case a > b:
					sum++
				case a == b:
					sum += 0.5
				}
			}
		}
		require.InDelta(t, sum/float64(len(p)*len(n)), auroc(p, n), 1e-9)
	})
}

func reviewed() []Example {
	var out []Example
	for i, thing := range []string{"裙子", "手机", "鞋子", "耳机", "shirt", "phone", "shoes", "lamp", "外套", "帽子"} {
		out = append(out,
			Example{Text: fmt.Sprintf("我要退货%s", thing), Intent: "return"}, Example{Text: fmt.Sprintf("i want to return the %s", thing), Intent: "return"},
			Example{Text: fmt.Sprintf("%s能开发票吗", thing), Intent: "invoice"}, Example{Text: fmt.Sprintf("an invoice for the %s please", thing), Intent: "invoice"},
			// No one can tell these two apart.
			Example{Text: fmt.Sprintf("%s多少钱", thing), Intent: []string{"price", "cost"}[i%2]}, Example{Text: fmt.Sprintf("how much is the %s", thing), Intent: []string{"cost", "price"}[i/2%2]})
	}
	return append(out, Example{Text: "我要退货眼镜", Intent: "invoice"}, // a slip
		Example{Text: "在吗！", Intent: "return"}, Example{Text: "在吗", Intent: "invoice"}, Example{Text: "lonely", Intent: "lonely"})
}

func TestCrossValidate(t *testing.T) {
	t.Parallel()
	examples := reviewed()
	calls, last := 0, 0
	r, err := CrossValidate(context.Background(), examples, &Options{NoBuiltin: true, Progress: func(done, all int) { calls, last = done, all }}, 5)
	require.NoError(t, err)
	assert.Equal(t, last, calls)
	assert.Equal(t, len(examples), r.Evaluation.Messages)
	slip := slices.IndexFunc(r.Suspects, func(s Suspect) bool { return s.Example.Text == "我要退货眼镜" })
	require.GreaterOrEqual(t, slip, 0)
	assert.Less(t, slip, 3, "among the first")
	assert.Equal(t, "return", r.Suspects[slip].Likely)
	require.NotEmpty(t, r.Alike)
	assert.Equal(t, "cost", r.Alike[0].A)
	assert.Equal(t, "price", r.Alike[0].B)
	assert.Greater(t, r.Alike[0].Overlap, 0.3)
	for _, a := range r.Alike[1:] {
		assert.NotEqual(t, [2]string{"invoice", "return"}, [2]string{a.A, a.B})
	}
	require.Len(t, r.Repeats, 1)
	assert.Equal(t, []string{"invoice", "return"}, r.Repeats[0].Intents)
	assert.Equal(t, []string{"lonely"}, r.Few)

	again, err := CrossValidate(context.Background(), examples, &Options{NoBuiltin: true}, 5)
	require.NoError(t, err)
	assert.Equal(t, r, again, "the same examples give the same review")

	_, err = CrossValidate(context.Background(), nil, nil, 5)
	require.ErrorContains(t, err, "no examples")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = CrossValidate(ctx, examples, nil, 5)
	require.ErrorIs(t, err, context.Canceled)
}

func TestCurve(t *testing.T) {
	t.Parallel()
	e := &Evaluation{Messages: 3, Outside: 2, answers: []answer{
		{0.9, true, false}, {0.7, false, false}, {0.7, false, true}, {0.2, true, false}, {0.1, false, true},
	}}
	assert.Equal(t, []Point{
		{0.9, 1.0 / 3, 1, 0}, {0.7, 2.0 / 3, 1.0 / 3, 0.5}, {0.2, 1, 0.5, 0.5}, {0.1, 1, 0.4, 1},
	}, e.Curve(10))
	assert.Equal(t, []Point{{0.9, 1.0 / 3, 1, 0}, {0.1, 1, 0.4, 1}}, e.Curve(0))
	inside, outside := e.Sureness(2)
	assert.Equal(t, [][]int{{1, 2}, {1, 1}}, [][]int{inside, outside})
	assert.Empty(t, (&Evaluation{}).Curve(5))
}
