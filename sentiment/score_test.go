package sentiment_test

import (
	"math"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

func scorer(t testing.TB) *sentiment.Scorer {
	t.Helper()
	s, err := sentiment.New(nil)
	require.NoError(t, err)
	return s
}

// ruler is the lexicon and the rules alone.
func ruler(t testing.TB) *sentiment.Scorer {
	t.Helper()
	s, err := sentiment.New(&sentiment.Options{Rules: true})
	require.NoError(t, err)
	return s
}

// well checks what holds for the score of any text.
func well(t require.TestingT, text string, s sentiment.Score) {
	require.True(t, s.Polarity > -1 && s.Polarity < 1, "polarity %v", s.Polarity)
	require.True(t, s.Intensity >= 0 && s.Intensity < 1, "intensity %v", s.Intensity)
	require.True(t, s.Urgency >= 0 && s.Urgency <= 1, "urgency %v", s.Urgency)
	require.True(t, s.Politeness >= -1 && s.Politeness <= 1, "politeness %v", s.Politeness)
	sum := 0.0
	for _, e := range sentiment.Emotions() {
		p := s.Emotions.Of(e)
		require.True(t, p >= 0 && p <= 1)
		sum += p
	}
	require.InDelta(t, 1, sum, 1e-9)
	require.Contains(t, sentiment.Emotions(), s.Emotion)
	last := 0
	for _, sp := range s.Spans {
		require.True(t, 0 <= sp.Start && sp.Start < sp.End && sp.End <= len(text), "span %v of %d bytes", sp, len(text))
		require.GreaterOrEqual(t, sp.Start, last, "in order")
		last = sp.Start
		require.NotEmpty(t, sp.Why)
		require.False(t, math.IsNaN(sp.Value))
	}
}

func TestScoreOfAnything(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	for name, text := range map[string]string{
		"empty":            "",
		"spaces":           " \t\n　",
		"binary":           "\x00\x01\xff\xfe差\x80差\xc3",
		"megabyte":         strings.Repeat("太差劲了!", 1<<20/16),
		"one word":         strings.Repeat("a", 1<<20),
		"emoji flood":      strings.Repeat("😡👩‍👩‍👧", 5000),
		"marks":            strings.Repeat("!", 100000),
		"negations":        strings.Repeat("不没别", 3000) + "好",
		"degrees":          strings.Repeat("very ", 3000) + "bad",
		"quotes":           `"" "好" ""好"`,
		"half an emoticon": ":",
		"all capitals":     "I WANT MY MONEY BACK NOW",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			well(t, text, s.Score(text))
		})
	}
}

func TestScoreProperties(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	parts := []string{"太差劲了", "开胶", "很", "不", "没有", "满意", "但是", "如果", "我就投诉", "12315", "吗", "?", "!", ",", "。", " ",
		"not ", "very ", "terrible", "great ", "but ", "if ", "Ｔｅｒｒｉｂｌｅ", "質量", "呵呵", "😡", ":)", "\"", "\xff", "https://a.b/c", "é", "👍🏽"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(parts), rapid.StringN(0, 4, 8)), 0, 25).Draw(t, "parts"), "")
		got := s.Score(text)
		well(t, text, got)
		require.Equal(t, got, s.Score(text), "the same text, the same score")
		if utf8.ValidString(text) {
			for _, sp := range got.Spans {
				require.True(t, utf8.ValidString(text[sp.Start:sp.End]), "spans are whole characters")
			}
		}
		// What stands before the text moves its spans and nothing else.
		front := rapid.SampledFrom([]string{"。", "😮‍💨。", "ＸＸＬ。", "é。", "質。", "soooo。"}).Draw(t, "front")
		moved := s.Score(front + text)
		if utf8.ValidString(text) && len(moved.Spans) == len(got.Spans) && len(got.Spans) > 0 && !startsWithMark(text) {
			for i, sp := range moved.Spans {
				require.Equal(t, text[got.Spans[i].Start:got.Spans[i].End], (front + text)[sp.Start:sp.End])
			}
		}
	})
}

// startsWithMark reports that what stands before a text could join its first
// character.
func startsWithMark(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

func TestSpans(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	for _, tc := range []struct{ name, text, span, why string }{
		{"plain", "我觉得太差劲了", "太差劲", "word"},
		{"traditional", "服務真的很糟糕啊", "糟糕", "word"},
		{"full width", "ｔｈｉｓ　ｉｓ　ａｗｆｕｌ", "ａｗｆｕｌ", "word"},
		{"capitals", "this is AWFUL", "AWFUL", "word"},
		{"negated", "i am not impressed", "not impressed", "word"},
		{"negated by rule", "it was never comfortable", "comfortable", "negated"},
		{"question", "质量差吗", "差", "question"},
		{"condition", "if the fabric is awful, tell me", "awful", "condition"},
		{"trouble", "鞋子开胶了", "开胶", "trouble"},
		{"threat", "我要打12315", "12315", "threat"},
		{"sarcasm", "呵呵,真体贴", "体贴", "sarcasm"},
		{"emoji with skin tone", "ok 👍🏽", "👍🏽", "word"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			found := ""
			for _, sp := range s.Score(tc.text).Spans {
				if got := tc.text[sp.Start:sp.End]; got == tc.span {
					found = sp.Why
				}
			}
			assert.Equal(t, tc.why, found, "%v", s.Score(tc.text).Spans)
		})
	}
}

// What the rules do to a word, one against the other.
func TestOrder(t *testing.T) {
	t.Parallel()
	s := ruler(t)
	for _, tc := range []struct{ name, lower, higher string }{
		{"degree zh", "非常难用", "难用"},
		{"weak degree zh", "难用", "有点难用"},
		{"degree after zh", "难用得要命", "难用"},
		{"degree en", "extremely slow", "slow"},
		{"weak degree en", "slow", "slightly slow"},
		{"marks", "太差了!!!", "太差了"},
		{"negation", "not comfortable", "comfortable"},
		{"negated degree is milder", "不舒服", "不是很舒服"},
		{"degree of a negation", "it is really not nice", "it is not nice"},
		{"capitals", "it is TERRIBLE really", "it is terrible really"},
		{"question", "质量很差", "质量很差吗"},
		{"condition", "质量很差", "如果质量很差"},
		{"contrast, blame last", "便宜但是难用", "难用但是便宜"},
		{"contrast over sentences", "Nice. But it is slow.", "It is slow. But nice."},
		{"threat", "我就投诉到12315", "怎么投诉"},
		{"thanks that close a request", "麻烦帮我查一下订单，谢谢", "那我等短信，谢谢"},
		{"thanks that close a request, en", "could you check my order? thanks", "it came, thanks"},
		{"thanks that open one stay", "could you check my order? thanks", "thanks, could you check my order?"},
		{"speed praised of what took long", "六天才回复，真快", "当天回复，真快"},
		{"speed praised of what took long, en", "six days to answer, impressive", "an answer at once, impressive"},
		{"but not over a contrast", "六天才回复，真快", "六天才回复，但是处理真快"},
		{"a comparison that nothing stands", "没有比你们更慢的", "你们慢"},
		{"nor praise", "你们好", "没有比你们更好的"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			assert.Less(t, s.Score(tc.lower).Polarity, s.Score(tc.higher).Polarity)
		})
	}
}

// What must not be taken for anger or a threat: asking how to complain, and
// what happens if one is not satisfied.
func TestAskingIsNoThreat(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	for _, text := range []string{"如果投诉的话走什么流程", "不满意可以退吗", "怎么投诉商家", "how would I go about making a complaint", "what happens if I'm not satisfied?"} {
		got := s.Score(text)
		assert.Equal(t, sentiment.Neutral, got.Emotion, "%s: %v", text, got)
		assert.False(t, got.Threat, text)
	}
}

func TestWordsHaveBorders(t *testing.T) {
	t.Parallel()
	s := ruler(t)
	for _, text := range []string{"the classic badge", "scunthorpe", "order 123153", "天气", "茴香鸡蛋", "操作系统", "hello", "passage", "正好路过", "assess"} {
		assert.Zero(t, s.Score(text).Polarity, text)
		assert.False(t, s.Score(text).Threat, text)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	s, err := sentiment.New(&sentiment.Options{Rules: true, Lexicon: []sentiment.Word{
		{Text: "开胶", Kind: sentiment.KindPlain},
		{Text: "泡汤", Kind: sentiment.KindSad},
		{Text: "Wobb*", Kind: sentiment.KindTrouble},
	}})
	require.NoError(t, err)
	assert.Zero(t, s.Score("开胶").Polarity, "the overlay replaces the shipped word")
	assert.Equal(t, sentiment.Sad, s.Score("计划泡汤了").Emotion)
	assert.Len(t, s.Score("the WOBBLINESS").Spans, 1)

	wide, err := sentiment.New(&sentiment.Options{Band: 0.8})
	require.NoError(t, err)
	assert.Equal(t, sentiment.Neutral, wide.Score("不满意").Emotion)

	for name, tc := range map[string]struct {
		opts sentiment.Options
		want string
	}{
		"band":      {sentiment.Options{Band: 1}, "Band"},
		"band NaN":  {sentiment.Options{Band: math.NaN()}, "Band"},
		"weights":   {sentiment.Options{Weights: &sentiment.Weights{}}, "Weights are empty"},
		"kind":      {sentiment.Options{Lexicon: []sentiment.Word{{Text: "x", Kind: "cross"}}}, "use one of"},
		"value":     {sentiment.Options{Lexicon: []sentiment.Word{{Text: "x", Kind: sentiment.KindAngry, Value: 2}}}, "want -4 to 0"},
		"no text":   {sentiment.Options{Lexicon: []sentiment.Word{{Text: " ", Kind: sentiment.KindAngry}}}, "no text"},
		"long text": {sentiment.Options{Lexicon: []sentiment.Word{{Text: strings.Repeat("ab ", 100), Kind: sentiment.KindAngry}}}, "longer than"},
		"table":     {sentiment.Options{Strategy: &sentiment.Table{}}, "no rows"},
	} {
		_, err := sentiment.New(&tc.opts)
		assert.ErrorContains(t, err, tc.want, name)
	}
}

// Tenants' words: each scorer has its own, and all share the rest.
func TestWith(t *testing.T) {
	t.Parallel()
	s := ruler(t)
	pets, err := s.With([]sentiment.Word{{Text: "炸毛", Kind: sentiment.KindAngry}, {Text: "disappoint*", Kind: sentiment.KindPlain},
		{Text: "垃圾", Kind: sentiment.KindUrgent, Value: 0.9}, {Text: "说好的…呢", Kind: sentiment.KindPlain}, {Text: "说好…呢", Kind: sentiment.KindPlain}, {Text: "👎", Kind: sentiment.KindGood}})
	require.NoError(t, err)
	waste, err := s.With([]sentiment.Word{{Text: "垃圾", Kind: sentiment.KindPlain}})
	require.NoError(t, err)
	assert.Equal(t, sentiment.Angry, pets.Score("剪完就炸毛").Emotion)
	assert.Zero(t, s.Score("剪完就炸毛").Polarity)
	assert.Zero(t, pets.Score("so disappointed").Polarity, "an open word covers the shipped ones")
	assert.Positive(t, pets.Score("👎").Polarity)
	assert.Less(t, s.Score("说好的红包呢").Polarity, -0.3)
	assert.Zero(t, pets.Score("说好的红包呢").Polarity, "a word with a gap is replaced by the same")
	assert.InDelta(t, 0.9, pets.Score("垃圾").Urgency, 1e-9, "a word may be pressing and what it was")
	assert.Equal(t, s.Score("垃圾").Polarity, pets.Score("垃圾").Polarity)
	assert.Zero(t, waste.Score("垃圾怎么分类").Polarity)
	assert.Negative(t, waste.Score("垃圾公司").Polarity, "a longer shipped word still wins")
	both, err := pets.With([]sentiment.Word{{Text: "蓬松", Kind: sentiment.KindGood}})
	require.NoError(t, err)
	assert.Positive(t, both.Score("很蓬松").Polarity)
	assert.Negative(t, both.Score("炸毛").Polarity, "overlays lie over overlays")
	_, err = s.With([]sentiment.Word{{Text: "x", Kind: "cross"}})
	assert.ErrorContains(t, err, `With: word 1 ("x"): kind "cross": use one of`)
}

func TestReadWordsErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"no colon": {"angry -3 坑爹", "words.txt:1: no colon"},
		"kind":     {"# x\nfurious: 坑爹", "words.txt:2: kind \"furious\": use one of"},
		"number":   {"angry x: 坑爹", "words.txt:1: value \"x\""},
		"range":    {"angry 3: 坑爹", "want -4 to 0"},
		"head":     {"angry -3 4: 坑爹", "at most a value"},
		"NaN":      {"angry NaN: 坑爹", "value NaN"},
	} {
		_, err := sentiment.ReadWords(strings.NewReader(tc.text), "words.txt")
		assert.ErrorContains(t, err, tc.want, name)
	}
	words, err := sentiment.ReadWords(strings.NewReader("\ufeffurgent：火速， 立等，\n\nplain: a , b"), "words.txt")
	require.NoError(t, err)
	assert.Equal(t, []sentiment.Word{{Text: "火速", Kind: sentiment.KindUrgent}, {Text: "立等", Kind: sentiment.KindUrgent},
		{Text: "a", Kind: sentiment.KindPlain}, {Text: "b", Kind: sentiment.KindPlain}}, words)
}

func TestScorerIsConcurrent(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	want := s.Score("太差劲了, but thanks")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				assert.Equal(t, want, s.Score("太差劲了, but thanks"))
			}
		})
	}
	wg.Wait()
}

// A text in normal form costs one allocation, its spans.
func TestAllocations(t *testing.T) { // not parallel: it counts allocations
	if raced {
		t.Skip("the race detector makes allocations of its own")
	}
	s := scorer(t)
	for _, text := range []string{"我上周买的鞋子开胶了,太差劲了,能退吗", "it's been two weeks, this is ridiculous", "第一件有M码吗？",
		"請問訂單什麼時候到？！！太慢了吧……", "WORST Shop EVER!!! never again 😡😡", strings.Repeat("Quality is POOR，質量很差。", 100)} {
		assert.LessOrEqual(t, testing.AllocsPerRun(200, func() { s.Score(text) }), 2.0, text)
	}
}

func FuzzScore(f *testing.F) {
	for _, s := range []string{"", "不是很好,但是谢谢!!!", "I'll sue you :(", "呵呵\"好\"", "\xff\x00", "if not very bad?"} {
		f.Add(s)
	}
	s := scorer(f)
	f.Fuzz(func(t *testing.T, text string) { well(t, text, s.Score(text)) })
}

func FuzzReadWords(f *testing.F) {
	f.Add("angry -3: 坑爹, rip-off*\n# c\nplain: *")
	f.Add("degree 1: \x00, ：：")
	f.Add("rhetoric: 说好的…呢, …, x…, a…b*\npolite 0.3: 您")
	base := ruler(f)
	f.Fuzz(func(t *testing.T, file string) {
		words, err := sentiment.ReadWords(strings.NewReader(file), "f")
		if err != nil || len(words) > 100 {
			return
		}
		for _, w := range words {
			require.NotEmpty(t, w.Text)
			require.Contains(t, sentiment.Kinds(), w.Kind)
		}
		if s, err := base.With(words); err == nil {
			for _, w := range words {
				well(t, w.Text, s.Score(w.Text))
			}
		}
	})
}

func BenchmarkScore(b *testing.B) {
	s := scorer(b)
	for name, text := range map[string]string{
		"zh": "我上周买的鞋子开胶了,太差劲了,能退吗", "en": "it's been two weeks, this is ridiculous", "neutral": "第一件有M码吗?",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Score(text)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		scorer(b)
	}
}
