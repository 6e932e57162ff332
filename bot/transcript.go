package bot

import (
	"fmt"
	"io"
	"strings"
)

// WriteTurn writes a turn in the transcript format, which the chat scripts of
// the examples and the golden files of bottest share: "> " before what the
// customer wrote, "< " before replies, "! " before events.
func WriteTurn(w io.Writer, said string, replies []Reply, events []Event) {
	if said != "" {
		writeLines(w, "> ", said)
	}
	for i := range replies {
		writeLines(w, "< ", replies[i].String())
	}
	for i := range events {
		if s := events[i].line(); s != "" {
			fmt.Fprintln(w, "! "+s)
		}
	}
}

func writeLines(w io.Writer, mark, s string) {
	for _, line := range strings.Split(strings.TrimRight(s, "\n"), "\n") {
		fmt.Fprintln(w, strings.TrimRight(mark+line, " "))
	}
}

// String writes a reply as plain text, with everything a person needs to read
// it: who wrote it, cards, numbered choices, files, the survey, sources.
func (r Reply) String() string {
	var b strings.Builder
	if r.From != "" {
		fmt.Fprintf(&b, "(%s) ", r.From)
	}
	b.WriteString(r.Text)
	for i, c := range r.Cards {
		fmt.Fprintf(&b, "\n%d. %s", i+1, c.Title)
		for _, part := range []string{c.Price, c.Text, c.Link} {
			if part != "" {
				b.WriteString("  " + part)
			}
		}
	}
	for _, a := range r.Attachments {
		fmt.Fprintf(&b, "\n[%s] %s", firstOf(a.Name, a.Type, "file"), a.URL)
	}
	if r.Survey != nil {
		b.WriteString("\n" + r.Survey.Prompt)
		writeChoices(&b, r.Survey.Choices)
	}
	writeChoices(&b, r.Choices)
	for _, c := range r.Citations {
		b.WriteString("\n— " + firstOf(c.Title, c.ID))
	}
	return strings.TrimLeft(b.String(), "\n")
}

func writeChoices(b *strings.Builder, cs []Choice) {
	for i, c := range cs {
		if i == 0 {
			b.WriteByte('\n')
		} else {
			b.WriteString("  ")
		}
		fmt.Fprintf(b, "[%d %s]", i+1, c.Label)
	}
}

// line writes the events a reader of a transcript cares about; "" for others.
func (e *Event) line() string {
	switch e.Kind {
	case EventFlowStarted:
		return "flow " + e.Key + " started"
	case EventFlowEnded:
		return "flow " + e.Key + " " + e.Value
	case EventEffect:
		return "effect " + e.Key + " " + e.Value
	case EventPrioritised:
		return "prioritised (" + e.Key + ")"
	case EventHandover:
		return strings.TrimSuffix("handover "+e.Key+" ("+e.Source+")", " ()")
	case EventTaken:
		return "taken by " + e.Key
	case EventTransferred:
		return "passed on by " + e.Key + " to " + firstOf(e.Source, "anyone")
	case EventReturned:
		return "given back by " + e.Key
	case EventTooLate, EventEffectsLeft, EventDrift, EventMisuse, EventTurnFailed:
		return strings.TrimSpace(e.Kind + " " + e.Key + " " + e.Value)
	}
	return ""
}
