package kb

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const shopZh = "# 配送\n\n## 多久发货？ {#ship.when}\n也问: 几天能发 | 什么时候寄出\n标签: 物流、时效\n\n现货当天发。\n\n## 运费多少？ {#ship.fee}\n也问：包邮吗|邮费怎么算\n\n满 99 包邮。\n\n# 发票\n## 怎么开发票？ {#invoice}\n\n在订单里申请。\n"
const shopEn = "# Shipping\n\n## When do you ship? {#ship.when}\nalso: dispatch time | how soon is it sent\n\nThe same day.\n\n## How much is shipping? {#ship.fee}\n\nFree over $80.\n\n## Do you have gift wrapping? {#gift}\nfrom: 2026-11-01\nuntil: 2026-12-24\nsource: https://shop.example/gift\n\nYes, until Christmas.\n"

func shopBase(t testing.TB) *Base {
	t.Helper()
	b, err := Load(fstest.MapFS{"zh/shop.md": {Data: []byte(shopZh)}, "en/shop.md": {Data: []byte(shopEn)}}, nil)
	require.NoError(t, err)
	return b
}

func TestLoadMergesLanguages(t *testing.T) {
	t.Parallel()
	b := shopBase(t)
	assert.Equal(t, 4, b.Len())
	e, ok := b.Entry("ship.when")
	require.True(t, ok)
	assert.Equal(t, Text{Question: "多久发货？", Others: []string{"几天能发", "什么时候寄出"}, Answer: "现货当天发。", Category: "配送", Source: &Source{File: "zh/shop.md", Line: 3}}, e.Texts["zh"])
	assert.Equal(t, Source{File: "zh/shop.md", Line: 3}, e.SourceIn("zh"))
	assert.Equal(t, Source{File: "en/shop.md", Line: 3}, e.SourceIn("en"))
	assert.Equal(t, "The same day.", e.Texts["en"].Answer)
	assert.Equal(t, []string{"物流", "时效"}, e.Tags)
	gift, _ := b.Entry("gift")
	assert.Equal(t, "https://shop.example/gift", gift.Source.URL)
	assert.Equal(t, time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC), gift.Until)
	assert.Equal(t, []string{"Shipping", "发票"}, b.Categories())
}

func TestLinesUnderAHeading(t *testing.T) {
	t.Parallel()
	md := "## 员工价怎么算？ {#staff}\n仅限渠道: app、网页\n仅限对象：员工\n适用商品: p1, p2\n负责人: 小李\n复核日期: 2026-11-01\n审核状态: 草稿\n\n八折。\n"
	csv := "id,question,answer,channels,audience,products,owner,reviewed,state\nstaff,员工价怎么算？,八折。,\"app、网页\",员工,\"p1,p2\",小李,2026-11-01,draft\n"
	want := Entry{ID: "staff", Channels: []string{"app", "网页"}, Audience: []string{"员工"}, Products: []string{"p1", "p2"}, Owner: "小李", State: Draft,
		Reviewed: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Texts: map[string]Text{"zh": {Question: "员工价怎么算？", Answer: "八折。"}}}
	es, err := ReadMarkdown("a.md", strings.NewReader(md), "zh")
	require.NoError(t, err)
	want.Source = Source{File: "a.md", Line: 1}
	assert.Equal(t, []Entry{want}, es)
	es, err = ReadCSV("a.csv", strings.NewReader(csv), "zh")
	require.NoError(t, err)
	want.Source = Source{File: "a.csv", Line: 2}
	assert.Equal(t, []Entry{want}, es)
	csv = "编号,问题,答案,仅限渠道,仅限对象,适用商品,负责人,复核日期,审核状态\nstaff,员工价怎么算？,八折。,app、网页,员工,\"p1,p2\",小李,2026年11月1日,草稿\n"
	es, err = ReadCSV("a.csv", strings.NewReader(csv), "zh")
	require.NoError(t, err)
	assert.Equal(t, []Entry{want}, es)
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	b := shopBase(t)
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		ask, lang string
		verdict   Verdict
		answer    string
	}{
		{"多久发货", "zh", Answered, "现货当天发。"}, {"什么时候寄出啊？", "zh", Answered, "现货当天发。"}, {"請問包郵嗎", "zh", Answered, "满 99 包邮。"},
		{"怎麼開發票", "zh", Answered, "在订单里申请。"}, {"How soon is it sent?", "en", Answered, "The same day."}, {"shipping cost how much", "en", Answered, "Free over $80."},
		{"how much is shipping", "zh", Answered, "满 99 包邮。"}, {"怎么开发票", "en", Answered, "在订单里申请。"},
		{"量子力学", "zh", Unknown, ""}, {"who won the world cup", "en", Unknown, ""}, {"", "zh", Unknown, ""}, {"😀😀", "zh", Unknown, ""},
	} {
		a, err := b.Answer(context.Background(), Query{Text: c.ask, Language: c.lang, Now: now})
		require.NoError(t, err)
		assert.Equal(t, c.verdict, a.Verdict, "%q: %.2f %+v", c.ask, a.Confidence, a.Hits)
		if c.verdict == Answered {
			require.NotEmpty(t, a.Hits, c.ask)
			assert.Equal(t, c.answer, a.Hits[0].Answer, c.ask)
		}
	}
}

// Of entries that fit alike, one of the category asked about before comes first; a
// question with words of its own is not drawn there.
func TestAfterACategory(t *testing.T) {
	t.Parallel()
	base, err := New([]Entry{
		{ID: "screen", Category: "维修", Texts: map[string]Text{"zh": {Question: "换屏幕多少钱？"}, "en": {Question: "How much is a new screen?"}}},
		{ID: "fee", Category: "配送", Texts: map[string]Text{"zh": {Question: "运费要多少钱？"}, "en": {Question: "How much is the shipping?"}}},
		{ID: "when", Category: "配送", Texts: map[string]Text{"zh": {Question: "什么时候发货？"}, "en": {Question: "When do you ship?"}}},
		{ID: "invoice", Category: "发票", Texts: map[string]Text{"zh": {Question: "怎么开发票？"}, "en": {Question: "How do I get an invoice?"}}},
	}, nil)
	require.NoError(t, err)
	for _, c := range []struct{ ask, lang, after, want string }{
		{"多少钱", "zh", "when", "fee"}, {"多少钱", "zh", "screen", "screen"},
		{"how much is it", "en", "when", "fee"}, {"how much is it", "en", "screen", "screen"},
		{"怎么开发票", "zh", "when", "invoice"}, {"How do I get an invoice?", "en", "screen", "invoice"}, {"换屏幕多少钱", "zh", "when", "screen"},
	} {
		hits, err := base.Search(t.Context(), Query{Text: c.ask, Language: c.lang, After: c.after})
		require.NoError(t, err)
		require.NotEmpty(t, hits)
		assert.Equal(t, c.want, hits[0].ID, "%q after %s", c.ask, c.after)
	}
}

// What follows on an answer and names what that says is answered by it, unless
// another entry is sure, or it may not be read.
func TestAfterAnAnswer(t *testing.T) {
	t.Parallel()
	base, err := New([]Entry{
		{ID: "days", Category: "配送", Texts: map[string]Text{"zh": {Question: "快递几天能到？", Answer: "江浙沪 1–2 天，新疆、西藏 5–7 天。"},
			"en": {Question: "How long does delivery take?", Answer: "Two days near Shanghai, 5–7 in remote regions."}}},
		{ID: "hk", Category: "配送", Texts: map[string]Text{"zh": {Question: "香港呢？", Others: []string{"能送到香港吗"}, Answer: "香港走顺丰，3 天。"}, "en": {Question: "Do you ship to Hong Kong?", Answer: "Yes."}}},
		{ID: "staff", Audience: []string{"staff"}, Texts: map[string]Text{"zh": {Question: "内部价怎么算？", Answer: "新疆仓按成本价。"}}},
		{ID: "pay", Texts: map[string]Text{"zh": {Question: "可以货到付款吗？", Answer: "可以。"}, "en": {Question: "Can I pay on delivery?", Answer: "Yes."}}},
		{ID: "size", Texts: map[string]Text{"zh": {Question: "尺码不合适能换吗？", Answer: "能。"}, "en": {Question: "Can I change the size?", Answer: "Yes."}}},
		{ID: "member", Texts: map[string]Text{"zh": {Question: "会员有什么好处呢？", Answer: "积分双倍。"}, "en": {Question: "What do members get?", Answer: "Points."}}},
		{ID: "open", Texts: map[string]Text{"zh": {Question: "门店几点关门呢？", Answer: "九点。"}, "en": {Question: "When do you close?", Answer: "At nine."}}},
	}, nil)
	require.NoError(t, err)
	for _, c := range []struct{ ask, lang, after, want string }{
		{"那新疆呢？", "zh", "days", "days"}, {"西藏呢", "zh", "days", "days"}, {"and to remote regions?", "en", "days", "days"},
		{"那香港呢", "zh", "days", "hk"},       // has an entry of its own
		{"那新疆呢？", "zh", "", ""},            // after nothing
		{"那北京呢？", "zh", "days", ""},        // is not in it
		{"那新疆呢？", "zh", "staff", ""},       // may not be read
		{"那新疆呢？", "zh", "gone", ""},        // no longer there
		{"and to mote?", "en", "days", ""}, // part of a word
		{"那我上个月买的那台机器送到新疆的时候外面那层包装已经破了怎么办呢", "zh", "days", ""},
	} {
		a, err := base.Answer(t.Context(), Query{Text: c.ask, Language: c.lang, After: c.after})
		require.NoError(t, err)
		if c.want == "" {
			assert.NotEqual(t, Answered, a.Verdict, "%q after %q", c.ask, c.after)
			continue
		}
		require.Equal(t, Answered, a.Verdict, "%q after %q", c.ask, c.after)
		assert.Equal(t, c.want, a.Hits[0].ID, "%q after %q", c.ask, c.after)
		for _, h := range a.Hits[1:] {
			assert.NotEqual(t, c.want, h.ID)
		}
		one, err := base.Answer(t.Context(), Query{Text: c.ask, Language: c.lang, After: c.after, N: 1})
		require.NoError(t, err)
		assert.Len(t, one.Hits, 1)
	}
}

func TestFiltersNeverLeak(t *testing.T) {
	t.Parallel()
	b := shopBase(t)
	for name, q := range map[string]Query{
		"too early": {Text: "Do you have gift wrapping?", Now: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)},
		"too late":  {Text: "Do you have gift wrapping?", Now: time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC)},
		"category":  {Text: "Do you have gift wrapping?", Category: "发票"},
		"tag":       {Text: "Do you have gift wrapping?", Tags: []string{"物流"}},
	} {
		hits, err := b.Search(context.Background(), q)
		require.NoError(t, err)
		for _, h := range hits {
			assert.NotEqual(t, "gift", h.ID, name)
		}
	}
	hits, err := b.Search(context.Background(), Query{Text: "Do you have gift wrapping?", Now: time.Date(2026, 12, 24, 23, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	assert.Equal(t, "gift", hits[0].ID)
}

func TestSynonyms(t *testing.T) {
	t.Parallel()
	es := []Entry{{ID: "fee", Texts: map[string]Text{"zh": {Question: "运费怎么算？", Answer: "8 元"}, "en": {Question: "Where do I enter a coupon?", Answer: "At checkout."}}},
		{ID: "other", Texts: map[string]Text{"zh": {Question: "几点下班？", Answer: "22 点"}, "en": {Question: "When do you close?", Answer: "At ten."}}}}
	b, err := New(es, &Options{Synonyms: [][]string{{"运费", "邮费"}, {"怎么", "咋"}, {"coupon", "voucher", "promo code"}}})
	require.NoError(t, err)
	for _, q := range []string{"邮费咋算", "郵費怎麼算", "where to enter my promo code", "VOUCHER enter where"} {
		a, err := b.Answer(context.Background(), Query{Text: q})
		require.NoError(t, err)
		require.Equal(t, Answered, a.Verdict, q)
		assert.Equal(t, "fee", a.Hits[0].ID, q)
	}
	assert.Equal(t, "vouchers", newSynonyms([][]string{{"coupon", "voucher"}}).read("vouchers"), "a part of a word was replaced")
}

func TestErrorsNameFileAndLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, content, want string }{
		"no answer":        {"a.md", "# x\n## q {#q}\n\n## r\ntext\n", `a.md:2: "q" has no answer`},
		"bad date":         {"a.md", "## q\nfrom: tomorrow\n\ntext\n", `a.md:2: "tomorrow" is no date: write 2026-01-31`},
		"bad state":        {"a.md", "## q\nstate: maybe\n\ntext\n", `a.md:2: "maybe" is no state: write draft`},
		"wrong header":     {"a.csv", "id,frage,answer\n", `a.csv:1: column "frage" is unknown: the header may have id, language`},
		"column twice":     {"a.csv", "问题,question,answer\n", `a.csv:1: column "question" stands twice`},
		"missing column":   {"a.csv", "id,question\n", `a.csv:1: column "answer" is missing`},
		"empty csv answer": {"a.csv", "question,answer\nq,a\nq2,\n", "a.csv:3: question or answer is empty"},
		"broken json":      {"a.json", `[{"id":1}]`, "a.json:1: want an array of entries"},
		"unknown field":    {"a.json", `[{"id":"a","frage":"x"}]`, "frage"},
		"duplicate":        {"a.md", "## q {#x}\ntext\n\n## r {#x}\ntext\n", `a.md:4: id "x" stands at a.md:1 already`},
		"nothing":          {"a.txt", "x", "holds no .md, .csv or .json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(fstest.MapFS{c.file: {Data: []byte(c.content)}}, nil)
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

func TestManyErrorsAreCut(t *testing.T) {
	t.Parallel()
	_, err := New(make([]Entry, 1000), nil)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "entry 50 has no id\nkb: and 950 more")
	assert.NotContains(t, err.Error(), "entry 51")
}

func TestPlainMarkdownIsABase(t *testing.T) {
	t.Parallel()
	es, err := ReadMarkdown("README.md", strings.NewReader("---\ntitle: x\n---\n# Guide\nIntro text.\n\n## Install\nRun it.\n```\n# not a heading\n```\n### Empty\n"), "en")
	require.NoError(t, err)
	require.Len(t, es, 2)
	assert.Equal(t, "README#install", es[1].ID)
	assert.Contains(t, es[1].Texts["en"].Answer, "# not a heading")
}

func TestReplaceKeepsTheOldOnError(t *testing.T) {
	t.Parallel()
	b := shopBase(t)
	v := b.Version()
	require.Error(t, b.Replace([]Entry{{ID: "x"}}))
	require.Error(t, b.Replace(nil))
	assert.Equal(t, v, b.Version())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				_, err := b.Answer(context.Background(), Query{Text: "多久发货"})
				assert.NoError(t, err)
			}
		})
	}
	for i := range 20 {
		require.NoError(t, b.Replace([]Entry{{ID: fmt.Sprint(i), Texts: map[string]Text{"zh": {Question: "多久发货", Answer: "快了"}}}}))
	}
	wg.Wait()
	assert.NotEqual(t, v, b.Version())
}

func TestAnExactWordingComesFirst(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"发货", "发票", "退货", "运费", "怎么", "多久", "ship", "return", "size", "invoice", "红色", "尺码", "how", "when"})
	rapid.Check(t, func(t *rapid.T) {
		var es []Entry
		seen := map[string]bool{}
		for i, q := range rapid.SliceOfN(rapid.SliceOfN(word, 2, 5), 2, 12).Draw(t, "questions") {
			s := strings.Join(q, " ")
			if seen[s] {
				continue
			}
			seen[s] = true
			es = append(es, Entry{ID: fmt.Sprint(i), Texts: map[string]Text{"zh": {Question: s, Answer: "x"}}})
		}
		b, err := New(es, nil)
		require.NoError(t, err)
		want := es[rapid.IntRange(0, len(es)-1).Draw(t, "which")]
		hits, err := b.Search(context.Background(), Query{Text: want.Texts["zh"].Question})
		require.NoError(t, err)
		require.NotEmpty(t, hits)
		if hits[0].ID != want.ID { // the same words in another order tie at best
			assert.InDelta(t, hits[0].Score, scoreOf(hits, want.ID), 0.15)
		}
	})
}

func scoreOf(hits []Hit, id string) float64 {
	for _, h := range hits {
		if h.ID == id {
			return h.Score
		}
	}
	return -1
}

func FuzzReaders(f *testing.F) {
	f.Add([]byte(shopZh))
	f.Add([]byte("id,question,answer\n1,q,a\n"))
	f.Add([]byte(`[{"id":"a","texts":{"zh":{"question":"q","answer":"a"}}}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = ReadMarkdown("a.md", strings.NewReader(string(raw)), "zh")
		_, _ = ReadCSV("a.csv", strings.NewReader(string(raw)), "zh")
		_, _ = ReadJSON("a.json", strings.NewReader(string(raw)))
	})
}

func FuzzAnswer(f *testing.F) {
	b := shopBase(f)
	f.Add("多久发货")
	f.Add("\xff\x00")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := b.Answer(context.Background(), Query{Text: s})
		if err != nil || a.Confidence < 0 || a.Confidence > 1 {
			t.Fatal(err, a.Confidence)
		}
	})
}

func benchBase(b *testing.B, n int) *Base {
	es := make([]Entry, n)
	words := []string{"发货", "发票", "退货", "运费", "怎么", "多久", "会员", "积分", "保修", "尺码", "红色", "裙子", "手机", "耳机", "充电", "地址", "取消", "订单"}
	for i := range es {
		q := words[i%18] + words[i/18%18] + words[i/324%18] + fmt.Sprint(i%97)
		es[i] = Entry{ID: fmt.Sprint(i), Texts: map[string]Text{"zh": {Question: q, Others: []string{"请问" + q}, Answer: q}}}
	}
	base, err := New(es, nil)
	require.NoError(b, err)
	return base
}

func BenchmarkAnswer(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			base := benchBase(b, n)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = base.Answer(context.Background(), Query{Text: "手机保修多久12"})
			}
		})
	}
}

func ExampleBase_Answer() {
	base, err := New([]Entry{
		{ID: "invoice", Texts: map[string]Text{
			"zh": {Question: "怎么开发票？", Others: []string{"能开票吗"}, Answer: "在“我的订单”里点“申请发票”。"},
			"en": {Question: "How do I get an invoice?", Answer: "Tap Request invoice under My orders."}}},
		{ID: "hours", Texts: map[string]Text{
			"zh": {Question: "几点开门？", Answer: "每天 9 点。"}, "en": {Question: "When do you open?", Answer: "At nine every day."}}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, q := range []Query{{Text: "發票怎麼開", Language: "zh"}, {Text: "can I get an invoice", Language: "en"}, {Text: "今天会下雨吗", Language: "zh"}} {
		a, _ := base.Answer(context.Background(), q)
		if a.Verdict == Answered {
			fmt.Println(a.Hits[0].Answer)
		} else {
			fmt.Println(a.Verdict)
		}
	}
	// Output:
	// 在“我的订单”里点“申请发票”。
	// Tap Request invoice under My orders.
	// unknown
}
