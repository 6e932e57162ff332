package sentiment

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

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
	// Limit is the most a compensation may be, in percent of the order's value;
	// only for a row that compensates.
	Limit int `yaml:"limit"`
}

// When are the conditions of a row; those left out always hold.
type When struct {
	// Emotions, Causes and Tiers: one of the list.
	Emotions []Emotion `yaml:"emotions"`
	Causes   []string  `yaml:"causes"`
	Tiers    []string  `yaml:"tiers"`
	// Intensity, Urgency and Negative (messages in a row) are at least these.
	Intensity float64 `yaml:"intensity"`
	Urgency   float64 `yaml:"urgency"`
	Negative  int     `yaml:"negative"`
	// Polarity of the message and Level of the conversation are at most these.
	Polarity *float64 `yaml:"polarity"`
	Level    *float64 `yaml:"level"`
	// Threat and Recovering are so.
	Threat     bool `yaml:"threat"`
	Recovering bool `yaml:"recovering"`
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
	return []Action{Soothe, Apologise, Compensate, Prioritise, OfferHuman, Escalate, Thank, Upsell}
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
	case pays != (r.Limit > 0) || r.Limit > 100:
		return errors.New("a row that compensates has a limit of 1 to 100 percent, another has none")
	}
	return nil
}

// holds reports whether a row's conditions do.
func (w *When) holds(s *Score, t *Trend, in *Input) bool {
	switch {
	case len(w.Emotions) > 0 && !slices.Contains(w.Emotions, s.Emotion),
		len(w.Causes) > 0 && !slices.Contains(w.Causes, in.Cause),
		len(w.Tiers) > 0 && !slices.Contains(w.Tiers, in.Tier),
		s.Intensity < w.Intensity, s.Urgency < w.Urgency, t.Negative < w.Negative,
		w.Polarity != nil && s.Polarity > *w.Polarity,
		w.Level != nil && t.Level > *w.Level,
		w.Threat && !s.Threat,
		w.Recovering && !t.Recovering():
		return false
	}
	return true
}

// Plan is what a table says about a message: its score, the trend that already
// has it, and what the host knows (Input.Text and Input.Trend are not read).
// After the first row that holds, these limits apply, whatever the row says:
//
//   - no apology when one was given in the turn before; soothing replaces it;
//   - nothing is sold to a customer who is angry, sad or anxious, or in a
//     conversation whose level is below 0 or recovering;
//   - no compensation for Pause turns after one;
//   - a compensation's limit is the least of all rows that compensate for the
//     same cause and tier, at most Most, and never more than one proposed
//     before: acting angrier or longer does not raise it.
func (t *Table) Plan(s Score, trend Trend, in Input) Plan {
	for i := range t.Rows {
		if r := &t.Rows[i]; r.When.holds(&s, &trend, &in) {
			return t.limit(r, &s, &trend, &in)
		}
	}
	return Plan{}
}

// sore reports an emotion one does not sell into.
func sore(e Emotion) bool {
	return e == Angry || e == Anxious || e == Sad || e == Disappointed
}

// limit applies the limits to a row.
func (t *Table) limit(r *Row, s *Score, trend *Trend, in *Input) Plan {
	p := Plan{Rule: r.Name}
	add := func(a Action) {
		if !slices.Contains(p.Actions, a) {
			p.Actions = append(p.Actions, a)
		}
	}
	for _, a := range r.Do {
		last, ever := trend.last(a)
		switch a {
		case Apologise:
			if ever && last.Turn >= trend.Turns-1 {
				a = Soothe
			}
		case Upsell:
			low := sore(s.Emotion) || s.Threat || s.Polarity < 0
			if low || trend.Level < 0 || trend.Recovering() {
				continue
			}
		case Compensate:
			pause := t.Pause
			if pause == 0 {
				pause = 10
			}
			if ever && trend.Turns-last.Turn <= pause {
				continue
			}
			p.Limit = t.least(in)
			if ever {
				p.Limit = min(p.Limit, last.Limit)
			}
			if p.Limit <= 0 {
				continue
			}
		}
		add(a)
	}
	return p
}

// least is the smallest limit of the rows that compensate for a cause and tier.
func (t *Table) least(in *Input) int {
	least := t.Most
	if least == 0 {
		least = 20
	}
	for i := range t.Rows {
		w := &t.Rows[i].When
		if slices.Contains(t.Rows[i].Do, Compensate) && slices.Contains(w.Causes, in.Cause) &&
			(len(w.Tiers) == 0 || slices.Contains(w.Tiers, in.Tier)) {
			least = min(least, t.Rows[i].Limit)
		}
	}
	return least
}
