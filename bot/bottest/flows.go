package bottest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Flows plays every conversation of a folder, as Golden does, and compares what
// the flows did in them with a file that a support lead can read: for each flow
// its questions with their slots and words, its consents, what it reads and
// which effects it has. With -update the file is written anew. A change of a
// flow that no conversation shows is not in it.
//
//	return.start
//	  ask      order   slot order         请问要退哪个订单？
//	  read     details
//	  ask      reason                     请问是什么原因呢？ [质量问题 | 尺码不合适]
//	  consent  sure                       请确认：退回订单 0047 …
//	  effect   create  may be repeated
func Flows(t *testing.T, dir, file string, rig func(t *testing.T, settings map[string]string) *Rig) {
	t.Helper()
	l := &flowList{}
	t.Run("conversations", func(t *testing.T) {
		each(t, dir, func(t *testing.T, _, raw string) {
			settings, lines := parse(raw)
			r := rig(t, settings)
			r.flows = l
			r.NoAudit = false
			r.replay(lines)
		})
	})
	got := l.String()
	raw, err := os.ReadFile(file)
	if updating() && got != string(raw) {
		if err = os.MkdirAll(filepath.Dir(file), 0o755); err == nil {
			err = os.WriteFile(file, []byte(got), 0o644)
		}
		raw = []byte(got)
	}
	if err != nil {
		t.Fatalf("bottest: the list of flows: %v; write it with -update", err)
	}
	if got != string(raw) {
		t.Fatalf("%s: the flows are others now (- the file, + now); if that is meant, write it with -update\n%s", file, diff(string(raw), got))
	}
}

// flowList gathers what flows do.
type flowList struct {
	mu    sync.Mutex
	flows map[string]*flowSteps
}

// flowSteps are those of one flow.
type flowSteps struct {
	steps map[string]bot.StepRecord
	// after[a][b]: some run came by b after a.
	after map[string]map[string]bool
}

// add takes down the steps of a run.
func (l *flowList) add(x *bot.Rerun) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.flows == nil {
		l.flows = map[string]*flowSteps{}
	}
	f := l.flows[x.Flow]
	if f == nil {
		f = &flowSteps{steps: map[string]bot.StepRecord{}, after: map[string]map[string]bool{}}
		l.flows[x.Flow] = f
	}
	var before []string
	for _, s := range x.Steps {
		s.Name = general(s.Name)
		// Conversations are played side by side: the same words are kept each time.
		if have, ok := f.steps[s.Name]; !ok || s.Prompt != nil && have.Prompt != nil && wording(s.Prompt) < wording(have.Prompt) {
			f.steps[s.Name] = s
		}
		for _, b := range before {
			if f.after[b] == nil {
				f.after[b] = map[string]bool{}
			}
			f.after[b][s.Name] = true
		}
		before = append(before, s.Name)
	}
}

// general is a step's name without the things it was scoped to: a part of the
// scope with a digit in it is one.
func general(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts[:len(parts)-1] {
		if strings.IndexFunc(p, unicode.IsDigit) >= 0 {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

// wording is a question on one line.
func wording(r *bot.Reply) string {
	if r == nil {
		return ""
	}
	s := strings.Join(strings.Fields(r.Text), " ")
	if len(r.Choices) > 0 {
		var labels []string
		for _, c := range r.Choices {
			labels = append(labels, c.Label)
		}
		s += " [" + strings.Join(labels, " | ") + "]"
	}
	return s
}

// String is the list, the same for the same conversations.
func (l *flowList) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out strings.Builder
	out.WriteString("# What each flow asks, reads and does, as the conversations show it. Written by go test -update.\n")
	var names []string
	for name := range l.flows {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&out, "\n%s\n", name)
		f := l.flows[name]
		for _, s := range f.order() {
			rec := f.steps[s]
			kind, note := rec.Kind, ""
			switch rec.Kind {
			case "answer":
				kind = "ask"
				if rec.Slot != "" {
					note = "slot " + rec.Slot
				}
			case "effect":
				if note = "once, its outcome may stay unknown"; rec.Idempotent {
					note = "once, may be tried again"
				}
			}
			out.WriteString(strings.TrimRight(fmt.Sprintf("  %-8s %-16s %-12s %s", kind, s, note, wording(rec.Prompt)), " ") + "\n")
		}
	}
	return out.String()
}

// order sorts steps as runs come by them; what no run orders, by name.
func (f *flowSteps) order() []string {
	var left, out []string
	for name := range f.steps {
		left = append(left, name)
	}
	slices.Sort(left)
	for len(left) > 0 {
		next := 0
		for i, name := range left {
			if !slices.ContainsFunc(left, func(o string) bool { return o != name && f.after[o][name] && !f.after[name][o] }) {
				next = i
				break
			}
		}
		out = append(out, left[next])
		left = slices.Delete(left, next, next+1)
	}
	return out
}
