package main

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a customer buys again and again is the rest of their basket, never what
// the basket holds already; attributes rank what nobody took.
func TestRecommendTasksOfKnownCustomersAndItems(t *testing.T) {
	t.Parallel()
	d := write(t, map[string]string{
		"history.tsv": strings.Repeat("u\t0\ttea milk\nv\t1\ttea sugar\n", 5), "future.tsv": "u\ttea milk\nv\ttea sugar\nu\tlamp\n",
		"train.tsv": "a\ttent\t0\na\tstove\t1\nb\trope\t0\nb\thook\t1\n", "next.tsv": "a\tpeg\nb\tlamp\n", "items.tsv": "tent\t1\nstove\t1\npeg\t1\nrope\t2\nhook\t2\nlamp\t2\n",
	})
	own := evaluate(t, "recommend", "-own-baskets", "-train", d+"/history.tsv", "-test", d+"/future.tsv")
	assert.Equal(t, 2.0, own["queries"], "a basket of one item has no rest")
	assert.Equal(t, 1.0, own["mrr_at_20"])
	with := evaluate(t, "recommend", "-next", "-train", d+"/train.tsv", "-test", d+"/next.tsv", "-items", d+"/items.tsv")
	assert.Equal(t, 1.0, with["hit_rate_at_10"])
	without := evaluate(t, "recommend", "-next", "-train", d+"/train.tsv", "-test", d+"/next.tsv")
	assert.Equal(t, 0.0, without["hit_rate_at_10"], "nobody took them")

	log := `{"id":"1","at":"2026-03-01T09:00:00Z","kind":"viewed","customer":"u","session":"s","item":"tent"}
{"id":"2","at":"2026-03-02T09:00:00Z","kind":"viewed","customer":"u","session":"s","item":"peg"}`
	l := write(t, map[string]string{"log.jsonl": log})
	for want, args := range map[float64][]string{1: {"-items", d + "/items.tsv"}, 0: nil} {
		res := evaluate(t, append([]string{"recommend", "-log", l + "/log.jsonl", "-after", "2026-03-02"}, args...)...)
		require.Equal(t, 1.0, res["queries"])
		assert.Equal(t, want, res["recall_at_20"])
	}
	err := run(t.Context(), []string{"recommend", "-log", l + "/log.jsonl", "-items", d + "/none.tsv"}, io.Discard, io.Discard)
	assert.ErrorContains(t, err, "none.tsv")
}
