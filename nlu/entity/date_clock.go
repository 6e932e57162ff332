package entity

import (
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// hours is a part of a day; 24 is the next midnight.
func hours(d time.Time, from, to, end int) span {
	at := func(h int) time.Time { return time.Date(d.Year(), d.Month(), d.Day(), h, 0, 0, 0, d.Location()) }
	return span{at(from), at(to), "hour", end}
}

// part reads a part of the day and its hours.
func (c *scan) part(i int) (from, to, end int, ok bool) {
	for _, p := range []struct {
		word     string
		from, to int
	}{
		{"上午", 6, 12}, {"早上", 6, 12}, {"早晨", 6, 12}, {"清晨", 5, 8}, {"中午", 11, 13}, {"下午", 12, 18}, {"午后", 12, 18}, {"傍晚", 17, 19},
		{"晚上", 18, 24}, {"晚间", 18, 24}, {"夜里", 18, 24}, {"半夜", 0, 6}, {"凌晨", 0, 6}, {"晚", 18, 24}, {"早", 6, 12},
		{"morning", 6, 12}, {"afternoon", 12, 18}, {"evening", 18, 24}, {"night", 18, 24}, {"noon", 12, 13},
	} {
		if e := c.phrase(i, p.word); e >= 0 {
			return p.from, p.to, e, true
		}
	}
	return 0, 0, i, false
}

// dayPart reads 下午 or "morning" as a part of day d.
func (c *scan) dayPart(i int, d time.Time) (span, bool) {
	from, to, e, ok := c.part(i)
	if !ok {
		return span{}, false
	}
	return hours(d, from, to, e), true
}

// clockAfter reads a time that follows words which already tell the half of
// the day: 今晚八点, "tonight at 8".
func (c *scan) clockAfter(i int, d time.Time, pm bool) (span, bool) {
	t, ok := c.clock(i, d, true)
	if ok && pm && t.from.Hour() < 12 && t.from.Hour() > 0 {
		t.from, t.to = t.from.Add(12*time.Hour), t.to.Add(12*time.Hour)
	}
	return t, ok
}

// clock reads a time of day d: 下午三点半, 15:30, "3pm", "half past three".
// dated says that a date stands before it, so that a bare 三点 or "at 3" is a
// time; without one, 三点 may also be three points.
func (c *scan) clock(i int, d time.Time, dated bool) (span, bool) {
	if i >= len(c.s) {
		return span{}, false
	}
	if isLetter(c.s[i]) {
		return c.clockWords(i, d, dated)
	}
	from, to, j, part := c.part(i)
	e0 := j // without the 的 after it
	if part && !dated && (c.has(i, "早") || c.has(i, "晚")) && j-i == len("早") {
		return span{}, false // 晚点, 早就
	}
	if part {
		j = c.skip(c.opt(j, "的"))
	}
	h, m, grain, e, ok := c.dial(j, dated || part)
	if !ok {
		if part && !dated {
			return hours(d, from, to, e0), true
		}
		return span{}, false
	}
	half := ""
	if k := c.phrase(c.skip(e), "am", "a.m.", "a.m"); k >= 0 && !part {
		half, e = "am", k
	} else if k := c.phrase(c.skip(e), "pm", "p.m.", "p.m"); k >= 0 && !part {
		half, e = "pm", k
	}
	switch {
	case h > 12:
	case h == 0 && from == 18: // 晚上零点 ends the day
		h = 24
	case half == "am", part && to <= 12 && from >= 0 && from != 11:
		if h == 12 {
			h = 0
		}
	case part && from == 11: // 中午一点
		if h < 6 {
			h += 12
		}
	case half == "pm", part:
		if h < 12 {
			h += 12
		} else if from == 18 { // 晚上十二点 ends the day
			h = 24
		}
	case h >= 1 && h <= 6 && !c.has(j, "0"):
		h += 12
	}
	if half != "" && h > 24 {
		return span{}, false
	}
	return at(d, h, m, grain, e), true
}

// at is the hour or minute of day d.
func at(d time.Time, h, m int, grain string, end int) span {
	t := time.Date(d.Year(), d.Month(), d.Day(), h, m, 0, 0, d.Location())
	step := time.Minute
	if grain == "hour" {
		step = time.Hour
	}
	return span{t, t.Add(step), grain, end}
}

// dial reads hour and minute: 15:30, 三点半, 3点20分, 9点一刻, 3pm. sure says
// that a bare 三点 is a time.
func (c *scan) dial(i int, sure bool) (h, m int, grain string, end int, ok bool) {
	n, isNum := c.small(i)
	if !isNum || n.val > 24 || n.digits > 2 {
		return
	}
	h = int(n.val)
	j := n.end
	if c.at(j) == ':' && n.digits > 0 {
		m, e := c.uint(j + 1)
		if e-j != 3 || m > 59 || isDigit(c.at(e)) || h == 24 && m > 0 {
			return 0, 0, "", 0, false
		}
		if c.at(e) == ':' { // seconds
			if s, e2 := c.uint(e + 1); e2-e == 3 && s < 60 {
				e = e2
			}
		}
		if isAlnum(c.at(e)) && c.phrase(e, "am", "pm") < 0 {
			return 0, 0, "", 0, false
		}
		return h, m, "minute", e, true
	}
	if n.digits > 0 {
		if k := c.skip(j); c.phrase(k, "am", "pm", "a.m.", "p.m.", "a.m", "p.m", "o'clock", "oclock", "o’clock") >= 0 && h <= 12 && h > 0 {
			return h, 0, "hour", c.opt(k, "o'clock", "oclock", "o’clock"), true
		}
	}
	e := c.phrase(c.skip(j), "点钟", "点整", "点", "时")
	if e < 0 || c.has(c.skip(j), "时") && !sure || c.phrase(c.skip(j), "时间", "时候", "时代", "时尚") >= 0 {
		return 0, 0, "", 0, false
	}
	if c.has(e-len("钟"), "钟") || c.has(e-len("整"), "整") {
		return h, 0, "hour", e, true
	}
	switch {
	case c.has(e, "半"):
		return h, 30, "minute", e + len("半"), true
	case c.has(e, "一刻"):
		return h, 15, "minute", c.opt(e+len("一刻"), "钟"), true
	case c.has(e, "三刻"):
		return h, 45, "minute", c.opt(e+len("三刻"), "钟"), true
	}
	k := c.opt(e, "过", "零", "0")
	if mn, isMin := c.small(k); isMin && mn.val < 60 && !hanNumeral(c.peek(mn.end)) {
		fen := c.phrase(mn.end, "分")
		if _, _, unit := c.unit(mn.end); fen >= 0 || sure && mn.val >= 5 && !unit && (mn.digits == 2 || mn.val >= 10) {
			return h, int(mn.val), "minute", max(fen, mn.end), true
		}
	}
	if !sure {
		// 三点 alone may be three points, 一点 a little; 3点发货 is a time.
		switch r := c.peek(e); {
		case n.digits == 0 && h > 0, r == '建', r == '要', r == '原', r == '问', r == '意', r == '多', r == '几':
			if c.phrase(e, "左右", "之前", "以前", "前", "之后", "以后", "后", "开始", "到") < 0 || h == 1 {
				return 0, 0, "", 0, false
			}
		}
	}
	if h > 24 || text.IsHan(c.before(i)) && (c.before(i) == '第' || c.before(i) == '有') && !sure {
		return 0, 0, "", 0, false
	}
	return h, 0, "hour", e, true
}

// afternoon reads an hour without a half of the day as shops mean it.
func afternoon(h int) int {
	if h >= 1 && h <= 6 {
		return h + 12
	}
	return h
}
