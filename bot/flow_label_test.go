package bot

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLabelled(t *testing.T) {
	t.Parallel()
	words := [][]string{{"姓名", "name"}, {"电话", "手机号", "phone"}, {"电话区号"}}
	for name, c := range map[string]struct {
		say  string
		want []string // label number and value
		rest string
	}{
		"lines":             {"姓名：王芳\n电话：138", []string{"0王芳", "1138"}, ""},
		"words before":      {"我要报修，姓名：王芳", []string{"0王芳"}, "我要报修，"},
		"case and width":    {"Name: Ann; PHONE：1", []string{"0Ann", "11"}, ""},
		"longest wins":      {"电话区号：010", []string{"2010"}, ""},
		"no colon":          {"姓名王芳", nil, "姓名王芳"},
		"inside a word":     {"surname: Li", nil, "surname: Li"},
		"nothing behind it": {"姓名：", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pieces, rest := labelled(c.say, words)
			var got []string
			for _, p := range pieces {
				got = append(got, string(rune('0'+p.field))+p.value)
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.rest, rest)
		})
	}
}

func FuzzLabelled(f *testing.F) {
	for _, s := range []string{"姓名：王芳\n电话：138", "name: ", "\xff电话:\x00", "İ电话：1"} {
		f.Add(s)
	}
	words := [][]string{{"姓名", "name"}, {"电话", "İ"}}
	f.Fuzz(func(t *testing.T, s string) {
		pieces, rest := labelled(s, words)
		require.LessOrEqual(t, len(pieces), maxFill)
		require.Contains(t, s, rest)
		for _, p := range pieces {
			require.Contains(t, s, p.value)
			require.NotEmpty(t, p.value)
			require.Less(t, p.field, len(words))
		}
	})
}

func FuzzParsers(f *testing.F) {
	for _, s := range []string{"A12", "#00 51", "1e309", "2026-01-05", "NaN", "\xff", "第二个"} {
		f.Add(s)
	}
	options := []string{"a", "b"}
	f.Fuzz(func(t *testing.T, s string) {
		h := Heard{Text: s, own: true, Attachments: []Attachment{{Name: s, Type: s}}}
		if n, sure := Number(h); sure != No {
			require.False(t, n != n, "a number that is none")
		}
		if id, sure := OrderID(h); sure != No {
			require.Equal(t, strings.ToUpper(id), id)
		}
		_, _ = Date(h)
		_, _ = Photos(h)
		if o, sure := pick(h, options, [][]string{{"一"}, {"二"}}, nil); sure != No {
			require.Contains(t, options, o)
		}
	})
}

// What an option is called counts in a longer answer, unless the answer says no
// to it.
func TestPickNamed(t *testing.T) {
	t.Parallel()
	zh := [][]string{{"退货退款", "退货", "退款", "退"}, {"换货", "换"}}
	en := [][]string{{"Refund", "money back"}, {"Exchange", "swap"}}
	for text, want := range map[string]string{
		"我是说要退":    "refund",
		"换成L码吧":    "exchange",
		"不退了，换一件":  "exchange",
		"不想退货，想换货": "exchange",
		"不是退款，是换":  "exchange",
		"能不能退货":    "refund",
		"不退了":      "",
		"别换了":      "",
		"退还是换呢":    "",
		"这件衣服我上次买的时候就跟你们说过要能退的才买": "",
		"i want my money back":  "refund",
		"not a refund, swap it": "exchange",
		"i don't want a refund": "",
		"refund or exchange?":   "",
	} {
		words := zh
		if text[0] < 0x80 {
			words = en
		}
		got, _ := pick(Heard{Text: text}, []string{"refund", "exchange"}, words, nil)
		assert.Equal(t, want, got, text)
	}
}
