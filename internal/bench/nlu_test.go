package bench

import (
	"context"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// fastText is its supervised model written down plainly (Joulin et al. 2016):
// the mean of the embeddings of words and pairs of words, and a softmax, by
// stochastic gradient descent. There is no Go classifier of text to compare
// with that the module proxy serves; this is what a team would write.
type fastText struct {
	classes  []string
	in       []float32 // buckets × dims
	out      []float32 // classes × dims
	hidden   []float32
	scores   []float32
	features []int
}

const (
	dims    = 100
	buckets = 1 << 18
)

func (f *fastText) read(s string) {
	f.features = f.features[:0]
	add := func(s string) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(s))
		f.features = append(f.features, int(h.Sum32()%buckets))
	}
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" ?!.,;:\"()", r) })
	for i, w := range words {
		add(w)
		if i > 0 {
			add(words[i-1] + " " + w)
		}
	}
	clear(f.hidden)
	for _, at := range f.features {
		for j, v := range f.in[at*dims : (at+1)*dims] {
			f.hidden[j] += v / float32(len(f.features))
		}
	}
	top := float32(math.Inf(-1))
	for c := range f.scores {
		f.scores[c] = 0
		for j, v := range f.out[c*dims : (c+1)*dims] {
			f.scores[c] += v * f.hidden[j]
		}
		top = max(top, f.scores[c])
	}
	var sum float32
	for c, v := range f.scores {
		f.scores[c] = float32(math.Exp(float64(v - top)))
		sum += f.scores[c]
	}
	for c := range f.scores {
		f.scores[c] /= sum
	}
}

func (f *fastText) classify(s string) string {
	f.read(s)
	best := 0
	for c, v := range f.scores {
		if v > f.scores[best] {
			best = c
		}
	}
	return f.classes[best]
}

func trainFastText(examples []nlu.Example, epochs int, rate float32) *fastText {
	f := &fastText{in: make([]float32, buckets*dims), hidden: make([]float32, dims)}
	number := map[string]int{}
	for _, e := range examples {
		if _, ok := number[e.Intent]; !ok {
			number[e.Intent] = len(f.classes)
			f.classes = append(f.classes, e.Intent)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range f.in {
		f.in[i] = (rng.Float32()*2 - 1) / dims
	}
	f.out, f.scores = make([]float32, len(f.classes)*dims), make([]float32, len(f.classes))
	back := make([]float32, dims)
	for epoch := range epochs {
		lr := rate * (1 - float32(epoch)/float32(epochs))
		for _, i := range rng.Perm(len(examples)) {
			f.read(examples[i].Text)
			f.scores[number[examples[i].Intent]]--
			clear(back)
			for c, g := range f.scores {
				row := f.out[c*dims : (c+1)*dims]
				for j := range row {
					back[j] += g * row[j]
					row[j] -= lr * g * f.hidden[j]
				}
			}
			for _, at := range f.features {
				for j := range back {
					f.in[at*dims+j] -= lr * back[j] / float32(len(f.features))
				}
			}
		}
	}
	return f
}

// BenchmarkIntents classifies the validation part of banking77 after training on
// the train part, in one run. It needs FRONTDESK_DATA.
func BenchmarkIntents(b *testing.B) {
	read := func(name string) []nlu.Example {
		dir := os.Getenv("FRONTDESK_DATA")
		if dir == "" {
			b.Skip("FRONTDESK_DATA is not set")
		}
		raw, err := os.ReadFile(filepath.Join(dir, "intent", "banking77", name))
		require.NoError(b, err)
		var out []nlu.Example
		for line := range strings.Lines(string(raw)) {
			if text, intent, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				out = append(out, nlu.Example{Text: text, Intent: intent})
			}
		}
		return out
	}
	train, test := read("train_dialoglue.tsv"), read("valid_dialoglue.tsv")
	before := cpu(b)
	plain := trainFastText(train, 25, 0.5)
	plainTrain := cpu(b) - before
	before = cpu(b)
	model, err := nlu.Train(context.Background(), train, &nlu.Options{NoBuiltin: true, Valid: test})
	require.NoError(b, err)
	ownTrain := cpu(b) - before
	for _, c := range []struct {
		name     string
		train    float64
		classify func(string) string
	}{
		{"fastText, plain", plainTrain.Seconds(), plain.classify},
		{"frontdesk", ownTrain.Seconds(), func(s string) string {
			got, _ := model.Classify(s)
			if len(got) == 0 {
				return ""
			}
			return got[0].Name
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			right := 0
			for _, e := range test {
				if c.classify(e.Text) == e.Intent {
					right++
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			before := cpu(b)
			for i := range b.N {
				c.classify(test[i%len(test)].Text)
			}
			b.ReportMetric(float64(b.N)/(cpu(b)-before).Seconds(), "texts/cpu-s")
			b.ReportMetric(100*float64(right)/float64(len(test)), "accuracy-%")
			b.ReportMetric(c.train, "train-cpu-s")
		})
	}
}
