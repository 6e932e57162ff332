package kb

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// publicRows reads a TSV file of a public retrieval set; without FRONTDESK_DATA
// the test is skipped.
func publicRows(tb testing.TB, set, file string) [][]string {
	tb.Helper()
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		tb.Skip("FRONTDESK_DATA is not set")
	}
	f, err := os.Open(filepath.Join(dir, "retrieve", set, file))
	require.NoError(tb, err)
	defer func() { require.NoError(tb, f.Close()) }()
	var out [][]string
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		out = append(out, strings.Split(sc.Text(), "\t"))
	}
	require.NoError(tb, sc.Err())
	return out
}

// questionBase is a base of n questions of a set: when there are fewer, the rest
// are made of the halves of two.
func questionBase(tb testing.TB, set string, n int) *Base {
	tb.Helper()
	rows := publicRows(tb, set, "corpus.tsv")
	es := make([]Entry, n)
	for i := range es {
		q := []rune(rows[i%len(rows)][1])
		if k := i / len(rows); k > 0 {
			o := []rune(rows[(i*7919+k)%len(rows)][1])
			q = append(q[:len(q)/2:len(q)/2], o[len(o)/2:]...)
		}
		es[i] = Entry{ID: fmt.Sprint(i), Texts: map[string]Text{"zh": {Question: string(q) + "？"}}}
	}
	base, err := New(es, nil)
	require.NoError(tb, err)
	return base
}

func BenchmarkQuestions(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			base := questionBase(b, "oppo", n)
			queries := publicRows(b, "oppo", "queries_dev.tsv")
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				_, _ = base.Answer(context.Background(), Query{Text: queries[i%len(queries)][1]})
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	es := make([]Entry, 0, 10_000)
	for e := range questionBase(b, "oppo", 10_000).Entries() {
		es = append(es, e)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = New(es, nil)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(es)), "µs/entry")
}
