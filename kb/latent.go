package kb

import (
	"iter"
	"math"
	"math/rand/v2"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

const (
	latentEntries = 2000 // above which a base has words enough of its own
	latentWords   = 50   // wordings below which there is nothing to learn from
	latentLength  = 60   // words of a wording on average, above which it needs no others to be found by
	latentSize    = 64   // factors at most
	latentSweeps  = 4
)

// factors are the directions in which the wordings of a small base vary most,
// over single Han characters and stems: what often stands together is near each
// other there, so that a question finds an entry that says it in other words
// (Deerwester et al., "Indexing by Latent Semantic Analysis", 1990). They are
// made when a base is made of its entries, and as the same ones each time.
type factors struct {
	words table     // of characters and stems
	idf   []float32 // by word
	most  float32   // idf of a word the base does not know
	k     int
	basis []float32 // of word i: basis[i*k : i*k+k]
	// Adapt learnt them, over character n-grams too.
	adapted bool
}

// sparse is a text as numbers of words and their weights.
type sparse struct {
	word  []uint32
	value []float32
}

// newFactors learns from the wordings of a segment, of passages from their texts
// too, and returns where those stand; nil when there are too few, they are long,
// or there are too many entries.
func newFactors(seg *segment, same *synonyms) (*factors, []float32) {
	if seg.entries.len() > latentEntries || len(seg.words) < latentWords {
		return nil, nil
	}
	f := &factors{}
	texts, length := f.count(seg, same)
	f.k = min(latentSize, len(texts)/4, len(f.idf))
	if length > latentLength*len(texts) || f.k < 2 {
		return nil, nil
	}
	f.learn(texts)
	rows := make([]float32, len(texts)*f.k)
	for i, v := range texts {
		f.project(v, rows[i*f.k:][:f.k])
		unit(rows[i*f.k:][:f.k])
	}
	return f, rows
}

// count numbers and weighs the words of the wordings of a segment, which it
// returns, and how many words they have together.
func (f *factors) count(seg *segment, same *synonyms) (weighed []sparse, length int) {
	a := analyser{stems: map[string]uint64{}}
	texts := make([][]uint32, 0, len(seg.words))
	var df []uint32
	for s := range seg.wordings(same) {
		f.split(&a, s)
		length += len(a.terms)
		list := make([]uint32, len(a.terms))
		for i, h := range a.terms {
			list[i] = f.words.number(h)
		}
		for len(df) < len(f.words.keys) {
			df = append(df, 0)
		}
		runs(list, func(w uint32, _ int) { df[w]++ })
		texts = append(texts, list)
	}
	all := float64(len(texts))
	for _, n := range df {
		f.idf = append(f.idf, float32(math.Log(1+all/float64(n))))
	}
	f.most = float32(math.Log(1 + all))
	weighed = make([]sparse, len(texts))
	for i, list := range texts {
		weighed[i] = f.weigh(list, 0)
	}
	return weighed, length
}

// split sets the terms of a to what the factors read of a folded text.
func (f *factors) split(a *analyser, s string) {
	a.readWords(s)
	if f.adapted {
		a.readGrams(s)
		for i := range a.terms {
			a.terms[i] = finish(a.terms[i]) // a word of three letters is another thing than a gram
		}
		a.terms = append(a.terms, a.grams...)
	}
}

// weigh is a text of known words and some unknown ones at unit length; list is
// sorted.
func (f *factors) weigh(list []uint32, unknown int) sparse {
	var out sparse
	sum := float64(unknown) * float64(f.most) * float64(f.most)
	runs(list, func(w uint32, n int) {
		v := f.idf[w] * gramTF(float32(n))
		sum += float64(v) * float64(v)
		out.word, out.value = append(out.word, w), append(out.value, v)
	})
	if sum > 0 {
		scale := float32(1 / math.Sqrt(sum))
		for i := range out.value {
			out.value[i] *= scale
		}
	}
	return out
}

// learn finds the first k right singular vectors of the rows by subspace
// iteration (Halko, Martinsson and Tropp, "Finding Structure with Randomness",
// 2011), from the same random start each time.
func (f *factors) learn(rows []sparse) {
	r := rand.New(rand.NewPCG(1, 2))
	f.basis = make([]float32, len(f.idf)*f.k)
	for i := range f.basis {
		f.basis[i] = float32(r.NormFloat64())
	}
	f.orthogonal()
	at := make([]float32, f.k)
	for range latentSweeps {
		next := make([]float32, len(f.basis))
		for _, row := range rows {
			f.project(row, at)
			for i, w := range row.word {
				to := next[int(w)*f.k:][:f.k]
				for j, x := range at {
					to[j] += row.value[i] * x
				}
			}
		}
		f.basis = next
		f.orthogonal()
	}
}

// orthogonal makes the directions orthogonal and of unit length (Gram and
// Schmidt).
func (f *factors) orthogonal() {
	k, words := f.k, len(f.idf)
	dots := make([]float64, k)
	for j := range k {
		clear(dots[:j])
		for w := range words {
			row := f.basis[w*k:][:k]
			for i, x := range row[:j] {
				dots[i] += float64(x) * float64(row[j])
			}
		}
		sum := 0.0
		for w := range words {
			row := f.basis[w*k:][:k]
			v := float64(row[j])
			for i, x := range row[:j] {
				v -= dots[i] * float64(x)
			}
			row[j] = float32(v)
			sum += v * v
		}
		scale := float32(0)
		if sum > 1e-12 {
			scale = float32(1 / math.Sqrt(sum))
		}
		for w := range words {
			f.basis[w*k+j] *= scale
		}
	}
}

// project sets to to where a text stands in the factors.
func (f *factors) project(v sparse, to []float32) {
	clear(to)
	for i, w := range v.word {
		row := f.basis[int(w)*f.k:][:f.k]
		for j := range to {
			to[j] += v.value[i] * row[j]
		}
	}
}

// read is where a folded text stands, nearer to 0 the more it says in words the
// factors do not know.
func (f *factors) read(a *analyser, folded string, to []float32) {
	f.split(a, folded)
	list := make([]uint32, 0, len(a.terms))
	unknown := 0
	for _, h := range a.terms {
		if n, ok := f.words.find(h); ok {
			list = append(list, n)
		} else {
			unknown++
		}
	}
	v := f.weigh(list, unknown)
	f.project(v, to)
	if !f.adapted {
		return
	}
	known := 0.0
	for _, x := range v.value {
		known += float64(x) * float64(x)
	}
	unit(to)
	for j := range to {
		to[j] *= adaptedScale * float32(math.Sqrt(known))
	}
}

// rows are where the wordings of a segment stand, each at unit length.
func (f *factors) rows(seg *segment, same *synonyms) []float32 {
	out := make([]float32, 0, len(seg.words)*f.k)
	a := analyser{stems: map[string]uint64{}}
	for s := range seg.wordings(same) {
		out = out[:len(out)+f.k]
		to := out[len(out)-f.k:]
		f.read(&a, s, to)
		unit(to)
	}
	return out
}

// wordings are those of a segment, in order, as they are read.
func (seg *segment) wordings(same *synonyms) iter.Seq[string] {
	return func(yield func(string) bool) {
		for d := range uint32(seg.entries.len()) {
			e := seg.entries.entry(d)
			for _, w := range seg.words[seg.first[d]:seg.first[d+1]] {
				t := e.Texts[w.lang]
				s := t.Answer
				if w.n >= 0 {
					s = t.wording(int(w.n))
				}
				if !yield(same.read(s)) {
					return
				}
			}
		}
	}
}

// unit makes a vector one of unit length, unless it is 0.
func unit(v []float32) {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum > 0 {
		scale := float32(1 / math.Sqrt(sum))
		for i := range v {
			v[i] *= scale
		}
	}
}

// latent is the cosine of the query, as it stands in the factors, with the
// nearest wording of an entry.
func (p *part) latent(query []float32, d uint32) float64 {
	best := float32(0)
	k := len(query)
	for w := p.segment.first[d]; w < p.segment.first[d+1]; w++ {
		best = max(best, dot(query, p.rows[int(w)*k:][:k]))
	}
	return float64(best)
}

// readWords sets terms to the hashes of the Han characters and the stems of s,
// which is folded, in order.
func (a *analyser) readWords(s string) {
	a.terms = a.terms[:0]
	for _, t := range text.Tokens(s) {
		if h, ok := a.word(t); ok {
			a.terms = append(a.terms, h)
		}
	}
}
