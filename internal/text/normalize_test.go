package text

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNormalize(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain English", "where is my order 0042?", "where is my order 0042?"},
		{"plain Chinese", "什么时候发货?", "什么时候发货?"},
		{"case", "Where Is MY iPhone", "where is my iphone"},
		{"full width", "我要退ＡＢＣ１２３！", "我要退abc123!"},
		{"full-width mail", "ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", "zhang@example.com"},
		{"ideographic space", "　红色　　裙子　", "红色 裙子"},
		{"tabs and lines", "\t one\r\n\r\ntwo \n", "one two"},
		{"quotes and dashes", "I don’t want “this” – really", "i don't want \"this\" - really"},
		{"long dash", "等等——真的吗", "等等-真的吗"},
		{"dots", "那个……算了。。。", "那个…算了。"},
		{"yen", "￥２９９", "¥299"},

		{"accents", "Café Lancôme Häagen-Dazs Ångström", "cafe lancome haagen-dazs angstrom"},
		{"combining accent", "cafe\u0301", "cafe"},
		{"ligatures", "Straße, ﬁne, Œuvre", "strasse, fine, oeuvre"},
		{"bold letters", "𝐅𝐑𝐄𝐄 𝟚𝟜", "free 24"},
		{"circled", "①号 ⑳", "1号 20"},
		{"Kelvin sign", "\u212a", "k"},
		{"pinyin tones", "nǐ hǎo", "ni hao"},

		{"traditional", "這件紅色連衣裙還有貨嗎", "这件红色连衣裙还有货吗"},
		{"traditional order", "訂單號碼和發票抬頭", "订单号码和发票抬头"},
		{"phrase keeps the character", "乾隆年間的瓷器", "乾隆年间的瓷器"},
		{"character otherwise", "頭髮還沒乾", "头发还没干"},
		{"phrase in the middle", "看乾坤大挪移", "看乾坤大挪移"},
		{"phrase after the same character", "乾乾乾隆", "干干乾隆"},
		{"rare block", "𠁞", "𠀾"},
		{"broken stays broken", "手机打坏了", "手机打坏了"},
		{"simplified characters, other words", "請回覆我,別找藉口,我想瞭解進度", "请回复我,别找借口,我想了解进度"},
		{"simplified stays", "干净的头发", "干净的头发"},

		{"stretched Han", "好好好好", "好好"},
		{"two Han stay", "谢谢你", "谢谢你"},
		{"stretched letters", "sooooo slow pleaseeee", "soo slow pleasee"},
		{"stretched, mixed case", "NoOoOo", "noo"},
		{"exclamation", "太慢了！！！！", "太慢了!"},
		{"question and exclamation", "什么？！？！", "什么?!?!"},
		{"digits stay", "1000000 一一一零零零 10086", "1000000 一一一零零零 10086"},
		{"size stays", "XXXL 和 xxxxl", "xxxl 和 xxxxl"},
		{"batteries", "AAA电池 www.example.com type III", "aaa电池 www.example.com type iii"},
		{"three letters inside a word", "aaah yesss", "aah yess"},
		{"address and language", "https://a.b C++", "https://a.b c++"},
		{"across an invisible character", "好好\u200b好", "好好"},

		{"emoji", "好评😀", "好评😀"},
		{"emoji run", "😡😡😡😡😡", "😡😡"},
		{"variation selector", "❤️", "❤"},
		{"skin tone", "👍🏽👍", "👍👍"},
		{"joined", "👨‍👩‍👧 hi", "👨 hi"},
		{"joined sign", "🤦🏻‍♀️!", "🤦!"},
		{"keycap", "1️⃣", "1"},
		{"flag", "🇨🇳", "🇨🇳"},

		{"zero width", "订\u200b单\ufeff号\u2060", "订单号"},
		{"bidi controls", "\u202eabc\u202c", "abc"},
		{"controls", "a\x00b\x07c\x7f", "abc"},
		{"soft hyphen", "re\u00adturn", "return"},
		{"only invisible", "\u200b\u200d\ufe0f", ""},
		{"invalid", "退\xff货", "退\ufffd货"},
		{"invalid run", "\xff\xfe\xfd", "\ufffd"},
		{"cut rune", "退\xe8\xb4", "退\ufffd"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, Normalize(test.in, nil).Text)
			assert.Equal(t, test.want, Fold(test.in))
		})
	}
}

func TestNormalizeOptions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in, want string
		o              Options
	}{
		{"case", "Café ＡＢ", "Café AB", Options{KeepCase: true}},
		{"case with a combining accent", "Cafe\u0301", "Cafe\u0301", Options{KeepCase: true}},
		{"traditional", "訂單 ABC", "訂單 abc", Options{KeepTraditional: true}},
		{"repeats", "sooooo！！！ 好好好好", "sooooo!!! 好好好好", Options{KeepRepeats: true}},
		{"emoji", "👍🏽 👨‍👩‍👧 ❤️", "👍🏽 👨‍👩‍👧 ❤️", Options{KeepEmoji: true}},
		{"all", "訂單 Café!!! 👍🏽", "訂單 Café!!! 👍🏽", Options{KeepCase: true, KeepTraditional: true, KeepRepeats: true, KeepEmoji: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, Normalize(test.in, &test.o).Text)
		})
	}
	assert.Equal(t, "訂單 abc", Plain("訂單 ＡＢＣ", nil).Text, "Plain has no table")
}

func TestMappedOriginal(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, find, want string }{
		{"unchanged", "我要红色的", "红色", "红色"},
		{"case", "My Order", "order", "Order"},
		{"full width", "单号ＡＢ１２谢谢", "ab12", "ＡＢ１２"},
		{"part of full width", "单号ＡＢ１２谢谢", "b1", "Ｂ１"},
		{"traditional", "我要紅色的裙子", "红色", "紅色"},
		{"inside a phrase", "看乾隆通寶嗎", "隆通", "隆通"},
		{"stretched", "太慢了！！！！退货", "!", "！！！！"},
		{"stretched Han", "好好好好吃", "好好", "好好好好"},
		{"before the stretched", "不好好好好吃", "不好", "不好"},
		{"behind the stretched", "soooo bad", "bad", "bad"},
		{"white space inside", "红色 \t 裙子", "红色 裙子", "红色 \t 裙子"},
		{"white space behind", "  裙子  ", "裙子", "裙子"},
		{"invisible inside", "订\u200b单号", "订单", "订\u200b单"},
		{"invisible behind", "订单\u200b", "订单", "订单"},
		{"accent", "un cafe\u0301 noir", "cafe", "cafe\u0301"},
		{"emoji", "好👍🏽了", "👍", "👍🏽"},
		{"joined emoji", "a👨‍👩‍👧b", "👨", "👨‍👩‍👧"},
		{"half a ligature", "Straße", "s", "S"},
		{"whole ligature", "Straße", "asse", "aße"},
		{"invalid", "退\xff货", "\ufffd", "\xff"},
		{"behind invalid", "退\xff\xff货", "货", "货"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := Normalize(test.in, nil)
			at := strings.Index(m.Text, test.find)
			require.GreaterOrEqual(t, at, 0, "%q in %q", test.find, m.Text)
			start, end := m.Original(at, at+len(test.find))
			assert.Equal(t, test.want, test.in[start:end])
		})
	}
}

func TestMappedOriginalOutOfRange(t *testing.T) {
	t.Parallel()
	m := Normalize("ＡＢ", nil)
	start, end := m.Original(-5, 99)
	assert.Equal(t, []int{0, 6}, []int{start, end})
	start, end = m.Original(2, 1)
	assert.Equal(t, start, end)
	start, end = Mapped{Text: "红色"}.Original(1, 4)
	assert.Equal(t, []int{0, 6}, []int{start, end}, "moved to whole characters")
	start, end = Mapped{}.Original(0, 3)
	assert.Equal(t, []int{0, 0}, []int{start, end})
}

// pieces are texts that the rules of the normaliser meet in, alone and joined.
func pieces() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.Map(rapid.SliceOf(rapid.SampledFrom([]string{
			"a", "A", "a", "x", "X", "ａ", "Å", "a\u0301", "á", "ß", "①", "1", "１", "٣", "0", "。", "！", "!", "!", "…", ".", "+", "/", "'", "’",
			" ", "　", "\n", "\u200b", "\u200d", "\ufe0f", "\u00ad", "\u0301", "好", "好", "乾", "乾隆", "隆", "訂", "單", "一", "😀", "😀", "👍🏽",
			"👨‍👩‍👧", "🏽", "🇨", "🇳", "1️⃣", "\xff", "\xe8\xb4", "の", "ア", "한", "п", "\u200bа", "𝐀", "ﬃ", "\ufffd", "\x00",
		})), func(s []string) string { return strings.Join(s, "") }),
	)
}

func anyOptions() *rapid.Generator[*Options] {
	return rapid.Custom(func(t *rapid.T) *Options {
		return &Options{
			KeepCase:        rapid.Bool().Draw(t, "case"),
			KeepTraditional: rapid.Bool().Draw(t, "traditional"),
			KeepRepeats:     rapid.Bool().Draw(t, "repeats"),
			KeepEmoji:       rapid.Bool().Draw(t, "emoji"),
		}
	})
}

func TestNormalizeIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := anyOptions().Draw(t, "options")
		once := Normalize(pieces().Draw(t, "text"), o).Text
		assert.Equal(t, once, Normalize(once, o).Text)
	})
}

func TestOffsetsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkOffsets(t, pieces().Draw(t, "text"), anyOptions().Draw(t, "options"))
	})
}

type failer interface {
	Errorf(format string, args ...any)
	FailNow()
}

// checkOffsets requires what Mapped promises for every range of the text.
func checkOffsets(t failer, s string, o *Options) {
	m := Normalize(s, o)
	require.True(t, utf8.ValidString(m.Text), "%q", m.Text)
	valid := utf8.ValidString(s)
	var lastStart, lastEnd int
	for i, r := range m.Text {
		start, end := m.Original(i, i+utf8.RuneLen(r))
		require.True(t, 0 <= start && start < end && end <= len(s), "%q[%d]: [%d,%d) of %d", m.Text, i, start, end, len(s))
		require.True(t, start >= lastStart && end >= lastEnd, "%q[%d]: [%d,%d) after [%d,%d)", m.Text, i, start, end, lastStart, lastEnd)
		if valid {
			require.True(t, utf8.RuneStart(s[start]) && (end == len(s) || utf8.RuneStart(s[end])), "%q[%d]: [%d,%d) splits a character", m.Text, i, start, end)
		}
		lastStart, lastEnd = start, end
	}
	for i := 0; i <= len(m.Text); i += 1 + len(m.Text)/50 {
		for k := i; k <= len(m.Text); k += 1 + len(m.Text)/50 {
			start, end := m.Original(i, k)
			require.True(t, 0 <= start && start <= end && end <= len(s), "[%d,%d): [%d,%d) of %d", i, k, start, end, len(s))
			require.Equal(t, i == k, start == end, "[%d,%d): [%d,%d)", i, k, start, end)
		}
	}
}

func TestNormalizeLargeInput(t *testing.T) {
	t.Parallel()
	for name, piece := range map[string]string{
		"letters": "a", "words": "Order ", "Han": "訂單", "emoji": "😀", "joined emoji": "👨\u200d", "tones": "🏽", "invalid": "\xff",
		"mixed invalid": "a\xff", "zero width": "\u200b", "words of three": "aaa\u200b\u200b", "marks": "\u0301", "full width": "Ａ，", "space": " ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := strings.Repeat(piece, 1<<20/len(piece))
			m := Normalize(s, nil)
			assert.True(t, utf8.ValidString(m.Text))
			start, end := m.Original(0, len(m.Text))
			assert.True(t, 0 <= start && start <= end && end <= len(s))
		})
	}
}

func TestNormalizeAllocations(t *testing.T) {
	if raced {
		t.Skip("the race detector makes allocations of its own")
	}
	for name, test := range map[string]struct {
		in   string
		most float64
	}{
		"normal English": {"where is my order 0042? it's late", 0},
		"normal Chinese": {"我上周买的鞋子开胶了,太差劲了", 0},
		"trailing space": {"where is my order ", 0},
		"capital letter": {"Where is my order 0042? It is late", 3},
		"full width":     {"你好，我想买一件红色的裙子，三百以内！", 5},
	} {
		Fold(test.in) // decodes the table
		assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { Normalize(test.in, nil) }), test.most, name)
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"", "你好，我想買一件紅色的裙子！！！", "Where is my ORDER 0042?", "👨‍👩‍👧 sooooo\u200b\xff", "乾隆乾淨", "aaa\u200b a\u0301ß①"} {
		f.Add(s, byte(0))
	}
	f.Fuzz(func(t *testing.T, s string, bits byte) {
		o := &Options{KeepCase: bits&1 != 0, KeepTraditional: bits&2 != 0, KeepRepeats: bits&4 != 0, KeepEmoji: bits&8 != 0}
		checkOffsets(t, s, o)
		once := Normalize(s, o).Text
		require.Equal(t, once, Normalize(once, o).Text)
	})
}

func BenchmarkNormalize(b *testing.B) {
	for name, s := range map[string]string{
		"zh/normal":      "你好我想买一件红色的裙子三百以内有哪些黑色的第一件有码吗什么",
		"zh/full-width":  "你好，我想买一件红色的裙子，三百以内！有哪些黑色的？第一件有Ｍ码吗",
		"zh/traditional": "你好，我想買一件紅色的裙子，三百以內！有哪些黑色的？第一件有M碼嗎",
		"en/normal":      "where is my order 0042",
		"en/case":        "Hi, where is my order 0042? It's been two weeks!!!",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Normalize(s, nil)
			}
		})
	}
}

// A buffer gives what a call without it gives, text after text.
func TestBuffer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b Buffer
		for _, s := range rapid.SliceOfN(pieces(), 1, 5).Draw(t, "texts") {
			want, got := Normalize(s, nil), b.Normalize(s)
			if want.Text != got.Text {
				t.Fatalf("%q: %q, with the buffer %q", s, want.Text, got.Text)
			}
			for i := range len(want.Text) + 1 {
				a, z := want.Original(i, len(want.Text))
				c, d := got.Original(i, len(want.Text))
				if a != c || z != d {
					t.Fatalf("%q at %d: %d to %d, with the buffer %d to %d", s, i, a, z, c, d)
				}
			}
			if rapid.Bool().Draw(t, "clear") {
				b.Clear(64)
			}
		}
	})
}
