package handoff_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/handoff"
)

func judge(t require.TestingT, p *handoff.Policy, s handoff.Situation) handoff.Decision {
	d, err := p.Judge(context.Background(), s)
	require.NoError(t, err)
	return d
}

func TestDefaultPolicy(t *testing.T) {
	t.Parallel()
	p, err := handoff.DefaultPolicy()
	require.NoError(t, err)
	const before, after = handoff.Before, handoff.After
	for _, tc := range []struct {
		name     string
		s        handoff.Situation
		handover bool
		offer    bool
		reason   handoff.Reason
		priority handoff.Priority
	}{
		{"nothing", handoff.Situation{Stage: before, Text: "第一件有M码吗?"}, false, false, "", 0},
		{"nothing after", handoff.Situation{Stage: after, Text: "how do i get an invoice?"}, false, false, "", 0},
		{"asked", handoff.Situation{Stage: before, Intent: "person"}, true, false, handoff.Asked, handoff.Normal},
		{"asked in words zh", handoff.Situation{Stage: before, Text: "給我轉人工"}, true, false, handoff.Asked, handoff.Normal},
		{"asked in words en", handoff.Situation{Stage: before, Text: "Let me speak to a HUMAN"}, true, false, handoff.Asked, handoff.Normal},
		{"a real person", handoff.Situation{Stage: before, Text: "I want a real person", Intent: "complaint"}, true, false, handoff.Asked, handoff.Normal},
		{"who speaks", handoff.Situation{Stage: before, Text: "am I talking to a real person?", Intent: "bot.identity"}, false, false, "", 0},
		{"accepted", handoff.Situation{Stage: before, Intent: "yes", Offered: true}, true, false, handoff.Asked, handoff.Normal},
		{"yes to something else", handoff.Situation{Stage: before, Intent: "yes"}, false, false, "", 0},
		{"threat zh", handoff.Situation{Stage: before, Text: "再这样我就投诉到12315"}, true, false, handoff.Threat, handoff.Urgent},
		{"threat full width", handoff.Situation{Stage: before, Text: "我打１２３１５了"}, true, false, handoff.Threat, handoff.Urgent},
		{"threat en", handoff.Situation{Stage: before, Text: "My LAWYER will hear of this"}, true, false, handoff.Threat, handoff.Urgent},
		{"threat by mood", handoff.Situation{Stage: before, Text: "或者我让大家都知道", Threat: true}, true, false, handoff.Threat, handoff.Urgent},
		{"no threat in a number", handoff.Situation{Stage: before, Text: "order 1231599"}, false, false, "", 0},
		{"no threat in a word", handoff.Situation{Stage: before, Text: "the bbbq set and the pursue game"}, false, false, "", 0},
		{"self-harm", handoff.Situation{Stage: before, Text: "我不想活了"}, true, false, handoff.Sensitive, handoff.Urgent},
		{"injury", handoff.Situation{Stage: before, Text: "the kettle burned my hand"}, true, false, handoff.Sensitive, handoff.Urgent},
		{"allergy", handoff.Situation{Stage: before, Text: "用了过敏,脸上起疹子"}, true, false, handoff.Sensitive, handoff.Urgent},
		{"asks about allergies", handoff.Situation{Stage: before, Text: "敏感肌用会过敏吗"}, false, false, "", 0},
		{"fraud", handoff.Situation{Stage: before, Text: "卡被盗刷了三千块"}, true, false, handoff.Sensitive, handoff.Urgent},
		{"a child", handoff.Situation{Stage: before, Text: "小孩误充值了"}, true, false, handoff.Sensitive, handoff.High},
		{"mood escalates", handoff.Situation{Stage: before, Actions: []string{"apologise", "escalate"}}, true, false, handoff.Anger, handoff.High},
		{"one angry message", handoff.Situation{Stage: before, Text: "太差劲了", Emotion: "angry", Negative: 1, Level: -0.3}, false, false, "", 0},
		{"anger does not settle", handoff.Situation{Stage: before, Emotion: "angry", Negative: 3, Level: -0.6}, true, false, handoff.Anger, handoff.High},
		{"mood offers a person", handoff.Situation{Stage: after, Actions: []string{"apologise", "person"}}, false, true, handoff.Anger, handoff.Normal},
		{"one failure", handoff.Situation{Stage: after, Failures: 1}, false, false, "", 0},
		{"two failures", handoff.Situation{Stage: after, Failures: 2}, false, true, handoff.NoAnswer, handoff.Normal},
		{"three failures", handoff.Situation{Stage: after, Failures: 3}, true, false, handoff.NoAnswer, handoff.Normal},
		{"gave up", handoff.Situation{Stage: after, GaveUp: "return.order"}, true, false, handoff.GaveUp, handoff.Normal},
		{"effects", handoff.Situation{Stage: after, Effects: []string{"create"}}, true, false, handoff.EffectsLeft, handoff.High},
		{"error", handoff.Situation{Stage: after, Error: true}, false, true, handoff.Failure, handoff.Normal},
		{"another stage", handoff.Situation{Stage: after, Intent: "person"}, false, false, "", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := judge(t, p, tc.s)
			assert.Equal(t, tc.handover, d.Handover, d.Rule)
			assert.Equal(t, tc.offer, d.Offer, d.Rule)
			assert.Equal(t, tc.reason, d.Reason, d.Rule)
			assert.Equal(t, tc.priority, d.Priority, d.Rule)
			assert.Equal(t, tc.reason != "", d.Rule != "", "a decision names its rule")
		})
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	const rules = `
- name: all at once
  when: {intents: ["return.*", refund], emotions: [angry], intensity: 0.5, urgency: 0.2, negative: 1, level: -0.1,
         tiers: [vip], tags: [高频购买者], closed: true, words: {zh: [急]}}
  then: {handover: true, reason: vip, priority: urgent, skill: vip}
- name: the rest
  then: {offer: true, reason: rule, priority: low}
`
	p, err := handoff.ReadPolicy(strings.NewReader(rules), "handoff.yaml")
	require.NoError(t, err)
	full := handoff.Situation{Stage: handoff.Before, Text: "很急", Intent: "return.start", Emotion: "angry", Intensity: 0.6, Urgency: 0.3,
		Negative: 2, Level: -0.4, Tier: "vip", Tags: []string{"新客", "高频购买者"}}
	assert.Equal(t, handoff.Decision{Handover: true, Reason: handoff.VIP, Priority: handoff.Urgent, Rule: "all at once", Skill: "vip"}, judge(t, p, full))
	for name, change := range map[string]func(*handoff.Situation){
		"intent":    func(s *handoff.Situation) { s.Intent = "refunds" },
		"emotion":   func(s *handoff.Situation) { s.Emotion = "sad" },
		"intensity": func(s *handoff.Situation) { s.Intensity = 0.4 },
		"urgency":   func(s *handoff.Situation) { s.Urgency = 0 },
		"negative":  func(s *handoff.Situation) { s.Negative = 0 },
		"level":     func(s *handoff.Situation) { s.Level = 0 },
		"tier":      func(s *handoff.Situation) { s.Tier = "" },
		"tags":      func(s *handoff.Situation) { s.Tags = []string{"新客"} },
		"open":      func(s *handoff.Situation) { s.Open = true },
		"words":     func(s *handoff.Situation) { s.Text = "慢慢来" },
	} {
		s := full
		change(&s)
		assert.Equal(t, "the rest", judge(t, p, s).Rule, name)
	}
	none, err := handoff.NewPolicy(nil)
	require.NoError(t, err)
	assert.Zero(t, judge(t, none, full))
}

func TestReadPolicyErrors(t *testing.T) {
	t.Parallel()
	const then = "\n  then: {handover: true, reason: asked}"
	for name, tc := range map[string]struct{ yaml, want string }{
		"empty":     {"", "handoff.yaml: no rules"},
		"a map":     {"rules: []", "want a list of rules"},
		"not yaml":  {"- [", "handoff.yaml"},
		"field":     {"- name: a\n  wen: {}" + then, "line 2: field wen not found"},
		"no name":   {"- when: {}" + then, "handoff.yaml:1: the rule has no name"},
		"stage":     {"- name: a\n  stage: now" + then, `stage "now": use "before" or "after"`},
		"neither":   {"- name: a\n  then: {reason: asked}", "set one of handover and offer"},
		"both":      {"- name: a\n  then: {handover: true, offer: true, reason: asked}", "set one of handover and offer"},
		"reason":    {"- name: a" + then + "\n- name: b\n  then: {offer: true, reason: mood}", `handoff.yaml:3: rule "b": reason "mood": use one of [asked`},
		"priority":  {"- name: a\n  then: {offer: true, reason: asked, priority: 9}", "use low, normal, high or urgent"},
		"emotion":   {"- name: a\n  when: {emotions: [cross]}" + then, `emotion "cross": use one of`},
		"intensity": {"- name: a\n  when: {intensity: 2}" + then, "from 0 to 1"},
		"level":     {"- name: a\n  when: {level: .nan}" + then, "from -1 to 1"},
		"failures":  {"- name: a\n  when: {failures: -1}" + then, "from 0"},
		"word":      {"- name: a\n  when: {words: {zh: ['']}}" + then, "an empty word"},
	} {
		_, err := handoff.ReadPolicy(strings.NewReader(tc.yaml), "handoff.yaml")
		assert.ErrorContains(t, err, tc.want, name)
	}
	_, err := handoff.NewPolicy([]handoff.Rule{{Name: "a", Then: handoff.Then{Offer: true}}})
	assert.ErrorContains(t, err, "rule 1")
}

// A decision is of a rule, and more words cannot undo a handover.
func TestJudgeProperties(t *testing.T) {
	t.Parallel()
	p, err := handoff.DefaultPolicy()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		s := handoff.Situation{
			Stage:  rapid.SampledFrom([]handoff.Stage{handoff.Before, handoff.After, ""}).Draw(t, "stage"),
			Text:   rapid.String().Draw(t, "text"),
			Intent: rapid.SampledFrom([]string{"", "yes", "person", "order.status"}).Draw(t, "intent"), Offered: rapid.Bool().Draw(t, "offered"),
			Failures: rapid.IntRange(0, 5).Draw(t, "failures"), Error: rapid.Bool().Draw(t, "error"),
			Level: rapid.Float64Range(-1, 1).Draw(t, "level"), Negative: rapid.IntRange(0, 4).Draw(t, "negative"),
		}
		d := judge(t, p, s)
		require.False(t, d.Handover && d.Offer)
		require.Equal(t, d.Handover || d.Offer, d.Rule != "" && d.Reason != "" && d.Priority > 0)
		s.Text += " 我要打12315"
		if d.Handover || s.Stage == handoff.Before {
			require.True(t, judge(t, p, s).Handover)
		}
	})
}

func FuzzReadPolicy(f *testing.F) {
	f.Add("- name: a\n  when: {words: {zh: [急], en: [asap]}, level: -0.2}\n  then: {offer: true, reason: rule, priority: low}", "急")
	f.Add("- {}\n- name: b", "")
	f.Fuzz(func(t *testing.T, file, text string) {
		p, err := handoff.ReadPolicy(strings.NewReader(file), "f")
		if err == nil {
			judge(t, p, handoff.Situation{Stage: handoff.Before, Text: text})
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	p, err := handoff.DefaultPolicy()
	require.NoError(b, err)
	s := handoff.Situation{Stage: handoff.Before, Text: "我上周买的鞋子开胶了,太差劲了, it's been two weeks"}
	b.ReportAllocs()
	for b.Loop() {
		judge(b, p, s)
	}
}
