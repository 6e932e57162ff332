package kb

import "slices"

// Changes are the ids that differ between what a base had of some sources and
// what it has now.
type Changes struct {
	Added   []string `json:"added,omitempty"`
	Changed []string `json:"changed,omitempty"`
	Gone    []string `json:"gone,omitempty"`
}

// Sync makes the entries of some sources those given: new ones are added,
// changed ones replaced, and those that are gone removed. of tells whether an
// entry of the base comes from these sources; the others stay. What is the same
// stays as it is: reading the same files again changes nothing. On an error the
// base stays as it is.
//
//	docs, err := ingest.Dir(fsys, nil)
//	changes, err := base.Sync(docs, func(e kb.Entry) bool { return e.Kind == kb.Passage })
func (b *Base) Sync(entries []Entry, of func(Entry) bool) (Changes, error) {
	merged, err := Merge(entries)
	if err != nil {
		return Changes{}, err
	}
	b.change.Lock()
	old := b.snap.Load()
	var c Changes
	var put []Entry
	given := make(map[string]bool, len(merged))
	for i := range merged {
		e := &merged[i]
		given[e.ID] = true
		k, d, ok := old.find(e.ID)
		switch {
		case !ok:
			c.Added = append(c.Added, e.ID)
		case old.parts[k].segment.sums[d] != e.sum():
			c.Changed = append(c.Changed, e.ID)
		default:
			continue
		}
		put = append(put, *e)
	}
	for e := range old.entries() {
		if !given[e.ID] && of != nil && of(*e) {
			c.Gone = append(c.Gone, e.ID)
		}
	}
	s := old
	if len(c.Gone)+len(c.Changed) > 0 {
		s, _ = s.without(slices.Values(slices.Concat(c.Gone, c.Changed)))
	}
	if len(put) > 0 {
		s = s.with(newSegment(put, b.same, old.statistics()))
	}
	if s != old {
		b.serve(s)
	}
	b.change.Unlock()
	b.tidy(false)
	return c, nil
}
