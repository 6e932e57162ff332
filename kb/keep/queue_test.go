package keep

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/kb"
)

func TestHelpfulnessIsChecked(t *testing.T) {
	t.Parallel()
	at := func(day int) time.Time { return time.Date(2026, 1, day, 9, 0, 0, 0, time.UTC) }
	// 20 signs a time, one a day, of which so many of the first and later ten are good.
	signs := func(first, later int) []Feedback {
		var out []Feedback
		for i := range 20 {
			s := Unhelpful
			if i < 10 && i < first || i >= 10 && i-10 < later {
				s = Helpful
			}
			out = append(out, Feedback{Entry: "ship", Question: fmt.Sprint("多久发货", i), Sign: s, Reason: "没说周末发不发", At: at(i + 1)})
		}
		return out
	}
	for _, c := range []struct {
		name         string
		first, later int
		reviewed     time.Time
		want         []Kind
	}{
		{"good throughout", 9, 8, time.Time{}, nil},
		{"good, then bad", 10, 1, time.Time{}, []Kind{Falling}},
		{"good, then bad, reviewed before", 10, 1, at(8), []Kind{Falling}},
		{"good, then bad, reviewed since", 10, 1, at(18), nil},
		{"bad throughout", 2, 1, time.Time{}, []Kind{Doubtful}},
		{"bad, then better", 2, 9, time.Time{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := entry("ship", "多久发货？", "付款后当天。", func(e *kb.Entry) { e.Reviewed = c.reviewed })
			base, err := kb.New([]kb.Entry{e}, nil)
			require.NoError(t, err)
			r := Check([]kb.Entry{e}, &Options{Records: Learn(base, signs(c.first, c.later), 0).Records})
			var got []Kind
			for _, f := range r.Findings {
				got = append(got, f.Kind)
				assert.Equal(t, "没说周末发不发", f.Against)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestQueue(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	state := func(s kb.State, d int) func(*kb.Entry) {
		return func(e *kb.Entry) { e.State, e.Steps = s, []kb.Step{{To: s, By: "x", At: day(d)}} }
	}
	have := []kb.Entry{
		entry("good", "几点上班？", "九点。"),
		entry("draft", "能开专票吗？", "可以。", state(kb.Draft, 3)),
		entry("late", "有实体店吗？", "没有。", state(kb.InReview, 9)),
		entry("early", "怎么改地址？", "发货前可以改。", state(kb.InReview, 2)),
		entry("no", "能砍价吗？", "不能。", state(kb.Rejected, 1)),
		entry("a", "衣服几天内可以退货？", "7 天。", func(e *kb.Entry) { e.Owner = "小周" }),
		entry("b", "衣服几天内可以退货", "15 天。", state(kb.Draft, 5)),
		entry("gone", "邮编多少？", "200000", state(kb.Retired, 1)),
	}
	r := Check(have, &Options{Near: 0.6})
	require.Equal(t, 1, r.Counts[Contradiction], r.String())
	var got []string
	for _, task := range Queue(have, r) {
		got = append(got, fmt.Sprintf("%s %s %d", task.ID, task.State, len(task.Findings)))
	}
	assert.Equal(t, []string{"b draft 2", "a approved 2", "early review 0", "late review 0", "draft draft 0", "no rejected 0"}, got)
	assert.Equal(t, "小周", Queue(have, r)[1].Owner)
}

func TestASourceThatChangedIsFound(t *testing.T) {
	t.Parallel()
	step := kb.Step{By: "collect", At: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
	first := []kb.Entry{entry("a", "多久发货？", "当天。", func(e *kb.Entry) { e.State = kb.Approved })}
	have, _, err := Collect(nil, first, nil, step)
	require.NoError(t, err)
	assert.Empty(t, Check(have, nil).Findings)
	have, _, err = Collect(have, []kb.Entry{entry("a", "多久发货？", "次日。")}, nil, step)
	require.NoError(t, err)
	assert.Equal(t, `source-changed: a: "2026-11-21"`, Check(have, nil).Findings[0].String())
}
