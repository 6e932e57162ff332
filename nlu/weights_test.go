package nlu

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"hash/crc32"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A packed row is the dense one, moved by its median, up to what is negligible
// and half a step of its byte.
func TestCompact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 40).Draw(t, "classes")
		n := rapid.IntRange(0, 8).Draw(t, "rows")
		dense := rapid.SliceOfN(rapid.Float32Range(-3, 3), n*k, n*k).Draw(t, "dense")
		w := compact(slices.Clone(dense), k)
		for i := range n {
			row := dense[i*k : i*k+k]
			sorted := slices.Clone(row)
			slices.Sort(sorted)
			got := make([]float32, k)
			w.add(int32(i), 2, got)
			for c := range got {
				want := row[c] - sorted[k/2]
				if want < negligible && want > -negligible {
					require.Zero(t, got[c])
				} else {
					require.InDelta(t, want, got[c]/2, float64(w.scale[i])/2+1e-5)
				}
			}
		}
	})
}

func TestVocabulary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		df := rapid.MapOf(rapid.Uint32(), rapid.Uint32Range(1, 9)).Draw(t, "df")
		least := rapid.Uint32Range(1, 3).Draw(t, "least")
		v := newVocabulary(df, least, 9, 0.5)
		for h, n := range df {
			if n < least {
				require.Equal(t, int32(-1), v.find(h))
				continue
			}
			require.Equal(t, h, v.hashes[v.find(h)])
			require.Equal(t, n, v.df[v.find(h)])
			if _, ok := df[h+1]; !ok {
				require.Equal(t, int32(-1), v.find(h+1))
			}
		}
	})
}

// sealed puts a valid head and checksum around the bytes of a model.
func sealed(body []byte) []byte {
	b := append([]byte(fileMagic), fileVersion)
	b = append(b, body...)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// A checksum stops accidents, not an attacker: whatever stands inside a valid
// seal is refused or makes a model that answers and saves as the same bytes.
func FuzzLoadSealed(f *testing.F) {
	var b bytes.Buffer
	tiny, err := Train(context.Background(), []Example{{Text: "退货", Intent: "return"}, {Text: "where is it", Intent: "status"}, {Text: "天气", Intent: ""}}, &Options{NoBuiltin: true})
	require.NoError(f, err)
	require.NoError(f, tiny.Save(&b))
	body := b.Bytes()[len(fileMagic)+1 : b.Len()-4]
	require.Equal(f, b.Bytes(), sealed(body))
	f.Add(body)
	tiny.embed = &embedding{dims: 1, mean: []float32{0.5}, out: []float32{1, 2, 3}, bias: []float32{1, 2, 3}, share: 0.5, temperature: 1, power: 1}
	one := net{place: make([]int32, len(tiny.vocab.hashes)), embed: make([]byte, netHidden/2), scale: []float32{0.5},
		offset: make([]float32, netHidden), out: make([]float32, 3*netHidden), bias: []float32{1, 2, 3}}
	one.embed[0] = 0x1e
	for i := range one.place[1:] {
		one.place[1+i] = -1
	}
	tiny.net = &network{nets: []net{one, one}}
	b.Reset()
	require.NoError(f, tiny.Save(&b))
	f.Add(b.Bytes()[len(fileMagic)+1 : b.Len()-4])
	f.Add([]byte{2, 0, 1, 0, 1, 'a', 1, 'b'})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := Load(bytes.NewReader(sealed(body)), nil)
		if err != nil {
			return
		}
		intents, unknown := m.Classify("我要退货 where is it")
		require.NotEmpty(t, intents)
		require.True(t, unknown >= 0 && unknown <= 1, unknown)
		var again bytes.Buffer
		require.NoError(t, m.Save(&again))
		back, err := Load(&again, nil)
		require.NoError(t, err)
		require.Equal(t, m.Intents(), back.Intents())
	})
}

func TestIDFPower(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		examples, intents int
		want              float64
	}{{50, 10, 0.5}, {1000, 10, 0.5}, {10_000, 10, 1}, {1e6, 2, 1}, {3162, 10, 0.75}, {2, 2, 0.5}} {
		assert.InDelta(t, c.want, idfPower(c.examples, c.intents), 1e-3)
	}
}

func TestExp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float32Range(-79, 10).Draw(t, "x")
		require.InEpsilon(t, math.Exp(float64(x)), float64(exp(x)), 1e-6)
	})
	assert.Equal(t, []float32{1, 0, 0}, []float32{exp(0), exp(-81), exp(float32(math.Inf(-1)))})
}

func TestFirst(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.SampledFrom([]float32{0, 0.1, 0.2, 0.3, 0.5}), 1, 30).Draw(t, "p")
		none := rapid.IntRange(-1, len(p)-1).Draw(t, "none")
		var want []int32
		for c := range p {
			if c != none {
				want = append(want, int32(c))
			}
		}
		slices.SortStableFunc(want, func(a, b int32) int { return cmp.Compare(p[b], p[a]) })
		require.Equal(t, want[:min(len(want), maxCandidates)], first(nil, p, none))
	})
}

func TestLive(t *testing.T) {
	t.Parallel()
	old := shopModel(t)
	fresh, err := Train(context.Background(), []Example{{Text: "退货", Intent: "a"}, {Text: "发票", Intent: "b"}}, &Options{NoBuiltin: true})
	require.NoError(t, err)
	live := NewLive(old)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				got, err := live.Understand(context.Background(), Input{Text: "我要退货", Now: noon})
				assert.NoError(t, err)
				assert.Contains(t, []string{"return.start", "a"}, got.Intents[0].Name)
			}
		})
	}
	for range 20 {
		assert.Same(t, old, live.Swap(fresh))
		assert.Same(t, fresh, live.Swap(old))
	}
	wg.Wait()
	assert.Same(t, old, live.Model())
	_, err = (&Live{}).Understand(context.Background(), Input{})
	assert.ErrorContains(t, err, "holds no model")
}

// Predicting takes two allocations, the tokens and the answer, when the text
// needs no normalising.
func TestClassifyAllocations(t *testing.T) {
	if raced {
		t.Skip("the race detector empties pools at random")
	}
	m := shopModel(t)
	for _, s := range []string{"我想买一条红色的裙子", "我想買一條紅色的裙子，有貨嗎？", "我的快递到哪了？", "where is my order 12345", "x"} {
		m.Classify(s)
		assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { m.Classify(s) }), 2.0, s)
	}
}

func BenchmarkClassify(b *testing.B) {
	m := shopModel(b)
	for name, s := range map[string]string{"zh": "你好，我想买一条红色的裙子", "en": "can you tell me where my order is please"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Classify(s)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	var raw bytes.Buffer
	require.NoError(b, shopModel(b).Save(&raw))
	b.SetBytes(int64(raw.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(bytes.NewReader(raw.Bytes()), nil); err != nil {
			b.Fatal(err)
		}
	}
}
