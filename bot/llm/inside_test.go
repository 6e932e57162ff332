package llm

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/kb"
)

func TestClause(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"nothing yet":         {"退款会在", ""},
		"a comma":             {"您好，退款会在", "您好，"},
		"the last of several": {"您好，请放心。3 天", "您好，请放心。"},
		"English":             {"Sure, we can. It takes", "Sure, we can. "},
		"within a number":     {"It is 1,200.50 dollars", ""},
		"within a date":       {"on Nov. 5, 2026", ""},
		"no space, no end":    {"see example.com", ""},
		"both languages":      {"好的。Use it, then pay", "好的。Use it, "},
		"a new line":          {"- one\n- two", "- one\n"},
		"only the mark":       {"。", "。"},
		"two spaces":          {"Yes.  No", ""},
		"the end of the text": {"Yes. ", ""},
		"half a character":    {"好，\xe5", "好，"},
		"empty":               {"", ""},
	} {
		assert.Equal(t, c.want, c.in[:clause(c.in)], name)
	}
}

// However an answer comes in, what was shown is its beginning and bears out,
// and in the end the whole of it was shown or it is refused.
func TestGate(t *testing.T) {
	t.Parallel()
	passages := []bot.Passage{{ID: "p", Title: "运费", Text: "满 99 元包邮，否则 8 元。Orders over $15 ship free within 3 days, from Nov. 5, 2026."}}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"满 ", "99", " 元", "九十九元", "包邮", "，", "。", "8 元", "77 元", " within ", "3 days", "three", " days",
			", ", ". ", "$15", "$1", "5", "on Nov. ", "5, ", "2026", "\n", "\xe5", "https://evil.example", " ", "您好"})).Draw(t, "parts")
		g := newGate(passages)
		shown := ""
		for _, p := range parts {
			s := g.add(p)
			shown += s
			if !strings.HasPrefix(g.all, shown) {
				t.Fatalf("%q was shown of %q", shown, g.all)
			}
			for _, x := range kb.Supported(s, g.passages) {
				if len(x.Missing) > 0 {
					t.Fatalf("%q was shown with %v", s, x.Missing)
				}
			}
		}
		rest, ok := g.rest()
		if shown+rest != strings.Join(parts, "") {
			t.Fatalf("%q and %q are not %q", shown, rest, parts)
		}
		whole := true
		for _, s := range kb.Supported(rest, g.passages) {
			whole = whole && len(s.Missing) == 0
		}
		if ok != whole {
			t.Fatalf("the rest %q: %v, want %v", rest, ok, whole)
		}
	})
}

// A date is not taken apart: its halves would say something else.
func TestGateWaitsForTheWholeDate(t *testing.T) {
	t.Parallel()
	g := newGate([]bot.Passage{{Text: "The sale ends on November 5, 2026."}})
	shown := ""
	for _, p := range []string{"It ends on November", " 5", ", 20", "26. See you"} {
		shown += g.add(p)
	}
	assert.Equal(t, "It ends on November 5, 2026. ", shown)
	rest, ok := g.rest()
	assert.True(t, ok)
	assert.Equal(t, "See you", rest)
}

// The counts are those published for cl100k_base; a count by runes or by words
// would differ in each.
func TestTokens(t *testing.T) {
	t.Parallel()
	c := newCounter()
	assert.Nil(t, c.enc, "no vocabulary before the first count")
	for s, want := range map[string]int{"": 0, "hello world": 2, "antidisestablishmentarianism": 6, "tiktoken is great!": 6,
		"2 + 2 = 4": 7, "お誕生日おめでとう": 9, "<|endoftext|>": 7} {
		assert.Equal(t, want, c.tokens(s), s)
	}
	enc := c.enc
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { assert.Equal(t, 2, c.tokens("hello world")) })
	}
	all.Wait()
	assert.Same(t, enc, c.enc, "one encoder")
	// Runs that a merge would take minutes for are counted in parts, any bytes too.
	assert.Positive(t, c.tokens(strings.Repeat("a", 1<<15)))
	assert.Positive(t, c.tokens(strings.Repeat("\xff", 5000)))
	assert.Equal(t, c.tokens("好")*3000, c.tokens(strings.Repeat("好", 3000)), "no character is cut in two")
}

func TestRetryAfterForms(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for h, want := range map[string]time.Duration{"2": 2 * time.Second, " 0.5 ": 500 * time.Millisecond, "0": 0, "": -1, "soon": -1, "-1": -1, "NaN": -1, "1e9": -1,
		"Sat, 21 Nov 2026 09:00:07 GMT": 7 * time.Second, "Sat, 21 Nov 2026 08:00:00 GMT": 0, "Sun, 22 Nov 2026 09:00:00 GMT": -1} {
		assert.Equal(t, want, retryAfter(h, now), h)
	}
}
