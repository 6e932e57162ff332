package sentiment

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed mood.yaml
var shippedTable string

// Table is a strategy: which actions a mood calls for. The first row whose
// conditions all hold decides; limits that no row can lift come after it, see
// [Table.Plan]. A Table is not changed by its use and safe for concurrent use.
type Table struct {
	// Pause is how many turns after a proposed compensation no other is
	// proposed; 0 means 10.
	Pause int `yaml:"pause"`
	// CoolingOff is how long after a compensation, in whatever conversation, no
	// other is proposed; 0 means 30 days. It needs Input.Now and
	// Input.Compensated.
	CoolingOff time.Duration `yaml:"cooling_off"`
	// Most is the most a compensation may be, in percent of the order's value,
	// whatever a row says; 0 means 20.
	Most int `yaml:"most"`
	// Rows in the order they are tried.
	Rows []Row `yaml:"rows"`
}

// Row is a row of a strategy table.
type Row struct {
	// Name explains the plan: it is in the trace.
	Name string `yaml:"name"`
	When When   `yaml:"when"`
	// Do are the actions, in order.
	Do []Action `yaml:"do"`
	// Say is the host's key of the wording, "" for none.
	Say string `yaml:"say"`
	// Limit is the most a compensation may be, in percent of the order's value;
	// only for a row that compensates. Kind is what may be given ("coupon",
	// "refund", "points"; the host's names), "" for any, and Approve says that a
	// person must agree.
	Limit   int    `yaml:"limit"`
	Kind    string `yaml:"kind"`
	Approve bool   `yaml:"approve"`
}

// When are the conditions of a row; those left out always hold.
type When struct {
	// Emotions, Causes, Faults and Tiers: one of the list.
	Emotions []Emotion `yaml:"emotions"`
	Causes   []string  `yaml:"causes"`
	Faults   []string  `yaml:"faults"`
	Tiers    []string  `yaml:"tiers"`
	// Intensity, Urgency and Negative (messages in a row) are at least these.
	Intensity float64 `yaml:"intensity"`
	Urgency   float64 `yaml:"urgency"`
	Negative  int     `yaml:"negative"`
	// Polarity of the message and Level of the conversation are at most these.
	Polarity *float64 `yaml:"polarity"`
	Level    *float64 `yaml:"level"`
	// Threat, Recovering and Worse (since the bot's answer) are so.
	Threat     bool `yaml:"threat"`
	Recovering bool `yaml:"recovering"`
	Worse      bool `yaml:"worse"`
	// Once is so while none of the row's actions was taken in the conversation.
	Once bool `yaml:"once"`
}

// ReadTable reads a table in YAML; name is the file's, for errors, which name
// the line and say what is allowed.
func ReadTable(r io.Reader, name string) (*Table, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("sentiment: %s: %w", name, err)
	}
	var t Table
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&t); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the file is empty: want rows")
		}
		return nil, fmt.Errorf("sentiment: %s: %w", name, err)
	}
	if err := t.validate(rowLines(raw)); err != nil {
		return nil, fmt.Errorf("sentiment: %s:%w", name, err)
	}
	return &t, nil
}

// rowLines are the lines the rows begin at.
func rowLines(raw []byte) []int {
	var doc struct{ Rows []yaml.Node }
	if yaml.Unmarshal(raw, &doc) != nil {
		return nil
	}
	lines := make([]int, len(doc.Rows))
	for i := range doc.Rows {
		lines[i] = doc.Rows[i].Line
	}
	return lines
}

// DefaultTable is the shipped strategy: an apology, priority and a person for
// anger, a person at once for a threat or for anger that does not settle,
// comfort for worry, thanks for praise. Each call returns a table of its own,
// which the caller may change.
func DefaultTable() (*Table, error) {
	return ReadTable(strings.NewReader(shippedTable), "mood.yaml")
}

// Actions are all actions there are.
func Actions() []Action {
	return []Action{Soothe, Apologise, Explain, Compensate, Prioritise, OfferHuman, Escalate, Thank, Reward, InviteReview, Upsell}
}

// Validate reports what is wrong with a table made in code.
func (t *Table) Validate() error {
	if err := t.validate(nil); err != nil {
		return fmt.Errorf("sentiment: table:%w", err)
	}
	return nil
}

// validate checks a table; lines are those of the rows, when known.
func (t *Table) validate(lines []int) error {
	if t.CoolingOff < 0 {
		return fmt.Errorf(" cooling_off %v: want a time from 0, such as 720h", t.CoolingOff)
	}
	if t.Pause < 0 || t.Most < 0 || t.Most > 100 {
		return fmt.Errorf(" pause %d, most %d: want turns from 0 and percent from 0 to 100", t.Pause, t.Most)
	}
	if len(t.Rows) == 0 {
		return errors.New(" no rows")
	}
	names := map[string]bool{}
	for i := range t.Rows {
		row := &t.Rows[i]
		where := fmt.Sprintf(" row %d", i+1)
		if i < len(lines) {
			where = fmt.Sprintf("%d: row", lines[i])
		}
		if err := row.validate(); err != nil {
			return fmt.Errorf("%s %q: %w", where, row.Name, err)
		}
		if names[row.Name] {
			return fmt.Errorf("%s %q: another row has this name", where, row.Name)
		}
		names[row.Name] = true
	}
	return nil
}

func (r *Row) validate() error {
	w := &r.When
	for _, e := range w.Emotions {
		if !slices.Contains(emotions[:], e) {
			return fmt.Errorf("emotion %q: use one of %v", e, Emotions())
		}
	}
	for _, a := range r.Do {
		if !slices.Contains(Actions(), a) {
			return fmt.Errorf("action %q: use one of %v", a, Actions())
		}
	}
	share := func(x float64) bool { return x >= 0 && x <= 1 }
	both := func(x *float64) bool { return x == nil || *x >= -1 && *x <= 1 }
	pays := slices.Contains(r.Do, Compensate)
	switch {
	case r.Name == "":
		return errors.New("it has no name")
	case !share(w.Intensity), !share(w.Urgency):
		return errors.New("intensity and urgency go from 0 to 1")
	case !both(w.Polarity), !both(w.Level):
		return errors.New("polarity and level go from -1 to 1")
	case w.Negative < 0:
		return errors.New("negative counts messages, from 0")
	case pays && len(w.Causes) == 0:
		return errors.New("it compensates without a cause: name causes in when, or anger alone would pay")
	case !pays && (r.Kind != "" || r.Approve):
		return errors.New("kind and approve are of a compensation, and it does not compensate")
	case pays != (r.Limit > 0) || r.Limit > 100:
		return errors.New("a row that compensates has a limit of 1 to 100 percent, another has none")
	}
	return nil
}
