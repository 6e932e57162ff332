package recommend

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rows reads a file of a public set; FRONTDESK_DATA names their folder.
func rows(t testing.TB, name string) [][]string {
	t.Helper()
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		t.Skip("FRONTDESK_DATA names no folder with public sets")
	}
	f, err := os.Open(filepath.Join(dir, "recommend", name))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	var out [][]string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		out = append(out, strings.FieldsFunc(sc.Text(), func(r rune) bool { return r == '\t' || r == ' ' }))
	}
	return out
}

// The defaults foretell the validation part of public sets, never the test
// part, about as well as when they were chosen.
func TestPublicSets(t *testing.T) {
	t.Parallel()
	hits := func(s *Shelf, customer string, now []string, want string) float64 {
		for _, g := range s.Rank(customer, now, 10, false) {
			if g.Item == want {
				return 1
			}
		}
		return 0
	}
	t.Run("next item of toys", func(t *testing.T) {
		t.Parallel()
		s, err := New(nil, nil)
		require.NoError(t, err)
		history := map[string][]string{}
		for _, r := range rows(t, "toys/train.tsv") {
			history[r[0]] = append(history[r[0]], r[1])
			require.NoError(t, s.Record(context.Background(), Event{Kind: "viewed", Customer: r[0], Session: r[0], Item: r[1]}))
		}
		sum, n := 0.0, 0.0
		for i, r := range rows(t, "toys/valid.tsv") {
			if i%40 == 0 {
				h := history[r[0]]
				sum += hits(s, r[0], h[max(0, len(h)-5):], r[1])
				n++
			}
		}
		assert.Greater(t, sum/n, 0.09, "hit rate at 10")
	})
	t.Run("next item of sessions of diginetica", func(t *testing.T) {
		t.Parallel()
		s, err := New(nil, nil)
		require.NoError(t, err)
		all := rows(t, "diginetica/train_sessions.txt")
		all = all[len(all)*2/3:]
		cut := len(all) * 95 / 100
		for i, items := range all[:cut] {
			for _, it := range items {
				require.NoError(t, s.Record(context.Background(), Event{Kind: "viewed", Session: fmt.Sprint(i), Item: it}))
			}
		}
		sum, n := 0.0, 0.0
		for i, items := range all[cut:] {
			if k := len(items) - 1; i%20 == 0 && k > 0 {
				for _, g := range s.Rank("", items[:k], 20, true) {
					if g.Item == items[k] {
						sum++
					}
				}
				n++
			}
		}
		assert.Greater(t, sum/n, 0.45, "hit rate at 20")
	})
}
