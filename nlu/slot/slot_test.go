package slot

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// marked reads "send it to [Oslo](to)": the text and its entities.
func marked(intent, s string) nlu.Example {
	e := nlu.Example{Intent: intent}
	for {
		before, rest, ok := strings.Cut(s, "[")
		e.Text += before
		if !ok {
			return e
		}
		word, rest, _ := strings.Cut(rest, "](")
		kind, rest, _ := strings.Cut(rest, ")")
		e.Entities = append(e.Entities, nlu.Entity{Type: kind, Start: len(e.Text), End: len(e.Text) + len(word)})
		e.Text += word
		s = rest
	}
}

// examples are ways of asking, each with a few places or people.
func examples() []nlu.Example {
	var out []nlu.Example
	fill := func(intent string, names []string, forms ...string) {
		for i, f := range forms {
			for k := range 4 {
				f := strings.Replace(f, "A", names[(i+k)%len(names)], 1)
				out = append(out, marked(intent, strings.Replace(f, "B", names[(i+3*k+1)%len(names)], 1)))
			}
		}
	}
	fill("ship", []string{"北京", "上海", "广州", "成都", "哈尔滨", "杭州"},
		"从[A](from)寄到[B](to)要几天", "从[A](from)发到[B](to)多少钱？", "[A](from)发[B](to)能到吗", "寄到[A](to)", "我要寄到[A](to)去", "从[A](from)寄出")
	fill("ship", []string{"paris", "rome", "new york", "oslo", "san francisco", "lima"},
		"how long from [A](from) to [B](to)", "ship it from [A](from) to [B](to) please", "send this to [A](to)", "it leaves from [A](from)", "deliver to [A](to)")
	fill("gift", []string{"张伟", "李娜", "王小明", "周敏", "赵强"}, "送给[A](person)的礼物", "收件人写[A](person)", "收件人是[A](person)")
	fill("gift", []string{"anna", "john smith", "tom", "kate"}, "the parcel is for [A](person)", "a gift for [A](person)")
	for _, l := range []string{"你好", "在吗？", "hello there", "多少钱"} {
		out = append(out, marked("greet", l))
	}
	return out
}

func tagger(t testing.TB) *Tagger {
	t.Helper()
	tg, err := Train(context.Background(), examples(), &Options{Seed: 2})
	require.NoError(t, err)
	return tg
}

func show(list []entity.Entity) string {
	var out []string
	for _, e := range list {
		out = append(out, e.Type+"="+e.Value)
	}
	return strings.Join(out, " ")
}

func TestExtract(t *testing.T) {
	t.Parallel()
	tg := tagger(t)
	assert.Equal(t, []string{"from", "person", "to"}, tg.Types())
	for in, want := range map[string]string{
		"从上海寄到北京要几天？":                 "from=上海 to=北京",
		"從上海寄到廣州":                     "from=上海 to=廣州",
		"寄到武汉":                        "to=武汉",
		"收件人写陈静":                      "person=陈静",
		"from oslo to paris":          "from=oslo to=paris",
		"Ship it from Berlin to ROME": "from=Berlin to=ROME",
		"ｓｅｎｄ　ｔｈｉｓ　ｔｏ　ｂｅｒｌｉｎ": "to=ｂｅｒｌｉｎ",
		"a gift for mary": "person=mary",
		"你好":              "",
		"":                "",
		" \u200b ":        "",
	} {
		assert.Equal(t, want, show(tg.Extract(in, "", time.Time{})), in)
	}
}

// The tagger and the extractor's own kinds stand side by side.
func TestInExtractor(t *testing.T) {
	t.Parallel()
	x, err := entity.New(&entity.Options{Tagger: tagger(t), Names: []entity.Name{{Type: "city", Value: "rome", Texts: []string{"rome"}}, {Type: "city", Value: "york", Texts: []string{"york"}}}})
	require.NoError(t, err)
	now := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)
	assert.Equal(t, "from=上海 to=北京 date=2026-03-12", show(x.Extract("从上海寄到北京，明天", "zh", now)))
	assert.Equal(t, "from=new york city=rome", show(x.Extract("ship it from new york to rome", "en", now)), "the longest wins, then what is listed")
}

func TestTrainErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		examples []nlu.Example
		want     string
	}{
		"none":        {nil, "mark 0 types"},
		"no marks":    {[]nlu.Example{{Text: "a", Intent: "b"}}, "mark 0 types"},
		"off the end": {[]nlu.Example{{Text: "退货", Entities: []nlu.Entity{{Type: "k", Start: 0, End: 7}}}}, `example 1 "退货": entity "k" at 0 to 7`},
		"no type":     {[]nlu.Example{{Text: "ab", Entities: []nlu.Entity{{Start: 0, End: 1}}}}, "example 1"},
		"no words":    {[]nlu.Example{{Text: "  ", Entities: []nlu.Entity{{Type: "k", Start: 0, End: 1}}}}, "no example has words"},
	} {
		_, err := Train(context.Background(), c.examples, nil)
		assert.ErrorContains(t, err, c.want, name)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Train(ctx, examples(), nil)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = Train(ctx, examples(), &Options{NoIntents: true})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestSaveLoad(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]*Options{"with intents": nil, "without": {NoIntents: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := Train(context.Background(), examples(), o)
			require.NoError(t, err)
			b, err := Train(context.Background(), examples(), o)
			require.NoError(t, err)
			var raw, again bytes.Buffer
			require.NoError(t, a.Save(&raw))
			require.NoError(t, b.Save(&again))
			assert.True(t, bytes.Equal(raw.Bytes(), again.Bytes()), "training is repeatable")
			back, err := Load(bytes.NewReader(raw.Bytes()))
			require.NoError(t, err)
			assert.Equal(t, a.step, back.step)
			assert.Equal(t, a.known, back.known)
			assert.True(t, slices.Equal(a.weights, back.weights))
			for _, in := range []string{"从上海寄到北京", "a gift for mary"} {
				assert.Equal(t, a.Extract(in, "", time.Time{}), back.Extract(in, "", time.Time{}))
			}
			for i := 0; i < raw.Len(); i += 1 + raw.Len()/100 {
				bad := bytes.Clone(raw.Bytes())
				bad[i] ^= 0x10
				_, err := Load(bytes.NewReader(bad))
				assert.Error(t, err, "byte %d", i)
				_, err = Load(bytes.NewReader(raw.Bytes()[:i]))
				assert.Error(t, err, "cut at %d", i)
			}
		})
	}
}

// The best sequence is the best of all sequences that begin entities rightly.
func TestDecodeAgainstSearch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k := 2*rapid.IntRange(1, 2).Draw(t, "kinds") + 1
		n := rapid.IntRange(1, 4).Draw(t, "tokens")
		draw := rapid.SliceOfN(rapid.Float32Range(-5, 5), n*k, n*k)
		scores, w := draw.Draw(t, "scores"), rapid.SliceOfN(rapid.Float32Range(-5, 5), k*k, k*k).Draw(t, "step")
		value := func(tags []int) float32 {
			sum := float32(0)
			for i, c := range tags {
				sum += scores[i*k+c]
				if i > 0 {
					sum += w[c*k+tags[i-1]]
				}
			}
			return sum
		}
		best := float32(-1e30)
		var try func(tags []int)
		try = func(tags []int) {
			if len(tags) == n {
				best = max(best, value(tags))
				return
			}
			for c := range k {
				begun := len(tags) > 0 && (tags[len(tags)-1] == c || tags[len(tags)-1] == c-1)
				if c == 0 || c%2 == 1 || begun {
					try(append(tags[:len(tags):len(tags)], c))
				}
			}
		}
		try(nil)
		got := decode(scores, newSteps(w), k)
		require.InDelta(t, best, value(got), 1e-3, "%v", got)
	})
}

func checkOffsets(t require.TestingT, in string, list []entity.Entity) {
	last := 0
	for _, e := range list {
		require.True(t, last <= e.Start && e.Start < e.End && e.End <= len(in), "%q %+v", in, e)
		require.Equal(t, in[e.Start:e.End], e.Text)
		require.True(t, !utf8.ValidString(in) || utf8.ValidString(e.Text))
		last = e.End
	}
}

func TestOffsetsHold(t *testing.T) {
	t.Parallel()
	tg := tagger(t)
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"从", "北京", "寄到", "廣州", "from ", "ｔｏ ", "paris", "\xff", "👨‍👩‍👧", "for ", "é", "e\u0301", "，", " ", "\u200b"}))
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		checkOffsets(t, in, tg.Extract(in, "", time.Time{}))
	})
	for _, in := range []string{strings.Repeat("从北京", 1<<18), strings.Repeat("\xff", 1<<20), strings.Repeat("to paris ", 1<<17)} {
		checkOffsets(t, in, tg.Extract(in, "", time.Time{}))
	}
}

func FuzzLoadSealed(f *testing.F) {
	tg, err := Train(context.Background(), examples()[:12], &Options{NoIntents: true, Epochs: 2})
	require.NoError(f, err)
	var b bytes.Buffer
	require.NoError(f, tg.Save(&b))
	head := len(fileMagic) + 1
	f.Add(b.Bytes()[head : b.Len()-4])
	f.Fuzz(func(t *testing.T, body []byte) {
		raw := append(append([]byte(fileMagic), fileVersion), body...)
		raw = binary.LittleEndian.AppendUint32(raw, crc32.ChecksumIEEE(raw))
		tg, err := Load(bytes.NewReader(raw))
		if err != nil {
			return
		}
		in := "从上海寄到北京 from oslo"
		checkOffsets(t, in, tg.Extract(in, "", time.Time{}))
	})
}

func BenchmarkExtract(b *testing.B) {
	tg := tagger(b)
	for name, in := range map[string]string{"zh": "你好，从上海寄到北京要几天", "en": "how long does it take to ship from berlin to rome"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tg.Extract(in, "", time.Time{})
			}
		})
	}
}
