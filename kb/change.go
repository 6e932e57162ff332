package kb

import (
	"errors"
	"fmt"
	"slices"
)

// Put adds entries, each in place of the one with its id, if any. They are
// found as soon as it returns; answers under way finish on what was before. At
// 100,000 entries one takes well under a millisecond, as only what is new is
// indexed. Now and then a call joins, once its own entries are served, what
// earlier ones have added: that takes it longer, but holds up no other. On
// an error the base stays as it is.
func (b *Base) Put(entries ...Entry) error {
	merged, err := Merge(entries)
	if err != nil || len(merged) == 0 {
		return err
	}
	b.change.Lock()
	old := b.snap.Load()
	s, _ := old.without(func(yield func(string) bool) {
		for i := range merged {
			if !yield(merged[i].ID) {
				return
			}
		}
	})
	b.serve(s.with(newSegment(merged, b.same, old.statistics())))
	b.change.Unlock()
	b.tidy(false)
	return nil
}

// Remove takes entries away by id and returns how many there were.
func (b *Base) Remove(ids ...string) int {
	b.change.Lock()
	s, n := b.snap.Load().without(slices.Values(ids))
	if n > 0 {
		b.serve(s)
	}
	b.change.Unlock()
	if n > 0 {
		b.tidy(false)
	}
	return n
}

// Compact indexes the base as if it had been made of its present entries at
// once: the space of what was removed is free again, and words are as rare as
// the entries have them now. The base serves and takes changes meanwhile. There
// is no need to call it; after very many changes it is done by Put and Remove.
func (b *Base) Compact() { b.tidy(true) }

// tidy joins the parts whose entries changes have scattered. One call does so
// at a time; all makes the others wait for their turn, else they leave it be.
func (b *Base) tidy(all bool) {
	if all {
		b.joining.Lock()
	} else if !b.joining.TryLock() {
		return
	}
	defer b.joining.Unlock()
	s := b.snap.Load()
	from := s.scattered()
	if all {
		from = 0
		if len(s.parts) == 1 && s.parts[0].gone == 0 {
			return
		}
	}
	if from < 0 {
		return
	}
	left := &snapshot{same: s.same}
	for _, p := range s.parts[:from] {
		left = left.with(p.segment)
	}
	var entries []Entry
	for _, p := range s.parts[from:] {
		for d := range uint32(p.segment.entries.len()) {
			if p.alive(d) {
				entries = append(entries, p.segment.entries.entry(d))
			}
		}
	}
	joined, learnt := part{segment: newSegment(entries, s.same, left.statistics())}, s.factors
	if from == 0 && (!s.factors.learnt() || len(entries) > latentEntries) {
		learnt, joined.rows = newFactors(joined.segment, s.same)
	} else { // what was adapted is kept
		joined.rows = s.place(joined.segment)
	}
	b.means.attach(joined.segment)
	b.change.Lock()
	defer b.change.Unlock()
	now := b.snap.Load()
	if next := now.replaced(s.parts[from:], joined, learnt); next != nil {
		next.version = now.version
		b.snap.Store(next)
	}
}

// scattered is the first of the last parts that are worth joining, -1 when none
// is: each part stays larger than all behind it together, so that there are
// few, and an entry is indexed again only as often as the base doubles.
func (s *snapshot) scattered() int {
	behind := 0
	from := -1
	for k := len(s.parts) - 1; k >= 0; k-- {
		p := &s.parts[k]
		size := p.segment.entries.len()
		if behind > 0 && behind >= size || p.gone > 0 && 2*p.gone >= size {
			from = k
		}
		behind += size
	}
	return from
}

// replaced is the snapshot with some of its parts, which stand together, joined
// to one segment; nil when it does not have them any more. Entries that were
// taken from them in the meantime are taken from the segment. learnt are its
// factors, in which the joined part stands already.
func (s *snapshot) replaced(parts []part, joined part, learnt *factors) *snapshot {
	at := slices.IndexFunc(s.parts, func(p part) bool { return p.segment == parts[0].segment })
	if at < 0 || at+len(parts) > len(s.parts) {
		return nil
	}
	for k := range parts {
		if s.parts[at+k].segment != parts[k].segment {
			return nil
		}
	}
	var gone []string
	for k := range parts {
		now := s.parts[at+k]
		for d := range uint32(now.segment.entries.len()) {
			if parts[k].alive(d) && !now.alive(d) {
				gone = append(gone, now.segment.entries.id(d))
			}
		}
	}
	out := &snapshot{same: s.same, factors: learnt}
	add := func(p part) {
		if p.segment.entries.len() > p.gone {
			out = out.add(p)
		}
	}
	keep := func(p part) {
		if learnt != s.factors {
			p.rows = out.place(p.segment)
		}
		add(p)
	}
	for _, p := range s.parts[:at] {
		keep(p)
	}
	if len(gone) > 0 {
		joined.dead, joined.gone = make([]uint64, joined.segment.entries.len()/64+1), len(gone)
		for _, id := range gone {
			d, _ := joined.segment.entries.find(id)
			joined.dead[d>>6] |= 1 << (d & 63)
		}
	}
	add(joined)
	for _, p := range s.parts[at+len(parts):] {
		keep(p)
	}
	out.live, out.sum = s.live, s.sum
	return out
}

// Versions are the versions that can be restored, the newest, which is served,
// last.
func (b *Base) Versions() []string {
	b.change.Lock()
	defer b.change.Unlock()
	var out []string
	for _, s := range append(slices.Clone(b.past), b.snap.Load()) {
		out = append(out, s.version)
	}
	return out
}

// ErrNoVersion says that a version is not, or no longer, kept.
var ErrNoVersion = errors.New("kb: no such version")

// Restore serves an earlier version again: the newest of that name. What was
// served until now can be restored in turn. The error wraps ErrNoVersion.
func (b *Base) Restore(version string) error {
	b.change.Lock()
	defer b.change.Unlock()
	for _, s := range slices.Backward(b.past) {
		if s.version == version {
			b.serve(s)
			return nil
		}
	}
	if b.snap.Load().version == version {
		return nil
	}
	return fmt.Errorf("%w: %q: Versions lists those there are", ErrNoVersion, version)
}
