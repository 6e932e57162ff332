package keep

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestNearFindsWhatComparingAllDoes(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"怎么退货", "多久发货", "运费", "发票", "return", "order", "the size", "红色", "？", " "})
	missed, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var sets []set
		for _, words := range rapid.SliceOfN(rapid.SliceOfN(word, 0, 6), 0, 30).Draw(t, "texts") {
			sets = append(sets, setOf(fmt.Sprint(words)))
		}
		w := weightsOf(sets)
		got := map[[2]int]float64{}
		for _, p := range near(sets, 0.7) {
			assert.Less(t, p.a, p.b)
			assert.InDelta(t, w.jaccard(sets[p.a], sets[p.b]), p.like, 1e-9)
			got[[2]int{p.a, p.b}] = p.like
		}
		for b := range sets {
			twin := false
			for a := range b {
				like := w.jaccard(sets[a], sets[b])
				if like < 0.7 {
					continue
				}
				if like == 1 { // the first of those alike stands for all
					assert.True(t, twin || got[[2]int{a, b}] == 1)
					twin = true
					continue
				}
				_, ok := got[[2]int{a, b}]
				if all++; !ok {
					missed++
				}
			}
		}
	})
	assert.Less(t, float64(missed), 0.3*float64(all)+5, "pairs with a twin are found through it, of the others nearly all")
}

func BenchmarkNear(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var words []string
	for range 3000 {
		words = append(words, string([]rune{rune(0x4e00 + r.IntN(3000)), rune(0x4e00 + r.IntN(3000))}))
	}
	sets := make([]set, 100_000)
	for i := range sets {
		s := ""
		for range 6 {
			s += words[r.IntN(len(words))]
		}
		sets[i] = setOf(s)
		if i%10 == 9 {
			sets[i] = setOf(s + "吗")
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		near(sets, 0.7)
	}
}
