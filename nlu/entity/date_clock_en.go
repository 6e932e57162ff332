package entity

import "time"

// clockWords reads "noon", "midnight", "half past three", "half seven", "ten to
// nine", "three o'clock", "at 3".
func (c *scan) clockWords(i int, d time.Time, dated bool) (span, bool) {
	w := c.word(i)
	e := i + len(w)
	switch w {
	case "noon", "midday":
		return at(d, 12, 0, "hour", e), true
	case "midnight":
		return at(d, 24, 0, "hour", e), true
	case "at":
		j := c.skip(e)
		if isDigit(c.at(j)) {
			if t, ok := c.clock(j, d, dated); ok {
				return t, true
			}
		}
		if h, m, e, ok := c.minutesBeside(j); ok {
			return at(d, h, m, "minute", e), true
		}
		n, ok := c.hour12(j)
		if !ok || n.digits > 2 {
			return span{}, false
		}
		// "at 3", but not "at 3 stores"
		if k := c.skip(n.end); k < len(c.s) && (isAlnum(c.s[k]) || c.s[k] == '%' || c.s[k] >= 0x80) {
			switch c.word(k) {
			case "on", "today", "tomorrow", "please", "and", "or", "if", "for", "tonight", "in":
			default:
				return span{}, false
			}
		}
		h, e := c.halfOfDay(int(n.val), n.end)
		return at(d, h, 0, "hour", e), true
	}
	if h, m, e, ok := c.minutesBeside(i); ok {
		return at(d, h, m, "minute", e), true
	}
	n, ok := c.numberWords(i)
	if !ok || n.val < 1 || n.val > 12 {
		return span{}, false
	}
	j := c.skip(n.end)
	if k := c.phrase(j, "pm", "p.m."); k >= 0 {
		return at(d, int(n.val)%12+12, 0, "hour", k), true
	}
	if k := c.phrase(j, "am", "a.m."); k >= 0 && k-j > 2 {
		return at(d, int(n.val)%12, 0, "hour", k), true
	}
	if k := c.phrase(j, "o'clock", "oclock", "o’clock"); k >= 0 {
		h, k := c.halfOfDay(int(n.val), k)
		return at(d, h, 0, "hour", k), true
	}
	return span{}, false
}

// hour12 reads an hour of a dial.
func (c *scan) hour12(i int) (number, bool) {
	n, ok := c.number(i)
	return n, ok && n.val >= 1 && n.val <= 12 && n.val == float64(int(n.val)) && !n.han && n.hi == 0
}

// minutesBeside reads minutes before or after an hour: "half past three",
// "quarter to four", "ten to nine", "half seven".
func (c *scan) minutesBeside(i int) (h, m, end int, ok bool) {
	from := i
	if e := c.phrase(i, "a"); e >= 0 && c.word(c.skip(e)) == "quarter" {
		i = c.skip(e)
	}
	after, minutes, j := false, 0, 0
	switch w := c.word(i); w {
	case "half", "quarter":
		j = c.skip(i + len(w))
		minutes = 30
		if w == "quarter" {
			minutes = 15
		}
		switch {
		case c.phrase(j, "past", "after") >= 0:
			after, j = true, c.phrase(j, "past", "after")
		case w == "quarter" && c.phrase(j, "to", "of", "till") >= 0:
			j = c.phrase(j, "to", "of", "till")
		case w == "half" && c.timed(from): // half seven, as the British say
			after = true
		default:
			return 0, 0, 0, false
		}
	default:
		n, isNum := c.number(i)
		if !isNum || n.han || n.hi > 0 || n.val != 5 && n.val != 10 && n.val != 20 && n.val != 25 {
			return 0, 0, 0, false
		}
		minutes, j = int(n.val), c.skip(n.end)
		j = c.skip(c.opt(j, "minutes", "min"))
		switch e := c.phrase(j, "past", "to"); {
		case e < 0:
			return 0, 0, 0, false
		case c.has(j, "past"):
			after, j = true, e
		default: // "five to ten days" and "10 to 12" are ranges
			hour, ok := c.hour12(c.skip(e))
			if !ok || !c.timed(from) && (!n.words || hour.digits > 0 || hour.val >= n.val) || !c.endsTime(hour.end) {
				return 0, 0, 0, false
			}
			j = e
		}
	}
	hour, ok := c.hour12(c.skip(j))
	if !ok || !c.endsTime(hour.end) {
		return 0, 0, 0, false
	}
	h, end = c.halfOfDay(int(hour.val), hour.end)
	if !after {
		if minutes = 60 - minutes; h == int(hour.val) || h > 12 {
			h--
		}
	}
	return h, minutes, end, true
}

// timed reports a word before i that goes before a time.
func (c *scan) timed(i int) bool {
	switch c.last(i) {
	case "at", "around", "about", "by", "before", "after", "until", "till", "since":
		return true
	}
	return false
}

// endsTime reports that no noun follows at i that would be counted.
func (c *scan) endsTime(i int) bool {
	k := c.skip(i)
	if k >= len(c.s) || !isAlnum(c.s[k]) {
		return k >= len(c.s) || c.s[k] != '%' && c.s[k] < 0x80
	}
	switch c.word(k) {
	case "am", "pm", "a", "p", "in", "at", "on", "and", "or", "today", "tomorrow", "tonight", "this", "next", "last", "for", "to", "if", "is", "was", "would", "will", "works",
		"work", "please", "i", "we", "you", "it", "but", "when", "the", "my", "has", "have", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
		"yesterday", "with", "because", "so", "still", "till", "until", "ok", "okay", "good", "suits", "can", "sharp", "already", "now":
		return true
	}
	return false
}

// halfOfDay reads the half of the day that h is in after it: "pm", "in the
// evening", "at night"; without one, shops mean the afternoon up to six.
func (c *scan) halfOfDay(h, end int) (hour, e int) {
	j := c.skip(end)
	if k := c.phrase(j, "pm", "p.m.", "in the afternoon", "in the evening", "this afternoon", "this evening"); k >= 0 {
		return h%12 + 12, k
	}
	if k := c.phrase(j, "am", "a.m.", "in the morning", "this morning"); k >= 0 {
		return h % 12, k
	}
	if k := c.phrase(j, "at night"); k >= 0 {
		if h >= 6 && h < 12 {
			return h + 12, k
		}
		return h % 12, k
	}
	return afternoon(h), end
}
