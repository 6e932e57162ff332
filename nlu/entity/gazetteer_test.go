package entity

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

func shopNames() []Name {
	return []Name{
		{"colour", "red", []string{"红色", "红", "大红", "red", "crimson"}},
		{"colour", "black", []string{"黑色", "黑", "black"}},
		{"colour", "blue", []string{"蓝色", "蓝", "blue", "navy blue"}},
		{"category", "dress", []string{"裙子", "连衣裙", "dress"}},
		{"category", "shoes", []string{"鞋子", "鞋", "shoe"}},
		{"category", "jacket", []string{"夹克", "外套", "jacket"}},
		{"category", "sweater", []string{"毛衣", "sweater"}},
		{"material", "wool", []string{"羊毛", "wool"}},
		{"material", "leather", []string{"真皮", "leather"}},
		{"product", "p-15", []string{"iPhone 15", "苹果15"}},
		{"product", "p-15p", []string{"iPhone 15 Pro"}},
		{"product", "p-tee", []string{"纯棉T恤", "T-shirt"}},
		{"product", "p-coat", []string{"羊毛大衣", "大衣"}},
		{"brand", "levis", []string{"Levi's", "李维斯"}},
		{"brand", "north", []string{"北面", "The North Face"}},
		{"size", "L", []string{"L", "大号", "L码"}},
		{"size", "42", []string{"42", "42码"}},
		{"", "", []string{"大衣柜"}},
	}
}

func shopExtractor(t require.TestingT) *Extractor {
	x, err := New(&Options{Names: shopNames()})
	require.NoError(t, err)
	return x
}

func TestNames(t *testing.T) {
	t.Parallel()
	x := shopExtractor(t)
	for _, tt := range []struct{ in, want string }{
		{"红色的", "colour=red"},
		{"紅色", "colour=red"},
		{"红的有吗", "colour=red"},
		{"我要红的", "colour=red"},
		{"红款", "colour=red"},
		{"红有吗", "colour=red"},
		{"有红没", "colour=red"},
		{"有红没红包", ""},
		{"红可以吗", "colour=red"},
		{"红有红的好", "colour=red"},
		{"红", "colour=red"},
		{"我要黑", "colour=black"},
		{"红包怎么用", ""},
		{"黑卡会员", ""},
		{"网红的", ""},
		{"黑名单", ""},
		{"蓝牙耳机", ""},
		{"最好红一点", "colour=red"},
		{"年红一点", ""},
		{"太红了", "!colour=red"},
		{"红和黑", "colour=red colour=black"},
		{"大衣", "product=p-coat"},
		{"大衣柜", ""},
		{"羊毛大衣", "product=p-coat"},
		{"红色連衣裙", "colour=red category=dress"},
		{"純棉t恤", "product=p-tee"},
		{"北面的夹克", "brand=north category=jacket"},
		{"大号的", "size=L"},
		{"42", "size=42"},
		{"42码", "size=42"},
		{"L", "size=L"},
		{"l码", "size=L"},
		{"第42", ""},

		{"Red DRESSES", "colour=red category=dress"},
		{"two jackets", "category=jacket"},
		{"the redness", ""},
		{"hundred", ""},
		{"undress", ""},
		{"iphone15", "product=p-15"},
		{"IPHONE 15 PRO", "product=p-15p"},
		{"iPhone-15 case", "product=p-15"},
		{"iphone 155", ""},
		{"iphone 15.5", ""},
		{"t shirts", "product=p-tee"},
		{"tshirt", "product=p-tee"},
		{"levis jeans", "brand=levis"},
		{"Levi’s", "brand=levis"},
		{"the north face", "brand=north"},
		{"navy blue", "colour=blue"},
		{"blue's", "colour=blue"},
		{"the dress's hem", "category=dress"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			got := x.Extract(tt.in, "", testNow())
			check(t, tt.in, got)
			assert.Equal(t, tt.want, show(got))
		})
	}
}

func TestNamesInvalid(t *testing.T) {
	t.Parallel()
	_, err := New(&Options{Names: []Name{{"colour", "", []string{"红"}}}})
	assert.ErrorContains(t, err, `name 1 (type "colour"`)
	x, err := New(&Options{Names: []Name{{"a", "b", nil}, {"a", "c", []string{"", " ", "\u200b"}}}})
	require.NoError(t, err)
	assert.Empty(t, x.Extract("a b c", "", testNow()))
}

func TestFirstNameWins(t *testing.T) {
	t.Parallel()
	x, err := New(&Options{Names: []Name{{"brand", "apple", []string{"苹果", "apple"}}, {"fruit", "apple", []string{"苹果", "apple"}}}})
	require.NoError(t, err)
	assert.Equal(t, "brand=apple", show(x.Extract("苹果", "zh", testNow())))
}

// TestTrieAgainstSearch compares the trie with a plain search for the longest name.
func TestTrieAgainstSearch(t *testing.T) {
	t.Parallel()
	alphabet := []string{"甲", "乙", "丙", "丁"}
	word := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(alphabet), 2, 6).Draw(t, "word"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfNDistinct(word, 1, 20, rapid.ID[string]).Draw(t, "words")
		in := strings.Join(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 40).Draw(t, "text"), "")
		var names []Name
		for _, w := range words {
			names = append(names, Name{"word", w, []string{w}})
		}
		g, err := newGazetteer(names, false)
		require.NoError(t, err)
		c := &scan{x: &Extractor{}, src: in, m: text.Mapped{Text: in}, s: in}
		g.find(c)
		var want []string
		for i := range in {
			best := ""
			for _, w := range words {
				if strings.HasPrefix(in[i:], w) && len(w) > len(best) {
					best = w
				}
			}
			if best != "" {
				want = append(want, fmt.Sprint(i, best))
			}
		}
		var got []string
		for _, f := range c.out {
			got = append(got, fmt.Sprint(f.from, f.Value))
		}
		require.Equal(t, want, got)
	})
}

// manyNames makes n names, half of them Chinese.
func manyNames(n int) []Name {
	rng := rand.New(rand.NewPCG(1, 2))
	han := []rune("春夏秋冬男女童装新款长短袖纯棉羊毛真丝衬衫裙裤鞋帽包表机电脑手耳音箱充器线灯桌椅床柜架杯壶锅碗盘刀叉巾被枕套")
	letters := "abcdefghijklmnopqrstuvwxyz"
	names := make([]Name, n)
	for i := range names {
		var b strings.Builder
		if i%2 == 0 {
			for range 3 + rng.IntN(6) {
				b.WriteRune(han[rng.IntN(len(han))])
			}
		} else {
			for w := range 2 + rng.IntN(2) {
				if w > 0 {
					b.WriteByte(' ')
				}
				for range 3 + rng.IntN(6) {
					b.WriteByte(letters[rng.IntN(26)])
				}
			}
		}
		names[i] = Name{"product", fmt.Sprint(i), []string{b.String()}}
	}
	return names
}

func BenchmarkGazetteerBuild(b *testing.B) {
	names := manyNames(100_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newGazetteer(names, false); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGazetteerFind(b *testing.B) {
	names := manyNames(100_000)
	g, err := newGazetteer(names, false)
	require.NoError(b, err)
	var in strings.Builder
	for i := range 200 {
		in.WriteString("我想买一件新款的，有没有 do you have the new ")
		in.WriteString(names[i*7].Texts[0])
	}
	c := &scan{x: &Extractor{}, src: in.String(), m: text.Mapped{Text: in.String()}, s: in.String()}
	b.SetBytes(int64(in.Len()))
	b.ReportAllocs()
	for b.Loop() {
		c.out = c.out[:0]
		g.find(c)
	}
	b.ReportMetric(float64(len(g.nodes)*12), "trie-bytes")
}
