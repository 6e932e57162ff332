package sentiment_test

import (
	_ "embed"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

//go:embed testdata/challenge.tsv
var challenge string

// wanted are the expectations of the challenge lines.
var wanted = map[string]func(s sentiment.Score) bool{
	"pos":          func(s sentiment.Score) bool { return s.Polarity > 0.1 },
	"neg":          func(s sentiment.Score) bool { return s.Polarity < -0.1 },
	"neutral":      func(s sentiment.Score) bool { return s.Emotion == sentiment.Neutral && math.Abs(s.Polarity) < 0.3 },
	"calm":         func(s sentiment.Score) bool { return s.Emotion != sentiment.Angry && s.Polarity < 0.1 },
	"mild":         func(s sentiment.Score) bool { return s.Emotion != sentiment.Angry && s.Polarity > -0.35 && !s.Threat },
	"strong":       func(s sentiment.Score) bool { return s.Polarity < -0.55 },
	"weak":         func(s sentiment.Score) bool { return s.Polarity < 0 && s.Polarity > -0.4 },
	"threat":       func(s sentiment.Score) bool { return s.Threat && s.Emotion == sentiment.Angry },
	"urgent":       func(s sentiment.Score) bool { return s.Urgency >= 0.5 },
	"calmly":       func(s sentiment.Score) bool { return s.Urgency < 0.3 },
	"angry":        emotion(sentiment.Angry),
	"anxious":      emotion(sentiment.Anxious),
	"disappointed": emotion(sentiment.Disappointed),
	"satisfied":    emotion(sentiment.Satisfied),
}

func emotion(e sentiment.Emotion) func(sentiment.Score) bool {
	return func(s sentiment.Score) bool { return s.Emotion == e }
}

// least is the share of a group that must come out right.
var least = map[string]float64{
	"plain trouble": 1, "question": 0.9, "neutral": 1, "anger": 0.9, "worry": 0.8, "disappointment": 0.8, "praise": 0.9,
	"negation": 0.85, "double negation": 0.9, "degree": 0.85, "contrast": 0.85, "condition": 0.85, "threat": 0.9,
	"sarcasm": 0.8, "emoji": 0.9, "shouting": 0.8, "slang": 0.85, "traditional and width": 0.85, "mixed": 0.85, "urgency": 0.85,
}

func TestChallenge(t *testing.T) {
	t.Parallel()
	s, err := sentiment.New(nil)
	require.NoError(t, err)
	right, all, zh := map[string]int{}, map[string]int{}, 0
	wrong := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(challenge), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, "\t", 3)
		require.Len(t, f, 3, line)
		want := wanted[f[1]]
		require.NotNil(t, want, line)
		got := s.Score(f[2])
		all[f[0]]++
		if strings.IndexFunc(f[2], func(r rune) bool { return r >= 0x4e00 && r < 0xa000 }) >= 0 {
			zh++
		}
		if want(got) {
			right[f[0]]++
		} else {
			wrong[f[0]] = append(wrong[f[0]], line)
			t.Logf("%s: got %s, polarity %.2f, urgency %.2f, threat %t, %v", line, got.Emotion, got.Polarity, got.Urgency, got.Threat, got.Spans)
		}
	}
	n, ok := 0, 0
	for group, count := range all {
		n, ok = n+count, ok+right[group]
		require.Contains(t, least, group)
		assert.GreaterOrEqual(t, float64(right[group]), least[group]*float64(count), "%s: wrong are %q", group, wrong[group])
	}
	assert.Len(t, all, len(least))
	assert.GreaterOrEqual(t, n, 120)
	assert.InDelta(t, 0.5, float64(zh)/float64(n), 0.08, "half of the lines are Chinese")
	t.Logf("%d of %d lines right", ok, n)
}
