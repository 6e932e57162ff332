package bot

import (
	"encoding/json"
	"errors"
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
	var known T
	if s := t.usual(q.Name, kindAnswer); s != nil && plain(s, &known) {
		t.run.came(s)
		return known, nil
	}
	return ask(t, q)
}

// ask is Ask for a question whose answer is not at hand.
func ask[T any](t *Turn, q Question[T]) (T, error) {
	parse := q.Parse
	if parse == nil {
		parse = parserOf[T]()
	}
	var v T
	a := asker{
		name: q.Name, was: q.Was, kind: kindAnswer, slot: q.Slot,
		question: Reply{Text: t.Text(q.Prompt, q.Args...), Choices: q.Quick},
		parse:    func(h Heard) (json.RawMessage, Sure) { return encoded(parse(h)) },
		decodes:  func(raw json.RawMessage) bool { var x T; return strict(raw, &x) == nil },
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
	}
	switch any(v).(type) {
	case Attachment, []Attachment:
		a.files = true
	}
	a.names(t, q.Prompt)
	raw, err := t.ask(a)
	if err != nil {
		return v, err
	}
	err = json.Unmarshal(raw, &v)
	return v, err
}

// asker is a question without its type.
type asker struct {
	name, was, kind, slot string
	question              Reply
	choice                bool
	parse                 func(Heard) (json.RawMessage, Sure)
	decodes               func(json.RawMessage) bool
	check                 func(json.RawMessage) error

	entity string                       // the type of entity that makes up an answer, when it is not the slot
	labels []string                     // what customers call it; the first is shown
	named  bool                         // it is corrected only by its label: a yes alone could mean anything
	show   func(json.RawMessage) string // the answer as customers read it; nil for their own words
	preset json.RawMessage              // what a form held before; not asked for
	files  bool                         // the answer is a file

	consent *consent // reads a yes or a no
}

// names takes what customers call the question from the catalogue.
func (q *asker) names(t *Turn, prompt string) {
	if s, ok := t.lookup(prompt + ".label"); ok {
		q.labels = splitWords(s)
	}
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
			return nil, r.drift(s, "%q was an effect and is a question now", full)
		}
		s = nil
	}
	hash := hashReply(&q.question)
	if s != nil {
		if raw, ok := r.recorded(q, *s, hash); ok {
			r.sum(q)
			return raw, nil
		}
	}
	if r.probing {
		return nil, r.fail(ErrAsked)
	}
	open := r.isOpen(full, hash)
	if open {
		r.wasReached, r.atOpen = true, true
		defer func() { r.atOpen = false }()
		r.queue = r.queue[:0]
	}
	raw, reason, ok := r.given(q, hash)
	switch {
	case ok || reason != "":
	case q.preset != nil:
		raw, ok = q.preset, true
		r.record(step{Name: full, Kind: q.kind, Value: raw, Hash: hash, State: stepPreset})
	case open:
		raw, reason, ok = r.answer(q, hash)
	default:
		raw, reason, ok = r.prefill(q, hash)
	}
	if r.stop != nil {
		return nil, r.stop
	}
	if ok {
		r.sum(q)
		return raw, nil
	}
	return nil, r.put(q, hash, reason)
}

// recorded returns the answer on record if it still stands.
func (r *run) recorded(q asker, s step, hash uint32) (json.RawMessage, bool) {
	if s.Stale {
		// Behind a correction: a consent never stands, an answer only to the
		// very same question, and only if it is still valid. What a form held
		// before is what it holds now.
		if s.State == stepPreset && q.preset != nil {
			s.Value = q.preset
		}
		if q.kind == kindConsent || s.Hash != hash || !q.decodes(s.Value) || r.check(q, s.Value) != nil {
			return nil, false
		}
		s.Stale = false
	}
	if !q.decodes(s.Value) {
		if q.kind == kindConsent {
			return nil, false
		}
		raw, sure := q.parse(r.heard(s.Words))
		if sure == No || r.check(q, raw) != nil {
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
	return r.was.Hash == hash && r.find("", r.was.Name) < 0
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
	h.why = new(reason)
	raw, sure := q.parse(h)
	if r.quits && sure != Exact && (q.consent == nil || !q.consent.doubtful(t.Message.Text)) {
		r.left = true
		return nil, "", r.fail(ErrAsked) == nil
	}
	if !r.quits && sure != Exact && h.Tap == "" && r.elsewhere(sure, q.choice) {
		r.digress, r.swaps = true, q.consent != nil && q.consent.swapped(t.Message.Text)
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
	if sure == No && !q.files && len(t.Message.Attachments) > 0 && strings.TrimSpace(t.Message.Text) == "" {
		r.fresh, r.taken, r.late = false, true, true
		return nil, t.Text("flow.kept_file"), false // for a question that asks for it
	}
	if sure == No {
		r.late = true
		r.fresh, r.taken = false, true
		r.tried()
		if r.gaveUp {
			return nil, "", false
		}
		return nil, t.Text(firstOf(h.why.key, "flow.not_understood"), h.why.args...), false
	}
	r.consume(q.files)
	return r.accept(q, raw, hash, t.Message.Text)
}

// accept checks an answer and records it.
func (r *run) accept(q asker, raw json.RawMessage, hash uint32, words string) (json.RawMessage, string, bool) {
	r.fresh, r.taken = false, true
	if q.kind == kindConsent && r.was != nil && r.was.Hash != hash {
		return nil, r.t.Text("flow.changed"), false
	}
	if why, ok := r.valid(q, raw); !ok {
		r.tried()
		return nil, why, false
	}
	r.record(step{Name: q.name, Kind: q.kind, Value: raw, Words: words, Hash: hash})
	return raw, "", true
}

// tried counts an answer to the open question that was none.
func (r *run) tried() {
	if r.was == nil {
		return
	}
	r.counted = true
	if r.was.Tries++; r.was.Tries >= r.t.bot.opts.MaxTries {
		r.gaveUp = true
		_ = r.fail(ErrAsked)
	}
}

// valid runs Check; why is what to tell the customer.
func (r *run) valid(q asker, raw json.RawMessage) (why string, ok bool) {
	err := r.check(q, raw)
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
	words, before := "", false
	if q.files && len(r.frame.Files) > 0 {
		h := Heard{Attachments: r.frame.Files, Now: r.t.Now, Language: r.t.Language, own: true}
		if x, sure := q.parse(h); sure != No {
			raw, r.frame.Files = x, nil
		}
	} else if i := r.slot(q.slot); i >= 0 {
		e := r.use(i)
		h := r.heard(e.Value)
		h.Entity = &e
		if x, sure := q.parse(h); sure != No {
			raw, words, before = x, firstOf(e.Text, e.Value), e.Carried
		}
	} else if q.choice {
		for _, said := range []*string{&r.rest, &r.frame.Began} {
			if *said == "" {
				continue
			}
			h := r.heard(*said)
			h.named, h.past, h.took = true, said == &r.frame.Began, new(string)
			if x, sure := q.parse(h); sure != No {
				raw, words = x, *said
				*said = without(*said, *h.took)
				break
			}
		}
	}
	if raw == nil {
		return nil, "", false
	}
	if why, ok := r.valid(q, raw); !ok {
		if before { // of an earlier message: nobody asks why it is not taken
			why = ""
		}
		return nil, why, false
	}
	r.t.Trace.Add("flow", "%s filled from what was said", q.name)
	r.record(step{Name: q.name, Kind: q.kind, Value: raw, Words: words, Hash: hash})
	return raw, "", true
}

// without is a message without a word of it, which may stand there in other
// case; without "" nothing is left.
func without(message, word string) string {
	i := strings.Index(strings.ToLower(message), word)
	if word == "" || i < 0 || i+len(word) > len(message) || !strings.EqualFold(message[i:i+len(word)], word) {
		return ""
	}
	return message[:i] + " " + message[i+len(word):]
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
	r.keepRest()
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
		switch p := any(&v).(type) {
		case *Attachment:
			a, sure := File(h)
			*p = a
			return v, sure
		case *[]Attachment:
			all, sure := Files(h)
			*p = all
			return v, sure
		}
		return v, No
	}
}
