package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
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
	fields, err := formFields(reflect.TypeFor[T](), reflect.TypeFor[T](), name, "", nil, 0)
	if err != nil {
		return r.wrong(fmt.Errorf("bot: Fill %q: %w", name, err))
	}
	for i := range fields {
		f := &fields[i]
		f.label = f.words[0]
		if s, ok := t.lookup(f.prompt + ".label"); ok {
			f.words = splitWords(s)
			f.label = firstOf(slices.Concat(f.words, []string{f.name})...)
		}
	}
	sub := t.In(name)
	r.hearLabels(sub.scope, fields)
	v := reflect.ValueOf(form).Elem()
	for _, f := range fields {
		if err := sub.fillField(f, v); err != nil {
			return err
		}
	}
	return nil
}

// formField is a field of a form as its tags describe it.
type formField struct {
	index    []int
	name     string // the step's, below the form's
	prompt   string
	label    string
	words    []string // what customers call it
	worded   bool     // the prompt stands in the tag
	slot     string
	parse    string
	options  []string
	optional bool
	min, max *float64
	typ      reflect.Type
}

// maxFormDepth bounds forms within forms.
const maxFormDepth = 4

// chooser is a form whose options are not known before.
type chooser interface{ Choices(field string) []Choice }

// anyChoice is the tag options of a field with such options.
const anyChoice = "*"

// formFields reads the tags of a struct, root or one within it.
func formFields(root, typ reflect.Type, form, prefix string, index []int, depth int) ([]formField, error) {
	if typ.Kind() != reflect.Struct || depth > maxFormDepth {
		return nil, fmt.Errorf("%s is no struct, or one too deep: at most %d forms within a form", typ, maxFormDepth)
	}
	var out []formField
	for i := range typ.NumField() {
		sf := typ.Field(i)
		tag, ok := sf.Tag.Lookup("ask")
		if !ok || tag == "-" {
			continue
		}
		where := func(format string, args ...any) error {
			return fmt.Errorf("field %s.%s: %s", typ, sf.Name, fmt.Sprintf(format, args...))
		}
		name, opt, _ := strings.Cut(tag, ",")
		if name == "" {
			name = strings.ToLower(sf.Name)
		}
		if !sf.IsExported() {
			return nil, where("is not exported: Fill cannot set it")
		}
		if opt != "" && opt != "optional" {
			return nil, where("ask has the option %q: there is only optional", opt)
		}
		at := append(slices.Clone(index), i)
		if sf.Type.Kind() == reflect.Struct && sf.Type != reflect.TypeFor[time.Time]() && sf.Type != reflect.TypeFor[Attachment]() {
			inner, err := formFields(root, sf.Type, form+"."+name, prefix+name+"/", at, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, inner...)
			continue
		}
		f := formField{index: at, name: prefix + name, typ: sf.Type, slot: sf.Tag.Get("slot"), optional: opt != "", worded: sf.Tag.Get("prompt") != "",
			prompt: firstOf(sf.Tag.Get("prompt"), form+"."+name)}
		f.words = append(splitWords(sf.Tag.Get("label")), name)
		if s := sf.Tag.Get("options"); s != "" {
			f.options = splitWords(s)
			if sf.Type.Kind() != reflect.String || len(f.options) == 0 {
				return nil, where("options %q need a string field and at least one value", s)
			}
			if _, ok := reflect.New(root).Interface().(chooser); s == anyChoice && !ok {
				return nil, where("options \"*\" need a method Choices(field string) []bot.Choice of %s", root)
			}
		}
		f.parse = sf.Tag.Get("parse")
		if f.parse == "" && (f.slot == "order" || f.slot == "phone" || f.slot == "email") {
			f.parse = f.slot
		}
		for _, b := range []struct {
			tag  string
			into **float64
		}{{"min", &f.min}, {"max", &f.max}} {
			if s := sf.Tag.Get(b.tag); s != "" {
				n, err := strconv.ParseFloat(s, 64)
				if err != nil {
					return nil, where("%s is %q: write a number", b.tag, s)
				}
				*b.into = &n
			}
		}
		if f.parser() == nil {
			return nil, where("no parser %q for a %s: see the doc of Fill", f.parse, sf.Type)
		}
		out = append(out, f)
	}
	return out, nil
}

// parser reads the field's answer; nil when type and tags do not go together.
func (f *formField) parser() Parser[any] {
	switch f.typ {
	case reflect.TypeFor[time.Time]():
		return anyOf(day)
	case reflect.TypeFor[Attachment]():
		if f.parse == "photo" {
			return anyOf(Photo)
		}
		return anyOf(File)
	case reflect.TypeFor[[]Attachment]():
		if f.parse == "photo" {
			return anyOf(Photos)
		}
		return anyOf(Files)
	}
	switch f.typ.Kind() {
	case reflect.String:
		switch f.parse {
		case "order":
			return anyOf(OrderID)
		case "phone":
			return anyOf(Phone)
		case "email":
			return anyOf(Email)
		case "":
			return anyOf(FreeText)
		}
	case reflect.Bool:
		return anyOf(FreeText) // read as a choice of yes and no
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return whole(f.typ)
	case reflect.Float32, reflect.Float64:
		return anyOf(Number)
	}
	return nil
}

// files reports whether the field is answered with a file.
func (f *formField) files() bool {
	return f.typ == reflect.TypeFor[Attachment]() || f.typ == reflect.TypeFor[[]Attachment]()
}

// entity is the type of entity that makes up an answer to the field.
func (f *formField) entity() string {
	switch {
	case f.parse != "":
		return f.parse
	case f.slot != "":
		return f.slot
	case f.typ == reflect.TypeFor[time.Time]():
		return "date"
	case f.typ.Kind() != reflect.String:
		return "quantity"
	}
	return ""
}

// anyOf is a parser that forgets its type.
func anyOf[T any](p Parser[T]) Parser[any] {
	return func(h Heard) (any, Sure) { return p(h) }
}

// whole reads a number without a fraction that fits the type.
func whole(typ reflect.Type) Parser[any] {
	return func(h Heard) (any, Sure) {
		n, sure := Number(h)
		if sure == No {
			return nil, No
		}
		v := reflect.New(typ)
		if err := json.Unmarshal([]byte(strconv.FormatFloat(n, 'f', -1, 64)), v.Interface()); err != nil {
			h.Because("flow.want.whole")
			return nil, No
		}
		return v.Elem().Interface(), sure
	}
}

// day reads a Date as the midnight it begins with, in the customer's zone.
func day(h Heard) (time.Time, Sure) {
	s, sure := Date(h)
	if sure == No {
		return time.Time{}, No
	}
	d, err := time.ParseInLocation("2006-01-02", s, h.Now.Location())
	if err != nil {
		return time.Time{}, No
	}
	return d, sure
}

// skipped is the value of the quick reply that leaves an optional field out,
// and the answer on record then.
const (
	skipTap = "-"
	skipped = "null"
)

// fillField asks for one field of the form v and sets it.
func (t *Turn) fillField(f formField, v reflect.Value) error {
	dst := v.FieldByIndex(f.index)
	q := asker{name: f.name, kind: kindAnswer, slot: f.slot, entity: f.entity(), labels: append([]string{f.label}, f.words...), question: Reply{Text: t.fieldPrompt(f)}, files: f.files()}
	parse := f.parser()
	switch {
	case f.typ.Kind() == reflect.Bool:
		c := t.choiceOf("confirm", []string{"yes", "no"})
		q.question.Choices, q.named = c.shown, true
		parse = func(h Heard) (any, Sure) {
			s, sure := pick(h, c.options, c.words, true)
			return s == "yes", sure
		}
		q.show = func(raw json.RawMessage) string {
			if string(raw) == "true" {
				return c.label("yes")
			}
			return c.label("no")
		}
	case f.options != nil:
		c := t.choiceOf(f.prompt, f.options)
		if f.options[0] == anyChoice {
			c = choicesOf(v.Addr().Interface().(chooser).Choices(f.name))
			f.options = c.options
		}
		q.question.Choices, q.choice, q.show = c.shown, true, c.show
		parse = func(h Heard) (any, Sure) { return pick(h, c.options, c.words, false) }
	}
	skip := []string{}
	if f.optional {
		label := t.Text("form.skip")
		q.question.Choices = append(q.question.Choices, Choice{Label: label, Value: skipTap})
		also, _ := t.lookup("form.skip.also")
		skip = append(splitWords(also), label)
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
			(f.options == nil || slices.Contains(f.options, x.Elem().String()))
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
			if why := t.outOfRange(f, x); why != "" {
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
func (t *Turn) fieldPrompt(f formField) string {
	if _, ok := t.lookup(f.prompt); ok || f.worded {
		return t.Text(f.prompt, "label", f.label)
	}
	return t.Text("form.ask", "label", f.label)
}

// outOfRange says why a value is too small or too large, "" when it is neither.
func (t *Turn) outOfRange(f formField, x reflect.Value) string {
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
		return t.Text("form.min."+unit, "label", f.label, "n", strconv.FormatFloat(*f.min, 'f', -1, 64))
	case f.max != nil && n > *f.max:
		return t.Text("form.max."+unit, "label", f.label, "n", strconv.FormatFloat(*f.max, 'f', -1, 64))
	}
	return ""
}
