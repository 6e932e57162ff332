package keep

import (
	"math"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// set is what a text says, as the sorted hashes of its terms: Han characters and
// pairs, stems of words. Case, punctuation, traditional characters, the order of
// words and what a question ends in (吗, 么, 呢) make no difference.
type set []uint64

func setOf(s string) set {
	// Folded, marks at the end are left for the particle before them.
	s = strings.TrimRight(text.Fold(s), " ?!.,;:。！？，；：~…")
	s = strings.TrimRight(s, "吗嗎么呢啊呀吧嘛哦哈")
	terms := text.Terms(s)
	out := make(set, len(terms))
	for i, t := range terms {
		out[i] = text.Hash(t)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// weights are what terms count: much when few texts have them.
type weights map[uint64]float64

func weightsOf(sets []set) weights {
	df := map[uint64]int{}
	for _, s := range sets {
		for _, t := range s {
			df[t]++
		}
	}
	w := make(weights, len(df))
	for t, n := range df {
		w[t] = math.Log(1 + float64(len(sets))/float64(n))
	}
	return w
}

func (w weights) of(t uint64) float64 {
	if v, ok := w[t]; ok {
		return v
	}
	return 1 // nil weights: all count the same
}

// jaccard is the share, by weight, of the terms of two texts that both have, 0
// to 1.
func (w weights) jaccard(a, b set) float64 { return jaccard(a, b, w.all(a), w.all(b)) }

// all are the weights of a text's terms.
func (w weights) all(s set) []float64 {
	out := make([]float64, len(s))
	for i, t := range s {
		out[i] = w.of(t)
	}
	return out
}

func jaccard(a, b set, wa, wb []float64) float64 {
	if len(wa) != len(a) || len(wb) != len(b) {
		return 0
	}
	var both, any float64
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] < b[j]:
			any += wa[i]
			i++
		case a[i] > b[j]:
			any += wb[j]
			j++
		default:
			both += wa[i]
			any += wa[i]
			i++
			j++
		}
	}
	if both == 0 {
		return 0
	}
	if i == len(a) && j == len(b) && both == any {
		return 1
	}
	for ; i < len(a); i++ {
		any += wa[i]
	}
	for ; j < len(b); j++ {
		any += wb[j]
	}
	return both / any
}

// pair is two texts that are nearly the same.
type pair struct {
	a, b int // a is the one that stands first
	like float64
}

// MinHash (Broder, "On the resemblance and containment of documents", 1997) with
// bands: two texts are compared when all hashes of one band agree. Of pairs with
// three quarters of their terms in common 99 in 100 are, with half 72, with a
// quarter 7.
const (
	bands   = 20
	rows    = 4
	crowded = 64 // texts of one band's bucket that a further one is compared with
)

// near finds the pairs of texts that have at least a share of their terms, by
// weight, in common, each once, by their place. It compares only texts with a band in
// common, so that 100,000 take seconds; of a crowd that all are alike each is
// compared with some. The same texts give the same pairs.
func near(sets []set, least float64) []pair {
	var out []pair
	seen := map[[2]int]bool{}
	w := weightsOf(sets)
	ws := make([][]float64, len(sets))
	for i, s := range sets {
		ws[i] = w.all(s)
	}
	try := func(a, b int) {
		if seen[[2]int{a, b}] {
			return
		}
		if like := jaccard(sets[a], sets[b], ws[a], ws[b]); like >= least {
			seen[[2]int{a, b}] = true
			out = append(out, pair{a, b, like})
		}
	}
	// Texts that are the same stand together; only the first of them is
	// compared with others.
	first := map[uint64]int{}
	var some []int
	for i, s := range sets {
		if len(s) == 0 {
			continue
		}
		h := uint64(len(s))
		for _, x := range s {
			h = mix(h ^ x)
		}
		if f, ok := first[h]; ok {
			try(f, i)
			continue
		}
		first[h] = i
		some = append(some, i)
	}
	sign := make([]uint32, len(some)*bands*rows)
	for k, i := range some {
		signature(sets[i], sign[k*bands*rows:(k+1)*bands*rows])
	}
	type bucket struct {
		key  uint64
		text int
	}
	order := make([]bucket, len(some))
	for b := range bands {
		for k, i := range some {
			key := uint64(b)
			for _, v := range sign[(k*bands+b)*rows : (k*bands+b+1)*rows] {
				key = mix(key ^ uint64(v))
			}
			order[k] = bucket{key, i}
		}
		slices.SortFunc(order, func(x, y bucket) int {
			switch {
			case x.key < y.key:
				return -1
			case x.key > y.key:
				return 1
			}
			return x.text - y.text
		})
		for at, start := 0, 0; at < len(order); at++ {
			if order[at].key != order[start].key {
				start = at
			}
			for k := max(start, at-crowded); k < at; k++ {
				try(order[k].text, order[at].text)
			}
		}
	}
	slices.SortFunc(out, func(x, y pair) int {
		if x.a != y.a {
			return x.a - y.a
		}
		return x.b - y.b
	})
	return out
}

// signature sets each of sign to the least of one hash of the terms.
func signature(s set, sign []uint32) {
	for i := range sign {
		sign[i] = ^uint32(0)
	}
	for _, x := range s {
		// Two hashes make all others (Kirsch and Mitzenmacher, "Less Hashing,
		// Same Performance", 2006).
		one, two := uint32(x), uint32(x>>32)|1
		for i := range sign {
			if one < sign[i] {
				sign[i] = one
			}
			one = (one ^ one>>15) * 0x85ebca6b
			one += two
		}
	}
}

func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// key is the same for texts that say the same.
func key(s string) string {
	var b []byte
	for _, t := range text.Terms(s) {
		b = append(append(b, t...), ' ')
	}
	return string(b)
}
