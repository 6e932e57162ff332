package entity

import (
	"strconv"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// quantity finds numbers with a unit: 两件, "3 pairs", 175cm, 一米七五, 65公斤.
// Units keep their language, but metric ones are written kg, g, cm, m, ml, l
// and English ones in the singular.
func (c *scan) quantity(i int) {
	if q, end, ok := c.height(i); ok {
		c.addQuantity(i, end, q)
		return
	}
	if e := c.phrase(i, "百分之"); e >= 0 {
		if n, ok := c.number(e); ok && n.hi == 0 {
			c.addQuantity(i, n.end, Quantity{n.val, "%"})
		}
		return
	}
	if q, end, ok := c.age(i); ok {
		c.addQuantity(i, end, q)
		return
	}
	n, ok := c.number(i)
	article := !ok
	if article {
		if n, ok = c.article(i); !ok {
			return
		}
	}
	if n.hi > 0 || n.zero {
		return
	}
	u, end, ok := c.unit(n.end)
	if !ok {
		if u, end, ok = c.old(n.end); !ok {
			return
		}
	}
	if article && c.x.names.has(c.s[c.skip(n.end):end]) {
		return // "a bag" is a thing, not a measure
	}
	if n.words && n.val == 1 && (u == "time" || u == "day") {
		return // "one day", "one time" count nothing
	}
	// 一个半小时, 两年半
	if e := c.phrase(end, "半小时", "半钟头", "半月", "半星期"); u == "个" && e >= 0 {
		half, e, _ := c.unit(end + len("半"))
		if half == "月" {
			half = "个月"
		}
		c.addQuantity(i, e, Quantity{n.val + 0.5, half})
		return
	}
	// 一个多星期
	if u == "个" && c.has(end, "多") {
		for _, w := range []string{"星期", "礼拜", "月", "小时", "钟头"} {
			if e := end + len("多"); c.has(e, w) {
				switch w {
				case "月":
					u = "个月"
				case "星期", "礼拜":
					u = "周"
				default:
					u = "小时"
				}
				end = e + len(w)
				break
			}
		}
	}
	switch {
	case u == "折" && n.val > 10 && n.val < 100:
		n.val /= 10 // 八五折
	case u == "g" && n.digits > 0 && c.at(n.end) == 'g':
		switch n.val {
		case 32, 64, 128, 256, 512:
			u = "gb" // 64G of storage
		}
	}
	switch u {
	case "年", "个月", "天", "小时", "斤", "周", "岁":
		if c.has(end, "半") && !text.IsHan(c.peek(end+len("半"))) {
			n.val, end = n.val+0.5, end+len("半")
		}
	}
	if u == "块" && c.discount(i, end) {
		return
	}
	// 39度2, but not 39度25
	if d, size := c.rune(end); u == "度" && !hanNumeral(c.peek(end+size)) && !isDigit(c.at(end+size)) {
		v, ok := hanDigit(d)
		if isDigit(byte(d)) && d < 128 {
			v, ok = float64(d-'0'), true
		}
		switch {
		case d == '半':
			v, ok = 5, true
		case c.has(end+size, "天"), c.has(end+size, "个"), c.has(end+size, "次"):
			ok = false
		}
		if ok {
			n.val, end = n.val+v/10, end+size
		}
	}
	// an hour and a half
	if u == "hour" || u == "day" || u == "year" || u == "week" || u == "month" {
		if e := c.phrase(c.skip(end), "and a half"); e >= 0 {
			n.val, end = n.val+0.5, e
		}
	}
	c.addQuantity(i, end, Quantity{n.val, u})
}

func (c *scan) addQuantity(from, to int, q Quantity) {
	v := strconv.FormatFloat(q.Number, 'f', -1, 64) + " " + q.Unit
	c.add(from, to, rankQuantity, Entity{Type: TypeQuantity, Value: v, Quantity: &q})
}

// article reads "a" or "an" before a unit that people count with it, and
// "a couple of", "half a dozen".
func (c *scan) article(i int) (number, bool) {
	switch c.word(i) {
	case "a", "an", "another":
		j := c.skip(i + len(c.word(i)))
		switch c.word(j) {
		case "pair", "box", "pack", "bottle", "bag", "set", "dozen", "kilo", "piece", "slice":
			return number{val: 1, end: j, words: true}, true
		case "hour":
			if c.phrase(c.skip(j+len("hour")), "and a half") >= 0 {
				return number{val: 1, end: j, words: true}, true
			}
		case "couple":
			j = c.opt(c.skip(j+len("couple")), "of")
			return number{val: 2, end: j, words: true}, true
		}
	case "half":
		if e := c.phrase(i, "half a dozen"); e >= 0 {
			return number{val: 6, end: e, words: true}, true
		}
		if e := c.phrase(i, "half an", "half a"); e >= 0 {
			return number{val: 0.5, end: e, words: true}, true
		}
	}
	return number{}, false
}

// age reads "age 8", "aged 18 months", "ages 8-10" (the youngest), in years where
// nothing else is named.
func (c *scan) age(i int) (Quantity, int, bool) {
	if c.at(i) != 'a' {
		return Quantity{}, 0, false
	}
	j := c.phrase(i, "aged", "age", "ages")
	if j < 0 {
		return Quantity{}, 0, false
	}
	n, ok := c.number(c.skip(c.opt(c.skip(j), "is", "of", ":", "about", "around")))
	if !ok || n.hi > 0 || n.zero || n.val < 1 || n.val > 120 || n.val != float64(int(n.val)) {
		return Quantity{}, 0, false
	}
	if u, end, ok := c.unit(n.end); ok {
		return Quantity{n.val, u}, end, u == "year" || u == "month" || u == "week"
	}
	if c.at(n.end) == '-' && isDigit(c.at(n.end+1)) {
		if to, ok := c.figures(n.end + 1); ok && to.val > n.val && to.val <= 120 {
			n.end = to.end
		}
	}
	return Quantity{n.val, "year"}, n.end, !isAlnum(c.at(n.end)) && c.at(n.end) != '/' && c.at(n.end) != '%'
}

// old reads what joins a number to an age by hyphens: 8-year-old.
func (c *scan) old(i int) (string, int, bool) {
	if c.at(i) != '-' {
		return "", 0, false
	}
	w := c.word(i + 1)
	u := enUnit(w)
	end := i + 1 + len(w)
	if (u != "year" && u != "month" && u != "week") || c.phrase(end, "-old", " old") < 0 {
		return "", 0, false
	}
	return u, end, true
}

// height reads 1米75, 一米七, 5'10 and "5 ft 10", which no single unit covers.
func (c *scan) height(i int) (Quantity, int, bool) {
	b := c.s[i]
	if isLetter(b) {
		return Quantity{}, 0, false
	}
	var n number
	var ok bool
	if isDigit(b) {
		n, ok = c.figures(i)
	} else {
		n, ok = c.hanNumber(i, false)
	}
	if !ok || n.val < 1 || n.val > 8 || n.val != float64(int(n.val)) {
		return Quantity{}, 0, false
	}
	if e := c.phrase(n.end, "米", "m"); e >= 0 || n.val <= 2 && c.at(n.end) == 'm' && isDigit(c.at(n.end+1)) {
		if e < 0 {
			e = n.end + 1
		}
		if n.val > 2 {
			return Quantity{}, 0, false
		}
		var cm float64
		count, j := 0, e
		for count < 3 {
			r, size := c.rune(j)
			d, ok := hanDigit(r)
			if r < 128 && isDigit(byte(r)) {
				d, ok = float64(r-'0'), true
			}
			if !ok {
				break
			}
			cm, count, j = cm*10+d, count+1, j+size
		}
		if count == 0 || count > 2 || hanUnit(c.peek(j)) > 0 || c.at(j) == '.' && isDigit(c.at(j+1)) {
			return Quantity{}, 0, false
		}
		if count == 1 {
			cm *= 10
		}
		return Quantity{n.val*100 + cm, "cm"}, j, true
	}
	if !isDigit(b) || n.digits != 1 {
		return Quantity{}, 0, false
	}
	e := c.phrase(c.skip(n.end), "'", "’", "′", "ft.", "ft", "feet", "foot")
	if e < 0 && c.has(n.end, "ft") && isDigit(c.at(n.end+2)) {
		e = n.end + 2 // 5ft4
	}
	if e < 0 {
		return Quantity{}, 0, false
	}
	in, ok := c.figures(c.skip(e))
	if !ok || in.val >= 12 || in.digits > 2 {
		return Quantity{}, 0, false
	}
	end := c.opt(in.end, "\"", "''", "″", "”", " inches", " in", "in")
	return Quantity{n.val*12 + in.val, "in"}, end, true
}

// unit reads a unit of measure or count at i, after an optional space.
func (c *scan) unit(i int) (string, int, bool) {
	j := c.skip(i)
	r, size := c.rune(j)
	switch {
	case r == '%':
		return "%", j + 1, true
	case r < 128 && isLetter(byte(r)):
		if e := c.phrase(j, "business day", "business days", "working day", "working days"); e >= 0 {
			return "day", e, true
		}
		if e := c.phrase(j, "in", "inch", "inches"); e >= 0 && (e-j > 2 || j == i) {
			return "in", e, true
		}
		if e := c.phrase(j, "y/o", "y.o"); e >= 0 {
			return "year", e, true
		}
		w := c.word(j)
		if u := enUnit(w); u != "" && (!isDigit(c.at(j + len(w)))) {
			return u, j + len(w), true
		}
	case text.IsHan(r):
		for _, s := range []struct{ word, unit string }{
			{"个人", "人"}, {"个大人", "大人"}, {"个小孩", "小孩"}, {"个孩子", "小孩"}, {"大人", "大人"}, {"小孩", "小孩"}, {"位", "位"}, {"摄氏度", "度"}, {"度", "度"},
			{"公斤", "kg"}, {"千克", "kg"}, {"厘米", "cm"}, {"公分", "cm"}, {"毫米", "mm"}, {"毫升", "ml"}, {"公里", "km"},
			{"个月", "个月"}, {"个小时", "小时"}, {"个钟头", "小时"}, {"小时", "小时"}, {"钟头", "小时"}, {"分钟", "分钟"},
			{"个星期", "周"}, {"星期", "周"}, {"个礼拜", "周"}, {"礼拜", "周"}, {"工作日", "工作日"}, {"个工作日", "工作日"},
			{"英寸", "寸"}, {"平方米", "平方米"}, {"平米", "平方米"}, {"人份", "人份"}, {"毫安", "毫安"}, {"瓦", "w"}, {"千瓦", "kw"},
			{"克", "g"}, {"米", "m"}, {"升", "l"},
		} {
			if c.has(j, s.word) {
				return s.unit, j + len(s.word), true
			}
		}
		if strings.ContainsRune("件条双个只款套顶台部箱包盒瓶袋张份把本支枝副对斤天周年次人位单笔岁寸尺折片粒颗株束盆罐桶杯块期罐枚辆床幅串卷", r) {
			// 一次性, 一个劲, 一对一: words, not counts.
			if e := c.phrase(j, "次性", "个劲", "对一", "天天", "部分", "把握", "包邮", "包装", "包括", "只是", "只有", "只要", "只能",
				"本来", "本店", "对不", "部门", "位置", "单独", "次品", "年轻", "期间", "双十", "双11", "款式", "条件"); e >= 0 {
				return "", 0, false
			}
			if e := c.phrase(j, "件套"); e >= 0 {
				return "件套", e, true
			}
			return string(r), j + size, true
		}
	}
	return "", 0, false
}

// enUnit is the singular of an English unit, or "".
func enUnit(w string) string {
	switch w {
	case "kg", "kgs", "kilo", "kilos", "kilogram", "kilograms":
		return "kg"
	case "g", "gram", "grams":
		return "g"
	case "lb", "lbs", "pound", "pounds":
		return "lb"
	case "oz", "ounce", "ounces":
		return "oz"
	case "cm", "cms", "centimeter", "centimeters", "centimetre", "centimetres":
		return "cm"
	case "mm", "millimeter", "millimeters":
		return "mm"
	case "m", "meter", "meters", "metre", "metres":
		return "m"
	case "km", "kilometers", "kilometres":
		return "km"
	case "ft", "feet", "foot":
		return "ft"
	case "ml", "l", "gb", "tb", "mb", "mah", "w", "kw", "hz", "mm2":
		return w
	case "liter", "liters", "litre", "litres":
		return "l"
	case "percent":
		return "%"
	case "box", "boxes":
		return "box"
	case "pcs", "pc", "piece", "pieces":
		return "piece"
	case "hr", "hrs", "hour", "hours":
		return "hour"
	case "min", "mins", "minute", "minutes":
		return "minute"
	case "second", "seconds", "sec", "secs":
		return "second"
	case "copy", "copies":
		return "copy"
	case "yr", "yrs", "yo": // "8yo"
		return "year"
	case "mo", "mos", "mth", "mths":
		return "month"
	case "people", "persons", "person":
		return "person"
	case "child", "children", "kid", "kids":
		return "child"
	case "adult", "guest", "ticket", "seat", "slice", "pair", "item", "set", "pack", "bottle", "bag", "unit", "day", "week", "month", "year", "time", "night", "order", "dozen", "couple":
		return w
	case "adults", "guests", "tickets", "seats", "slices", "pairs", "items", "sets", "packs", "bottles", "bags", "units", "days", "weeks", "months", "years", "times", "nights", "orders":
		return w[:len(w)-1]
	}
	return ""
}
