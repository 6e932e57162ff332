package sentiment_test

import (
	_ "embed"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

//go:embed testdata/causes.tsv
var causeLines string

func TestCause(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	var c tally
	for line := range strings.Lines(causeLines) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		want, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		require.True(t, ok, line)
		got := s.Cause(text)
		c.add(got == strings.TrimPrefix(want, "-"))
		if got != strings.TrimPrefix(want, "-") {
			t.Logf("wrong: %s: got %q, want %s", text, got, want)
		}
	}
	t.Logf("%v", c)
	assert.GreaterOrEqual(t, float64(c.right), 0.9*float64(c.all))
}

// What the host knows counts before the words, and they before the topic.
func TestCauseOrder(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	for name, in := range map[string]sentiment.Input{
		"host":  {Text: "客服态度极差", Cause: "delay", Topic: "price"},
		"words": {Text: "一直不发货，气死我了", Topic: "price"},
		"topic": {Text: "气死我了", Topic: "delay"},
	} {
		m := feel(t, s, in)
		assert.Equal(t, sentiment.CauseDelay, m.Cause, name)
		assert.True(t, m.Plan.Has(sentiment.Compensate), "%s: the plan does not know the cause", name)
	}
	assert.Empty(t, feel(t, s, sentiment.Input{Text: "气死我了"}).Cause)
}

// What does not fit is nobody's fault: no apology and nothing to make up for it,
// unless they are angry about it.
func TestWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	for _, text := range []string{"鞋子不合适想换货", "the trainers are too tight, can I swap them"} {
		m := feel(t, s, sentiment.Input{Text: text})
		assert.Equal(t, sentiment.CauseFit, m.Cause, text)
		assert.Empty(t, m.Plan.Actions, text)
	}
	assert.True(t, feel(t, s, sentiment.Input{Text: "这什么破尺码，气死我了，退货"}).Plan.Has(sentiment.Apologise))
}
