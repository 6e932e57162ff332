package handoff_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/handoff"
)

// talk makes a transcript; a line of the bot begins with "< ".
func talk(lines ...string) (out []handoff.Line) {
	for _, l := range lines {
		from := "customer"
		if s, ok := strings.CutPrefix(l, "< "); ok {
			from, l = "bot", s
		}
		out = append(out, handoff.Line{At: t0, From: from, Text: l})
	}
	return out
}

func TestSummarise(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name      string
		lines     []handoff.Line
		facts     []handoff.Fact
		has, lack []string
	}{
		{"zh", talk("你好", "< 您好,请问有什么可以帮您?", "我想买一件红色的裙子,三百以内", "< 为您找到三件", "有哪些黑色的?", "什么时候发货?",
			"我上周买的鞋子开胶了,太差劲了。订单号20391847", "< 非常抱歉", "嗯", "再这样我就投诉到12315"), []handoff.Fact{{Name: "order", Value: "20391847"}},
			[]string{"我上周买的鞋子开胶了,太差劲了。", "订单号20391847", "再这样我就投诉到12315"}, []string{"你好", "嗯", "非常抱歉"}},
		{"en", talk("hi there", "< Hello! How can I help?", "My order 0042 hasn't arrived. It's been two weeks, this is ridiculous!", "< I'm sorry", "ok",
			"thanks", "I want my money back or my lawyer will write to you."), nil,
			[]string{"My order 0042 hasn't arrived.", "I want my money back or my lawyer will write to you."}, []string{"hi there", "ok", "thanks"}},
		{"only courtesies", talk("你好", "谢谢"), nil, []string{"你好", "谢谢"}, nil},
		{"said twice", talk("我要退货", "我要退货", "我要退貨"), nil, []string{"我要退货"}, nil},
		{"nothing said", talk("< hello"), nil, nil, []string{"hello"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := handoff.Summarise(tc.lines, tc.facts, 4)
			assert.LessOrEqual(t, len(got), 4)
			for _, s := range tc.has {
				assert.Contains(t, got, s)
			}
			for _, s := range tc.lack {
				assert.NotContains(t, got, s)
			}
		})
	}
}

func TestSummariseMasksAndCuts(t *testing.T) {
	t.Parallel()
	got := handoff.Summarise(talk("退款请打给我 13812345678", "没收到货,"+strings.Repeat("我很不满意,请尽快解决这个问题", 40)), nil, 4)
	require.Len(t, got, 2)
	assert.NotContains(t, got[0], "13812345678")
	assert.True(t, strings.HasSuffix(got[1], "…"))
	assert.Less(t, len(got[1]), 250)
	assert.True(t, utf8.ValidString(got[1]))
}

func TestNewTicket(t *testing.T) {
	t.Parallel()
	lines := talk("我要退货,订单20391847", "< 好的")
	c := handoff.Case{ID: "t1", Tenant: "shop", Conversation: "c1", Customer: "u1", Channel: "web", Language: "zh", Created: t0,
		Decision:   handoff.Decision{Handover: true, Reason: handoff.Threat, Priority: handoff.Urgent, Rule: "threat", Skill: "complaints"},
		Transcript: lines, Facts: []handoff.Fact{{Name: "order", Value: "20391847"}}, Mood: []float64{-0.2}, Open: "return: order?",
		Suggested: "您好", Source: "kb/returns"}
	got := handoff.NewTicket(c)
	assert.Empty(t, got.Missing())
	assert.Equal(t, handoff.Waiting, got.State)
	assert.Empty(t, got.Agent)
	assert.Equal(t, []string{"我要退货,订单20391847"}, got.Summary)
	assert.Equal(t, lines, got.Transcript)
	assert.Equal(t, handoff.Urgent, got.Priority)
	assert.Equal(t, "return: order?", got.Open)

	lines[0].Text, c.Mood[0] = "changed", 9
	assert.NotEqual(t, "changed", got.Transcript[0].Text, "the ticket has its own copy")
	assert.Equal(t, -0.2, got.Mood[0])

	empty := handoff.NewTicket(handoff.Case{})
	assert.Equal(t, []string{"id", "conversation", "created", "reason", "priority", "summary", "transcript", "suggested", "language", "channel"}, empty.Missing())
}

func TestTicketIsBounded(t *testing.T) {
	t.Parallel()
	var lines []handoff.Line
	for range 300 {
		lines = append(lines, handoff.Line{From: "customer", Text: strings.Repeat("退款! ", 3000)})
	}
	lines[299].Text = strings.Repeat("\xff😡", 1<<18)
	got := handoff.NewTicket(handoff.Case{Transcript: lines})
	assert.Len(t, got.Transcript, 200)
	for _, l := range got.Transcript {
		require.LessOrEqual(t, len(l.Text), 8<<10)
	}
}

// Whatever is said, a summary is of few sentences of the customer's.
func TestSummariseProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(-1, 5).Draw(t, "n")
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) handoff.Line {
			return handoff.Line{From: rapid.SampledFrom([]string{"customer", "bot"}).Draw(t, "from"),
				Text: strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"退货", "refund ", "你好", "。", "! ", "order 0042", "鞋子", "\xff", "谢谢"}), 0, 6).Draw(t, "text"), "")}
		}), 0, 8).Draw(t, "lines")
		var all strings.Builder
		for _, l := range lines {
			if l.From == "customer" {
				all.WriteString(l.Text + "\n")
			}
		}
		got := handoff.Summarise(lines, nil, n)
		require.LessOrEqual(t, len(got), max(0, n))
		for _, s := range got {
			require.Contains(t, all.String(), s, "the customer's own words")
		}
	})
}
