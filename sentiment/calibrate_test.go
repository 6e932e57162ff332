package sentiment_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

// desk are labelled messages of a shop where thanks are mere politeness. No two
// are alike, so that what is learnt from some must carry over to the others.
func desk() []sentiment.Labelled {
	var out []sentiment.Labelled
	for class, texts := range map[sentiment.Class][]string{
		sentiment.ClassNeutral: {
			"好的,那我等短信,谢谢", "谢谢,我再看看尺码", "地址没有变,谢谢", "发票不用了,多谢", "周末我在家,谢谢", "谢谢,先不用了",
			"收到物流信息了,谢谢啦", "那我自己寄回去,谢谢", "两件都留下,谢谢", "谢谢,就这些", "积分我看到了,谢谢", "没别的事了,谢谢",
			"thanks, I will check the size again", "thanks, that's all for now", "thanks, I'll wait for the text", "the parcel is at the neighbour's, thanks",
			"thanks, Saturday it is", "I have the return label now, thanks", "both items in one box then, thanks", "no invoice needed, thanks",
			"thanks, I'll call tomorrow", "I see my points now, thanks", "nothing else for today, thanks", "thanks, I'll send it back myself",
		},
		sentiment.ClassNegative: {
			"太差劲了,骗子", "质量差得离谱,再也不来了", "客服态度恶劣", "气死我了,又发错货", "垃圾,退钱", "等了三周,受够了",
			"忽悠人的,差评", "很失望,跟图片完全两样", "穿一次就烂,坑人", "这服务简直恶心", "后悔买了,浪费钱", "从没见过这么敷衍的店",
		},
		sentiment.ClassPositive: {
			"order was perfect, absolutely love it", "best shop I know, highly recommend", "so comfortable, I am delighted", "brilliant quality and beautiful colours",
			"excellent service, very happy with it", "wow, fantastic, exceeded my expectations", "my daughter adores it, superb", "amazing value, really impressed",
			"great fit, great price, love it", "lovely fabric, wonderful to wear", "outstanding, will definitely buy again", "the nicest coat I have ever had, perfect",
		},
	} {
		for _, text := range texts {
			out = append(out, sentiment.Labelled{Text: text, Class: class})
		}
	}
	// By text, as the order matters and each fold must have all classes.
	slices.SortFunc(out, func(a, b sentiment.Labelled) int { return strings.Compare(a.Text, b.Text) })
	return out
}

func TestCalibrate(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	c, report, err := s.Calibrate(desk())
	require.NoError(t, err)
	assert.Equal(t, 48, report.Messages)
	assert.Less(t, report.Before.Accuracy, 0.75, "thanks count as praise")
	assert.Greater(t, report.After.Accuracy, 0.85)
	assert.Greater(t, report.Gain(), 15.0)
	assert.Less(t, report.After.LogLoss, report.Before.LogLoss)
	assert.Contains(t, report.String(), "48 messages: accuracy ")
	t.Log(report)

	raw, err := json.Marshal(c)
	require.NoError(t, err)
	var back sentiment.Calibration
	require.NoError(t, json.Unmarshal(raw, &back))
	tuned, err := sentiment.New(&sentiment.Options{Calibration: &back})
	require.NoError(t, err)
	assert.NotEqual(t, sentiment.Neutral, s.Score("那我等电话,谢谢").Emotion)
	assert.Equal(t, sentiment.Neutral, tuned.Score("那我等电话,谢谢").Emotion)
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
