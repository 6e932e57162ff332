package kb

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Words of a small shop, some common, some rare, so that entries tie and differ.
func shopWords() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"发货", "发票", "退货", "运费", "怎么", "怎么", "怎么", "多久", "多久", "ship", "return", "the", "the", "the", "invoice", "红色", "尺码", "how", "how", "when", "会员", "積分", "保修", "充电器"})
}

func drawEntries(t *rapid.T, n int) []Entry {
	var out []Entry
	for i := range rapid.IntRange(1, n).Draw(t, "entries") {
		words := rapid.SliceOfN(shopWords(), 1, 6).Draw(t, "question")
		e := Entry{ID: fmt.Sprint(i), Texts: map[string]Text{"zh": {Question: strings.Join(words, " "), Answer: strings.Join(words[:1], "")}}}
		if rapid.Bool().Draw(t, "more") {
			e.Texts["en"] = Text{Question: strings.Join(rapid.SliceOfN(shopWords(), 1, 3).Draw(t, "english"), " "), Others: []string{words[0]}}
		}
		out = append(out, e)
	}
	return out
}

func TestPruningFindsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newSnapshot(drawEntries(t, 60), newSynonyms(nil))
		if rapid.Bool().Draw(t, "two parts") {
			more := drawEntries(t, 20)
			for i := range more {
				more[i].ID += "b"
			}
			s = s.with(newSegment(more, s.same, s.statistics()))
		}
		if rapid.Bool().Draw(t, "as if they were many") {
			for i := range s.parts {
				s.parts[i].segment.findCommon(0)
				require.NotEmpty(t, s.parts[i].segment.common)
			}
		}
		q := Query{Text: strings.Join(rapid.SliceOfN(shopWords(), 1, 8).Draw(t, "query"), "")}
		n := rapid.IntRange(1, 12).Draw(t, "n")
		all, some := &scratch{}, &scratch{}
		for range 2 { // the second time in scratch that was used
			s.weigh(all, text.Fold(q.Text))
			s.weigh(some, text.Fold(q.Text))
			s.scan(all, &q, n, false)
			s.scan(some, &q, n, true)
			require.Equal(t, all.best, some.best)
		}
	})
}

// A query finds no entry it may not read, whatever the words; what it does find
// is judged here in other words than the index's.
func TestNoFilterLeaks(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	names := func(t *rapid.T, of string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 2, rapid.ID[string]).Draw(t, of)
	}
	rapid.Check(t, func(t *rapid.T) {
		es := drawEntries(t, 30)
		for i := range es {
			e := &es[i]
			e.Channels, e.Audience, e.Products, e.Tags = names(t, "channels"), names(t, "audience"), names(t, "products"), names(t, "tags")
			e.Category = rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "category")
			e.State = rapid.SampledFrom([]State{"", Approved, Draft, InReview, Rejected, Retired}).Draw(t, "state")
			if rapid.Bool().Draw(t, "timed") {
				e.From, e.Until = day(rapid.IntRange(1, 20).Draw(t, "from")), day(rapid.IntRange(10, 28).Draw(t, "until"))
			}
		}
		base, err := New(es, nil)
		require.NoError(t, err)
		q := Query{Text: strings.Join(rapid.SliceOfN(shopWords(), 1, 8).Draw(t, "query"), " "), N: 40,
			Channel: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "channel"), Roles: names(t, "roles"), Products: names(t, "about"),
			Category: rapid.SampledFrom([]string{"", "", "x"}).Draw(t, "in"), Language: rapid.SampledFrom([]string{"", "zh", "en-GB", "fr"}).Draw(t, "language"),
			OnlyLanguage: rapid.Bool().Draw(t, "only")}
		if rapid.Bool().Draw(t, "now") {
			q.Now = day(rapid.IntRange(1, 28).Draw(t, "today"))
		}
		any := func(of, in []string) bool {
			return len(of) == 0 || strings.ContainsAny(strings.Join(of, ""), strings.Join(in, "")+"_")
		}
		hits, err := base.Search(context.Background(), q)
		require.NoError(t, err)
		for _, h := range hits {
			e, ok := base.Entry(h.ID)
			require.True(t, ok)
			assert.Contains(t, []State{"", Approved}, e.State)
			assert.True(t, any(e.Channels, []string{q.Channel}), "channel")
			assert.True(t, any(e.Audience, q.Roles), "audience")
			assert.True(t, len(q.Products) == 0 || any(e.Products, q.Products), "products")
			assert.True(t, q.Category == "" || e.Category == q.Category, "category")
			assert.True(t, q.Now.IsZero() || e.From.IsZero() || !q.Now.Before(e.From) && q.Now.Before(e.Until), "validity")
			if q.OnlyLanguage && q.Language != "" {
				assert.Equal(t, strings.TrimSuffix(q.Language, "-GB"), h.Language)
			}
		}
	})
}

func TestTermsAndGramsAreThoseOfText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := text.Fold(rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("发货退ab c1.é😀’'")))).Draw(t, "text"))
		a := &analyser{stems: map[string]uint64{}}
		for range 2 { // the second time with stems remembered
			var terms, grams []uint64
			for _, w := range text.Terms(s) {
				terms = append(terms, text.Hash(w))
			}
			for g := range text.Grams(s, 1, 3) {
				if len(g) > 1 {
					grams = append(grams, text.Hash(g))
				}
			}
			a.readTerms(s)
			a.readGrams(s)
			assert.Equal(t, terms, append([]uint64(nil), a.terms...))
			assert.Equal(t, grams, append([]uint64(nil), a.grams...))
		}
	})
}

func TestTableNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var tb table
		want := map[uint64]uint32{}
		for _, k := range rapid.SliceOf(rapid.Uint64Range(0, 50)).Draw(t, "keys") {
			k *= 1 << 32 // all in the same slot
			if _, ok := want[k]; !ok {
				want[k] = uint32(len(want))
			}
			assert.Equal(t, want[k], tb.number(k))
		}
		again := tableOf(tb.keys)
		for k := range uint64(51) {
			n, ok := again.find(k << 32)
			w, there := want[k<<32]
			assert.Equal(t, there, ok)
			assert.Equal(t, w, n)
		}
	})
}

func TestLanguagesOfAnEntryKeepEachOthersLimits(t *testing.T) {
	t.Parallel()
	text := func(lang string) map[string]Text { return map[string]Text{lang: {Question: "q " + lang, Answer: "a"}} }
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct{ zh, want Entry }{
		"state":    {Entry{State: Draft}, Entry{State: Draft}},
		"audience": {Entry{Audience: []string{"staff"}}, Entry{Audience: []string{"staff"}}},
		"until":    {Entry{Until: day}, Entry{Until: day}},
		"from":     {Entry{From: day}, Entry{From: day}},
		"channels": {Entry{Channels: []string{"web", "app"}}, Entry{Channels: []string{"web"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			en := Entry{ID: "x", Texts: text("en")}
			if name == "channels" {
				en.Channels = []string{"phone", "web"}
			}
			c.zh.ID, c.zh.Texts = "x", text("zh")
			for _, order := range [][]Entry{{en, c.zh}, {c.zh, en}} {
				got, err := Merge(order)
				require.NoError(t, err)
				require.Len(t, got, 1)
				c.want.ID, c.want.Texts = "x", got[0].Texts
				assert.Equal(t, c.want, got[0])
			}
		})
	}
	_, err := Merge([]Entry{{ID: "x", Texts: text("en"), Channels: []string{"web"}}, {ID: "x", Texts: text("zh"), Channels: []string{"app"}}})
	assert.ErrorContains(t, err, "limited to other channels")
}
