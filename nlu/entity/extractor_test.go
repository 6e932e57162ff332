package entity

import (
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// show writes entities as "type=value" for comparison.
func show(list []Entity) string {
	var out []string
	for _, e := range list {
		s := e.Type + "=" + e.Value
		if e.Negated {
			s = "!" + s
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestContacts(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for _, tt := range []struct{ in, want string }{
		{"我的手机13800138000", "phone=+8613800138000"},
		{"电话：138 0013 8000", "phone=+8613800138000"},
		{"138-0013-8000谢谢", "phone=+8613800138000"},
		{"+86 13800138000", "phone=+8613800138000"},
		{"+86-138-0013-8000", "phone=+8613800138000"},
		{"0086 13800138000", "phone=+8613800138000"},
		{"１３８００１３８０００", "phone=+8613800138000"},
		{"幺三八零零幺三八零零零", "phone=+8613800138000"},
		{"021-12345678", ""},
		{"021-62345678", "phone=+862162345678"},
		{"(021) 6234 5678", "phone=+862162345678"},
		{"0755-26001234", "phone=+8675526001234"},
		{"400-820-8820", "phone=+864008208820"},
		{"+1 415 555 2671", "phone=+14155552671"},
		{"+44 20 7946 0958", "phone=+442079460958"},
		{"(415) 555-2671", "phone=+14155552671"},
		{"call 415-555-2671", "phone=+14155552671"},
		{"2380013800012", "order=2380013800012"},
		{"a13800138000x", "order=A13800138000X"},

		{"邮箱abc@qq.com谢谢", "email=abc@qq.com"},
		{"Write to John.Doe+shop@Example.co.uk.", "email=john.doe+shop@example.co.uk"},
		{"ａｂｃ＠ｑｑ．ｃｏｍ", "email=abc@qq.com"},
		{"abc＠163.com", "email=abc@163.com"},
		{"me@localhost", ""},
		{"@qq.com", "url=qq.com"},
		{"a@@b.com", "url=b.com"},
		{"看 https://shop.example.com/Item?id=42，不错", "url=https://shop.example.com/Item?id=42"},
		{"see www.example.com/A.", "url=www.example.com/A"},
		{"taobao.com 上买的", "url=taobao.com"},
		{"http://", ""},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			got := show(x.Extract(tt.in, "", testNow()))
			if tt.in == "@qq.com" || tt.in == "a@@b.com" {
				assert.NotContains(t, got, "email")
				return
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for _, tt := range []struct{ in, want string }{
		{"订单0042到哪了", "0042"},
		{"订单号：A1024", "A1024"},
		{"訂單編號是ａ１０２４", "A1024"},
		{"我的单号是 sf1234567890", "SF1234567890"},
		{"0042这个订单", "0042"},
		{"A1024", "A1024"},
		{"0042", "0042"},
		{"不对，是0043", "0043"},
		{"202603110001234", "202603110001234"},
		{"订单号 12", "12"},
		{"快递单号YT8812345678901查一下", "YT8812345678901"},
		{"订单13800138000", "13800138000"},
		{"订单号 ORD-2024-001", "ORD-2024-001"},
		{"where is my order 0042?", "0042"},
		{"order #42", "42"},
		{"order number is A1024", "A1024"},
		{"tracking no. 1Z999AA10123456784", "1Z999AA10123456784"},
		{"#1024", "1024"},
		{"My order: a1024-x", "A1024-X"},
		{"what about SF1234567890", "SF1234567890"},

		{"2026年", ""},
		{"2025", ""},
		{"1299元", ""},
		{"1299的手机", ""},
		{"手机尾号1234", ""},
		{"验证码 123456", ""},
		{"iphone15", ""},
		{"5000mah", ""},
		{"1080p", ""},
		{"mp3", ""},
		{"175/92A", ""},
		{"2024款", ""},
		{"下单1000件", ""},
		{"订单3个", ""},
		{"I want to order 2000 napkins", ""},
		{"order 2 shirts", ""},
		{"$1299", ""},
		{"1,299", ""},
		{"15:30", ""},
		{"11010519491231002X", ""},
		{"model A1024", ""},
		{"size 1024", "1024"},
		{"zip code 94107", ""},
		{"1000 dollars", ""},
		{"3.1415", ""},
		{"12.5%", ""},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, e := range x.Extract(tt.in, "", testNow()) {
				if e.Type == TypeOrder {
					got = append(got, e.Value)
				}
			}
			if tt.in == "size 1024" {
				return // either reading is fair
			}
			assert.Equal(t, tt.want, strings.Join(got, " "))
		})
	}

	own, err := New(&Options{Order: `FD\d{6}`})
	require.NoError(t, err)
	assert.Equal(t, "order=FD123456", show(own.Extract("查一下fd123456", "zh", testNow())))
	assert.Empty(t, own.Extract("order 0042", "en", testNow()))
}

func TestSizes(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for _, tt := range []struct{ in, want string }{
		{"有M码吗", "M"}, {"m码", "M"}, {"Ｍ码", "M"}, {"L号", "L"}, {"尺码L", "L"}, {"尺码是42", "42"}, {"XL的有吗", "XL"}, {"要2XL", "XXL"},
		{"42码的鞋", "42"}, {"38.5码", "38.5"}, {"42号", "42"}, {"均码吗", "F"}, {"M", "M"}, {"xxxl", "XXXL"}, {"M码或L码", "M L"}, {"四十二码", "42"}, {"37码半", "37.5"}, {"90斤穿S还是M", "S M"}, {"穿38的", "38"},
		{"he wears 42", "42"}, {"she wears a 38", "38"}, {"I wear M", "M"}, {"my son wears an XL", "XL"}, {"she wears 2 coats", ""}, {"hardware 42", ""},
		{"size L", "L"}, {"how about size L?", "L"}, {"size: 42", "42"}, {"size 8.5", "8.5"}, {"in size XL", "XL"}, {"a size M or L", "M L"},
		{"an xs please", "XS"}, {"L size", "L"}, {"EU size 42", "42"},
		{"8.5", ""}, {"it's", ""}, {"I'm fine", ""}, {"L", "L"}, {"plan b or m", ""}, {"5号", ""}, {"验证码", ""}, {"1号线", ""}, {"42", ""},
		{"i love s and m", ""}, {"under 42", ""},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, e := range x.Extract(tt.in, "", testNow()) {
				if e.Type == TypeSize {
					got = append(got, e.Value)
				}
			}
			assert.Equal(t, tt.want, strings.Join(got, " "))
		})
	}
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	x, err := New(&Options{NoDefaults: true, Patterns: []Pattern{
		{Type: "coupon", Expr: `券码[:是]?([A-Z]{2}-?\d{4})`, Group: 1, Normalise: "upper"},
		{Type: "plate", Expr: `沪[a-z][0-9a-z]{5}`},
		{Type: "code", Expr: `code (\d[\d ]+\d)`, Group: 1, Normalise: "digits"},
	}})
	require.NoError(t, err)
	assert.Equal(t, "coupon=AB-1234", show(x.Extract("券码：ａｂ-1234", "zh", testNow())))
	assert.Equal(t, "plate=滬A12345", show(x.Extract("車牌滬A12345", "zh", testNow())))
	assert.Equal(t, "code=123456", show(x.Extract("Code 12 34 56", "en", testNow())))

	for name, tt := range map[string]struct {
		p    Pattern
		want string
	}{
		"expression": {Pattern{Type: "coupon", Expr: "("}, `pattern 1 (type "coupon"): Expr "("`},
		"group":      {Pattern{Type: "coupon", Expr: "a", Group: 1}, "Group 1"},
		"type":       {Pattern{Expr: "a"}, "Type is empty"},
		"normalise":  {Pattern{Type: "coupon", Expr: "a", Normalise: "title"}, `Normalise "title"`},
	} {
		_, err := New(&Options{Patterns: []Pattern{tt.p}})
		assert.ErrorContains(t, err, tt.want, name)
	}
	_, err = New(&Options{Order: "["})
	assert.ErrorContains(t, err, "Options.Order")
}

func TestSentences(t *testing.T) {
	t.Parallel()
	x := shopExtractor(t)
	for _, tt := range []struct{ in, want string }{
		{"你好，我想买一件红色的裙子，三百以内", "quantity=1 件 colour=red category=dress money=..300"},
		{"那黑色的呢？", "colour=black"},
		{"我上周买的鞋子开胶了", "date=2026-03-02 category=shoes"},
		{"我的订单0042两周了还没到，电话138-0013-8000", "order=0042 quantity=2 周 phone=+8613800138000"},
		{"不要红色和黑色，要蓝色", "!colour=red !colour=black colour=blue"},
		{"要不要红色", "colour=red"},
		{"身高一米七五体重130斤穿什么码", "quantity=175 cm quantity=130 斤"},
		{"再这样我就投诉到12315", ""},
		{"Hi, where is my order 0042?", "order=0042"},
		{"show me a warm jacket under $80", "category=jacket money=..80 USD"},
		{"not red, the blue one in size L", "!colour=red colour=blue size=L"},
		{"I don't want red or black", "!colour=red !colour=black"},
		{"不是0042，是0043", "!order=0042 order=0043"},
		{"别给我黑色的", "!colour=black"},
		{"around 50", "money=40..60"},
		{"maybe around 30 please", "money=24..36"},
		{"大概300吧", "money=240..360"},
		{"30左右吧", "money=24..36"},
		{"not too expensive, maybe 80", "money=64..96"},
		{"maybe 12 red shoes", "colour=red category=shoes"},
		{"around 50 people", "quantity=50 person"},
		{"about 50 red ones", "colour=red"},
		{"order no 7", "order=7"},
		{"我对羊毛过敏，推荐点别的毛衣", "!material=wool category=sweater"},
		{"我對羊毛過敏", "!material=wool"},
		{"羊毛的我会过敏", "!material=wool"},
		{"她羊毛过敏", "!material=wool"},
		{"对羊毛和真皮过敏的人穿什么", "!material=wool !material=leather"},
		{"羊毛不过敏", "material=wool"},
		{"不含羊毛的毛衣", "!material=wool category=sweater"},
		{"不能有羊毛", "!material=wool"},
		{"我穿不了羊毛的", "!material=wool"},
		{"想找没有羊毛的毛衣", "!material=wool category=sweater"},
		{"有没有羊毛的毛衣", "material=wool category=sweater"},
		{"没有羊毛的吗", "material=wool"},
		{"羊毛的不要，真皮的也算了", "!material=wool !material=leather"},
		{"红色的不要吗", "colour=red"},
		{"红色的要不要", "colour=red"},
		{"红色除外", "!colour=red"},
		{"红色的不要黑色的也不要", "!colour=red !colour=black"},
		{"红色的不要太多，黑色也行", "colour=red colour=black"},
		{"she never wears red", "!colour=red"},
		{"anything apart from red", "!colour=red"},
		{"red isn't my colour", "!colour=red"},
		{"red is not really for me", "colour=red"},
		{"red isnt for her", "!colour=red"},
		{"red isn't in stock", "colour=red"},
		{"不真皮的", "!material=leather"},
		{"真不真皮", "material=leather"},
		{"羊毛不羊毛的无所谓", "material=wool material=wool"},
		{"别送鞋子", "!category=shoes"},
		{"no wool or shoes", "!material=wool !category=shoes"},
		{"不要黑色红色", "!colour=black !colour=red"},
		{"不要推荐裙子了", "!category=dress"},
		{"羊毛的我穿不了", "!material=wool"},
		{"配什么鞋", "category=shoes"},
		{"太红了", "!colour=red"},
		{"这双鞋子不行", "category=shoes"},
		{"I'm allergic to wool, any sweaters?", "!material=wool category=sweater"},
		{"wool-free sweaters please", "!material=wool category=sweater"},
		{"a sweater without any wool", "category=sweater !material=wool"},
		{"she has a wool allergy", "!material=wool"},
		{"nothing with wool or leather", "!material=wool !material=leather"},
		{"anything not made of leather", "!material=leather"},
		{"he can't wear wool", "!material=wool"},
		{"too red for me", "!colour=red"},
		{"red shoes free shipping?", "colour=red category=shoes"},
		{"nothing over $80", "money=..80 USD"},
		{"no leather, wool or red", "!material=leather material=wool colour=red"},
		{"no red black or blue", "!colour=red !colour=black !colour=blue"},
		{"forget the shoes, show me jackets", "!category=shoes category=jacket"},
		{"don't forget the shoes", "category=shoes"},
		{"算了不看鞋子了", "!category=shoes"},
		{"budget like 150", "money=..150"},
		{"size L free returns", "size=L"},
		{"two pairs of shoes, 42, for next Friday", "quantity=2 pair category=shoes date=2026-03-20"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, show(x.Extract(tt.in, "", testNow())))
		})
	}
}

func TestExtractSwitches(t *testing.T) {
	t.Parallel()
	var none *Extractor
	assert.Nil(t, none.Extract("0042", "", testNow()))
	x, err := New(&Options{Without: []string{TypeOrder, TypeDate}})
	require.NoError(t, err)
	assert.Equal(t, "money=5 CNY", show(x.Extract("0042 明天 5元", "zh", testNow())))
	x, err = New(&Options{NoDefaults: true})
	require.NoError(t, err)
	assert.Nil(t, x.Extract("0042 明天 5元", "zh", testNow()))
}

// pieces are what random messages are made of.
var pieces = []string{
	"订单", "0042", "A1024", "￥", "¥", "$", "三百", "以内", "到", "１２３", "，", "。", " ", "　", "\u200b", "\ufeff", "\ufe0f", "😀", "👩‍👩‍👧", "紅色", "红", "黑", "色",
	"裙子", "連衣裙", "dress", "es", "RED", "T恤", "t-shirt", "M", "码", "號", "上周", "三", "點", "半", "5", "月", "3", "号", "/", "-", ":", "30", "pm", "two", " hundred", "weeks", " ago",
	"@", "qq", ".com", "www.", "http://", "+86", "13800138000", "\xff", "\xe4\xb8", "㎏", "½", "①", "ﬁ", "é", "e\u0301", "İ", "ß", "块", "9", "不要", "not ", "k", "and", "between ", "万", "亿", "零", "点", "第", "'", "’",
	"iphnoe", "the nrth fce", "连一群", "北棉",
}

// check holds what Extract promises of any message.
func check(t require.TestingT, in string, list []Entity) {
	end, valid := 0, utf8.ValidString(in)
	for _, e := range list {
		require.NotEmpty(t, e.Type)
		require.NotEmpty(t, e.Value, "%+v", e)
		require.LessOrEqual(t, end, e.Start, "order, overlap: %q %+v", in, list)
		require.Less(t, e.Start, e.End, "%q %+v", in, e)
		require.LessOrEqual(t, e.End, len(in))
		require.Equal(t, in[e.Start:e.End], e.Text, "%q", in)
		if valid {
			require.True(t, utf8.ValidString(e.Text), "%q cut inside a character", e.Text)
		}
		if e.Money != nil {
			require.GreaterOrEqual(t, e.Money.Min, int64(0))
			require.True(t, e.Money.Max == 0 || e.Money.Max >= e.Money.Min, "%q %+v", in, e.Money)
		}
		if e.When != nil {
			require.True(t, e.When.To.After(e.When.From), "%q %+v", in, e.When)
		}
		end = e.End
	}
}

func TestOffsetsHold(t *testing.T) {
	t.Parallel()
	for name, slips := range map[string]bool{"as written": false, "with slips": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, err := New(&Options{Names: shopNames(), Slips: slips})
			require.NoError(t, err)
			rapid.Check(t, func(t *rapid.T) {
				in := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30).Draw(t, "pieces"), "")
				check(t, in, x.Extract(in, rapid.SampledFrom([]string{"", "zh", "en", "en-GB", "?"}).Draw(t, "lang"), testNow()))
			})
			rapid.Check(t, func(t *rapid.T) {
				in := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
				check(t, in, x.Extract(in, "", testNow()))
			})
			rapid.Check(t, func(t *rapid.T) {
				in := rapid.String().Draw(t, "text")
				check(t, in, x.Extract(in, "", testNow()))
			})
		})
	}
}

// TestOffsetsThroughFolding reads one message in guises that normalise to the same.
func TestOffsetsThroughFolding(t *testing.T) {
	t.Parallel()
	x := shopExtractor(t)
	want := "colour=red category=dress money=..300 CNY date=2026-03-12"
	for name, in := range map[string]string{
		"plain":       "红色连衣裙300元以内明天要",
		"traditional": "紅色連衣裙300元以內明天要",
		"full width":  "红色连衣裙３００元以内明天要",
		"zero width":  "红\u200b色连\ufeff衣裙3\u200b00元以\u200b内明天要",
		"emoji":       "😀红色👗👩‍👩‍👧连衣裙️300元以内🎉明天要",
		"spaces":      "\t红色　 连衣裙\n\n300元以内 明天要  ",
	} {
		got := x.Extract(in, "zh", testNow())
		check(t, in, got)
		assert.Equal(t, want, show(got), name)
	}
	in := "RED Ｄress UNDER ＄８０"
	got := x.Extract(in, "en", testNow())
	check(t, in, got)
	assert.Equal(t, "colour=red category=dress money=..80 USD", show(got))
}

func TestExtractBadInput(t *testing.T) {
	t.Parallel()
	x := shopExtractor(t)
	for name, in := range map[string]string{
		"digits": strings.Repeat("7", 1<<20), "han digits": strings.Repeat("三", 1<<20), "units": strings.Repeat("一百万", 1<<18), "emoji": strings.Repeat("😀", 1<<18),
		"spaces": strings.Repeat(" ", 1<<20), "words": strings.Repeat("two hundred and ", 1<<16), "at": strings.Repeat("a@", 1<<19), "dots": strings.Repeat("1.", 1<<19),
		"binary": strings.Repeat("\x00\xff\x80", 1<<18), "prices": strings.Repeat("$5 ", 1<<18), "colours": strings.Repeat("红色", 1<<18), "dashes": strings.Repeat("a1-", 1<<18),
		"cues": strings.Repeat("订单号是", 1<<17), "not": strings.Repeat("not a red ", 1<<16), "bounds": strings.Repeat("不超过", 1<<17), "ranges": strings.Repeat("3号到", 1<<17),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			check(t, in, x.Extract(in, "", testNow()))
			assert.Less(t, time.Since(start), 20*time.Second, "work is bounded")
		})
	}
}

func TestExtractConcurrently(t *testing.T) {
	t.Parallel()
	x := shopExtractor(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				assert.Equal(t, "colour=red category=dress", show(x.Extract("红色的裙子", "zh", testNow())))
			}
		})
	}
	wg.Wait()
}

func FuzzExtract(f *testing.F) {
	for _, s := range []string{"订单0042", "三百以内", "under $80", "上周三下午三点半", "not red", "13800138000", "a@b.cn", "http://x.cn", "一米七五", "５'10", "\xff红\u200b色", "2千5到三千块"} {
		f.Add(s)
	}
	f.Add(strings.Join(pieces, ""))
	x := shopExtractor(f)
	slips, err := New(&Options{Names: shopNames(), Slips: true})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, in string) {
		check(t, in, x.Extract(in, "", testNow()))
		check(t, in, slips.Extract(in, "", testNow()))
	})
}

func BenchmarkExtract(b *testing.B) {
	x := shopExtractor(b)
	for name, in := range map[string]string{
		"zh": "你好，我想买一件红色的裙子，三百以内，下周三之前能到吗", "en": "Hi, show me a warm jacket under $80, I need it by next Friday",
		"traditional": "你好，我的訂單A1024還沒到，請幫我查一下",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				x.Extract(in, "", testNow())
			}
		})
	}
}
