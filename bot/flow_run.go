package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/nlu"
)

// run is one execution of a flow's function, from the top, over its record.
type run struct {
	ctx     context.Context
	t       *Turn
	frame   *frame
	old     []step         // the record at the start
	cursor  int            // where the next step is expected in old
	reached []step         // steps this run came by, in code order
	seen    []bool         // which of them the run came by
	byName  map[string]int // their places, once the order broke
	looks   int
	fresher []string // names that are not on record
	queue   []queued
	stop    error // set once a step suspended or failed for good

	// The message, as long as nothing has used it.
	fresh bool   // an open question may take it
	rest  string // its text without what was used, for options
	began bool   // it began the flow
	taken bool   // the open question took it or refused it

	was        *open // the open question at the start
	wasReached bool
	checking   atomic.Bool // a Check runs
	atOpen     bool        // the step at hand is the open question
	asked      *Reply      // the question this run puts
	digress    bool        // the message belongs to somebody else
	swaps      bool        // and it wants that instead
	quits      bool        // the message would end the flow, unless it answers the open question
	left       bool        // it does
	// What the frame had heard before the message, for a message that is not its own.
	before      []nlu.Entity
	filesBefore []Attachment
	gaveUp      bool
	cued        bool                  // in a probe: the message says that something was wrong
	probing     bool                  // look only: for a correction
	offers      []offer               // what a probe found
	corrected   string                // name of the step a correction changed
	behind      bool                  // the run is behind the corrected step
	mute        []uint32              // what the customer has read behind it
	pending     *step                 // a failed read or effect the flow has not gone past
	reask       string                // why the open question is put again
	late        bool                  // the message did not fit and may be a correction
	counted     bool                  // it was counted as a failed answer
	sums        []string              // answers so far, for a summary
	labelled    map[string]nlu.Entity // in a probe: what the message says of fields by their labels
}

// queued is something said or tracked that may turn out to be old.
type queued struct {
	reply *Reply
	event *Event
}

// offer is a question that could take the message as another answer.
type offer struct {
	name    string
	value   json.RawMessage // nil when the customer only says that it is wrong
	words   string
	err     error // of Check
	byLabel bool  // the message names the question
}

func hashOf(parts ...string) uint32 {
	h := fnv.New32a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum32()
}

func hashReply(r *Reply) uint32 {
	parts := []string{r.Text}
	for _, c := range r.Choices {
		parts = append(parts, c.Label)
	}
	for _, c := range r.Cards {
		parts = append(parts, c.ID, c.Title)
	}
	return hashOf(parts...)
}

func newRun(ctx context.Context, t *Turn, f *frame) *run {
	var r *run
	if t.room != nil {
		r, t.room = &t.room.run, nil
	} else {
		r = &run{}
	}
	r.ctx, r.t, r.frame, r.old, r.was = ctx, t, f, f.Steps, f.Open
	if n := len(f.Steps); n > 0 {
		r.seen, r.reached = make([]bool, n), make([]step, 0, n+2)
	}
	return r
}

// call runs the function and keeps what it recorded. The error is nil for a
// clean end, the stop of a suspended run, or a failure.
func (r *run) call(h Handler) (err error) {
	t := r.t
	t.run = r
	defer func() {
		t.run = nil
		if p := recover(); p != nil {
			t.bot.opts.Logger.Error("bot: panic in a handler", "flow", r.frame.Flow, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("bot: panic in flow %q: %v", r.frame.Flow, p)
			if r.stop != nil {
				err = r.stop
			}
		}
		if !r.probing {
			r.keep()
		}
	}()
	err = h.Handle(context.WithValue(r.ctx, inCheck{}, &r.checking), t)
	if r.stop != nil {
		if !r.probing && !errors.Is(err, r.stop) {
			t.note(EventMisuse, r.frame.Flow, "the handler went on past a step that had suspended")
		}
		return r.stop
	}
	if err == nil {
		r.settle()
	}
	return err
}

// keep writes the record back: what was reached in code order, then what was not.
func (r *run) keep() {
	steps := r.reached
	for i, s := range r.old {
		if !r.seen[i] {
			steps = append(steps, s)
		}
	}
	r.frame.Steps = steps
}

// strays reports answered questions the run did not come by: the flow's code
// changed, or it goes a way that depends on something that is not on record.
// They are asked again should it come by them after all.
func (r *run) strays() {
	for i := range r.frame.Steps[len(r.reached):] { // behind them stands what was not reached
		s := &r.frame.Steps[len(r.reached)+i]
		if s.Stale || s.Kind == kindRead {
			continue
		}
		s.Stale = true
		r.t.note(EventDrift, r.frame.Flow, s.Name+" is on record and was not come by: the code changed, or it depends on the clock, chance or something read outside Load")
	}
}

// begin is the start of every step. It returns its full name, the record of it
// if there is one, and the error that makes the step inert.
func (r *run) begin(t *Turn, name, was string) (string, *step, error) {
	if r.stop != nil {
		return "", nil, r.stop
	}
	if name == "" {
		return "", nil, r.wrong(errors.New("bot: a step needs a name"))
	}
	r.settle()
	if len(r.reached) >= maxSteps {
		return "", nil, r.wrong(fmt.Errorf("bot: flow %q came by %d steps: end the loop around %q", r.frame.Flow, maxSteps, t.scope+name))
	}
	if i := r.find(t.scope, name); i >= 0 {
		full := r.old[i].Name
		if r.seen[i] {
			return full, nil, r.twice(full)
		}
		r.seen[i], r.cursor = true, i+1
		return full, &r.old[i], nil
	}
	full := t.scope + name
	if slices.Contains(r.fresher, full) {
		return full, nil, r.twice(full)
	}
	r.fresher = append(r.fresher, full)
	if was != "" {
		if i := r.find(t.scope, was); i >= 0 && !r.seen[i] {
			r.seen[i], r.cursor = true, i+1
			c := r.old[i]
			c.Name = full
			return full, &c, nil
		}
	}
	return full, nil, nil
}

func (r *run) twice(name string) error {
	return r.fail(fmt.Errorf("%w: %q in flow %q", ErrTwice, name, r.frame.Flow))
}

// find returns the place of a name in the record, or -1. Most runs come by the
// record in its order; for others a map is made after a few looks around.
func (r *run) find(scope, name string) int {
	if r.cursor < len(r.old) && isNamed(r.old[r.cursor].Name, scope, name) {
		return r.cursor
	}
	if r.byName != nil {
		if i, ok := r.byName[scope+name]; ok {
			return i
		}
		return -1
	}
	if r.looks++; r.looks > 4 && len(r.old) > 16 {
		r.byName = make(map[string]int, len(r.old))
		for i := len(r.old) - 1; i >= 0; i-- {
			r.byName[r.old[i].Name] = i
		}
	}
	for i := range r.old {
		if isNamed(r.old[i].Name, scope, name) {
			return i
		}
	}
	return -1
}

// isNamed reports whether full is scope+name.
func isNamed(full, scope, name string) bool {
	return len(full) == len(scope)+len(name) && full[len(scope):] == name && full[:len(scope)] == scope
}

// usual returns the record of a step that is the next on record and stands, in
// a run that only wants its value: nearly every step of nearly every run.
func (t *Turn) usual(name, kind string) *step {
	r := t.run
	if r == nil || r.stop != nil || r.probing || r.pending != nil || t.spots != nil || r.cursor >= len(r.old) ||
		t.back == r.frame.Number && t.back != 0 {
		return nil
	}
	s := &r.old[r.cursor]
	if s.Kind != kind || s.Stale || s.Err != nil || name == "" || r.seen[r.cursor] || !isNamed(s.Name, t.scope, name) {
		return nil
	}
	return s
}

// came passes a step that usual has returned.
func (r *run) came(s *step) {
	r.seen[r.cursor] = true
	r.cursor++
	r.pass(*s)
}

// pass notes that the run came by a recorded step: what was queued before a
// step of an earlier turn has been read.
func (r *run) pass(s step) {
	if s.Pass < r.frame.Pass && !r.behind {
		r.queue = r.queue[:0]
	}
	r.reached = append(r.reached, s)
	if s.Name == r.corrected {
		r.behind = true
	}
}

// record adds a new step. What answers the open question belongs to the pass
// that asked it: what was said before it has been read, also when this turn
// dies and runs again.
func (r *run) record(s step) {
	s.Pass = r.frame.Pass
	if r.atOpen && s.Pass > 0 {
		s.Pass--
	}
	r.reached = append(r.reached, s)
}

// settle makes a failure that the flow went past history.
func (r *run) settle() {
	if r.pending != nil {
		r.record(*r.pending)
		r.pending = nil
	}
}

// fail ends the run for good: every later step returns err.
func (r *run) fail(err error) error {
	r.stop = err
	return err
}

// wrong is fail for a mistake in the flow's code: to run it again is no use.
func (r *run) wrong(err error) error { return r.fail(&mistake{err}) }

// mistake is an error in a flow's code.
type mistake struct{ error }

func (m *mistake) Unwrap() error { return m.error }

// drift is fail for a record that no longer fits the code; s is that of the step.
func (r *run) drift(s *step, format string, args ...any) error {
	r.pass(*s)
	return r.fail(fmt.Errorf("%w: "+format, append([]any{ErrDrift}, args...)...))
}

// say queues a reply.
func (r *run) say(rep Reply) error {
	if r.stop != nil {
		return r.stop
	}
	r.settle()
	r.queue = append(r.queue, queued{reply: &rep})
	return nil
}

// flush sends what is left in the queue.
func (r *run) flush() {
	skip := r.mute
	if r.was != nil && !r.wasReached {
		skip = append(skip, r.was.Said...)
	}
	for _, q := range r.queue {
		switch {
		case q.event != nil:
			r.t.events = append(r.t.events, *q.event)
		case !slices.Contains(skip, hashReply(q.reply)):
			r.t.replies = append(r.t.replies, *q.reply)
		}
	}
	r.queue = nil
}

// said are the hashes of what is queued.
func (r *run) said() []uint32 {
	var out []uint32
	for _, q := range r.queue {
		if q.reply != nil {
			out = append(out, hashReply(q.reply))
		}
	}
	return out
}

// hear offers the turn's message to the frame: an open question may take it,
// slots and options are filled from it.
func (r *run) hear(m *nlu.Meaning, start bool) {
	r.fresh = true
	r.rest = r.t.Message.Text
	r.before, r.filesBefore = slices.Clone(r.frame.Fill), slices.Clone(r.frame.Files)
	for _, e := range m.Entities {
		if !e.Carried {
			r.frame.Fill = append(r.frame.Fill, e)
		}
	}
	r.began = start
	if start {
		for _, e := range m.Entities {
			if e.Carried {
				r.frame.Fill = append(r.frame.Fill, e)
			}
		}
	}
	r.frame.Files = append(r.frame.Files, r.t.Message.Attachments...)
	if n := len(r.frame.Files); n > maxFiles {
		r.frame.Files = r.frame.Files[n-maxFiles:]
	}
	if n := len(r.frame.Fill); n > maxFill {
		r.frame.Fill = r.frame.Fill[n-maxFill:]
	}
}

// keepRest leaves with the frame what the message that began the flow says
// besides: "exchange my shoes" answers a question that comes later.
func (r *run) keepRest() {
	if r.began {
		r.frame.Began = text.Cut(strings.TrimSpace(r.rest), maxBegan)
	}
}

// consume takes the whole message, and its files: nothing of it fills anything else.
func (r *run) consume(files bool) {
	r.fresh, r.rest, r.taken = false, "", true
	if files {
		n := len(r.frame.Files)
		r.frame.Files = r.frame.Files[:n-min(n, len(r.t.Message.Attachments))]
	}
	r.frame.Fill = slices.DeleteFunc(r.frame.Fill, func(e nlu.Entity) bool { return r.ownEntity(e) })
}

// ownEntity reports whether an entity stands in this turn's message.
func (r *run) ownEntity(e nlu.Entity) bool {
	return !e.Carried && e.End > e.Start && e.End <= len(r.t.Message.Text) && r.t.Message.Text[e.Start:e.End] == e.Text
}

// use takes one entity out of what was heard.
func (r *run) use(i int) nlu.Entity {
	e := r.frame.Fill[i]
	r.frame.Fill = slices.Delete(r.frame.Fill, i, i+1)
	if r.ownEntity(e) {
		r.rest = strings.Replace(r.rest, e.Text, " ", 1)
	}
	return e
}

// In returns the Turn for a sub-flow or a thing: the names of its steps are
// its own. Parts are joined with slashes: t.In("qty", sku).
func (t *Turn) In(parts ...any) *Turn {
	sub := *t
	for _, p := range parts {
		sub.scope += strings.ReplaceAll(fmt.Sprint(p), "/", "_") + "/"
	}
	return &sub
}

// Each scopes the rounds of a loop that asks: for i, t := range t.Each("item").
// The loop ends with break, or by itself when a step suspends.
func (t *Turn) Each(name string) iter.Seq2[int, *Turn] {
	return func(yield func(int, *Turn) bool) {
		r := t.run
		for i := 0; ; i++ {
			before := 0
			if r != nil {
				before = len(r.reached)
			}
			if !yield(i, t.In(name, i)) || r == nil || r.stop != nil {
				return
			}
			if len(r.reached) == before {
				_ = r.wrong(fmt.Errorf("bot: a round of t.Each(%q) in flow %q came by no step: it would never end", name, r.frame.Flow))
				return
			}
		}
	}
}

// note puts an event into the log and the trace at once, whatever becomes of
// the run.
func (t *Turn) note(kind, key, value string) {
	t.Trace.Add("flow", "%s %s %s", kind, key, value)
	run := t.run
	t.run = nil
	t.Track(Event{Kind: kind, Key: key, Value: value})
	t.run = run
}
