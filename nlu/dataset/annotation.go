package dataset

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// annotated reads an utterance with Rasa's marks: [red](colour),
// [crimson](colour:red), [crimson]{"entity": "colour", "value": "red"} and
// [red][{"entity": "colour"}, …], of which the first counts. A role is joined
// to the type with a point ("city.from"). Brackets that mark nothing stay text.
func annotated(s string) (text string, found []nlu.Entity, err error) {
	var out strings.Builder
	for {
		open := strings.IndexByte(s, '[')
		if open < 0 {
			break
		}
		shut := strings.IndexByte(s[open:], ']')
		if shut < 0 {
			break
		}
		shut += open
		if inner := strings.LastIndexByte(s[open:shut], '['); inner > 0 {
			open += inner
		}
		word, rest := s[open+1:shut], s[shut+1:]
		kind, value, used, e := mark(rest)
		if e != nil && err == nil {
			err = fmt.Errorf("mark of [%s]: %w", word, e)
		}
		out.WriteString(s[:open])
		if used == 0 || word == "" {
			out.WriteString(s[open : shut+1])
			s = rest
			continue
		}
		if value == "" {
			value = word
		}
		start := out.Len()
		out.WriteString(word)
		if kind != "" {
			found = append(found, nlu.Entity{Type: kind, Value: value, Text: word, Start: start, End: out.Len()})
		}
		s = rest[used:]
	}
	out.WriteString(s)
	return out.String(), found, err
}

// mark reads what follows the closing bracket; used is 0 when it is no mark.
func mark(s string) (kind, value string, used int, err error) {
	if s == "" {
		return "", "", 0, nil
	}
	switch s[0] {
	case '(':
		end := strings.IndexByte(s, ')')
		if end < 2 {
			return "", "", 0, nil
		}
		kind, value, _ = strings.Cut(s[1:end], ":")
		return strings.TrimSpace(kind), strings.TrimSpace(value), end + 1, nil
	case '{', '[':
		if s[0] == '[' && !strings.HasPrefix(strings.TrimLeft(s[1:], " "), "{") {
			return "", "", 0, nil
		}
		d := json.NewDecoder(strings.NewReader(s))
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return "", "", 0, fmt.Errorf("want JSON such as {\"entity\": \"city\"}: %w", err)
		}
		type properties struct {
			Entity, Role string
			Value        any // a text, or a number left bare
		}
		var list []properties
		if s[0] == '{' {
			list = make([]properties, 1)
			err = json.Unmarshal(raw, &list[0])
		} else {
			err = json.Unmarshal(raw, &list)
		}
		if err != nil || len(list) == 0 || list[0].Entity == "" {
			return "", "", int(d.InputOffset()), fmt.Errorf("want {\"entity\": \"…\"}, got %s", raw)
		}
		kind = list[0].Entity
		if list[0].Role != "" {
			kind += "." + list[0].Role
		}
		if list[0].Value != nil {
			value = fmt.Sprint(list[0].Value)
		}
		return kind, value, int(d.InputOffset()), nil
	}
	return "", "", 0, nil
}
