package sentiment_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

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
