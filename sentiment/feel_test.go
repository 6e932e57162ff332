package sentiment_test

import (
	"context"
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
		soothe, sorry, first, person, escalate, thank, upsell = sentiment.Soothe, sentiment.Apologise, sentiment.Prioritise,
			sentiment.OfferHuman, sentiment.Escalate, sentiment.Thank, sentiment.Upsell
	)
	for name, lines := range map[string][]line{
		"zh, to a threat": {
			{"你好,我想买一件红色的裙子,三百以内", nil}, {"有哪些黑色的?", nil}, {"第一件有M码吗?", nil}, {"什么时候发货?", nil},
			{"我上周买的鞋子开胶了,太差劲了", []sentiment.Action{sorry, first, person}}, {"退货", nil},
			{"再这样我就投诉到12315", []sentiment.Action{escalate}},
		},
		"en, calms down": {
			{"Hi, where is my order 0042?", nil}, {"it's been two weeks, this is ridiculous", []sentiment.Action{sorry, first, person}},
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
		"zh, pleased": {{"太好了谢谢", []sentiment.Action{thank, upsell}}},
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
			require.LessOrEqual(t, len(tr.Last), len(sentiment.Actions()), "bounded")
			raw, err := json.Marshal(tr)
			require.NoError(t, err)
			var back sentiment.Trend
			require.NoError(t, json.Unmarshal(raw, &back))
			require.Equal(t, tr, back)
		}
	})
}

// lines of all moods, for conversations drawn at random.
var lines = []string{"你好", "太好了谢谢", "垃圾公司,骗子!!!", "太差劲了", "好失望", "担心丢了", "还没发货", "马上给我处理", "我就投诉到12315", "不满意",
	"hi", "great, thank you", "this is ridiculous", "i'm disappointed", "so worried", "my lawyer will call you", "the zip broke", "fuck you", "呵呵"}

// tables are strategies that ask for too much: the limits hold all the same.
func tables(t *rapid.T) *sentiment.Table {
	table, err := sentiment.DefaultTable()
	require.NoError(t, err)
	if rapid.Bool().Draw(t, "shipped") {
		return table
	}
	rule := func(name string, e ...sentiment.Emotion) sentiment.Row {
		return sentiment.Row{Name: name, When: sentiment.When{Emotions: e, Causes: []string{"delay", "quality", ""}},
			Do: sentiment.Actions(), Limit: rapid.IntRange(1, 100).Draw(t, "limit")}
	}
	return &sentiment.Table{Pause: rapid.IntRange(1, 5).Draw(t, "pause"), Most: rapid.IntRange(1, 50).Draw(t, "most"),
		Rows: []sentiment.Row{rule("angry", sentiment.Angry), rule("sad", sentiment.Sad), rule("any")}}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	shipped := scorer(t)
	scores := map[string]sentiment.Score{}
	for _, l := range lines {
		scores[l] = shipped.Score(l)
	}
	rapid.Check(t, func(t *rapid.T) {
		table := tables(t)
		pause, most := table.Pause, table.Most
		if pause == 0 {
			pause = 10
		}
		var tr sentiment.Trend
		apologised, compensated, limit := -10, -1000, 100
		for turn := range rapid.IntRange(1, 40).Draw(t, "turns") {
			in := sentiment.Input{Text: rapid.SampledFrom(lines).Draw(t, "line"),
				Cause: rapid.SampledFrom([]string{"", "delay", "quality"}).Draw(t, "cause"), Tier: rapid.SampledFrom([]string{"", "vip"}).Draw(t, "tier")}
			score := scores[in.Text]
			tr = tr.Add(score)
			plan := table.Plan(score, tr, in)
			tr = tr.Take(plan)
			if plan.Has(sentiment.Apologise) {
				require.NotEqual(t, turn-1, apologised, "two apologies in a row")
				apologised = turn
			}
			if plan.Has(sentiment.Upsell) {
				require.NotEqual(t, sentiment.Angry, score.Emotion)
				require.GreaterOrEqual(t, tr.Level, 0.0)
				require.GreaterOrEqual(t, score.Polarity, 0.0)
			}
			require.Equal(t, plan.Has(sentiment.Compensate), plan.Limit > 0)
			if plan.Has(sentiment.Compensate) {
				require.Greater(t, turn-compensated, pause, "cooling-off")
				require.LessOrEqual(t, plan.Limit, limit, "it never grows")
				require.LessOrEqual(t, plan.Limit, most)
				compensated, limit = turn, plan.Limit
			}
			all := slices.Clone(plan.Actions)
			slices.Sort(all)
			require.Equal(t, len(slices.Compact(all)), len(plan.Actions), "an action once")
		}
	})
}

// Two customers with the same trouble: the angrier is not offered more.
func TestAngerDoesNotPay(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	calm := feel(t, s, sentiment.Input{Text: "等了很久还没发货,有点失望", Cause: "delay"})
	loud := feel(t, s, sentiment.Input{Text: "等了很久还没发货,垃圾骗子公司!!!", Cause: "delay"})
	require.True(t, calm.Plan.Has(sentiment.Compensate), "%+v", calm)
	require.True(t, loud.Plan.Has(sentiment.Compensate), "%+v", loud)
	assert.Equal(t, calm.Plan.Limit, loud.Plan.Limit)
	assert.False(t, feel(t, s, sentiment.Input{Text: "垃圾骗子公司!!!"}).Plan.Has(sentiment.Compensate), "anger alone pays nothing")
}

func TestReadTableErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ yaml, want string }{
		"empty":     {"", "mood.yaml: the file is empty"},
		"no rows":   {"pause: 3", "mood.yaml: no rows"},
		"list":      {"- name: a", "mood.yaml"},
		"field":     {"rows:\n- name: a\n  whem: {}", "line 3: field whem"},
		"no name":   {"rows:\n- do: [thank]", "mood.yaml:2: row \"\": it has no name"},
		"action":    {"rows:\n- name: a\n  do: [hug]", "mood.yaml:2: row \"a\": action \"hug\": use one of [soothe"},
		"emotion":   {"rows:\n- name: a\n  do: [thank]\n- name: b\n  when: {emotions: [cross]}", "mood.yaml:4: row \"b\": emotion \"cross\": use one of"},
		"intensity": {"rows:\n- name: a\n  when: {intensity: 3}", "from 0 to 1"},
		"level":     {"rows:\n- name: a\n  when: {level: -3}", "from -1 to 1"},
		"twice":     {"rows:\n- name: a\n- name: a", "another row"},
		"no cause":  {"rows:\n- name: a\n  do: [compensate]\n  limit: 10", "without a cause"},
		"no limit":  {"rows:\n- name: a\n  when: {causes: [delay]}\n  do: [compensate]", "limit"},
		"most":      {"most: 300\nrows:\n- name: a", "0 to 100"},
		"not yaml":  {"rows: [", "mood.yaml"},
	} {
		_, err := sentiment.ReadTable(strings.NewReader(tc.yaml), "mood.yaml")
		assert.ErrorContains(t, err, tc.want, name)
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add("rows:\n- name: a\n  when: {emotions: [angry], level: -0.2}\n  do: [apologise, compensate]\n  limit: 4")
	f.Add("pause: -1\nrows: {}")
	f.Fuzz(func(t *testing.T, file string) {
		table, err := sentiment.ReadTable(strings.NewReader(file), "f")
		if err != nil {
			return
		}
		require.NoError(t, table.Validate())
		score := sentiment.Score{Polarity: -0.5, Emotion: sentiment.Angry, Intensity: 0.5}
		table.Plan(score, sentiment.Trend{}.Add(score), sentiment.Input{})
	})
}
