package keep

import (
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/kb"
)

func from(file string, es ...kb.Entry) []kb.Entry {
	for i := range es {
		es[i].Source.File = file
	}
	return es
}

func TestCollect(t *testing.T) {
	t.Parallel()
	step := kb.Step{By: "collect", At: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	of := func(e kb.Entry) bool { return e.Source.File == "faq.csv" }
	have, c, err := Collect([]kb.Entry{entry("own", "几点开门？", "9 点")}, from("faq.csv", entry("a", "怎么退货？", "七天内。"), entry("b", "运费？", "8 元")), of, step)
	require.NoError(t, err)
	assert.Equal(t, kb.Changes{Added: []string{"a", "b"}}, c)
	require.Len(t, have, 3)
	assert.Equal(t, kb.Draft, have[1].State)

	// A person approves it, adds a wording and gives it a category.
	a := have[1]
	for _, s := range []kb.Step{{To: kb.InReview, By: "小王", At: step.At}, {To: kb.Approved, By: "李姐", At: step.At}} {
		a, err = a.Step(s)
		require.NoError(t, err)
	}
	a.Category = "退换货"
	have[1] = Wording{Entry: "a", Language: "zh", Text: "退货流程"}.Apply(a)

	again, c, err := Collect(have, from("faq.csv", entry("a", "怎么退货？", "七天内。"), entry("b", "运费？", "8 元")), of, step)
	require.NoError(t, err)
	assert.Empty(t, c)
	assert.Equal(t, have, again, "reading the same changes nothing")

	changed, c, err := Collect(have, from("faq.csv", entry("a", "怎么退货？", "十五天内。")), of, step)
	require.NoError(t, err)
	assert.Equal(t, kb.Changes{Changed: []string{"a"}, Gone: []string{"b"}}, c)
	assert.Equal(t, kb.Draft, changed[1].State)
	assert.Equal(t, "十五天内。", changed[1].Texts["zh"].Answer)
	assert.Equal(t, []string{"退货流程"}, changed[1].Texts["zh"].Others)
	assert.Equal(t, "退换货", changed[1].Category)
	assert.Equal(t, "its source changed", changed[1].Steps[2].Why)
	assert.Equal(t, kb.Retired, changed[2].State)
	assert.Equal(t, kb.Approved, have[1].State, "what was given stays as it was")
	assert.Equal(t, "", string(changed[0].State), "what comes from elsewhere stays")

	back, c, err := Collect(changed, from("faq.csv", entry("a", "怎么退货？", "十五天内。"), entry("b", "运费？", "8 元")), of, step)
	require.NoError(t, err)
	assert.Equal(t, kb.Changes{Changed: []string{"b"}}, c)
	assert.Equal(t, kb.Draft, back[2].State)
	_, _, err = Collect(have, []kb.Entry{{}}, of, step)
	assert.ErrorContains(t, err, "has no id")
}

// That a text moved to another line is no change; what is said of the entry is
// where it stands now.
func TestCollectFollowsLines(t *testing.T) {
	t.Parallel()
	read := func(above string) []kb.Entry {
		es, err := kb.ReadDir(fstest.MapFS{"en/a.md": {Data: []byte(above + "## Fee? {#fee}\n\nFree.\n")}, "zh/a.md": {Data: []byte(above + "## 运费？ {#fee}\n\n包邮。\n")}}, nil)
		require.NoError(t, err)
		return es
	}
	all := func(kb.Entry) bool { return true }
	have, _, err := Collect(nil, read(""), all, kb.Step{})
	require.NoError(t, err)
	now, c, err := Collect(have, read("\n\n"), all, kb.Step{})
	require.NoError(t, err)
	assert.Empty(t, c)
	assert.Equal(t, kb.Source{File: "zh/a.md", Line: 3}, now[0].SourceIn("zh"))
	assert.Equal(t, 3, now[0].SourceIn("en").Line)
	assert.Equal(t, kb.Source{File: "zh/a.md", Line: 1}, have[0].SourceIn("zh"), "what was given stays")
}

func TestCollectTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) []kb.Entry {
			var es []kb.Entry
			for i := range rapid.IntRange(0, 6).Draw(t, name) {
				es = append(es, entry(fmt.Sprint(i), "问"+rapid.String().Draw(t, "question"), rapid.String().Draw(t, "answer")))
			}
			return from("f", es...)
		}
		all := func(kb.Entry) bool { return true }
		step := kb.Step{By: "x", At: time.Unix(0, 0)}
		one, _, err := Collect(nil, draw("first"), all, step)
		if err != nil {
			return // no valid text
		}
		second := draw("second")
		two, _, err := Collect(one, second, all, step)
		if err != nil {
			return
		}
		three, c, err := Collect(two, second, all, step)
		require.NoError(t, err)
		assert.Empty(t, c, "a second time changes nothing")
		assert.Equal(t, two, three)
	})
}

func TestClean(t *testing.T) {
	t.Parallel()
	var es []kb.Entry
	for i := range 5 {
		es = append(es, from(fmt.Sprintf("%d.html", i), entry(fmt.Sprint(i), "尺码", fmt.Sprintf("第 %d 页的内容。\n\n本店保留最终解释权。", i), func(e *kb.Entry) { e.Kind = kb.Passage }))...)
	}
	es = append(es, from("5.html", entry("5", "声明", "本店保留最终解释权！", func(e *kb.Entry) { e.Kind = kb.Passage }))...)
	es = append(es, entry("q", "我的手机 13812345678 收不到验证码", "请打 400-820-8820 或 13987654321。本店保留最终解释权。"))
	got, done := Clean(es, &CleanOptions{Public: []string{"400-820-8820"}})
	require.Len(t, got, 6, "nothing is left of a passage")
	assert.Equal(t, "第 3 页的内容。", got[3].Texts["zh"].Answer)
	assert.Equal(t, "请打 400-820-8820 或 139****4321。本店保留最终解释权。", got[5].Texts["zh"].Answer)
	assert.Equal(t, "我的手机 138****5678 收不到验证码", got[5].Texts["zh"].Question)
	assert.Contains(t, es[6].Texts["zh"].Question, "13812345678", "what was given stays as it was")
	what := map[string]int{}
	for _, d := range done {
		what[d.What]++
		assert.NotContains(t, d.Text, "13987654321")
	}
	assert.Equal(t, map[string]int{"repeated": 6, "empty": 1, "personal-data": 2}, what)
	again, done := Clean(got, &CleanOptions{Public: []string{"400-820-8820"}})
	assert.Equal(t, got, again)
	assert.Empty(t, done)
	_, done = Clean(es, &CleanOptions{Repeated: -1})
	assert.Len(t, done, 2)
}
