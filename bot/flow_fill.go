package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Fill asks for what a form lacks, field by field in the struct's order, and
// fills it in:
//
//	type Repair struct {
//		Order string         `ask:"order" slot:"order"`
//		Fault string         `ask:"fault" options:"screen|battery|other"`
//		Phone string         `ask:"phone" parse:"phone"`
//		Photo bot.Attachment `ask:"photo,optional" parse:"photo"`
//	}
//
// Each field is a question named name/field and follows the rules of Ask:
// filled from what was said before, kept over restarts, corrected. Besides, a
// customer may name a field by its label: "电话改成 13800138000", "wrong phone"
// (asked again), or several at once, a line each: "姓名：王芳". A field that is
// not zero is not asked but can be corrected, like an answer; what is on
// record wins over it. Fields without the tag ask are left alone; one that is
// a struct is a form within the form, named by its tag.
//
// The types are string, integers and floats, bool (yes or no), time.Time (a
// day), Attachment and []Attachment. The tags are
//
//	ask      name of the step; ",optional" lets the customer skip it
//	prompt   key of the catalogue or the text; name.field when missing
//	label    what customers call the field, words separated by "|";
//	         the catalogue's prompt.label wins
//	slot     as in Question
//	parse    order, phone, email, or photo; by the slot and type when missing
//	options  values separated by "|", labelled as in Choose; "*" for those the
//	         form's method Choices(field string) []Choice returns
//	min, max of a number, of a text's length in characters, of files
//
// When neither prompt nor name.field is in the catalogue, the label is asked
// for in the words of "form.ask". A form with the method Check(field string)
// error judges a field just filled, those before it set; Again(text) asks once
// more. A tag that makes no sense is an error that names it.
func Fill[T any](t *Turn, name string, form *T) error {
	r := t.run
	if r == nil {
		return ErrOutside
	}
	if r.stop != nil {
		return r.stop
	}
	if form == nil {
		return r.wrong(fmt.Errorf("bot: Fill %q: the form is nil: give it a pointer to a struct", name))
	}
	if name == "" {
		return r.wrong(errors.New("bot: Fill needs a name"))
	}
	fields, err := t.bot.forms.of(reflect.TypeFor[T]())
	if err != nil {
		return r.wrong(fmt.Errorf("bot: Fill %q: %w", name, err))
	}
	sub := t.In(name)
	r.hearLabels(sub.scope, name, fields)
	v := reflect.ValueOf(form).Elem()
	for i := range fields {
		f := &fields[i]
		if s := sub.usual(f.name, kindAnswer); s != nil && f.set(v.FieldByIndex(f.index), s) {
			r.came(s)
			continue
		}
		if err := sub.fillField(name, f, v); err != nil {
			return err
		}
	}
	return nil
}

// set takes a plain answer from the record; it returns false for one that has
// to be looked at.
func (f *formField) set(dst reflect.Value, s *step) bool {
	switch dst.Kind() {
	case reflect.String:
		var x string
		if !plain(s, &x) || f.options != nil && !slices.Contains(f.options, x) {
			return false
		}
		dst.SetString(x)
	case reflect.Int:
		var x int
		if !plain(s, &x) {
			return false
		}
		dst.SetInt(int64(x))
	case reflect.Bool:
		var x bool
		if !plain(s, &x) {
			return false
		}
		dst.SetBool(x)
	default:
		return false
	}
	return true
}

// key is that of the field's texts in the catalogue.
func (f *formField) key(form string) string {
	if f.worded {
		return f.prompt
	}
	return form + f.prompt
}

// labels are what customers call a field, the one they read first.
func (t *Turn) labels(form string, f *formField) []string {
	if s, ok := t.lookup(f.key(form) + ".label"); ok {
		if words := splitWords(s); len(words) > 0 {
			return words
		}
	}
	return f.words
}

// skipped is the value of the quick reply that leaves an optional field out,
// and the answer on record then.
const (
	skipTap = "-"
	skipped = "null"
)

// fillField asks for one field of the form v and sets it.
func (t *Turn) fillField(form string, f *formField, v reflect.Value) error {
	prompt := f.key(form)
	labels := t.labels(form, f)
	label, options := labels[0], f.options
	dst := v.FieldByIndex(f.index)
	q := asker{name: f.name, kind: kindAnswer, slot: f.slot, entity: f.entity(), labels: labels, question: Reply{Text: t.fieldPrompt(f, prompt, label)}, files: f.files()}
	parse := f.parser()
	switch {
	case f.typ.Kind() == reflect.Bool:
		c := t.choiceOf("confirm", []string{"yes", "no"})
		q.question.Choices, q.named = c.shown, true
		asked := &consent{turn: t, text: q.question.Text, yesNo: c.words}
		parse = func(h Heard) (any, Sure) {
			s, sure := pick(h, c.options, c.words, asked)
			return s == "yes", sure
		}
		q.show = func(raw json.RawMessage) string {
			if string(raw) == "true" {
				return c.label("yes")
			}
			return c.label("no")
		}
	case f.options != nil:
		c := t.choiceOf(prompt, f.options)
		if f.options[0] == anyChoice {
			c = choicesOf(v.Addr().Interface().(chooser).Choices(f.name))
			options = c.options
		}
		q.question.Choices, q.choice, q.show = c.shown, true, c.show
		parse = func(h Heard) (any, Sure) { return pick(h, c.options, c.words, nil) }
	}
	skip := []string{}
	if f.optional {
		leave := t.Text("form.skip")
		q.question.Choices = append(q.question.Choices, Choice{Label: leave, Value: skipTap})
		also, _ := t.lookup("form.skip.also")
		skip = append(splitWords(also), leave)
	}
	q.parse = func(h Heard) (json.RawMessage, Sure) {
		if f.optional && (h.Tap == skipTap || h.own && h.Entity == nil && slices.ContainsFunc(skip, func(w string) bool { return strings.EqualFold(w, trimmed(h.Text)) })) {
			return json.RawMessage(skipped), Exact
		}
		x, sure := parse(h)
		if sure == No {
			return nil, No
		}
		raw, err := json.Marshal(x)
		if err != nil {
			return nil, No
		}
		return raw, sure
	}
	q.decodes = func(raw json.RawMessage) bool {
		if string(raw) == skipped {
			return f.optional
		}
		x := reflect.New(f.typ)
		return strict(raw, x.Interface()) == nil &&
			(f.options == nil || slices.Contains(options, x.Elem().String()))
	}
	q.check = func(raw json.RawMessage) error {
		form := reflect.New(v.Type())
		form.Elem().Set(v)
		x := form.Elem().FieldByIndex(f.index)
		x.SetZero()
		if err := json.Unmarshal(raw, x.Addr().Interface()); err != nil {
			return err
		}
		if string(raw) != skipped {
			if why := t.outOfRange(f, label, x); why != "" {
				return Again(why)
			}
		}
		if c, ok := form.Interface().(interface{ Check(field string) error }); ok {
			return c.Check(f.name)
		}
		return nil
	}
	if !dst.IsZero() {
		if raw, err := json.Marshal(dst.Interface()); err == nil {
			q.preset = raw
		}
	}
	raw, err := t.ask(q)
	if err != nil {
		return err
	}
	dst.SetZero()
	return json.Unmarshal(raw, dst.Addr().Interface())
}

// fieldPrompt is the question as the customer reads it.
func (t *Turn) fieldPrompt(f *formField, prompt, label string) string {
	if _, ok := t.lookup(prompt); ok || f.worded {
		return t.Text(prompt, "label", label)
	}
	return t.Text("form.ask", "label", label)
}

// outOfRange says why a value is too small or too large, "" when it is neither.
func (t *Turn) outOfRange(f *formField, label string, x reflect.Value) string {
	var n float64
	unit := "number"
	switch {
	case x.CanInt():
		n = float64(x.Int())
	case x.CanUint():
		n = float64(x.Uint())
	case x.CanFloat():
		n = x.Float()
	case x.Kind() == reflect.String:
		n, unit = float64(len([]rune(x.String()))), "text"
	case x.Kind() == reflect.Slice:
		n, unit = float64(x.Len()), "files"
	default:
		return ""
	}
	switch {
	case f.min != nil && n < *f.min:
		return t.Text("form.min."+unit, "label", label, "n", strconv.FormatFloat(*f.min, 'f', -1, 64))
	case f.max != nil && n > *f.max:
		return t.Text("form.max."+unit, "label", label, "n", strconv.FormatFloat(*f.max, 'f', -1, 64))
	}
	return ""
}
