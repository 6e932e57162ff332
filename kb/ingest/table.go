package ingest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/kb"
)

// questions reads a table whose first row names a question and an answer as a
// list of entries. ok is false when it does not.
func questions(name string, s sheet, lang string) (out []kb.Entry, ok bool, err error) {
	if len(s.rows) == 0 {
		return nil, false, nil
	}
	at := map[string]int{}
	var names []string
	for i, c := range s.rows[0].cells {
		if k := kb.Column(c); k != "" {
			if _, twice := at[k]; !twice {
				at[k] = i
				names = append(names, k)
			}
		}
	}
	if _, q := at["question"]; !q {
		return nil, false, nil
	}
	if _, a := at["answer"]; !a {
		return nil, false, nil
	}
	var errs []error
	for _, r := range s.rows[1:] {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		rec := make([]string, len(names))
		for k, n := range names {
			if i := at[n]; i < len(r.cells) {
				rec[k] = r.cells[i]
			}
			switch n {
			case "from", "until", "reviewed":
				rec[k] = day(rec[k])
			case "also":
				rec[k] = strings.NewReplacer("\r\n", "|", "\n", "|", "；", "|", ";", "|").Replace(rec[k])
			}
		}
		q, a := rec[slices.Index(names, "question")], rec[slices.Index(names, "answer")]
		if q == "" && a == "" {
			continue
		}
		if q == "" || a == "" {
			errs = append(errs, fmt.Errorf("ingest: %s: row %d: question or answer is empty: fill both or remove the row", name, r.line))
			continue
		}
		_ = w.Write(names)
		_ = w.Write(rec)
		w.Flush()
		es, err := kb.ReadCSV(name, &b, lang)
		if err != nil {
			errs = append(errs, fmt.Errorf("ingest: row %d: %w", r.line, err))
			continue
		}
		for i := range es {
			es[i].Source.Line = r.line
			if es[i].Category == "" {
				es[i].Category = s.name
			}
		}
		out = append(out, es...)
	}
	return out, true, errors.Join(errs...)
}

// rowsAsText are the rows of a table that is no list of questions, each with
// the names of its columns.
func rowsAsText(s sheet) []block {
	var out []block
	if s.name != "" {
		out = append(out, block{level: 1, text: s.name})
	}
	if len(s.rows) == 0 {
		return nil
	}
	head := s.rows[0].cells
	if len(s.rows) == 1 {
		head = nil
	}
	for i, r := range s.rows {
		if i == 0 && head != nil {
			continue
		}
		var parts []string
		for k, c := range r.cells {
			switch {
			case c == "":
			case k < len(head) && head[k] != "":
				parts = append(parts, head[k]+": "+c)
			default:
				parts = append(parts, c)
			}
		}
		out = append(out, block{text: strings.Join(parts, "; "), line: r.line})
	}
	return out
}
