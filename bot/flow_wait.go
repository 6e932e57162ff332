package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// ErrExpired means that what a flow waited for did not come in time. A flow
// that returns it ends, and the customer is told.
var ErrExpired = errors.New("bot: what the flow waited for did not come in time")

// For is what a flow waits for.
type For struct {
	// Event names it, such as "payment"; Key says which one, such as the
	// order's number. Both must equal those of the Signal.
	Event, Key string
	// Within is how long to wait; Options.Expire when 0.
	Within time.Duration
}

// Wait suspends the flow until the host signals an event, and returns the
// event's data; ErrExpired when it did not come in time. While it waits the
// flow is aside: the customer may talk about anything else. An event that came
// before the flow waited for it counts. Once taken it stays, whatever is
// corrected and whatever fails afterwards.
func Wait[T any](t *Turn, name string, f For) (T, error) {
	var v T
	if f.Event == "" {
		return v, t.misnamed(fmt.Errorf("bot: Wait %q names no event: set For.Event, or use t.Until for a time", name))
	}
	raw, err := t.wait(name, f, time.Time{})
	if err != nil {
		return v, err
	}
	if err := decodeInto(raw, &v); err != nil {
		return v, fmt.Errorf("bot: the data of event %q does not fit %T: %w", f.Event, v, err)
	}
	return v, nil
}

// Until suspends the flow until a time, under the rules of Wait.
func (t *Turn) Until(name string, at time.Time) error {
	_, err := t.wait(name, For{}, at)
	return err
}

// Signal is an event from outside that a flow may wait for.
type Signal struct {
	// ID makes a retry recognisable, as in Push.
	ID     string
	Thread Thread
	// Event and Key say what happened to what; see For.
	Event, Key string
	// Data goes to the flow, through JSON.
	Data any
}

// The event that tells what became of a Signal.
const EventSignal = "signal" // Key is the event, Value the flow that took it, or "kept"

// Bounds of a conversation's waits.
const (
	maxInbox   = 20
	maxWaits   = 20
	busyAgain  = 10 * time.Minute // while a person owns the conversation
	retryAfter = time.Minute      // after a failed turn of the engine's own, then four times as long
)

// Signal hands an event to the flow of a conversation that waits for it. One
// that nobody waits for yet is kept for Options.Expire, up to 20 of a
// conversation. While a person owns the conversation it is kept as well. The
// replies are returned and sent as those of a Push are.
func (b *Bot) Signal(ctx context.Context, s Signal) ([]Reply, error) {
	m := Message{ID: s.ID, Thread: s.Thread}
	if err := m.validate(); err != nil {
		return nil, fmt.Errorf("bot: Signal: %w", err)
	}
	if s.ID == "" {
		return nil, errors.New("bot: Signal.ID is empty: give it one, so that a retry is recognised")
	}
	if s.Event == "" {
		return nil, errors.New("bot: Signal.Event is empty: name what happened")
	}
	raw, err := json.Marshal(s.Data)
	if err != nil {
		return nil, fmt.Errorf("bot: Signal: the data of event %q does not encode: %w", s.Event, err)
	}
	if len(raw) > maxState/8 {
		return nil, fmt.Errorf("bot: Signal: the data of event %q has %d bytes, at most %d are kept: send an id and Load the rest", s.Event, len(raw), maxState/8)
	}
	return b.accept(ctx, &start{message: m, push: &Push{ID: s.ID, Thread: s.Thread, Name: "signal." + s.Event,
		signal: &arrived{ID: s.ID, Event: s.Event, Key: s.Key, Data: raw}}})
}

// arrived is an event in a conversation's inbox.
type arrived struct {
	ID    string          `json:"i"` // the signal's
	Event string          `json:"e"`
	Key   string          `json:"k,omitempty"`
	Data  json.RawMessage `json:"d,omitempty"`
	At    time.Time       `json:"t"`
}

// wait is the step behind Wait and Until.
func (t *Turn) wait(name string, f For, at time.Time) (json.RawMessage, error) {
	r := t.run
	if r == nil {
		return nil, ErrOutside
	}
	full, s, err := r.begin(t, name, "")
	if err != nil {
		return nil, err
	}
	if s != nil && s.Kind != kindEvent {
		if s.Kind == kindEffect {
			return nil, r.drift(s, "%q was an effect and is a wait now", full)
		}
		s = nil
	}
	if s != nil {
		r.pass(*s)
		// After a crash the event may have come again.
		if t.flows != nil {
			t.flows.Inbox = slices.DeleteFunc(t.flows.Inbox, func(ev arrived) bool { return ev.ID == s.Words })
		}
		if s.State == eventExpired {
			return nil, fmt.Errorf("%w: %q", ErrExpired, full)
		}
		return s.Value, nil
	}
	if r.probing || t.flows == nil {
		return nil, r.fail(ErrAsked)
	}
	o := &open{Name: full, Kind: kindEvent, Event: f.Event, Key: f.Key, Until: at, At: t.Now}
	switch {
	case r.was != nil && r.was.Kind == kindEvent && r.was.Name == full:
		o.Until = r.was.Until
		r.wasReached = true
		r.queue = r.queue[:0]
	case f.Event != "" && f.Within <= 0:
		o.Until = t.Now.Add(t.bot.opts.Expire)
	case f.Event != "":
		o.Until = t.Now.Add(f.Within)
	}
	r.atOpen = r.wasReached && r.was.Name == full
	defer func() { r.atOpen = false }()
	if ev, ok := t.flows.take(o); ok {
		r.record(step{Name: full, Kind: kindEvent, Value: ev.Data, Words: ev.ID})
		t.note(EventSignal, ev.Event, r.frame.Flow)
		return ev.Data, nil
	}
	if !t.Now.Before(o.Until) {
		if f.Event == "" {
			r.record(step{Name: full, Kind: kindEvent})
			return nil, nil
		}
		r.record(step{Name: full, Kind: kindEvent, State: eventExpired})
		return nil, fmt.Errorf("%w: %q", ErrExpired, full)
	}
	if len(t.flows.Waiting) >= maxWaits {
		return nil, r.fail(fmt.Errorf("bot: %d flows of this conversation wait already: end one before %q waits", maxWaits, full))
	}
	r.frame.Open = o
	return nil, r.fail(ErrAsked)
}

// misnamed makes a run fail for a step that is called wrongly.
func (t *Turn) misnamed(err error) error {
	if t.run == nil {
		return ErrOutside
	}
	if t.run.stop != nil {
		return t.run.stop
	}
	return t.run.wrong(err)
}

// take removes the event that an open wait is for from the inbox.
func (st *flowState) take(o *open) (arrived, bool) {
	i := st.waitedFor(o)
	if i < 0 {
		return arrived{}, false
	}
	ev := st.Inbox[i]
	st.Inbox = slices.Delete(st.Inbox, i, i+1)
	return ev, true
}

func (st *flowState) waitedFor(o *open) int {
	if o.Event == "" {
		return -1
	}
	return slices.IndexFunc(st.Inbox, func(ev arrived) bool { return ev.Event == o.Event && ev.Key == o.Key })
}

// aside moves the top frame, which waits, out of the way.
func (st *flowState) aside() {
	st.Waiting = append(st.Waiting, st.top())
	st.pop()
}

// waited puts a frame that waits aside, and the question below it again.
func (b *Bot) waited(ctx context.Context, t *Turn, st *flowState, f *frame, r *run) error {
	r.flush()
	t.begun(f)
	f.Pass++
	f.Failed = 0
	st.aside()
	t.answers = "flow:" + f.Flow
	t.waits = true
	t.Trace.Add("flow", "%s waits at %s until %s", f.Flow, f.Open.Name, f.Open.Until.Format(time.RFC3339))
	if t.fired == "" && t.push == nil && len(t.replies) == 0 {
		if err := t.Say("flow.waiting"); err != nil {
			return err
		}
	}
	return b.resume(ctx, t, st)
}

// wake runs the frames whose event has come or whose time is over.
func (b *Bot) wake(ctx context.Context, t *Turn, st *flowState) error {
	if t.session.Owner != "" {
		return nil
	}
	for range maxWaits {
		i := slices.IndexFunc(st.Waiting, func(f *frame) bool {
			return f.Message != "" || !t.Now.Before(f.Open.Until) || st.waitedFor(f.Open) >= 0
		})
		if i < 0 || t.err != nil {
			return nil
		}
		f := st.Waiting[i]
		st.Waiting = slices.Delete(st.Waiting, i, i+1)
		st.push(f)
		f.Message, f.Before = "", nil
		h, ok := b.router.Named(f.Flow)
		if !ok {
			b.end(t, st, "removed")
			if err := t.Say("flow.removed"); err != nil {
				return err
			}
			if err := b.resume(ctx, t, st); err != nil {
				return err
			}
			continue
		}
		r := newRun(ctx, t, f)
		r.taken = true
		if err := b.finish(ctx, t, st, f, r, r.call(h)); err != nil {
			return err
		}
	}
	return nil
}

// signalled is the turn of a Signal.
func (b *Bot) signalled(ctx context.Context, t *Turn, ev *arrived) error {
	st, err := decodeFlows(t.session.Flows)
	if err != nil {
		return err
	}
	st.Inbox = slices.DeleteFunc(st.Inbox, func(ev arrived) bool { return t.Now.Sub(ev.At) > b.opts.Expire })
	st.Inbox = append(st.Inbox[max(0, len(st.Inbox)-maxInbox+1):], arrived{ID: ev.ID, Event: ev.Event, Key: ev.Key, Data: ev.Data, At: t.Now})
	if !slices.ContainsFunc(st.Waiting, func(f *frame) bool { return st.waitedFor(f.Open) >= 0 }) {
		t.note(EventSignal, ev.Event, "kept")
	}
	t.session.Flows, err = st.encode()
	if err != nil {
		return err
	}
	if t.session.Owner != "" {
		t.timer(0, t.Now.Add(busyAgain))
		return nil
	}
	return b.route(ctx, t)
}

// flowTimer is the name of the timers that wake flows.
const flowTimer = "~flow"

// wakes reports whether the turn belongs to the flows alone: their timer fired
// or an event arrived.
func (t *Turn) wakes() bool {
	return t.fired != "" && t.Meaning.Intent == "timer."+flowTimer || t.push != nil && t.push.signal != nil
}

// timerID is different for each time a frame waits for: the turn of a timer may
// set the next.
func (t *Turn) timerID(frame int, at time.Time) string {
	return t.Key.Conversation + "/" + flowTimer + "/" + strconv.Itoa(frame) + "/" + strconv.FormatInt(at.UnixMilli(), 36)
}

// timer wakes a frame at a time; frame 0 is whatever is to be done.
func (t *Turn) timer(frame int, at time.Time) {
	t.timers = append(t.timers, Timer{ID: t.timerID(frame, at), Key: t.Key, Thread: t.session.Thread, At: at, Name: flowTimer})
}

// later asks for the flows' timer again while a person owns the conversation.
func (t *Turn) later() {
	if t.wakes() {
		t.timer(0, t.Now.Add(busyAgain))
	}
}

// waitsOf are the times the frames of a state wait for, by number.
func (st *flowState) waitsOf() map[int]time.Time {
	if len(st.Waiting) == 0 {
		return nil
	}
	out := map[int]time.Time{}
	for _, f := range st.Waiting {
		out[f.Number] = f.Open.Until
	}
	return out
}

// schedule sets and stops timers so that every waiting frame has one, and so
// that a flow that failed without a customer is tried again.
func (b *Bot) schedule(t *Turn, st *flowState, before map[int]time.Time) {
	after := st.waitsOf()
	for _, f := range st.Waiting {
		if at, had := before[f.Number]; !had || !at.Equal(f.Open.Until) {
			t.timer(f.Number, f.Open.Until)
		}
	}
	for n, at := range before {
		if now, still := after[n]; (!still || !now.Equal(at)) && t.fired != t.timerID(n, at) {
			t.stop = append(t.stop, t.timerID(n, at))
		}
	}
	if f := st.top(); t.err != nil && t.wakes() && f != nil && f.Open == nil && f.Failed > 0 {
		t.replies = nil // nobody asked for anything: no apology before the last try
		t.timer(0, t.Now.Add(retryAfter<<(2*(f.Failed-1))))
	}
}
