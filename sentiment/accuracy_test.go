package sentiment_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

// classOf maps the labels of the public sets.
func classOf(label string) sentiment.Class {
	switch label {
	case "pos", "positive", "joy", "happy", "开心":
		return sentiment.ClassPositive
	case "neg", "negative", "anger", "angry", "sad", "sadness", "fear", "disgust", "伤心", "生气", "厌恶":
		return sentiment.ClassNegative
	case "neu", "neutral", "平静":
		return sentiment.ClassNeutral
	}
	return ""
}

// publicSet reads a part of a public set; rows of other labels are left out.
func publicSet(t *testing.T, set, part string) []sentiment.Labelled {
	t.Helper()
	data := os.Getenv("FRONTDESK_DATA")
	if data == "" {
		t.Skip("FRONTDESK_DATA names no folder of public sets")
	}
	f, err := os.Open(filepath.Join(data, "sentiment", set, part+".tsv"))
	require.NoError(t, err)
	defer f.Close()
	var rows []sentiment.Labelled
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		i := strings.LastIndexByte(sc.Text(), '\t')
		require.Positive(t, i)
		if c := classOf(sc.Text()[i+1:]); c != "" {
			rows = append(rows, sentiment.Labelled{Text: sc.Text()[:i], Class: c})
		}
	}
	require.NoError(t, sc.Err())
	require.NotEmpty(t, rows)
	return rows
}

// The shipped scorer on the valid parts of public sets, positive against
// negative rows only: a floor a little under what was measured.
func TestAccuracy(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	for set, floor := range map[string]float64{
		"waimai_10k": 88, "nlpcc2014_task2": 77.5, "online_shopping_10_cats": 89.5, "chnsenticorp": 82.5, "stc3_cn": 88,
		"smp2020_usual": 84, "sst2": 69, "goemotions_polarity": 82.5,
	} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			n, right := 0, 0
			for _, row := range publicSet(t, set, "valid") {
				if row.Class == sentiment.ClassNeutral {
					continue
				}
				n++
				if (s.Score(row.Text).Polarity >= 0) == (row.Class == sentiment.ClassPositive) {
					right++
				}
			}
			share := 100 * float64(right) / float64(n)
			t.Logf("%.1f %% of %d", share, n)
			assert.GreaterOrEqual(t, share, floor)
		})
	}
}

// A dialogue is told by the level of its trend better than by its whole text:
// how it ends weighs most.
func TestTrendHelpdesk(t *testing.T) {
	t.Parallel()
	s := ruler(t)
	n, level, whole := 0, 0, 0
	for _, row := range publicSet(t, "stc3_cn", "valid") {
		if row.Class == sentiment.ClassNeutral {
			continue
		}
		var tr sentiment.Trend
		for turn := range strings.SplitSeq(row.Text, " / ") {
			tr = tr.Add(s.Score(turn))
		}
		n++
		pos := row.Class == sentiment.ClassPositive
		if (tr.Level >= 0) == pos {
			level++
		}
		if (s.Score(row.Text).Polarity >= 0) == pos {
			whole++
		}
	}
	t.Logf("level %.1f %%, whole text %.1f %% of %d", 100*float64(level)/float64(n), 100*float64(whole)/float64(n), n)
	assert.Greater(t, level, whole)
}

// A host's hundred messages: of the helpdesk dialogues people call most
// neutral, whatever their tone, which only labels tell.
func TestCalibrateHelpdesk(t *testing.T) {
	t.Parallel()
	s := ruler(t) // the shipped weights know the set
	train, valid := publicSet(t, "stc3_cn", "train"), publicSet(t, "stc3_cn", "valid")
	c, report, err := s.Calibrate(train[:100])
	require.NoError(t, err)
	tuned, err := sentiment.New(&sentiment.Options{Calibration: &c, Rules: true})
	require.NoError(t, err)
	accuracy := func(s *sentiment.Scorer) float64 {
		right := 0
		for _, row := range valid {
			if s.Class(s.Score(row.Text)) == row.Class {
				right++
			}
		}
		return 100 * float64(right) / float64(len(valid))
	}
	before, after := accuracy(s), accuracy(tuned)
	t.Logf("%v; on %d others %.1f to %.1f %%", report, len(valid), before, after)
	assert.Greater(t, report.Gain(), 3.0)
	assert.Greater(t, after, before+3)
}
