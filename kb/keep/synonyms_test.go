package keep

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/kb"
)

func TestSynonyms(t *testing.T) {
	t.Parallel()
	base, err := kb.New([]kb.Entry{
		entry("fee", "退货运费谁出？", ""), entry("free", "满多少免运费？", ""), entry("size", "尺码怎么选", ""), entry("color", "红色和蓝色有什么区别", ""), entry("red", "红色还有货吗", ""),
		{ID: "promo", Texts: map[string]kb.Text{"en": {Question: "Where do I enter my coupon?", Others: []string{"How do I use a coupon"}}}},
	}, nil)
	require.NoError(t, err)
	zh := func(entry, q, customer string) Feedback {
		return Feedback{Entry: entry, Question: q, Language: "zh", Sign: Chosen, Customer: customer}
	}
	en := func(q string, s Sign) Feedback {
		return Feedback{Entry: "promo", Question: q, Language: "en", Sign: s}
	}
	got := Synonyms(base, []Feedback{
		zh("fee", "退货邮费谁出", "a"), zh("free", "满多少免邮费？", "b"), zh("free", "满多少免邮费", "b"), zh("size", "尺码如何选", "a"), zh("size", "尺码如何选", "b"),
		zh("red", "蓝色还有货吗", "a"), zh("red", "蓝色还有货吗", "b"), zh("fee", "退货快递费谁出", "c"), zh("gone", "退货邮费谁出", "d"),
		en("Where do I enter my voucher?", Helpful), en("how do I use a voucher?", Helpful), en("Where do I enter my promo code?", Unhelpful),
	}, 0)
	assert.Equal(t, []Synonym{
		{Base: "运费", Said: "邮费", Language: "zh", Customers: 2, Entries: []string{"fee", "free"}},
		{Base: "coupon", Said: "voucher", Language: "en", Customers: 2, Entries: []string{"promo"}},
	}, got)
	assert.Empty(t, Synonyms(base, nil, 0))
}

func TestSynonymsOfAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOf(rapid.SampledFrom([]rune("退货运邮费的ab 1，")))
		base, err := kb.New([]kb.Entry{entry("a", "问"+word.Draw(t, "question"), "")}, nil)
		require.NoError(t, err)
		for _, s := range Synonyms(base, []Feedback{{Entry: "a", Language: "zh", Question: "问" + word.Draw(t, "asked"), Sign: Chosen}}, 1) {
			assert.NotEqual(t, s.Base, s.Said)
			assert.NotEmpty(t, s.Base)
			assert.NotEmpty(t, s.Said)
		}
	})
}
