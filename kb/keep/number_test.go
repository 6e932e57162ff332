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
		"签收后7天内可退":                    {{"7", "day"}},
		"七天无理由":                       {{"7", "day"}},
		"三十个工作日":                      {{"30", "workday"}},
		"within 30 days or ten weeks": {{"30", "day"}, {"70", "day"}},
		"满¥1,299.00减９.90元":            {{"1299", "CNY"}, {"9.9", "CNY"}},
		"打八折，一定要看":                    {{"8", "折"}},
		"30% off, 5 pm":               {{"30", "%"}, {"17", "o'clock"}},
		"https://a.cn/2024/7天 见附件A4":  nil,
		"一千二百三十四元":                    {{"1234", "CNY"}},
		"2026-11-21 9:30":             {{"11-21", "date"}, {"9:30", "o'clock"}},
		"最多 3 个，限 2 Accounts":         {{"3", "个"}, {"2", "account"}},
		"下午四点，晚上 9 点半":                {{"16", "o'clock"}, {"21:30", "o'clock"}},
		"":                            nil,
	} {
		assert.Equal(t, want, numbers(s), s)
	}
}

func TestDiffer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"七天内可退", "15 天内可退", true}, {"7天内，运费8元", "七天内，运费 8 元", false}, {"7 days", "7天", false}, {"within 14 days", "7天", true},
		{"7天或15天", "15天", false}, {"7天", "运费8元", false}, {"可以", "不可以", false}, {"11月11日截止", "November 12", true}, {"11月11日截止", "ends 11 November", false}, {"1周内", "seven days", false},
	} {
		x, y, ok := differ(numbers(c.a), numbers(c.b))
		assert.Equal(t, c.want, ok, "%s / %s: %s %s", c.a, c.b, x, y)
	}
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
