package bench

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/kb"
)

// BenchmarkRetrieve asks short Chinese questions, one after the other, of a
// knowledge base (its answer: first stage, re-ranking and confidence) and of
// Bleve (its default index, cjk analyser, ten hits of a match query), with the
// same entries. FRONTDESK_ENTRIES sets how many, 10000 by default. queries/s is
// by processor time, p50 and p99 are wall time.
func BenchmarkRetrieve(b *testing.B) {
	n := 10_000
	if s := os.Getenv("FRONTDESK_ENTRIES"); s != "" {
		var err error
		n, err = strconv.Atoi(s)
		require.NoError(b, err)
	}
	texts, queries := questions(b, n)
	for _, engine := range []struct {
		name string
		open func(testing.TB, []string) (search func(string), end func())
	}{{"kb", openKB}, {"bleve", openBleve}} {
		b.Run(engine.name, func(b *testing.B) {
			runtime.GC()
			var m0, m1 runtime.MemStats
			runtime.ReadMemStats(&m0)
			built := cpu(b)
			search, end := engine.open(b, texts)
			built = cpu(b) - built
			defer end()
			runtime.GC()
			runtime.ReadMemStats(&m1)
			for _, q := range queries[:min(100, len(queries))] {
				search(q)
			}
			b.ReportAllocs()
			b.ResetTimer()
			before := cpu(b)
			took := make([]time.Duration, 0, b.N)
			for i := range b.N {
				at := time.Now()
				search(queries[i%len(queries)])
				took = append(took, time.Since(at))
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/(cpu(b)-before).Seconds(), "queries/s")
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(built.Seconds(), "build-cpu-s")
			b.ReportMetric((float64(m1.HeapAlloc)-float64(m0.HeapAlloc))/1e6, "heap-MB")
		})
	}
}

// questions are n short Chinese questions, made of the halves of two where the
// set has fewer, and questions to ask.
func questions(tb testing.TB, n int) (texts, queries []string) {
	tb.Helper()
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		tb.Skip("FRONTDESK_DATA is not set")
	}
	column := func(file string) (out []string) {
		f, err := os.Open(filepath.Join(dir, "retrieve", "oppo", file))
		require.NoError(tb, err)
		defer func() { require.NoError(tb, f.Close()) }()
		sc := bufio.NewScanner(f)
		sc.Buffer(nil, 1<<20)
		for sc.Scan() {
			if cells := strings.Split(sc.Text(), "\t"); len(cells) > 1 {
				out = append(out, cells[1])
			}
		}
		require.NoError(tb, sc.Err())
		return out
	}
	rows := column("corpus.tsv")
	for i := range n {
		q := []rune(rows[i%len(rows)])
		if k := i / len(rows); k > 0 {
			o := []rune(rows[(i*7919+k)%len(rows)])
			q = append(q[:len(q)/2:len(q)/2], o[len(o)/2:]...)
		}
		texts = append(texts, string(q)+"？")
	}
	return texts, column("queries_dev.tsv")
}

func openKB(tb testing.TB, texts []string) (func(string), func()) {
	tb.Helper()
	es := make([]kb.Entry, len(texts))
	for i, s := range texts {
		es[i] = kb.Entry{ID: strconv.Itoa(i), Texts: map[string]kb.Text{"zh": {Question: s}}}
	}
	base, err := kb.New(es, nil)
	require.NoError(tb, err)
	return func(q string) {
		if _, err := base.Answer(context.Background(), kb.Query{Text: q, N: 10}); err != nil {
			tb.Fatal(err)
		}
	}, func() {}
}

func openBleve(tb testing.TB, texts []string) (func(string), func()) {
	tb.Helper()
	m := bleve.NewIndexMapping()
	m.DefaultAnalyzer = cjk.AnalyzerName
	index, err := bleve.New(filepath.Join(tb.TempDir(), "bleve"), m)
	require.NoError(tb, err)
	batch := index.NewBatch()
	for i, s := range texts {
		require.NoError(tb, batch.Index(fmt.Sprint(i), map[string]string{"q": s}))
		if batch.Size() >= 10_000 || i+1 == len(texts) {
			require.NoError(tb, index.Batch(batch))
			batch.Reset()
		}
	}
	return func(q string) {
			match := bleve.NewMatchQuery(q)
			match.SetField("q")
			if _, err := index.Search(bleve.NewSearchRequestOptions(match, 10, 0, false)); err != nil {
				tb.Fatal(err)
			}
		}, func() {
			require.NoError(tb, index.Close())
		}
}
