package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// jsonSheet reads an export of questions and answers as the table it is: a list
// of objects, the longest in an object around it ({"data": […]}), or an object on
// each line. Fields are named as columns are, in camelCase, snake_case or words; a
// list in one is a cell of several lines.
func jsonSheet(s string) (sheet, error) {
	d := json.NewDecoder(strings.NewReader(s))
	var list []jsonObject
	line, seen := 1, 0
	for {
		var raw json.RawMessage
		err := d.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return tableOf(list), nil
		}
		if err != nil {
			at := d.InputOffset()
			var syntax *json.SyntaxError
			switch {
			case errors.As(err, &syntax):
				at = syntax.Offset
			case errors.Is(err, io.ErrUnexpectedEOF):
				at = int64(len(s))
			}
			return sheet{}, fmt.Errorf("line %d: %w", lineAt(s, int(at)), err)
		}
		start := int(d.InputOffset()) - len(raw)
		line += strings.Count(s[seen:start], "\n")
		seen = start
		if list = append(list, objects(string(raw), line)...); len(list) > maxRows {
			return sheet{}, fmt.Errorf("more than %d objects: split the file", maxRows)
		}
	}
}

func lineAt(s string, i int) int { return 1 + strings.Count(s[:min(max(i, 0), len(s))], "\n") }

// jsonObject is an object and the line it begins on.
type jsonObject struct {
	line   int
	fields map[string]json.RawMessage
}

// objects are those of a list, or of the longest list in an object; an object
// without one is itself the only one.
func objects(raw string, line int) []jsonObject {
	var o map[string]json.RawMessage
	if strings.HasPrefix(raw, "[") || json.Unmarshal([]byte(raw), &o) != nil || len(o) == 0 {
		return listed(raw, line)
	}
	if list := longestIn(o, raw, line, 0); len(list) > 0 {
		return list
	}
	return []jsonObject{{line, o}}
}

// longestIn is the longest list of objects in an object, or in those it wraps.
func longestIn(o map[string]json.RawMessage, raw string, line, depth int) (out []jsonObject) {
	in := ""
	for _, k := range slices.Sorted(maps.Keys(o)) {
		v := string(o[k])
		found := listed(v, 0)
		var inner map[string]json.RawMessage
		if depth < 3 && strings.HasPrefix(v, "{") && json.Unmarshal(o[k], &inner) == nil {
			found = longestIn(inner, v, 0, depth+1)
		}
		if len(found) > len(out) {
			out, in = found, v
		}
	}
	if len(out) > 0 {
		line += lineAt(raw, strings.Index(raw, in)) - 1
	}
	for i := range out {
		out[i].line += line
	}
	return out
}

// listed are the objects of a list.
func listed(raw string, line int) []jsonObject {
	if !strings.HasPrefix(raw, "[") {
		return nil
	}
	var out []jsonObject
	d := json.NewDecoder(strings.NewReader(raw))
	_, _ = d.Token()
	at := 0 // lines are counted on from here
	for d.More() {
		var each json.RawMessage
		if d.Decode(&each) != nil {
			return nil
		}
		start := int(d.InputOffset()) - len(each)
		line += strings.Count(raw[at:start], "\n")
		at = start
		var o map[string]json.RawMessage
		if json.Unmarshal(each, &o) == nil && len(o) > 0 {
			out = append(out, jsonObject{line, o})
		}
	}
	return out
}

// tableOf is a table with a row for each object.
func tableOf(list []jsonObject) sheet {
	at := map[string]int{}
	var head row
	out := sheet{rows: make([]row, 1, len(list)+1)}
	for _, o := range list {
		r := row{line: o.line}
		for _, k := range slices.Sorted(maps.Keys(o.fields)) {
			i, known := at[k]
			if !known {
				if i = len(at); i >= maxColumn {
					continue
				}
				at[k] = i
				head.cells = append(head.cells, words(k))
			}
			for len(r.cells) <= i {
				r.cells = append(r.cells, "")
			}
			r.cells[i] = cellOf(o.fields[k])
		}
		out.rows = append(out.rows, r)
	}
	out.rows[0] = head
	return out
}

// words are those of a field's name: similar questions of similarQuestions and
// similar_questions.
func words(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		if r == '_' || r == '-' {
			r = ' '
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return squeeze(b.String())
}

// cellOf is what a field says: a text, a number, yes or no; of a list each on a
// line; nothing of an object.
func cellOf(raw json.RawMessage) string {
	var s string
	var list []json.RawMessage
	switch {
	case json.Unmarshal(raw, &s) == nil:
		return strings.TrimSpace(s)
	case json.Unmarshal(raw, &list) == nil:
		var lines []string
		for _, each := range list {
			if s := cellOf(each); s != "" {
				lines = append(lines, s)
			}
		}
		return strings.Join(lines, "\n")
	case strings.HasPrefix(string(raw), "{"):
		return ""
	}
	return string(raw)
}
