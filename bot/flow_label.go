package bot

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// labelMark is before the step's name in the type of an entity that was given
// to a form's field by its label.
const labelMark = "="

// piece is what a message says of a field it names: "电话：138…".
type piece struct {
	field       int
	value, text string
}

// labelled cuts a message of the kind "label: value", a line or a clause each,
// into its pieces. Without at least one there are none; what stands before the
// first is rest. words are the labels of each field.
func labelled(message string, words [][]string) (pieces []piece, rest string) {
	type mark struct{ field, from, value int }
	var marks []mark
	low := strings.ToLower(message)
	if len(low) != len(message) {
		low = message // a letter whose lower case is of another length
	}
	start := true // a label may begin here
	for i, c := range low {
		if start && len(marks) < maxFill {
			best := mark{field: -1}
			for f, ws := range words {
				for _, w := range ws {
					if end := labelEnd(low[i:], strings.ToLower(w)); end > 0 && i+end > best.value {
						best = mark{f, i, i + end}
					}
				}
			}
			if best.field >= 0 {
				marks = append(marks, best)
			}
		}
		start = unicode.IsSpace(c) || strings.ContainsRune("，,；;。、|", c)
	}
	if len(marks) == 0 {
		return nil, message
	}
	for n, m := range marks {
		end := len(message)
		if n+1 < len(marks) {
			end = marks[n+1].from
		}
		if m.value > end {
			continue
		}
		value := strings.TrimFunc(message[m.value:end], func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune("，,；;。、|", r)
		})
		if value != "" {
			pieces = append(pieces, piece{m.field, value, message[m.from:end]})
		}
	}
	return pieces, strings.TrimSpace(message[:marks[0].from])
}

// labelEnd returns where the value begins when s starts with the label and a
// colon, 0 otherwise.
func labelEnd(s, label string) int {
	if label == "" || !strings.HasPrefix(s, label) {
		return 0
	}
	after := strings.TrimLeft(s[len(label):], " \t")
	for _, colon := range []string{"：", ":"} {
		if strings.HasPrefix(after, colon) {
			return len(s) - len(after) + len(colon)
		}
	}
	return 0
}

// hearLabels hands the pieces of a message that name fields of a form to those
// fields. What it says of a field that has an answer is a correction.
func (r *run) hearLabels(scope, form string, fields []formField) {
	if !r.fresh && !r.probing {
		return
	}
	if !strings.ContainsAny(r.rest, ":：") {
		return
	}
	words := make([][]string, len(fields))
	for i := range fields {
		words[i] = r.t.labels(form, &fields[i])
	}
	pieces, rest := labelled(r.rest, words)
	if len(pieces) == 0 {
		return
	}
	for _, p := range pieces {
		f := &fields[p.field]
		name := scope + f.name
		e := r.part(f.entity(), p.value)
		if r.probing {
			if r.labelled == nil {
				r.labelled = map[string]nlu.Entity{}
			}
			r.labelled[name] = e
			continue
		}
		// What was found in the piece is the field's.
		r.frame.Fill = slices.DeleteFunc(r.frame.Fill, func(e nlu.Entity) bool {
			return !strings.HasPrefix(e.Type, labelMark) && r.ownEntity(e) && strings.Contains(p.text, e.Text)
		})
		if slices.ContainsFunc(r.old, func(s step) bool { return s.Name == name }) {
			r.late = true
			continue
		}
		e.Type = labelMark + name + labelMark + e.Type
		r.frame.Fill = append(r.frame.Fill, e)
	}
	r.rest = rest
	r.fresh, r.taken = false, true // the open question gets its piece or is put again
}

// part is a piece of the message as something heard: the entity of a kind that
// makes up the piece, or its words.
func (r *run) part(kind, words string) nlu.Entity {
	for _, e := range r.t.Meaning.Entities {
		if e.Type == kind && !e.Carried && e.Text != "" && strings.Contains(words, e.Text) && len(words) <= len(e.Text)+6 {
			e.Text = words
			return e
		}
	}
	return nlu.Entity{Value: words, Text: words}
}

// given takes the answer that was given to the question by its label. ok is
// false with a reason when it was no answer.
func (r *run) given(q asker, hash uint32) (raw json.RawMessage, why string, ok bool) {
	if len(q.labels) == 0 {
		return nil, "", false
	}
	mark := labelMark + q.name + labelMark
	for i, e := range r.frame.Fill {
		kind, mine := strings.CutPrefix(e.Type, mark)
		if !mine {
			continue
		}
		r.frame.Fill = slices.Delete(r.frame.Fill, i, i+1)
		e.Type = kind
		raw, why := r.readPart(q, e)
		if raw == nil {
			return nil, why, false
		}
		if why, ok := r.valid(q, raw); !ok {
			return nil, why, false
		}
		r.record(step{Name: q.name, Kind: q.kind, Value: raw, Words: e.Text, Hash: hash})
		return raw, "", true
	}
	return nil, "", false
}

// readPart parses a piece of a message.
func (r *run) readPart(q asker, e nlu.Entity) (raw json.RawMessage, why string) {
	h := r.heard(e.Text)
	h.own, h.named, h.part, h.why = false, q.choice, &e, new(reason)
	raw, sure := q.parse(h)
	if sure == No {
		return nil, r.t.Text(firstOf(h.why.key, "flow.not_understood"), h.why.args...)
	}
	return raw, ""
}

// named cuts the label of a question out of a correction: "电话改成 138" leaves
// "138". ok is false when the words do not name it.
func (r *run) named(labels []string, words string) (rest string, ok bool) {
	low := strings.ToLower(words)
	if len(low) != len(words) {
		return "", false
	}
	best, at := "", -1
	for _, w := range labels {
		w = strings.ToLower(w)
		if i := strings.Index(low, w); w != "" && len(w) > len(best) && i >= 0 && contains(low, w) {
			best, at = w, i
		}
	}
	if at < 0 {
		return "", false
	}
	filler, _ := r.t.lookup("flow.cue.filler")
	cues, _ := r.t.lookup("flow.cue.correct") // a second one: "wait, … should be"
	return strip(words[:at]+" "+words[at+len(best):], append(splitWords(filler), splitWords(cues)...)), true
}

// strip takes filler words, spaces and punctuation off both ends.
func strip(s string, filler []string) string {
	for {
		s = trimmed(s)
		before := s
		for _, w := range filler {
			if n := len(s) - len(w); n >= 0 && strings.EqualFold(s[:len(w)], w) && !latin(strings.ToLower(s), len(w), w[len(w)-1]) {
				s = trimmed(s[len(w):])
			}
			if n := len(s) - len(w); n >= 0 && strings.EqualFold(s[n:], w) && !latin(strings.ToLower(s), n-1, w[0]) {
				s = trimmed(s[:n])
			}
		}
		if s == before {
			return s
		}
	}
}

// trimmed is s without spaces and punctuation at its ends, but for what begins
// a number.
func trimmed(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return r != '+' && r != '-' && r != '#' && (unicode.IsSpace(r) || unicode.IsPunct(r))
	})
}
