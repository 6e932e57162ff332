package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"
)

// Promise is what an effect may declare of itself; see Idempotent.
type Promise int

// Idempotent says that the other side honours the key: the same key again has
// no second effect. An effect whose outcome is unknown is then tried again.
const Idempotent Promise = 1

type inStep struct{}

// InStep reports whether ctx is that of a Load or Once function, or of a flow
// while a question's Check runs: a guard for clients that must not be called
// from elsewhere in a flow. Package instep has such guards.
func InStep(ctx context.Context) bool {
	if ctx.Value(inStep{}) != nil {
		return true
	}
	checking, ok := ctx.Value(inCheck{}).(*atomic.Bool)
	return ok && checking.Load()
}

// inCheck is the key of a run's context: whether a Check runs.
type inCheck struct{}

// check runs a question's Check, which may read.
func (r *run) check(q asker, raw json.RawMessage) error {
	r.checking.Store(true)
	defer r.checking.Store(false)
	return q.check(raw)
}

// Load reads something from outside, once: the result is recorded and read
// again only after a correction of something before it. fn may run more than
// once and must change nothing. Values go through JSON the first time too.
// A business "no" is Refuse; any error of fn comes back as *Failed.
func Load[T any](ctx context.Context, t *Turn, name string, fn func(context.Context) (T, error)) (T, error) {
	var known T
	if s := t.usual(name, kindRead); s != nil && plain(s, &known) {
		t.run.came(s)
		return known, nil
	}
	return load(ctx, t, name, fn)
}

// load is Load for what is not at hand.
func load[T any](ctx context.Context, t *Turn, name string, fn func(context.Context) (T, error)) (T, error) {
	var v T
	raw, err := t.read(ctx, name, func(ctx context.Context) (any, error) { return fn(ctx) })
	if err != nil {
		return v, err
	}
	err = json.Unmarshal(raw, &v)
	return v, err
}

// At returns the turn's time, the same on every replay.
func (t *Turn) At(name string) (time.Time, error) {
	return Load(context.Background(), t, name, func(context.Context) (time.Time, error) { return t.Now, nil })
}

// Once does something outside, once: its intent is written before fn runs and
// its result right after, apart from the turn, so that a crash cannot repeat
// it. key is the same on every attempt. fn ends in a value (recorded), in
// Refuse (it certainly did not happen: returning the error leaves it to be
// tried again) or in any other error, a panic or a crash, which is
// ErrUnknownOutcome from then on, unless Idempotent was promised.
func Once[T any](ctx context.Context, t *Turn, name string, fn func(ctx context.Context, key string) (T, error), promises ...Promise) (T, error) {
	var v T
	idempotent := false
	for _, p := range promises {
		idempotent = idempotent || p == Idempotent
	}
	raw, err := t.effect(ctx, name, idempotent,
		func(ctx context.Context, key string) (any, error) { return fn(ctx, key) },
		func(raw json.RawMessage) bool { var x T; return strict(raw, &x) == nil })
	if err != nil {
		return v, err
	}
	err = json.Unmarshal(raw, &v)
	return v, err
}

func (t *Turn) read(ctx context.Context, name string, fn func(context.Context) (any, error)) (json.RawMessage, error) {
	r := t.run
	if r == nil {
		return nil, ErrOutside
	}
	full, s, err := r.begin(t, name, "")
	if err != nil {
		return nil, err
	}
	t.spot(StepRecord{Name: full, Kind: kindRead})
	if s != nil && s.Kind == kindEffect {
		return nil, r.drift(s, "%q was an effect and is a read now", full)
	}
	if s != nil && s.Kind == kindRead && !s.Stale {
		r.pass(*s)
		if s.Err != nil {
			return nil, s.Err
		}
		return s.Value, nil
	}
	if r.probing {
		return nil, r.fail(ErrAsked)
	}
	if err := ctx.Err(); err != nil {
		return nil, r.fail(err)
	}
	v, err := guarded(ctx, fn)
	rec := step{Name: full, Kind: kindRead, Pass: r.frame.Pass}
	if err != nil {
		if ctx.Err() != nil {
			return nil, r.fail(ctx.Err())
		}
		rec.Err = r.failed(full, err)
		r.pending = &rec
		return nil, rec.Err
	}
	if rec.Value, err = json.Marshal(v); err != nil {
		return nil, r.fail(fmt.Errorf("bot: the value of %q does not encode: %w", full, err))
	}
	r.record(rec)
	if s != nil && s.Stale {
		r.reached[len(r.reached)-1].Pass = s.Pass
	}
	return rec.Value, nil
}

func (t *Turn) effect(ctx context.Context, name string, idempotent bool, fn func(context.Context, string) (any, error), decodes func(json.RawMessage) bool) (json.RawMessage, error) {
	r := t.run
	if r == nil {
		return nil, ErrOutside
	}
	full, s, err := r.begin(t, name, "")
	if err != nil {
		return nil, err
	}
	t.spot(StepRecord{Name: full, Kind: kindEffect, Idempotent: idempotent})
	if s != nil && s.Kind != kindEffect {
		return nil, r.drift(s, "%q is an effect now and was not", full)
	}
	if s != nil {
		switch {
		case s.State == effectDone:
			if !decodes(s.Value) {
				return nil, r.drift(s, "the result of effect %q no longer decodes", full)
			}
			r.pass(*s)
			return s.Value, nil
		case s.State == effectRefused:
			r.pass(*s)
			return nil, s.Err
		case !idempotent:
			if s.Pass == r.frame.Pass {
				t.note(EventEffect, r.frame.Flow+"/"+full, "unknown") // the turn that began it died
			}
			r.pass(*s)
			return nil, fmt.Errorf("%w: %q", ErrUnknownOutcome, full)
		}
	}
	if r.probing {
		return nil, r.fail(ErrAsked)
	}
	if err := ctx.Err(); err != nil {
		return nil, r.fail(err)
	}
	t.begun(r.frame)
	rec := step{Name: full, Kind: kindEffect, State: effectBegun, Pass: r.frame.Pass}
	if err := r.write(rec); err != nil {
		return nil, r.fail(fmt.Errorf("bot: writing the intent of %q: %w", full, err))
	}
	key := fmt.Sprintf("%s/%d/%s/%s", t.Key.Conversation, r.frame.Number, r.frame.Flow, full)
	v, err := guarded(ctx, func(ctx context.Context) (any, error) { return fn(ctx, key) })
	if err == nil {
		rec.Value, err = json.Marshal(v)
	}
	label := r.frame.Flow + "/" + full
	if err != nil {
		var f *Failed
		if errors.As(err, &f) && f.Code != "" {
			// Certainly did not happen: the intent is taken back.
			rec.State, rec.Err = effectRefused, r.failed(full, err)
			if err := r.write(); err != nil {
				return nil, r.fail(fmt.Errorf("bot: taking back the intent of %q: %w", full, err))
			}
			t.note(EventEffect, label, effectRefused)
			r.pending = &rec
			return nil, rec.Err
		}
		t.bot.opts.Logger.Error("bot: an effect's outcome is unknown", "flow", r.frame.Flow, "step", full, "error", err)
		r.record(rec)
		t.note(EventEffect, label, "unknown")
		return nil, fmt.Errorf("%w: %q", ErrUnknownOutcome, full)
	}
	rec.State = effectDone
	r.record(rec)
	if err := r.write(); err != nil {
		return nil, r.fail(fmt.Errorf("bot: writing the result of %q: %w", full, err))
	}
	t.note(EventEffect, label, effectDone)
	return rec.Value, nil
}

// write journals the frame as it stands, with further steps.
func (r *run) write(more ...step) error {
	if r.t.readOnly {
		return errReadOnly
	}
	r.keepRest()
	f := *r.frame
	f.Open = nil
	f.Message, f.Before = r.t.Message.ID, nil
	f.Steps = append(append([]step(nil), r.reached...), more...)
	for i, s := range r.old {
		if !r.seen[i] {
			f.Steps = append(f.Steps, s)
		}
	}
	// A turn may run several frames: the journal holds all that did something,
	// also in turns that died and that no commit has taken in yet.
	js := &r.t.journalled
	i := slices.IndexFunc(*js, func(j *frame) bool { return j.Number == f.Number })
	if i < 0 {
		*js = append(*js, &f)
	} else {
		if have := (*js)[i]; have.Message != f.Message { // of a turn that died
			f.Before = append(slices.Clone(have.Before), have.Message)
		} else {
			f.Before = have.Before
		}
		(*js)[i] = &f
	}
	raw := []byte{'['}
	for i, f := range *js {
		if i > 0 {
			raw = append(raw, ',')
		}
		var err error
		if raw, err = f.append(raw); err != nil {
			return err
		}
	}
	raw = append(raw, ']')
	err := r.t.bot.opts.Store.Journal(r.ctx, r.t.Key, r.t.version, raw)
	if err == nil {
		r.t.version++
	}
	return err
}

// failed makes the recorded form of an error; the cause goes to the log.
func (r *run) failed(name string, err error) *Failed {
	var f *Failed
	if errors.As(err, &f) {
		return &Failed{Step: name, Code: f.Code, Text: f.Text}
	}
	r.t.bot.opts.Logger.Warn("bot: a step failed", "flow", r.frame.Flow, "step", name, "error", err)
	return &Failed{Step: name}
}

// guarded runs fn with a marked context and turns a panic into an error.
func guarded(ctx context.Context, fn func(context.Context) (any, error)) (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(context.WithValue(ctx, inStep{}, true))
}
