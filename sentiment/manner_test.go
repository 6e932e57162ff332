package sentiment_test

import (
	_ "embed"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

//go:embed testdata/manner.tsv
var manners string

// Politeness and urgency have no public labels: these lines are the only check.
func TestManners(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	wants := map[string]func(s sentiment.Score) bool{
		"polite": func(s sentiment.Score) bool { return s.Politeness >= 0.25 },
		"plain":  func(s sentiment.Score) bool { return s.Politeness > -0.25 && s.Politeness < 0.25 },
		"rude":   func(s sentiment.Score) bool { return s.Politeness <= -0.25 },
		"urgent": func(s sentiment.Score) bool { return s.Urgency >= 0.5 },
		"calm":   func(s sentiment.Score) bool { return s.Urgency < 0.3 },
	}
	least := map[string]float64{"polite": 0.9, "plain": 0.9, "rude": 0.85, "urgent": 0.8, "calm": 0.9}
	counts := map[string]*tally{}
	for line := range strings.Lines(manners) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		label, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		require.True(t, ok && wants[label] != nil, line)
		if counts[label] == nil {
			counts[label] = &tally{}
		}
		got := s.Score(text)
		right := wants[label](got)
		counts[label].add(right)
		if !right {
			t.Logf("wrong: %s: %s: politeness %.2f, urgency %.2f", label, text, got.Politeness, got.Urgency)
		}
	}
	for label, share := range least {
		c := counts[label]
		t.Logf("%s %v", label, c)
		assert.GreaterOrEqual(t, float64(c.right), share*float64(c.all), label)
	}
}
