package keep

import (
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/kb"
)

func in(category string) func(*kb.Entry) { return func(e *kb.Entry) { e.Category = category } }

func TestClassify(t *testing.T) {
	t.Parallel()
	c := NewClassifier([]kb.Entry{
		entry("1", "怎么退货？", "在订单里申请退货。", in("退换货")), entry("2", "退货运费谁出？", "质量问题我们出。", in("退换货")), entry("3", "多久可以退货？", "七天内。", in("退换货")),
		entry("4", "怎么开发票？", "在订单里申请发票。", in("发票")), entry("5", "能开专用发票吗？", "可以。", in("发票")), entry("6", "发票抬头怎么改？", "联系客服。", in("发票")),
		entry("7", "坏的", "坏的", func(e *kb.Entry) { e.Category, e.State = "弃用", kb.Rejected }), entry("8", "没有分类", "没有"),
	})
	for q, want := range map[string]string{"退货要几天": "退换货", "电子发票在哪里": "发票", "發票可以補開嗎": "发票"} {
		g := c.Classify(entry("x", q, ""))
		require.NotEmpty(t, g, q)
		assert.Equal(t, want, g[0].Category, q)
		assert.Greater(t, g[0].Confidence, 0.6, q)
	}
	assert.Empty(t, c.Classify(entry("x", "quantum", "")))
	assert.Empty(t, NewClassifier(nil).Classify(entry("x", "退货", "")))
	assert.Greater(t, c.Accuracy(), 0.8)
}

func TestClassifierOfTheShop(t *testing.T) {
	t.Parallel()
	es, err := kb.ReadDir(os.DirFS("../../examples/shop/data/kb"), nil)
	if err != nil {
		t.Skipf("no base beside this package: %v", err)
	}
	es, err = kb.Merge(es)
	require.NoError(t, err)
	c := NewClassifier(es)
	t.Logf("%d entries, %d categories: %.2f right, stretched %.1f", len(es), len(c.names), c.Accuracy(), c.stretch)
	assert.Greater(t, c.Accuracy(), 0.6)
}

func TestClassifyAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var es []kb.Entry
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			es = append(es, entry("x", rapid.String().Draw(t, "question"), rapid.String().Draw(t, "answer"), in(rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "category"))))
		}
		c := NewClassifier(es)
		sum := 0.0
		for _, g := range c.Classify(entry("y", rapid.String().Draw(t, "asked"), "")) {
			assert.False(t, math.IsNaN(g.Confidence) || g.Confidence < 0)
			sum += g.Confidence
		}
		assert.LessOrEqual(t, sum, 1+1e-9)
	})
}
