package ingest

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// docxBlocks reads the text of a Word document: paragraphs, lists and tables,
// and headings by their style. Text that was deleted, moved away or hidden, notes,
// headers and footers are left out.
func docxBlocks(raw []byte) (title string, blocks []block, err error) {
	o, err := openOffice(raw)
	if err != nil {
		return "", nil, err
	}
	levels, err := o.headingStyles()
	if err != nil {
		return "", nil, err
	}
	r := &docxReader{levels: levels}
	if err := o.each("word/document.xml", true, r.start, r.end, r.text); err != nil {
		return "", nil, err
	}
	return o.title(), r.blocks, nil
}

// headingStyles are the levels, 1 to 6, of the styles that make headings. A
// style does by its outline level, its name, or the style it is based on; its id
// says nothing, as Word translates it.
func (o *office) headingStyles() (map[string]int, error) {
	levels, based := map[string]int{}, map[string]string{}
	id := ""
	for _, n := range []string{"1", "2", "3", "4", "5", "6"} { // what programs that write no styles call them
		levels["Heading"+n] = headingNumber(n, 0)
	}
	err := o.each("word/styles.xml", false, func(name string, attrs []xml.Attr) {
		v := attr(attrs, "val")
		switch name {
		case "style":
			id = attr(attrs, "styleId")
			delete(levels, id) // the file says itself what it is
		case "name":
			if n := headingName(v); n > 0 || levels[id] == 0 {
				levels[id] = n
			}
		case "outlineLvl":
			if levels[id] == 0 {
				levels[id] = headingNumber(v, 1)
			}
		case "basedOn":
			based[id] = v
		}
	}, nil, nil)
	for id := range based {
		for at, n := id, 0; levels[id] == 0 && n < 16; n++ {
			at = based[at]
			levels[id] = levels[at]
		}
	}
	return levels, err
}

// headingName is the level that a style of this name has, 0 when it is no heading.
func headingName(s string) int {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "title" || s == "标题" {
		return 1
	}
	for _, head := range []string{"heading", "标题"} {
		if n, ok := strings.CutPrefix(s, head); ok {
			return headingNumber(n, 0)
		}
	}
	return 0
}

// headingNumber is a number and an offset when that is 1 to 6, else 0.
func headingNumber(s string, plus int) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if n += plus; err != nil || n < 1 || n > 6 {
		return 0
	}
	return n
}

type docxReader struct {
	levels   map[string]int
	blocks   []block
	buf      strings.Builder
	level    int
	list     bool
	inText   bool
	table    int // how deep in tables
	row      []string
	rows     []string
	hidden   bool // what the run says
	fallback int  // how deep in what stands in the document again: for drawings, or where it was moved from
}

func (r *docxReader) start(name string, attrs []xml.Attr) {
	if name == "Fallback" || name == "moveFrom" || r.fallback > 0 {
		r.fallback++
		return
	}
	switch name {
	case "p":
		if r.table == 0 {
			r.level, r.list = 0, false
		}
	case "pStyle":
		if r.table == 0 {
			r.level = r.levels[attr(attrs, "val")]
		}
	case "outlineLvl":
		if n := headingNumber(attr(attrs, "val"), 1); n > 0 && r.table == 0 {
			r.level = n
		}
	case "numPr":
		r.list = true
	case "r":
		r.hidden = false
	case "vanish":
		v := attr(attrs, "val")
		r.hidden = v != "0" && v != "false"
	case "t":
		r.inText = true
	case "tab":
		r.buf.WriteByte(' ')
	case "br", "cr":
		r.buf.WriteByte('\n')
	case "tbl":
		if r.table == 0 {
			r.rows = nil
		}
		r.table++
	}
}

func (r *docxReader) text(b []byte) {
	if r.inText && !r.hidden && r.fallback == 0 {
		r.buf.Write(b)
	}
}

func (r *docxReader) end(name string) {
	if r.fallback > 0 {
		r.fallback--
		return
	}
	switch name {
	case "t":
		r.inText = false
	case "p":
		if r.table > 0 {
			r.buf.WriteByte(' ')
			return
		}
		s := strings.TrimSpace(r.buf.String())
		r.buf.Reset()
		if s == "" {
			return
		}
		if last := len(r.blocks) - 1; r.list && r.level == 0 {
			if s = "- " + s; last >= 0 && strings.HasPrefix(r.blocks[last].text, "- ") {
				r.blocks[last].text += "\n" + s
				return
			}
		}
		r.blocks = append(r.blocks, block{level: r.level, text: s})
	case "tc":
		r.row = append(r.row, squeeze(r.buf.String()))
		r.buf.Reset()
	case "tr":
		if s := strings.Join(r.row, " | "); strings.Trim(s, " |") != "" {
			r.rows = append(r.rows, s)
		}
		r.row = nil
	case "tbl":
		if r.table--; r.table == 0 && len(r.rows) > 0 {
			r.blocks = append(r.blocks, block{text: strings.Join(r.rows, "\n")})
			r.rows = nil
		}
	}
}
