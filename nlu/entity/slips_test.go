package entity

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

func slipNames() []Name {
	return []Name{
		{"brand", "redmi", []string{"红米", "Redmi"}},
		{"brand", "adidas", []string{"adidas", "阿迪达斯"}},
		{"brand", "north", []string{"北面", "The North Face"}},
		{"product", "p-15", []string{"iPhone 15", "苹果十五"}},
		{"product", "jz", []string{"蓝山咖啡机"}},
		{"product", "long", []string{"龙井茶"}},
		{"category", "dress", []string{"裙子", "连衣裙", "dress"}},
		{"category", "shoes", []string{"鞋子", "shoes"}},
		{"", "", []string{"背面"}},
	}
}

func TestSlips(t *testing.T) {
	t.Parallel()
	x, err := New(&Options{Names: slipNames(), Slips: true})
	require.NoError(t, err)
	for _, tt := range []struct{ in, want string }{
		{"红米手机", "brand=redmi"},
		{"洪米手机多少钱？", "~brand=redmi"},
		{"鸿米", "~brand=redmi"},
		{"洪咪", ""},
		{"阿迪达思的鞋子", "~brand=adidas category=shoes"},
		{"阿弟打斯", "~brand=adidas"},
		{"兰山咖啡几", "~product=jz"},
		{"蓝三咖啡机", "~product=jz"},
		{"笼井查", "~product=long"},
		{"背面有字", ""},
		{"莲衣裙", "~category=dress"},
		{"連衣群", "~category=dress"},
		{"群子", "~category=dress"},
		{"平果十五", "~product=p-15"},

		{"addidas shoes", "~brand=adidas category=shoes"},
		{"adiddas", "~brand=adidas"},
		{"adida", "~brand=adidas"},
		{"Adidsa", "~brand=adidas"},
		{"ａｄｉｄｓａ", "~brand=adidas"},
		{"adidas", "brand=adidas"},
		{"the nrth face", "~brand=north"},
		{"teh north face", "~brand=north"},
		{"the north fase jacket", "~brand=north"},
		{"ihpone 15", "~product=p-15"},
		{"iphon15", "~product=p-15"},
		{"iphone 16", ""},
		{"iphone 155", ""},
		{"aadddas", ""},
		{"didas", ""},
		{"dres", ""},
		{"adidasx2", ""},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			got := x.Extract(tt.in, "", testNow())
			check(t, tt.in, got)
			var out []string
			for _, e := range got {
				mark := ""
				if e.Fuzzy {
					mark = "~"
				}
				out = append(out, mark+e.Type+"="+e.Value)
			}
			assert.Equal(t, tt.want, strings.Join(out, " "))
		})
	}
}

// One slip in a long name is found, whatever it is, and what is found is
// marked unless it was written right.
func TestEverySlipIsFound(t *testing.T) {
	t.Parallel()
	g, err := newGazetteer([]Name{{"brand", "x", []string{"sennheiser pro"}}}, true)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		b := []byte("sennheiser pro")
		i := rapid.IntRange(1, 8).Draw(t, "at")
		letter := byte(rapid.IntRange('a', 'z').Draw(t, "letter"))
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			b[i] = letter
		case 1:
			b = append(b[:i], b[i+1:]...)
		case 2:
			b = append(b[:i], append([]byte{letter}, b[i:]...)...)
		case 3:
			b[i], b[i+1] = b[i+1], b[i]
		}
		in := "my " + string(b) + " broke"
		c := &scan{x: &Extractor{}, src: in, m: text.Mapped{Text: in}, s: in}
		g.find(c)
		require.NotEmpty(t, c.out, in)
		require.Equal(t, string(b), in[c.out[0].from:c.out[0].to])
		require.Equal(t, string(b) != "sennheiser pro", c.out[0].Fuzzy, in)
	})
}

func BenchmarkSlips(b *testing.B) {
	names := manyNames(100_000)
	g, err := newGazetteer(names, true)
	require.NoError(b, err)
	rng := rand.New(rand.NewPCG(3, 4))
	var in strings.Builder
	for i := range 200 {
		in.WriteString("我想买一件新款的，有没有 do you have the new ")
		name := []rune(names[i*7].Texts[0])
		at := 1 + rng.IntN(len(name)-2)
		in.WriteString(string(append(name[:at:at], name[at+1:]...)))
		in.WriteString("？ ")
	}
	c := &scan{x: &Extractor{}, src: in.String(), m: text.Mapped{Text: in.String()}, s: in.String()}
	b.SetBytes(int64(in.Len()))
	b.ReportAllocs()
	for b.Loop() {
		c.out = c.out[:0]
		g.find(c)
	}
	b.ReportMetric(float64(12*(len(g.nodes)+len(g.sound.nodes))), "trie-bytes")
}

func BenchmarkSlipsBuild(b *testing.B) {
	names := manyNames(100_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newGazetteer(names, true); err != nil {
			b.Fatal(err)
		}
	}
}
