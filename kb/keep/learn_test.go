package keep

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/kb"
)

func TestLearn(t *testing.T) {
	t.Parallel()
	base, err := kb.New([]kb.Entry{entry("ship", "多久发货？", "当天。"), entry("fee", "运费多少？", "8 元。")}, nil)
	require.NoError(t, err)
	at := func(n int) time.Time { return time.Unix(int64(n)*3600, 0) }
	var all []Feedback
	for i := range 40 { // good at first, later not
		sign := Helpful
		if i >= 20 && i%5 != 0 {
			sign = Unhelpful
		}
		all = append(all, Feedback{Entry: "ship", Question: fmt.Sprint("多久发货啊", i), Language: "zh", Sign: sign, Reason: "打 13800138000 才知道", At: at(i)})
	}
	say := func(entry, q string, s Sign, who string) {
		all = append(all, Feedback{Entry: entry, Question: q, Language: "zh", Sign: s, Customer: who, At: at(100)})
	}
	say("fee", "邮费贵不贵", Chosen, "a")
	say("fee", "邮费贵不贵？", Helpful, "b")
	say("fee", "快递费", Chosen, "a") // one customer, twice
	say("fee", "快递费", Chosen, "a")
	say("fee", "寄过来要钱吗", Chosen, "a") // somebody meant something else
	say("ship", "寄过来要钱吗", Chosen, "b")
	say("fee", "几块钱", Chosen, "a") // did not help the third
	say("fee", "几块钱", Chosen, "b")
	say("fee", "几块钱", HandedOff, "c")
	say("fee", "多久发货", Chosen, "a") // another entry's own wording
	say("fee", "多久发货", Chosen, "b")
	say("gone", "在吗", Chosen, "a")
	l := Learn(base, all, 0)
	assert.Equal(t, []Wording{{Entry: "fee", Language: "zh", Text: "邮费贵不贵", Customers: 2}}, l.Wordings)
	require.Len(t, l.Records, 2)
	assert.Equal(t, "ship", l.Records[0].Entry)
	assert.True(t, l.Records[0].Falling)
	assert.False(t, l.Records[1].Falling)
	assert.Equal(t, 16, l.Records[0].Signs[Unhelpful])
	assert.Len(t, l.Records[0].Reasons, 5)
	assert.NotContains(t, fmt.Sprint(l), "13800138000")

	e, ok := base.Entry("fee")
	require.True(t, ok)
	learnt := l.Wordings[0].Apply(e)
	assert.Empty(t, e.Texts["zh"].Others, "the entry itself stays")
	require.NoError(t, base.Put(learnt))
	a, err := base.Answer(context.Background(), kb.Query{Text: "邮费贵不贵呀", Language: "zh"})
	require.NoError(t, err)
	require.Equal(t, kb.Answered, a.Verdict)
	assert.Equal(t, "fee", a.Hits[0].ID)
	assert.Equal(t, e, Wording{Entry: "ship", Language: "zh"}.Apply(e))
}

func TestRatesAreShares(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 1000).Draw(t, "n")
		good := rapid.IntRange(0, n).Draw(t, "good")
		low := wilson(good, n)
		assert.GreaterOrEqual(t, low, 0.0)
		assert.LessOrEqual(t, low, float64(good)/float64(n))
		assert.False(t, worse(good, n, good, n), "the same is no worse")
	})
}

func TestReadFeedback(t *testing.T) {
	t.Parallel()
	got, err := ReadFeedback("f.jsonl", strings.NewReader("\ufeff{\"entry\":\"a\",\"question\":\"包邮吗\",\"sign\":\"helpful\",\"at\":\"2026-11-01T00:00:00Z\"}\n\n{\"entry\":\"a\",\"sign\":\"loved\"}\n{\"sign\":\"helpful\"}\noops\n"))
	assert.Equal(t, []Feedback{{Entry: "a", Question: "包邮吗", Sign: Helpful, At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}}, got)
	for _, want := range []string{`f.jsonl:3: sign "loved" is unknown: use one of [helpful unhelpful chosen rephrased handoff]`, "f.jsonl:4: the entry is missing", "f.jsonl:5: want one feedback"} {
		assert.ErrorContains(t, err, want)
	}
}

// A sign of another system's is no complaint.
func TestLearnLeavesOutUnknownSigns(t *testing.T) {
	t.Parallel()
	base, err := kb.New([]kb.Entry{entry("a", "包邮吗", "满99元包邮。")}, nil)
	require.NoError(t, err)
	l := Learn(base, []Feedback{{Entry: "a", Question: "x", Sign: Helpful}, {Entry: "a", Question: "x", Sign: "loved"}}, 0)
	require.Len(t, l.Records, 1)
	assert.InDelta(t, 1, l.Records[0].Rate, 1e-9)
}
