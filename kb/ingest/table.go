package ingest

import (
	"cmp"
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
	head, known := make([]string, len(s.rows[0].cells)), map[string]int{}
	for i, c := range s.rows[0].cells {
		if k := kb.Column(c); k != "" {
			if _, twice := known[k]; !twice {
				known[k] = i
				head[i] = k
			}
		}
	}
	h, err := kb.ReadHeader(name, head)
	if err != nil {
		return nil, false, nil // no list of questions
	}
	var errs []error
	more := 0
	for _, r := range s.rows[1:] {
		row := slices.Clone(r.cells)
		for k, i := range known {
			switch {
			case i >= len(row):
			case k == "from" || k == "until" || k == "reviewed":
				row[i] = day(row[i])
			case k == "also":
				row[i] = strings.NewReplacer("；", "|", ";", "|").Replace(row[i])
			}
		}
		e, err := h.Entry(r.line, row, lang)
		if err != nil {
			if s.name != "" {
				err = fmt.Errorf("sheet %q: %w", s.name, err)
			}
			if more++; more <= maxProblems {
				errs = append(errs, fmt.Errorf("ingest: %w", err))
			}
			continue
		}
		if e.ID == "" {
			continue
		}
		e.Category = cmp.Or(e.Category, s.name)
		out = append(out, e)
	}
	if more > maxProblems {
		errs = append(errs, fmt.Errorf("ingest: %s: and %d more", name, more-maxProblems))
	}
	return out, true, errors.Join(errs...)
}

const maxProblems = 50 // of a sheet that are told

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
