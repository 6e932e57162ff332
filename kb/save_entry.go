package kb

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Entries are saved with the fields that most have written one after the other,
// which reads ten times as fast as JSON, and the rest as JSON where there is any,
// so that a field that is added later is saved without a change here.

func appendEntries(b []byte, entries []Entry) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(len(entries)))
	for i := range entries {
		e := entries[i]
		b = appendStrings(b, e.ID, string(e.Kind), e.Category, e.Source.File, e.Source.URL)
		b = binary.AppendVarint(b, int64(e.Source.Line))
		b = appendList(b, e.Tags)
		b = appendList(b, e.Path)
		langs := e.languages()
		b = binary.AppendUvarint(b, uint64(len(langs)))
		for _, l := range langs {
			t := e.Texts[l]
			b = appendStrings(b, l, t.Question, t.Answer)
			b = appendList(b, t.Others)
			t.Question, t.Answer, t.Others = "", "", nil
			var err error
			if b, err = appendRest(b, t, Text{}); err != nil {
				return nil, fmt.Errorf("entry %q: %w", e.ID, err)
			}
		}
		e.ID, e.Kind, e.Category, e.Source, e.Tags, e.Path, e.Texts = "", "", "", Source{Sum: e.Source.Sum}, nil, nil, nil
		var err error
		if b, err = appendRest(b, e, Entry{}); err != nil {
			return nil, fmt.Errorf("entry %q: %w", entries[i].ID, err)
		}
	}
	return b, nil
}

// appendRest writes as JSON what a value has beside what was written, or "" when
// that is what an empty one has.
func appendRest(b []byte, v, empty any) ([]byte, error) {
	rest, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	none, err := json.Marshal(empty)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(rest, none) {
		rest = nil
	}
	return appendStrings(b, string(rest)), nil
}

func appendStrings(b []byte, list ...string) []byte {
	for _, s := range list {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return b
}

func appendList(b []byte, list []string) []byte {
	return appendStrings(binary.AppendUvarint(b, uint64(len(list))), list...)
}

// entryReader reads what appendEntries wrote; the strings share one copy of it.
type entryReader struct {
	raw []byte
	all string
	at  int
	bad bool
}

var errEntries = errors.New("the entries are not whole")

func readEntries(raw []byte) ([]Entry, error) {
	r := entryReader{raw: raw, all: string(raw)}
	n := r.count()
	out := make([]Entry, 0, min(n, len(raw)/8))
	for range n {
		e := Entry{ID: r.string(), Kind: Kind(r.string()), Category: r.string()}
		e.Source.File, e.Source.URL = r.string(), r.string()
		e.Source.Line = r.int()
		e.Tags, e.Path = r.list(), r.list()
		texts := r.count()
		e.Texts = make(map[string]Text, min(texts, 16))
		for range texts {
			l := r.string()
			t := Text{Question: r.string(), Answer: r.string(), Others: r.list()}
			question, answer := t.Question, t.Answer
			r.rest(&t)
			t.Question, t.Answer = question, answer
			e.Texts[l] = t
		}
		id, in := e.ID, e.Texts
		r.rest(&e)
		e.ID, e.Texts = id, in
		if r.bad {
			return nil, errEntries
		}
		out = append(out, e)
	}
	if r.bad || r.at != len(raw) {
		return nil, errEntries
	}
	return slices.Clip(out), nil
}

// rest reads what appendRest wrote.
func (r *entryReader) rest(to any) {
	if s := r.string(); s != "" && !r.bad {
		r.bad = json.Unmarshal([]byte(s), to) != nil
	}
}

// count reads how many things follow, each of which takes at least a byte.
func (r *entryReader) count() int {
	v, n := binary.Uvarint(r.raw[r.at:])
	if n <= 0 || v > uint64(len(r.raw)-r.at-n) {
		r.bad = true
		return 0
	}
	r.at += n
	return int(v)
}

func (r *entryReader) int() int {
	v, n := binary.Varint(r.raw[r.at:])
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.at += n
	return int(v)
}

func (r *entryReader) string() string {
	n := r.count()
	r.at += n
	return r.all[r.at-n : r.at]
}

func (r *entryReader) list() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = r.string()
	}
	return out
}
