package kb

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Duty is a thing that some who keep a base may do and others not.
type Duty string

// The duties of those who keep a base.
const (
	Drafting   Duty = "draft"   // write and change entries and send them to review
	Approving  Duty = "approve" // approve and reject what another sent to review
	Publishing Duty = "publish" // put approved entries before customers
	Retiring   Duty = "retire"  // take entries out of use, and back to draft
)

// Member is one who keeps a base.
type Member struct {
	Name   string `json:"name"` // by the host's name for them; "*" is anyone
	Duties []Duty `json:"duties"`
	// Categories limit the duties to entries of these; empty is all. Publishing,
	// which is of the whole base, is not limited.
	Categories []string `json:"categories,omitempty"`
}

// Team says who may do what with a base. A nil or empty team lets anyone do
// everything; in any other, who is not named may do nothing.
type Team []Member

// ErrDuty says that someone is not to do what they tried.
var ErrDuty = errors.New("kb: not among their duties")

// Check reports mistakes of a team that came from outside: a member without
// name, a duty that there is not.
func (t Team) Check() error {
	for i, m := range t {
		if m.Name == "" {
			return fmt.Errorf("kb: member %d of the team has no name: give one, * for anyone", i+1)
		}
		for _, d := range m.Duties {
			if !slices.Contains(duties(), d) {
				return fmt.Errorf("kb: %s has the duty %q: use one of %v", m.Name, d, duties())
			}
		}
	}
	return nil
}

func duties() []Duty { return []Duty{Drafting, Approving, Publishing, Retiring} }

// May returns nil when someone has a duty for entries of a category, else an
// error that wraps ErrDuty and names those who have it.
func (t Team) May(by string, d Duty, category string) error {
	if len(t) == 0 {
		return nil
	}
	var who []string
	for _, m := range t {
		if !slices.Contains(m.Duties, d) || d != Publishing && len(m.Categories) > 0 && !slices.Contains(m.Categories, category) {
			continue
		}
		if m.Name == by || m.Name == "*" {
			return nil
		}
		who = append(who, m.Name)
	}
	ask := "nobody may"
	if len(who) > 0 {
		ask = "ask " + strings.Join(who, ", ")
	}
	of := ""
	if category != "" && d != Publishing {
		of = fmt.Sprintf(" entries of %q", category)
	}
	return fmt.Errorf("%w: %q may not %s%s: %s", ErrDuty, by, d, of, ask)
}

// Step is Entry.Step by someone who may: to review and from rejected to draft
// takes Drafting, to approved or rejected takes Approving, to retired takes
// Retiring, as does what brings a retired entry back. An approved entry goes
// back to draft by Drafting. The error wraps ErrDuty or ErrStep.
func (t Team) Step(e Entry, s Step) (Entry, error) {
	d := Drafting
	switch {
	case s.To == Approved || s.To == Rejected:
		d = Approving
	case s.To == Retired || e.State == Retired:
		d = Retiring
	}
	if err := t.May(s.By, d, e.Category); err != nil {
		return e, fmt.Errorf("entry %q from %q to %q: %w", e.ID, e.State, s.To, err)
	}
	return e.Step(s)
}
