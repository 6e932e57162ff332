package ingest

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// sheet is a table: its rows with their cells, empty rows left out.
type sheet struct {
	name string
	rows []row
}

type row struct {
	line  int // as the spreadsheet numbers it
	cells []string
}

const (
	maxColumn = 256     // cells of a row that are read
	maxRows   = 1 << 20 // of a sheet, as many as Excel has
)

// sheets reads the visible sheets of an Excel workbook, with the values that
// formulas had when it was saved.
func sheets(raw []byte) (title string, out []sheet, err error) {
	o, err := openOffice(raw)
	if err != nil {
		return "", nil, err
	}
	parts, err := o.relations("xl/workbook.xml")
	if err != nil {
		return "", nil, err
	}
	shared, err := o.sharedStrings()
	if err != nil {
		return "", nil, err
	}
	type ref struct{ name, part string }
	var refs []ref
	err = o.each("xl/workbook.xml", true, func(name string, attrs []xml.Attr) {
		if name != "sheet" || strings.Contains(strings.ToLower(attr(attrs, "state")), "hidden") {
			return
		}
		id := ""
		for _, a := range attrs {
			if a.Name.Local == "id" && a.Name.Space != "" {
				id = a.Value
			}
		}
		refs = append(refs, ref{attr(attrs, "name"), parts[id]})
	}, nil, nil)
	if err != nil {
		return "", nil, err
	}
	for _, f := range refs {
		if f.part == "" {
			continue
		}
		s := sheet{name: f.name}
		if s.rows, err = o.rows(f.part, shared); err != nil {
			return "", nil, fmt.Errorf("sheet %q: %w", f.name, err)
		}
		out = append(out, s)
	}
	return o.title(), out, nil
}

// sharedStrings are the texts that cells refer to by number.
func (o *office) sharedStrings() ([]string, error) {
	var out []string
	var b strings.Builder
	in, phonetic := false, 0
	err := o.each("xl/sharedStrings.xml", false, func(name string, _ []xml.Attr) {
		switch name {
		case "t":
			in = true
		case "rPh": // how the text is pronounced
			phonetic++
		}
	}, func(name string) {
		switch name {
		case "t":
			in = false
		case "rPh":
			phonetic--
		case "si":
			out = append(out, b.String())
			b.Reset()
		}
	}, func(t []byte) {
		if in && phonetic <= 0 {
			b.Write(t)
		}
	})
	return out, err
}

// rows reads a worksheet.
func (o *office) rows(part string, shared []string) ([]row, error) {
	var out []row
	var cur row
	var b strings.Builder
	column, kind, in := 0, "", false
	var tooMany bool
	err := o.each(part, true, func(name string, attrs []xml.Attr) {
		switch name {
		case "row":
			cur = row{line: cur.line + 1}
			if n, err := strconv.Atoi(attr(attrs, "r")); err == nil {
				cur.line = n
			}
			column = 0
		case "c":
			kind = attr(attrs, "t")
			if n := columnOf(attr(attrs, "r")); n >= 0 {
				column = n
			}
			b.Reset()
		case "v", "t":
			in = true
		}
	}, func(name string) {
		switch name {
		case "v", "t":
			in = false
		case "c":
			v := b.String()
			if kind == "s" {
				n, err := strconv.Atoi(strings.TrimSpace(v))
				if v = ""; err == nil && n >= 0 && n < len(shared) {
					if o.shown += len(shared[n]); o.shown <= maxXML { // one text may stand in every cell
						v = shared[n]
					}
				}
			}
			if kind == "e" { // an error like #REF!
				v = ""
			}
			if v = strings.TrimSpace(v); v != "" && column < maxColumn {
				for len(cur.cells) <= column {
					cur.cells = append(cur.cells, "")
				}
				cur.cells[column] = v
			}
			column++
		case "row":
			if len(cur.cells) > 0 {
				if tooMany = len(out) >= maxRows; !tooMany {
					out = append(out, cur)
				}
			}
		}
	}, func(t []byte) {
		if in {
			b.Write(t)
		}
	})
	if o.shown > maxXML {
		return nil, errLarge
	}
	if tooMany {
		return nil, fmt.Errorf("more than %d rows: split the sheet", maxRows)
	}
	return out, err
}

// columnOf is the column, from 0, of a reference like "AB12", -1 of none.
func columnOf(ref string) int {
	n := 0
	for i := range len(ref) {
		c := ref[i]
		if c < 'A' || c > 'Z' || n > maxColumn*26 {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}

// day writes the number Excel keeps a date as, or anything else as it stands.
func day(s string) string {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 1 || f > 2958465 { // 9999-12-31
		return s
	}
	return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(f)).Format("2006-01-02")
}
