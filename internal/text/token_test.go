package text

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"Chinese", "红色裙子", "红|色|裙|子"},
		{"English", "where is it", "where|is|it"},
		{"mixed", "买iphone15手机", "买|iphone15|手|机"},
		{"apostrophe inside", "i don't, 'cause users' it's", "i|don't|cause|users|it's"},
		{"point in a number", "299.00元 v1.2.3. a.b", "299.00|元|v1.2.3|a|b"},
		{"punctuation", "你好,世界!(ok)", "你|好|世|界|ok"},
		{"hyphen", "t-shirt", "t|shirt"},
		{"emoji", "好😀😀!", "好|😀|😀"},
		{"emoji sequences", "👍🏽👨‍👩‍👧❤️", "👍🏽|👨‍👩‍👧|❤️"},
		{"flags", "🇨🇳🇺🇸🇨", "🇨🇳|🇺🇸|🇨"},
		{"other scripts", "заказ 주문 ありがとう", "заказ|주문|ありがとう"},
		{"invalid", "a\xffb退\xff", "a|b|退"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, token := range Tokens(test.in) {
				got = append(got, token.Text)
				r, _ := utf8.DecodeRuneInString(token.Text)
				assert.Equal(t, IsHan(r), token.Han, token.Text)
			}
			assert.Equal(t, test.want, strings.Join(got, "|"))
		})
	}
}

func TestTokensLieInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := pieces().Draw(t, "text")
		end := 0
		for _, token := range Tokens(s) {
			require.GreaterOrEqual(t, token.Start, end)
			require.Greater(t, token.End, token.Start)
			require.Equal(t, s[token.Start:token.End], token.Text)
			for _, r := range s[end:token.Start] {
				require.False(t, IsHan(r) || 'a' <= r && r <= 'z' || '0' <= r && r <= '9', "%q left out", r)
			}
			end = token.End
		}
	})
}

func TestTerms(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"Chinese", "怎么退货", "怎|怎么|么|么退|退|退货|货"},
		{"not across punctuation", "退货,发票", "退|退货|货|发|发票|票"},
		{"not across a space", "红 色", "红|色"},
		{"English", "Returning my orders!", "return|my|order"},
		{"mixed", "iPhone退货 2件", "iphon|退|退货|货|2|件"},
		{"traditional", "訂單", "订|订单|单"},
		{"emoji", "好😀", "好"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, strings.Join(Terms(test.in), "|"))
		})
	}
}

func TestTermsOfAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := pieces().Draw(t, "text")
		assert.Equal(t, Terms(s), Terms(Fold(s)))
		assert.NotContains(t, Terms(s), "")
	})
}

func TestStem(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"returns": "return", "returned": "return", "returning": "return", "deliveries": "deliveri", "delivery": "deliveri",
		"customer's": "custom", "sizes": "size", "is": "is", "iphone15": "iphone15", "退货": "退货", "café": "café", "": "",
	} {
		assert.Equal(t, want, Stem(word), word)
	}
	long := strings.Repeat("ing", 1<<16)
	assert.Equal(t, long, Stem(long))
}

func TestStemTakesAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		Stem(rapid.StringMatching(`[a-z']{0,45}`).Draw(t, "word"))
		Stem(rapid.String().Draw(t, "text"))
	})
}

func TestGrams(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		lo, hi   int
		want     string
	}{
		{"unigrams and bigrams", "退货", 1, 2, "^退|退|退货|货|货$"},
		{"trigrams", "abc", 3, 3, "^ab|abc|bc$"},
		{"short text", "a", 2, 4, "^a|^a$|a$"},
		{"too short", "a", 5, 6, ""},
		{"empty", "", 1, 3, ""},
		{"hi below lo", "abc", 3, 2, ""},
		{"lo below one", "a", -1, 1, "a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(slices.Collect(Grams(test.in, test.lo, test.hi)), "|")
			got = strings.NewReplacer(GramStart, "^", GramEnd, "$").Replace(got)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestGramsStopEarly(t *testing.T) {
	t.Parallel()
	n := 0
	for range Grams("some text", 1, 3) {
		if n++; n == 4 {
			break
		}
	}
	assert.Equal(t, 4, n)
}

func TestGramsCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringN(1, 50, -1).Draw(t, "text")
		n := rapid.IntRange(2, 5).Draw(t, "n")
		grams := slices.Collect(Grams(s, n, n))
		assert.Len(t, grams, max(0, utf8.RuneCountInString(s)+2-n+1))
		for _, g := range grams {
			assert.Equal(t, n, utf8.RuneCountInString(g))
		}
	})
}

// The values stand in models that were written: they must never change.
func TestHashIsStable(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]uint64{
		"":      0xefd01f60ba992926,
		"a":     0x82a2a958a9bece5b,
		"退货":    0x8af593dfa45673c6,
		"order": 0x9985a0a1c0c0690a,
	} {
		assert.Equal(t, want, Hash(s), s)
	}
}

func TestHashSpreads(t *testing.T) {
	t.Parallel()
	const buckets = 64
	var count [buckets]int
	for a := 'a'; a <= 'z'; a++ {
		for b := '一'; b < '一'+100; b++ {
			count[Hash(string([]rune{a, b}))%buckets]++
		}
	}
	for i, n := range count { // 2600 in 64 buckets: 40 each, deviation 6
		assert.InDelta(t, 40, n, 30, "bucket %d", i)
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("买iphone15, don't 299.00 👨‍👩‍👧🇨🇳")
	f.Add("a'\xff1.\xff❤️\u200d")
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, token := range Tokens(s) {
			require.GreaterOrEqual(t, token.Start, end)
			require.Equal(t, s[token.Start:token.End], token.Text)
			end = token.End
		}
		Terms(s)
		Language(s)
		for range Grams(s, 1, 4) {
		}
	})
}
