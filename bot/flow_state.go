package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// What a step may return besides a host's own *Failed. A handler returns the
// error of a step as it is; the engine knows what to do.
var (
	// ErrAsked means a question is open: the flow goes on with its answer.
	ErrAsked = errors.New("bot: a question is open")
	// ErrTwice means one run used a step's name twice: scope it with In or Each.
	ErrTwice = errors.New("bot: a step's name was used twice in one run: scope it with t.In or t.Each")
	// ErrUnknownOutcome means an effect was begun and nobody knows how it ended.
	ErrUnknownOutcome = errors.New("bot: an effect was begun and its outcome is unknown")
	// ErrDrift means the flow's code changed so that it no longer fits what has happened.
	ErrDrift = errors.New("bot: the flow's code no longer fits the conversation's record")
	// ErrOutside means a step was used outside the run of a handler.
	ErrOutside = errors.New("bot: a step was used outside its handler's run")
)

// Failed is the error of a recorded step, the same live and on replay: it
// carries a code and a text, never the cause, which goes to the log.
type Failed struct {
	Step string `json:"step,omitempty"`
	Code string `json:"code,omitempty"` // "" for an error without a code
	Text string `json:"text,omitempty"`
}

// Error names the step and what it said.
func (f *Failed) Error() string {
	return fmt.Sprintf("bot: step %q failed: %s", f.Step, firstOf(f.Code, f.Text, "error"))
}

// Refuse is what a Load or Once function returns when the business says no and
// certainly nothing happened: code for the flow, text for the customer.
func Refuse(code, text string) error { return &Failed{Code: code, Text: text} }

// again is the error of Again.
type again struct{ text string }

func (a *again) Error() string { return a.text }

// Again is what a Question's Check returns to ask once more and say why; text
// is a key of the catalogue or the text itself.
func Again(text string) error { return &again{text} }

// The kinds of step on record.
const (
	kindAnswer  = "a"
	kindConsent = "c"
	kindRead    = "r"
	kindEffect  = "e"
	kindEvent   = "w"
)

// eventExpired is the state of an event that did not come.
const eventExpired = "expired"

// The states of an effect.
const (
	effectBegun   = "begun" // the outcome is unknown until a result stands here
	effectDone    = "done"
	effectRefused = "refused"
)

// stepPreset marks an answer that was in the form before it was filled.
const stepPreset = "preset"

// flowState is what a conversation remembers of its flows.
type flowState struct {
	V     int      `json:"v"`
	Seq   int      `json:"seq"` // number of the last frame
	Stack []*frame `json:"stack,omitempty"`
	// Waiting are frames that wait for an event or a time, aside; Inbox holds
	// events nobody waited for yet.
	Waiting []*frame  `json:"wait,omitempty"`
	Inbox   []arrived `json:"in,omitempty"`
}

// dead is what turns that died before their commit have left in the journal.
type dead struct {
	events   []Event  // not in the log yet: the next commit logs them
	messages []string // of the turns
	used     []string // those of them that a flow has taken in
	frames   []*frame // as journalled
}

// frame is one flow under way.
type frame struct {
	Flow    string       `json:"f"`
	Number  int          `json:"i"`           // part of effect keys
	Pass    int          `json:"p"`           // committed turns
	At      time.Time    `json:"t"`           // of the last turn
	Steps   []step       `json:"s,omitempty"` // in code order
	Open    *open        `json:"o,omitempty"`
	Fill    []nlu.Entity `json:"fill,omitempty"` // heard and not used yet
	Files   []Attachment `json:"fi,omitempty"`   // sent and not used yet
	Held    *held        `json:"held,omitempty"`
	Began   string       `json:"w,omitempty"`  // what is left of the message it began with, for options
	Failed  int          `json:"x,omitempty"`  // failed turns in a row
	Message string       `json:"m,omitempty"`  // in a journal: the message of the turn
	Before  []string     `json:"mb,omitempty"` // and those of turns that died over the frame before
	Told    bool         `json:"b,omitempty"`  // its start stands in the event log
}

// step is one record.
type step struct {
	Name  string          `json:"n"`
	Kind  string          `json:"k"`
	Value json.RawMessage `json:"v,omitempty"`
	Err   *Failed         `json:"e,omitempty"`
	Words string          `json:"r,omitempty"` // the customer's
	Hash  uint32          `json:"q,omitempty"` // of the question as read
	Pass  int             `json:"p"`
	Stale bool            `json:"c,omitempty"` // behind a correction
	State string          `json:"w,omitempty"` // of an effect
}

// open is the question the customer has before them.
type open struct {
	Name  string    `json:"n"`
	Kind  string    `json:"k"`
	Hash  uint32    `json:"q"`
	Tries int       `json:"t,omitempty"`
	Said  []uint32  `json:"s,omitempty"` // hashes of what was said just before it
	At    time.Time `json:"at,omitzero"`

	Event string    `json:"ev,omitempty"` // what a wait is for
	Key   string    `json:"ek,omitempty"`
	Until time.Time `json:"u,omitzero"`
}

// held is an answer to a question that a change of the flow's code put further on.
type held struct {
	Name  string `json:"n"`
	Words string `json:"r"`
}

const (
	maxSteps = 1000
	maxState = 256 << 10
	maxFill  = 50
	maxFiles = 10
	maxBegan = 300 // bytes of the message a flow began with
)

func decodeFlows(raw json.RawMessage) (*flowState, error) {
	st := &flowState{}
	return st, st.read(raw)
}

func (st *flowState) read(raw json.RawMessage) error {
	st.V = 1
	if len(raw) == 0 {
		return nil
	}
	if err := st.decode(raw); err != nil {
		return fmt.Errorf("bot: flow state does not decode: %w", err)
	}
	if st.V > 1 {
		return fmt.Errorf("bot: flow state has version %d, this program knows 1: run a newer one", st.V)
	}
	return nil
}

func (st *flowState) encode() (json.RawMessage, error) {
	if len(st.Stack)+len(st.Waiting)+len(st.Inbox)+st.Seq == 0 {
		return nil, nil
	}
	size := 64 + 256*(len(st.Stack)+len(st.Waiting))
	for _, f := range st.Stack {
		size += 128 * len(f.Steps)
	}
	return st.append(make([]byte, 0, size))
}

// largest is the frame that records most.
func (st *flowState) largest() (most *frame) {
	size := -1
	for _, f := range slices.Concat(st.Stack, st.Waiting) {
		n := 0
		for _, s := range f.Steps {
			n += len(s.Value) + len(s.Words)
		}
		if n > size {
			most, size = f, n
		}
	}
	return most
}

func (st *flowState) top() *frame {
	if len(st.Stack) == 0 {
		return nil
	}
	return st.Stack[len(st.Stack)-1]
}

func (st *flowState) push(f *frame) { st.Stack = append(st.Stack, f) }

func (st *flowState) pop() { st.Stack = st.Stack[:len(st.Stack)-1] }

func (st *flowState) has(flow string) bool {
	for _, f := range st.Stack {
		if f.Flow == flow {
			return true
		}
	}
	return false
}

// restore takes in what a turn that died had journalled: its frames, each as
// far as it came.
func (st *flowState) restore(journal []byte) (*dead, error) {
	var frames []*frame
	var err error
	if len(journal) > 0 && journal[0] == '{' { // of a program that wrote one
		f := new(frame)
		frames, err = []*frame{f}, json.Unmarshal(journal, f)
	} else {
		err = json.Unmarshal(journal, &frames)
	}
	if err != nil {
		return nil, err
	}
	d := &dead{}
	for _, f := range frames {
		d.frames = append(d.frames, new(*f))
		messages := append(slices.Clone(f.Before), f.Message)
		d.messages = append(d.messages, messages...)
		d.used = append(d.used, messages[0]) // the others came upon the frame
		same := func(have *frame) bool { return have.Number == f.Number && have.Flow == f.Flow }
		if i := slices.IndexFunc(st.Stack, same); i >= 0 {
			d.events = append(d.events, f.unlogged(st.Stack[i])...)
			st.Stack[i] = f
		} else if i := slices.IndexFunc(st.Waiting, same); i >= 0 {
			d.events = append(d.events, f.unlogged(st.Waiting[i])...)
			f.Open = st.Waiting[i].Open
			st.Waiting[i] = f
		} else {
			d.events = append(d.events, f.unlogged(&frame{})...)
			st.push(f)
			st.Seq = max(st.Seq, f.Number)
		}
	}
	return d, nil
}

// unlogged are the events of what the frame did in a turn that died, which the
// log does not have: was is the frame as committed.
func (f *frame) unlogged(was *frame) (out []Event) {
	if f.Told && !was.Told {
		out = append(out, Event{Kind: EventFlowStarted, Key: f.Flow})
	}
	for _, s := range f.Steps {
		if s.Kind == kindEffect && s.State != effectBegun &&
			!slices.ContainsFunc(was.Steps, func(w step) bool { return w.Name == s.Name && w.State == s.State }) {
			out = append(out, Event{Kind: EventEffect, Key: f.Flow + "/" + s.Name, Value: s.State})
		}
	}
	return out
}

// effects are the names of a frame's effects that happened or may have.
func (f *frame) effects() []string {
	var out []string
	for _, s := range f.Steps {
		if s.Kind == kindEffect && (s.State == effectDone || s.State == effectBegun) {
			out = append(out, s.Name)
		}
	}
	return out
}

// unask takes the open question back: the customer has not seen it, or it is
// no longer theirs to answer. The flow puts it again when it goes on.
func (t *Turn) unask() error {
	st, err := decodeFlows(t.session.Flows)
	if err != nil || st.top() == nil {
		return err
	}
	st.top().Open, st.top().Message = nil, ""
	t.session.Flows, err = st.encode()
	return err
}
