package kb

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestReview(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	draft := Entry{ID: "gift", State: Draft, Texts: map[string]Text{"zh": {Question: "礼品卡能退吗？", Answer: "不能。"}}}
	sent, err := draft.Step(Step{To: InReview, By: "小王", At: at})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		from Entry
		step Step
		want string
	}{
		"draft straight to approved": {draft, Step{To: Approved, By: "小李", At: at}, "it may go to [review retired]"},
		"nobody":                     {draft, Step{To: InReview, At: at}, "say by whom"},
		"no time":                    {draft, Step{To: InReview, By: "小王"}, "say when"},
		"no reason":                  {sent, Step{To: Rejected, By: "小李", At: at}, "say why"},
		"own approval":               {sent, Step{To: Approved, By: "小王", At: at}, "another must approve"},
		"unknown state":              {Entry{ID: "x", State: "maybe"}, Step{To: Draft, By: "小李", At: at}, "it may go to []"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := c.from.Step(c.step)
			require.ErrorIs(t, err, ErrStep)
			assert.ErrorContains(t, err, c.want)
			assert.Equal(t, c.from, e)
		})
	}
	approved, err := sent.Step(Step{To: Approved, By: "小李", At: at})
	require.NoError(t, err)
	assert.Equal(t, at, approved.Reviewed)
	assert.Equal(t, Draft, draft.State)
	for state, want := range map[*Entry]int{&draft: 0, &sent: 0, &approved: 1} {
		b, err := New([]Entry{*state}, nil)
		require.NoError(t, err)
		hits, err := b.Search(context.Background(), Query{Text: "礼品卡能退吗"})
		require.NoError(t, err)
		assert.Len(t, hits, want, state.State)
	}
}

// However people step, what serves was approved by another than who sent it.
func TestNothingServesUnreviewed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := Entry{ID: "x", State: Draft}
		for range 20 {
			e, _ = e.Step(Step{To: rapid.SampledFrom([]State{Draft, InReview, Approved, Rejected, Retired, ""}).Draw(t, "to"), By: rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "by"), At: time.Unix(1, 0), Why: "x"})
			if !e.State.Serves() {
				continue
			}
			k := len(e.Steps) - 1
			for k > 0 && e.Steps[k-1].To == Approved {
				k-- // found true again
			}
			require.Positive(t, k)
			assert.Equal(t, InReview, e.Steps[k-1].To)
			assert.NotEqual(t, e.Steps[k-1].By, e.Steps[k].By)
		}
	})
}
