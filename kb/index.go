package kb

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// The weights of the parts of a score, and BM25's constants.
const (
	weightBM25    = 0.5
	weightWording = 0.5
	weightProfile = 0.5
	k1, b         = 1.2, 0.4
	answerWeight  = 0.25 // a word of the answer against one of the question
	candidates    = 64   // entries that are compared closely
	maxQuery      = 2048 // bytes of a query that are read
)

// index finds entries. It is immutable.
type index struct {
	terms    map[string]int32
	idf      []float32
	postings [][]posting
	length   []float32 // of each entry, in weighted terms
	average  float32
	unknown  float32 // idf of a term the base never saw
	wordings []wording
	of       [][]int32 // wordings by entry
	grams    map[uint64]float32
	profile  []vector
	same     *synonyms
}

type posting struct {
	entry int32
	tf    float32
}

// wording is one way of asking an entry's question.
type wording struct {
	entry int32
	lang  string
	text  string
	vec   vector
}

// vector is sparse, sorted by gram, of unit length.
type vector []component

type component struct {
	gram  uint64
	value float32
}

// score of an entry.
type candidate struct {
	entry   int32
	score   float64
	bm25    float64
	near    float64 // cosine with the nearest wording
	wording *wording
}

// ranking is the result of a search and what its confidence is made of.
type ranking struct {
	top      []candidate
	coverage float64 // share of the query's weight that the base knows
	version  string
}

func buildIndex(entries []Entry, same *synonyms) (*index, string) {
	x := &index{same: same, terms: map[string]int32{}, grams: map[uint64]float32{}, of: make([][]int32, len(entries)),
		length: make([]float32, len(entries)), profile: make([]vector, len(entries))}
	version := uint64(len(entries))
	df := map[uint64]int32{}
	gramsOf := make([]map[uint64]float32, 0, len(entries)*3)
	for i := range entries {
		e := &entries[i]
		tf := map[string]float32{}
		langs := make([]string, 0, len(e.Texts))
		for l := range e.Texts {
			langs = append(langs, l)
		}
		sort.Strings(langs)
		for _, lang := range langs {
			t := e.Texts[lang]
			for _, w := range append([]string{t.Question}, t.Others...) {
				read := same.read(w)
				for _, term := range text.Terms(read) {
					tf[term]++
				}
				g := gramCounts(read)
				for gram := range g {
					df[gram]++
				}
				x.of[i] = append(x.of[i], int32(len(x.wordings)))
				x.wordings = append(x.wordings, wording{entry: int32(i), lang: lang, text: w})
				gramsOf = append(gramsOf, g)
				version = text.Hash(w) ^ version*31
			}
			for _, term := range text.Terms(same.read(t.Answer)) {
				tf[term] += answerWeight
			}
			version = text.Hash(t.Answer) ^ version*31
		}
		x.add(int32(i), tf)
	}
	n := float64(len(entries))
	x.idf = make([]float32, len(x.postings))
	for t, ps := range x.postings {
		x.idf[t] = float32(math.Log(1 + (n-float64(len(ps))+0.5)/(float64(len(ps))+0.5)))
	}
	x.unknown = float32(math.Log(1 + (n+0.5)/0.5))
	for _, l := range x.length {
		x.average += l / float32(max(1, len(entries)))
	}
	all := float64(len(x.wordings))
	for g, c := range df {
		x.grams[g] = float32(math.Log(1 + all/float64(c)))
	}
	for i := range x.wordings {
		x.wordings[i].vec = x.vectorOf(gramsOf[i])
	}
	for i := range entries {
		sum := map[uint64]float32{}
		for _, w := range x.of[i] {
			for _, c := range x.wordings[w].vec {
				sum[c.gram] += c.value
			}
		}
		x.profile[i] = unit(sum)
	}
	return x, fmt.Sprintf("%d-%08x", len(entries), uint32(version^version>>32))
}

func (x *index) add(entry int32, tf map[string]float32) {
	for term, n := range tf {
		id, ok := x.terms[term]
		if !ok {
			id = int32(len(x.postings))
			x.terms[term] = id
			x.postings = append(x.postings, nil)
		}
		x.postings[id] = append(x.postings[id], posting{entry, n})
		x.length[entry] += n
	}
}

// gramCounts are a text's character 1- to 3-grams, hashed; single Latin letters
// say nothing and are left out.
func gramCounts(s string) map[uint64]float32 {
	out := map[uint64]float32{}
	for g := range text.Grams(text.Fold(s), 1, 3) {
		if len(g) == 1 {
			continue
		}
		out[text.Hash(g)]++
	}
	return out
}

func (x *index) vectorOf(counts map[uint64]float32) vector {
	v := make(map[uint64]float32, len(counts))
	rare := float32(math.Log(1 + float64(len(x.wordings))))
	for g, n := range counts {
		idf, ok := x.grams[g]
		if !ok {
			idf = rare
		}
		v[g] = (1 + float32(math.Log(float64(n)))) * idf
	}
	return unit(v)
}

func unit(m map[uint64]float32) vector {
	v := make(vector, 0, len(m))
	var sum float64
	for g, x := range m {
		v = append(v, component{g, x})
	}
	slices.SortFunc(v, func(a, b component) int {
		if a.gram < b.gram {
			return -1
		}
		if a.gram > b.gram {
			return 1
		}
		return 0
	})
	for _, c := range v { // in order, so that the sum is always the same
		sum += float64(c.value) * float64(c.value)
	}
	if sum > 0 {
		norm := float32(1 / math.Sqrt(sum))
		for i := range v {
			v[i].value *= norm
		}
	}
	return v
}

func dot(a, b vector) float64 {
	var sum float64
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].gram < b[j].gram:
			i++
		case a[i].gram > b[j].gram:
			j++
		default:
			sum += float64(a[i].value) * float64(b[j].value)
			i++
			j++
		}
	}
	return sum
}

// rank scores the entries that pass and share a word with the query.
func (x *index) rank(query string, pass func(int) bool, n int) ranking {
	query = x.same.read(text.Cut(query, maxQuery))
	terms := text.Terms(query)
	seen := map[string]bool{}
	scores := map[int32]float32{}
	var perfect, known float32
	for _, term := range terms {
		if seen[term] {
			continue
		}
		seen[term] = true
		id, ok := x.terms[term]
		if !ok {
			perfect += x.unknown
			continue
		}
		idf := x.idf[id]
		perfect += idf
		known += idf
		for _, p := range x.postings[id] {
			norm := k1 * (1 - b + b*x.length[p.entry]/x.average)
			scores[p.entry] += idf * p.tf * (k1 + 1) / (p.tf + norm) / (k1 + 1) * 1.6
		}
	}
	if perfect == 0 {
		return ranking{}
	}
	first := make([]candidate, 0, len(scores))
	for e, s := range scores {
		if pass(int(e)) {
			first = append(first, candidate{entry: e, bm25: float64(min(1, s/perfect))})
		}
	}
	slices.SortFunc(first, func(a, b candidate) int { return order(a.bm25, b.bm25, a.entry, b.entry) })
	first = first[:min(candidates, len(first))]
	vec := x.vectorOf(gramCounts(query))
	for i := range first {
		c := &first[i]
		for _, w := range x.of[c.entry] {
			if cos := dot(vec, x.wordings[w].vec); cos > c.near || c.wording == nil {
				c.near, c.wording = cos, &x.wordings[w]
			}
		}
		c.score = (weightBM25*c.bm25 + weightWording*c.near + weightProfile*dot(vec, x.profile[c.entry])) / (weightBM25 + weightWording + weightProfile)
	}
	slices.SortFunc(first, func(a, b candidate) int { return order(a.score, b.score, a.entry, b.entry) })
	return ranking{top: first[:min(n, len(first))], coverage: float64(known / perfect)}
}

// order sorts by score, falling; ties by the entry's place.
func order(x, y float64, i, j int32) int {
	switch {
	case x > y:
		return -1
	case x < y:
		return 1
	}
	return int(i) - int(j)
}

// confidence is the probability that the first entry answers the query: a
// logistic of its score, the cosine of its nearest wording, its margin over the
// second and the share of the query's words the base knows. The weights were
// set on other bases' labelled questions.
func (r *ranking) confidence() float64 {
	if len(r.top) == 0 {
		return 0
	}
	best := r.top[0]
	margin := best.score
	if len(r.top) > 1 {
		margin -= r.top[1].score
	}
	z := -4.6 + 5.0*best.score + 3.0*best.near + 6.0*min(margin, 0.3) + 1.2*r.coverage
	return 1 / (1 + math.Exp(-z))
}
