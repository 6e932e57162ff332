package keep

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	for s, want := range map[string][]number{
		"2–4 天，5~7 working days":      {{"2", "day", false, ""}, {"4", "day", false, ""}, {"5", "workday", false, ""}, {"7", "workday", false, ""}},
		"签收后7天内可退":                    {{"7", "day", false, ""}},
		"七天无理由":                       {{"7", "day", false, ""}},
		"三十个工作日":                      {{"30", "workday", false, ""}},
		"within 30 days or ten weeks": {{"30", "day", false, ""}, {"70", "day", false, ""}},
		"满¥1,299.00减９.90元":            {{"1299", "CNY", false, ""}, {"9.9", "CNY", false, ""}},
		"打八折，一定要看":                    {{"8", "折", false, ""}},
		"30% off, 5 pm":               {{"30", "%", false, ""}, {"17", "o'clock", false, ""}},
		"https://a.cn/2024/7天 见附件A4":  nil,
		"一千二百三十四元":                    {{"1234", "CNY", false, ""}},
		"2026-11-21 9:30":             {{"11-21", "date", false, ""}, {"9:30", "o'clock", false, ""}},
		"最多 3 个，限 2 Accounts":         {{"3", "个", true, ""}, {"2", "account", true, ""}},
		"下午四点，晚上 9 点半":                {{"16", "o'clock", false, ""}, {"21:30", "o'clock", false, ""}},
		"":                            nil,
	} {
		got := numbers(s)
		for i := range got {
			assert.Contains(t, s, strings.SplitN(got[i].said, "–", 2)[0], "as it is written")
			got[i].said = ""
		}
		assert.Equal(t, want, got, s)
	}
}

func TestDiffer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"七天内可退", "15 天内可退", true}, {"7天内，运费8元", "七天内，运费 8 元", false}, {"7 days", "7天", false}, {"within 14 days", "7天", true},
		{"7天或15天", "15天", false}, {"7天", "运费8元", false}, {"可以", "不可以", false}, {"11月11日截止", "November 12", true}, {"11月11日截止", "ends 11 November", false}, {"1周内", "seven days", false}, {"满99包邮，否则8元", "满59包邮，否则8元", true}, {"1–2 天，偏远 7 天", "1–2 days", false}, {"江浙沪 1–2 天，偏远 5–7 天", "Shanghai 1–2, remote regions 5–7 days, abroad 9 days", false},
	} {
		x, y, ok := differ(numbers(c.a), numbers(c.b))
		assert.Equal(t, c.want, ok, "%s / %s: %s %s", c.a, c.b, x, y)
	}
	x, y, _ := differ(numbers("签收后七天内"), numbers("3–5 个工作日，15 天内"))
	assert.Equal(t, []string{"七天", "15 天"}, []string{x, y})
	x, y, _ = differ(numbers("arrives in 2–4 days"), numbers("最多 3 个，5 到 7 天"))
	assert.Equal(t, []string{"2–4 days", "5–7 天"}, []string{x, y})
	assert.True(t, denies("暂不支持货到付款"))
	assert.True(t, denies("We can't ship there."))
	assert.False(t, denies("支持货到付款，notice the fee"))
}

func TestNumbersOfAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("一十万零亿9.,:/ 元$天a")))).Draw(t, "text")
		assert.Empty(t, func() string {
			for _, n := range numbers(s) {
				if n.value == "" || strings.ContainsRune(n.value, ',') {
					return n.value
				}
			}
			return ""
		}())
		_, _, ok := differ(numbers(s), numbers(s))
		assert.False(t, ok, "a text differs from itself")
	})
}
