package bot

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// probe asks an answered question whether the message would be another valid
// answer to it.
func (r *run) probe(q asker, s step) {
	raw, words, named := r.another(q)
	if raw == nil && !named || raw != nil && string(raw) == string(s.Value) {
		return
	}
	o := offer{name: s.Name, value: raw, words: words, byLabel: named}
	if raw != nil {
		o.err = r.check(q, raw)
	}
	r.offers = append(r.offers, o)
}

// another reads the message as another answer to a question. named is true
// when the message says which question it means; raw is nil then if it only
// says that the answer is wrong.
func (r *run) another(q asker) (raw json.RawMessage, words string, named bool) {
	if e, ok := r.labelled[q.name]; ok {
		raw, _ := r.readPart(q, e)
		return raw, e.Text, true
	}
	words = r.rest
	if rest, ok := r.named(q.labels, words); ok {
		if named = true; rest == "" {
			return nil, "", true
		}
		words = rest
	} else if q.named {
		return nil, "", false
	}
	for _, e := range r.t.Meaning.Entities {
		if e.Type != q.slot || e.Carried || e.Negated {
			continue
		}
		h := r.heard(e.Value)
		h.Entity = &e
		if x, sure := q.parse(h); sure != No {
			raw, words = x, e.Text
		}
	}
	if raw != nil {
		return raw, words, named
	}
	if q.files {
		if raw, sure := q.parse(r.heard(r.t.Message.Text)); sure != No && len(r.t.Message.Attachments) > 0 {
			return raw, words, named
		}
		return nil, "", named
	}
	h := r.heard(words)
	h.own, h.named = false, q.choice
	if named {
		e := r.part(firstOf(q.entity, q.slot), words)
		h.part = &e
	}
	x, sure := q.parse(h)
	if sure == No || !named && !q.choice && (sure == Loose || !r.cued) {
		return nil, "", named // what only has the shape of an answer must be announced
	}
	return x, words, named
}

// meant are the offers to take: those the message names, or the latest.
func meant(offers []offer) []offer {
	var named []offer
	for _, o := range offers {
		if o.byLabel {
			named = append(named, o)
		}
	}
	if len(named) > 0 || len(offers) == 0 {
		return named
	}
	return offers[len(offers)-1:]
}

// correct tries the message as a correction of earlier answers of the frame.
// done is false when it is none.
func (b *Bot) correct(ctx context.Context, t *Turn, st *flowState, f *frame, h Handler) (done bool, err error) {
	if len(f.Steps) == 0 {
		return false, nil
	}
	trial := *f
	trial.Steps = append([]step(nil), f.Steps...)
	p := newRun(ctx, t, &trial)
	p.probing = true
	p.rest = b.withoutCue(t, t.Message.Text)
	p.cued = p.rest != t.Message.Text
	_ = p.call(h)
	wants := meant(p.offers)
	if len(wants) == 0 {
		return false, nil
	}
	first := len(f.Steps)
	for _, want := range wants {
		if want.err != nil {
			why, _ := p.valid(asker{name: want.name, check: func(json.RawMessage) error { return want.err }}, want.value)
			t.Trace.Add("flow", "the correction of %s is not valid", want.name)
			return true, b.putAgain(ctx, t, st, f, h, why)
		}
		first = min(first, slices.IndexFunc(f.Steps, func(s step) bool { return s.Name == want.name }))
	}
	for _, s := range f.Steps[first:] {
		if s.Kind == kindEffect {
			t.note(EventTooLate, f.Flow, wants[0].name)
			return true, b.putAgain(ctx, t, st, f, h, t.Text("flow.too_late"))
		}
	}
	for i := first + 1; i < len(f.Steps); i++ {
		f.Steps[i].Stale = true
	}
	var changed []string
	for _, want := range wants {
		at := slices.IndexFunc(f.Steps, func(s step) bool { return s.Name == want.name })
		if want.value == nil {
			f.Steps = slices.Delete(f.Steps, at, at+1)
			continue
		}
		f.Steps[at].Value, f.Steps[at].Words, f.Steps[at].State = want.value, want.words, ""
		f.Steps[at].Stale = at > first
		changed = append(changed, want.words)
		t.Trace.Add("flow", "corrected %s of %s", want.name, f.Flow)
	}
	f.Open = nil
	if changed != nil {
		t.replies = append(t.replies, Reply{Text: t.Text("flow.corrected", "value", strings.Join(changed, t.Text("flow.comma"))), Language: t.Language})
	}
	r := newRun(ctx, t, f)
	r.corrected, r.taken = wants[0].name, true
	r.mute = p.said()
	return true, b.finish(ctx, t, st, f, r, r.call(h))
}

// cued reports whether the message says that something was wrong.
func (b *Bot) cued(t *Turn) bool { return b.withoutCue(t, t.Message.Text) != t.Message.Text }

// withoutCue cuts what announces a correction ("不对," "sorry, I meant").
func (b *Bot) withoutCue(t *Turn, s string) string {
	cues, _ := t.lookup("flow.cue.correct")
	low := strings.ToLower(s)
	best, at := "", -1
	for _, c := range splitWords(cues) {
		c = strings.ToLower(c)
		if i := strings.Index(low, c); i >= 0 && len(c) > len(best) && len(low) == len(s) && !latin(low, i-1, c[0]) && !latin(low, i+len(c), c[len(c)-1]) {
			best, at = c, i
		}
	}
	if at < 0 {
		return s
	}
	return strings.TrimFunc(s[:at]+" "+s[at+len(best):], func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) })
}

// says reports whether the message is one of an intent's words, for bots
// without an Understander, or was understood as the intent.
func (b *Bot) says(t *Turn, intent string) bool {
	if t.Meaning.Intent != "" {
		return t.Meaning.Intent == intent
	}
	cues, ok := t.lookup("flow.cue." + intent)
	if !ok {
		return false
	}
	text := strings.ToLower(strings.TrimFunc(t.Message.Text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }))
	for _, c := range splitWords(cues) {
		if strings.ToLower(c) == text {
			return true
		}
	}
	return false
}
