package bottest

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/frontdesk-go/frontdesk/bot"
)

// FaultOptions configure Faults; nil is the zero value.
type FaultOptions struct {
	// Ignore are kinds of event whose lines are not compared; what the customer
	// reads always is.
	Ignore []string
	// Known are conversations that do not stand every fault yet, by name
	// ("zh/03-return"), and why. One that stands them all fails the test, so
	// that the list can only shrink.
	Known map[string]string
	// Sample bounds how many faults a conversation meets, chosen by its name;
	// over many conversations every kind is met. 0 is all of them, and so is any
	// number with BOTTEST_FAULTS=all in the environment. Known ones meet all.
	Sample int
}

// sample chooses faults by the conversation's name, the same every time.
func (o *FaultOptions) sample(name string, all []Fault) []Fault {
	if o.Sample <= 0 || o.Sample >= len(all) || os.Getenv("BOTTEST_FAULTS") == "all" {
		return all
	}
	rank := func(f Fault) uint64 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(name + "\x00" + f.String()))
		return h.Sum64()
	}
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Fault) int { return cmp.Compare(rank(a), rank(b)) })
	return all[:o.Sample]
}

// Faults runs every conversation of a folder, as Golden does, once for every
// kind of [Fault] and every place where it can strike: in each action of a
// run the process dies before its first write, or behind it, or before its
// second, and so on; the store answers with a conflict, loses its answer or
// refuses; every message is delivered twice. What the customer reads must be
// what the file says, each line once. A failure names the first action whose
// fault alone makes the difference.
//
// One difference is right: a process that dies between an effect and its
// result leaves an effect that is not Idempotent with an unknown outcome, and
// the flow says so. A run with an "effect … unknown" event that the file does
// not have is therefore not compared.
//
// Options.Store and Options.Customers of the rig must survive a process, as
// those of a database do.
func Faults(t *testing.T, dir string, rig func(t *testing.T, settings map[string]string) *Rig, opts *FaultOptions) {
	t.Helper()
	if updating() {
		t.Skip("the golden files are being rewritten")
	}
	if opts == nil {
		opts = &FaultOptions{}
	}
	each(t, dir, func(t *testing.T, file, raw string) {
		c := &underFaults{file: file, raw: opts.visible(raw), opts: opts, rig: rig}
		c.settings, c.lines = parse(raw)
		name, _ := filepath.Rel(dir, file)
		name = strings.TrimSuffix(filepath.ToSlash(name), ".convo")
		if why, known := opts.Known[name]; known {
			for _, f := range c.plain(t) {
				if c.differs(t, f) != "" {
					t.Skipf("known: %s (%s)", why, f)
				}
			}
			t.Fatalf("%s stands every fault: take %q out of FaultOptions.Known", file, name)
		}
		for _, f := range opts.sample(name, c.plain(t)) {
			t.Run(f.String(), func(t *testing.T) {
				if d := c.differs(t, f); d != "" {
					t.Fatal(d)
				}
			})
		}
	})
}

// underFaults is one conversation that is run again and again.
type underFaults struct {
	file, raw string
	settings  map[string]string
	lines     []string
	opts      *FaultOptions
	rig       func(t *testing.T, settings map[string]string) *Rig
	unknown   int // effects of unknown outcome without any fault
	actions   int
}

// plain runs the conversation without a fault and returns those that can strike it.
func (c *underFaults) plain(t *testing.T) []Fault {
	t.Helper()
	r, got := c.run(t, Fault{}, 0)
	if got != c.raw {
		t.Fatalf("%s: the conversation went otherwise without any fault (- the file, + now)\n%s", c.file, diff(c.raw, got))
	}
	c.unknown, c.actions = r.unknown(), r.faults.actions
	return r.faults.all()
}

// run has a fault strike the n-th action, 0 every one.
func (c *underFaults) run(t *testing.T, f Fault, n int) (*Rig, string) {
	t.Helper()
	r := c.rig(t, c.settings).faulty(f)
	r.faults.only = n
	got := c.opts.visible(r.replay(c.lines))
	if f.Kind == LostLease {
		// Who takes over raises the record's version, which ids are made of.
		id := r.Thread.ConversationID()
		if got = renumbered(got, id); got == renumbered(c.raw, id) {
			got = c.raw
		}
	}
	return r, got
}

// renumbered numbers the ids made of a conversation's in order of appearance.
func renumbered(s, conversation string) string {
	var out strings.Builder
	ids := map[string]int{}
	for {
		before, after, found := strings.Cut(s, conversation+"-")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		id := after[:len(after)-len(strings.TrimLeft(after, "0123456789-"))]
		if ids[id] == 0 {
			ids[id] = len(ids) + 1
		}
		fmt.Fprintf(&out, "%s#%d", conversation, ids[id])
		s = after[len(id):]
	}
}

// differs says how the conversation changes with a fault, "" when it does not.
func (c *underFaults) differs(t *testing.T, f Fault) string {
	t.Helper()
	r, got := c.run(t, f, 0)
	if got == c.raw || r.unknown() > c.unknown {
		return ""
	}
	for i := 1; i <= c.actions; i++ {
		if r, alone := c.run(t, f, i); alone != c.raw && r.unknown() == c.unknown {
			return fmt.Sprintf("%s: the conversation changes with a fault in action %d alone: %s (- the file, + with it)\n%s", c.file, i, f, diff(c.raw, alone))
		}
	}
	return fmt.Sprintf("%s: the conversation changes with this fault in every action: %s (- the file, + with it)\n%s", c.file, f, diff(c.raw, got))
}

// visible leaves out the lines of events that are not compared.
func (o *FaultOptions) visible(conversation string) string {
	lines := strings.SplitAfter(conversation, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool {
		return slices.ContainsFunc(o.Ignore, func(kind string) bool { return strings.HasPrefix(l, "! "+kind+" ") })
	}), "")
}

// Crash lets a fault strike the next action: a process that dies at a write,
// a store that does not answer. The rig then does what a transport does, and
// delivers the message again.
func (r *Rig) Crash(at Fault) *Rig {
	r.t.Helper()
	if !at.valid() {
		r.fail("bottest: Crash(%q, N %d): name a kind of fault and a write from 1", at.Kind, at.N)
	}
	if r.faults == nil {
		r.faulty(Fault{})
	}
	r.faults.fault = at
	return r
}

// faulty lets a fault strike every action; the zero Fault only counts.
func (r *Rig) faulty(every Fault) *Rig {
	r.faults = &faults{every: every}
	return r
}

// all are the faults that can strike what was counted.
func (f *faults) all() []Fault {
	out := []Fault{{Kind: Twice}, {Kind: Together}, {Kind: Reordered}}
	for n := range f.mostWrites {
		for _, k := range []FaultKind{DieBefore, DieAfter, DieAgain, Conflict, LostLease} {
			out = append(out, Fault{Kind: k, N: n + 1})
		}
	}
	for n := range f.mostCommits {
		out = append(out, Fault{Kind: LostAnswer, N: n + 1}, Fault{Kind: Refusal, N: n + 1})
	}
	for n := range f.mostSends {
		out = append(out, Fault{Kind: SendFails, N: n + 1}, Fault{Kind: SendLost, N: n + 1})
	}
	return out
}

// unknown counts the effects whose outcome nobody knows.
func (r *Rig) unknown() int {
	r.t.Helper()
	var m mark
	var c change
	r.walk(&m, &c)
	return len(slices.DeleteFunc(c.events, func(e bot.Event) bool { return e.Kind != bot.EventEffect || e.Value != "unknown" }))
}
