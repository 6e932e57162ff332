package kb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/kb"
)

func TestTeam(t *testing.T) {
	t.Parallel()
	team := kb.Team{
		{Name: "小周", Duties: []kb.Duty{kb.Drafting}},
		{Name: "老陈", Duties: []kb.Duty{kb.Approving, kb.Retiring}, Categories: []string{"配送", "退换"}},
		{Name: "阿敏", Duties: []kb.Duty{kb.Approving, kb.Publishing}},
	}
	require.NoError(t, team.Check())
	for _, c := range []struct {
		name     string
		from, to kb.State
		by       string
		category string
		refused  string // "" is not
	}{
		{"a writer sends to review", kb.Draft, kb.InReview, "小周", "配送", ""},
		{"a writer revises", kb.Approved, kb.Draft, "小周", "配送", ""},
		{"a writer does not approve", kb.InReview, kb.Approved, "小周", "配送", `"小周" may not approve entries of "配送": ask 老陈, 阿敏`},
		{"a writer does not reject", kb.InReview, kb.Rejected, "小周", "配送", "ask 老陈, 阿敏"},
		{"a writer does not retire", kb.Approved, kb.Retired, "小周", "配送", "ask 老陈"},
		{"a writer does not bring back what was retired", kb.Retired, kb.Draft, "小周", "配送", "ask 老陈"},
		{"a reviewer approves", kb.InReview, kb.Approved, "老陈", "配送", ""},
		{"a reviewer keeps to the categories", kb.InReview, kb.Approved, "老陈", "发票", "ask 阿敏"},
		{"a reviewer does not draft", kb.Draft, kb.InReview, "老陈", "配送", "ask 小周"},
		{"nobody retires this", kb.Approved, kb.Retired, "阿敏", "发票", "nobody may"},
		{"a stranger", kb.Draft, kb.InReview, "路人", "配送", "ask 小周"},
		{"no name", kb.Draft, kb.InReview, "", "配送", "ask 小周"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := kb.Entry{ID: "a", Category: c.category, State: c.from}
			got, err := team.Step(e, kb.Step{To: c.to, By: c.by, At: time.Unix(1, 0), Why: "x"})
			if c.refused == "" {
				require.NoError(t, err)
				assert.Equal(t, c.to, got.State)
				return
			}
			require.ErrorIs(t, err, kb.ErrDuty)
			assert.ErrorContains(t, err, c.refused)
			assert.Equal(t, e, got)
		})
	}
	assert.NoError(t, team.May("阿敏", kb.Publishing, ""))
	assert.ErrorIs(t, team.May("老陈", kb.Publishing, ""), kb.ErrDuty)
	assert.NoError(t, kb.Team(nil).May("x", kb.Publishing, ""), "no team limits nobody")
	assert.NoError(t, kb.Team{{Name: "*", Duties: []kb.Duty{kb.Drafting}}}.May("x", kb.Drafting, "y"))
	assert.ErrorContains(t, kb.Team{{Name: "x", Duties: []kb.Duty{"fly"}}}.Check(), `"fly"`)
	assert.ErrorContains(t, kb.Team{{Duties: []kb.Duty{kb.Drafting}}}.Check(), "no name")
}

// Whatever steps people try, an entry that was not approved at first is approved
// only by one who may, and not by who sent it to review.
func TestTeamHoldsOverAnyReview(t *testing.T) {
	t.Parallel()
	team := kb.Team{{Name: "w", Duties: []kb.Duty{kb.Drafting}}, {Name: "a", Duties: []kb.Duty{kb.Approving}},
		{Name: "b", Duties: []kb.Duty{kb.Drafting, kb.Approving, kb.Retiring}}}
	rapid.Check(t, func(t *rapid.T) {
		e := kb.Entry{ID: "x", State: kb.Draft}
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			s := kb.Step{At: time.Unix(1, 0), Why: "y",
				To: rapid.SampledFrom([]kb.State{kb.Draft, kb.InReview, kb.Approved, kb.Rejected, kb.Retired}).Draw(t, "to"),
				By: rapid.SampledFrom([]string{"w", "a", "b", "stranger"}).Draw(t, "by")}
			before := e
			var err error
			if e, err = team.Step(e, s); err != nil {
				require.Equal(t, before, e)
			}
		}
		for i, s := range e.Steps {
			require.NotEqual(t, "stranger", s.By)
			if s.To == kb.Approved {
				require.NotEqual(t, "w", s.By)
				if e.Steps[i-1].To == kb.InReview {
					require.NotEqual(t, e.Steps[i-1].By, s.By)
				}
			}
		}
	})
}
