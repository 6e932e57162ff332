package bot

import (
	"fmt"
	"strings"
	"time"
)

// Trace is what each stage saw, decided and why. It holds no personal data:
// scores, names of rules and intents, ids of entries, timings.
type Trace struct {
	Steps []Step `json:"steps,omitempty"`
}

// Step is one line of a Trace.
type Step struct {
	Stage string        `json:"stage"` // "understand", "feel", "flow", …
	What  string        `json:"what"`
	Took  time.Duration `json:"took,omitempty"`
}

// Add appends a step, formatted as by fmt.Sprintf.
func (tr *Trace) Add(stage, format string, args ...any) {
	tr.add(stage, fmt.Sprintf(format, args...))
}

func (tr *Trace) add(stage, what string) {
	tr.Steps = append(tr.Steps, Step{Stage: stage, What: what})
}

// String prints the trace, a step a line.
func (tr Trace) String() string {
	var b strings.Builder
	for _, s := range tr.Steps {
		fmt.Fprintf(&b, "%-10s %s", s.Stage, s.What)
		if s.Took > 0 {
			fmt.Fprintf(&b, " (%s)", s.Took.Round(time.Microsecond))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
