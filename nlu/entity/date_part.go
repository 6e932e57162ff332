package entity

import "time"

// partEn reads the beginning, middle or end of a month, week or year: "early
// next week", "mid March", "the end of the year".
func (c *scan) partEn(i int) (span, bool) {
	j := c.skip(c.opt(i, "the"))
	w := c.word(j)
	e := c.skip(j + len(w))
	switch w {
	case "early", "mid", "late":
		if c.at(j+len(w)) == '-' {
			e++
		}
	case "beginning", "start", "middle", "end":
		if e = c.phrase(e, "of"); e < 0 {
			return span{}, false
		}
		e = c.skip(e)
	default:
		return span{}, false
	}
	s, ok := c.longEn(e)
	if !ok {
		return span{}, false
	}
	switch w {
	case "early", "beginning", "start":
		return c.third(s, 0)
	case "mid", "middle":
		return c.third(s, 1)
	}
	return c.third(s, 2)
}

// longEn reads a span longer than a day that a part can be of.
func (c *scan) longEn(i int) (span, bool) {
	today := c.today
	for _, the := range []string{"the", "this"} {
		k := c.phrase(i, the)
		if k < 0 {
			continue
		}
		switch k = c.skip(k); {
		case c.phrase(k, "week") >= 0:
			return week(today, c.phrase(k, "week")), true
		case c.phrase(k, "month") >= 0:
			return month(today, c.phrase(k, "month")), true
		case c.phrase(k, "year") >= 0:
			return year(today.Year(), today.Location(), c.phrase(k, "year")), true
		}
	}
	if e := c.phrase(i, "month"); e >= 0 {
		return month(today, e), true
	}
	if y, e := c.uint(i); e-i == 4 && y >= 1990 && y < 2060 && !isAlnum(c.at(e)) {
		return year(y, today.Location(), e), true
	}
	switch w := c.word(i); w {
	case "last", "next", "this":
		return c.whichEn(w, i)
	default:
		m := monthName(w)
		if m == 0 {
			return span{}, false
		}
		e := i + len(w)
		if y, end := c.yearEn(e); y > 0 {
			return month(time.Date(y, m, 1, 0, 0, 0, 0, today.Location()), end), true
		}
		n, ok := c.nearest(m, 15, e)
		return month(n.from, e), ok
	}
}

// third is the beginning, middle or end of a week (till Tuesday, till Thursday,
// from Friday to Sunday; its end is Friday), a month (the first ten days, the
// ten from the 11th, the rest) or a year (two months, the eight between, two).
func (c *scan) third(s span, n int) (span, bool) {
	switch s.grain {
	case "week":
		at := []int{0, 2, 4, 5}
		return span{addDays(s.from, at[n]), addDays(s.from, at[n+1]), "day", s.end}, true
	case "month":
		at := []time.Time{s.from, addDays(s.from, 10), addDays(s.from, 20), s.to}
		return span{at[n], at[n+1], "day", s.end}, true
	case "year":
		at := []time.Time{s.from, addMonths(s.from, 2), addMonths(s.from, 10), s.to}
		return span{at[n], at[n+1], "month", s.end}, true
	}
	return span{}, false
}

// twoDays reads two days said as one word: 明后天, 今明两天, 周六日.
func (c *scan) twoDays(i int) (span, bool) {
	for _, w := range []struct {
		word     string
		from, to int
	}{{"今明两天", 0, 2}, {"今明", 0, 2}, {"明后两天", 1, 3}, {"明后天", 1, 3}, {"昨今两天", -1, 1}} {
		if c.has(i, w.word) && (w.word != "今明" || c.has(i+len(w.word), "天")) {
			e := c.opt(i+len(w.word), "天")
			return span{addDays(c.today, w.from), addDays(c.today, w.to), "day", e}, true
		}
	}
	n, j, _ := c.which(i)
	if e := c.phrase(j, "周六日", "周六周日", "星期六日", "周六、日"); e >= 0 {
		sat := addDays(monday(c.today), 5+7*n)
		return span{sat, addDays(sat, 2), "day", e}, true
	}
	return span{}, false
}

// partOfYear reads 年底, 年初, 上半年 and 下半年 of year y.
func (c *scan) partOfYear(i, y int) (span, bool) {
	at := func(m int) time.Time { return time.Date(y, time.Month(m), 1, 0, 0, 0, 0, c.now.Location()) }
	for _, w := range []struct {
		word     string
		from, to int
	}{{"年底", 11, 13}, {"年末", 11, 13}, {"年初", 1, 3}, {"年中", 6, 8}, {"上半年", 1, 7}, {"下半年", 7, 13}} {
		if c.has(i, w.word) {
			return span{at(w.from), at(w.to), "month", i + len(w.word)}, true
		}
	}
	return span{}, false
}

// Bounds of a date: what the words beside it make of it.
const (
	// BoundBefore: 月底前, "by Friday", "before 6pm".
	BoundBefore = "before"
	// BoundAfter: 国庆后, "after 3pm", "since Monday".
	BoundAfter = "after"
)

// bound reads what the words around a date say of it.
func (c *scan) bound(from, to int) string {
	if the := c.suffix(from, "the "); the >= 0 {
		from = the
	}
	switch c.last(from) {
	case "by", "before", "until", "till":
		return BoundBefore
	case "after", "since":
		return BoundAfter
	case "than":
		switch {
		case c.suffix(from, "no later than ", "not later than ", "earlier than ") >= 0:
			return BoundBefore
		case c.suffix(from, "later than ") >= 0:
			return BoundAfter
		}
	}
	switch c.before(from) {
	case '到', '至', '等':
		if c.suffix(from, "最晚到", "最迟到", "截止到", "截至") >= 0 {
			return BoundBefore
		}
	case '晚', '迟', '于':
		if c.suffix(from, "不晚于", "最晚", "最迟", "早于") >= 0 {
			return BoundBefore
		}
		if c.suffix(from, "晚于") >= 0 {
			return BoundAfter
		}
	}
	j := c.skip(to)
	switch {
	case c.phrase(j, "之前", "以前") >= 0, c.has(j, "前") && !c.has(j, "前台") && !c.has(j, "前面") && !c.has(j, "前后"):
		return BoundBefore
	case c.phrase(j, "之后", "以后", "以来", "过后", "or later", "onwards") >= 0, c.has(j, "后") && !c.has(j, "后台") && !c.has(j, "后面"):
		return BoundAfter
	case c.phrase(j, "or earlier", "or before", "at the latest") >= 0:
		return BoundBefore
	}
	return ""
}
