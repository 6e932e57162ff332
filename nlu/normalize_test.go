package nlu

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// slangLines are messages as customers write them and in standard wording.
var slangLines = []struct{ in, want string }{
	{"咋退货啊", "怎么退货啊"},
	{"肿么还没发货？", "怎么还没发货?"},
	{"这个咋办", "这个怎么办"},
	{"质量咋样", "质量怎么样"},
	{"啥时候发货", "什么时候发货"},
	{"你们卖啥的", "你们卖什么的"},
	{"神马情况", "怎么回事"},
	{"几时到货", "什么时候到货"},
	{"为啥不给退", "为什么不给退"},
	{"点解咁贵", "为什么咁贵"},
	{"快点解决一下", "快点解决一下"},
	{"有一点解释不清", "有一点解释不清"},
	{"有木有红色的", "有没有红色的"},
	{"还木有收到", "还没有收到"},
	{"实木有货吗", "实木有货吗"},
	{"積木有大盒的嗎", "积木有大盒的吗"},
	{"冇收到货", "没有收到货"},
	{"有冇细码", "有没有细码"},
	{"几多钱一件", "多少钱一件"},
	{"咋卖的", "多少钱的"},
	{"唔该晒", "谢谢晒"},
	{"蟹蟹", "谢谢"},
	{"3q", "谢谢"},
	{"订单3q88", "订单3q88"},
	{"唔要啦", "不要啦"},
	{"唔好意思", "不好意思"},
	{"甭客气", "不用客气"},
	{"我不晓得咋整", "我不知道怎么办"},
	{"不造", "不知道"},
	{"不造成影响", "不造成影响"},
	{"系咪正品", "是不是正品"},
	{"阔以退吗", "可以退吗"},
	{"好滴", "好的"},
	{"好嘞，马上付", "好的,马上付"},
	{"酱紫啊", "这样啊"},
	{"酱紫色的裙子", "酱紫色的裙子"},
	{"这个东东好用吗", "这个东西好用吗"},
	{"京东东边的仓库", "京东东边的仓库"},
	{"俺要退款", "我要退款"},
	{"偶想换货", "我想换货"},
	{"偶尔会响", "偶尔会响"},
	{"咱们这儿包邮吗", "我们这儿包邮吗"},
	{"侬好", "你好"},
	{"佢哋几时嚟", "他们什么时候嚟"},
	{"灰常满意", "非常满意"},
	{"这衣服yyds", "这衣服很好"},
	{"xswl", "好笑"},
	{"亲，在吗", "在吗"},
	{"亲在吗？", "在吗?"},
	{"亲，我想退货", ",我想退货"},
	{"亲自来取", "亲自来取"},
	{"送给母亲的", "送给母亲的"},
	{"在么", "在吗"},
	{"在不在", "在不在"},
	{"快弟到哪了", "快递到哪了"},
	{"包果丢了", "包裹丢了"},
	{"怎么推货", "怎么退货"},
	{"不想要了退钱", "不想要了退款"},
	{"能退或换吗", "能退或换吗"},
	{"今儿能发吗", "今天能发吗"},
	{"听日到唔到", "明天到不到"},
	{"今日头条看到的", "今日头条看到的"},
	{"冇问题", "没问题"},
	{"好靓", "好漂亮"},
	{"靓号多少钱", "靓号多少钱"},
	{"辣鸡店", "垃圾店"},
	{"真滴吗", "真的吗"},
	{"发货了木有", "发货了吗"},
	{"emmm，再看看", ",再看看"},

	{"plz cancel my order", "please cancel my order"},
	{"PLZ help", "please help"},
	{"thx!", "thanks!"},
	{"tysm", "thanks"},
	{"can u help", "can you help"},
	{"where is ur store", "where is your store"},
	{"r u there", "are you there"},
	{"i'm gonna return it", "i'm going to return it"},
	{"wanna exchange this", "want to exchange this"},
	{"gotta go", "got to go"},
	{"gimme a refund", "give me a refund"},
	{"lemme see", "let me see"},
	{"i dunno", "i don't know"},
	{"idk my order number", "don't know my order number"},
	{"it dont work", "it don't work"},
	{"cant log in", "can't log in"},
	{"the cantina", "the cantina"},
	{"it didnt arrive", "it didn't arrive"},
	{"im waiting", "i'm waiting"},
	{"whats the status", "what's the status"},
	{"wheres my pkg", "where's my package"},
	{"teh box is broken", "the box is broken"},
	{"cuz its late", "because its late"},
	{"b4 friday", "before friday"},
	{"2moro?", "tomorrow?"},
	{"pls msg me", "please message me"},
	{"oder status", "order status"},
	{"wrong adress", "wrong address"},
	{"refund asap", "refund as soon as possible"},
	{"btw i paid", "by the way i paid"},
	{"nvm", "never mind"},
	{"kk", "okay"},
	{"4k tv", "4k tv"},
	{"vitamin k2", "vitamin k2"},
	{"yep", "yes"},
	{"nope", "no"},
	{"heya", "hello"},
	{"send me some info", "send me some information"},
	{"omg it broke", " it broke"},
	{"ｐｌｚ　ｈｅｌｐ", "please help"},
}

func TestSlangLines(t *testing.T) {
	t.Parallel()
	require.GreaterOrEqual(t, len(slangLines), 100)
	n, err := newNormalizer(nil)
	require.NoError(t, err)
	for _, l := range slangLines {
		got := n.normalize(l.in)
		assert.Equal(t, l.want, got.Text, l.in)
		checkNormalized(t, l.in, got)
	}
}

// checkNormalized holds that the way back is inside the text, never runs
// backwards, and that pieces side by side come from places side by side.
func checkNormalized(t require.TestingT, in string, n Normalized) {
	require.True(t, utf8.ValidString(n.Text))
	last := 0
	for i, r := range n.Text {
		from, to := n.Original(i, i+utf8.RuneLen(r))
		require.True(t, 0 <= from && from <= to && to <= len(in), "%q: %d..%d", in, from, to)
		require.LessOrEqual(t, last, to)
		last = to
		if to > from && utf8.ValidString(in) {
			require.True(t, utf8.ValidString(in[from:to]), "%q cut inside a character", in)
		}
	}
	from, to := n.Original(-5, len(n.Text)+5)
	require.True(t, 0 <= from && from <= to && to <= len(in))
}

func TestNormalizedOffsets(t *testing.T) {
	t.Parallel()
	n, err := newNormalizer(nil)
	require.NoError(t, err)
	for _, c := range []struct{ in, find, want string }{
		{"亲，肿么退貨", "怎么", "肿么"},
		{"亲，肿么退貨", "退货", "退貨"},
		{"亲，肿么退貨", "怎么退", "肿么退"},
		{"Ｐｌｚ cancel, thx a lot", "please", "Ｐｌｚ"},
		{"Ｐｌｚ cancel, thx a lot", "cancel", "cancel"},
		{"Ｐｌｚ cancel, thx a lot", "thanks", "thx"},
		{"Ｐｌｚ cancel, thx a lot", "lot", "lot"},
		{"Ｐｌｚ cancel, thx a lot", "anks a", "thx a"},
	} {
		got := n.normalize(c.in)
		at := strings.Index(got.Text, c.find)
		require.GreaterOrEqual(t, at, 0, "%q in %q", c.find, got.Text)
		from, to := got.Original(at, at+len(c.find))
		assert.Equal(t, c.want, c.in[from:to], "%q of %q", c.find, c.in)
	}
}

func TestNormalizationSwitches(t *testing.T) {
	t.Parallel()
	in := "肿么退貨 PLZ 好好好好好"
	for name, c := range map[string]struct {
		o    Normalization
		want string
	}{
		"all":         {Normalization{}, "怎么退货 please 好好"},
		"case":        {Normalization{KeepCase: true}, "怎么退货 PLZ 好好"},
		"traditional": {Normalization{KeepTraditional: true}, "怎么退貨 please 好好"},
		"repeats":     {Normalization{KeepRepeats: true}, "怎么退货 please 好好好好好"},
		"slang":       {Normalization{KeepSlang: true}, "肿么退货 plz 好好"},
		"own":         {Normalization{Slang: map[string][]string{"加急": {"PLZ"}, "满意": {"好好|"}}}, "怎么退货 加急 满意"},
		"own only":    {Normalization{KeepSlang: true, Slang: map[string][]string{"加急": {"plz"}}}, "肿么退货 加急 好好"},
	} {
		n, err := newNormalizer(&c.o)
		require.NoError(t, err)
		got := n.normalize(in)
		assert.Equal(t, c.want, got.Text, name)
		checkNormalized(t, in, got)
	}
	_, err := newNormalizer(&Normalization{Slang: map[string][]string{"x": {"||"}}})
	assert.ErrorContains(t, err, `slang for "x": "||": it has no text`)
	_, err = newNormalizer(&Normalization{Slang: map[string][]string{strings.Repeat("x", 300): {"y"}}})
	assert.ErrorContains(t, err, "longer than 256 bytes")
}

func TestNormalizedOffsetsHold(t *testing.T) {
	t.Parallel()
	n, err := newNormalizer(nil)
	require.NoError(t, err)
	var parts []string
	for _, l := range slangLines {
		parts = append(parts, l.in)
	}
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom(parts), rapid.SampledFrom([]string{"木有", "亲", "，", "3q", "\xff", "👨‍👩‍👧", " ", "Ｕ", "e\u0301", "'"}))
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(piece, 0, 5).Draw(t, "pieces"), "")
		checkNormalized(t, in, n.normalize(in))
	})
}

func FuzzNormalize(f *testing.F) {
	n, err := newNormalizer(nil)
	require.NoError(f, err)
	for _, l := range slangLines[:20] {
		f.Add(l.in)
	}
	f.Fuzz(func(t *testing.T, in string) { checkNormalized(t, in, n.normalize(in)) })
}

func BenchmarkNormalize(b *testing.B) {
	n, err := newNormalizer(nil)
	require.NoError(b, err)
	for name, s := range map[string]string{"as it is": "请问一下我的订单到哪里了 can you tell me where it is", "slang": "亲，肿么还木有发货 plz"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				n.normalize(s)
			}
		})
	}
}

// What was learned in standard wording is understood in slang, and a saved
// model reads as it did.
func TestSlangIsUnderstood(t *testing.T) {
	t.Parallel()
	m, err := Train(context.Background(), shopExamples(), &Options{Normalization: &Normalization{KeepTraditional: true, Slang: map[string][]string{"快递": {"小飞侠"}}}})
	require.NoError(t, err)
	var raw bytes.Buffer
	require.NoError(t, m.Save(&raw))
	back, err := Load(&raw, nil)
	require.NoError(t, err)
	for in, want := range map[string]string{
		"小飞侠到哪里了": "order.status", "俺要退货": "return.start", "有木有红色滴裙子": "product.search", "wanna buy a dress": "product.search", "plz send it back": "return.start", "唔该": "thanks", "亲": "greet",
	} {
		for name, m := range map[string]*Model{"trained": m, "loaded": back} {
			got, _ := m.Classify(in)
			require.NotEmpty(t, got, in)
			assert.Equal(t, want, got[0].Name, "%s: %s", name, in)
		}
		assert.Equal(t, m.Normalize(in), back.Normalize(in))
	}
	assert.Equal(t, "退貨", back.Normalize("退貨").Text)
}

func ExampleModel_Normalize() {
	m, err := Train(context.Background(), []Example{{Text: "怎么退货", Intent: "return"}, {Text: "查快递", Intent: "track"}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	message := "亲，肿么退貨？"
	n := m.Normalize(message)
	from, to := n.Original(strings.Index(n.Text, "怎么"), strings.Index(n.Text, "怎么")+len("怎么"))
	fmt.Println(n.Text, message[from:to])
	// Output: ,怎么退货? 肿么
}
