package entity

import (
	"math"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// span is a date or time read from the text.
type span struct {
	from, to time.Time
	grain    string
	end      int
}

// date finds dates and times: 上周三下午三点半, "next Friday at 3pm", 2026-01-02.
//
// What a date leaves open is filled in so: a day without year, or without
// month, is the one nearest to now, where words such as 出发, "book", 买的 and
// "ordered" say which way to look; 周三 is the Wednesday of this week (weeks
// begin on Monday), "Friday" the next one from today, "last Friday" the one
// before today, "next Friday" and 下周五 the one of next week; an hour from 1
// to 6 without a half of the day is in the afternoon.
func (c *scan) date(i int) {
	d, ok := c.moment(i)
	if !ok {
		return
	}
	// 3月5号到8号, "Monday to Friday"
	j := c.skip(d.end)
	e := c.phrase(j, "到", "至", "~", "-", "–", "—", "to", "through", "till", "until")
	if c.has(j, "and ") && c.last(i) == "between" {
		e = j + len("and")
	}
	if e >= 0 && !(c.has(j, "-") && j > d.end != (c.at(e) == ' ')) {
		if z, ok := c.until(c.skip(e), d); ok {
			d.to, d.end = z.to, z.end
			if d.grain != "day" && midnight(d.from).Equal(c.today) {
				d = c.onDay(d) // "2pm to 4pm tomorrow"
			}
		}
	}
	w := When{From: d.from, To: d.to, Grain: d.grain, Past: !d.to.After(c.now), Bound: c.bound(i, d.end)}
	v := d.from.Format(time.DateOnly)
	if d.grain == "hour" || d.grain == "minute" {
		v = d.from.Format(time.RFC3339)
	}
	c.add(i, d.end, rankDate, Entity{Type: TypeDate, Value: v, When: &w})
}

// until reads the end of a range that begins with d.
func (c *scan) until(i int, d span) (span, bool) {
	var z span
	var ok bool
	if d.grain == "hour" || d.grain == "minute" {
		if z, ok = c.clock(i, d.from, true); ok && !z.from.After(d.from) && z.from.Add(12*time.Hour).After(d.from) && z.from.Hour() < 12 {
			z.from, z.to = z.from.Add(12*time.Hour), z.to.Add(12*time.Hour)
		}
	} else if n, isNum := c.small(i); isNum && d.grain == "day" {
		// 3月5号到8号, "March 5-8": the day of the same month
		e := c.opt(n.end, "号", "日", "th", "st", "nd", "rd")
		if c.phrase(e, "月", "/", "点", ":") < 0 && (e > n.end || isLetter(c.at(d.end-1)) || isDigit(c.at(d.end-1))) && int(n.val) > d.from.Day() {
			if day, valid := dayOf(d.from.Year(), d.from.Month(), int(n.val), d.from.Location()); valid {
				if _, _, unit := c.unit(e); !unit || e > n.end {
					z, ok = oneDay(day, e), true
				}
			}
		}
	}
	if !ok {
		z, ok = c.moment(i)
	}
	if !ok || !z.from.After(d.from) {
		// "Friday to Monday" runs into the next week.
		if ok && z.grain == "day" && d.grain == "day" && z.from.AddDate(0, 0, 7).After(d.from) && d.from.Sub(z.from) < 7*24*time.Hour && !z.from.Equal(d.from) {
			z.from, z.to = addDays(z.from, 7), addDays(z.to, 7)
			return z, true
		}
		return span{}, false
	}
	return z, true
}

// moment reads a day with an optional time, or a time alone.
func (c *scan) moment(i int) (span, bool) {
	d, ok := c.day(i)
	if !ok {
		t, ok := c.clock(i, c.today, false)
		return c.onDay(t), ok
	}
	if d.grain != "day" || !d.to.Equal(addDays(d.from, 1)) {
		return d, true
	}
	j := c.skip(d.end)
	if c.phrase(j, "at") >= 0 {
		if t, ok := c.clockWords(j, d.from, true); ok { // Friday at ten
			return t, true
		}
	}
	j = c.skip(c.opt(j, "的", "at", ","))
	j = c.skip(c.opt(j, "around", "about"))
	if c.at(j) == 't' && j == d.end && isDigit(c.at(j-1)) && isDigit(c.at(j+1)) {
		j++ // 2026-03-01T09:30
	}
	if t, ok := c.clock(j, d.from, true); ok {
		return t, true
	}
	if e := c.phrase(j, "weekend"); e >= 0 && weekday(c.word(i)) < 0 { // July 4th weekend
		sat := addDays(monday(addDays(d.from, -2)), 5)
		return span{sat, addDays(sat, 2), "day", e}, true
	}
	if e := c.phrase(j, "in the"); e >= 0 {
		j = c.skip(e)
	}
	if t, ok := c.dayPart(j, d.from); ok {
		return c.hourWithin(t), true
	}
	return d, true
}

// hourWithin reads the hour after a part of a day: "tomorrow afternoon at 3".
func (c *scan) hourWithin(part span) span {
	if j := c.skip(part.end); c.phrase(j, "at") >= 0 {
		if t, ok := c.clockAfter(j, part.from, part.from.Hour() >= 12); ok && !t.from.Before(part.from) && !t.to.After(part.to) {
			return t
		}
	}
	return part
}

// onDay moves a time of today to the day named after it: "3pm tomorrow", "at 9
// on Friday".
func (c *scan) onDay(t span) span {
	j := c.skip(t.end)
	if t.end == 0 || !isLetter(c.at(j)) && !isDigit(c.at(j)) {
		return t
	}
	if e := c.phrase(j, "tonight"); e >= 0 && t.from.Hour() < 12 {
		return span{t.from.Add(12 * time.Hour), t.to.Add(12 * time.Hour), t.grain, e}
	}
	d, ok := c.day(c.skip(c.opt(j, "on")))
	if !ok || d.grain != "day" || !d.to.Equal(addDays(d.from, 1)) {
		return t
	}
	n := int(math.Round(d.from.Sub(c.today).Hours() / 24)) // days have 23 to 25 hours
	t.from, t.to, t.end = addDays(t.from, n), addDays(t.to, n), d.end
	return t
}

// day reads a day or a longer span.
func (c *scan) day(i int) (span, bool) {
	if i >= len(c.s) {
		return span{}, false
	}
	switch b := c.s[i]; {
	case isLetter(b):
		return c.dayEn(i)
	case isDigit(b):
		if s, ok := c.dashed(i); ok {
			return s, true
		}
		if s, ok := c.dayFirst(i); ok {
			return s, true
		}
		if s, ok := c.ago(i); ok {
			return s, true
		}
		if s, ok := c.feast(i); ok {
			return s, true
		}
		return c.dayZh(i)
	case b >= 0x80 && text.IsHan(c.peek(i)):
		if s, ok := c.feast(i); ok {
			return s, true
		}
		return c.dayZh(i)
	}
	return span{}, false
}

// dashed reads 2026-01-02, 2026/1/2, 2026.1.2 and 5/3.
func (c *scan) dashed(i int) (span, bool) {
	a, j := c.uint(i)
	sep := c.at(j)
	if sep != '-' && sep != '/' && sep != '.' || c.at(i-1) == sep || c.at(i-1) == '.' || c.at(i-1) == '$' {
		return span{}, false
	}
	b, k := c.uint(j + 1)
	if k == j+1 || k-j > 3 {
		return span{}, false
	}
	loc := c.now.Location()
	if j-i == 4 && a >= 1900 && a < 2200 && c.at(k) == sep {
		d, e := c.uint(k + 1)
		if e == k+1 || e-k > 3 || isAlnum(c.at(e)) && c.at(e) != 't' || c.at(e) == sep {
			return span{}, false
		}
		t, ok := dayOf(a, time.Month(b), d, loc)
		return oneDay(t, e), ok
	}
	if sep != '/' || j-i > 2 || isAlnum(c.at(k)) || c.at(k) == '.' && isDigit(c.at(k+1)) {
		return span{}, false
	}
	if a == 24 && b == 7 {
		return span{}, false // round the clock
	}
	month, day := a, b
	if c.dayComesFirst() && b <= 12 || a > 12 {
		month, day = b, a
	}
	if month < 1 || month > 12 {
		return span{}, false
	}
	if c.at(k) == '/' { // 5/3/2026
		y, e := c.uint(k + 1)
		if e-k == 3 {
			y += 2000
		}
		if y < 1900 || y > 2199 || e-k != 3 && e-k != 5 || isAlnum(c.at(e)) {
			return span{}, false
		}
		t, ok := dayOf(y, time.Month(month), day, loc)
		return oneDay(t, e), ok
	}
	if _, _, unit := c.unit(k); unit || c.phrase(c.skip(k), "price", "off", "of", "cup", "的价") >= 0 {
		return span{}, false // 1/2 price
	}
	return c.nearest(time.Month(month), day, k)
}

// dayComesFirst reports a language that writes 5/3 for the fifth of March.
func (c *scan) dayComesFirst() bool {
	_, region, _ := strings.Cut(c.lang, "-")
	switch strings.ToUpper(region) {
	case "GB", "AU", "NZ", "IE", "IN", "ZA":
		return true
	}
	return false
}

// uint reads at most six ASCII digits.
func (c *scan) uint(i int) (int, int) {
	n, j := 0, i
	for j < len(c.s) && isDigit(c.s[j]) && j-i < 6 {
		n, j = n*10+int(c.s[j]-'0'), j+1
	}
	return n, j
}

// small reads a plain whole number below 10,000, in figures or Chinese.
func (c *scan) small(i int) (number, bool) {
	if i >= len(c.s) {
		return number{}, false
	}
	var n number
	var ok bool
	if isDigit(c.s[i]) {
		if n, ok = c.figures(i); ok && n.digits == 0 {
			ok = false
		}
	} else {
		n, ok = c.hanNumber(i, false)
	}
	return n, ok && n.hi == 0 && n.val < 10000 && n.val == float64(int(n.val))
}

// nearest is the day of the year closest to today, see closer; the later of two.
func (c *scan) nearest(month time.Month, day, end int) (span, bool) {
	today := c.today
	var best time.Time
	found := false
	for y := today.Year() - 4; y <= today.Year()+4; y++ {
		t, ok := dayOf(y, month, day, today.Location())
		if ok && (!found || !c.closer(best, t)) {
			best, found = t, true
		}
	}
	return oneDay(best, end), found
}

// dayOf is the midnight that begins a day; false when there is no such day.
func dayOf(y int, m time.Month, d int, loc *time.Location) (time.Time, bool) {
	t := time.Date(y, m, d, 0, 0, 0, 0, loc)
	return t, m >= 1 && m <= 12 && d >= 1 && t.Month() == m && t.Day() == d
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// addDays keeps to midnight when the clocks change.
func addDays(t time.Time, n int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+n, t.Hour(), t.Minute(), 0, 0, t.Location())
}

// addMonths ends on the last day of a shorter month: January 31 plus one is
// February 28.
func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, t.Hour(), t.Minute(), 0, 0, t.Location())
	last := time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, t.Location()).Day()
	return time.Date(first.Year(), first.Month(), min(t.Day(), last), t.Hour(), t.Minute(), 0, 0, t.Location())
}

func oneDay(t time.Time, end int) span { return span{t, addDays(t, 1), "day", end} }

func month(t time.Time, end int) span {
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
	return span{first, addMonths(first, 1), "month", end}
}

func year(y int, loc *time.Location, end int) span {
	return span{time.Date(y, 1, 1, 0, 0, 0, 0, loc), time.Date(y+1, 1, 1, 0, 0, 0, 0, loc), "year", end}
}

// monday begins the week of t.
func monday(t time.Time) time.Time {
	t = midnight(t)
	return addDays(t, -(int(t.Weekday())+6)%7)
}

func week(t time.Time, end int) span {
	m := monday(t)
	return span{m, addDays(m, 7), "week", end}
}

// shift moves now by n units; the span is one unit long.
func (c *scan) shift(n float64, unit string, end int) (span, bool) {
	if n == math.Trunc(n)+math.Copysign(0.5, n) {
		switch unit { // half an hour is thirty minutes
		case "hour":
			n, unit = 60*n, "minute"
		case "year":
			n, unit = 12*n, "month"
		}
	}
	if n > 10000 || n < -10000 {
		return span{}, false
	}
	today := c.today
	whole := int(n)
	half := n != float64(whole)
	switch unit {
	case "minute", "hour":
		step := time.Minute
		if unit == "hour" {
			step = time.Hour
		}
		t := c.now.Truncate(time.Minute).Add(time.Duration(n * float64(step)))
		return span{t, t.Add(step), unit, end}, true
	case "day":
		if half {
			return span{}, false
		}
		return oneDay(addDays(today, whole), end), true
	case "week":
		t := addDays(today, int(n*7))
		return span{t, addDays(t, 7), unit, end}, true
	case "month":
		t := addMonths(today, whole)
		if half {
			t = addDays(t, int((n-float64(whole))*30))
		}
		return span{t, addMonths(t, 1), unit, end}, true
	case "year":
		t := addMonths(today, int(n*12))
		return span{t, addMonths(t, 12), unit, end}, true
	}
	return span{}, false
}

// past and future are the spans of the last or the next n units, today included.
func (c *scan) past(n float64, unit string, end int) (span, bool) {
	s, ok := c.shift(-n, unit, end)
	if !ok {
		return s, false
	}
	s.to = addDays(c.today, 1)
	if unit == "hour" || unit == "minute" {
		s.to = c.now
	} else {
		s.grain = "day"
	}
	return s, true
}

func (c *scan) future(n float64, unit string, end int) (span, bool) {
	s, ok := c.shift(n, unit, end)
	if !ok {
		return s, false
	}
	if unit == "hour" || unit == "minute" {
		return span{c.now, s.from, unit, end}, true
	}
	return span{c.today, addDays(s.from, 1), "day", end}, true
}
