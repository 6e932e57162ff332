package pdf

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// font turns the codes of a text into characters, and knows how wide they are.
type font struct {
	bytes   int            // of a code: 1, or 2
	chars   map[int]string // by code, from the map to Unicode
	plain   bool           // codes that chars does not have stand for themselves
	widths  map[int]float64
	bold    bool
	missing float64 // the width of others, in thousandths of the size; 0 is not known
}

const (
	maxCodes = 1 << 17 // that a font maps
	maxMaps  = 1 << 22 // that those of a document map, again and again
)

func (f *file) font(d dict) *font {
	out := &font{bytes: 1, chars: map[int]string{}, widths: map[int]float64{}, plain: true}
	base, _ := f.get(d["BaseFont"]).(name)
	if base == "" {
		base, _ = f.get(f.dict(d["FontDescriptor"])["FontName"]).(name)
	}
	for _, w := range []string{"bold", "black", "heavy", "simhei", "heiti"} { // 黑体, the type of Chinese headings
		out.bold = out.bold || strings.Contains(strings.ToLower(string(base)), w)
	}
	encoding := f.get(d["Encoding"])
	if d["Subtype"] == name("Type0") {
		out.bytes, out.plain, out.missing = 2, false, 1000
		if e, ok := encoding.(name); ok && (strings.Contains(string(e), "UCS2") || strings.Contains(string(e), "UTF16")) {
			out.plain = true
		}
		for _, below := range f.list(d["DescendantFonts"]) {
			f.wide(f.dict(below), out)
		}
	} else {
		first, _ := f.number(d["FirstChar"])
		for i, w := range f.list(d["Widths"]) {
			if v, ok := f.number(w); ok && i < maxCodes {
				out.widths[int(first)+i] = v
			}
		}
		if len(out.widths) == 0 { // one of the fonts that every reader has
			out.standard(string(base))
		}
		code := 0
		for _, o := range f.list(f.dict(encoding)["Differences"]) {
			switch o := f.get(o).(type) {
			case float64:
				code = int(o)
			case name:
				if s := glyph(string(o)); s != "" && len(out.chars) < maxCodes {
					out.chars[code] = s
				}
				code++
			}
		}
	}
	if s, ok := f.get(d["ToUnicode"]).(*stream); ok {
		out.unicode(f.content(s), &f.maps)
	}
	return out
}

// standard sets the widths of a font that a document need not bring along: about
// those of Helvetica, which the others are like (Adobe Core 14 metrics).
func (t *font) standard(base string) {
	t.missing = 556
	if strings.Contains(base, "Courier") {
		t.missing = 600
		return
	}
	for i, w := range []float64{278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, // from the space on
		556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
		1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
		667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
		333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
		556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584} {
		if strings.Contains(base, "Times") {
			w *= 0.9
		}
		t.widths[' '+i] = w
	}
}

// wide reads the widths of a font of many characters: [1 [500 600] 10 20 1000].
func (f *file) wide(d dict, out *font) {
	if w, ok := f.number(d["DW"]); ok {
		out.missing = w
	}
	list := f.list(d["W"])
	for i := 0; i+1 < len(list); {
		first, _ := f.number(list[i])
		if each, ok := f.get(list[i+1]).(array); ok {
			for k, w := range each {
				if v, ok := f.number(w); ok && len(out.widths) < maxCodes {
					out.widths[int(first)+k] = v
				}
			}
			i += 2
			continue
		}
		if i+2 >= len(list) {
			return
		}
		last, _ := f.number(list[i+1])
		w, _ := f.number(list[i+2])
		for c := int(first); c <= int(min(last, first+1<<16)) && len(out.widths) < maxCodes && f.maps > 0; c++ {
			f.maps--
			out.widths[c] = w
		}
		i += 3
	}
}

// unicode reads a map to Unicode; left is how many codes may still be mapped.
func (t *font) unicode(b []byte, left *int) {
	maps := func(code int, s string) {
		if *left--; *left > 0 && len(t.chars) < maxCodes {
			t.chars[code] = s
		}
	}
	r := &reader{b: b}
	var args []object
	for {
		o, ok := r.next(0)
		if !ok {
			return
		}
		w, is := o.(keyword)
		if !is {
			if len(args) < 1000 {
				args = append(args, o)
			}
			continue
		}
		switch w {
		case "endcodespacerange":
			for _, a := range args {
				if s, ok := a.(text); ok && (len(s) == 1 || len(s) == 2) {
					t.bytes = len(s)
				}
			}
		case "endbfchar":
			for i := 0; i+1 < len(args); i += 2 {
				from, ok := args[i].(text)
				to, ok2 := args[i+1].(text)
				if ok && ok2 {
					maps(number(from), decode16(to))
				}
			}
		case "endbfrange":
			for i := 0; i+2 < len(args); i += 3 {
				from, ok := args[i].(text)
				last, ok2 := args[i+1].(text)
				if !ok || !ok2 {
					continue
				}
				lo, hi := number(from), number(last)
				switch to := args[i+2].(type) {
				case array:
					for k, s := range to {
						if s, ok := s.(text); ok && lo+k <= hi {
							maps(lo+k, decode16(s))
						}
					}
				case text:
					u := []rune(decode16(to))
					for k := 0; len(u) > 0 && k <= hi-lo && k <= 1<<16 && *left > 0; k++ {
						maps(lo+k, string(u))
						u[len(u)-1]++
					}
				}
			}
		}
		args = args[:0]
	}
}

func number(s text) int {
	n := 0
	for _, c := range []byte(s[max(0, len(s)-4):]) {
		n = n<<8 | int(c)
	}
	return n
}

func decode16(s text) string {
	u := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
	}
	if len(s) == 1 {
		u = append(u, uint16(s[0]))
	}
	return string(utf16.Decode(u))
}

// char is what a code stands for, "" when that is not known.
func (t *font) char(code int) string {
	if s, ok := t.chars[code]; ok {
		return s
	}
	switch {
	case !t.plain:
		return ""
	case t.bytes == 1 && code >= 0x80 && code < 0xa0:
		// As Windows has them.
		return string([]rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")[code-0x80])
	case code < 0x20:
		return ""
	}
	return string(rune(code))
}

// width is that of a code in thousandths of the size, 0 when it is not known.
func (t *font) width(code int) float64 {
	if w, ok := t.widths[code]; ok {
		return w
	}
	return t.missing
}

// glyph is the character of a glyph's name, as far as text needs: letters and
// digits name themselves, others are listed, or written in numbers.
func glyph(n string) string {
	if len(n) == 1 {
		return n
	}
	for _, prefix := range []string{"uni", "u"} {
		if h, ok := strings.CutPrefix(n, prefix); ok && len(h) >= 4 {
			if v, err := strconv.ParseUint(h[:min(len(h), 6)], 16, 32); err == nil && v < 0x110000 {
				return string(rune(v))
			}
		}
	}
	if i := slices.Index([]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}, n); i >= 0 {
		return strconv.Itoa(i)
	}
	switch n {
	case "space", "nbspace":
		return " "
	case "period":
		return "."
	case "comma":
		return ","
	case "hyphen", "minus", "sfthyphen":
		return "-"
	case "colon":
		return ":"
	case "semicolon":
		return ";"
	case "question":
		return "?"
	case "exclam":
		return "!"
	case "slash":
		return "/"
	case "percent":
		return "%"
	case "dollar":
		return "$"
	case "parenleft":
		return "("
	case "parenright":
		return ")"
	case "quotesingle", "quoteright":
		return "’"
	case "quoteleft":
		return "‘"
	case "quotedblleft":
		return "“"
	case "quotedblright":
		return "”"
	case "quotedbl":
		return "\""
	case "endash":
		return "–"
	case "emdash":
		return "—"
	case "bullet":
		return "•"
	case "ellipsis":
		return "…"
	case "fi":
		return "fi"
	case "fl":
		return "fl"
	case "ff":
		return "ff"
	case "ffi":
		return "ffi"
	case "ampersand":
		return "&"
	case "at":
		return "@"
	case "plus":
		return "+"
	case "equal":
		return "="
	}
	return ""
}
