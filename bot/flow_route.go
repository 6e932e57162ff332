package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A quick reply of a question carries the frame and the wording it belongs to,
// so that a tap on an old one is recognised.
const tapMark = "~"

func tapOf(frame int, hash uint32, value string) string {
	return tapMark + strconv.Itoa(frame) + ":" + strconv.FormatUint(uint64(hash), 36) + ":" + value
}

func isFlowTap(tap string) bool { return strings.HasPrefix(tap, tapMark) }

func tapValue(tap string) string {
	if !isFlowTap(tap) {
		return ""
	}
	parts := strings.SplitN(tap[len(tapMark):], ":", 3)
	if len(parts) != 3 {
		return ""
	}
	return parts[2]
}

func (o *open) tapped(frame int, tap string) bool {
	return strings.HasPrefix(tap, tapOf(frame, o.Hash, ""))
}

// route is the innermost handler: a flow under way goes on, or a handler is
// chosen by intent.
func (b *Bot) route(ctx context.Context, t *Turn) error {
	var st *flowState
	if t.room != nil {
		st, t.room.flows = &t.room.flows, flowState{Stack: t.room.stack[:0]}
	} else {
		st = &flowState{}
	}
	if err := st.read(t.session.Flows); err != nil {
		return err
	}
	t.flows = st
	before := st.waitsOf()
	if err := b.expire(t, st); err != nil {
		return err
	}
	if f := st.top(); f != nil && t.Now.Sub(f.At) >= visitGap {
		t.back = f.Number
	}
	resumed, err := b.afterCrash(ctx, t, st)
	if err == nil && !resumed && !t.wakes() {
		err = b.step(ctx, t, st)
	}
	if err == nil && t.err == nil {
		err = b.wake(ctx, t, st)
	}
	if err != nil {
		return err
	}
	b.schedule(t, st, before)
	f := st.top()
	t.asking = f != nil && f.Open != nil || t.waits
	if t.session.Flows, err = st.encode(); err == nil && len(t.session.Flows) > maxState {
		return b.tooLarge(t, st)
	}
	return err
}

// tooLarge ends the flow that has recorded more than is kept; what it did is
// handed on.
func (b *Bot) tooLarge(t *Turn, st *flowState) (err error) {
	f := st.largest()
	err = fmt.Errorf("bot: flow state of %d bytes, at most %d are kept: flow %q records too much: end its loops earlier, Load less", len(t.session.Flows), maxState, f.Flow)
	same := func(have *frame) bool { return have == f }
	st.Stack, st.Waiting = slices.DeleteFunc(st.Stack, same), slices.DeleteFunc(st.Waiting, same)
	st.push(f)
	_ = b.broken(t, st, f, err)
	t.asking = false
	t.session.Flows, err = st.encode()
	return err
}

// afterCrash goes on with the frame of a turn that died. done is true when the
// message was the one of that turn, or waits behind a question.
func (b *Bot) afterCrash(ctx context.Context, t *Turn, st *flowState) (done bool, err error) {
	f := st.top()
	if f == nil || f.Open != nil {
		return false, nil
	}
	t.Trace.Add("flow", "going on with %s, effects so far %v", f.Flow, f.effects())
	same := f.Message != "" && f.Message == t.Message.ID
	f.Message, f.Before = "", nil
	// No question is open: the frame's last turn failed or died.
	h, ok := b.router.Named(f.Flow)
	if !ok {
		b.end(t, st, "removed")
		return false, nil
	}
	r := newRun(ctx, t, f)
	r.taken = true
	if err := b.finish(ctx, t, st, f, r, r.call(h)); err != nil {
		return true, err
	}
	return same || t.err != nil || st.top() != nil && st.top().Open != nil, nil
}

// step gives the message to whom it belongs.
func (b *Bot) step(ctx context.Context, t *Turn, st *flowState) error {
	f := st.top()
	tap := t.Message.Tap
	if isFlowTap(tap) && (f == nil || f.Open == nil || !f.Open.tapped(f.Number, tap)) {
		if f == nil {
			return t.Say("flow.tap_expired")
		}
		return b.again(ctx, t, st, t.Text("flow.tap_expired"))
	}
	if f == nil {
		if len(st.Waiting) > 0 && t.fired == "" && t.push == nil && b.says(t, "cancel") {
			return b.cancel(ctx, t, st)
		}
		return b.start(ctx, t, st)
	}
	if t.fired != "" {
		return b.start(ctx, t, st)
	}
	h, ok := b.router.Named(f.Flow)
	if !ok {
		b.end(t, st, "removed")
		if err := t.Say("flow.removed"); err != nil {
			return err
		}
		return b.resume(ctx, t, st)
	}
	quits := false
	if !isFlowTap(tap) {
		switch {
		case b.says(t, "cancel"):
			if quits = f.Open != nil && f.Open.Kind == kindConsent; !quits { // else that may be what the question asks
				return b.cancel(ctx, t, st)
			}
		case b.says(t, "repeat"):
			return b.again(ctx, t, st, "")
		case b.cued(t):
			if done, err := b.correct(ctx, t, st, f, h); done {
				return err
			}
		}
	}
	r := newRun(ctx, t, f)
	r.hear(&t.Meaning, false)
	r.quits = quits
	return b.finish(ctx, t, st, f, r, r.call(h))
}

// start runs the handler of the intent in a frame of its own.
func (b *Bot) start(ctx context.Context, t *Turn, st *flowState) error {
	name, h, ok := b.router.Route(t.Meaning.Intent)
	if !ok {
		return nil
	}
	st.Seq++
	var f *frame
	if t.room != nil {
		f = &t.room.frame
	} else {
		f = &frame{}
	}
	f.Flow, f.Number, f.At = name, st.Seq, t.Now
	st.push(f)
	r := newRun(ctx, t, f)
	r.hear(&t.Meaning, true)
	t.Trace.add("route", "intent "+t.Meaning.Intent+" goes to "+name)
	return b.finish(ctx, t, st, f, r, r.call(h))
}

// finish draws the consequences of a run.
func (b *Bot) finish(ctx context.Context, t *Turn, st *flowState, f *frame, r *run, err error) error {
	f.At = t.Now
	h, _ := b.router.Named(f.Flow)
	switch {
	case r.left, r.quits && r.was != nil && !r.wasReached:
		return b.cancel(ctx, t, st)
	case r.digress:
		f.Open, f.Fill, f.Files = r.was, r.before, r.filesBefore
		return b.digress(ctx, t, st, f, h, r.swaps)
	case r.gaveUp:
		if done, err := b.lateCorrection(ctx, t, st, f, h, r); done {
			return err
		}
		t.gaveUp = f.Flow
		b.end(t, st, "gave_up")
		if err := t.Say("flow.gave_up"); err != nil {
			return err
		}
		return b.resume(ctx, t, st)
	case errors.Is(err, ErrAsked):
		if done, err := b.lateCorrection(ctx, t, st, f, h, r); done {
			return err
		}
		if r.was != nil && !r.wasReached && !r.taken && r.was.Name != f.Open.Name {
			t.note(EventDrift, f.Flow, r.was.Name+" was not reached, "+f.Open.Name+" is asked")
			if r.was.Kind == kindAnswer && t.Message.Text != "" {
				f.Held = &held{Name: r.was.Name, Words: t.Message.Text}
			}
		}
		r.strays()
		if f.Open.Kind == kindEvent {
			return b.waited(ctx, t, st, f, r)
		}
		r.flush()
		t.begun(f)
		if t.back == f.Number {
			t.back = 0
			t.replies = append(t.replies, r.summary())
		}
		t.replies = append(t.replies, *r.asked)
		t.answers = "flow:" + f.Flow
		t.Trace.Add("flow", "%s asks %s (try %d)", f.Flow, f.Open.Name, f.Open.Tries+1)
		f.Pass++
		f.Failed = 0
		return nil
	case err == nil:
		return b.ended(ctx, t, st, f, r)
	case errors.Is(err, ErrExpired):
		text := "flow.expired"
		if len(f.effects()) > 0 {
			text = "flow.expired_done"
		}
		b.end(t, st, "expired")
		if err := t.Say(text, "what", t.flowName(f.Flow)); err != nil {
			return err
		}
		return b.resume(ctx, t, st)
	case errors.Is(err, ErrConflict), ctx.Err() != nil:
		return err
	case errors.Is(err, ErrDrift), errors.Is(err, ErrTwice):
		t.note(EventDrift, f.Flow, err.Error())
		return b.broken(t, st, f, err)
	case errors.As(err, new(*mistake)):
		return b.broken(t, st, f, err)
	}
	return b.failedRun(ctx, t, st, f, err)
}

// lateCorrection tries a message that did not fit the open question as a
// correction of an earlier one, before it counts as a failed answer.
func (b *Bot) lateCorrection(ctx context.Context, t *Turn, st *flowState, f *frame, h Handler, r *run) (done bool, err error) {
	if !r.late {
		return false, nil
	}
	o := f.Open
	if r.counted {
		o.Tries--
	}
	done, err = b.correct(ctx, t, st, f, h)
	if !done && r.counted {
		o.Tries++
	}
	return done, err
}

// ended closes a frame whose handler returned.
func (b *Bot) ended(ctx context.Context, t *Turn, st *flowState, f *frame, r *run) error {
	var missed []string
	for i, s := range r.old {
		if s.Kind == kindEffect && !r.seen[i] {
			missed = append(missed, s.Name)
		}
	}
	if len(missed) > 0 {
		// The end's text could contradict what has been done: say nothing.
		err := fmt.Errorf("%w: flow %q ended without coming by its effects %v", ErrDrift, f.Flow, missed)
		t.note(EventDrift, f.Flow, "ended without "+strings.Join(missed, ","))
		return b.broken(t, st, f, err)
	}
	if r.was != nil && !r.wasReached {
		t.note(EventDrift, f.Flow, r.was.Name+" was not reached, the flow ended")
	}
	r.strays()
	r.flush()
	if f.Told && len(t.replies) == 0 {
		if err := t.Say("flow.declined"); err != nil {
			return err
		}
	}
	if f.Told {
		t.note(EventFlowEnded, f.Flow, "done")
		t.answers = "flow:" + f.Flow
	}
	st.pop()
	if st.top() != nil && !t.Answered() && !b.small(t) && !b.answer(ctx, t, false) {
		// A question in between that nobody could answer is not passed over.
		if err := t.Say("fallback"); err != nil {
			return err
		}
	}
	return b.resume(ctx, t, st)
}

// broken hands a flow that no longer fits its record to a person.
func (b *Bot) broken(t *Turn, st *flowState, f *frame, err error) error {
	t.left = append(t.left, f.effects()...)
	b.end(t, st, "removed")
	b.fail(t, err)
	return nil
}

// failedRun keeps what the frame learned; its next attempt goes on from there.
func (b *Bot) failedRun(ctx context.Context, t *Turn, st *flowState, f *frame, err error) error {
	f.Failed++
	f.Open = nil
	if errors.Is(err, ErrUnknownOutcome) {
		t.left = append(t.left, f.effects()...)
	}
	if len(f.Steps) == 0 || f.Failed >= b.opts.MaxTries || errors.Is(err, ErrUnknownOutcome) {
		b.end(t, st, "failed")
	}
	b.fail(t, err)
	return nil
}

// begun puts the start of a flow into the log, once.
func (t *Turn) begun(f *frame) {
	if !f.Told {
		f.Told = true
		t.note(EventFlowStarted, f.Flow, "")
	}
}

// end closes the top frame and says what stays done.
func (b *Bot) end(t *Turn, st *flowState, how string) {
	f := st.top()
	st.pop()
	t.told = f.answered(t.told)
	if f.Told {
		t.note(EventFlowEnded, f.Flow, how)
	}
	if done := f.effects(); len(done) > 0 {
		t.note(EventEffectsLeft, f.Flow, strings.Join(done, ","))
	}
}

// cancel ends the top flow, or all of them when the message says so.
func (b *Bot) cancel(ctx context.Context, t *Turn, st *flowState) error {
	all := false
	cues, _ := t.lookup("flow.cue.all")
	for _, c := range splitWords(cues) {
		all = all || contains(strings.ToLower(t.Message.Text), strings.ToLower(c))
	}
	done := false
	for {
		if st.top() == nil { // the latest of those that wait
			n := len(st.Waiting) - 1
			st.push(st.Waiting[n])
			st.Waiting = st.Waiting[:n]
		}
		done = done || len(st.top().effects()) > 0
		b.end(t, st, "cancelled")
		text := "flow.cancelled"
		if done {
			text = "flow.cancelled_done"
		}
		if !all || st.top() == nil && len(st.Waiting) == 0 {
			t.answers = "cancelled"
			if err := t.Say(text); err != nil {
				return err
			}
			return b.resume(ctx, t, st)
		}
	}
}

// resume puts the question of the flow below again, if there is one.
func (b *Bot) resume(ctx context.Context, t *Turn, st *flowState) error {
	if st.top() == nil {
		return nil
	}
	return b.again(ctx, t, st, "")
}

// again puts the open question of the top flow once more.
func (b *Bot) again(ctx context.Context, t *Turn, st *flowState, why string) error {
	f := st.top()
	h, ok := b.router.Named(f.Flow)
	if !ok {
		b.end(t, st, "removed")
		return b.resume(ctx, t, st)
	}
	return b.putAgain(ctx, t, st, f, h, why)
}

func (b *Bot) putAgain(ctx context.Context, t *Turn, st *flowState, f *frame, h Handler, why string) error {
	r := newRun(ctx, t, f)
	r.taken, r.reask = true, why
	return b.finish(ctx, t, st, f, r, r.call(h))
}

// elsewhere reports whether the message at an open question is meant for
// another handler or, unless it names an option, the knowledge base. fits says
// how well it would answer the question.
func (r *run) elsewhere(fits Sure, choice bool) bool {
	t, b := r.t, r.t.bot
	named := fits == Loose && choice
	if isFlowTap(t.Message.Tap) || named && t.Meaning.Unknown > 0.5 { // more likely the option than an intent
		return false
	}
	if t.Meaning.FollowUp { // of the question, or of what was asked in between
		name, _, ok := b.router.Route(t.Meaning.Intent)
		return ok && fits == No && name != r.frame.Flow
	}
	switch t.Meaning.Intent {
	case "", "yes", "no", "cancel", "repeat":
	default:
		if name, _, ok := b.router.Route(t.Meaning.Intent); ok {
			return name != r.frame.Flow
		}
		if _, ok := t.lookup("intent." + t.Meaning.Intent); ok {
			return true
		}
	}
	if named || t.Meaning.Intent == "yes" || t.Meaning.Intent == "no" {
		return false
	}
	return b.knows(r.ctx, t)
}

// Interrupting reports whether a question of another flow waits while this turn
// answers: one that offers choices now would be answered in its place.
func (t *Turn) Interrupting() bool {
	st := t.flows
	return st != nil && len(st.Stack) > 1 && slices.ContainsFunc(st.Stack[:len(st.Stack)-1], func(f *frame) bool { return f.Open != nil })
}

// digress lets another handler, the catalogue or the knowledge base take the
// message, and comes back to the open question, unless the customer wants another
// flow in its stead.
func (b *Bot) digress(ctx context.Context, t *Turn, st *flowState, f *frame, h Handler, swaps bool) error {
	name, other, ok := b.router.Route(t.Meaning.Intent)
	if _, isSingle := b.router.(single); isSingle {
		ok = false
	}
	if ok {
		if len(st.Stack) >= b.opts.MaxDepth || st.has(name) {
			return b.putAgain(ctx, t, st, f, h, t.Text("flow.finish_first"))
		}
		if swaps {
			b.end(t, st, "cancelled")
		} else {
			t.Trace.Add("flow", "%s waits while %s answers", f.Flow, name)
		}
		f.Pass++ // what was said stays said
		st.Seq++
		g := &frame{Flow: name, Number: st.Seq, At: t.Now}
		st.push(g)
		r := newRun(ctx, t, g)
		r.hear(&t.Meaning, true)
		return b.finish(ctx, t, st, g, r, r.call(other))
	}
	if !b.small(t) {
		b.answer(ctx, t, true)
	}
	t.Trace.Add("flow", "%s waits for its answer", f.Flow)
	return b.putAgain(ctx, t, st, f, h, "")
}

// openMatter names the flow and question under way, for a ticket.
func (b *Bot) openMatter(t *Turn) string {
	st, err := decodeFlows(t.session.Flows)
	if err != nil {
		return ""
	}
	f := st.top()
	if f == nil && len(st.Waiting) > 0 {
		f = st.Waiting[len(st.Waiting)-1]
	}
	if f == nil {
		return ""
	}
	if f.Open == nil {
		return f.Flow
	}
	return f.Flow + ": " + f.Open.Name
}
