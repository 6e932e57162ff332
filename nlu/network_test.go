package nlu

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// petals have intents that no word alone tells apart: it is whether two words
// stand together or alone.
func petals() (train, valid []Example) {
	for i := range 30 {
		for _, e := range []Example{
			{Text: fmt.Sprintf("red alone %d", i), Intent: "one"}, {Text: fmt.Sprintf("blue alone %d", i), Intent: "two"},
			{Text: fmt.Sprintf("退货 %d", i), Intent: "return"}, {Text: fmt.Sprintf("发票 %d", i), Intent: "invoice"},
		} {
			if i%3 == 0 {
				valid = append(valid, e)
			} else {
				train = append(train, e)
			}
		}
	}
	return train, valid
}

func bestModel(t testing.TB) *Model {
	t.Helper()
	train, valid := petals()
	m, err := Train(context.Background(), train, &Options{NoBuiltin: true, Effort: EffortBest, Valid: valid, Seed: 5})
	require.NoError(t, err)
	require.NotNil(t, m.net)
	return m
}

func TestEffortBest(t *testing.T) {
	t.Parallel()
	train, valid := petals()
	calls, last := 0, 0
	m, err := Train(context.Background(), train, &Options{NoBuiltin: true, Effort: EffortBest, Valid: valid, Seed: 5,
		Progress: func(done, all int) { calls, last = done, all }})
	require.NoError(t, err)
	assert.Equal(t, last, calls, "progress ends at the end")
	for _, e := range valid {
		got, unknown := m.Classify(e.Text)
		require.NotEmpty(t, got, e.Text)
		assert.Equal(t, e.Intent, got[0].Name, e.Text)
		assert.Less(t, unknown, 0.6, e.Text)
	}
	quick, err := Train(context.Background(), train, &Options{NoBuiltin: true, Valid: valid, Seed: 5})
	require.NoError(t, err)
	assert.Nil(t, quick.net)
	assert.Greater(t, m.Size(), quick.Size())

	var first, second, other bytes.Buffer
	require.NoError(t, m.Save(&first))
	again := bestModel(t)
	require.NoError(t, again.Save(&second))
	assert.Equal(t, first.Bytes(), second.Bytes(), "the same seed gives the same model")
	require.NoError(t, quick.Save(&other))
	assert.NotEqual(t, first.Bytes(), other.Bytes())

	back, err := Load(bytes.NewReader(first.Bytes()), nil)
	require.NoError(t, err)
	for _, e := range append(valid, Example{Text: "nothing of it 天气"}) {
		w, wu := m.Classify(e.Text)
		g, gu := back.Classify(e.Text)
		assert.Equal(t, w, g)
		assert.InDelta(t, wu, gu, 1e-6)
	}
}

func TestEffortBestIsCancellable(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	train, valid := petals()
	_, err := Train(ctx, train, &Options{NoBuiltin: true, Effort: EffortBest, Valid: valid, Progress: func(done, all int) {
		if done == all-netCount+1 { // amid the networks
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
}

// The features with a place are the n commonest, and rows keep what those say.
func TestCommonest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		features := rapid.IntRange(1, 12).Draw(t, "features")
		n := rapid.IntRange(1, 14).Draw(t, "n")
		rows := make([]row, rapid.IntRange(0, 9).Draw(t, "rows"))
		df := make([]int, features)
		for i := range rows {
			rows[i].at = rapid.SliceOfNDistinct(rapid.Int32Range(0, int32(features-1)), 0, features, rapid.ID).Draw(t, "at")
			rows[i].value = make([]float32, len(rows[i].at))
			for j, f := range rows[i].at {
				rows[i].value[j] = float32(f)
				df[f]++
			}
		}
		var only []bool
		in := features
		if rapid.Bool().Draw(t, "only") {
			only, in = rapid.SliceOfN(rapid.Bool(), features, features).Draw(t, "some"), 0
			for _, is := range only {
				if is {
					in++
				}
			}
		}
		place, kept := commonest(rows, features, n, only)
		require.Equal(t, min(n, in), kept)
		back, least, left := make([]int, kept), 1<<30, 0
		for f, at := range place {
			if only != nil && !only[f] {
				require.Negative(t, at)
				continue
			}
			if at < 0 {
				left = max(left, df[f])
				continue
			}
			back[at] = f
			least = min(least, df[f])
		}
		require.LessOrEqual(t, left, least)
		for i, r := range replaced(rows, place) {
			for j, at := range r.at {
				require.Equal(t, float32(back[at]), r.value[j])
				require.Contains(t, rows[i].at, int32(back[at]))
			}
		}
	})
}

// The scores become the logarithms of the mean probabilities, half of them the
// linear model's.
func TestMix(t *testing.T) {
	t.Parallel()
	one := net{place: []int32{-1}, offset: make([]float32, netHidden), out: make([]float32, 2*netHidden), bias: []float32{5, 0}}
	other := one
	other.bias = []float32{0, 0}
	n := &network{nets: []net{one, other}}
	scores := []float32{0, 1}
	n.mix([]feature{{at: 0, weight: 1}, {at: -1}}, make([]float32, netHidden), make([]float32, 2), scores)
	e := math.Exp
	want := 0.5*1/(1+e(1)) + 0.25*e(5)/(e(5)+1) + 0.25*0.5
	assert.InDelta(t, want, e(float64(scores[0])), 1e-5)
	assert.InDelta(t, 1-want, e(float64(scores[1])), 1e-5)
}

// With examples enough the last network knows words only, with few it knows
// what the others know.
func TestLastNetworkReadsWords(t *testing.T) {
	t.Parallel()
	known := func(n net) (k int) {
		for _, at := range n.place {
			if at >= 0 {
				k++
			}
		}
		return k
	}
	few := bestModel(t) // 20 an intent
	assert.Equal(t, known(few.net.nets[0]), known(few.net.nets[netCount-1]))
	train, valid := petals()
	many, err := Train(context.Background(), append(train, valid...), &Options{NoBuiltin: true, Effort: EffortBest, Valid: valid})
	require.NoError(t, err)
	assert.Equal(t, known(many.net.nets[0]), known(many.net.nets[1]))
	assert.Less(t, known(many.net.nets[netCount-1]), known(many.net.nets[0]))
	words := many.wordFeatures(append(train, valid...))
	for f, at := range many.net.nets[netCount-1].place {
		assert.True(t, at < 0 || words[f])
	}
}

// A value comes back within half a step of its row's scale, and a network of
// what was packed adds up as the values do.
func TestQuantise(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dense := rapid.SliceOfN(rapid.Float32Range(-9, 9), 2*netHidden, 2*netHidden).Draw(t, "dense")
		if rapid.Bool().Draw(t, "empty") {
			clear(dense[:netHidden])
		}
		n := &net{place: []int32{0, -1, 1}, offset: make([]float32, netHidden), out: make([]float32, netHidden), bias: make([]float32, 1)}
		n.embed, n.scale = quantise(dense)
		for i := range n.offset {
			n.offset[i], n.out[i] = 1000, 1 // nothing is cut off below
		}
		for at, from := range map[int32]int{0: 0, 1: -1, 2: netHidden} {
			h, scores := make([]float32, netHidden), make([]float32, 1)
			n.scores([]feature{{at: at, weight: 1}}, h, scores)
			for j, v := range h {
				want := float32(1000)
				if from >= 0 {
					want += dense[from+j]
				}
				require.InDelta(t, want, v, 9.0/7*0.51+0.05)
			}
			require.InDelta(t, sum(h), scores[0], 1)
		}
	})
}

func sum(x []float32) (s float32) {
	for _, v := range x {
		s += v
	}
	return s
}
