package kb

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func all(b *Base) []Entry { return slices.Collect(b.Entries()) }

// Whatever changes were made, the base holds what a map would, says so, finds
// nothing that was removed, and compacted answers as one made at once.
func TestChangesEndWhereAFreshBaseBegins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := drawEntries(t, 20)
		base, err := New(start, nil)
		require.NoError(t, err)
		want := map[string]Entry{}
		for _, e := range start {
			want[e.ID] = e
		}
		id := rapid.IntRange(0, 30)
		for range rapid.IntRange(1, 30).Draw(t, "changes") {
			before, version := len(want), base.Version()
			switch rapid.IntRange(0, 4).Draw(t, "change") {
			case 0, 1:
				es := drawEntries(t, 3)
				from := id.Draw(t, "from")
				for i := range es {
					es[i].ID = fmt.Sprint(from + i)
					want[es[i].ID] = es[i]
				}
				require.NoError(t, base.Put(es...))
			case 2:
				gone := fmt.Sprint(id.Draw(t, "gone"))
				delete(want, gone)
				assert.Equal(t, before-len(want), base.Remove(gone, gone))
			case 3:
				base.Compact()
				assert.Equal(t, version, base.Version())
			case 4:
				require.Error(t, base.Put(Entry{ID: "bad"}))
				assert.Equal(t, version, base.Version())
			}
			require.Equal(t, len(want), base.Len())
		}
		have := map[string]Entry{}
		for e := range base.Entries() {
			have[e.ID] = e
		}
		require.Equal(t, want, have)
		q := Query{Text: strings.Join(rapid.SliceOfN(shopWords(), 1, 5).Draw(t, "query"), " "), N: 40}
		hits, err := base.Search(context.Background(), q)
		require.NoError(t, err)
		for _, h := range hits {
			assert.Equal(t, want[h.ID].Texts[h.Language].Question, h.Question)
		}
		if len(want) == 0 {
			assert.Empty(t, hits)
			return
		}
		fresh, err := New(all(base), nil)
		require.NoError(t, err)
		assert.Equal(t, fresh.Version(), base.Version())
		base.Compact()
		hits, err = base.Search(context.Background(), q)
		require.NoError(t, err)
		same, err := fresh.Search(context.Background(), q)
		require.NoError(t, err)
		assert.Equal(t, same, hits)
	})
}

func TestAChangeIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	b := shopBase(t)
	require.NoError(t, b.Put(Entry{ID: "gift-card", Texts: map[string]Text{"zh": {Question: "礼品卡可以退吗？", Answer: "不可以。"}}},
		Entry{ID: "ship.when", Texts: map[string]Text{"zh": {Question: "多久发货？", Answer: "改为次日发。"}}}))
	for ask, want := range map[string]string{"礼品卡能退吗": "不可以。", "多久发货": "改为次日发。"} {
		a, err := b.Answer(context.Background(), Query{Text: ask})
		require.NoError(t, err)
		require.NotEmpty(t, a.Hits)
		assert.Equal(t, want, a.Hits[0].Answer)
	}
	assert.Equal(t, 1, b.Remove("gift-card"))
	hits, err := b.Search(context.Background(), Query{Text: "礼品卡可以退吗"})
	require.NoError(t, err)
	for _, h := range hits {
		assert.NotEqual(t, "gift-card", h.ID)
	}
}

func TestVersionsAreRestored(t *testing.T) {
	t.Parallel()
	b, err := New([]Entry{{ID: "a", Texts: map[string]Text{"zh": {Question: "几点开门？", Answer: "九点"}}}}, &Options{Keep: 2})
	require.NoError(t, err)
	names := []string{b.Version()}
	for i := range 3 {
		require.NoError(t, b.Put(Entry{ID: "a", Texts: map[string]Text{"zh": {Question: "几点开门？", Answer: fmt.Sprintf("%d 点", 10+i)}}}))
		names = append(names, b.Version())
	}
	assert.Equal(t, names[1:], b.Versions())
	require.NoError(t, b.Restore(names[1]))
	e, ok := b.Entry("a")
	require.True(t, ok)
	assert.Equal(t, "10 点", e.Texts["zh"].Answer)
	assert.Equal(t, names[1], b.Version())
	require.NoError(t, b.Restore(names[3]), "what was served before can be had back")
	require.ErrorIs(t, b.Restore(names[0]), ErrNoVersion)
	require.NoError(t, b.Restore(b.Version()))
	assert.Equal(t, names[3], b.Version())
}

func TestChangesAndAnswersAtOnce(t *testing.T) {
	t.Parallel()
	b := shopBase(t)
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			for i := range 60 {
				id := fmt.Sprint(w, "-", i%20)
				assert.NoError(t, b.Put(Entry{ID: id, Texts: map[string]Text{"zh": {Question: "多久发货" + id, Answer: "快了"}}}))
				if i%7 == 0 {
					b.Remove(id)
				}
			}
		})
		wg.Go(func() {
			for range 60 {
				hits, err := b.Search(context.Background(), Query{Text: "多久发货"})
				assert.NoError(t, err)
				assert.NotEmpty(t, hits)
			}
		})
	}
	wg.Go(func() {
		for range 10 {
			b.Compact()
			_ = b.Restore(b.Versions()[0])
		}
	})
	wg.Wait()
}

func TestPartsStayFew(t *testing.T) {
	t.Parallel()
	b := shopBase(t)
	for i := range 500 {
		require.NoError(t, b.Put(Entry{ID: fmt.Sprint(i), Texts: map[string]Text{"zh": {Question: fmt.Sprint("问题", i), Answer: "答"}}}))
		assert.LessOrEqual(t, len(b.snap.Load().parts), 10)
	}
	for i := range 450 {
		b.Remove(fmt.Sprint(i))
	}
	assert.LessOrEqual(t, b.snap.Load().indexed, 2*b.Len()+1, "room of what was removed is not freed")
}

func BenchmarkPut(b *testing.B) {
	base := questionBase(b, "oppo", 100_000)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		_ = base.Put(Entry{ID: fmt.Sprint(i), Texts: map[string]Text{"zh": {Question: fmt.Sprint("多久发货", i), Answer: "快了"}}})
		i++
	}
}

func TestSyncTakesOverWhatDiffers(t *testing.T) {
	t.Parallel()
	passage := func(id, text string) Entry {
		return Entry{ID: id, Kind: Passage, Path: []string{id}, Texts: map[string]Text{"zh": {Question: id, Answer: text}}}
	}
	b := shopBase(t)
	docs := func(e Entry) bool { return e.Kind == Passage }
	first := []Entry{passage("退货", "七天内。"), passage("换货", "十五天内。")}
	c, err := b.Sync(first, docs)
	require.NoError(t, err)
	assert.Equal(t, Changes{Added: []string{"退货", "换货"}}, c)
	version := b.Version()
	c, err = b.Sync(first, docs)
	require.NoError(t, err)
	assert.Equal(t, Changes{}, c)
	assert.Equal(t, version, b.Version())
	c, err = b.Sync([]Entry{passage("退货", "三十天内。"), passage("保修", "一年。")}, docs)
	require.NoError(t, err)
	assert.Equal(t, Changes{Added: []string{"保修"}, Changed: []string{"退货"}, Gone: []string{"换货"}}, c)
	assert.Equal(t, 6, b.Len(), "the questions stay")
	_, err = b.Sync([]Entry{{ID: "bad"}}, docs)
	require.Error(t, err)
	a, err := b.Answer(context.Background(), Query{Text: "退货要在多少天内"})
	require.NoError(t, err)
	require.NotEmpty(t, a.Hits)
	assert.Equal(t, Hit{ID: "退货", Kind: Passage, Path: []string{"退货"}, Language: "zh", Question: "退货", Answer: "三十天内。", Matched: "退货", Score: a.Hits[0].Score}, a.Hits[0])
}

func ExampleBase_Put() {
	base, err := New([]Entry{{ID: "ship", Texts: map[string]Text{"zh": {Question: "多久发货？", Answer: "当天。"}}}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	before := base.Version()
	err = base.Put(Entry{ID: "ship", Texts: map[string]Text{"zh": {Question: "多久发货？", Answer: "节后统一发货。"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	a, _ := base.Answer(context.Background(), Query{Text: "多久发货"})
	fmt.Println(a.Hits[0].Answer)
	fmt.Println(base.Restore(before))
	a, _ = base.Answer(context.Background(), Query{Text: "多久发货"})
	fmt.Println(a.Hits[0].Answer)
	// Output:
	// 节后统一发货。
	// <nil>
	// 当天。
}
