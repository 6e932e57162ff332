package sentiment_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

func feel(t require.TestingT, s *sentiment.Scorer, in sentiment.Input) sentiment.Mood {
	m, err := s.Feel(context.Background(), in)
	require.NoError(t, err)
	return m
}

func TestFeelConversations(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	type line struct {
		text string
		do   []sentiment.Action
	}
	const (
		soothe, sorry, first, pay, person, escalate, thank, review, upsell = sentiment.Soothe, sentiment.Apologise, sentiment.Prioritise, sentiment.Compensate,
			sentiment.OfferHuman, sentiment.Escalate, sentiment.Thank, sentiment.InviteReview, sentiment.Upsell
	)
	for name, lines := range map[string][]line{
		"zh, to a threat": {
			{"你好,我想买一件红色的裙子,三百以内", nil}, {"有哪些黑色的?", nil}, {"第一件有M码吗?", nil}, {"什么时候发货?", nil},
			{"我上周买的鞋子开胶了,太差劲了", []sentiment.Action{sorry, first, pay, person}}, {"退货", nil},
			{"再这样我就投诉到12315", []sentiment.Action{escalate}},
		},
		"en, calms down": {
			{"Hi, where is my order 0042?", nil}, {"it's been two weeks, this is ridiculous", []sentiment.Action{sorry, first, pay, person}},
			{"how do I get an invoice?", nil}, {"show me a warm jacket under $80", nil}, {"great, thank you", []sentiment.Action{thank}},
		},
		"zh, anger that does not settle": {
			{"你们太过分了", []sentiment.Action{sorry, first, person}}, {"什么破服务,骗子", []sentiment.Action{soothe, first, escalate}},
			{"垃圾平台!!!", []sentiment.Action{sorry, first, escalate}},
		},
		"en, the recovering is not escalated": {
			{"this is outrageous", []sentiment.Action{sorry, first, person}}, {"i'm really angry with you", []sentiment.Action{soothe, first, person}},
			{"ok, what happens next?", nil}, {"that helps, thanks", []sentiment.Action{thank}},
		},
		"zh, pleased": {{"太好了谢谢", []sentiment.Action{thank, review, upsell}}, {"谢谢,真好", []sentiment.Action{thank, upsell}}},
		"en, worried": {{"i'm so worried, i need it asap", []sentiment.Action{soothe, first}}},
		"zh, worried": {{"有点担心,会不会丢啊,好着急", []sentiment.Action{soothe}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var trend sentiment.Trend
			for _, l := range lines {
				m := feel(t, s, sentiment.Input{Text: l.text, Trend: trend})
				assert.Equal(t, l.do, m.Plan.Actions, "%s: %s %.2f %.2f, level %.2f", l.text, m.Emotion, m.Polarity, m.Intensity, m.Trend.Level)
				trend = m.Trend
			}
		})
	}
}
