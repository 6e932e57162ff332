package keep

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/kb"
)

func TestTopics(t *testing.T) {
	t.Parallel()
	english := func(id, q string) kb.Entry {
		return kb.Entry{ID: id, Texts: map[string]kb.Text{"en": {Question: q}}}
	}
	es := []kb.Entry{
		entry("s1", "礼品卡怎么用？", ""), entry("s2", "礼品卡可以退吗？", ""), entry("s3", "礼品卡余额在哪里查？", ""), entry("s4", "在哪里买礼品卡？", ""),
		entry("r1", "怎么退货？", "", in("退换货")), entry("r2", "退货运费谁出？", "", in("退换货")),
		entry("w1", "可以刻字吗？", ""), entry("w2", "刻字要多久？", ""), entry("w3", "刻字收费吗？", ""),
		entry("a", "几点开门？", ""),
		english("e1", "How do I engrave a ring?"), english("e2", "What does engraving cost?"), english("e3", "Can you engrave both sides?"),
	}
	got, err := Topics(context.Background(), es, 0)
	require.NoError(t, err)
	require.Len(t, got, 3)
	assert.ElementsMatch(t, []string{"s1", "s2", "s3", "s4"}, got[0].Entries)
	assert.Contains(t, got[0].Name, "礼品卡")
	assert.ElementsMatch(t, []string{"w1", "w2", "w3"}, got[1].Entries)
	assert.Contains(t, got[1].Name, "刻字")
	assert.ElementsMatch(t, []string{"e1", "e2", "e3"}, got[2].Entries)
	assert.Equal(t, "en", got[2].Language)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Topics(ctx, es, 0)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestTopicsOfAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var es []kb.Entry
		for i := range rapid.IntRange(0, 20).Draw(t, "n") {
			es = append(es, entry(fmt.Sprint(i), rapid.StringOf(rapid.SampledFrom([]rune("退货发票运费ab 。"))).Draw(t, "question"), ""))
		}
		got, err := Topics(context.Background(), es, 2)
		require.NoError(t, err)
		again, err := Topics(context.Background(), es, 2)
		require.NoError(t, err)
		assert.Equal(t, got, again)
		seen := map[string]bool{}
		for _, g := range got {
			assert.GreaterOrEqual(t, len(g.Entries), 2)
			for _, id := range g.Entries {
				assert.False(t, seen[id], "in two topics")
				seen[id] = true
			}
		}
		assert.True(t, slices.IsSortedFunc(got, func(a, b Topic) int { return len(b.Entries) - len(a.Entries) }))
	})
}
