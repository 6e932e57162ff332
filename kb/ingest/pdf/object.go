package pdf

import (
	"bytes"
	"strconv"
)

// The objects of a document: nil, bool, float64, name, text, array, dict, ref,
// *stream; and keyword for what is none of them.
type (
	object  any
	name    string
	text    string
	keyword string
	array   []object
	dict    map[name]object
	ref     int
	stream  struct {
		dict               dict
		raw                []byte
		number, generation int // of the object
	}
)

const maxDepth = 50 // of objects in one another

// reader reads objects from bytes. Whatever they are, it goes forward and ends.
type reader struct {
	b  []byte
	at int
}

func space(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}
func delimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

func (r *reader) skip() {
	for r.at < len(r.b) {
		switch c := r.b[r.at]; {
		case space(c):
			r.at++
		case c == '%':
			for r.at < len(r.b) && r.b[r.at] != '\n' && r.b[r.at] != '\r' {
				r.at++
			}
		default:
			return
		}
	}
}

// next reads an object; ok is false at the end. Inside a document "3 0 R" is a
// ref; in a page's content it cannot stand.
func (r *reader) next(depth int) (o object, ok bool) {
	r.skip()
	if r.at >= len(r.b) {
		return nil, false
	}
	c := r.b[r.at]
	switch {
	case c == '/':
		r.at++
		return r.name(), true
	case c == '(':
		r.at++
		return r.literal(), true
	case c == '<' && r.at+1 < len(r.b) && r.b[r.at+1] == '<':
		r.at += 2
		return r.dict(depth + 1), true
	case c == '<':
		r.at++
		return r.hex(), true
	case c == '[':
		r.at++
		return r.array(depth + 1), true
	case c == '>' && r.at+1 < len(r.b) && r.b[r.at+1] == '>':
		r.at += 2
		return keyword(">>"), true
	case delimiter(c):
		r.at++
		return keyword(c), true
	}
	from := r.at
	for r.at < len(r.b) && !space(r.b[r.at]) && !delimiter(r.b[r.at]) {
		r.at++
	}
	w := string(r.b[from:r.at])
	if c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' {
		if f, err := strconv.ParseFloat(w, 64); err == nil && len(w) < 40 {
			return r.reference(f), true
		}
	}
	switch w {
	case "true":
		return true, true
	case "false":
		return false, true
	case "null":
		return nil, true
	}
	return keyword(w), true
}

// reference is f, or the ref that f begins.
func (r *reader) reference(f float64) object {
	if f < 1 || f != float64(int(f)) || f > maxObjects {
		return f
	}
	at := r.at
	for at < len(r.b) && space(r.b[at]) {
		at++
	}
	n := at
	for n < len(r.b) && n-at < 6 && r.b[n] >= '0' && r.b[n] <= '9' {
		n++
	}
	if n == at {
		return f
	}
	for at = n; at < len(r.b) && space(r.b[at]); at++ {
	}
	if at == n || at >= len(r.b) || r.b[at] != 'R' || at+1 < len(r.b) && !space(r.b[at+1]) && !delimiter(r.b[at+1]) {
		return f
	}
	r.at = at + 1
	return ref(int(f))
}

func (r *reader) name() name {
	var out []byte
	for r.at < len(r.b) && !space(r.b[r.at]) && !delimiter(r.b[r.at]) {
		c := r.b[r.at]
		if c == '#' && r.at+2 < len(r.b) {
			if v, err := strconv.ParseUint(string(r.b[r.at+1:r.at+3]), 16, 8); err == nil {
				c = byte(v)
				r.at += 2
			}
		}
		out = append(out, c)
		r.at++
	}
	return name(out)
}

func (r *reader) literal() text {
	var out []byte
	for depth := 1; r.at < len(r.b); r.at++ {
		c := r.b[r.at]
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				r.at++
				return text(out)
			}
		case '\\':
			if r.at++; r.at >= len(r.b) {
				return text(out)
			}
			switch c = r.b[r.at]; c {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			case 'b':
				c = '\b'
			case 'f':
				c = '\f'
			case '\r':
				if r.at+1 < len(r.b) && r.b[r.at+1] == '\n' {
					r.at++
				}
				continue
			case '\n':
				continue
			case '0', '1', '2', '3', '4', '5', '6', '7':
				v := 0
				for n := 0; n < 3 && r.at < len(r.b) && r.b[r.at] >= '0' && r.b[r.at] <= '7'; n++ {
					v = v*8 + int(r.b[r.at]-'0')
					r.at++
				}
				r.at--
				c = byte(v)
			}
		}
		out = append(out, c)
	}
	return text(out)
}

func (r *reader) hex() text {
	var out []byte
	half, v := false, byte(0)
	for ; r.at < len(r.b); r.at++ {
		c := r.b[r.at]
		d := byte(0)
		switch {
		case c == '>':
			r.at++
			if half {
				out = append(out, v<<4)
			}
			return text(out)
		case c >= '0' && c <= '9':
			d = c - '0'
		case c >= 'a' && c <= 'f':
			d = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			d = c - 'A' + 10
		default:
			continue
		}
		if half {
			out = append(out, v<<4|d)
		}
		half, v = !half, d
	}
	return text(out)
}

func (r *reader) array(depth int) array {
	var out array
	for depth < maxDepth {
		o, ok := r.next(depth)
		if !ok || o == keyword("]") || o == keyword("endobj") {
			break
		}
		out = append(out, o)
	}
	return out
}

func (r *reader) dict(depth int) dict {
	out := dict{}
	for depth < maxDepth {
		k, ok := r.next(depth)
		if !ok || k == keyword(">>") || k == keyword("endobj") {
			break
		}
		key, ok := k.(name)
		if !ok {
			continue
		}
		v, ok := r.next(depth)
		if !ok || v == keyword(">>") {
			break
		}
		out[key] = v
	}
	return out
}
