package nlu

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.FixedZone("UTC+8", 8*3600))

func shopExamples() []Example {
	var out []Example
	for intent, lines := range map[string][]string{
		"order.status":   {"我的订单到哪了", "快递到哪里了", "物流查询", "怎么还没发货", "where is my order", "track my package", "has my order shipped yet"},
		"product.search": {"我想买一条裙子", "有没有红色的裙子", "推荐一件外套", "有哪些手机", "i want to buy a dress", "show me a jacket", "do you have red shoes", "looking for a phone"},
		"product.stock":  {"有M码吗", "这件有货吗", "还有大号的吗", "do you have size M", "is it in stock", "is this available in large"},
		"return.start":   {"我要退货", "这个能退吗我想退", "申请退款", "i want to return this", "i'd like a refund", "send it back"},
	} {
		for _, l := range lines {
			out = append(out, Example{Text: l, Intent: intent})
		}
	}
	sortExamples(out)
	return out
}

func sortExamples(list []Example) {
	sort.Slice(list, func(i, j int) bool { return list[i].Text < list[j].Text })
}

func shopModel(t testing.TB) *Model {
	t.Helper()
	x, err := entity.New(&entity.Options{Names: []entity.Name{
		{Type: "category", Value: "dress", Texts: []string{"裙子", "连衣裙", "dress"}},
		{Type: "category", Value: "shoes", Texts: []string{"鞋子", "鞋", "shoes"}},
		{Type: "colour", Value: "red", Texts: []string{"红色", "红", "red"}},
		{Type: "colour", Value: "black", Texts: []string{"黑色", "黑", "black"}},
		{Type: "colour", Value: "blue", Texts: []string{"蓝色", "蓝", "blue"}},
	}})
	require.NoError(t, err)
	m, err := Train(context.Background(), shopExamples(), &Options{Extractor: x})
	require.NoError(t, err)
	return m
}

func TestIntents(t *testing.T) {
	t.Parallel()
	m := shopModel(t)
	for text, want := range map[string]string{
		"你好": "greet", "您好呀": "greet", "hello!": "greet", "謝謝": "thanks", "thanks so much": "thanks", "拜拜": "bye",
		"好的": "yes", "嗯": "yes", "yes please": "yes", "不用了": "no", "no thanks": "no", "算了不弄了": "cancel", "never mind": "cancel",
		"再说一遍": "repeat", "转人工": "person", "我要找真人客服": "person", "let me speak to a human": "person", "我要投诉你们": "complaint",
		"我的快递到哪了": "order.status", "where's my order": "order.status", "我想买红色的裙子": "product.search",
		"我要退貨": "return.start", "ＩＷＡＮＴ ｔｏ ｒｅｔｕｒｎ this": "return.start",
		"量子色动力学的渐近自由": "", "zxqv plmk wert": "", "42": "", "😀": "", "": "",
	} {
		got, err := m.Understand(context.Background(), Input{Text: text, Now: noon})
		require.NoError(t, err)
		assert.Equal(t, want, got.Intent, "%q: %v unknown %.2f", text, got.Intents[:min(2, len(got.Intents))], got.Unknown)
	}
}

func TestFollowUps(t *testing.T) {
	t.Parallel()
	m := shopModel(t)
	type line struct {
		say, intent string
		entities    string // type=value, sorted as given; "+" before a carried one
		follow      bool
	}
	for name, lines := range map[string][]line{
		"zh colour": {{"我想买红色的裙子，三百以内", "product.search", "colour=red category=dress money=..300", false},
			{"那黑色的呢？", "product.search", "colour=black +category=dress +money=..300", true},
			{"蓝色的有吗", "product.search", "colour=blue +category=dress +money=..300", true}},
		"zh new subject": {{"我想买红色的裙子", "product.search", "colour=red category=dress", false},
			{"有没有鞋子", "product.search", "category=shoes", false}},
		"en": {{"show me a red dress under $80", "product.search", "colour=red category=dress money=..80 USD", false},
			{"and in blue?", "product.search", "colour=blue +category=dress +money=..80 USD", true},
			{"how about black", "product.search", "colour=black +category=dress +money=..80 USD", true}},
		"nothing before": {{"黑色的呢？", "", "colour=black", false}},
		"small talk in between": {{"我想买红色的裙子", "product.search", "colour=red category=dress", false},
			{"谢谢", "thanks", "", false}, {"黑色的呢", "product.search", "colour=black +category=dress", true}},
		"topic change": {{"我想买红色的裙子", "product.search", "colour=red category=dress", false},
			{"我的快递到哪了", "order.status", "", false}},
		"an order is remembered": {{"订单 A1024 到哪了", "order.status", "order=A1024", false}, {"我要退货", "return.start", "+order=A1024", false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c Context
			for _, l := range lines {
				got, err := m.Understand(context.Background(), Input{Text: l.say, Now: noon, Context: c})
				require.NoError(t, err)
				var es []string
				for _, e := range got.Entities {
					mark := ""
					if e.Carried {
						mark = "+"
					}
					es = append(es, mark+e.Type+"="+e.Value)
				}
				if l.intent != "" || got.Intent != "" {
					assert.Equal(t, l.intent, got.Intent, "%q %v %.2f", l.say, got.Intents[:3], got.Unknown)
				}
				assert.Equal(t, l.entities, strings.Join(es, " "), l.say)
				assert.Equal(t, l.follow, got.FollowUp, l.say)
				raw, err := json.Marshal(got.Next)
				require.NoError(t, err)
				c = Context{}
				require.NoError(t, json.Unmarshal(raw, &c))
			}
		})
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	m := shopModel(t)
	shown := []string{"a", "b", "c"}
	for text, want := range map[string]string{
		"第一件有M码吗？": "第一件=a", "第2个多少钱": "第2个=b", "第三款": "第三款=c", "第九件呢": "", "最后一个怎么样": "最后一个=c",
		"第一次买": "", "is the first one in stock": "first one=a", "the 2nd please": "2nd=b", "the last one": "last one=c",
		"number 2": "number 2=b", "last week i bought shoes": "", "这件有货吗": "这件=f", "它多重": "它=f", "how much is it": "it=f",
		"this one please": "this one=f", "這件好看": "這件=f",
		"第一款和第二款有什么区别": "第一款=a 第二款=b", "最后一款和第一款": "最后一款=c 第一款=a", "倒数第二款、第一款、第二款": "倒数第二款=b 第一款=a 第二款=b",
		"the second or the first": "second=b first=a", "is the third warmer than the first one?": "third=c first one=a", "first or last": "first=a last=c",
		"the first or second": "first=a second=b", "the first and the fifth": "first=a", "第一件和它": "第一件=a", "my first order": "",
	} {
		got, err := m.Understand(context.Background(), Input{Text: text, Now: noon, Context: Context{Shown: shown, Focus: "f"}})
		require.NoError(t, err)
		var found []string
		for _, e := range got.Entities {
			if e.Type == "item" {
				found = append(found, e.Text+"="+e.Value)
				assert.Equal(t, e.Text, text[e.Start:e.End])
			}
		}
		assert.Equal(t, want, strings.Join(found, " "), text)
	}
}

func TestTrainIsDeterministicAndCancellable(t *testing.T) {
	t.Parallel()
	var a, b bytes.Buffer
	require.NoError(t, shopModel(t).Save(&a))
	require.NoError(t, shopModel(t).Save(&b))
	assert.True(t, bytes.Equal(a.Bytes(), b.Bytes()))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Train(ctx, shopExamples(), nil)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestSaveLoad(t *testing.T) {
	t.Parallel()
	m := shopModel(t)
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	raw := b.Bytes()
	back, err := Load(bytes.NewReader(raw), m.extractor)
	require.NoError(t, err)
	for _, s := range []string{"我要退货", "where is my order", "你好"} {
		w, wu := m.Classify(s)
		g, gu := back.Classify(s)
		assert.Equal(t, w, g)
		assert.InDelta(t, wu, gu, 1e-6)
	}
	for i := 0; i < len(raw); i += 1 + len(raw)/200 {
		bad := bytes.Clone(raw)
		bad[i] ^= 0x10
		_, err := Load(bytes.NewReader(bad), nil)
		assert.Error(t, err, "byte %d", i)
		_, err = Load(bytes.NewReader(raw[:i]), nil)
		assert.Error(t, err, "cut at %d", i)
	}
}

func TestReadExamplesErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, content, want string }{
		"not a map":    {"zh.yaml", "- a\n- b\n", "zh.yaml:1: want intents"},
		"not a list":   {"zh.yaml", "greet: hi\n", `zh.yaml:1: intent "greet" needs a list`},
		"empty":        {"zh.yaml", "greet:\n  - hi\n  - \"\"\n", "zh.yaml:3: an utterance of \"greet\" is empty"},
		"broken":       {"zh.yaml", "greet: [hi\n", "zh.yaml"},
		"tsv, no tab":  {"x.tsv", "hi\tgreet\nhello\n", "x.tsv:2: want utterance, a tab, intent"},
		"no such file": {"other.txt", "", "no file matches"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadExamples(fstest.MapFS{c.file: {Data: []byte(c.content)}}, "*.yaml", "*.tsv")
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

func TestUnderstandAnything(t *testing.T) {
	t.Parallel()
	m := shopModel(t)
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"第一件", "黑色的呢", "it", "訂單 0042", "\xff\xfe", "👨‍👩‍👧", "三百以内", "\u202e", "ＡＢＣ"}))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		c := Context{Intent: "product.search", Shown: []string{"a", "b"}, Focus: "a"}
		got, err := m.Understand(context.Background(), Input{Text: text, Now: noon, Context: c})
		require.NoError(t, err)
		sum := 0.0
		for _, i := range got.Intents {
			sum += i.Probability
		}
		assert.LessOrEqual(t, sum, 1.0001)
		assert.True(t, got.Unknown >= 0 && got.Unknown <= 1)
		last := 0
		for _, e := range got.Entities {
			if e.Carried {
				continue
			}
			if e.Start < last || e.End < e.Start || e.End > len(text) || text[e.Start:e.End] != e.Text {
				t.Fatalf("%q: entity %+v", text, e)
			}
			last = e.End
		}
	})
}

// A megabyte of anything is understood like its beginning.
func TestUnderstandLongMessages(t *testing.T) {
	t.Parallel()
	m := shopModel(t)
	for name, s := range map[string]string{
		"slang": strings.Repeat("肿么退货", 1<<17), "words": strings.Repeat("plz ", 1<<18), "one word": strings.Repeat("a", 1<<20),
		"binary": strings.Repeat("\xff\x00", 1<<19), "ordinals": strings.Repeat("第", 1<<18), "emoji": strings.Repeat("👨‍👩‍👧", 1<<15),
	} {
		got, err := m.Understand(context.Background(), Input{Text: s, Now: noon, Context: Context{Intent: "product.search", Shown: []string{"a"}, Focus: "b"}})
		require.NoError(t, err)
		short, _ := m.Classify(s[:20<<10])
		assert.Equal(t, short, got.Intents, name)
		assert.LessOrEqual(t, len(got.Text), 3*maxText, name)
		assert.LessOrEqual(t, len(m.Explain(s)), 5, name)
	}
}

func FuzzUnderstand(f *testing.F) {
	m := shopModel(f)
	for _, s := range []string{"第一件有M码吗？", "and in blue?", "訂單 0042", "\xff\x00", strings.Repeat("好", 2000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := m.Understand(context.Background(), Input{Text: s, Now: noon, Context: Context{Intent: "product.search", Shown: []string{"a"}}})
		if err != nil || !utf8.ValidString(got.Text) {
			t.Fatal(err, got.Text)
		}
	})
}

func FuzzLoad(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, shopModel(f).Save(&b))
	f.Add(b.Bytes()[:200])
	f.Add([]byte("FDNLU\x01"))
	f.Fuzz(func(t *testing.T, raw []byte) { _, _ = Load(bytes.NewReader(raw), nil) })
}

func FuzzReadExamples(f *testing.F) {
	f.Add([]byte("greet:\n  - hi\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = ReadExamples(fstest.MapFS{"a.yaml": {Data: raw}, "a.tsv": {Data: raw}}, "*")
	})
}

func TestExplain(t *testing.T) {
	t.Parallel()
	m := shopModel(t)
	for text, want := range map[string]string{"你好，我想申请退款": "退款", "can you tell me where my order is": "order", "这件裙子有M码吗": "码吗"} {
		got := m.Explain(text)
		require.NotEmpty(t, got, text)
		assert.LessOrEqual(t, len(got), 5)
		var all []string
		for i, f := range got {
			all = append(all, f.Text)
			if i > 0 {
				assert.LessOrEqual(t, f.Weight, got[i-1].Weight)
			}
		}
		assert.Contains(t, all[:min(3, len(all))], want, "%s: %v", text, got)
	}
	assert.Empty(t, m.Explain(""))
}

func BenchmarkUnderstand(b *testing.B) {
	m := shopModel(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, _ = m.Understand(context.Background(), Input{Text: "你好，我想买一条红色的裙子，三百以内", Now: noon})
	}
}

func BenchmarkTrain(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Train(context.Background(), shopExamples(), nil); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleTrain() {
	model, err := Train(context.Background(), []Example{
		{Text: "我的订单到哪了", Intent: "order.status"}, {Text: "物流查询", Intent: "order.status"},
		{Text: "where is my order", Intent: "order.status"}, {Text: "track my parcel", Intent: "order.status"},
		{Text: "我要退货", Intent: "return.start"}, {Text: "i want to return this", Intent: "return.start"},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range []string{"帮我查下订单到哪了", "can you track my order", "謝謝", "what is the meaning of life"} {
		m, _ := model.Understand(context.Background(), Input{Text: s})
		fmt.Printf("%s: %q\n", m.Language, m.Intent)
	}
	// Output:
	// zh: "order.status"
	// en: "order.status"
	// zh: "thanks"
	// en: ""
}
