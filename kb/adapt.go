package kb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

const (
	adaptedScale  = 0.6 // brings adapted factors to the height of the others
	adaptedWeight = 2   // how much more adapted factors count
	adaptJudges   = 600 // questions that judge, if six wordings of each entry are as many
	adaptSharp    = 8   // of the softmax over scores that judges, and its multiples
	adaptSure     = 1.6 // standard errors that it must win by: no accident nineteen times in twenty
)

// learnt reports whether Adapt learnt the factors.
func (f *factors) learnt() bool { return f != nil && f.adapted }

// weight is how much factors count in a score.
func (f *factors) weight() float64 {
	switch {
	case f == nil:
		return 0
	case f.learnt():
		return adaptedWeight
	}
	return 1
}

// Adaptation is what Adapt made of a base's wordings.
type Adaptation struct {
	// HeldOut is how many questions judged: wordings that the base was made
	// without. It is 0 when the base has too little to learn from.
	HeldOut int `json:"held_out"`
	// Before and After are the mean logarithm of the share of the right entry in a
	// softmax over the scores of all that were found, the higher the better.
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	// Adopted says that the base ranks by what was learnt: After is above Before
	// by 1.6 standard errors or more.
	Adopted bool `json:"adopted"`
}

// Adapt learns from the base's own wordings which words customers put in place of
// each other: wordings of one entry are drawn together in the latent factors, those
// of different entries apart. It is for bases of 50 wordings to 2,000 entries of
// which 30 or more have several wordings in one language; others stay as they are.
// What was learnt is put to use only if it ranks better questions that it was not
// learnt from, one wording of each entry left out in turn; else the base ranks as
// it does without it. The same entries give the same result.
//
// It takes about a second of processor time for 1,000 wordings, during which the
// base serves and takes changes: call it after New, Open or Replace in the
// background, and again after many changes. The error is ctx's, or says that the
// entries were replaced meanwhile.
func (b *Base) Adapt(ctx context.Context) (Adaptation, error) {
	s := b.snap.Load()
	if s.live > latentEntries {
		return Adaptation{}, nil
	}
	var entries []Entry
	for e := range s.entries() {
		entries = append(entries, Entry{ID: e.ID, Kind: e.Kind, Texts: e.Texts}) // whoever may read it
	}
	out, err := b.tryAdapted(ctx, entries)
	if err == nil && (out.Adopted || s.factors.learnt()) {
		seg := newSegment(entries, b.same, statistics{})
		f, _ := newFactors(seg, b.same)
		if out.Adopted {
			f, err = newAdapted(ctx, seg, b.same)
		}
		if err == nil {
			err = b.adopt(f, s)
		}
	}
	if err != nil {
		return Adaptation{}, fmt.Errorf("kb: adapting: %w", err)
	}
	return out, nil
}

// adopt puts factors to use that were learnt from a snapshot.
func (b *Base) adopt(f *factors, from *snapshot) error {
	b.joining.Lock() // or what is being joined would take them back
	defer b.joining.Unlock()
	b.change.Lock()
	defer b.change.Unlock()
	now := b.snap.Load()
	if now.version != from.version && !slices.ContainsFunc(now.parts, func(p part) bool { return p.segment == from.parts[0].segment }) {
		return errors.New("the entries were replaced meanwhile: call Adapt again")
	}
	b.snap.Store(now.adapted(f))
	return nil
}

// adapted is the snapshot with other factors.
func (s *snapshot) adapted(f *factors) *snapshot {
	out := *s
	out.factors = f
	out.parts = slices.Clone(s.parts)
	for k := range out.parts {
		out.parts[k].rows = out.place(out.parts[k].segment)
	}
	return &out
}

// tryAdapted judges adapted factors against the others by wordings held out.
func (b *Base) tryAdapted(ctx context.Context, entries []Entry) (Adaptation, error) {
	by, sc := b.Ranker(), b.scratch()
	defer b.pool.Put(sc)
	var was, is judged
	for fold := 0; fold < 6 && len(was.rows) < adaptJudges; fold++ {
		rest, held := holdOut(entries, fold)
		if len(held) < fewest {
			return Adaptation{}, ctx.Err()
		}
		s := newSnapshot(rest, b.same)
		if s.factors == nil {
			return Adaptation{}, ctx.Err()
		}
		f, err := newAdapted(ctx, s.parts[0].segment, b.same)
		if err != nil || f == nil {
			return Adaptation{}, err
		}
		t := s.adapted(f)
		for _, l := range held {
			if was.add(s, sc, &by, &l) {
				is.add(t, sc, &by, &l)
			}
		}
	}
	n := float64(len(was.rows))
	if n < fewest {
		return Adaptation{}, nil
	}
	out := Adaptation{HeldOut: len(was.rows)}
	i, j := was.best(), is.best()
	square := 0.0
	for k, old := range was.rows {
		gain := is.rows[k][j] - old[i]
		out.Before, out.After = out.Before+old[i]/n, out.After+is.rows[k][j]/n
		square += gain * gain / n
	}
	mean := out.After - out.Before
	out.Adopted = mean > adaptSure*math.Sqrt(max(0, square-mean*mean)/n)
	return out, nil
}

// judged are questions, each with the logarithm of the right entry's share in a
// softmax over the scores of all that were found, for some sharpnesses of it: how
// far apart scores stand says nothing of how good they are.
type judged struct{ rows [][5]float64 }

func (j *judged) add(s *snapshot, sc *scratch, by *Ranker, l *Label) (found bool) {
	r := s.rank(sc, by, &l.Query, vector{}, candidates)
	var row, sum [5]float64
	for _, c := range r.top {
		p := s.part(c.doc)
		right := p.segment.entries.id(c.doc-p.base) == l.Entry
		found = found || right
		for k := range row {
			x := adaptSharp * float64(k+1) * (c.score - r.top[0].score)
			if right {
				row[k] = x
			}
			sum[k] += math.Exp(x)
		}
	}
	if found {
		for k := range row {
			row[k] -= math.Log(sum[k])
		}
		j.rows = append(j.rows, row)
	}
	return found
}

// best is the sharpness that suits the scores best.
func (j *judged) best() int {
	var sum [5]float64
	best := 0
	for _, row := range j.rows {
		for k, x := range row {
			sum[k] += x
		}
	}
	for k, x := range sum {
		if x > sum[best] {
			best = k
		}
	}
	return best
}

// holdOut takes one wording from each entry that has several in a language: another
// one in each fold.
func holdOut(entries []Entry, fold int) (rest []Entry, held []Label) {
	for _, e := range entries {
		texts := map[string]Text{}
		for _, lang := range e.languages() {
			t := e.Texts[lang]
			if n := 1 + len(t.Others); n > 1 {
				k := (fold + len(held)) % n
				held = append(held, Label{Query: Query{Text: t.wording(k)}, Entry: e.ID})
				left := slices.Concat([]string{t.Question}, t.Others)
				left = slices.Delete(left, k, k+1)
				t.Question, t.Others = left[0], left[1:]
			}
			texts[lang] = t
		}
		e.Texts = texts
		rest = append(rest, e)
	}
	return rest, held
}

// newAdapted learns factors from which wordings of a segment belong together; nil
// when there are too few. The error is ctx's.
func newAdapted(ctx context.Context, seg *segment, same *synonyms) (*factors, error) {
	f := &factors{adapted: true}
	c := contrast{f: f, owner: seg.owners()}
	c.texts, _ = f.count(seg, same)
	f.k = latentSize
	for d := range seg.entries.len() {
		for w := seg.first[d]; w < seg.first[d+1]; w++ {
			switch g := len(c.groups) - 1; {
			case seg.words[w].n < 0: // a passage's text
			case w > seg.first[d] && seg.words[w].lang == seg.words[w-1].lang:
				c.groups[g] = append(c.groups[g], w)
			default:
				c.groups = append(c.groups, []uint32{w})
			}
		}
	}
	c.groups = slices.DeleteFunc(c.groups, func(g []uint32) bool { return len(g) < 2 })
	if len(c.groups) < fewest {
		return nil, nil
	}
	return f, c.learn(ctx)
}
