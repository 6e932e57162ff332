package sentiment_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

// desk are labelled messages of a shop where thanks are mere politeness.
func desk() []sentiment.Labelled {
	var out []sentiment.Labelled
	for i := range 12 {
		out = append(out,
			sentiment.Labelled{Text: fmt.Sprintf("订单%d到货了吗,谢谢", i), Class: sentiment.ClassNeutral},
			sentiment.Labelled{Text: fmt.Sprintf("where is parcel %d, thanks", i), Class: sentiment.ClassNeutral},
			sentiment.Labelled{Text: fmt.Sprintf("第%d单太差劲了,骗子", i), Class: sentiment.ClassNegative},
			sentiment.Labelled{Text: fmt.Sprintf("order %d was perfect, absolutely love it", i), Class: sentiment.ClassPositive},
		)
	}
	return out
}

func TestCalibrate(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	c, report, err := s.Calibrate(desk())
	require.NoError(t, err)
	assert.Equal(t, 48, report.Messages)
	assert.InDelta(t, 0.5, report.Before.Accuracy, 0.01, "thanks count as praise")
	assert.InDelta(t, 1, report.After.Accuracy, 0.01)
	assert.InDelta(t, 50, report.Gain(), 1)
	assert.Less(t, report.After.LogLoss, report.Before.LogLoss)
	assert.Contains(t, report.String(), "48 messages: accuracy 50.0 to 100.0 %")

	raw, err := json.Marshal(c)
	require.NoError(t, err)
	var back sentiment.Calibration
	require.NoError(t, json.Unmarshal(raw, &back))
	tuned, err := sentiment.New(&sentiment.Options{Calibration: &back})
	require.NoError(t, err)
	assert.NotEqual(t, sentiment.Neutral, s.Score("订单88发货了吗,谢谢").Emotion)
	assert.Equal(t, sentiment.Neutral, tuned.Score("订单88发货了吗,谢谢").Emotion)
	assert.Equal(t, sentiment.Angry, tuned.Score("太差劲了,骗子").Emotion)

	again, _, err := s.Calibrate(desk())
	require.NoError(t, err)
	assert.Equal(t, c, again, "the same messages, the same calibration")
}

func TestCalibrateErrors(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	_, _, err := s.Calibrate(desk()[:5])
	assert.ErrorContains(t, err, "5 labelled messages: at least 20")
	bad := desk()
	bad[6].Class = "cross"
	_, _, err = s.Calibrate(bad)
	assert.ErrorContains(t, err, `message 7: class "cross": use negative`)
	for i := range bad {
		bad[i].Class = sentiment.ClassNeutral
	}
	_, _, err = s.Calibrate(bad)
	assert.ErrorContains(t, err, "no labelled message is negative or positive")

	good := sentiment.Calibration{Below: -0.3, Above: 0.3, Negative: -0.3, Positive: 0.3, Slope: 1}
	for name, spoil := range map[string]func(c *sentiment.Calibration){
		"dead band":   func(c *sentiment.Calibration) { c.Below = 0.1 },
		"positive":    func(c *sentiment.Calibration) { c.Positive = math.NaN() },
		"slope 0":     func(c *sentiment.Calibration) { c.Slope = 0 },
		"slope +Inf":  func(c *sentiment.Calibration) { c.Slope = math.Inf(1) },
		"negative -1": func(c *sentiment.Calibration) { c.Negative = -1 },
	} {
		c := good
		spoil(&c)
		_, err := sentiment.New(&sentiment.Options{Calibration: &c})
		assert.ErrorContains(t, err, name)
	}
}

// Whatever the labels, the chances stay chances that rise with polarity, and
// the classes found by cross-validation are no worse than before.
func TestCalibrateProperties(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	classes := []sentiment.Class{sentiment.ClassNegative, sentiment.ClassNeutral, sentiment.ClassPositive}
	rapid.Check(t, func(t *rapid.T) {
		messages := make([]sentiment.Labelled, rapid.IntRange(20, 40).Draw(t, "messages"))
		for i := range messages {
			messages[i] = sentiment.Labelled{Text: rapid.SampledFrom(lines).Draw(t, "text"), Class: rapid.SampledFrom(classes).Draw(t, "class")}
		}
		messages[0].Class = sentiment.ClassNegative
		c, report, err := s.Calibrate(messages)
		require.NoError(t, err)
		require.GreaterOrEqual(t, report.After.Accuracy+report.After.MacroF1, report.Before.Accuracy+report.Before.MacroF1-1e-9)
		tuned, err := sentiment.New(&sentiment.Options{Calibration: &c})
		require.NoError(t, err)
		a, b := tuned.Score(rapid.SampledFrom(lines).Draw(t, "a")), tuned.Score(rapid.SampledFrom(lines).Draw(t, "b"))
		require.InDelta(t, 1, a.Chance.Negative+a.Chance.Neutral+a.Chance.Positive, 1e-9)
		if a.Polarity < b.Polarity {
			require.GreaterOrEqual(t, a.Chance.Negative, b.Chance.Negative)
			require.LessOrEqual(t, a.Chance.Positive, b.Chance.Positive)
		}
	})
}
