package kb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync/atomic"
)

// Options configure a base. The zero value works.
type Options struct {
	// Language of files that do not say theirs.
	Language string
	// Synonyms are groups of words that mean the same to the base's customers;
	// the first of each is what the others are read as, in entries and queries
	// alike: {"运费", "邮费"}, {"coupon", "voucher", "promo code"}.
	Synonyms [][]string
	// Sure is the least confidence of an answer, 0.45 when 0; Maybe the least
	// of a "did you mean", 0.15 when 0.
	Sure, Maybe float64
}

func (o *Options) fill() Options {
	var out Options
	if o != nil {
		out = *o
	}
	if out.Sure <= 0 {
		out.Sure = 0.45
	}
	if out.Maybe <= 0 {
		out.Maybe = 0.15
	}
	return out
}

// Base is a knowledge base. It is safe for concurrent use.
type Base struct {
	opts Options
	snap atomic.Pointer[snapshot]
}

// snapshot is one immutable state of a base.
type snapshot struct {
	entries []Entry
	byID    map[string]int
	version string
	index   *index
}

// New makes a base of entries. It fails on entries without id or question, and
// on two with the same id and language.
func New(entries []Entry, opts *Options) (*Base, error) {
	b := &Base{opts: opts.fill()}
	if err := b.Replace(entries); err != nil {
		return nil, err
	}
	return b, nil
}

// Replace swaps the entries for others at once; answers under way finish on
// the old ones. On an error the base stays as it is.
func (b *Base) Replace(entries []Entry) error {
	merged, err := merge(entries)
	if err != nil {
		return err
	}
	if len(merged) == 0 {
		return errors.New("kb: there are no entries")
	}
	s := &snapshot{entries: merged, byID: make(map[string]int, len(merged))}
	for i := range merged {
		s.byID[merged[i].ID] = i
	}
	s.index, s.version = buildIndex(merged, newSynonyms(b.opts.Synonyms))
	b.snap.Store(s)
	return nil
}

// Version names the entries being served: the same entries, the same version.
func (b *Base) Version() string { return b.snap.Load().version }

// Len is the number of entries.
func (b *Base) Len() int { return len(b.snap.Load().entries) }

// Entry returns an entry by id.
func (b *Base) Entry(id string) (Entry, bool) {
	s := b.snap.Load()
	i, ok := s.byID[id]
	if !ok {
		return Entry{}, false
	}
	return s.entries[i], true
}

// Entries are all entries, in the order they were read.
func (b *Base) Entries() iter.Seq[Entry] {
	s := b.snap.Load()
	return func(yield func(Entry) bool) {
		for _, e := range s.entries {
			if !yield(e) {
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

// Search ranks the entries for a query, best first, without judging whether
// they answer it. The error is ctx's.
func (b *Base) Search(ctx context.Context, q Query) ([]Hit, error) {
	hits, _, err := b.search(ctx, q)
	return hits, err
}

func (b *Base) search(ctx context.Context, q Query) ([]Hit, ranking, error) {
	if err := ctx.Err(); err != nil {
		return nil, ranking{}, err
	}
	n := q.N
	if n <= 0 {
		n = defaultHits
	}
	s := b.snap.Load()
	r := s.index.rank(q.Text, func(i int) bool { return s.entries[i].passes(&q) }, max(n, defaultHits)+2)
	hits := make([]Hit, 0, n)
	for _, c := range r.top {
		if len(hits) == n {
			break
		}
		e := &s.entries[c.entry]
		lang := e.answerIn(q.Language, c.wording.lang)
		t := e.Texts[lang]
		hits = append(hits, Hit{ID: e.ID, Language: lang, Question: t.Question, Answer: t.Answer, Category: e.Category,
			Matched: c.wording.text, Score: c.score, Source: e.Source})
	}
	r.version = s.version
	return hits, r, nil
}

// passes keeps to the query's filters.
func (e *Entry) passes(q *Query) bool {
	if q.Category != "" && e.Category != q.Category {
		return false
	}
	for _, t := range q.Tags {
		if !slices.Contains(e.Tags, t) {
			return false
		}
	}
	if !q.Now.IsZero() {
		if !e.From.IsZero() && q.Now.Before(e.From) || !e.Until.IsZero() && !q.Now.Before(e.Until) {
			return false
		}
	}
	return true
}

// answerIn picks the language of the answer: the query's, its base language,
// else that of the wording that matched.
func (e *Entry) answerIn(want, matched string) string {
	for lang := want; lang != ""; {
		if _, ok := e.Texts[lang]; ok {
			return lang
		}
		i := strings.LastIndexByte(lang, '-')
		if i < 0 {
			break
		}
		lang = lang[:i]
	}
	return matched
}

// Answer finds the entry that answers a query and says how sure that is. The
// error is ctx's.
func (b *Base) Answer(ctx context.Context, q Query) (Answer, error) {
	hits, r, err := b.search(ctx, q)
	if err != nil {
		return Answer{}, fmt.Errorf("kb: %w", err)
	}
	a := Answer{Verdict: Unknown, Hits: hits, Version: r.version}
	if len(hits) == 0 {
		return a, nil
	}
	a.Confidence = r.confidence()
	switch {
	case a.Confidence >= b.opts.Sure:
		a.Verdict = Answered
	case a.Confidence >= b.opts.Maybe:
		a.Verdict = Unsure
	}
	return a, nil
}
