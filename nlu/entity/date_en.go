package entity

import (
	"strconv"
	"time"
)

// dayEn reads English days, weeks, months and spans of them.
func (c *scan) dayEn(i int) (span, bool) {
	today := c.today
	w := c.word(i)
	e := i + len(w)
	switch w {
	case "today":
		return oneDay(today, e), true
	case "tomorrow", "tmr", "tmrw", "tomorow", "tommorow", "tommorrow":
		return oneDay(addDays(today, 1), e), true
	case "yesterday":
		return oneDay(addDays(today, -1), e), true
	case "tonight":
		if t, ok := c.clockAfter(c.skip(e), today, true); ok {
			return t, true
		}
		return hours(today, 18, 24, e), true
	case "day", "the":
		if e := c.phrase(i, "the day after tomorrow", "day after tomorrow"); e >= 0 {
			return oneDay(addDays(today, 2), e), true
		}
		if e := c.phrase(i, "the day before yesterday", "day before yesterday"); e >= 0 {
			return oneDay(addDays(today, -2), e), true
		}
		if e := c.phrase(i, "the other day"); e >= 0 {
			return c.past(7, "day", e)
		}
		if w == "the" {
			return c.afterThe(i)
		}
		return span{}, false
	case "weekend":
		sat := addDays(monday(today), 5)
		return span{sat, addDays(sat, 2), "day", e}, true
	case "end", "beginning", "start", "middle", "early", "mid", "late":
		if s, ok := c.partEn(i); ok {
			return s, true
		}
	case "last", "past", "previous", "this", "next", "coming":
		return c.whichEn(w, i)
	case "in", "within":
		// "in 3 days" is a day, "within 3 days" the time until then.
		n, end, ok := c.span(c.skip(e))
		u, end := c.unitEn(end)
		if !ok || u == "" {
			if m := monthName(c.word(c.skip(e))); w == "in" && m > 0 {
				s, ok := c.monthEn(c.skip(e), m)
				return s, ok
			}
			if y, end := c.yearEn(e); w == "in" && y >= 1990 && y < 2060 && c.word(c.skip(end)) == "" {
				return year(y, today.Location(), end), true
			}
			return span{}, false
		}
		if w == "within" {
			return c.future(n, u, end)
		}
		return c.shift(n, u, end)
	case "on", "by", "since":
		return span{}, false
	}
	if s, ok := c.feastEn(i); ok {
		return s, true
	}
	if m := monthName(w); m > 0 {
		return c.monthEn(i, m)
	}
	if d := weekday(w); d >= 0 {
		if w == "sat" || w == "sun" || w == "wed" {
			// "sat" and "sun" are words of their own.
			p, next := c.last(i), c.at(c.skip(e))
			if !isDigit(next) && p != "on" && p != "since" && p != "by" && p != "until" && p != "till" && p != "to" && p != "before" {
				return span{}, false
			}
		}
		ahead := (d - (int(today.Weekday())+6)%7 + 7) % 7
		if c.last(i) == "since" && ahead > 0 {
			ahead -= 7
		}
		return oneDay(addDays(today, ahead), e), true
	}
	return c.ago(i)
}

// afterThe reads "the 5th of March" and "the 5th".
func (c *scan) afterThe(i int) (span, bool) {
	j := c.skip(i + len("the"))
	if e := c.phrase(j, "weekend"); e >= 0 {
		s, ok := c.dayEn(j)
		return s, ok
	}
	if w := c.word(j); w == "last" || w == "past" || w == "next" {
		k := c.skip(j + len(w))
		if n, end, ok := c.span(k); ok {
			if u, end := c.unitEn(end); u != "" {
				if w == "next" {
					return c.future(n, u, end)
				}
				return c.past(n, u, end)
			}
		}
		if u, end := c.unitEn(k); u != "" && w == "past" {
			return c.past(1, u, end)
		}
		return span{}, false
	}
	if s, ok := c.dayFirst(j); ok {
		return s, true
	}
	d, e := c.uint(j)
	end := c.phrase(e, "st", "nd", "rd", "th")
	if e == j || end < 0 || d < 1 || d > 31 {
		return span{}, false
	}
	if k := c.word(c.skip(end)); k != "" {
		switch k {
		case "and", "or", "but", "is", "at", "if", "please", "for", "to", "it", "will", "i", "when", "still", "yet", "can", "by", "through":
		default:
			return span{}, false // "the 2nd one"
		}
	}
	if p := c.last(i); p != "on" && p != "by" && p != "until" && p != "before" && p != "since" && p != "after" && p != "from" && p != "to" {
		return span{}, false
	}
	today := c.today
	var best time.Time
	found := false
	for k := -2; k <= 2; k++ {
		first := addMonths(month(today, 0).from, k)
		t, ok := dayOf(first.Year(), first.Month(), d, today.Location())
		if ok && (!found || !c.closer(best, t)) {
			best, found = t, true
		}
	}
	return oneDay(best, end), found
}

// whichEn reads "last week", "next Friday", "this March", "last 3 days".
func (c *scan) whichEn(w string, i int) (span, bool) {
	n := 0
	switch w {
	case "last", "past", "previous":
		n = -1
	case "next", "coming":
		n = 1
	}
	today := c.today
	j := c.skip(i + len(w))
	noun := c.word(j)
	e := j + len(noun)
	switch noun {
	case "week":
		// "next week Wednesday", "next week on Monday"
		if d := weekday(c.word(c.skip(c.opt(c.skip(e), "on")))); d >= 0 && w != "past" {
			k := c.skip(c.opt(c.skip(e), "on"))
			return oneDay(addDays(monday(today), 7*n+d), k+len(c.word(k))), true
		}
		if w == "past" {
			return c.past(1, "week", e)
		}
		return week(addDays(today, 7*n), e), true
	case "weekend":
		sat := addDays(monday(today), 5+7*n)
		return span{sat, addDays(sat, 2), "day", e}, true
	case "month":
		if w == "past" {
			return c.past(1, "month", e)
		}
		return month(addMonths(month(today, e).from, n), e), true
	case "year":
		return year(today.Year()+n, today.Location(), e), true
	case "night":
		if n == -1 {
			return c.hourWithin(hours(addDays(today, -1), 18, 24, e)), true
		}
		return span{}, false
	case "morning", "afternoon", "evening":
		if n != 0 {
			return span{}, false
		}
		s, ok := c.dayPart(j, today)
		return c.hourWithin(s), ok
	}
	if d := weekday(noun); d >= 0 {
		switch {
		case w == "this" || w == "coming":
			t := addDays(monday(today), d)
			if w == "coming" && !t.After(today) {
				t = addDays(t, 7)
			}
			return oneDay(t, e), true
		case n > 0:
			return oneDay(addDays(monday(today), 7+d), e), true
		}
		back := ((int(today.Weekday())+6)%7 - d + 7) % 7
		if back == 0 {
			back = 7
		}
		return oneDay(addDays(today, -back), e), true
	}
	if m := monthName(noun); m > 0 {
		y := today.Year()
		switch {
		case n < 0 && m >= today.Month():
			y--
		case n > 0 && m <= today.Month():
			y++
		}
		return month(time.Date(y, m, 1, 0, 0, 0, 0, today.Location()), e), true
	}
	if k, end, ok := c.span(j); ok {
		if u, end := c.unitEn(end); u != "" {
			if n > 0 {
				return c.future(k, u, end)
			}
			if n < 0 {
				return c.past(k, u, end)
			}
		}
	}
	return span{}, false
}

// span reads how many units: "3", "two", "a", "a couple of", "a few".
func (c *scan) span(i int) (float64, int, bool) {
	if e := c.phrase(i, "a couple of", "a couple", "couple of"); e >= 0 {
		return 2, c.skip(e), true
	}
	if e := c.phrase(i, "half an", "half a"); e >= 0 {
		return 0.5, c.skip(e), true
	}
	if e := c.phrase(i, "the", "a", "an"); e >= 0 && c.word(i) != "the" {
		if n, ok := c.numberWords(i); ok {
			return n.val, c.skip(n.end), true
		}
		return 1, c.skip(e), true
	}
	n, ok := c.number(i)
	if !ok || n.han {
		return 0, i, false
	}
	return n.val, c.skip(n.end), true
}

// unitEn reads a unit of time.
func (c *scan) unitEn(i int) (string, int) {
	if e := c.phrase(i, "business", "working"); e >= 0 {
		i = c.skip(e)
	}
	w := c.word(i)
	switch u := enUnit(w); u {
	case "day", "week", "month", "year", "hour", "minute":
		return u, i + len(w)
	}
	return "", i
}

// ago reads "two weeks ago", "3 days later", "5 days from now".
func (c *scan) ago(i int) (span, bool) {
	if e := c.phrase(i, "a few days ago", "few days ago", "several days ago"); e >= 0 {
		return c.past(7, "day", e)
	}
	if e := c.phrase(i, "a few weeks ago", "several weeks ago"); e >= 0 {
		s, ok := c.shift(-4, "week", e)
		s.to = addDays(c.today, -7)
		return s, ok
	}
	n, end, ok := c.span(i)
	if !ok {
		return span{}, false
	}
	u, end := c.unitEn(end)
	if u == "" {
		return span{}, false
	}
	end = c.skip(end)
	if e := c.phrase(end, "ago", "earlier", "back"); e >= 0 {
		return c.shift(-n, u, e)
	}
	if e := c.phrase(end, "from now", "from today", "later"); e >= 0 {
		return c.shift(n, u, e)
	}
	return span{}, false
}

// dayFirst reads "5 March 2026", "5th of March".
func (c *scan) dayFirst(i int) (span, bool) {
	d, j := c.uint(i)
	if j == i || j-i > 2 || d < 1 || d > 31 {
		return span{}, false
	}
	first := c.opt(j, "st", "nd", "rd", "th")
	if c.at(first) == '-' || c.phrase(c.skip(first), "to", "–") >= 0 { // 25-29 May
		if z, e := c.uint(c.skip(c.opt(c.skip(first), "-", "–", "to"))); e-first <= 6 && z > d && z <= 31 && c.at(i-1) != '-' {
			s, ok := c.dayFirst(e - len(strconv.Itoa(z)))
			if ok && s.from.Day() == z {
				if from, valid := dayOf(s.from.Year(), s.from.Month(), d, s.from.Location()); valid {
					s.from = from
					return s, true
				}
			}
		}
		return span{}, false
	}
	j = c.skip(c.opt(c.skip(first), "of"))
	w := c.word(j)
	m := monthName(w)
	if m == 0 {
		return span{}, false
	}
	e := j + len(w)
	if y, end := c.yearEn(e); y > 0 {
		t, ok := dayOf(y, m, d, c.now.Location())
		return oneDay(t, end), ok
	}
	return c.nearest(m, d, e)
}

// monthEn reads what follows a month's name: "March 5th, 2026", "March 2026".
// Names that are words of their own (may, march, mar) need a number or "in".
func (c *scan) monthEn(i int, m time.Month) (span, bool) {
	w := c.word(i)
	e := c.opt(i+len(w), ".")
	j := c.skip(e)
	j = c.skip(c.opt(j, "the"))
	loc := c.now.Location()
	if y, end := c.yearEn(e); y > 0 {
		return month(time.Date(y, m, 1, 0, 0, 0, 0, loc), end), true
	}
	if d, k := c.uint(j); k > j && k-j <= 2 {
		k = c.opt(k, "st", "nd", "rd", "th")
		if isAlnum(c.at(k)) || c.at(k) == '.' && isDigit(c.at(k+1)) || c.at(k) == '%' || c.at(k) == ':' {
			return span{}, false
		}
		if y, end := c.yearEn(c.opt(k, ",")); y > 0 {
			t, ok := dayOf(y, m, d, loc)
			return oneDay(t, end), ok
		}
		return c.nearest(m, d, k)
	}
	switch w {
	case "may", "march", "mar", "dec", "sept", "jan", "feb", "apr", "jun", "jul", "aug", "oct", "nov", "sep":
		p := c.last(i)
		switch p {
		case "in", "since", "last", "this", "next", "by", "until", "from", "of":
		default:
			return span{}, false
		}
	}
	n, ok := c.nearest(m, 15, i+len(w))
	return month(n.from, i+len(w)), ok
}

// yearEn reads a year after a space or a comma.
func (c *scan) yearEn(i int) (int, int) {
	j := c.skip(c.opt(c.skip(i), ","))
	y, e := c.uint(j)
	if e-j == 4 && y >= 1900 && y < 2200 && !isAlnum(c.at(e)) && c.at(e) != ':' {
		return y, e
	}
	return 0, i
}

func monthName(w string) time.Month {
	switch w {
	case "january", "jan":
		return time.January
	case "february", "feb":
		return time.February
	case "march", "mar":
		return time.March
	case "april", "apr":
		return time.April
	case "may":
		return time.May
	case "june", "jun":
		return time.June
	case "july", "jul":
		return time.July
	case "august", "aug":
		return time.August
	case "september", "sept", "sep":
		return time.September
	case "october", "oct":
		return time.October
	case "november", "nov":
		return time.November
	case "december", "dec":
		return time.December
	}
	return 0
}

// weekday counts from Monday, 0; -1 is no day.
func weekday(w string) int {
	switch w {
	case "monday", "mon":
		return 0
	case "tuesday", "tue", "tues":
		return 1
	case "wednesday", "wed":
		return 2
	case "thursday", "thu", "thur", "thurs":
		return 3
	case "friday", "fri":
		return 4
	case "saturday", "sat":
		return 5
	case "sunday", "sun":
		return 6
	}
	return -1
}
