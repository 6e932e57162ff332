package bench

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jonreiter/govader"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

// A reader tells the polarity of a text, -1 to 1.
type reader struct {
	name string
	read func(text string) float64
}

// readers are the sentiment packages beside each other: frontdesk as it is
// shipped, its lexicon and rules alone, and govader.
func readers(tb testing.TB) []reader {
	shipped, err := sentiment.New(nil)
	require.NoError(tb, err)
	rules, err := sentiment.New(&sentiment.Options{Rules: true})
	require.NoError(tb, err)
	vader := govader.NewSentimentIntensityAnalyzer()
	return []reader{
		{"frontdesk", func(s string) float64 { return shipped.Score(s).Polarity }},
		{"frontdesk-rules", func(s string) float64 { return rules.Score(s).Polarity }},
		{"govader", func(s string) float64 { return vader.PolarityScores(s).Compound }},
	}
}

// messages are what customers write, in English, which is all that govader reads.
var messages = []string{
	"it's been two weeks, this is ridiculous",
	"the zip broke on day three, can I return it?",
	"not bad at all, no complaints so far",
	"GREAT, just great, broken again!!!",
	"thank you so much, that was quick :)",
	"do you have this in medium?",
}

// chinese are the like in Chinese, one of them in traditional script; govader
// finds no word in them.
var chinese = []string{
	"我上周买的鞋子开胶了，太差劲了，能退吗？",
	"都两周了还没到，太离谱了",
	"请问这款有M码吗",
	"你好，我的订单20391847什么时候发货？",
	"谢谢客服，态度很好，问题解决了👍",
	"如果再不发货我就投诉到12315！",
	"質量太差了，我要退貨，你們怎麼回事",
	"快递显示已签收但是我没有收到，帮我查一下",
}

// BenchmarkMood counts texts by the second of CPU too, which tells the same on a
// busy machine.
func BenchmarkMood(b *testing.B) {
	for _, r := range readers(b) {
		read := func(texts []string) func(b *testing.B) {
			return func(b *testing.B) {
				b.ReportAllocs()
				i, began := 0, cpu(b)
				for b.Loop() {
					r.read(texts[i%len(texts)])
					i++
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
				b.ReportMetric(float64(b.N)/(cpu(b)-began).Seconds(), "texts/cpu-s")
			}
		}
		b.Run(r.name, read(messages))
		if r.name != "govader" {
			b.Run(r.name+"-zh", read(chinese))
		}
	}
}

// BenchmarkMoodNew is what making a scorer costs.
func BenchmarkMoodNew(b *testing.B) {
	b.Run("frontdesk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := sentiment.New(nil)
			require.NoError(b, err)
		}
	})
	b.Run("govader", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			govader.NewSentimentIntensityAnalyzer()
		}
	})
}

// TestMood compares on the English public sets, positive rows against negative
// ones: the share right, where a polarity of 0 is half right whatever the row,
// and AUC. The shipped weights know goemotions_polarity's train part and no
// label of the others; the rows are of the valid parts.
func TestMood(t *testing.T) {
	data := os.Getenv("FRONTDESK_DATA")
	if data == "" {
		t.Skip("FRONTDESK_DATA names no folder of public sets")
	}
	sets := []string{"sst2", "goemotions_polarity", "meld_sentiment", "uss_mwoz", "uss_sgd"}
	mean := map[string]float64{}
	for _, set := range sets {
		texts, praise := polar(t, filepath.Join(data, "sentiment", set, "valid.tsv"))
		for _, r := range readers(t) {
			var pos, neg []float64
			right := 0.0
			for i, s := range texts {
				p := r.read(s)
				switch {
				case p == 0:
					right += 0.5
				case p > 0 == praise[i]:
					right++
				}
				if praise[i] {
					pos = append(pos, p)
				} else {
					neg = append(neg, p)
				}
			}
			share := 100 * right / float64(len(texts))
			mean[r.name] += share / float64(len(sets))
			t.Logf("%-20s %-16s %5.1f %% of %d, AUC %5.1f", set, r.name, share, len(texts), 100*auc(pos, neg))
		}
	}
	for _, r := range readers(t) {
		t.Logf("%-20s %-16s %5.1f %%", "mean", r.name, mean[r.name])
	}
	assert.Greater(t, mean["frontdesk"], mean["govader"])
}

// polar reads the rows of a file that are praise or blame.
func polar(t *testing.T, path string) (texts []string, praise []bool) {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		text, label, ok := strings.Cut(lines.Text(), "\t")
		if ok && (label == "pos" || label == "neg") {
			texts, praise = append(texts, text), append(praise, label == "pos")
		}
	}
	require.NotEmpty(t, texts)
	return texts, praise
}

// auc is the chance that a row of praise is above one of blame; a tie is half.
func auc(pos, neg []float64) float64 {
	slices.Sort(neg)
	sum := 0.0
	for _, p := range pos {
		below, _ := slices.BinarySearch(neg, p)
		above := below
		for above < len(neg) && neg[above] == p {
			above++
		}
		sum += float64(below+above) / 2
	}
	return sum / float64(len(pos)) / float64(len(neg))
}
