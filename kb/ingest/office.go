package ingest

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// What an Office file may unfold to. A spreadsheet of 100,000 questions is about
// half.
const (
	maxParts = 10_000
	maxXML   = 64 << 20 // bytes, all parts that are read together
	maxDepth = 200      // of elements
)

// office is an Office Open XML file (ECMA-376): a zip of XML parts.
type office struct {
	files map[string]*zip.File
	left  int64 // bytes that may still be unfolded
	shown int   // bytes of shared texts in cells
}

func openOffice(raw []byte) (*office, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("no Office file: %w", err)
	}
	if len(z.File) > maxParts {
		return nil, fmt.Errorf("the file has %d parts, more than %d: split it", len(z.File), maxParts)
	}
	o := &office{files: make(map[string]*zip.File, len(z.File)), left: maxXML}
	for _, f := range z.File {
		o.files[strings.TrimPrefix(f.Name, "/")] = f
	}
	return o, nil
}

// errLarge says that a file unfolds to more than maxXML.
var errLarge = errors.New("the file unfolds to more than 64 MB: split it")

// each reads the elements of a part in order. start and end get an element's
// local name, text what stands between; any may be nil. A part that is not there
// is an error only when it is needed.
func (o *office) each(name string, needed bool, start func(string, []xml.Attr), end func(string), text func([]byte)) error {
	f, ok := o.files[name]
	if !ok {
		if needed {
			return fmt.Errorf("part %s is missing: save the file again", name)
		}
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() { _ = r.Close() }()
	limited := &io.LimitedReader{R: r, N: o.left}
	d := xml.NewDecoder(limited)
	d.Strict = true
	depth := 0
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if limited.N <= 0 {
				err = errLarge
			}
			return fmt.Errorf("%s: %w", name, err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return fmt.Errorf("%s: elements stand in each other more than %d deep", name, maxDepth)
			}
			if start != nil {
				start(t.Name.Local, t.Attr)
			}
		case xml.EndElement:
			depth--
			if end != nil {
				end(t.Name.Local)
			}
		case xml.CharData:
			if text != nil {
				text(t)
			}
		}
	}
	if limited.N <= 0 {
		return fmt.Errorf("%s: %w", name, errLarge)
	}
	o.left = limited.N
	return nil
}

// attr is the value of an attribute by local name.
func attr(attrs []xml.Attr, name string) string {
	for _, a := range attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// title is the file's title, "" when it has none.
func (o *office) title() string {
	in, title := false, ""
	_ = o.each("docProps/core.xml", false,
		func(name string, _ []xml.Attr) { in = name == "title" },
		func(string) { in = false },
		func(b []byte) {
			if in {
				title += string(b)
			}
		})
	return squeeze(title)
}

// relations are the parts a part refers to, by the id it uses for them.
func (o *office) relations(of string) (map[string]string, error) {
	dir, base := path.Split(of)
	out := map[string]string{}
	err := o.each(dir+"_rels/"+base+".rels", false, func(name string, attrs []xml.Attr) {
		if name != "Relationship" {
			return
		}
		target := attr(attrs, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		out[attr(attrs, "Id")] = strings.TrimPrefix(target, "/")
	}, nil, nil)
	return out, err
}
