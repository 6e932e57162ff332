package recommend

import (
	"math"
	"slices"
)

// alike is the share of attribute values two items have in common.
func alike(a, b *Item) float64 {
	same, all := 0, 0
	for k, vs := range a.Attributes {
		for _, v := range vs {
			all++
			if slices.Contains(b.Attributes[k], v) {
				same++
			}
		}
	}
	if all == 0 {
		return 0
	}
	return float64(same) / float64(all)
}

// diversify re-ranks by maximal marginal relevance (Carbonell & Goldstein 1998).
func (s *Shelf) diversify(all []candidate, n int) []candidate {
	all = all[:min(len(all), 50)]
	var out []candidate
	for len(out) < n && len(all) > 0 {
		best, at := math.Inf(-1), 0
		for i := range all {
			v := all[i].score
			for j := range out {
				if out[j].Category == all[i].Category {
					v -= s.opts.Diversity * alike(&out[j].Item, &all[i].Item) / float64(len(out))
				}
			}
			if v > best {
				best, at = v, i
			}
		}
		out = append(out, all[at])
		all = slices.Delete(all, at, at+1)
	}
	return out
}
