package pdf

import "bytes"

// matrix maps points: x' = a x + c y + e, y' = b x + d y + f.
type matrix [6]float64

// then is the matrix that maps as m does, and then as n.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// mark is a character at its place.
type mark struct {
	s          string
	x, y, size float64
	width      float64 // 0 when it is not known
	bold       bool
}

const (
	maxMarks  = 1 << 17 // of a page: a large newspaper has 60,000
	maxGlyphs = 1 << 22 // of a document
	maxForms  = 500     // that a page draws
)

// state is what operators set.
type state struct {
	at                                       matrix
	font                                     *font
	size, chars, words, scale, leading, rise float64
}

// painter follows a page's content.
type painter struct {
	f     *file
	fonts map[ref]*font
	marks []mark
	forms int
}

func (p *painter) paint(content []byte, resources dict, at matrix, depth int) {
	s := state{at: at, scale: 1}
	var saved []state
	text, line := matrix{1, 0, 0, 1, 0, 0}, matrix{1, 0, 0, 1, 0, 0}
	r := &reader{b: content}
	fonts := map[name]*font{} // of the resources, which may hold them themselves
	var args []object
	num := func(i int) float64 {
		if i < len(args) {
			n, _ := args[i].(float64)
			return n
		}
		return 0
	}
	move := func(x, y float64) {
		line = matrix{1, 0, 0, 1, x, y}.then(line)
		text = line
	}
	for len(p.marks) < maxMarks {
		o, ok := r.next(0)
		if !ok {
			return
		}
		op, is := o.(keyword)
		if !is {
			if len(args) < 64 {
				args = append(args, o)
			}
			continue
		}
		switch op {
		case "q":
			if len(saved) < 256 {
				saved = append(saved, s)
			}
		case "Q":
			if n := len(saved) - 1; n >= 0 {
				s, saved = saved[n], saved[:n]
			}
		case "cm":
			s.at = matrix{num(0), num(1), num(2), num(3), num(4), num(5)}.then(s.at)
		case "BT":
			text = matrix{1, 0, 0, 1, 0, 0}
			line = text
		case "Tf":
			s.size = num(1)
			if n, ok := arg(args, 0).(name); ok {
				if _, known := fonts[n]; !known {
					fonts[n] = p.font(p.f.dict(resources["Font"])[n])
				}
				s.font = fonts[n]
			}
		case "Tc":
			s.chars = num(0)
		case "Tw":
			s.words = num(0)
		case "Tz":
			s.scale = num(0) / 100
		case "TL":
			s.leading = num(0)
		case "Ts":
			s.rise = num(0)
		case "Td":
			move(num(0), num(1))
		case "TD":
			s.leading = -num(1)
			move(num(0), num(1))
		case "Tm":
			line = matrix{num(0), num(1), num(2), num(3), num(4), num(5)}
			text = line
		case "T*":
			move(0, -s.leading)
		case "Tj", "TJ":
			p.show(arg(args, 0), &s, &text)
		case "'":
			move(0, -s.leading)
			p.show(arg(args, 0), &s, &text)
		case "\"":
			s.words, s.chars = num(0), num(1)
			move(0, -s.leading)
			p.show(arg(args, 2), &s, &text)
		case "Do":
			if n, ok := arg(args, 0).(name); ok && depth < 8 && p.forms < maxForms {
				p.form(p.f.dict(resources["XObject"])[n], resources, s.at, depth)
			}
		case "BI": // a picture in the line, up to EI
			for {
				i := bytes.Index(content[r.at:], []byte("EI"))
				if i < 0 {
					return
				}
				r.at += i + 2
				if r.at >= 3 && space(content[r.at-3]) && (r.at == len(content) || space(content[r.at])) {
					break
				}
			}
		}
		args = args[:0]
	}
}

func arg(args []object, i int) object {
	if i < len(args) {
		return args[i]
	}
	return nil
}

func (p *painter) font(o object) *font {
	id, _ := o.(ref)
	if t, ok := p.fonts[id]; ok && id > 0 {
		return t
	}
	d := p.f.dict(o)
	if d == nil {
		return nil
	}
	t := p.f.font(d)
	if id > 0 {
		p.fonts[id] = t
	}
	return t
}

func (p *painter) form(o object, resources dict, at matrix, depth int) {
	s, ok := p.f.get(o).(*stream)
	if !ok || s.dict["Subtype"] != name("Form") {
		return
	}
	p.forms++
	if own := p.f.dict(s.dict["Resources"]); own != nil {
		resources = own
	}
	if m := p.f.list(s.dict["Matrix"]); len(m) == 6 {
		var by matrix
		for i := range by {
			by[i], _ = p.f.number(m[i])
		}
		at = by.then(at)
	}
	p.paint(p.f.content(s), resources, at, depth+1)
}

// show writes a text, or an array of texts and of distances between them.
func (p *painter) show(o object, s *state, at *matrix) {
	switch o := o.(type) {
	case array:
		for _, x := range o {
			if d, ok := x.(float64); ok {
				*at = matrix{1, 0, 0, 1, -d / 1000 * s.size * s.scale, 0}.then(*at)
				continue
			}
			if x, ok := x.(text); ok {
				p.show(x, s, at)
			}
		}
	case text:
		if s.font == nil {
			return
		}
		for i := 0; i+s.font.bytes <= len(o) && len(p.marks) < maxMarks; i += s.font.bytes {
			code := number(o[i : i+s.font.bytes])
			where := matrix{s.size * s.scale, 0, 0, s.size, 0, s.rise}.then(*at).then(s.at)
			w := s.font.width(code)
			advance := w/1000*s.size + s.chars
			if s.font.bytes == 1 && code == ' ' {
				advance += s.words
			}
			size := max(where[3], -where[3], where[1], -where[1])
			if c := s.font.char(code); c != "" {
				p.marks = append(p.marks, mark{s: c, x: where[4], y: where[5], size: size, width: w / 1000 * max(where[0], -where[0]), bold: s.font.bold})
			}
			*at = matrix{1, 0, 0, 1, advance * s.scale, 0}.then(*at)
		}
	}
}
