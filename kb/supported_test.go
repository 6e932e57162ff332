package kb

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func missing(answer string, passages ...string) []string {
	out := []string{}
	for _, s := range Supported(answer, passages) {
		for _, f := range s.Missing {
			out = append(out, f.Kind+":"+f.Text)
		}
	}
	return out
}

func TestSupportedFacts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ answer, passage string }{
		"price written otherwise": {"运费是 9.9 元。", "每单收 ¥9.90 运费"},
		"numeral":                 {"七天内可以退。", "签收后 7 天内可以无理由退货"},
		"numeral back":            {"You have 7 days.", "You may return it within seven days."},
		"a week":                  {"一周内到账。", "退款 7 天内到账"},
		"weeks":                   {"It takes two weeks.", "Allow 14 days for delivery."},
		"full width":              {"满９９元包邮。", "满99包邮"},
		"thousands":               {"It costs $1,299.", "The price is 1299.00 USD"},
		"hundreds":                {"三百五十元起。", "350元起"},
		"short hundred":           {"三百五就行。三百五元。", "350元"},
		"date":                    {"1月5日前都可以。", "活动到 2026-01-05 为止"},
		"month in words":          {"Until January 5th.", "valid until Jan 5"},
		"time of day":             {"下午4点前付款今天发。", "16:00 前付款当天发"},
		"pm":                      {"Order before 4 pm.", "Orders placed before 16:00 ship today"},
		"link":                    {"请看 https://shop.example/help 。", "帮助：http://www.shop.example/help/"},
		"percent":                 {"打九折。优惠 10%。", "9折，即 10% 的优惠"},
		"name in marks":           {"请点「申请售后」。", "在我的订单里点申请售后"},
		"latin name":              {"我们发 SF Express。", "默认 sf express 发货"},
		"no fact at all":          {"好的，我来帮您看看，一般很快。", "别的内容"},
		"traditional":             {"七天內可以退。", "7天内"},
		"bare number":             {"最多 3 次。", "可以改 3 次"},
		"model name":              {"A15 和 M2 都支持。", "支持 A15、M2"},
		"ordinal words":           {"其中一个就行，两者都可以，第一次也行。", "随便"},
		"day first":               {"Until 5 January.", "valid until Jan 5"},
		"day of month":            {"Until the 21st of November 2026.", "活动到 2026年11月21日"},
		"year first":              {"Until January 5, 2027.", "活动到 2027 年 1 月 5 日"},
		"a few points":            {"请快一点，注意两点，再等一次。", "随便"},
		"spelled hour":            {"下午四点前。", "16:00 前"},
		"counted otherwise":       {"最多三件。", "at most 3 items"},
		"month cut short":         {"It ends on Nov. 5, 2026.", "Offer valid until November 5, 2026. Later orders pay in full."},
		"month behind its day":    {"Until 5 Nov. 2026, then no more.", "活动到 2026年11月5日"},
		"four letters":            {"It starts on Sept. 9.", "from September 9th"},
		"year with points":        {"活动到2026.11.5。之后恢复原价。", "Until November 5, 2026"},
		"full-width points":       {"至２０２６．１１．０５止", "11月5日止"},
		"hours cut short":         {"Open from 9 a.m. to 4 p.m. on Mon. and Sat. only.", "Mon. and Sat., 9:00 to 16:00"},
		"decimals":                {"约 3.5 公斤，approx. 3.5 kg。", "毛重 3.5 kg。"},
		"numbered":                {"See No. 12 of the list, e.g. on p. 3.", "No. 12 (p. 3)"},
		"starts a sentence":       {"Please send it back. Returns are free. Contact us.", "you can return it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, missing(c.answer, c.passage))
		})
	}
}

func TestUnsupportedFacts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer, passage string
		want            []string
	}{
		"number changed":     {"15天内可以退。", "7天内可以退，30天内可以换", []string{"duration:15天"}},
		"unit changed":       {"7小时内退。", "7天内退", []string{"duration:7小时"}},
		"price made up":      {"运费 12 元。", "运费自理", []string{"price:12 元"}},
		"price for duration": {"退款要 30 元。", "30 天内", []string{"price:30 元"}},
		"currency changed":   {"It is $99.", "¥99", []string{"price:$99"}},
		"date made up":       {"3月8日结束。", "3月18日结束", []string{"date:3月8日"}},
		"link made up":       {"见 https://evil.example/x 。", "见 https://shop.example/x", []string{"link:https://evil.example/x"}},
		"mail made up":       {"Write to help@evil.example.", "write to us", []string{"link:help@evil.example"}},
		"name made up":       {"Ask for Alexander at the desk.", "ask at the desk", []string{"name:Alexander"}},
		"book name":          {"参见《保修手册》。", "参见说明书", []string{"name:《保修手册》"}},
		"percent":            {"打八折。", "打九折", []string{"percentage:八折"}},
		"spelled":            {"Within ten days.", "within seven days", []string{"duration:ten days"}},
		"time":               {"晚上9点前。", "9点到18点", []string{"time:9点"}},
		"counted":            {"可以改 3 天。", "可以改 3 次", []string{"duration:3 天"}},
		"other day":          {"It ends on Nov. 6, 2026.", "It ends on Nov. 5, 2026.", []string{"date:Nov. 6, 2026"}},
		"other day, points":  {"活动到2026.11.6。", "活动到2026.11.5。", []string{"date:2026.11.6"}},
		"other decimal":      {"approx. 3.5 kg.", "approx. 5 kg.", []string{"number:3.5 kg"}},
		"second sentence":    {"7天内可退。运费 5 元。", "7天内可退", []string{"price:5 元"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, missing(c.answer, c.passage))
		})
	}
}

func TestSupportedByItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"¥9.90", "七天", "1月5日", "16:30", "打九折", "https://a.example/b", "《手册》", "iPhone 15", "三百五十元", "by Friday", "two weeks",
			"。", "，", " ", "退货", "Refund", "\n", "10%", "July 4th", "12,000", "1.5kg"}), 0, 20).Draw(t, "parts")
		s := strings.Join(parts, rapid.SampledFrom([]string{"", " ", "，"}).Draw(t, "sep"))
		for _, x := range Supported(s, []string{s}) {
			if len(x.Missing) > 0 {
				t.Fatalf("%q does not support itself: %v", s, x.Missing)
			}
		}
	})
}

// Every sentence of a passage is supported by the passage, and each of its facts
// in a sentence of its own too: the shop's own entries, and dates as they are
// written in both languages.
func TestPassagesSupportWhatStandsInThem(t *testing.T) {
	t.Parallel()
	entries, err := ReadDir(os.DirFS("../examples/shop/data/kb"), nil)
	require.NoError(t, err)
	var passages []string
	for _, e := range entries {
		for _, x := range e.Texts {
			passages = append(passages, x.Answer)
		}
	}
	require.NotEmpty(t, passages)
	slices.Sort(passages)
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 9000).Draw(t, "day"))
		date := day.Format(rapid.SampledFrom([]string{"Jan. 2, 2006", "Jan 2, 2006", "January 2", "2 Jan. 2006", "2 January 2006", "2006-01-02", "2006/1/2", "2006.1.2", "2006年1月2日", "1月2号", "Mon. Jan. 2", "Mon., Jan. 2, 2006", "Jan. 2, 3:04 p.m.", "2006年1月2日 15:04"}).Draw(t, "layout"))
		frame := rapid.SampledFrom([]string{"It ends on %s. Returns are free.", "Order by %s", "活动到%s。之后恢复原价。", "（至 %s）", "%s起，满99.5元包邮。No. 12, approx. 3.5 kg."}).Draw(t, "frame")
		passage := strings.Join([]string{rapid.SampledFrom(passages).Draw(t, "passage"), fmt.Sprintf(frame, date), rapid.SampledFrom(passages).Draw(t, "more")},
			rapid.SampledFrom([]string{"\n", " ", "\n\n"}).Draw(t, "between"))
		for _, answer := range []string{passage, fmt.Sprintf(frame, date), "It says " + date + " there.", "写的是" + date + "。"} {
			for _, s := range Supported(answer, []string{passage}) {
				if len(s.Missing) > 0 {
					t.Fatalf("%q stands in %q, and is not supported: %v", s.Text, passage, s.Missing)
				}
			}
		}
		for _, f := range Facts(passage) {
			for _, s := range Supported("It is: "+f.Text, []string{passage}) {
				for _, m := range s.Missing {
					if f.Kind != FactTime || m.Kind != FactTime { // 下午4点 is told by the word before
						t.Fatalf("%v of %q is not supported: %v", f, passage, m)
					}
				}
			}
		}
	})
}

func FuzzSupported(f *testing.F) {
	for _, s := range []string{"运费是 9.9 元。", "Until January 5th at 4 pm, $1,299.00!", "\xff\xfe三百万零五", "https://", "1月", "2026年3月5日", "「"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, answer, passage string) {
		for _, s := range Supported(answer, []string{passage}) {
			for _, m := range s.Missing {
				if !strings.Contains(answer, m.Text) {
					t.Fatalf("%q is not in the answer %q", m.Text, answer)
				}
			}
		}
	})
}

func TestSupportedIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("9", 1<<20)
	require.NotPanics(t, func() { Supported(long, []string{long}) })
}
