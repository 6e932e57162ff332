package bot

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"
)

// probe asks an answered question whether the message would be another valid
// answer to it.
func (r *run) probe(q asker, s step) {
	var raw json.RawMessage
	words := ""
	for _, e := range r.t.Meaning.Entities {
		if e.Type != q.slot || e.Carried || e.Negated {
			continue
		}
		h := r.heard(e.Value)
		h.Entity = &e
		if x, sure := q.parse(h); sure != No && string(x) != string(s.Value) {
			raw, words = x, e.Text
		}
	}
	if raw == nil {
		h := r.heard(r.rest)
		h.own = false
		h.named = q.choice
		x, sure := q.parse(h)
		if sure == No || sure == Loose && !q.choice || string(x) == string(s.Value) {
			return
		}
		raw, words = x, r.rest
	}
	r.offers = append(r.offers, offer{name: s.Name, value: raw, words: words, err: q.check(raw)})
}

// correct tries the message as a correction of an earlier answer of the frame.
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
	_ = p.call(h)
	if len(p.offers) == 0 {
		return false, nil
	}
	want := p.offers[len(p.offers)-1]
	if want.err != nil {
		why, _ := p.valid(asker{name: want.name, check: func(json.RawMessage) error { return want.err }}, want.value)
		t.Trace.Add("flow", "the correction of %s is not valid", want.name)
		return true, b.putAgain(ctx, t, st, f, h, why)
	}
	at := -1
	for i := range f.Steps {
		switch s := &f.Steps[i]; {
		case s.Name == want.name:
			at = i
		case at >= 0 && s.Kind == kindEffect:
			t.note(EventTooLate, f.Flow, want.name)
			return true, b.putAgain(ctx, t, st, f, h, t.Text("flow.too_late"))
		}
	}
	f.Steps[at].Value, f.Steps[at].Words, f.Steps[at].Stale = want.value, want.words, false
	for i := at + 1; i < len(f.Steps); i++ {
		f.Steps[i].Stale = true
	}
	f.Open = nil
	t.Trace.Add("flow", "corrected %s of %s", want.name, f.Flow)
	t.replies = append(t.replies, Reply{Text: t.Text("flow.corrected", "value", want.words), Language: t.Language})
	r := newRun(ctx, t, f)
	r.corrected, r.taken = want.name, true
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
