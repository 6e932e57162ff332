package textfile

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html/charset"
	"pgregory.net/rapid"
)

func encoded(t *testing.T, s, name string) []byte {
	t.Helper()
	e, _ := charset.Lookup(name)
	require.NotNil(t, e)
	raw, err := e.NewEncoder().Bytes([]byte(s))
	require.NoError(t, err)
	return raw
}

func TestDecode(t *testing.T) {
	t.Parallel()
	simplified := "问题,答案\n可以开专票吗？,可以。请在下单时填写税号、开户行；已下单的，30天内补开。\n"
	traditional := "問題,答案\n可以開發票嗎？,可以，請在下單時填寫統一編號，電子發票會寄到您的信箱。\n"
	western := "Question,Answer\nWhat’s “Express”?,Next day – naïve café customers pay £4.95 or 5 €.\n"
	tests := []struct {
		name string
		raw  []byte
		want string
	}{
		{"UTF-8", []byte(simplified), simplified},
		{"UTF-8 with a mark", []byte("\ufeff" + simplified), simplified},
		{"UTF-16, little end first", append([]byte{0xff, 0xfe}, encoded(t, simplified, "utf-16le")...), simplified},
		{"UTF-16, big end first", append([]byte{0xfe, 0xff}, encoded(t, simplified, "utf-16be")...), simplified},
		{"GBK", encoded(t, simplified, "gbk"), simplified},
		{"GBK, one word among ASCII", encoded(t, "id,question,answer\na,运费,free\n", "gbk"), "id,question,answer\na,运费,free\n"},
		{"GB 18030 with a rare character", encoded(t, simplified+"龘𠮷", "gb18030"), simplified + "龘𠮷"},
		{"Big5", encoded(t, traditional, "big5"), traditional},
		{"Windows-1252", encoded(t, western, "windows-1252"), western},
		{"a French word", encoded(t, "Livraison à vélo, où ?", "windows-1252"), "Livraison à vélo, où ?"},
		{"a Portuguese sentence", encoded(t, "Não há devoluções após a instalação.", "windows-1252"), "Não há devoluções após a instalação."},
		{"empty", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := Decode(tt.raw)
			assert.True(t, ok)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestDecodeThatIsDamaged(t *testing.T) {
	t.Parallel()
	got, ok := Decode([]byte("签收后七天内可以退货\xe8，运费自理"))
	assert.False(t, ok)
	assert.Equal(t, "签收后七天内可以退货\ufffd，运费自理", got, "stays what it is, but for the broken character")
	_, ok = Decode([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))
	assert.False(t, ok, "a picture")
}

func TestDecodeIsUTF8(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		got, _ := Decode(rapid.SliceOf(rapid.Byte()).Draw(t, "raw"))
		assert.True(t, utf8.ValidString(got))
	})
}

func TestComma(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]rune{
		"问题,答案\na;b;c;d,x": ',',
		"问题;答案;分类\na,b":    ';',
		"问题\t答案\na,b,c,d":  '\t',
		"\"a;b;c\",d\nx":   ',',
		"question":         ',',
		"":                 ',',
	} {
		assert.Equal(t, string(want), string(Comma(s)), s)
	}
}
