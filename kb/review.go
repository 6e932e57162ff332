package kb

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// State is where an entry stands in its review.
type State string

// The states of an entry. Only an approved one answers.
const (
	Draft    State = "draft"    // being written
	InReview State = "review"   // waits for someone else to judge it
	Approved State = "approved" // answers
	Rejected State = "rejected" // was judged not to; goes back to draft or is left
	Retired  State = "retired"  // answered once
)

// Serves reports whether an entry in the state may answer. "" does: files are
// reviewed where they are kept.
func (s State) Serves() bool { return s == "" || s == Approved }

// next are the states an entry may go to from one.
func (s State) next() []State {
	switch s {
	case Draft:
		return []State{InReview, Retired}
	case InReview:
		return []State{Approved, Rejected, Draft}
	case Approved, "":
		return []State{Approved, Draft, Retired}
	case Rejected, Retired:
		return []State{Draft}
	}
	return nil
}

// Step is one step of a review.
type Step struct {
	To  State     `json:"to"`
	By  string    `json:"by"` // who, by the host's name for them
	At  time.Time `json:"at"`
	Why string    `json:"why,omitempty"`
}

// ErrStep says that an entry may not go where it was sent.
var ErrStep = errors.New("kb: the entry may not go there")

// Step returns the entry one step further in its review: from draft to review,
// from there to approved or rejected, from approved to approved (found true
// again), to draft (to be changed) or retired, from rejected and retired to
// draft. It is approved by another than who sent it to review, and a rejection
// says why. The entry itself stays as it is; put the new one into the base. An
// approved entry with a From in the future answers from then on. The error wraps
// ErrStep.
func (e Entry) Step(s Step) (Entry, error) {
	fail := func(why string) (Entry, error) {
		return e, fmt.Errorf("%w: entry %q from %q to %q: %s", ErrStep, e.ID, e.State, s.To, why)
	}
	switch {
	case !slices.Contains(e.State.next(), s.To):
		return fail(fmt.Sprintf("it may go to %v", e.State.next()))
	case s.By == "":
		return fail("say by whom")
	case s.At.IsZero():
		return fail("say when")
	case s.To == Rejected && s.Why == "":
		return fail("say why")
	}
	if s.To == Approved && e.State == InReview && len(e.Steps) > 0 && e.Steps[len(e.Steps)-1].By == s.By {
		return fail("another must approve it than who sent it to review")
	}
	e.Steps = append(slices.Clone(e.Steps), s)
	e.State = s.To
	if s.To == Approved {
		e.Reviewed = s.At
	}
	return e, nil
}
