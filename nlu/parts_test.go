package nlu

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParts(t *testing.T) {
	t.Parallel()
	m := shopModel(t)
	for text, want := range map[string]string{
		"我要退货，顺便看看我的订单到哪了":                               "return.start 我要退货， | order.status 顺便看看我的订单到哪了",
		"我要退货顺便查一下物流到哪里了":                                "return.start 我要退货 | order.status 顺便查一下物流到哪里了",
		"你好，我要退货。另外推荐一件外套":                               "return.start 你好，我要退货。 | product.search 另外推荐一件外套",
		"I want to return this, also where is my order?": "return.start I want to return this, | order.status also where is my order?",
		"where is my order? By the way show me a jacket": "order.status where is my order? | product.search By the way show me a jacket",
		"我要退货。我的订单到哪了？":                                  "return.start 我要退货。 | order.status 我的订单到哪了？",
		// One matter, however it is put.
		"我要退货，谢谢": "", "你好，我要退货": "", "我要退货，这个我想退，申请退款": "", "还有货吗": "", "这件还有大号的吗": "", "顺便": "",
		"hi, where is my order, please? thanks": "", "i want a dress and a jacket": "", "": "",
	} {
		got, err := m.Understand(context.Background(), Input{Text: text})
		require.NoError(t, err)
		var parts []string
		for _, p := range got.Parts {
			parts = append(parts, p.Intent+" "+p.Text)
		}
		assert.Equal(t, want, strings.Join(parts, " | "), text)
		if len(got.Parts) > 0 {
			assert.Contains(t, want, got.Intent)
		}
	}
}

// Parts lie in the message one after the other, whatever it is made of.
func TestPartsAnything(t *testing.T) {
	t.Parallel()
	m := shopModel(t)
	pieces := rapid.SampledFrom([]string{"我要退货", "where is my order", "，", "顺便", "还有", ". ", ",", "also ", "By the way", " ", "你好", "推荐一件外套", "\xff", "\n", "show me a jacket", "。", "Ｉ ＷＡＮＴ"})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(pieces, 0, 24).Draw(t, "pieces"), "")
		cs := clauses(s)
		at := 0
		for _, c := range cs {
			require.Equal(t, at, c.start)
			require.Greater(t, c.end, c.start)
			at = c.end
		}
		require.LessOrEqual(t, len(cs), maxClauses+1)
		parts := m.parts(s)
		require.NotEqual(t, 1, len(parts))
		end := 0
		for i, p := range parts {
			require.GreaterOrEqual(t, p.Start, end)
			require.Equal(t, p.Text, s[p.Start:p.End])
			require.NotEmpty(t, p.Text)
			if i > 0 {
				require.NotEqual(t, parts[i-1].Intent, p.Intent)
			}
			end = p.End
		}
	})
}
