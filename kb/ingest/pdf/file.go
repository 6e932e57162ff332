package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

const (
	maxObjects = 1 << 20
	maxStream  = 32 << 20  // bytes of one stream, unfolded
	maxFolded  = 256 << 20 // bytes of all of them
	maxPages   = 3000
)

// file is a document's objects by number. They are found by going through the
// whole of it, not by its table of contents: that of a damaged file is wrong, and
// all of it is read anyway.
type file struct {
	objects map[ref]object
	left    int // bytes that streams may still unfold to
	maps    int // codes that fonts may still map
}

func open(raw []byte) (*file, error) {
	if i := bytes.Index(raw[:min(len(raw), 1024)], []byte("%PDF-")); i < 0 {
		return nil, errors.New("it is no PDF")
	}
	f := &file{objects: map[ref]object{}, left: maxFolded, maps: maxMaps}
	var packed, all []*stream
	var trailers []dict
	r := &reader{b: raw}
	for len(f.objects) < maxObjects {
		n, generation, ok := heading(r)
		if !ok {
			break
		}
		o, ok := r.next(0)
		if !ok {
			break
		}
		if d, is := o.(dict); is {
			at := r.at
			if w, _ := r.next(0); w == keyword("stream") {
				s := &stream{dict: d, raw: r.stream(d), number: int(n), generation: generation}
				o = s
				if d["Type"] == name("ObjStm") {
					packed = append(packed, s)
				}
				if d["Type"] == name("XRef") {
					trailers = append(trailers, d)
				} else {
					all = append(all, s)
				}
			} else {
				r.at = at
			}
		}
		f.objects[n] = o
	}
	for at := 0; ; {
		i := bytes.Index(raw[at:], []byte("trailer"))
		if i < 0 {
			break
		}
		at += i + len("trailer")
		d, _ := (&reader{b: raw, at: at}).next(0)
		if d, ok := d.(dict); ok {
			trailers = append(trailers, d)
		}
	}
	for _, d := range trailers {
		if d["Encrypt"] == nil {
			continue
		}
		var id text
		if ids := f.list(d["ID"]); len(ids) > 0 {
			id, _ = f.get(ids[0]).(text)
		}
		l, err := f.unlock(f.dict(d["Encrypt"]), id)
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			s.raw = l.open(s.raw, s.number, s.generation)
		}
		break
	}
	for _, s := range packed {
		f.unpack(s)
	}
	return f, nil
}

// heading goes to the next "3 0 obj" and returns its number and generation.
func heading(r *reader) (n ref, generation int, ok bool) {
	for {
		i := bytes.Index(r.b[r.at:], []byte("obj"))
		if i < 0 {
			return 0, 0, false
		}
		end := r.at + i
		from := max(r.at, end-24)
		r.at = end + 3
		if end > 0 && !space(r.b[end-1]) && (r.b[end-1] < '0' || r.b[end-1] > '9') {
			continue // endobj
		}
		fields := bytes.Fields(r.b[from:end])
		if len(fields) < 2 {
			continue
		}
		n := 0
		generation, _ := strconv.Atoi(string(fields[len(fields)-1]))
		for _, c := range fields[len(fields)-2] {
			if c < '0' || c > '9' || n > maxObjects {
				n = 0
				break
			}
			n = n*10 + int(c-'0')
		}
		if n > 0 {
			return ref(n), generation, true
		}
	}
}

// stream takes the bytes of a stream, whose keyword was read.
func (r *reader) stream(d dict) []byte {
	if r.at < len(r.b) && r.b[r.at] == '\r' {
		r.at++
	}
	if r.at < len(r.b) && r.b[r.at] == '\n' {
		r.at++
	}
	from := r.at
	if n, ok := d["Length"].(float64); ok && n >= 0 && from+int(min(n, 1<<40)) <= len(r.b) {
		end := from + int(n)
		if bytes.HasPrefix(bytes.TrimLeft(r.b[end:min(len(r.b), end+16)], "\r\n "), []byte("endstream")) {
			r.at = end
			return r.b[from:end]
		}
	}
	i := bytes.Index(r.b[from:], []byte("endstream"))
	if i < 0 {
		i = len(r.b) - from
	}
	r.at = from + i
	return bytes.TrimRight(r.b[from:r.at], "\r\n")
}

// unpack reads the objects that stand together in a stream.
func (f *file) unpack(s *stream) {
	body := f.content(s)
	n, _ := f.number(s.dict["N"])
	first, _ := f.number(s.dict["First"])
	head := &reader{b: body}
	for range int(min(max(n, 0), maxObjects)) {
		num, ok := head.next(0)
		at, ok2 := head.next(0)
		id, is := num.(float64)
		off, is2 := at.(float64)
		if !ok || !ok2 || !is || !is2 || off < 0 || first < 0 || first+off >= float64(len(body)) || id < 1 || id > maxObjects || len(f.objects) >= maxObjects {
			return
		}
		o, _ := (&reader{b: body, at: int(first + off)}).next(0)
		f.objects[ref(id)] = o
	}
}

// get follows refs, which may go in circles.
func (f *file) get(o object) object {
	for range 20 {
		r, ok := o.(ref)
		if !ok {
			return o
		}
		o = f.objects[r]
	}
	return nil
}

func (f *file) number(o object) (float64, bool) {
	n, ok := f.get(o).(float64)
	return n, ok
}

func (f *file) dict(o object) dict {
	switch o := f.get(o).(type) {
	case dict:
		return o
	case *stream:
		return o.dict
	}
	return nil
}

func (f *file) list(o object) array {
	switch o := f.get(o).(type) {
	case array:
		return o
	case nil:
		return nil
	default:
		return array{o}
	}
}

// content unfolds a stream, as far as it can be.
func (f *file) content(s *stream) []byte {
	if f.left <= 0 {
		return nil
	}
	out := s.raw
	f.left -= len(out) // a page may be drawn many times
	for _, filter := range f.list(s.dict["Filter"]) {
		var r io.Reader
		switch f.get(filter) {
		case name("FlateDecode"), name("Fl"):
			z, err := zlib.NewReader(bytes.NewReader(out))
			if err != nil {
				return nil
			}
			r = z
		case name("ASCII85Decode"), name("A85"):
			end := bytes.Index(out, []byte("~>"))
			if end < 0 {
				end = len(out)
			}
			r = ascii85.NewDecoder(bytes.NewReader(out[:end]))
		case name("ASCIIHexDecode"), name("AHx"):
			out = []byte((&reader{b: out}).hex())
			continue
		default:
			return nil // a picture, or one of the old foldings
		}
		for _, p := range f.list(s.dict["DecodeParms"]) {
			if n, ok := f.number(f.dict(p)["Predictor"]); ok && n > 1 {
				return nil
			}
		}
		// What was unfolded before an error is good.
		out, _ = io.ReadAll(io.LimitReader(r, int64(min(maxStream, max(f.left, 0)))))
		f.left -= len(out)
	}
	return out
}

// page is a page's content, folded as it is, and what it refers to.
type page struct {
	contents  []*stream
	resources dict
}

// unfold is what a page shows.
func (f *file) unfold(p page) []byte {
	var out []byte
	for _, s := range p.contents {
		if len(out) < maxStream {
			out = append(append(out, f.content(s)...), '\n')
		}
	}
	return out
}

// pages are the pages in order; of a document without a table of pages, those
// there are.
func (f *file) pages() ([]page, error) {
	var out []page
	seen := map[ref]bool{}
	var walk func(o object, inherited object, depth int)
	walk = func(o object, inherited object, depth int) {
		if r, ok := o.(ref); ok {
			if seen[r] {
				return
			}
			seen[r] = true
		}
		d := f.dict(o)
		if d == nil || depth > maxDepth || len(out) >= maxPages {
			return
		}
		if d["Resources"] != nil {
			inherited = d["Resources"]
		}
		if kids := f.list(d["Kids"]); len(kids) > 0 {
			for _, k := range kids {
				walk(k, inherited, depth+1)
			}
			return
		}
		p := page{resources: f.dict(inherited)}
		for _, c := range f.list(d["Contents"]) {
			if s, ok := f.get(c).(*stream); ok {
				p.contents = append(p.contents, s)
			}
		}
		out = append(out, p)
	}
	ids := make([]ref, 0, len(f.objects))
	for id := range f.objects {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range slices.Backward(ids) {
		if d := f.dict(id); d["Type"] == name("Catalog") && f.dict(d["Pages"]) != nil {
			walk(d["Pages"], nil, 0)
			break
		}
	}
	if len(out) == 0 {
		for _, id := range ids {
			if f.dict(id)["Type"] == name("Page") {
				walk(id, nil, 0)
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("it has no pages among %d objects", len(f.objects))
	}
	return out, nil
}
