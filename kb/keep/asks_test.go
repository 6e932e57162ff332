package keep

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/kb"
)

func TestAsksTheSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"一天能转多少钱", "一天最多可以转账多少？", true},
		{"单日转账限额是多少", "每天能转多少钱？", true},
		{"每笔转账上限", "一次最多能转账多少钱", true},
		{"退款多长时间到账", "退款要多久才到账呢？", true},
		{"请问支持货到付款吗", "可以货到付款吗？", true},
		{"How much can I transfer per day?", "What is the daily transfer limit?", true},
		{"How much does shipping cost?", "What is the price of shipping?", true},
		{"How long do refunds take?", "How quickly do I get a refund?", true},
		{"运费怎么算", "运费如何计算？", true},
		{"安装怎么收费", "请问安装的收费标准是什么", true},
		{"快递费多少元", "快递费怎样收取？", true},
		{"订单多快能送到", "订单几时能送到？", false},
		{"运费怎么算？", "退货运费怎么算？", false},
		{"一天最多转多少", "一天最少转多少", false},
		{"一天能转多少钱", "每月能转多少钱", false},
		{"转入限额是多少", "转出限额是多少", false},
		{"退款退到哪里", "退款多久到账", false},
		{"货多久到", "退货多久到", false},
		{"七天内能退吗", "十五天内能退吗", false},
		{"能退吗", "不能退吗", false},
		{"多少钱", "多少", false},
		{"How long does delivery take?", "How long does a repair take?", false},
		{"How much is shipping?", "How much is return shipping?", false},
		{"How much is it?", "What does it cost?", false},
		{"", "", false},
	} {
		x, y := asksOf(c.a), asksOf(c.b)
		assert.Equal(t, c.want, x.same(y), "%s / %s: %v %v", c.a, c.b, x, y)
		assert.Equal(t, c.want, y.same(x), "%s / %s the other way", c.b, c.a)
		assert.True(t, !c.want || x.key() == y.key() && x.key() != "", "%s / %s would not be compared", c.a, c.b)
	}
}

func TestAsksOfAnything(t *testing.T) {
	t.Parallel()
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"一天", "转", "多少", "how", " much", "daily", "'", "\xff", "VIP", "最多", "７"}))
	rapid.Check(t, func(t *rapid.T) {
		one := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "one"), "")
		two := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "two"), "")
		a, b := asksOf(one), asksOf(two)
		assert.Equal(t, a, asksOf(one), "read another way the second time")
		assert.Equal(t, a.same(b), b.same(a), "the order of two questions makes a difference")
		if a.same(b) {
			assert.Equal(t, a.key(), b.key(), "they would not be compared")
			assert.NotEmpty(t, a.key())
		}
	})
}

// Among the entries of the shop, which contradict nothing, one more that asks the
// same in other words, and answers otherwise, is found.
func TestContradictionInOtherWords(t *testing.T) {
	t.Parallel()
	shop, err := kb.ReadDir(os.DirFS("../../examples/shop/data/kb"), nil)
	require.NoError(t, err)
	en := func(id, question, answer string) kb.Entry {
		return kb.Entry{ID: id, Texts: map[string]kb.Text{"en": {Question: question, Answer: answer}}}
	}
	for name, c := range map[string]struct {
		a, b kb.Entry
		want []string
	}{
		"amount":         {entry("a", "一天能转多少钱", "每天最多 5 万。"), entry("b", "一天最多可以转账多少", "每日 20 万。"), []string{`contradiction: a / b [zh]: "5 万" / "20 万"`}},
		"English":        {en("a", "How much can I transfer per day?", "Up to $5,000."), en("b", "What is the daily transfer limit?", "It is $20,000."), []string{`contradiction: a / b [en]: "$5,000" / "$20,000"`}},
		"yes and no":     {entry("a", "请问支持指纹转账吗", "本店支持指纹转账。"), entry("b", "可以指纹转账吗？", "本店暂不支持指纹转账。"), []string{`contradiction: a / b [zh]: "本店支持指纹转账。" / "本店暂不支持指纹转账。"`}},
		"the same":       {entry("a", "一天能转多少钱", "每天最多五万元。"), entry("b", "一天最多可以转账多少", "每日 5 万元。"), nil},
		"other bound":    {entry("a", "一天最少转多少钱", "100 元。"), entry("b", "一天最多可以转账多少", "20 万元。"), nil},
		"other period":   {entry("a", "每月能转多少钱", "100 万元。"), entry("b", "一天最多可以转账多少", "20 万元。"), nil},
		"never together": {entry("a", "一天能转多少钱", "5 万。", func(e *kb.Entry) { e.Audience = []string{"vip"} }), entry("b", "一天最多可以转账多少", "20 万。", func(e *kb.Entry) { e.Audience = []string{"guest"} }), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range Check(append(append([]kb.Entry{}, shop...), c.a, c.b), &Options{Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}).Findings {
				if f.Kind == Contradiction {
					got = append(got, f.String())
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestExampleHasOnlyItsContradictions(t *testing.T) {
	t.Parallel()
	es, err := kb.ReadDir(os.DirFS("../../examples/knowledge/data/faq"), nil)
	require.NoError(t, err)
	var got []string
	for _, f := range Check(es, nil).Findings {
		if f.Kind == Contradiction {
			got = append(got, f.String())
		}
	}
	assert.Empty(t, got)
}

// Ten thousand questions, each asked twice in other words.
func BenchmarkCheckOtherWords(b *testing.B) {
	things := []string{"转账", "充值", "提现", "还款", "借款", "缴费", "退款", "换货", "投保", "理赔"}
	names := []rune("红黄蓝绿紫黑白灰金银铜铁木水火土天地山川")
	var es []kb.Entry
	for i := range 10_000 {
		j := i / 2
		what := string([]rune{names[j%20], names[j/20%20]}) + "卡" + things[j/400%10]
		q := "请问" + what + fmt.Sprint(j/4000) + "一天最多可以多少"
		if i%2 == 1 {
			q = "每日能" + what + fmt.Sprint(j/4000) + "多少钱"
		}
		es = append(es, entry(fmt.Sprint(i), q, fmt.Sprintf("%d 元。", 5+i%2)))
	}
	b.ReportAllocs()
	for b.Loop() {
		r := Check(es, nil)
		b.ReportMetric(float64(r.Counts[Contradiction]), "contradictions")
		b.ReportMetric(float64(r.Counts[NearDuplicate]), "near-duplicates")
	}
}
