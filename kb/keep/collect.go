package keep

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
)

// Collect takes what sources say now into the entries that are kept. What is new
// becomes a draft, or has the state its source gives it. What its source says
// otherwise than when it was last read goes back to draft with the new texts;
// wordings that were added and the category it was given stay. What is gone from
// its source, of the entries that of says come from these sources, is retired.
// Everything else is as it was: reading the same again changes nothing. step
// says by whom and when; its To is set here. The entries given stay as they are.
func Collect(have, got []kb.Entry, of func(kb.Entry) bool, step kb.Step) ([]kb.Entry, kb.Changes, error) {
	got, err := kb.Merge(got)
	if err != nil {
		return have, kb.Changes{}, fmt.Errorf("keep: %w", err)
	}
	out := slices.Clone(have)
	at := make(map[string]int, len(out))
	for i := range out {
		at[out[i].ID] = i
	}
	var c kb.Changes
	given := make(map[string]bool, len(got))
	for _, e := range got {
		given[e.ID] = true
		e.Source.Sum = says(&e)
		i, ok := at[e.ID]
		switch {
		case !ok:
			if e.State == "" {
				e.State = kb.Draft
			}
			c.Added = append(c.Added, e.ID)
			out = append(out, e)
			continue
		case out[i].Source.Sum == e.Source.Sum && !vanished(&out[i]):
			out[i] = placed(out[i], &e)
			continue
		}
		c.Changed = append(c.Changed, e.ID)
		out[i] = renew(out[i], e, step)
	}
	for i := range out {
		e := &out[i]
		if given[e.ID] || of == nil || !of(*e) || e.State == kb.Retired {
			continue
		}
		c.Gone = append(c.Gone, e.ID)
		step.To, step.Why = kb.Retired, gone
		e.Steps = append(slices.Clone(e.Steps), step)
		e.State = kb.Retired
	}
	return out, c, nil
}

// placed is an entry with the lines its texts stand in now.
func placed(e kb.Entry, now *kb.Entry) kb.Entry {
	e.Source.Line = now.Source.Line
	e.Texts = maps.Clone(e.Texts)
	for lang, t := range e.Texts {
		t.Source = now.Texts[lang].Source
		e.Texts[lang] = t
	}
	return e
}

// Why entries take a step that their source makes them take.
const (
	gone   = "gone from its source"
	edited = "its source changed"
	back   = "its source is back"
)

// vanished reports whether an entry was retired because its source lost it, so
// that it comes back when the source does.
func vanished(e *kb.Entry) bool {
	return e.State == kb.Retired && len(e.Steps) > 0 && e.Steps[len(e.Steps)-1].Why == gone
}

// renew is an entry as its source has it now, with what was added to it here.
func renew(old, now kb.Entry, step kb.Step) kb.Entry {
	if now.Category == "" {
		now.Category = old.Category
	}
	for lang, t := range now.Texts {
		seen := map[string]bool{key(t.Question): true}
		for _, o := range t.Others {
			seen[key(o)] = true
		}
		for _, o := range old.Texts[lang].Others {
			if !seen[key(o)] {
				t.Others = append(slices.Clip(t.Others), o)
			}
		}
		now.Texts[lang] = t
	}
	if now.Owner == "" {
		now.Owner = old.Owner
	}
	if now.State == "" {
		now.State = kb.Draft
		if old.State != kb.Draft {
			step.To, step.Why = kb.Draft, edited
			if vanished(&old) {
				step.Why = back
			}
			old.Steps = append(slices.Clone(old.Steps), step)
		}
	}
	now.Steps = old.Steps
	return now
}

// says is a hash of what a source says of an entry, in hexadecimal.
func says(e *kb.Entry) string {
	c := *e
	c.Source, c.Steps = kb.Source{URL: e.Source.URL}, nil
	c.Texts = maps.Clone(e.Texts)
	for lang, t := range c.Texts {
		t.Source = nil
		c.Texts[lang] = t
	}
	b, err := json.Marshal(c) // maps are written in order
	if err != nil {
		return "" // a date beyond the year 9999: as if it had changed
	}
	return fmt.Sprintf("%016x", text.Hash(string(b)))
}
