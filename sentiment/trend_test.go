package sentiment_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

func TestTrend(t *testing.T) {
	t.Parallel()
	var tr sentiment.Trend
	for _, p := range []float64{-0.8, -0.8, -0.8} {
		tr = tr.Add(sentiment.Score{Polarity: p})
	}
	assert.InDelta(t, -0.8*(1-0.6*0.6*0.6), tr.Level, 1e-9)
	assert.Equal(t, 3, tr.Turns)
	assert.Equal(t, 3, tr.Negative)
	assert.Equal(t, -1, tr.Direction)
	assert.False(t, tr.Recovering())

	tr = tr.Add(sentiment.Score{Polarity: 0.5}, sentiment.Thank)
	assert.Zero(t, tr.Negative)
	assert.Equal(t, 1, tr.Direction)
	assert.True(t, tr.Recovering())
	assert.Less(t, tr.Low, tr.Level)
	assert.Equal(t, []sentiment.Taken{{Action: sentiment.Thank, Turn: 4}}, tr.Last)

	old := tr
	_ = tr.Take(sentiment.Plan{Actions: []sentiment.Action{sentiment.Thank, sentiment.Soothe}})
	assert.Equal(t, old, tr, "a trend is a value")
	assert.Zero(t, sentiment.Trend{}.Add(sentiment.Score{Polarity: math.NaN()}).Level)
}

// The story of a conversation: its peaks, when it turned and came back, and
// whether an answer helped.
func TestTrendStory(t *testing.T) {
	t.Parallel()
	var tr sentiment.Trend
	say := func(polarity float64) sentiment.Trend {
		before := tr.Add(sentiment.Score{Polarity: polarity})
		tr = before.Answering()
		return before
	}
	assert.False(t, say(0.5).WorseSinceAnswer(), "nothing was answered yet")
	assert.True(t, say(-0.4).WorseSinceAnswer())
	assert.Zero(t, tr.Soured, "one bad message after a good one is not a bad conversation")
	assert.True(t, say(-0.9).WorseSinceAnswer())
	assert.Equal(t, 2, tr.Soured, "it began with the first of the bad messages")
	assert.True(t, tr.IsBad())
	assert.Equal(t, 1, tr.HighTurn)
	say(-0.9)
	assert.Equal(t, 4, tr.LowTurn)
	assert.False(t, say(0).WorseSinceAnswer())
	assert.True(t, tr.IsBad(), "calm is not mended")
	assert.True(t, tr.Recovering())
	say(0.6)
	assert.False(t, tr.IsBad())
	assert.Equal(t, 6, tr.Mended)
	assert.Equal(t, 2, tr.Soured)
	say(-0.9)
	say(-0.9)
	assert.Equal(t, 7, tr.Soured, "it turned again")
	assert.True(t, tr.IsBad())
	assert.Equal(t, 4, tr.LowTurn)
}

// A trend survives storage and stays in its ranges, whatever is said.
func TestTrendProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var tr sentiment.Trend
		for range rapid.IntRange(1, 40).Draw(t, "turns") {
			old := tr
			p := rapid.Float64Range(-1, 1).Draw(t, "polarity")
			tr = tr.Add(sentiment.Score{Polarity: p}, rapid.SliceOfN(rapid.SampledFrom(sentiment.Actions()), 0, 3).Draw(t, "actions")...)
			require.True(t, tr.Level >= min(old.Level, p) && tr.Level <= max(old.Level, p), "between the old level and the message")
			require.True(t, tr.Low <= tr.Level && tr.Level <= tr.High)
			require.True(t, tr.LowTurn <= tr.Turns && tr.HighTurn <= tr.Turns)
			require.True(t, tr.Soured <= tr.Turns && tr.Mended <= tr.Turns)
			require.False(t, tr.Soured == tr.Mended && tr.Soured > 0, "it does not turn both ways at once")
			require.True(t, !tr.IsBad() || tr.Low <= -0.25)
			if rapid.Bool().Draw(t, "answered") {
				tr = tr.Answering()
				require.False(t, tr.WorseSinceAnswer())
			}
			require.LessOrEqual(t, len(tr.Last), len(sentiment.Actions()), "bounded")
			raw, err := json.Marshal(tr)
			require.NoError(t, err)
			var back sentiment.Trend
			require.NoError(t, json.Unmarshal(raw, &back))
			require.Equal(t, tr, back)
		}
	})
}
