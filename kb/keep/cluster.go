package keep

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// mostLinked is how many things are held each against each other.
const mostLinked = 2000

// link joins n things to groups of those that are alike on average, the most
// alike first, until no two groups are (average linkage, Sokal and Michener
// 1958). Within a group the things nearest to all others come first.
func link(ctx context.Context, n int, alike float32, like func(i, j int) float64) ([][]int, error) {
	pairs := make([][]float32, n)
	for i := range pairs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		pairs[i] = make([]float32, n)
		for j := range i {
			v := float32(like(i, j))
			pairs[i][j], pairs[j][i] = v, v
		}
	}
	sum := make([][]float32, n) // over the pairs of two groups
	groups := make([][]int, n)
	near := make([]int, n) // the group nearest to each, -1 for none
	for i := range n {
		sum[i], groups[i] = slices.Clone(pairs[i]), []int{i}
	}
	mean := func(a, b int) float32 { return sum[a][b] / float32(len(groups[a])*len(groups[b])) }
	find := func(i int) {
		near[i] = -1
		top := alike
		for j := range n {
			if j != i && len(groups[j]) > 0 && mean(i, j) > top {
				near[i], top = j, mean(i, j)
			}
		}
	}
	for i := range n {
		find(i)
	}
	for range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a, top := -1, float32(0)
		for i := range n {
			if len(groups[i]) > 0 && near[i] >= 0 && mean(i, near[i]) > top {
				a, top = i, mean(i, near[i])
			}
		}
		if a < 0 {
			break
		}
		b := near[a]
		for j := range n {
			sum[a][j] += sum[b][j]
			sum[j][a] += sum[j][b]
		}
		groups[a], groups[b] = append(groups[a], groups[b]...), nil
		for i := range n {
			if len(groups[i]) > 0 && (i == a || near[i] == a || near[i] == b) {
				find(i)
			}
		}
	}
	var out [][]int
	for _, g := range groups {
		if len(g) == 0 {
			continue
		}
		to := make(map[int]float32, len(g))
		for _, i := range g {
			for _, j := range g {
				to[i] += pairs[i][j]
			}
		}
		slices.Sort(g)
		slices.SortStableFunc(g, func(i, j int) int { return cmp.Compare(to[j], to[i]) })
		out = append(out, g)
	}
	return out, nil
}

// cosine is that of two texts whose terms count by weight.
func (w weights) cosine(a, b set) float64 {
	both := 0.0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			both += w.of(a[i]) * w.of(a[i])
			i++
			j++
		}
	}
	if both == 0 {
		return 0
	}
	size := func(s set) (sum float64) {
		for _, t := range s {
			sum += w.of(t) * w.of(t)
		}
		return sum
	}
	return both / math.Sqrt(size(a)*size(b))
}
