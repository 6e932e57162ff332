package pii

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFind(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     string // kind:text, joined by |
	}{
		{"empty", "", ""},
		{"nothing", "我要退货, order 0042", ""},

		{"mobile", "电话13800138000,谢谢", "phone:13800138000"},
		{"mobile with spaces", "138 0013 8000", "phone:138 0013 8000"},
		{"mobile with hyphens", "call 138-0013-8000", "phone:138-0013-8000"},
		{"mobile, full width", "１３８００１３８０００", "phone:１３８００１３８０００"},
		{"mobile, invisible inside", "138\u200b00138000", "phone:138\u200b00138000"},
		{"mobile with country code", "+86 138 0013 8000", "phone:+86 138 0013 8000"},
		{"country code joined", "8613800138000", "phone:8613800138000"},
		{"country code 0086", "0086-13800138000", "phone:0086-13800138000"},
		{"mobile behind a label", "tel13800138000 vx:13900139000", "phone:13800138000|phone:13900139000"},
		{"mobile before letters", "13800138000微信同号", "phone:13800138000"},
		{"two mobiles", "13800138000/13900139000 13700137000", "phone:13800138000|phone:13900139000|phone:13700137000"},
		{"mobile behind a number", "订单 12345 13800138000", "phone:13800138000"},
		{"dictated", "我是一三八零零一三八零零零", "phone:一三八零零一三八零零零"},
		{"no mobile network", "12800138000", ""},
		{"mobile in a longer number", "2026112113800138000123", ""},
		{"mobile in a longer number, 12", "138001380001", ""},
		{"mobile in a code", "SF13800138000", ""},
		{"mobile begins a code", "13800138000A7F", ""},
		{"mobile in a hyphened code", "2026-13800138000-1", ""},
		{"decimal", "3.13800138000", ""},

		{"landline", "座机010-62345678转801", "phone:010-62345678转801"},
		{"landline in brackets", "（0755）2634 5678", "phone:（0755）2634 5678"},
		{"landline without separator", "01062345678", ""},
		{"no landline", "010-02345678 090-62345678 020-6234567", ""},
		{"service number", "400-820-8888 800-820-8888 12315 95588", ""},
		{"North American", "call (202) 555-0143 or 202-555-0143", "phone:(202) 555-0143|phone:202-555-0143"},
		{"North American with points", "202.555.0143 x12", "phone:202.555.0143 x12"},
		{"international", "+44 20 7946 0958, +1 (202) 555-0143.", "phone:+44 20 7946 0958|phone:+1 (202) 555-0143"},
		{"international, full width", "＋８５２ ２１２３ ４５６７", "phone:＋８５２ ２１２３ ４５６７"},
		{"international before an amount", "+1 202-555-0143 300", "phone:+1 202-555-0143"},
		{"international, two joined", "+44 20 7946 0958+44 20 7946 0958", "phone:+44 20 7946 0958|phone:+44 20 7946 0958"},
		{"plus in a sum", "1+23456789 and +50", ""},

		{"e-mail", "mail zhang.san@example.com.", "email:zhang.san@example.com"},
		{"e-mail, full width", "邮箱zhangsan＠example．com（全角）", "email:zhangsan＠example．com"},
		{"e-mail before Chinese", "li+si@mail.example.com.cn谢谢", "email:li+si@mail.example.com.cn"},
		{"e-mail of a number", "13800138000@example.com", "email:13800138000@example.com"},
		{"e-mail, then mobile", "a@example.com 13800138000", "email:a@example.com|phone:13800138000"},
		{"mobile, then e-mail", "13800138000 a@example.com", "phone:13800138000|email:a@example.com"},
		{"e-mail spelled out", "zhangsan at example dot com", "email:zhangsan at example dot com"},
		{"e-mail half spelled out", "zhangsan[at]example.com", "email:zhangsan[at]example.com"},
		{"no e-mail", "user@ and @user and a@b and look at example.com", ""},

		{"identity card", "身份证11010519491231002X", "id_card:11010519491231002X"},
		{"identity card, small x", "11010519491231002x对吗", "id_card:11010519491231002x"},
		{"identity card in groups", "110105 19491231 002X", "id_card:110105 19491231 002X"},
		{"identity card, full width", "１１０１０５１９４９１２３１００２Ｘ", "id_card:１１０１０５１９４９１２３１００２Ｘ"},
		{"identity card dictated", "四四零五二四一八八零零一零一零零一四", "id_card:四四零五二四一八八零零一零一零零一四"},
		{"wrong check character", "110105194912310021", ""},
		{"wrong date", "110105194913310029", ""},
		{"identity card in a code", "X11010519491231002X", ""},
		{"identity card, then letters", "11010519491231002Xa", ""},

		{"Visa", "card 4111111111111111", "bank_card:4111111111111111"},
		{"Visa in groups", "4111-1111-1111-1111 exp 12/30", "bank_card:4111-1111-1111-1111"},
		{"Visa, then more", "4111 1111 1111 1111 12", "bank_card:4111 1111 1111 1111"},
		{"American Express", "3714 496353 98431", "bank_card:3714 496353 98431"},
		{"UnionPay", "银行卡6250941006528599", "bank_card:6250941006528599"},
		{"card behind what could be a telephone", "1704111 4111 1111 1111 1111", "bank_card:4111 1111 1111 1111"},
		{"card behind a country code", "+49 4111 1111 1111 1111", "bank_card:4111 1111 1111 1111"},
		{"card behind an extension", "010-62345678 ext 4111 1111 1111 1111", "phone:010-62345678|bank_card:4111 1111 1111 1111"},
		{"wrong check digit", "4111111111111112", ""},
		{"no issuer", "1111111111111117", ""},
		{"bar code", "6901234567892", ""},
		{"card in a longer number", "41111111111111110000", ""},
		{"card in odd groups", "41-111111-1111-1111", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, found(test.in))
		})
	}
}

func found(s string) string {
	var list []string
	for _, span := range Find(s) {
		list = append(list, string(span.Kind)+":"+s[span.Start:span.End])
	}
	return strings.Join(list, "|")
}

func TestMask(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", ""},
		{"我要退货", "我要退货"},
		{"打13800138000就行", "打138****8000就行"},
		{"138-0013-8000", "138-****-8000"},
		{"１３８００１３８０００", "１３８****８０００"},
		{"一三八零零一三八零零零", "一三八****八零零零"},
		{"+86 13800138000", "+86 138****8000"},
		{"010-62345678转801", "010-********转***"},
		{"(202) 555-0143", "(***) ***-0143"},
		{"+1 202-555-0143", "+1 ***-***-0143"},
		{"+44 20 7946 0958", "+44 ** **** 0958"},
		{"11010519491231002X", "110***********002X"},
		{"4111-1111-1111-1111", "****-****-****-1111"},
		{"zhangsan@example.com", "z***@example.com"},
		{"zhangsan＠example．com", "z***＠example．com"},
		{"a@example.com", "***@example.com"},
		{"zhangsan at example dot com", "z*** at example dot com"},
		{"  A 138\u200b00138000  B\xff", "  A 138\u200b****8000  B\xff"},
		{"①③⑧⓪", "①③⑧⓪"},
		{"⑬800138000", "⑬8****8000"},
	}
	for _, test := range tests {
		t.Run(test.in, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, Mask(test.in))
			assert.Equal(t, test.want, Mask(test.want), "masking again changes nothing")
		})
	}
}

// pieces are texts in which numbers and addresses meet their neighbours.
func pieces() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.Map(rapid.SliceOf(rapid.SampledFrom([]string{
			"13800138000", "138 0013 8000", "+86", "0086-", "4111111111111111", "4111 1111 1111 1111", "11010519491231002X", "010-62345678",
			"zhang@example.com", "(202) 555-0143", "+44 20 7946 0958", "一三八零零一三八零零零", "１３８００１３８０００", "转801", " ext 12", "1", "12", "8000",
			" ", "-", ".", "(", ")", "+", "@", "x", "X", "a", "SF", "tel", " at ", " dot ", "com", "，", "*", "\u200b", "⑳", "𝟙", "\xff", "退",
		})), func(s []string) string { return strings.Join(s, "") }),
	)
}

type failer interface {
	Errorf(format string, args ...any)
	FailNow()
}

func check(t failer, s string) {
	end := 0
	for _, span := range Find(s) {
		require.True(t, end <= span.Start && span.Start < span.End && span.End <= len(s), "%+v", span)
		require.Contains(t, []Kind{Phone, Email, IDCard, BankCard}, span.Kind)
		end = span.End
	}
	masked := Mask(s)
	if end == 0 {
		require.Equal(t, s, masked)
	}
	require.GreaterOrEqual(t, strings.Count(masked, "*"), strings.Count(s, "*")+len(Find(s)), "something is hidden of each")
	if utf8.ValidString(s) {
		require.True(t, utf8.ValidString(masked))
	}
}

func TestFindAndMaskAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { check(t, pieces().Draw(t, "text")) })
}

func FuzzMask(f *testing.F) {
	f.Add("打13800138000, zhang@example.com, 4111 1111 1111 1111")
	f.Add("身份证１１０１０５１９４９１２３１００２Ｘ +1 (202) 555-0143 a [at] b dot com")
	f.Fuzz(func(t *testing.T, s string) {
		check(t, s)
	})
}

func TestLargeInput(t *testing.T) {
	t.Parallel()
	for name, piece := range map[string]string{
		"digits": "1", "groups": "1 ", "mobiles": "13800138000 ", "addresses": "a@b.com ", "at signs": "@", "local": "a", "points": "a.", "spelled": "a at ",
		"numerals": "一", "plus": "+1", "brackets": "(1)", "hyphens": "4111-", "dots": "a at b dot ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Mask(strings.Repeat(piece, 1<<20/len(piece)))
		})
	}
}

// The texts of the security set: every number or address in them of a kind
// that this package knows is found, and nothing else is.
func TestSecuritySet(t *testing.T) {
	t.Parallel()
	data := os.Getenv("FRONTDESK_DATA")
	if data == "" {
		t.Skip("FRONTDESK_DATA is not set: the security set is not there")
	}
	f, err := os.Open(filepath.Join(data, "security", "own", "pii_zh_en.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	kinds := map[string]Kind{"CN_ID": IDCard, "BANK_CARD": BankCard, "PHONE": Phone, "EMAIL": Email}
	lines, n := bufio.NewScanner(f), 0
	for lines.Scan() {
		var row struct {
			ID, Text string
			Entities []struct{ Type, Text string }
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &row))
		var want []string
		for _, e := range row.Entities {
			if kind, ok := kinds[e.Type]; ok {
				want = append(want, string(kind)+":"+e.Text)
			}
		}
		assert.Equal(t, strings.Join(want, "|"), found(row.Text), row.ID)
		n++
	}
	require.NoError(t, lines.Err())
	assert.Greater(t, n, 50)
}

func BenchmarkMask(b *testing.B) {
	for name, s := range map[string]string{
		"nothing": "你好,我想买一件红色的裙子,三百以内",
		"phone":   "我的电话是13800138000，请尽快联系我",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Mask(s)
			}
		})
	}
}
