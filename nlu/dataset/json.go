package dataset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// decode is json.Unmarshal with the line of what is wrong.
func decode(raw []byte, into any) (line int, err error) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	err = json.Unmarshal(raw, into)
	offset := int64(0)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	return 1 + bytes.Count(raw[:min(offset, int64(len(raw)))], []byte("\n")), err
}

// rasaJSON is the format Rasa read before version 2. Start and End count
// characters.
type rasaJSON struct {
	Data *struct {
		Examples []struct {
			Text     string
			Intent   string
			Entities []struct {
				Start, End int
				Value      any
				Entity     string
			}
		} `json:"common_examples"`
		Synonyms []struct {
			Value    string
			Synonyms []string
		} `json:"entity_synonyms"`
		Regex []struct{ Name, Pattern string } `json:"regex_features"`
		// A table is a list of names or the path of a file.
		Lookup []struct {
			Name     string
			Elements any
		} `json:"lookup_tables"`
	} `json:"rasa_nlu_data"`
}

func (b *builder) json(file string, raw []byte) {
	var doc rasaJSON
	if line, err := decode(raw, &doc); err != nil {
		b.problem(file, line, "%w", err)
		return
	}
	if doc.Data == nil {
		b.problem(file, 1, "want rasa_nlu_data; a Dialogflow export is read by Dialogflow")
		return
	}
	for i, e := range doc.Data.Examples {
		if strings.TrimSpace(e.Text) == "" {
			b.problem(file, 0, "common_examples[%d] has no text", i)
			continue
		}
		at := offsets(e.Text)
		var found []nlu.Entity
		for _, m := range e.Entities {
			if m.Start < 0 || m.Start >= m.End || m.End >= len(at) || m.Entity == "" {
				b.problem(file, 0, "common_examples[%d] %q: entity %q at %d to %d is not in the text", i, shorten(e.Text), m.Entity, m.Start, m.End)
				continue
			}
			start, end := at[m.Start], at[m.End]
			value := e.Text[start:end]
			if m.Value != nil {
				value = fmt.Sprint(m.Value)
			}
			found = append(found, nlu.Entity{Type: m.Entity, Value: value, Text: e.Text[start:end], Start: start, End: end})
		}
		b.examples = append(b.examples, nlu.Example{Text: e.Text, Intent: intentName(e.Intent), Entities: inOrder(found)})
	}
	for _, s := range doc.Data.Synonyms {
		for _, t := range s.Synonyms {
			b.synonym(t, s.Value)
		}
	}
	for _, r := range doc.Data.Regex {
		b.pattern(file, 0, r.Name, r.Pattern)
	}
	for _, l := range doc.Data.Lookup {
		names, ok := l.Elements.([]any)
		if !ok {
			b.problem(file, 0, "lookup %q: want a list of names under elements", l.Name)
		}
		for _, n := range names {
			if s := fmt.Sprint(n); s != "" {
				b.lists = append(b.lists, list{l.Name, s, []string{s}})
			}
		}
	}
}

// offsets are the byte offsets of the characters of s, and its length.
func offsets(s string) []int {
	out := make([]int, 0, utf8.RuneCountInString(s)+1)
	for i := range s {
		out = append(out, i)
	}
	return append(out, len(s))
}
