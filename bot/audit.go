package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// Audited wraps a handler for tests. Every run of a flow that ended with a
// question or at its end is given to keep, which may run it again from its
// record once the turn is committed: a flow that then takes another way reads
// the clock, chance or the world outside Load, or acts outside Once. bottest
// audits every flow this way by default.
//
// keep is called by the goroutine of the turn, before its commit.
func Audited(h Handler, keep func(Rerun)) Handler {
	if r, ok := h.(Router); ok {
		return &auditedRouter{Router: r, keep: keep}
	}
	if h == nil {
		return nil
	}
	return &auditedHandler{Handler: h, keep: keep}
}

// auditedRouter is a Router whose handlers are audited.
type auditedRouter struct {
	Router
	keep func(Rerun)
}

// Route implements Router.
func (a *auditedRouter) Route(intent string) (string, Handler, bool) {
	name, h, ok := a.Router.Route(intent)
	if ok {
		h = &auditedHandler{Handler: h, keep: a.keep}
	}
	return name, h, ok
}

// Named implements Router.
func (a *auditedRouter) Named(name string) (Handler, bool) {
	h, ok := a.Router.Named(name)
	if ok {
		h = &auditedHandler{Handler: h, keep: a.keep}
	}
	return h, ok
}

// auditedHandler keeps what its runs did.
type auditedHandler struct {
	Handler
	keep func(Rerun)
}

// Handle implements Handler.
func (a *auditedHandler) Handle(ctx context.Context, t *Turn) error {
	before, was := new(session), profile.Customer{}
	broken := errors.Join(t.session.copyTo(before), recode(t.Customer, &was))
	var steps []StepRecord
	t.spots = &steps
	err := a.Handler.Handle(ctx, t)
	t.spots = nil
	if r := t.run; r != nil {
		if x, ok := r.rerun(t, a.Handler, err); ok {
			x.Steps, x.broken = steps, broken
			// An ended run runs again only when its turn was not committed, on
			// what was there before; one that asked goes on from its commit.
			if x.session, x.customer = before, &was; x.Question != nil {
				x.session, x.customer = t.session, &t.Customer
			}
			a.keep(x)
		}
	}
	return err
}

// Rerun is a run of a flow that can be run again from its record.
type Rerun struct {
	// Flow is the name of the handler.
	Flow string
	// Steps are those the run came by, in order, an open question last.
	Steps []StepRecord
	// Question is what it ended with, nil at its end.
	Question *Reply

	t        *Turn
	session  *session
	customer *profile.Customer
	handler  Handler
	frame    frame // as the run began, with what it recorded
	open     open  // the question, without a name at the end
	said     []string
	loose    bool  // what was said is not compared
	broken   error // session or customer do not encode
}

// StepRecord is one step a run came by.
type StepRecord struct {
	Name string // with its scopes, "qty/A12/number"
	Kind string // "answer", "consent", "read" or "effect"
	// Slot is the entity that answers a question, Prompt how it is put.
	Slot   string
	Prompt *Reply
	// Idempotent is what an effect has promised.
	Idempotent bool
}

// spot notes a step for whoever wants to know.
func (t *Turn) spot(s StepRecord) {
	if t.spots != nil {
		s.Kind = kindName(s.Kind)
		*t.spots = append(*t.spots, s)
	}
}

func (t *Turn) spotQuestion(q *asker) {
	if t.spots != nil {
		prompt := q.question
		t.spot(StepRecord{Name: q.name, Kind: q.kind, Slot: q.slot, Prompt: &prompt})
	}
}

// kindName names a kind of step.
func kindName(kind string) string {
	switch kind {
	case kindAnswer:
		return "answer"
	case kindConsent:
		return "consent"
	case kindRead:
		return "read"
	case kindEffect:
		return "effect"
	}
	return kind
}

// rerun takes down what a run did that has just ended; ok is false for one that
// was a look only, broke off, or failed.
func (r *run) rerun(t *Turn, h Handler, err error) (x Rerun, ok bool) {
	asked := r.stop != nil && r.asked != nil
	if r.probing || r.digress || r.gaveUp || r.stop != nil && !asked || r.stop == nil && err != nil {
		return x, false
	}
	steps := slices.Clone(r.reached)
	if r.pending != nil && r.stop == nil {
		steps = append(steps, *r.pending) // the flow went past it to its end
	}
	if len(steps) == 0 && !asked {
		return x, false // no flow: it never runs again
	}
	f := *r.frame
	x = Rerun{Flow: f.Flow, t: t, handler: h, said: r.spoken(), loose: r.corrected != ""}
	f.Fill, f.Held, f.Open = nil, nil, nil
	if asked {
		x.Question, x.open = r.asked, *r.frame.Open
		if r.was != nil && r.was.Name == x.open.Name {
			f.Open = &x.open // put again: what stood before it is not said
		}
	}
	for i := range steps {
		s := &steps[i]
		switch {
		case r.was != nil && r.wasReached && s.Pass == f.Pass && (s.Name == r.was.Name || s.Kind == r.was.Kind && s.Hash == r.was.Hash):
			s.Pass-- // what stood before the answered question has been read
		case s.Kind == kindRead && slices.ContainsFunc(r.old, func(o step) bool { return o.Name == s.Name && o.Stale }):
			s.Pass = f.Pass // read anew behind a correction
		}
	}
	f.Steps = steps
	x.frame = f
	return x, true
}

// spoken is what a run has queued, as text.
func (r *run) spoken() []string {
	var out []string
	for _, q := range r.queue {
		if q.reply != nil {
			out = append(out, q.reply.String())
		} else {
			out = append(out, "! "+q.event.Kind+" "+q.event.Key+" "+q.event.Value)
		}
	}
	return out
}

var errReadOnly = errors.New("bot: an effect that is not on record, in a run that only reads")

// Run runs the flow again from its record, read-only, with a later time: no
// effect begins, nothing is written. It returns how the run differs from the
// first, a line each; nil when it took the same way. Call it once the turn is
// over.
func (x *Rerun) Run(ctx context.Context, later time.Duration) ([]string, error) {
	t, err := x.turn(later)
	if err != nil {
		return nil, err
	}
	f := x.frame
	f.Steps = slices.Clone(x.frame.Steps)
	r := newRun(ctx, t, &f)
	r.taken = true
	runErr := r.call(x.handler)
	var diffs []string
	add := func(format string, args ...any) { diffs = append(diffs, fmt.Sprintf(format, args...)) }
	for i := range max(len(x.frame.Steps), len(r.reached)) {
		switch {
		case i >= len(r.reached):
			add("it did not come by the step %q", x.frame.Steps[i].Name)
		case i >= len(x.frame.Steps):
			add("it came by a step that is not on record: %q", r.reached[i].Name)
		case x.frame.Steps[i].Name != r.reached[i].Name:
			add("step %d was %q and is %q now", i+1, x.frame.Steps[i].Name, r.reached[i].Name)
		default:
			continue
		}
		break
	}
	switch {
	case r.stop != nil && r.asked == nil || r.stop == nil && runErr != nil:
		add("it failed: %v", runErr)
	case x.Question != nil && r.asked == nil:
		add("it ended, and had asked %q before", x.open.Name)
	case x.Question == nil && r.asked != nil:
		add("it asked %q, and had ended before", f.Open.Name)
	case x.Question != nil && f.Open.Name != x.open.Name:
		add("it had asked %q and asks %q now", x.open.Name, f.Open.Name)
	case x.Question != nil && f.Open.Hash != x.open.Hash:
		add("the question %q had other words:\n%s\nand now\n%s", x.open.Name, x.Question, r.asked)
	}
	if said := r.spoken(); !x.loose && len(diffs) == 0 && !slices.Equal(said, x.said) {
		add("it had said %q and says %q now", x.said, said)
	}
	return diffs, nil
}

// turn is one of its own: what the run does to it is thrown away.
func (x *Rerun) turn(later time.Duration) (*Turn, error) {
	t, ts := *x.t, *x.t.turnState
	ts.replies, ts.events, ts.timers, ts.stop, ts.ticket, ts.left = nil, nil, nil, nil, nil, nil
	ts.run, ts.stream, ts.err = nil, nil, nil
	ts.flows, ts.journalled, ts.room = &flowState{}, nil, nil
	ts.readOnly, ts.hush = true, &hush{silent: true} // nothing is streamed
	t.turnState, t.Trace = &ts, &Trace{}
	ts.session, t.Customer = new(session), profile.Customer{}
	if err := errors.Join(x.broken, x.session.copyTo(ts.session), recode(x.customer, &t.Customer)); err != nil {
		return nil, fmt.Errorf("bot: auditing %s: %w", x.Flow, err)
	}
	t.Now = t.Now.Add(later)
	if x.Question != nil {
		// The next message would be another one: nothing of this one is known.
		t.Message = Message{Thread: t.Message.Thread, Language: t.Message.Language, Identities: t.Message.Identities, At: t.Now}
		t.Meaning = nlu.Meaning{Language: t.Meaning.Language}
		t.Answer, t.Suggestions, t.Mood, t.Decision = kb.Answer{}, nil, sentiment.Mood{}, handoff.Decision{}
	}
	return &t, nil
}

// copyTo copies a session through its stored form.
func (s *session) copyTo(into *session) error {
	raw, err := s.append(nil)
	if err != nil {
		return err
	}
	return into.decode(raw)
}

// recode copies a value through JSON.
func recode(from, into any) error {
	raw, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}
