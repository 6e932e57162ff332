package recommend

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// ReadCatalogue reads items from CSV with a header. Columns: id, category,
// brand, name.LANG, price.CURRENCY (decimal, "299.00"), stock (a number, or
// "size: S=3 M=0" for variants), link, picture, description.LANG, notice.LANG,
// lasts_days, goes_with and needs (ids with "|" between), from and until
// (2026-11-30, or RFC 3339); every other column is an attribute, several values
// with "|" between. id, a name, a price, category and stock are needed. A day
// begins at midnight in UTC. All problems are reported together, with file, line
// and column.
func ReadCatalogue(r io.Reader, name string) ([]Item, error) {
	cr := csv.NewReader(r)
	cr.FieldsPerRecord = -1
	head, err := cr.Read()
	if err != nil {
		return nil, fmt.Errorf("recommend: %s: reading the header: %w", name, err)
	}
	for i := range head {
		head[i] = strings.TrimSpace(strings.TrimPrefix(head[i], "\ufeff"))
		switch {
		case !utf8.ValidString(head[i]):
			return nil, fmt.Errorf("recommend: %s:1: %w", name, errEncoding)
		case head[i] == "":
			return nil, fmt.Errorf("recommend: %s:1: column %d has no name", name, i+1)
		case slices.Contains(head[:i], head[i]):
			return nil, fmt.Errorf("recommend: %s:1: there are two columns %q", name, head[i])
		}
		switch base, rest, cut := strings.Cut(head[i], "."); base {
		case "price":
			if err := currencyCode(rest); err != nil {
				return nil, fmt.Errorf("recommend: %s:1: column %q: %w", name, head[i], err)
			}
		case "name", "description", "notice":
			if !cut || rest == "" {
				return nil, fmt.Errorf("recommend: %s:1: column %q: say in which language, as %s.en", name, head[i], base)
			}
		}
	}
	for _, need := range []string{"id", "category", "name.", "price.", "stock"} {
		if !slices.ContainsFunc(head, func(h string) bool { return h == need || strings.HasSuffix(need, ".") && strings.HasPrefix(h, need) }) {
			return nil, fmt.Errorf("recommend: %s:1: there is no column %q: the header needs id, category, name.LANGUAGE, price.CURRENCY and stock", name, need)
		}
	}
	var out []Item
	var errs []error
	seen := map[string]int{}
	for {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("recommend: %s: %w", name, err))
			break
		}
		line, _ := cr.FieldPos(0)
		if len(rec) != len(head) {
			errs = append(errs, fmt.Errorf("recommend: %s:%d: the row has %d columns, the header %d: quote fields with commas", name, line, len(rec), len(head)))
			continue
		}
		it, wrong := readItem(head, rec)
		if first, dup := seen[it.ID]; dup && it.ID != "" {
			wrong = append(wrong, fmt.Errorf("id %q stands in line %d already: give one of them another", it.ID, first))
		}
		seen[it.ID] = line
		for _, err := range wrong {
			errs = append(errs, fmt.Errorf("recommend: %s:%d: %w", name, line, err))
		}
		out = append(out, it)
	}
	for i := range out {
		known := func(column string, ids []string) {
			for _, id := range ids {
				if _, ok := seen[id]; !ok {
					errs = append(errs, fmt.Errorf("recommend: %s:%d: %s names %q, which is no id of the file", name, seen[out[i].ID], column, id))
				}
			}
		}
		known("goes_with", out[i].GoesWith)
		known("needs", out[i].Needs)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out, nil
}

var errEncoding = errors.New("the text is not UTF-8: save the file as UTF-8 (spreadsheets call it \"CSV UTF-8\")")

// readItem reads a row, with all that is wrong with it.
func readItem(head, rec []string) (Item, []error) {
	it := Item{Name: map[string]string{}, Price: map[string]int64{}, Attributes: map[string][]string{}}
	var errs []error
	for i, h := range head {
		v := strings.TrimSpace(rec[i])
		if v == "" {
			continue
		}
		var err error
		if !utf8.ValidString(v) {
			errs = append(errs, fmt.Errorf("column %s: %w", h, errEncoding))
			continue
		}
		switch base, rest, _ := strings.Cut(h, "."); base {
		case "id":
			it.ID = v
		case "category":
			it.Category = v
		case "brand":
			it.Brand = v
		case "name":
			it.Name[rest] = v
		case "description":
			if it.Description == nil {
				it.Description = map[string]string{}
			}
			it.Description[rest] = v
		case "notice":
			if it.Notice == nil {
				it.Notice = map[string]string{}
			}
			it.Notice[rest] = v
		case "price":
			it.Price[rest], err = minor(v, rest)
		case "stock":
			err = it.readStock(v)
		case "link":
			it.Link = v
		case "picture":
			it.Picture = v
		case "needs":
			it.Needs = list(v)
		case "from":
			it.From, err = date(v)
		case "until":
			it.Until, err = date(v)
		case "lasts_days":
			if it.LastsDays, err = strconv.Atoi(v); err != nil {
				err = fmt.Errorf("%q: write a whole number of days", v)
			}
		case "goes_with":
			it.GoesWith = list(v)
		default:
			it.Attributes[h] = list(v)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("column %s: %w", h, err))
		}
	}
	if len(errs) == 0 { // else what is wrong may be for that
		if err := it.validate(); err != nil {
			errs = append(errs, err)
		}
	}
	return it, errs
}

func (it *Item) validate() error {
	switch {
	case it.ID == "":
		return errors.New("the item has no id")
	case it.Category == "":
		return fmt.Errorf("item %q has no category", it.ID)
	case len(it.Name) == 0:
		return fmt.Errorf("item %q has no name", it.ID)
	case len(it.Price) == 0:
		return fmt.Errorf("item %q has no price: fill a price column", it.ID)
	case it.LastsDays < 0:
		return fmt.Errorf("item %q lasts %d days: use 0 for what is not used up", it.ID, it.LastsDays)
	case it.Stock < 0:
		return fmt.Errorf("item %q has a stock of %d", it.ID, it.Stock)
	case !it.From.IsZero() && !it.Until.IsZero() && !it.From.Before(it.Until):
		return fmt.Errorf("item %q: until is not after from: it would never be suggested", it.ID)
	case slices.Contains(it.Needs, it.ID):
		return fmt.Errorf("item %q needs itself: it would never be suggested", it.ID)
	}
	for _, cur := range sorted(it.Price) {
		if err := currencyCode(cur); err != nil {
			return fmt.Errorf("item %q: price: %w", it.ID, err)
		}
		if p := it.Price[cur]; p <= 0 {
			return fmt.Errorf("item %q costs %d in %s: a price is more than nothing", it.ID, p, cur)
		}
	}
	for i, v := range it.Variants {
		switch {
		case v.Attribute == "" || v.Value == "":
			return fmt.Errorf("item %q: variant %d has no attribute or no value", it.ID, i+1)
		case v.Stock < 0:
			return fmt.Errorf("item %q has a stock of %d in %s %s", it.ID, v.Stock, v.Attribute, v.Value)
		case slices.ContainsFunc(it.Variants[:i], func(o Variant) bool { return o.Attribute == v.Attribute && o.Value == v.Value }):
			return fmt.Errorf("item %q has %s %s twice", it.ID, v.Attribute, v.Value)
		}
	}
	return nil
}

// date reads a day, from its beginning in UTC, or a moment.
func date(s string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("date %q: write it like 2026-11-30 or 2026-11-30T20:00:00+08:00", s)
}

// ReadItems reads items from a JSON array of Item. Problems are reported
// together, with the file and the place in the array.
func ReadItems(r io.Reader, name string) ([]Item, error) {
	d := json.NewDecoder(r)
	var all []json.RawMessage
	err := d.Decode(&all)
	if err == nil && d.More() {
		err = errors.New("there is more after it")
	}
	if err != nil {
		return nil, fmt.Errorf("recommend: %s: want an array of items: %w", name, err)
	}
	var errs []error
	seen, out := map[string]int{}, make([]Item, len(all))
	for i := range out {
		d := json.NewDecoder(bytes.NewReader(all[i]))
		d.DisallowUnknownFields()
		if err := d.Decode(&out[i]); err != nil {
			errs = append(errs, fmt.Errorf("recommend: %s: item %d: %w", name, i+1, err))
			continue
		}
		err := out[i].validate()
		if first, dup := seen[out[i].ID]; dup && err == nil {
			err = fmt.Errorf("id %q is the %d. item's already: give one of them another", out[i].ID, first+1)
		}
		if seen[out[i].ID] = i; err != nil {
			errs = append(errs, fmt.Errorf("recommend: %s: item %d: %w", name, i+1, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out, nil
}

func (it *Item) readStock(s string) error {
	if n, err := strconv.Atoi(s); err == nil {
		it.Stock = n
		return nil
	}
	attr, rest, ok := strings.Cut(s, ":")
	if !ok {
		return fmt.Errorf(`stock %q: write a number, or "size: S=3 M=0"`, s)
	}
	for _, f := range strings.Fields(rest) {
		v, n, ok := strings.Cut(f, "=")
		left, err := strconv.Atoi(n)
		if !ok || err != nil || left < 0 || v == "" {
			return fmt.Errorf(`stock %q: %q should read like "M=3"`, s, f)
		}
		it.Variants = append(it.Variants, Variant{Attribute: strings.TrimSpace(attr), Value: v, Stock: left})
		it.Stock += left
	}
	return nil
}

func list(s string) []string {
	var out []string
	for _, p := range strings.Split(s, "|") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// Attributes are the values of a catalogue's attributes and what they are
// called: attribute → value → language → names, the first for display.
type Attributes struct {
	values map[string]map[string]map[string][]string
}

// ReadAttributes reads them from YAML: "colour: {red: {zh: [红色, 红], en: [red]}}".
func ReadAttributes(r io.Reader, name string) (*Attributes, error) {
	a := &Attributes{}
	if err := yaml.NewDecoder(r).Decode(&a.values); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("recommend: %s: want attribute → value → language → names: %w", name, err)
	}
	return a, nil
}

// Value is one value of one attribute.
type Value struct {
	Attribute string `json:"attribute"`
	Value     string `json:"value"`
}

// All are the values with their names in every language, sorted: what a host
// makes a gazetteer of.
func (a *Attributes) All() iter.Seq2[Value, []string] {
	return func(yield func(Value, []string) bool) {
		for _, attr := range sorted(a.values) {
			for _, v := range sorted(a.values[attr]) {
				var names []string
				for _, lang := range sorted(a.values[attr][v]) {
					names = append(names, a.values[attr][v][lang]...)
				}
				if !yield(Value{attr, v}, names) {
					return
				}
			}
		}
	}
}

// Display is a value's name in a language, the value itself when it has none.
func (a *Attributes) Display(attribute, value, language string) string {
	if a != nil {
		for lang := language; lang != ""; {
			if names := a.values[attribute][value][lang]; len(names) > 0 {
				return names[0]
			}
			i := strings.LastIndexByte(lang, '-')
			if i < 0 {
				break
			}
			lang = lang[:i]
		}
	}
	return value
}

func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
