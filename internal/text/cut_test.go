package text

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCut(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		n        int
		want     string
	}{
		{"long enough", "退货", 6, "退货"},
		{"longer", "退货", 100, "退货"},
		{"nothing", "退货", 0, ""},
		{"below nothing", "退货", -1, ""},
		{"inside a rune", "退货", 5, "退"},
		{"inside the first", "退货", 2, ""},
		{"ASCII", "order", 3, "ord"},
		{"combining mark", "cafe\u0301s", 5, "caf"},
		{"behind the mark", "cafe\u0301s", 6, "cafe\u0301"},
		{"variation selector", "a❤️b", 4, "a"},
		{"skin tone", "a👍🏽b", 6, "a"},
		{"joined emoji", "a👨‍👩‍👧b", 10, "a"},
		{"behind joined emoji", "a👨‍👩‍👧b", 19, "a👨‍👩‍👧"},
		{"second flag", "🇨🇳🇺🇸", 12, "🇨🇳"},
		{"line end", "a\r\nb", 2, "a"},
		{"invalid", "\xff\xff\xff", 2, "\xff\xff"},
		{"continuation bytes", "\x80\x80\x80\x80\x80", 3, "\x80\x80\x80"},
		{"cut rune", "a\xe8\xb4", 2, "a\xe8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, Cut(test.in, test.n))
		})
	}
}

func TestCutOfAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := pieces().Draw(t, "text")
		n := rapid.IntRange(-1, len(s)+1).Draw(t, "n")
		checkCut(t, s, n)
	})
}

func checkCut(t failer, s string, n int) {
	got := Cut(s, n)
	require.LessOrEqual(t, len(got), max(n, 0))
	require.True(t, strings.HasPrefix(s, got))
	if utf8.ValidString(s) {
		require.True(t, utf8.ValidString(got))
	}
	require.Equal(t, got, Cut(got, len(got)))
}

func TestCutLargeInput(t *testing.T) {
	t.Parallel()
	for name, piece := range map[string]string{"marks": "\u0301", "flags": "🇨", "joined": "👨\u200d", "continuation": "\x80", "tones": "🏽"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := "a" + strings.Repeat(piece, 1<<20/len(piece))
			checkCut(t, s, len(s)-1)
		})
	}
}

func FuzzCut(f *testing.F) {
	f.Add("a👨‍👩‍👧b🇨🇳🇺🇸é\r\n", 9)
	f.Add("\xe8\xb4\x80\x80\xff", 3)
	f.Fuzz(func(t *testing.T, s string, n int) { checkCut(t, s, n) })
}

func TestSentences(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"empty", " \n ", ""},
		{"one", "怎么退货", "怎么退货"},
		{"Chinese", "鞋子开胶了。太差劲了！能退吗？谢谢", "鞋子开胶了。|太差劲了！|能退吗？|谢谢"},
		{"English", "It broke. Can I return it? Thanks!", "It broke.|Can I return it?|Thanks!"},
		{"several marks", "什么？！真的！！！好吧……算了", "什么？！|真的！！！|好吧……|算了"},
		{"quotes stay", "他说：“不行。”我不接受。", "他说：“不行。”|我不接受。"},
		{"brackets stay", "(It is late.) Where is it?", "(It is late.)|Where is it?"},
		{"plain quotes", `She said "no." Why?`, `She said "no."|Why?`},
		{"opening quote", `Really?"Yes"`, `Really?|"Yes"`},
		{"number", "It costs 3.50 dollars. OK", "It costs 3.50 dollars.|OK"},
		{"address", "See example.com/a.html now.", "See example.com/a.html now."},
		{"abbreviation", "Ask Dr. Lee, e.g. today. Bye", "Ask Dr. Lee, e.g. today.|Bye"},
		{"month", "It ends on Nov. 5, 2026. Then no more.", "It ends on Nov. 5, 2026.|Then no more."},
		{"month at the end", "It ends in Nov. Then no more.", "It ends in Nov.|Then no more."},
		{"weekdays", "Open Mon.–Fri. 9:00 and Sat. Nov. 7. Closed on Sun. Sorry", "Open Mon.–Fri. 9:00 and Sat. Nov. 7.|Closed on Sun.|Sorry"},
		{"weekday before Han", "周末（Sat.和 Sun.）休息。好", "周末（Sat.和 Sun.）休息。|好"},
		{"sun and sat", "He sat. 5 cats lay in the sun. 3 slept", "He sat.|5 cats lay in the sun.|3 slept"},
		{"numbered", "See No. 12, p. 3. No. That is all", "See No. 12, p. 3.|No.|That is all"},
		{"hours", "From 9 a.m. to 4 p.m. on weekdays. By 4 p.m. Later ones wait", "From 9 a.m. to 4 p.m. on weekdays.|By 4 p.m.|Later ones wait"},
		{"hours before Han", "下午 4 p.m. 之前付款。", "下午 4 p.m. 之前付款。"},
		{"either hour", "Say a.m./p.m. please. Thanks", "Say a.m./p.m. please.|Thanks"},
		{"country", "In the U.S. and Canada. In the U.S. Returns are free", "In the U.S. and Canada.|In the U.S.|Returns are free"},
		{"titles and firms", "Mr. Lee of Acme Inc. vs. St. Mary's, approx. 3.5 km. Fine", "Mr. Lee of Acme Inc. vs. St. Mary's, approx. 3.5 km.|Fine"},
		{"quoted title", `He is "Dr. No" here. OK`, `He is "Dr. No" here.|OK`},
		{"decimals in Chinese", "约3.5公斤。运费8.0元！满99.5包邮", "约3.5公斤。|运费8.0元！|满99.5包邮"},
		{"initial", "J. Smith wrote. I did", "J. Smith wrote.|I did"},
		{"I am", "It was I. You know", "It was I.|You know"},
		{"list", "1. Open the app.\n2. Tap Returns.", "1. Open the app.|2. Tap Returns."},
		{"year at the end", "That was in 2024. Now it is late.", "That was in 2024.|Now it is late."},
		{"point before Han", "好的.我等着", "好的.|我等着"},
		{"three points", "Well... I waited", "Well...|I waited"},
		{"lines", "第一行\r\n\r\n第二行", "第一行|第二行"},
		{"only marks", "？？？", "？？？"},
		{"invalid", "a\xff。b", "a\xff。|b"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, strings.Join(Sentences(test.in), "|"))
		})
	}
}

func checkSentences(t failer, s string) {
	rest := s
	for _, part := range Sentences(s) {
		before, after, found := strings.Cut(rest, part)
		require.True(t, found, "%q is in order a part of the text", part)
		require.Empty(t, strings.TrimSpace(before), "nothing but white space lies between")
		require.Equal(t, strings.TrimSpace(part), part)
		rest = after
	}
	require.Empty(t, strings.TrimSpace(rest))
}

func TestSentencesLoseNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkSentences(t, pieces().Draw(t, "text"))
	})
}

func FuzzSentences(f *testing.F) {
	f.Add("他说：“不行。”Ask Dr. Lee... 3.5?! (ok.)\r\n1. a")
	f.Fuzz(func(t *testing.T, s string) { checkSentences(t, s) })
}

func TestSentencesLargeInput(t *testing.T) {
	t.Parallel()
	for name, piece := range map[string]string{"points": ".", "a point each": "a.", "initials": "A. ", "marks": "。", "digits": "1. ", "no end": "a", "dotted": "a.b", "months": "Nov. ", "short hours": "a.m. ", "blanks": "No.  "} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkSentences(t, strings.Repeat(piece, 1<<18))
		})
	}
}
