package entity

import (
	"strconv"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// phone finds telephone numbers: Chinese mobiles with or without +86, Chinese
// landlines with area code, 400/800 numbers, North American numbers in their
// 3-3-4 groups and anything international after "+". Digits may be Chinese
// (幺三八…). The value is E.164.
func (c *scan) phone(i int) {
	var buf [20]byte
	digits := buf[:0]
	var groups [8]int // length of each group of digits
	n, j, end, plus := 0, i, i, false
	if c.at(j) == '+' {
		if !isDigit(c.at(j + 1)) {
			return
		}
		plus = true
		j++
	}
	if isAlnum(c.at(i-1)) || c.at(i-1) == '+' && !plus || i > 1 && c.s[i-1] == '.' && isDigit(c.s[i-2]) {
		return
	}
	han := !plus && c.s[i] >= 0x80
	for j < len(c.s) && len(digits) < cap(digits) && n < len(groups) {
		r, size := c.rune(j)
		d, ok := float64(0), false
		if isDigit(c.s[j]) {
			d, ok = float64(c.s[j]-'0'), true
		} else if han {
			d, ok = hanDigit(r)
		}
		if ok {
			digits = append(digits, '0'+byte(d))
			groups[n]++
			j += size
			end = j
			continue
		}
		if han || r != ' ' && r != '-' && r != '(' && r != ')' {
			break
		}
		for c.at(j) == ' ' || c.at(j) == '-' || c.at(j) == '(' || c.at(j) == ')' {
			j++
		}
		if groups[n] > 0 {
			n++
		}
		if !isDigit(c.at(j)) {
			break
		}
	}
	if len(digits) == 0 || isAlnum(c.at(end)) || c.at(end) == '.' && isDigit(c.at(end+1)) {
		return
	}
	if n < len(groups) && groups[n] > 0 {
		n++
	}
	if v := e164(string(digits), groups[:min(n, len(groups))], plus); v != "" {
		c.add(i, end, rankPhone, Entity{Type: TypePhone, Value: v})
	}
}

// e164 is the canonical form of a telephone number, or "".
func e164(d string, groups []int, plus bool) string {
	switch {
	case strings.HasPrefix(d, "0086") && len(d) == 15 && mobile(d[4:]):
		return "+" + d[2:]
	case strings.HasPrefix(d, "86") && len(d) == 13 && mobile(d[2:]):
		return "+" + d
	case plus:
		if strings.HasPrefix(d, "860") {
			d = "86" + d[3:] // +86 (0)21
		}
		if len(d) >= 8 && len(d) <= 15 && d[0] != '0' {
			return "+" + d
		}
	case mobile(d):
		if len(groups) == 1 || len(groups) == 3 && groups[0] == 3 && groups[1] == 4 || len(groups) == 2 && groups[0] == 3 {
			return "+86" + d
		}
	case len(d) >= 10 && len(d) <= 12 && d[0] == '0' && d[1] != '0' && len(groups) <= 3:
		area := 4
		if d[1] == '1' || d[1] == '2' {
			area = 3
		}
		local := len(d) - area
		if local < 7 || local > 8 || d[area] < '2' || len(groups) > 1 && groups[0] != area || len(groups) == 1 && d[1] != '1' && d[1] != '2' && local == 7 {
			return ""
		}
		return "+86" + d[1:]
	case len(d) == 10 && (d[:3] == "400" || d[:3] == "800") && (len(groups) > 1 || d[:3] == "400"):
		return "+86" + d
	case len(groups) == 3 && groups[0] == 3 && groups[1] == 3 && groups[2] == 4 && d[0] >= '2' && d[3] >= '2':
		return "+1" + d
	case len(groups) == 4 && groups[0] == 1 && d[0] == '1' && groups[1] == 3 && groups[2] == 3 && groups[3] == 4:
		return "+" + d
	}
	return ""
}

func mobile(d string) bool {
	return len(d) == 11 && d[0] == '1' && d[1] >= '3'
}

// email finds the address around the @ at i.
func (c *scan) email(i int) {
	s, e := i, i+1
	for s > 0 && i-s < 64 && (isAlnum(c.s[s-1]) || strings.IndexByte("._%+-", c.s[s-1]) >= 0) {
		s--
	}
	for s < i && !isAlnum(c.s[s]) && c.s[s] != '_' {
		s++
	}
	for e < len(c.s) && e-i < 254 && (isAlnum(c.s[e]) || c.s[e] == '-' || c.s[e] == '.' && isAlnum(c.at(e+1))) {
		e++
	}
	for e > i && c.s[e-1] == '-' {
		e--
	}
	if s == i || c.s[i-1] == '.' || e == i+1 {
		return
	}
	host := c.s[i+1 : e]
	dot := strings.LastIndexByte(host, '.')
	if dot < 1 || len(host)-dot < 3 || strings.ContainsAny(host[dot+1:], "0123456789-") || !isAlnum(host[0]) {
		return
	}
	c.add(s, e, rankEmail, Entity{Type: TypeEmail, Value: strings.ToLower(c.s[s:e])})
}

// url finds web addresses with a scheme, after "www.", or with a well-known
// top-level domain. resolve sets the value, in the case the customer used.
func (c *scan) url(i int) {
	scheme := c.phraseRaw(i, "https://", "http://")
	if scheme < 0 && !c.has(i, "www.") {
		e := i
		for e < len(c.s) && e-i < 253 && (isAlnum(c.s[e]) || c.s[e] == '-' || c.s[e] == '.' && isAlnum(c.at(e+1))) {
			e++
		}
		dot := strings.LastIndexByte(c.s[i:e], '.')
		if dot < 1 || c.at(e) == '@' || c.at(i-1) == '@' || c.at(i-1) == '.' {
			return
		}
		switch c.s[i+dot+1 : e] {
		case "com", "cn", "net", "org":
		default:
			return
		}
		scheme = i
	}
	e := max(scheme, i)
	for e < len(c.s) && c.s[e] > ' ' && c.s[e] < 0x7f && strings.IndexByte("\"<>'`{}|\\^", c.s[e]) < 0 && c.typed(e) {
		e++
	}
	for e > i && strings.IndexByte(".,;:!?)]", c.s[e-1]) >= 0 {
		e--
	}
	if strings.IndexByte(c.s[max(scheme, i):max(e, scheme, i)], '.') < 1 {
		return
	}
	c.add(i, e, rankURL, Entity{Type: TypeURL})
}

// phraseRaw is phrase without the rule that a letter ends a word.
func (c *scan) phraseRaw(i int, list ...string) int {
	for _, w := range list {
		if c.has(i, w) {
			return i + len(w)
		}
	}
	return -1
}

// size finds clothing and shoe sizes. Letters of two or more and numbers with
// 码 are sizes anywhere; one letter, or a plain number, only beside a word
// such as 码, 号 or "size", or as the whole message.
func (c *scan) size(i int) {
	j := i
	for j < len(c.s) && isAlnum(c.s[j]) {
		j++
	}
	if j == i {
		if n, ok := c.hanNumber(i, false); ok { // 四十二码
			if e := c.phrase(n.end, "码"); e >= 0 && n.hi == 0 && n.val >= 20 && n.val <= 60 {
				c.addSize(i, e, strconv.Itoa(int(n.val)))
			}
			return
		}
		if e := c.phrase(i, "均码", "大码", "中码", "小码", "加大码", "特大码"); e >= 0 && c.before(i) != '最' {
			if v := c.x.names.size(c.s[i:e]); v != "" || c.has(i, "均") {
				if v == "" {
					v = "F"
				}
				c.add(i, e, rankSize, Entity{Type: TypeSize, Value: v})
			}
		}
		return
	}
	w := c.s[i:j]
	whole := strings.TrimSpace(c.s) == w
	v := letterSize(w)
	known := c.x.names.size(w)
	if v == "" {
		n, ok := c.figures(i)
		if !ok || n.val > 200 || n.zero {
			return
		}
		if j = n.end; isAlnum(c.at(j)) {
			return
		}
		w = c.s[i:j]
		known = c.x.names.size(w)
		v = w
		e := c.phrase(j, "码", " 码")
		if e < 0 && n.val > 31 && n.val < 60 {
			e = c.phrase(j, "号")
		}
		// 36 and "under 36" alone are no sizes; "size 36" and a listed size sent by itself are.
		worn := n.val >= 20 && n.val <= 60 && c.worn(i) && c.phrase(j, "条", "件", "次") < 0
		if e < 0 && !c.sizeCue(i) && !worn && !(whole && known != "") {
			return
		}
		if e >= 0 {
			if text.IsHan(c.peek(e)) && c.has(e, "头") {
				return
			}
			j = e
			if c.has(j, "半") && !strings.Contains(w, ".") { // 37码半
				j += len("半")
				w += ".5"
				v, known = w, c.x.names.size(w)
			}
		} else if _, _, ok := c.unit(j); ok {
			return
		}
	} else {
		e := c.phrase(j, "码", " 码", "号")
		if len(w) == 1 && e < 0 && !c.sizeCue(i) && !c.worn(i) && !whole && c.phrase(j, " size", "尺码", "尺寸") < 0 {
			return
		}
		if len(w) == 1 && (c.at(i-1) == '\'' || c.at(i-1) == '-' || c.at(i-1) == '.') {
			return
		}
		if e >= 0 && !(c.has(j, "号") && (c.has(e, "线") || c.has(e, "楼"))) {
			j = e
		}
	}
	if known != "" {
		v = known
	}
	c.addSize(i, j, v)
}

// worn reports whether what stands before i says that somebody wears what follows.
func (c *scan) worn(i int) bool {
	if c.has(i-len("穿"), "穿") {
		return true
	}
	for _, w := range []string{"wear ", "wears ", "wear a ", "wears a ", "wear an ", "wears an "} {
		if at := i - len(w); at >= 0 && c.has(at, w) && (at == 0 || !isAlnum(c.s[at-1])) {
			return true
		}
	}
	return false
}

// addSize adds the size s[i:j]; a listed size gives its own value.
func (c *scan) addSize(i, j int, v string) {
	for _, w := range []string{strings.ReplaceAll(c.s[i:j], " ", ""), strings.ToLower(v)} {
		if known := c.x.names.size(w); known != "" {
			v = known
			break
		}
	}
	c.add(i, j, rankSize, Entity{Type: TypeSize, Value: v})
}

// sizeCue reports a word before i that makes the next word a size.
func (c *scan) sizeCue(i int) bool {
	left := strings.TrimRight(c.s[:i], " :")
	// "size M or L", "M码或L码"
	for _, w := range []string{" or", "/", "或", "和", " and", "、", "还是"} {
		if rest, ok := strings.CutSuffix(left, w); ok && len(rest) > 0 {
			for k := len(c.out) - 1; k >= max(0, len(c.out)-8); k-- {
				if c.out[k].Type == TypeSize && c.out[k].to == len(rest) {
					return true
				}
			}
			break
		}
	}
	for _, w := range []string{"是", "为", "选", "穿", "in", "is", "a", "an", "eu", "us", "uk", "the"} {
		if rest, ok := strings.CutSuffix(left, w); ok && (w[0] >= 0x80 || rest == "" || !isAlnum(rest[len(rest)-1])) {
			left = strings.TrimRight(rest, " :")
			break
		}
	}
	for _, w := range []string{"尺码", "码数", "尺寸", "鞋码", "size", "sizes", "sized", "尺码我"} {
		if rest, ok := strings.CutSuffix(left, w); ok && (w[0] >= 0x80 || rest == "" || !isAlnum(rest[len(rest)-1])) {
			return true
		}
	}
	return false
}

// letterSize is the canonical form of a letter size: XXL for 2XL, or "".
func letterSize(w string) string {
	switch w {
	case "s", "m", "l", "xl", "xs", "xxs", "xxl", "xxxl", "xxxxl":
		return strings.ToUpper(w)
	case "2xl":
		return "XXL"
	case "3xl":
		return "XXXL"
	case "4xl":
		return "XXXXL"
	case "5xl":
		return "5XL"
	case "2xs":
		return "XXS"
	}
	return ""
}
