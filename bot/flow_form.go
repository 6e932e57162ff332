package bot

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// forms are the tags of a program's forms, read once.
type forms struct{ m sync.Map }

// of returns the fields of a form, shared by all: they are not to be changed.
func (fs *forms) of(typ reflect.Type) ([]formField, error) {
	if have, ok := fs.m.Load(typ); ok {
		return have.([]formField), nil
	}
	fields, err := formFields(typ, typ, "", "", nil, 0)
	if err != nil {
		return nil, err
	}
	fs.m.Store(typ, fields)
	return fields, nil
}

// formField is a field of a form as its tags describe it.
type formField struct {
	index    []int
	name     string   // the step's, below the form's
	prompt   string   // without the form's name when it is not worded
	words    []string // what customers call it, by the tag
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
