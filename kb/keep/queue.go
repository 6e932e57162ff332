package keep

import (
	"cmp"
	"slices"
	"time"

	"github.com/frontdesk-go/frontdesk/kb"
)

// Task is an entry that waits for someone.
type Task struct {
	ID       string    `json:"id"`
	Owner    string    `json:"owner,omitempty"`
	State    kb.State  `json:"state"`
	Since    time.Time `json:"since,omitzero"` // of its last step or review
	Findings []Finding `json:"findings,omitempty"`
}

// Queue lists what waits for someone: entries in review, drafts, those that were
// rejected, and approved ones of which the report says something. Those with the
// gravest finding come first; then what is in review, being one click from an
// answer, then drafts, then the rejected; of each, what waits longest. A finding
// about two entries stands with both.
func Queue(entries []kb.Entry, r Report) []Task {
	found := map[string][]Finding{}
	for _, f := range r.Findings {
		found[f.ID] = append(found[f.ID], f)
		if f.Other != "" {
			found[f.Other] = append(found[f.Other], f)
		}
	}
	var out []Task
	for i := range entries {
		e := &entries[i]
		fs := found[e.ID]
		if e.State == kb.Retired || e.State.Serves() && len(fs) == 0 {
			continue
		}
		t := Task{ID: e.ID, Owner: e.Owner, State: cmp.Or(e.State, kb.Approved), Since: e.Reviewed, Findings: fs}
		if n := len(e.Steps); n > 0 {
			t.Since = e.Steps[n-1].At
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b Task) int {
		return cmp.Or(cmp.Compare(a.gravity(), b.gravity()), cmp.Compare(a.turn(), b.turn()), a.Since.Compare(b.Since))
	})
	return out
}

// gravity is the rank of a task's gravest finding, the gravest 0.
func (t *Task) gravity() int {
	all := kinds()
	out := len(all)
	for _, f := range t.Findings {
		out = min(out, slices.Index(all, f.Kind))
	}
	return out
}

func (t *Task) turn() int {
	return slices.Index([]kb.State{kb.InReview, kb.Draft, kb.Rejected, kb.Approved}, t.State)
}
