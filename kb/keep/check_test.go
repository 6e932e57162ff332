package keep

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/kb"
)

func entry(id, question, answer string, more ...func(*kb.Entry)) kb.Entry {
	e := kb.Entry{ID: id, Texts: map[string]kb.Text{"zh": {Question: question, Answer: answer}}}
	for _, f := range more {
		f(&e)
	}
	return e
}

// A report goes to many: what it quotes is masked and short.
func TestFindingsShowNoPersonalData(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("请带上小票和包装。", 100)
	r := Check([]kb.Entry{
		entry("a", "能退货吗13812345678", "支持退货，找小王13812345678。"+long),
		entry("b", "能退货吗13812345678", "不支持退货，找小王13812345678。"+long),
	}, nil)
	require.Equal(t, 1, r.Counts[Contradiction])
	require.Equal(t, 1, r.Counts[Duplicate])
	assert.NotContains(t, r.String(), "13812345678")
	for _, f := range r.Findings {
		assert.LessOrEqual(t, len(f.Text)+len(f.Against), 1000)
	}
}

func TestLinksAsBrowsersWriteThem(t *testing.T) {
	t.Parallel()
	at := func(file string) func(*kb.Entry) { return func(e *kb.Entry) { e.Source.File = file } }
	r := Check([]kb.Entry{
		entry("a", "怎么送货", "见[说明](%E9%85%8D%E9%80%81.md#top)、[英文](./en/a.md?plain=1)，和[没有的](%E6%97%A0.md)。", at("zh.md")),
		entry("b", "多少天", "三天。", at("配送.md")), entry("c", "几点", "九点。", at("en/a.md")),
	}, nil)
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "%E6%97%A0.md", r.Findings[0].Text)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		require.NoError(t, err)
		return d
	}
	en := func(q, a string) func(*kb.Entry) {
		return func(e *kb.Entry) { e.Texts["en"] = kb.Text{Question: q, Answer: a} }
	}
	for name, c := range map[string]struct {
		entries []kb.Entry
		opts    Options
		want    []string
	}{
		"clean": {[]kb.Entry{entry("a", "多久发货？", "当天。"), entry("b", "运费多少？", "8 元。")}, Options{}, nil},
		"same question": {[]kb.Entry{entry("a", "多久发貨？", "当天。"), entry("b", "运费多少？", "8 元", func(e *kb.Entry) {
			e.Texts["zh"] = kb.Text{Question: "邮费？", Others: []string{"多久发货"}, Answer: "当天发。"}
		})}, Options{}, []string{`duplicate: a / b [zh]: "多久发貨？" / "多久发货"`}},
		"near question":        {[]kb.Entry{entry("a", "衣服多久可以发货？", "当天。"), entry("b", "衣服多久就可以发货呢", "当天。")}, Options{Near: 0.6}, []string{`near-duplicate: a / b [zh]: "衣服多久可以发货？" / "衣服多久就可以发货呢"`}},
		"same but for its end": {[]kb.Entry{entry("a", "家具可以退货吗？", "可以。"), entry("b", "家具可以退货么", "可以。")}, Options{}, []string{`duplicate: a / b [zh]: "家具可以退货吗？" / "家具可以退货么"`}},
		"channels differ": {[]kb.Entry{entry("a", "几天内可退？", "7 天内。", func(e *kb.Entry) {
			t := e.Texts["zh"]
			t.ByChannel = map[string]string{"phone": "十五天内。", "wechat": "七天内可以退"}
			e.Texts["zh"] = t
		})}, Options{}, []string{`channel: a [zh]: "7 天" / "phone: 十五天"`}},
		"one number of two": {[]kb.Entry{entry("a", "运费多少", "满 99 元包邮，否则 8 元。", en("Delivery fee?", "Free from 199 yuan, else 8 yuan."))}, Options{}, []string{`translation: a: "en: 199 yuan" / "zh: 99 元"`}},
		"other number": {[]kb.Entry{entry("a", "衣服多久可以发货？", "签收后七天内。"), entry("b", "衣服多久可以发货", "15天内。")}, Options{}, []string{
			`contradiction: a / b [zh]: "七天" / "15天"`, `duplicate: a / b [zh]: "衣服多久可以发货？" / "衣服多久可以发货"`}},
		"yes and no": {[]kb.Entry{entry("a", "支持货到付款吗？", "本店支持货到付款。"), entry("b", "支持货到付款吗", "本店暂不支持货到付款。")}, Options{}, []string{
			`contradiction: a / b [zh]: "本店支持货到付款。" / "本店暂不支持货到付款。"`, `duplicate: a / b [zh]: "支持货到付款吗？" / "支持货到付款吗"`}},
		"never seen together": {[]kb.Entry{entry("a", "多久发货？", "7天", func(e *kb.Entry) { e.Channels = []string{"app"} }), entry("b", "多久发货？", "9天", func(e *kb.Entry) { e.Channels = []string{"web"} }),
			entry("c", "多久发货？", "5天", func(e *kb.Entry) { e.State = kb.Retired })}, Options{}, nil},
		"one after the other": {[]kb.Entry{entry("a", "几点关门？", "22点", func(e *kb.Entry) { e.Until = day("2027-01-01") }), entry("b", "几点关门？", "21点", func(e *kb.Entry) { e.From = day("2027-01-01") })}, Options{}, nil},
		"translation":         {[]kb.Entry{entry("a", "退货？", "七天内。", en("Returns?", "Within 14 days.")), entry("b", "换货？", "7天内。", en("Exchange?", "Within seven days."))}, Options{}, []string{`translation: a: "en: 14 days" / "zh: 七天"`}},
		"missing language":    {[]kb.Entry{entry("a", "退货？", "好", en("Returns?", "Yes")), entry("b", "运费？", "8元", en("Shipping?", "8 yuan")), entry("c", "发票？", "有")}, Options{}, []string{"missing-language: c [en]"}},
		"languages as given":  {[]kb.Entry{entry("a", "退货？", "好")}, Options{Languages: []string{"zh", "fr"}}, []string{"missing-language: a [fr]"}},
		"dates": {[]kb.Entry{entry("a", "一？", "好", func(e *kb.Entry) { e.Until = day("2026-11-21") }), entry("b", "二？", "好", func(e *kb.Entry) { e.Until = day("2026-12-01") }), entry("c", "三？", "好", func(e *kb.Entry) { e.Reviewed = day("2025-01-01") }),
			entry("d", "四？", "活动到2026年11月11日止。"), entry("e", "五？", "活动到2026年12月12日止。"), entry("f", "六？", "Ends November 11, 2026.")}, Options{Now: now}, []string{
			`expired: a: "2026-11-21"`, `past-date: d [zh]: "2026-11-11"`, `past-date: f [zh]: "2026-11-11"`, `expiring: b: "2026-12-01"`, `stale: c: "2025-01-01"`}},
		"variables": {[]kb.Entry{entry("a", "到哪了？", "{{order.status}}，{{ nobody }}，{{没关"), entry("b", "几点？", "待补充")}, Options{Variables: []string{"order.status"}}, []string{
			`variable: a [zh]: "{{ nobody }}"`, `variable: a [zh]: "{{没关"`, `variable: b [zh]: "待补充"`}},
		"links": {[]kb.Entry{entry("a", "一？", "见[二](#b)、[三](c.md)、[没有](#x)、[没有](d.md)、[站内](/orders)，https://bad.example/x。", func(e *kb.Entry) { e.Source.File = "a.md" }), entry("b", "二？", "https://good.example", func(e *kb.Entry) { e.Source.File = "c.md" })},
			Options{Link: func(u string) bool { return u == "https://good.example" }}, []string{`a.md: broken-link: a [zh]: "#x"`, `a.md: broken-link: a [zh]: "d.md"`, `a.md: broken-link: a [zh]: "https://bad.example/x"`}},
		"personal data": {[]kb.Entry{entry("a", "找谁？", "找小王\n电话 13800138000 或 400"), entry("b", "热线？", "13900139000")}, Options{Public: []string{"13900139000"}}, []string{`personal-data: a [zh]: "电话 138****8000 或 400"`}},
		"no answer":     {[]kb.Entry{entry("a", "在吗？", " ")}, Options{}, []string{`empty-answer: a [zh]: "在吗？"`}},
		"passages repeat": {[]kb.Entry{entry("a", "简介", "好", func(e *kb.Entry) { e.Kind = kb.Passage }), entry("b", "简介", "不好", func(e *kb.Entry) { e.Kind = kb.Passage })},
			Options{Languages: []string{"en"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Check(c.entries, &c.opts)
			var got []string
			total := 0
			for _, f := range r.Findings {
				got = append(got, f.String())
			}
			for _, n := range r.Counts {
				total += n
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, len(got), total)
		})
	}
}

func TestCheckAnything(t *testing.T) {
	t.Parallel()
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"{{", "}}", "](", "http://", "2026", "年", "-", "11", "13800138000", "不能", "七天", "\xff"}))
	rapid.Check(t, func(t *rapid.T) {
		var es []kb.Entry
		for i := range 4 {
			es = append(es, entry(fmt.Sprint(i), strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "q"), ""), strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "a"), "")))
		}
		one, two := Check(es, &Options{Now: time.Unix(2e9, 0)}), Check(es, &Options{Now: time.Unix(2e9, 0)})
		assert.Equal(t, one, two, "the same base, another report")
	})
}

// The shop's own base is kept clean.
func TestShopIsClean(t *testing.T) {
	t.Parallel()
	es, err := kb.ReadDir(os.DirFS("../../examples/shop/data/kb"), nil)
	if err != nil {
		t.Skipf("no base beside this package: %v", err)
	}
	r := Check(es, &Options{Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)})
	for _, f := range r.Findings {
		t.Log(f)
	}
	assert.Zero(t, r.Counts[Contradiction]+r.Counts[Translation]+r.Counts[Duplicate]+r.Counts[Variable]+r.Counts[Empty])
}

func FuzzCheck(f *testing.F) {
	f.Add("七天内[见](#x)", "2026年11月21日 {{a}}")
	f.Fuzz(func(t *testing.T, a, b string) {
		Check([]kb.Entry{entry("1", a, b), entry("2", b, a)}, &Options{Now: time.Unix(2e9, 0)})
	})
}

func BenchmarkCheck(b *testing.B) {
	es := make([]kb.Entry, 10_000)
	words := []string{"发货", "发票", "退货", "运费", "怎么", "多久", "会员", "积分", "保修", "尺码", "红色", "裙子", "手机", "耳机", "充电", "地址", "取消", "订单"}
	for i := range es {
		es[i] = entry(fmt.Sprint(i), words[i%18]+words[i/18%18]+words[i/324%18]+fmt.Sprint(i), "七天内可以，运费 8 元。")
	}
	b.ReportAllocs()
	for b.Loop() {
		Check(es, nil)
	}
}

func ExampleCheck() {
	entries, err := kb.ReadDir(fstest.MapFS{
		"zh/returns.md": {Data: []byte("# 售后\n\n## 多久可以退货？ {#return}\n\n签收后 7 天内。\n\n## 多久可以退货 {#return-2}\n\n签收后 15 天内。\n")},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range Check(entries, nil).Findings {
		fmt.Println(f)
	}
	// Output:
	// zh/returns.md:3: contradiction: return / return-2 [zh]: "7 天" / "15 天"
	// zh/returns.md:3: duplicate: return / return-2 [zh]: "多久可以退货？" / "多久可以退货"
}

// A finding about one language leads to that language's file, and a link is
// judged from where it stands.
func TestFindingsNameTheFileOfTheirLanguage(t *testing.T) {
	t.Parallel()
	es, err := kb.ReadDir(fstest.MapFS{
		"en/fee.md":   {Data: []byte("# Fees\n\n## What does it cost? {#fee}\n\nSee [the list](list.md).\n\n## List {#list}\n\nNone.\n")},
		"en/list.md":  {Data: []byte("## The list {#x}\n\nEmpty.\n")},
		"zh/fee.md":   {Data: []byte("## 多少钱？ {#fee}\n\n见[价目表](list.md)。\n\n## 价目 {#list}\n\n无。\n")},
		"zh/other.md": {Data: []byte("## 价目表 {#x}\n\n空。\n")},
	}, nil)
	require.NoError(t, err)
	r := Check(es, nil)
	require.Len(t, r.Findings, 1, r)
	assert.Equal(t, Link, r.Findings[0].Kind)
	assert.Equal(t, kb.Source{File: "zh/fee.md", Line: 1}, r.Findings[0].Source)
}
