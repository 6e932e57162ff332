package kb

import (
	"maps"
	"math"
	"slices"
	"sort"
	"sync/atomic"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// BM25's constants, and what a word of an answer counts against one of a question.
const (
	k1, b        = 1.2, 0.4
	answerWeight = 0.25
)

// segment is the index of a run of entries. It is immutable but for
// its vectors. A base is a few of
// them: a change adds a small one, and they are joined now and then.
type segment struct {
	entries *packed
	flags   []uint8  // by entry: what a filter must look at, see filter.go
	kinds   kinds    // by entry: what a filter looks at
	sums    []uint64 // by entry: a hash of all it says

	// Words, for BM25: the postings of term t are docs and imps from
	// offs[t] to offs[t+1]. An impact is what BM25 gives the term in the entry
	// but for its idf, 65535 for 1.
	terms table
	offs  []uint32
	docs  []uint32
	imps  []uint16
	peak  []uint16 // the greatest impact of each term
	slips slips    // how the pairs of characters in the wordings sound
	// Where the common terms occur, by term; made of the postings.
	common map[uint32]*occurrences
	total  float64 // length of all entries together, in weighted terms

	// Character n-grams, for cosines: components of vectors of unit length,
	// 65535 for 1, by gram, rising.
	grams table
	df    []uint32 // entries that have the gram
	gram  []uint32
	value []uint16

	words []wording // of the entries in turn
	vecs  []uint32  // components of wording i are vecs[i] to vecs[i+1]
	first []uint32  // wordings of entry i are first[i] to first[i+1]
	whole []extent  // the profile of each entry: the sum of its wordings

	// Vectors, once they are made; the rest never changes.
	meaning atomic.Pointer[matrix]
	owner   atomic.Pointer[[]uint32] // the entry of each wording
}

// wording is one way of asking an entry's question.
type wording struct {
	lang   string
	n      int32 // 0 is the question, n the nth of the others, -1 a passage's text
	denies bool
}

// extent is a part of a segment's components.
type extent struct{ from, to uint32 }

const one = math.MaxUint16 // stands for 1 in impacts and components

// statistics are what a segment needs to know of the others it stands beside.
type statistics struct {
	entries int
	total   float64
	df      func(gram uint64) uint32
}

// builder collects a segment.
type builder struct {
	analyser
	same   *synonyms
	s      *segment
	tf     []termCount
	length []float32
	count  []float32 // of grams, beside s.gram, until weights are known
	list   []uint64
	ids    []uint32
	last   []uint32 // beside s.df: the last entry that had the gram, and one more
}

type termCount struct {
	term, doc uint32
	tf        float32
}

// newSegment indexes entries, which must not change afterwards. rest tells of
// the other segments; its zero value is none.
func newSegment(entries []Entry, same *synonyms, rest statistics) *segment {
	bu := &builder{same: same, analyser: analyser{stems: map[string]uint64{}},
		s: &segment{entries: pack(entries), first: make([]uint32, 1, len(entries)+1), vecs: make([]uint32, 1, len(entries)+1)}}
	for i := range entries {
		bu.add(&entries[i])
		if i+1 == sample {
			bu.reserve(len(entries))
		}
	}
	bu.invert(rest)
	bu.weigh(rest)
	for i := range entries {
		bu.profile(i)
	}
	bu.s.kinds.seen = nil
	return bu.s
}

// sample is how many entries tell how much room the others will need.
const sample = 1000

func (bu *builder) reserve(entries int) {
	more := func(n int) int { return n / sample * (entries - sample) / 8 * 9 }
	bu.tf = slices.Grow(bu.tf, more(len(bu.tf)))
	bu.count = slices.Grow(bu.count, more(len(bu.count)))
	bu.s.gram = slices.Grow(bu.s.gram, more(len(bu.s.gram)))
	bu.s.words = slices.Grow(bu.s.words, more(len(bu.s.words)))
	bu.s.vecs = slices.Grow(bu.s.vecs, more(len(bu.s.vecs)))
}

// add reads the words and grams of an entry.
func (bu *builder) add(e *Entry) {
	s := bu.s
	doc := uint32(len(s.flags))
	s.flags = append(s.flags, flagsOf(e))
	s.kinds.add(e)
	s.sums = append(s.sums, e.sum())
	bu.list = bu.list[:0]
	for _, lang := range e.languages() {
		t := e.Texts[lang]
		for n := range 1 + len(t.Others) {
			read := bu.same.read(t.wording(n))
			bu.collect(read, 0)
			bu.wording(read, lang, n)
		}
		body := bu.same.read(t.Answer)
		bu.collect(body, 1)
		if e.Kind == Passage {
			bu.wording(body, lang, -1)
		}
	}
	s.first = append(s.first, uint32(len(s.words)))
	var length float32
	runs(bu.list, func(v uint64, n int) {
		tf := float32(n)
		if v&1 == 1 && e.Kind != Passage {
			tf *= answerWeight
		}
		length += tf
		term := uint32(v >> 1)
		if k := len(bu.tf) - 1; k >= 0 && bu.tf[k].doc == doc && bu.tf[k].term == term {
			bu.tf[k].tf += tf
			return
		}
		bu.tf = append(bu.tf, termCount{term, doc, tf})
	})
	bu.length = append(bu.length, length)
	s.total += float64(length)
}

// collect adds the terms of a text to the entry's list; answer is their lowest bit.
func (bu *builder) collect(read string, answer uint64) {
	bu.readTerms(read)
	for _, h := range bu.terms {
		bu.list = append(bu.list, uint64(bu.s.terms.number(h))<<1|answer)
	}
}

// wording adds a wording and its grams, with their counts.
func (bu *builder) wording(read, lang string, n int) {
	bu.readGrams(read)
	s := bu.s
	bu.ids = bu.ids[:0]
	for _, h := range bu.grams {
		bu.ids = append(bu.ids, s.grams.number(h))
	}
	for len(s.df) < len(s.grams.keys) {
		s.df, bu.last = append(s.df, 0), append(bu.last, 0)
	}
	doc := uint32(len(s.flags)) // of the entry being added, and one more
	runs(bu.ids, func(id uint32, n int) {
		if bu.last[id] != doc {
			bu.last[id] = doc
			s.df[id]++
		}
		s.gram = append(s.gram, id)
		bu.count = append(bu.count, float32(n))
	})
	s.words = append(s.words, wording{lang: lang, n: int32(n), denies: denies(read)})
	s.slips.learn(read, bu.same.sounds)
	s.vecs = append(s.vecs, uint32(len(s.gram)))
}

// invert sorts the counts by term and computes their impacts.
func (bu *builder) invert(rest statistics) {
	s := bu.s
	s.offs = make([]uint32, len(s.terms.keys)+1)
	for _, c := range bu.tf {
		s.offs[c.term+1]++
	}
	for t := range s.terms.keys {
		s.offs[t+1] += s.offs[t]
	}
	s.docs, s.imps = make([]uint32, len(bu.tf)), make([]uint16, len(bu.tf))
	s.peak = make([]uint16, len(s.terms.keys))
	average := float32((s.total + rest.total) / float64(max(1, s.entries.len()+rest.entries)))
	next := slices.Clone(s.offs)
	for _, c := range bu.tf {
		norm := float32(k1) * (1 - b + b*bu.length[c.doc]/max(average, 1e-6))
		imp := uint16(max(1, math.Round(float64(one*c.tf/(c.tf+norm)))))
		at := next[c.term]
		s.docs[at], s.imps[at] = c.doc, imp
		s.peak[c.term] = max(s.peak[c.term], imp)
		next[c.term]++
	}
	s.findCommon(commonFrom)
	bu.tf, bu.length = nil, nil
}

// weigh turns counts of grams into components.
func (bu *builder) weigh(rest statistics) {
	s := bu.s
	idf := make([]float32, len(s.df))
	all := s.entries.len() + rest.entries
	for g, n := range s.df {
		if rest.df != nil {
			n += rest.df(s.grams.keys[g])
		}
		idf[g] = gramIDF(all, n)
	}
	for i, g := range s.gram {
		bu.count[i] = gramTF(bu.count[i]) * idf[g]
	}
	s.value = make([]uint16, len(s.gram))
	for w := range s.words {
		from, to := s.vecs[w], s.vecs[w+1]
		quantise(s.value[from:to], bu.count[from:to])
	}
	bu.count = nil
}

// gramIDF is the weight of a gram that n of all entries have: that an entry says
// it in many wordings makes it no commoner.
func gramIDF(all int, n uint32) float32 {
	return float32(math.Log(1 + float64(all)/float64(max(n, 1))))
}

func gramTF(n float32) float32 {
	if n == 1 {
		return 1
	}
	return 1 + float32(math.Log(float64(n)))
}

// quantise writes a vector at unit length.
func quantise(to []uint16, v []float32) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return
	}
	scale := one / math.Sqrt(sum)
	for i, x := range v {
		to[i] = uint16(math.Round(float64(x) * scale))
	}
}

// profile adds the profile of entry i, the sum of its wordings at unit length;
// that of one wording is the wording itself.
func (bu *builder) profile(i int) {
	s := bu.s
	of := extent{s.vecs[s.first[i]], s.vecs[s.first[i+1]]}
	if s.first[i+1]-s.first[i] == 1 {
		s.whole = append(s.whole, of)
		return
	}
	bu.list = bu.list[:0]
	for c := of.from; c < of.to; c++ {
		bu.list = append(bu.list, uint64(s.gram[c])<<32|uint64(s.value[c]))
	}
	slices.Sort(bu.list)
	at := uint32(len(s.gram))
	var sums []float32
	for k, v := range bu.list {
		if k == 0 || v>>32 != bu.list[k-1]>>32 {
			s.gram = append(s.gram, uint32(v>>32))
			sums = append(sums, 0)
		}
		sums[len(sums)-1] += float32(uint32(v))
	}
	s.value = append(s.value, make([]uint16, len(sums))...)
	quantise(s.value[at:], sums)
	s.whole = append(s.whole, extent{at, uint32(len(s.gram))})
}

// languages are those an entry has texts in, sorted.
func (e *Entry) languages() []string {
	out := make([]string, 0, len(e.Texts))
	for l := range e.Texts {
		out = append(out, l)
	}
	sort.Strings(out)
	return out
}

// wording is the nth other wording, or the question.
func (t *Text) wording(n int) string {
	if n <= 0 {
		return t.Question
	}
	return t.Others[n-1]
}

// sum is a hash of what an entry says, who may read it and how it was reviewed;
// that it moved to another line of its file is no change.
func (e *Entry) sum() uint64 {
	h := text.Hash(e.ID)
	mix := func(s string) { h = (h ^ text.Hash(s)) * fnvPrime }
	list := func(l []string) {
		mix("")
		for _, s := range l {
			mix(s)
		}
	}
	for _, lang := range e.languages() {
		t := e.Texts[lang]
		mix(lang)
		mix(t.Question)
		list(t.Others)
		mix(t.Answer)
		mix(t.Category)
		for _, c := range slices.Sorted(maps.Keys(t.ByChannel)) {
			mix(c)
			mix(t.ByChannel[c])
		}
	}
	mix(e.Category)
	mix(string(e.State))
	mix(string(e.Kind))
	mix(e.Owner)
	mix(e.Source.URL)
	for _, l := range [][]string{e.Path, e.Tags, e.Channels, e.Audience, e.Products} {
		list(l)
	}
	for _, t := range []time.Time{e.From, e.Until, e.Reviewed} {
		h = (h ^ uint64(t.Unix())) * fnvPrime
	}
	return finish(h ^ uint64(len(e.Steps)))
}
