package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Question asks the customer for a T.
type Question[T any] struct {
	// Name is the step's, unique in the flow; Was is the name it had before.
	Name, Was string
	// Prompt is a key of the catalogue or the text itself, Args its
	// placeholders as name-value pairs.
	Prompt string
	Args   []any
	// Quick are quick replies; a tapped one is parsed like typed text.
	Quick []Choice
	// Slot is the type of entity that answers: "order". It should be a role
	// rather than a kind when two questions share a kind.
	Slot string
	// Parse reads an answer; nil reads what T is: a string, a number, a bool.
	// It must be pure.
	Parse Parser[T]
	// Check judges an answer; Again(text) asks once more. It may read, and runs
	// when an answer is new and again after a correction.
	Check func(T) error
}

// Ask returns the customer's answer, asking for it when it is not known yet.
// While it is open the error is ErrAsked: return it.
func Ask[T any](t *Turn, q Question[T]) (T, error) {
	parse := q.Parse
	if parse == nil {
		parse = parserOf[T]()
	}
	var v T
	raw, err := t.ask(asker{
		name: q.Name, was: q.Was, kind: kindAnswer, slot: q.Slot,
		question: Reply{Text: t.Text(q.Prompt, q.Args...), Choices: q.Quick},
		parse: func(h Heard) (json.RawMessage, Sure) {
			x, sure := parse(h)
			if sure == No {
				return nil, No
			}
			b, err := json.Marshal(x)
			if err != nil {
				return nil, No
			}
			return b, sure
		},
		decodes: func(raw json.RawMessage) bool { var x T; return strict(raw, &x) == nil },
		check: func(raw json.RawMessage) error {
			if q.Check == nil {
				return nil
			}
			var x T
			if err := json.Unmarshal(raw, &x); err != nil {
				return err
			}
			return q.Check(x)
		},
	})
	if err != nil {
		return v, err
	}
	err = json.Unmarshal(raw, &v)
	return v, err
}

// Choose asks for one of several options and returns it. An option's label is
// the catalogue's text of prompt.option, or the option itself; further words
// for it stand under prompt.option.also, separated by "|".
func Choose(t *Turn, name, prompt string, options ...string) (string, error) {
	return choose(t, kindAnswer, name, t.Text(prompt), prompt, options)
}

// Confirm asks for a yes or no, with the prompt's placeholders as name-value
// pairs. A yes counts only for the text that was read: it is never taken from
// an earlier message, never kept when something before it is corrected, and
// asked again when the text has changed meanwhile.
func Confirm(t *Turn, name, prompt string, args ...any) (bool, error) {
	s, err := choose(t, kindConsent, name, t.Text(prompt, args...), "confirm", []string{"yes", "no"})
	return s == "yes", err
}

func choose(t *Turn, kind, name, text, labels string, options []string) (string, error) {
	q := Reply{Text: text}
	words := make([][]string, len(options))
	for i, o := range options {
		label := o
		if s, ok := t.lookup(labels + "." + o); ok {
			label = s
		}
		q.Choices = append(q.Choices, Choice{Label: label, Value: o})
		words[i] = []string{label}
		if s, ok := t.lookup(labels + "." + o + ".also"); ok {
			words[i] = append(words[i], splitWords(s)...)
		}
	}
	raw, err := t.ask(asker{name: name, kind: kind, question: q, choice: true,
		parse: func(h Heard) (json.RawMessage, Sure) {
			o, sure := pick(h, options, words, kind == kindConsent)
			if sure == No {
				return nil, No
			}
			b, _ := json.Marshal(o)
			return b, sure
		},
		decodes: func(raw json.RawMessage) bool {
			var o string
			if strict(raw, &o) != nil {
				return false
			}
			for _, have := range options {
				if o == have {
					return true
				}
			}
			return false
		},
		check: func(json.RawMessage) error { return nil },
	})
	if err != nil {
		return "", err
	}
	var o string
	err = json.Unmarshal(raw, &o)
	return o, err
}

func (t *Turn) lookup(key string) (string, bool) {
	return t.bot.texts.Lookup(t.Language, t.Tone, key)
}

func splitWords(s string) []string {
	var out []string
	for _, w := range strings.Split(s, "|") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// asker is a question without its type.
type asker struct {
	name, was, kind, slot string
	question              Reply
	choice                bool
	parse                 func(Heard) (json.RawMessage, Sure)
	decodes               func(json.RawMessage) bool
	check                 func(json.RawMessage) error
}

// ask is the one way a question goes: from the record, from the message, from
// what was heard before, or to the customer.
func (t *Turn) ask(q asker) (json.RawMessage, error) {
	r := t.run
	if r == nil {
		return nil, ErrOutside
	}
	full, s, err := r.begin(t, q.name, q.was)
	if err != nil {
		return nil, err
	}
	q.name = full
	t.spotQuestion(&q)
	if s != nil && s.Kind != q.kind {
		if s.Kind == kindEffect {
			return nil, r.fail(fmt.Errorf("%w: %q was an effect and is a question now", ErrDrift, full))
		}
		s = nil
	}
	hash := hashReply(&q.question)
	if s != nil {
		if raw, ok := r.recorded(q, *s, hash); ok {
			return raw, nil
		}
	}
	if r.probing {
		return nil, r.fail(ErrAsked)
	}
	reason := ""
	if r.isOpen(full, hash) {
		r.wasReached = true
		r.queue = r.queue[:0]
		raw, why, ok := r.answer(q, hash)
		if r.stop != nil {
			return nil, r.stop
		}
		if ok {
			return raw, nil
		}
		reason = why
	} else if raw, why, ok := r.prefill(q, hash); ok {
		return raw, nil
	} else {
		reason = why
	}
	return nil, r.put(q, hash, reason)
}

// recorded returns the answer on record if it still stands.
func (r *run) recorded(q asker, s step, hash uint32) (json.RawMessage, bool) {
	if s.Stale {
		// Behind a correction: a consent never stands, an answer only to the
		// very same question, and only if it is still valid.
		if q.kind == kindConsent || s.Hash != hash || !q.decodes(s.Value) || q.check(s.Value) != nil {
			return nil, false
		}
		s.Stale = false
	}
	if !q.decodes(s.Value) {
		if q.kind == kindConsent {
			return nil, false
		}
		raw, sure := q.parse(r.heard(s.Words))
		if sure == No || q.check(raw) != nil {
			return nil, false
		}
		s.Value = raw
	}
	if r.probing && q.kind == kindAnswer {
		r.probe(q, s)
	}
	r.pass(s)
	return s.Value, true
}

func (r *run) isOpen(name string, hash uint32) bool {
	if r.was == nil || r.wasReached {
		return false
	}
	if r.was.Name == name {
		return true
	}
	// Renamed with the same wording: the same question, unless the old name
	// still comes by.
	return r.was.Hash == hash && r.find(r.was.Name) == nil
}

func (r *run) heard(words string) Heard {
	return Heard{Text: words, Meaning: &r.t.Meaning, Now: r.t.Now, Language: r.t.Language,
		Attachments: r.t.Message.Attachments, own: words == r.t.Message.Text}
}

// answer reads the message at the open question. ok is false when the question
// must be put again, with the reason.
func (r *run) answer(q asker, hash uint32) (raw json.RawMessage, why string, ok bool) {
	if !r.fresh {
		return nil, r.reask, false
	}
	t := r.t
	if q.kind == kindConsent {
		if !r.was.At.IsZero() && t.Message.At.Before(r.was.At) {
			r.taken, r.fresh = true, false
			return nil, "", false // sent before the question was
		}
	}
	h := r.heard(t.Message.Text)
	h.Tap = tapValue(t.Message.Tap)
	raw, sure := q.parse(h)
	if sure != Exact && h.Tap == "" && r.elsewhere(sure == Loose && q.choice) {
		r.digress = true
		return nil, "", r.fail(ErrAsked) == nil
	}
	if sure == No || sure == Loose && q.choice {
		if i := r.slot(q.slot); i >= 0 {
			e := r.frame.Fill[i]
			h := r.heard(e.Value)
			h.Entity = &e
			if raw, sure = q.parse(h); sure != No {
				r.use(i)
				return r.accept(q, raw, hash, e.Text)
			}
		}
	}
	if sure == No {
		r.late = true
		r.fresh, r.taken = false, true
		r.was.Tries++
		if r.was.Tries >= t.bot.opts.MaxTries {
			r.gaveUp = true
			return nil, "", r.fail(ErrAsked) == nil
		}
		return nil, t.Text("flow.not_understood"), false
	}
	r.consume()
	return r.accept(q, raw, hash, t.Message.Text)
}

// accept checks an answer and records it.
func (r *run) accept(q asker, raw json.RawMessage, hash uint32, words string) (json.RawMessage, string, bool) {
	r.fresh, r.taken = false, true
	if q.kind == kindConsent && r.was != nil && r.was.Hash != hash {
		return nil, r.t.Text("flow.changed"), false
	}
	if why, ok := r.valid(q, raw); !ok {
		if r.was != nil {
			r.was.Tries++
			if r.was.Tries >= r.t.bot.opts.MaxTries {
				r.gaveUp = true
				_ = r.fail(ErrAsked)
			}
		}
		return nil, why, false
	}
	r.record(step{Name: q.name, Kind: q.kind, Value: raw, Words: words, Hash: hash})
	return raw, "", true
}

// valid runs Check; why is what to tell the customer.
func (r *run) valid(q asker, raw json.RawMessage) (why string, ok bool) {
	err := q.check(raw)
	if err == nil {
		return "", true
	}
	var a *again
	if errors.As(err, &a) {
		return r.t.Text(a.text), false
	}
	var f *Failed
	if errors.As(err, &f) && f.Text != "" {
		return r.t.Text(f.Text), false
	}
	r.t.bot.opts.Logger.Warn("bot: a question's check failed", "flow", r.frame.Flow, "step", q.name, "error", err)
	return r.t.Text("flow.not_understood"), false
}

// prefill takes an answer from what was already said. Consent never is.
func (r *run) prefill(q asker, hash uint32) (raw json.RawMessage, why string, ok bool) {
	if q.kind == kindConsent {
		return nil, "", false
	}
	if h := r.frame.Held; h != nil && h.Name == q.name {
		r.frame.Held = nil
		if raw, sure := q.parse(r.heard(h.Words)); sure != No {
			if why, ok := r.valid(q, raw); !ok {
				return nil, why, false
			}
			r.record(step{Name: q.name, Kind: q.kind, Value: raw, Words: h.Words, Hash: hash})
			return raw, "", true
		}
	}
	words := ""
	if i := r.slot(q.slot); i >= 0 {
		e := r.use(i)
		h := r.heard(e.Value)
		h.Entity = &e
		if x, sure := q.parse(h); sure != No {
			raw, words = x, firstOf(e.Text, e.Value)
		}
	} else if q.choice && r.rest != "" {
		h := r.heard(r.rest)
		h.named = true
		if x, sure := q.parse(h); sure != No {
			raw, words = x, r.rest
			r.rest = ""
		}
	}
	if raw == nil {
		return nil, "", false
	}
	if why, ok := r.valid(q, raw); !ok {
		return nil, why, false
	}
	r.t.Trace.Add("flow", "%s filled from what was said", q.name)
	r.record(step{Name: q.name, Kind: q.kind, Value: raw, Words: words, Hash: hash})
	return raw, "", true
}

// slot finds an unused entity: of this message before carried ones, said
// plainly before said with "not" (which counts only when nothing else does:
// "I don't want order 0051" still names the order).
func (r *run) slot(kind string) int {
	if kind == "" {
		return -1
	}
	best, rank := -1, 0
	for i, e := range r.frame.Fill {
		if e.Type != kind {
			continue
		}
		n := 4
		if e.Carried {
			n -= 2
		}
		if e.Negated {
			n--
		}
		if n > rank {
			best, rank = i, n
		}
	}
	return best
}

// put asks the customer and suspends the run.
func (r *run) put(q asker, hash uint32, reason string) error {
	o := &open{Name: q.name, Kind: q.kind, Hash: hash, At: r.t.Now, Said: r.said()}
	if r.was != nil && (r.was.Name == q.name || r.was.Hash == hash) {
		o.Tries = r.was.Tries
		if len(o.Said) == 0 {
			o.Said = r.was.Said
		}
	}
	ask := q.question
	for i := range ask.Choices {
		if i == 0 {
			ask.Choices = append([]Choice(nil), ask.Choices...)
		}
		ask.Choices[i].Value = tapOf(r.frame.Number, hash, ask.Choices[i].Value)
	}
	if reason != "" {
		ask.Text = reason + "\n" + ask.Text
	}
	ask.Language = r.t.Language
	r.frame.Open = o
	r.asked = &ask
	return r.fail(ErrAsked)
}

// parserOf reads the plain kinds of T.
func parserOf[T any]() Parser[T] {
	return func(h Heard) (T, Sure) {
		var v T
		rv := reflect.ValueOf(&v).Elem()
		switch rv.Kind() {
		case reflect.String:
			s, sure := FreeText(h)
			rv.SetString(s)
			return v, sure
		case reflect.Int, reflect.Int64, reflect.Int32:
			n, sure := Number(h)
			rv.SetInt(int64(n))
			if float64(int64(n)) != n {
				return v, No
			}
			return v, sure
		case reflect.Float64, reflect.Float32:
			n, sure := Number(h)
			rv.SetFloat(n)
			return v, sure
		}
		return v, No
	}
}
