package kb

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Every entry is found by its id and read as it was given, and nothing else is.
func TestPackedEntries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := func(name string) []string {
			l := rapid.SliceOfN(rapid.StringN(0, 4, -1), 0, 3).Draw(t, name)
			if len(l) == 0 {
				return nil
			}
			return l
		}
		var es []Entry
		for id := range rapid.MapOfN(rapid.StringN(1, 3, -1), rapid.Bool(), 0, 30).Draw(t, "ids") {
			e := Entry{ID: id, Texts: map[string]Text{}, Tags: list("tags"), Channels: list("channels"), Owner: rapid.String().Draw(t, "owner")}
			for _, lang := range rapid.SliceOfN(rapid.SampledFrom([]string{"zh", "en", ""}), 1, 3).Draw(t, "languages") {
				e.Texts[lang] = Text{Question: rapid.String().Draw(t, "question"), Others: list("others"), Category: rapid.String().Draw(t, "category")}
			}
			if rapid.Bool().Draw(t, "timed") {
				zone := time.FixedZone("", 3600*rapid.IntRange(-11, 14).Draw(t, "zone"))
				e.Until = time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "until"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).In(zone)
			}
			es = append(es, e)
		}
		p := pack(es)
		require.Equal(t, len(es), p.len())
		for i, e := range es {
			d, ok := p.find(e.ID)
			require.True(t, ok)
			require.EqualValues(t, i, d)
			assert.Equal(t, e.ID, p.id(d))
			got := p.entry(d)
			assert.True(t, got.Until.Equal(e.Until))
			got.Until = e.Until
			assert.Equal(t, e, got)
		}
		_, ok := p.find("none of " + strings.Repeat("x", 9))
		assert.False(t, ok)
		if n := len(p.raw); n > 0 {
			_, err := unpack([]byte(p.raw[:rapid.IntRange(1, n).Draw(t, "cut")]), func(int, *Entry) error { return nil })
			if err != nil {
				assert.ErrorIs(t, err, errEntries)
			}
		}
	})
}

// A short entry takes a few bytes beside its words, so that a million fit.
func TestPackedIsSmall(t *testing.T) {
	t.Parallel()
	p := pack([]Entry{{ID: "1", Texts: map[string]Text{"zh": {Question: "运费多少？", Answer: "8 元。"}}}})
	assert.LessOrEqual(t, len(p.raw), len("1zh运费多少？8 元。")+16)
}

// Filters look at what entries have alike once.
func TestKindsAreFew(t *testing.T) {
	t.Parallel()
	var k kinds
	for i := range 100 {
		e := Entry{ID: strings.Repeat("x", i), Category: "a", Texts: map[string]Text{"zh": {Question: strings.Repeat("问", i)}}}
		if i%2 == 1 {
			e.Audience = []string{"staff"}
		}
		k.add(&e)
	}
	assert.Len(t, k.all, 2)
	assert.True(t, k.passes(4, &Query{Category: "a"}))
	assert.False(t, k.passes(5, &Query{Category: "a"}))
	assert.True(t, k.passes(5, &Query{Category: "a", Roles: []string{"staff"}}))
	assert.False(t, k.passes(4, &Query{Language: "en", OnlyLanguage: true}))
}

// Lengths that are claimed and not there make nothing large.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte(pack([]Entry{{ID: "a", Tags: []string{"x"}, Steps: []Step{{To: Draft, By: "y"}}, Texts: map[string]Text{"zh": {Question: "问", ByChannel: map[string]string{"a": "b"}, Source: &Source{File: "f", Line: -1}}}}}).raw))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n := 0
		p, err := unpack(raw, func(int, *Entry) error { n++; return nil })
		if err == nil && p.len() != n {
			t.Fatalf("%d entries, %d read", p.len(), n)
		}
	})
}
