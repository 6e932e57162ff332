package kb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// concepts is an Embedder that knows which words mean the same, and gives each
// other word a direction of its own.
type concepts struct {
	mu    sync.Mutex
	asked []string
	err   error
	dim   int
	wait  bool
}

func (c *concepts) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	c.mu.Lock()
	c.asked = append(c.asked, texts...)
	err, dim, wait := c.err, c.dim, c.wait
	c.mu.Unlock()
	if wait {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	same := map[string]string{"快递费": "运费", "邮费": "运费", "砸坏": "破损", "摔碎": "破损", "refund": "money back"}
	var out [][]float32
	for _, t := range texts {
		v := make([]float32, dim)
		t = text.Fold(t)
		for said, means := range same {
			if i := indexOf(t, said); i >= 0 {
				t = t[:i] + means + t[i+len(said):]
			}
		}
		for _, w := range text.Terms(t) {
			r := rand.New(rand.NewPCG(text.Hash(w), 1))
			for i := range v {
				v[i] += float32(r.NormFloat64())
			}
		}
		out = append(out, v)
	}
	return out, nil
}

func indexOf(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i:i+len(sub)] == sub {
			return i
		}
	}
	return -1
}

func zh(id, question, answer string) Entry {
	return Entry{ID: id, Texts: map[string]Text{"zh": {Question: question, Answer: answer}}}
}

func TestEmbed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	fake := &concepts{dim: 64}
	base, err := New([]Entry{zh("fee", "运费怎么算？", "8 元"), zh("time", "发货怎么这么慢？", "当天"), zh("broken", "破损怎么赔？", "补发")}, &Options{Embedder: fake})
	require.NoError(t, err)
	a, err := base.Answer(ctx, Query{Text: "快递费怎么算"})
	require.NoError(t, err)
	assert.False(t, a.Embedded, "before the entries have vectors")
	assert.Empty(t, fake.asked)

	n, err := base.Embed(ctx)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	n, err = base.Embed(ctx)
	require.NoError(t, err)
	assert.Zero(t, n, "what has a vector is not asked for again")

	for q, want := range map[string]string{"快递费": "fee", "砸坏了": "broken", "摔碎": "broken"} {
		a, err := base.Answer(ctx, Query{Text: q})
		require.NoError(t, err)
		require.NotEmpty(t, a.Hits, q)
		assert.Equal(t, want, a.Hits[0].ID, "%s shares no word with it", q)
		assert.True(t, a.Embedded)
	}
	asked := len(fake.asked)
	_, err = base.Answer(ctx, Query{Text: "快递费"})
	require.NoError(t, err)
	assert.Len(t, fake.asked, asked, "a query's vector is remembered")

	// Changes: only what is new is asked for; a join keeps the vectors.
	require.NoError(t, base.Put(zh("card", "礼品卡怎么用？", "结算时"), zh("time", "发货怎么这么慢？", "次日")))
	n, err = base.Embed(ctx)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	base.Compact()
	a, err = base.Answer(ctx, Query{Text: "摔碎"})
	require.NoError(t, err)
	assert.Equal(t, "broken", a.Hits[0].ID)

	// Nobody is shown more for being near.
	require.NoError(t, base.Put(Entry{ID: "staff", Audience: []string{"staff"}, Texts: map[string]Text{"zh": {Question: "邮费成本", Answer: "3 元"}}}))
	_, err = base.Embed(ctx)
	require.NoError(t, err)
	hits, err := base.Search(ctx, Query{Text: "邮费成本"})
	require.NoError(t, err)
	for _, h := range hits {
		assert.NotEqual(t, "staff", h.ID)
	}
}

// embedded is an embedder that is a function.
type embedded func(texts []string) [][]float32

func (f embedded) Embed(_ context.Context, texts []string) ([][]float32, error) { return f(texts), nil }

// A batch that is refused decides nothing: the length of vectors is that of the
// first sound one.
func TestARefusedBatchDecidesNoLength(t *testing.T) {
	t.Parallel()
	good := [][]float32{{1, 0, 0, 0}, {0, 1, 0, 0}}
	for name, first := range map[string][][]float32{
		"mixed":   {{1, 0, 0, 0, 0, 0, 0, 0}, {0, 1, 0, 0}},
		"zeros":   {{0, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0, 1}},
		"nothing": {{}, {}},
		"one":     {{1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			next := first
			base, err := New([]Entry{zh("fee", "运费怎么算？", "8 元"), zh("time", "多久发货？", "当天")}, &Options{Embedder: embedded(func([]string) [][]float32 { return next })})
			require.NoError(t, err)
			_, err = base.Embed(t.Context())
			require.ErrorContains(t, err, "kb: embedding: the embedder gave")
			next = good
			n, err := base.Embed(t.Context())
			require.NoError(t, err)
			assert.Equal(t, 2, n)
		})
	}
}

func TestEmbedderFails(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, fail := range map[string]func(f *concepts){
		"an error":       func(f *concepts) { f.err = errors.New("no service") },
		"another length": func(f *concepts) { f.dim = 32 },
		"too slow":       func(f *concepts) { f.wait = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &concepts{dim: 64}
			base, err := New([]Entry{zh("fee", "运费怎么算？", "8 元"), zh("time", "多久发货？", "当天")}, &Options{Embedder: fake, EmbedWithin: 1})
			require.NoError(t, err)
			_, err = base.Embed(ctx)
			require.NoError(t, err)
			fake.mu.Lock()
			fail(fake)
			fake.mu.Unlock()
			a, err := base.Answer(ctx, Query{Text: "运费多少"})
			require.NoError(t, err, "no service, no outage")
			assert.False(t, a.Embedded)
			assert.Equal(t, "fee", a.Hits[0].ID)
			if !fake.wait {
				require.NoError(t, base.Put(zh("card", "礼品卡怎么用？", "")))
				_, err = base.Embed(ctx)
				assert.ErrorContains(t, err, "kb: embedding")
			}
		})
	}
}

func TestVectorsNeverLeak(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fake := &concepts{dim: 16}
		var es []Entry
		for i := range rapid.IntRange(1, 6).Draw(t, "entries") {
			e := zh(fmt.Sprint(i), rapid.SampledFrom([]string{"运费", "邮费多少", "破损", "摔碎怎么办"}).Draw(t, "question"), "")
			e.Channels = rapid.SampledFrom([][]string{nil, {"app"}, {"web"}}).Draw(t, "channels")
			e.State = rapid.SampledFrom([]State{"", Draft, Approved}).Draw(t, "state")
			es = append(es, e)
		}
		base, err := New(es, &Options{Embedder: fake})
		require.NoError(t, err)
		_, err = base.Embed(context.Background())
		require.NoError(t, err)
		q := Query{Text: rapid.SampledFrom([]string{"快递费", "砸坏", "别的"}).Draw(t, "query"), Channel: rapid.SampledFrom([]string{"", "app"}).Draw(t, "channel")}
		hits, err := base.Search(context.Background(), q)
		require.NoError(t, err)
		for _, h := range hits {
			e, _ := base.Entry(h.ID)
			assert.True(t, e.Passes(&q), h.ID)
		}
	})
}

func TestVectors(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float32Range(-10, 10), 1, 40).Draw(t, "x")
		y := rapid.SliceOfN(rapid.Float32Range(-10, 10), len(x), len(x)).Draw(t, "y")
		a, ok := quantiseVector(x)
		if !ok {
			return
		}
		assert.InDelta(t, 1, a.cosine(a), 1e-5)
		b, ok := quantiseVector(y)
		if !ok {
			return
		}
		var dot, xx, yy float64
		for i := range x {
			dot += float64(x[i]) * float64(y[i])
			xx += float64(x[i]) * float64(x[i])
			yy += float64(y[i]) * float64(y[i])
		}
		assert.InDelta(t, dot/math.Sqrt(xx*yy), a.cosine(b), 0.03)
	})
	for _, bad := range [][]float32{nil, {0, 0}, {float32(math.NaN())}, {float32(math.Inf(1)), 1}} {
		_, ok := quantiseVector(bad)
		assert.False(t, ok, "%v", bad)
	}
}

// Of many vectors the shortlist by signs finds nearly what all would.
func TestShortlist(t *testing.T) {
	t.Parallel()
	const n, dim = 3 * exact, 128
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(near []float32) []float32 {
		v := make([]float32, dim)
		for i := range v {
			v[i] = float32(r.NormFloat64())
			if near != nil {
				v[i] = near[i] + 0.8*v[i]
			}
		}
		return v
	}
	rows := make([]vector, n)
	raw := make([][]float32, n)
	for i := range rows {
		raw[i] = draw(nil)
		rows[i], _ = quantiseVector(raw[i])
	}
	m := newMatrix(rows, dim)
	found := 0
	for i := range 50 {
		q, _ := quantiseVector(draw(raw[i*7]))
		best, at := -1.0, uint32(0)
		compared := 0
		_, seen := m.nearest(q, func(w uint32, c float64) {
			compared++
			if c > best {
				best, at = c, w
			}
		})
		assert.LessOrEqual(t, compared, shortlist)
		assert.Positive(t, seen)
		if at == uint32(i*7) {
			found++
		}
	}
	assert.GreaterOrEqual(t, found, 48)
}

func BenchmarkVectors100k(b *testing.B) {
	const n, dim = 100_000, 768
	r := rand.New(rand.NewPCG(1, 2))
	rows := make([]vector, n)
	x := make([]float32, dim)
	for i := range rows {
		for k := range x {
			x[k] = float32(r.NormFloat64())
		}
		rows[i], _ = quantiseVector(x)
	}
	m := newMatrix(rows, dim)
	b.ReportAllocs()
	for b.Loop() {
		m.nearest(rows[7], func(uint32, float64) {})
	}
}

func TestSaveVectors(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	es := []Entry{zh("fee", "运费怎么算？", "8 元"), zh("broken", "破损怎么赔？", "补发")}
	fake := &concepts{dim: 64}
	base, err := New(es, &Options{Embedder: fake})
	require.NoError(t, err)
	_, err = base.Embed(ctx)
	require.NoError(t, err)
	var saved bytes.Buffer
	require.NoError(t, base.SaveVectors(&saved))

	again := &concepts{dim: 64}
	other, err := New(es, &Options{Embedder: again})
	require.NoError(t, err)
	require.NoError(t, other.LoadVectors(bytes.NewReader(saved.Bytes())))
	n, err := other.Embed(ctx)
	require.NoError(t, err)
	assert.Zero(t, n)
	a, err := other.Answer(ctx, Query{Text: "摔碎"})
	require.NoError(t, err)
	require.NotEmpty(t, a.Hits)
	assert.Equal(t, "broken", a.Hits[0].ID)

	for i := range saved.Len() {
		broken := bytes.Clone(saved.Bytes())
		broken[i] ^= 1
		assert.ErrorIs(t, other.LoadVectors(bytes.NewReader(broken)), ErrSaved, "byte %d", i)
	}
	assert.ErrorIs(t, other.LoadVectors(bytes.NewReader(saved.Bytes()[:saved.Len()-1])), ErrSaved)
	small, err := New(es, &Options{Embedder: &concepts{dim: 8}})
	require.NoError(t, err)
	_, err = small.Embed(ctx)
	require.NoError(t, err)
	assert.ErrorContains(t, small.LoadVectors(bytes.NewReader(saved.Bytes())), "another model's")
}

func FuzzLoadVectors(f *testing.F) {
	f.Add([]byte(vectorMagic))
	f.Fuzz(func(t *testing.T, raw []byte) {
		sum := sha256.Sum256(raw)
		_, _, _, _ = readVectors(append(raw, sum[:]...))
	})
}

func ExampleBase_Embed() {
	base, err := New([]Entry{{ID: "fee", Texts: map[string]Text{"zh": {Question: "运费怎么算？", Answer: "每单 8 元。"}}}},
		&Options{Embedder: &concepts{dim: 64}}) // a model service: llm.NewEmbedder
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := base.Embed(context.Background())
	fmt.Println(n, err)
	a, err := base.Answer(context.Background(), Query{Text: "快递费"})
	fmt.Println(a.Hits[0].Answer, a.Embedded, err)
	// Output:
	// 1 <nil>
	// 每单 8 元。 true <nil>
}
