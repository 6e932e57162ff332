package recommend

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// plainRank is what a customer's history says for items, written as the formulas
// are: maps, no caps, no tables.
func plainRank(took [][2]string, customer string, w *Weights) map[string]float64 {
	history, count, pair := map[string][]string{}, map[string]float64{}, map[string]map[string]float64{}
	var customers []string
	for _, t := range took {
		u, item := t[0], t[1]
		if slices.Contains(history[u], item) {
			continue
		}
		if history[u] == nil {
			customers = append(customers, u)
		}
		if pair[item] == nil {
			pair[item] = map[string]float64{}
		}
		count[item] += 0.3
		for _, other := range history[u] {
			damp := 0.3 / math.Pow(float64(len(history[u])+1), userDamp)
			pair[item][other] += damp
			pair[other][item] += damp
		}
		history[u] = append(history[u], item)
	}
	mixed := map[string]float64{}
	mix := func(part map[string]float64, target, weight float64) {
		top := 0.0
		for item := range part {
			part[item] /= math.Pow(count[item], target)
			top = max(top, part[item])
		}
		for item, x := range part {
			if x > top*faint {
				mixed[item] += weight * x / top
			}
		}
	}
	mine := history[customer]
	together := map[string]float64{}
	for _, item := range mine {
		for other, c := range pair[item] {
			together[other] += c / math.Pow(count[item], w.Own)
		}
	}
	mix(together, w.Target, w.Together)

	like, at := map[string]float64{}, map[string]float64{}
	for back := range mine {
		item := mine[len(mine)-1-back]
		holders := 0
		for _, u := range customers {
			if slices.Contains(history[u], item) {
				holders++
			}
		}
		at[item] = math.Exp(-float64(back)/w.Tastes.Step) * math.Pow(math.Log(1+float64(len(customers))/float64(1+holders)), w.Tastes.IDF)
		for _, u := range customers {
			if u != customer && slices.Contains(history[u], item) {
				like[u] += at[item]
			}
		}
	}
	alike := map[string]float64{}
	for u, f := range like {
		f *= math.Pow(float64(len(history[u])), -w.Tastes.Len)
		for _, item := range history[u] {
			alike[item] += f
		}
	}
	mix(alike, w.Rare, w.Alike)
	for _, item := range mine {
		delete(mixed, item)
	}
	return mixed
}

// Below its caps a ranking is the plain formulas', to what the tables round.
func TestRankIsThePlainOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, err := New(nil, nil)
		require.NoError(t, err)
		var took [][2]string
		for range rapid.IntRange(1, 150).Draw(t, "events") {
			e := [2]string{fmt.Sprint("u", rapid.IntRange(0, 11).Draw(t, "customer")), fmt.Sprint("i", rapid.IntRange(0, 24).Draw(t, "item"))}
			took = append(took, e)
			require.NoError(t, s.Record(t.Context(), Event{Kind: "viewed", Customer: e[0], Item: e[1]}))
		}
		w := DefaultWeights()
		want := plainRank(took, "u0", &w)
		got := map[string]float64{}
		for _, x := range s.Rank("u0", nil, 100, false) {
			got[x.Item] = x.Score
		}
		const round = 0.006 // of the tables, and of what is too faint to count
		for item, x := range want {
			assert.InDelta(t, x, got[item], round, item)
		}
		for item, x := range got {
			assert.InDelta(t, want[item], x, round, item)
		}
	})
}
