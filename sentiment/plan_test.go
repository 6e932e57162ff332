package sentiment_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

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
		r := sentiment.Row{Name: name, When: sentiment.When{Emotions: e, Causes: rapid.SampledFrom([][]string{{"delay", "quality", ""}, {"delay"}}).Draw(t, "causes")},
			Do: rapid.Permutation(sentiment.Actions()).Draw(t, "do"), Limit: rapid.IntRange(1, 100).Draw(t, "limit"), Approve: rapid.Bool().Draw(t, "approve")}
		if rapid.Bool().Draw(t, "fault") {
			r.When.Faults = []string{sentiment.FaultOurs}
		}
		return r
	}
	table = &sentiment.Table{Pause: rapid.IntRange(1, 5).Draw(t, "pause"), Most: rapid.IntRange(1, 50).Draw(t, "most"),
		CoolingOff: time.Duration(rapid.IntRange(1, 100).Draw(t, "hours")) * time.Hour,
		Rows:       []sentiment.Row{rule("angry", sentiment.Angry), rule("sad", sentiment.Sad, sentiment.Disappointed), rule("any")}}
	require.NoError(t, table.Validate())
	return table
}

// facts are what a host may know, mood apart.
func facts(t *rapid.T) sentiment.Input {
	return sentiment.Input{
		Cause: rapid.SampledFrom([]string{"", "delay", "quality", "price", "attitude"}).Draw(t, "cause"),
		Fault: rapid.SampledFrom([]string{"", sentiment.FaultOurs, sentiment.FaultCustomer, "carrier"}).Draw(t, "fault"),
		Tier:  rapid.SampledFrom([]string{"", "vip"}).Draw(t, "tier"),
	}
}

// scoresOf are the scores of the lines, and some that no text may have.
func scoresOf(t *testing.T) []sentiment.Score {
	s := scorer(t)
	var scores []sentiment.Score
	for _, l := range lines {
		scores = append(scores, s.Score(l))
	}
	for _, e := range sentiment.Emotions() {
		scores = append(scores, sentiment.Score{Emotion: e, Polarity: -0.9, Intensity: 1, Urgency: 1}, sentiment.Score{Emotion: e, Polarity: 0.9, Intensity: 1})
	}
	return scores
}

func cooling(table *sentiment.Table) (turns int, span time.Duration) {
	turns, span = table.Pause, table.CoolingOff
	if turns == 0 {
		turns = 10
	}
	if span == 0 {
		span = 30 * 24 * time.Hour
	}
	return turns, span
}

// Any conversation, with any strategy: what the limits promise.
func TestLimits(t *testing.T) {
	t.Parallel()
	scores := scoresOf(t)
	rapid.Check(t, func(t *rapid.T) {
		table := tables(t)
		pause, period := cooling(table)
		most := table.Most
		now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
		var compensatedAt time.Time
		var tr sentiment.Trend
		apologised, explained, compensated, limit := -10, -10, -1000, 100
		once := map[sentiment.Action]bool{}
		lowest := 0.0
		for turn := range rapid.IntRange(1, 40).Draw(t, "turns") {
			now = now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "minutes")) * time.Minute)
			in := facts(t)
			in.Now, in.Compensated = now, compensatedAt
			score := rapid.SampledFrom(scores).Draw(t, "score")
			tr = tr.Add(score)
			lowest = min(lowest, tr.Level)
			plan := table.Plan(score, tr, in)
			tr = tr.Take(plan)
			if plan.Has(sentiment.Apologise) {
				require.NotEqual(t, turn-1, apologised, "two apologies in a row")
				apologised = turn
			}
			if plan.Has(sentiment.Explain) {
				require.NotEqual(t, turn-1, explained, "explained twice in a row")
				explained = turn
			}
			if plan.Has(sentiment.Upsell) {
				require.NotContains(t, []sentiment.Emotion{sentiment.Angry, sentiment.Sad, sentiment.Disappointed, sentiment.Anxious}, score.Emotion)
				require.GreaterOrEqual(t, tr.Level, 0.0)
				require.GreaterOrEqual(t, score.Polarity, 0.0)
				require.False(t, score.Threat)
			}
			for _, a := range []sentiment.Action{sentiment.Reward, sentiment.InviteReview} {
				if plan.Has(a) {
					require.False(t, once[a], "%s twice in a conversation", a)
					require.Greater(t, lowest, -0.25, "%s after a low", a)
					once[a] = true
				}
			}
			require.Equal(t, plan.Has(sentiment.Compensate), plan.Limit > 0)
			require.False(t, plan.Approve && plan.Limit == 0)
			if plan.Has(sentiment.Compensate) {
				require.Greater(t, turn-compensated, pause, "cooling-off by turns")
				require.True(t, compensatedAt.IsZero() || now.Sub(compensatedAt) >= period, "cooling-off by time")
				require.NotEqual(t, sentiment.FaultCustomer, in.Fault)
				require.LessOrEqual(t, plan.Limit, limit, "it never grows")
				require.LessOrEqual(t, plan.Limit, most)
				compensated, limit, compensatedAt = turn, plan.Limit, now
			}
			all := slices.Clone(plan.Actions)
			slices.Sort(all)
			require.Equal(t, len(slices.Compact(all)), len(plan.Actions), "an action once")
			for _, w := range plan.Withheld {
				require.NotContains(t, plan.Actions, w.Action)
				require.NotEmpty(t, w.Why)
			}
		}
	})
}

// The shipped strategy escalates a threat and anger that stays, never a
// customer who is coming round.
func TestRecoveringIsNotEscalated(t *testing.T) {
	t.Parallel()
	scores := scoresOf(t)
	table, err := sentiment.DefaultTable()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		var tr sentiment.Trend
		for range rapid.IntRange(1, 20).Draw(t, "turns") {
			score := rapid.SampledFrom(scores).Draw(t, "score")
			tr = tr.Add(score)
			plan := table.Plan(score, tr, facts(t))
			tr = tr.Take(plan)
			require.False(t, plan.Has(sentiment.Escalate) && !score.Threat && tr.Recovering())
		}
	})
}

// Acting angry earns nothing: what a plan promises without asking a person, a
// customer with the same facts and history who tells it calmly is promised too,
// as much of it; and no mood raises what may be asked for.
func TestAngerDoesNotPay(t *testing.T) {
	t.Parallel()
	scores := scoresOf(t)
	rapid.Check(t, func(t *rapid.T) {
		table, in := tables(t), facts(t)
		var tr sentiment.Trend
		for range rapid.IntRange(0, 6).Draw(t, "turns") {
			tr = tr.Add(rapid.SampledFrom(scores).Draw(t, "before"))
		}
		calmScore := sentiment.Score{Emotion: sentiment.Neutral}
		loudScore := rapid.SampledFrom(scores).Draw(t, "loud")
		loud := table.Plan(loudScore, tr.Add(loudScore), in)
		calm := table.Plan(calmScore, sentiment.Trend{}.Add(calmScore), in)
		if loud.Has(sentiment.Compensate) && !loud.Approve {
			require.True(t, calm.Has(sentiment.Compensate), "%+v, calm %+v", loud, calm)
			require.False(t, calm.Approve)
		}
		if loud.Has(sentiment.Compensate) && calm.Has(sentiment.Compensate) {
			require.Equal(t, calm.Limit, loud.Limit)
		}
	})
}

func TestPlan(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	angry, calm, glad := "等了很久还没发货,垃圾骗子公司!!!", "等了很久还没发货", "太好了,非常满意,谢谢"
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	ours := sentiment.Input{Cause: "delay", Fault: sentiment.FaultOurs, Now: now}
	with := func(in sentiment.Input, change func(*sentiment.Input)) sentiment.Input { change(&in); return in }
	low := sentiment.Trend{}.Add(sentiment.Score{Polarity: -0.9}).Add(sentiment.Score{Polarity: 0.6}).Add(sentiment.Score{Polarity: 0.9})
	for _, tc := range []struct {
		name, text string
		in         sentiment.Input
		rule       string
		limit      int
		approve    bool
		withheld   []sentiment.Action
	}{
		{"angry, our fault", angry, ours, "angry about something we may have done", 10, false, nil},
		{"calm, our fault: the same", calm, ours, "our fault", 10, false, nil},
		{"angry, fault unknown: a person decides", angry, sentiment.Input{Cause: "delay"}, "angry about something we may have done", 10, true, nil},
		{"angry without a cause", angry, sentiment.Input{}, "angry", 0, false, nil},
		{"the customer's fault", angry, with(ours, func(in *sentiment.Input) { in.Fault = sentiment.FaultCustomer }),
			"angry about something we may have done", 0, false, []sentiment.Action{sentiment.Compensate}},
		{"paid last week", angry, with(ours, func(in *sentiment.Input) { in.Compensated = now.AddDate(0, 0, -7) }),
			"angry about something we may have done", 0, false, []sentiment.Action{sentiment.Compensate}},
		{"paid last year", angry, with(ours, func(in *sentiment.Input) { in.Compensated = now.AddDate(-1, 0, 0) }),
			"angry about something we may have done", 10, false, nil},
		{"praise of a regular", glad, sentiment.Input{Tier: "vip"}, "high praise of a regular customer", 0, false, nil},
		{"praise after anger earns nothing", glad, sentiment.Input{Tier: "vip", Trend: low}, "high praise of a regular customer", 0, false,
			[]sentiment.Action{sentiment.Reward, sentiment.InviteReview}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tr := tc.in.Trend
			score := s.Score(tc.text)
			tr = tr.Add(score)
			tr.Direction = 0
			table, err := sentiment.DefaultTable()
			require.NoError(t, err)
			p := table.Plan(score, tr, tc.in)
			assert.Equal(t, tc.rule, p.Rule)
			assert.Equal(t, tc.limit, p.Limit)
			assert.Equal(t, tc.approve, p.Approve)
			var withheld []sentiment.Action
			for _, w := range p.Withheld {
				withheld = append(withheld, w.Action)
			}
			assert.Equal(t, tc.withheld, withheld)
		})
	}
}
