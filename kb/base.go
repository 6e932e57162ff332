package kb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Options configure a base. The zero value works.
type Options struct {
	// Language of files that do not say theirs.
	Language string
	// Synonyms are groups of words that mean the same to the base's customers;
	// the first of each is what the others are read as, in entries and queries
	// alike: {"运费", "邮费"}, {"coupon", "voucher", "promo code"}.
	Synonyms [][]string
	// Sure is the least confidence of an answer, 0.65 when 0; Maybe the least
	// of a "did you mean", 0.35 when 0.
	Sure, Maybe float64
	// Ranker is one that Train proposed earlier; the zero value begins anew.
	Ranker Ranker
	// Embedder makes vectors of entries and queries, whose nearness counts beside
	// that of their words; nil leaves it at the words. Call Base.Embed for the
	// vectors of the entries. A query waits for its own no longer than
	// EmbedWithin, 400 ms when 0, and is then answered by its words.
	Embedder    Embedder
	EmbedWithin time.Duration
	// Keep is how many earlier versions can be restored, 8 when 0, none below.
	// They share what they have in common.
	Keep int
}

func (o *Options) fill() Options {
	var out Options
	if o != nil {
		out = *o
	}
	if out.Sure <= 0 {
		out.Sure = 0.65
	}
	if out.Maybe <= 0 {
		out.Maybe = 0.35
	}
	if out.Keep == 0 {
		out.Keep = 8
	}
	if out.EmbedWithin <= 0 {
		out.EmbedWithin = embedWithin
	}
	return out
}

// Base is a knowledge base. It is safe for concurrent use.
type Base struct {
	opts    Options
	same    *synonyms
	snap    atomic.Pointer[snapshot]
	change  sync.Mutex  // held by whoever makes the next snapshot
	joining sync.Mutex  // held by whoever joins parts, taken before change
	past    []*snapshot // earlier versions, the newest last, under change
	pool    sync.Pool   // of *scratch
	ranker  atomic.Pointer[Ranker]
	means   meanings
}

// New makes a base of entries. It fails on entries without id or question, and
// on two with the same id and language.
func New(entries []Entry, opts *Options) (*Base, error) {
	b := &Base{opts: opts.fill()}
	b.same = newSynonyms(b.opts.Synonyms)
	if err := b.SetRanker(b.opts.Ranker); err != nil {
		return nil, err
	}
	if err := b.Replace(entries); err != nil {
		return nil, err
	}
	return b, nil
}

// Replace swaps the entries for others at once; answers under way finish on
// the old ones. On an error the base stays as it is.
func (b *Base) Replace(entries []Entry) error {
	merged, err := Merge(entries)
	if err != nil {
		return err
	}
	if len(merged) == 0 {
		return errors.New("kb: there are no entries")
	}
	b.change.Lock()
	defer b.change.Unlock()
	b.serve(newSnapshot(merged, b.same))
	return nil
}

// serve makes a snapshot, which the caller made under b.change, the base's.
func (b *Base) serve(s *snapshot) {
	if s.version == "" {
		s.version = s.name()
	}
	if old := b.snap.Load(); old != nil && old.version != s.version && b.opts.Keep > 0 {
		b.past = append(b.past, old)
		b.past = slices.Clone(b.past[max(0, len(b.past)-b.opts.Keep):])
	}
	b.snap.Store(s)
}

// Version names the entries being served: the same entries, the same version.
func (b *Base) Version() string { return b.snap.Load().version }

// Len is the number of entries.
func (b *Base) Len() int { return b.snap.Load().live }

// Entry returns an entry by id.
func (b *Base) Entry(id string) (Entry, bool) {
	s := b.snap.Load()
	k, d, ok := s.find(id)
	if !ok {
		return Entry{}, false
	}
	return s.parts[k].segment.entries.entry(d), true
}

// Entries are all entries in the order they were read, those changed since
// last.
func (b *Base) Entries() iter.Seq[Entry] {
	s := b.snap.Load()
	return func(yield func(Entry) bool) {
		for e := range s.entries() {
			if !yield(*e) {
				return
			}
		}
	}
}

// Categories are the categories there are, sorted.
func (b *Base) Categories() []string {
	var out []string
	for e := range b.Entries() {
		if e.Category != "" && !slices.Contains(out, e.Category) {
			out = append(out, e.Category)
		}
	}
	sort.Strings(out)
	return out
}

const defaultHits = 3

// most is how many hits a query asks for.
func (q *Query) most() int {
	if q.N > 0 {
		return q.N
	}
	return defaultHits
}

// Search ranks the entries for a query, best first, without judging whether
// they answer it. The error is ctx's.
func (b *Base) Search(ctx context.Context, q Query) ([]Hit, error) {
	hits, _, err := b.search(ctx, q)
	return hits, err
}

func (b *Base) search(ctx context.Context, q Query) ([]Hit, found, error) {
	if err := ctx.Err(); err != nil {
		return nil, found{}, err
	}
	n := q.most()
	s, by := b.snap.Load(), b.ranker.Load()
	v, embedded := b.meant(ctx, q.Text)
	sc := b.scratch()
	r := s.rank(sc, by, &q, v, max(n, compared))
	b.pool.Put(sc)
	hits := make([]Hit, 0, min(n, len(r.top)))
	for _, c := range r.top[:min(n, len(r.top))] {
		p, e := s.at(c.doc)
		h := e.hit(&q, p.segment.words[c.word])
		h.Score = c.score
		hits = append(hits, h)
	}
	f := found{version: s.version, embedded: embedded}
	f.confidence, f.topic = r.confidence(by)
	if h, ok := s.said(&q); ok {
		f.said = &h
	}
	return hits, f, nil
}

// hit is an entry as it is found by one of its wordings.
func (e *Entry) hit(q *Query, by wording) Hit {
	matched := e.Texts[by.lang]
	lang := e.answerIn(q.Language, by.lang)
	t := e.Texts[lang]
	return Hit{ID: e.ID, Language: lang, Question: t.Question, Answer: t.answerOn(q.Channel), Category: e.Category, Kind: e.Kind, Path: e.Path,
		Matched: matched.wording(int(by.n)), Source: e.SourceIn(lang)}
}

// found is what is to be said of a ranking, and the snapshot it is of.
type found struct {
	confidence float64
	topic      float64
	version    string
	embedded   bool
	said       *Hit // the answer before, where it says what the question names
}

func (b *Base) scratch() *scratch {
	if sc, ok := b.pool.Get().(*scratch); ok {
		return sc
	}
	return &scratch{}
}

// Answer finds the entry that answers a query and says how sure that is. The
// error is ctx's.
func (b *Base) Answer(ctx context.Context, q Query) (Answer, error) {
	hits, r, err := b.search(ctx, q)
	if err != nil {
		return Answer{}, fmt.Errorf("kb: %w", err)
	}
	a := Answer{Verdict: Unknown, Hits: hits, Version: r.version, Embedded: r.embedded}
	if len(hits) > 0 {
		a.Confidence, a.OnTopic = r.confidence, r.topic
	}
	if r.said != nil && a.Confidence < b.opts.Sure {
		hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.ID == r.said.ID })
		a.Hits = slices.Insert(hits[:min(len(hits), q.most()-1)], 0, *r.said)
		a.Confidence, a.OnTopic = b.opts.Sure, max(a.OnTopic, b.opts.Sure)
	}
	switch {
	case a.Confidence >= b.opts.Sure:
		a.Verdict = Answered
	case a.Confidence >= b.opts.Maybe:
		a.Verdict = Unsure
	}
	return a, nil
}
