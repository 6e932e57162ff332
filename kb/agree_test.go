package kb

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDenies(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"发票不能开": true, "没收到货": true, "还没到": true, "无法登录": true, "未发货": true, "别再打电话了": true, "不": true,
		"发票能不能开": false, "有没有现货": false, "是不是正品": false, "特别大的沙发": false, "别的颜色": false, "分别多少钱": false, "能不能不要发票": true,
		"怎么开发票": false, "": false, "where is it": false, "i can't find it": false, "\xe4\xb8": false, "别": true,
	} {
		assert.Equal(t, want, denies(s), s)
	}
}

// Each question has as much or more in common with the other entry, but for what
// it denies or the number it names.
func TestWhatDisagreesComesLater(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ ask, right, other string }{
		{"快递没到", "快递未到", "快递到了"},
		{"快递没到怎么办", "怎么办，未到快递", "快递到了怎么办呢"},
		{"Phantom 16 phone price", "price of a Phantom 16", "the Phantom 15 phone price"},
	} {
		b, err := New([]Entry{{ID: "other", Texts: map[string]Text{"": {Question: c.other}}}, {ID: "right", Texts: map[string]Text{"": {Question: c.right}}},
			{ID: "more", Texts: map[string]Text{"": {Question: "怎么开发票 how do I get an invoice"}}}}, nil)
		require.NoError(t, err)
		hits, err := b.Search(context.Background(), Query{Text: c.ask})
		require.NoError(t, err)
		require.NotEmpty(t, hits, c.ask)
		assert.Equal(t, "right", hits[0].ID, "%s: %+v", c.ask, hits)
	}
}

func TestNumbersTheBaseDoesNotKnowCountAgainstNone(t *testing.T) {
	t.Parallel()
	b, err := New([]Entry{{ID: "a", Texts: map[string]Text{"": {Question: "订单 12345 在哪里"}}}, {ID: "b", Texts: map[string]Text{"": {Question: "退款要几天"}}}}, nil)
	require.NoError(t, err)
	s := b.snap.Load()
	assert.Empty(t, s.held("订单 99999 在哪里").numbers)
	assert.Len(t, s.held("订单 12345 和 12345 还有 777").numbers, 1)
}

// However entries are spread over segments, and once they were saved, an entry
// loses the same.
func TestWhatIsLostIsOfTheEntry(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		entries := drawEntries(t, 12)
		for i := range entries {
			for lang, text := range entries[i].Texts {
				text.Question += fmt.Sprint(rapid.SampledFrom([]string{"", "不能", "15", "能不能", "没有 16"}).Draw(t, "more"))
				entries[i].Texts[lang] = text
			}
		}
		whole, err := New(entries, nil)
		require.NoError(t, err)
		grown, err := New(entries[:1], nil)
		require.NoError(t, err)
		for _, e := range entries[1:] {
			require.NoError(t, grown.Put(e))
		}
		var file bytes.Buffer
		require.NoError(t, whole.Save(&file))
		opened, err := Open(&file, nil)
		require.NoError(t, err)
		query := rapid.SampledFrom([]string{"运费不 15", "能不能 16 运费", "没有发票 15 16", "包邮"}).Draw(t, "query")
		lost := func(b *Base) map[string]float64 {
			s := b.snap.Load()
			a := s.held(s.same.read(query))
			out := map[string]float64{}
			for k := range s.parts {
				p := &s.parts[k]
				for d := range uint32(p.segment.entries.len()) {
					for w := p.segment.first[d]; w < p.segment.first[d+1]; w++ {
						out[fmt.Sprint(p.segment.entries.id(d), w-p.segment.first[d])] = a.apart(p.segment, w, d)
					}
				}
			}
			return out
		}
		want := lost(whole)
		for _, l := range want {
			assert.True(t, l >= 0 && l <= denied+numbered)
		}
		assert.Equal(t, want, lost(grown))
		assert.Equal(t, want, lost(opened))
	})
}
