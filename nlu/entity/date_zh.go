package entity

import (
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// dayZh reads Chinese days, weeks, months, years and spans of them.
func (c *scan) dayZh(i int) (span, bool) {
	today := c.today
	for _, w := range []struct {
		word string
		days int
	}{
		{"大前天", -3}, {"大后天", 3}, {"今天", 0}, {"今日", 0}, {"今儿", 0}, {"明天", 1}, {"明日", 1}, {"明儿", 1}, {"后天", 2},
		{"昨天", -1}, {"昨日", -1}, {"昨儿", -1}, {"前天", -2}, {"当天", 0},
	} {
		if c.has(i, w.word) {
			if w.word == "当天" {
				return span{}, false
			}
			return oneDay(addDays(today, w.days), i+len(w.word)), true
		}
	}
	for _, w := range []struct {
		word     string
		days     int
		from, to int
	}{
		{"今晚", 0, 18, 24}, {"今夜", 0, 18, 24}, {"今早", 0, 6, 12}, {"今晨", 0, 6, 12}, {"明早", 1, 6, 12}, {"明晚", 1, 18, 24},
		{"昨晚", -1, 18, 24}, {"昨夜", -1, 18, 24}, {"昨早", -1, 6, 12},
	} {
		if c.has(i, w.word) {
			d := addDays(today, w.days)
			e := c.opt(i+len(w.word), "上")
			// 今晚八点
			if t, ok := c.clockAfter(e, d, w.from >= 12); ok {
				return t, true
			}
			return hours(d, w.from, w.to, e), true
		}
	}
	if s, ok := c.twoDays(i); ok {
		return s, true
	}
	if s, ok := c.weekZh(i); ok {
		return s, true
	}
	if s, ok := c.monthZh(i); ok {
		return s, true
	}
	if s, ok := c.yearZh(i); ok {
		return s, true
	}
	if s, ok := c.recent(i); ok {
		return s, true
	}
	return c.numberedZh(i)
}

// which reads 上, 上上, 这, 本, 下, 下下 with an optional 个.
func (c *scan) which(i int) (offset, end int, ok bool) {
	for _, w := range []struct {
		word string
		n    int
	}{{"上上", -2}, {"上", -1}, {"这", 0}, {"本", 0}, {"下下", 2}, {"下", 1}} {
		if c.has(i, w.word) {
			return w.n, c.opt(i+len(w.word), "个"), true
		}
	}
	return 0, i, false
}

// weekZh reads 上周, 下周三, 这周末, 星期天.
func (c *scan) weekZh(i int) (span, bool) {
	n, j, ok := c.which(i)
	e := c.phrase(j, "周", "星期", "礼拜")
	if e < 0 {
		return span{}, false
	}
	m := addDays(monday(c.now), 7*n)
	r, size := c.rune(e)
	day := -1
	switch r {
	case '一':
		day = 0
	case '二':
		day = 1
	case '三':
		day = 2
	case '四':
		day = 3
	case '五':
		day = 4
	case '六':
		day = 5
	case '日', '天':
		day = 6
	case '末':
		sat := addDays(m, 5)
		return span{sat, addDays(sat, 2), "day", e + size}, true
	}
	if r >= '1' && r <= '6' && !isDigit(c.at(e+1)) && c.phrase(e+1, "天", "周", "个", "次") < 0 && (ok || !c.has(j, "周")) {
		day = int(r - '1')
	}
	switch {
	case day >= 0 && !ok && (hanNumeral(c.before(i)) || c.before(i) == '每' || c.before(i) == '个' || isDigit(c.at(i-1))):
		return span{}, false // 一周一次, 每周一, 两个星期天天
	case day >= 0:
		return oneDay(addDays(m, day), e+size), true
	case ok && c.phrase(e, "年", "边", "围", "到", "期", "转") < 0:
		return week(m, e), true
	}
	return span{}, false
}

// monthZh reads 上个月, 下月5号, 月底, 这个月初.
func (c *scan) monthZh(i int) (span, bool) {
	n, j, ok := c.which(i)
	e := c.phrase(j, "月")
	if e < 0 || !ok && (text.IsHan(c.before(i)) && hanNumeral(c.before(i)) || isDigit(c.at(i-1)) || c.before(i) == '个' || c.before(i) == '每') {
		return span{}, false
	}
	first := month(addMonths(month(c.now, 0).from, n), e)
	if s, part := c.partOfMonth(e, first); part {
		return s, true
	}
	if !ok {
		return span{}, false
	}
	if d, isNum := c.small(e); isNum {
		if end := c.phrase(d.end, "号", "日"); end >= 0 {
			if t, valid := dayOf(first.from.Year(), first.from.Month(), int(d.val), c.now.Location()); valid {
				return oneDay(t, end), true
			}
		}
	}
	return first, true
}

// partOfMonth reads 初, 中, 底 after a month: its first ten days, the ten from
// the 11th, and what follows the 20th.
func (c *scan) partOfMonth(i int, m span) (span, bool) {
	switch {
	case c.phrase(i, "初") >= 0:
		return span{m.from, addDays(m.from, 10), "day", i + len("初")}, true
	case c.phrase(i, "中旬") >= 0:
		return span{addDays(m.from, 10), addDays(m.from, 20), "day", i + len("中旬")}, true
	case c.phrase(i, "中") >= 0:
		return span{addDays(m.from, 10), addDays(m.from, 20), "day", i + len("中")}, true
	case c.phrase(i, "底", "末", "下旬") >= 0:
		return span{addDays(m.from, 20), m.to, "day", c.phrase(i, "底", "末", "下旬")}, true
	case c.phrase(i, "上旬") >= 0:
		return span{m.from, addDays(m.from, 10), "day", i + len("上旬")}, true
	}
	return span{}, false
}

// yearZh reads 今年, 去年3月, 明年.
func (c *scan) yearZh(i int) (span, bool) {
	for _, w := range []struct {
		word string
		n    int
	}{{"大前年", -3}, {"今年", 0}, {"去年", -1}, {"前年", -2}, {"明年", 1}, {"后年", 2}} {
		if c.has(i, w.word) {
			return c.inYear(c.now.Year()+w.n, i+len(w.word)), true
		}
	}
	if b := c.before(i); isDigit(c.at(i-1)) || hanNumeral(b) || b == '半' || b == '个' {
		return span{}, false
	}
	return c.partOfYear(i, c.now.Year())
}

// inYear reads the month and day that may follow a year.
func (c *scan) inYear(y, end int) span {
	s := year(y, c.now.Location(), end)
	if c.has(end, "底") || c.has(end, "末") {
		return span{time.Date(y, 11, 1, 0, 0, 0, 0, c.now.Location()), s.to, "month", end + len("底")}
	}
	if c.has(end, "初") {
		return span{s.from, time.Date(y, 3, 1, 0, 0, 0, 0, c.now.Location()), "month", end + len("初")}
	}
	j := c.skip(c.opt(end, "的"))
	if p, ok := c.partOfYear(j, y); ok {
		return p
	}
	if m, ok := c.small(j); ok {
		if d, ok := c.monthDay(m, y); ok {
			return d
		}
	}
	if d, ok := c.feastIn(j, y); ok {
		return d
	}
	return s
}

// monthDay reads 月, and 号 or 日 if they follow, after the number m; y is the
// year, or 0 for the nearest.
func (c *scan) monthDay(m number, y int) (span, bool) {
	e := c.phrase(c.skip(m.end), "月份", "月")
	if e < 0 || m.val < 1 || m.val > 12 {
		return span{}, false
	}
	loc := c.now.Location()
	if d, ok := c.small(c.skip(e)); ok {
		end := c.phrase(c.skip(d.end), "号", "日")
		if end < 0 && !d.zero && (d.digits > 0 && d.digits <= 2 || d.han) && !hanNumeral(c.peek(d.end)) && !isAlnum(c.at(d.end)) &&
			c.at(d.end) != '.' && c.phrase(d.end, "月", "天", "个", "到", "-", "~") < 0 {
			if _, _, unit := c.unit(d.end); !unit {
				end = d.end // 3月5
			}
		}
		if end >= 0 && d.val >= 1 && d.val <= 31 {
			if y == 0 {
				return c.nearest(time.Month(m.val), int(d.val), end)
			}
			t, ok := dayOf(y, time.Month(m.val), int(d.val), loc)
			return oneDay(t, end), ok
		}
	}
	var s span
	if y == 0 {
		n, ok := c.nearest(time.Month(m.val), 15, e)
		if !ok {
			return s, false
		}
		s = month(n.from, e)
	} else {
		s = month(time.Date(y, time.Month(m.val), 1, 0, 0, 0, 0, loc), e)
	}
	if p, ok := c.partOfMonth(e, s); ok {
		return p, true
	}
	return s, true
}

// recent reads 最近三天, 近7天, 过去一周, 前几天, 这两天, 前两天.
func (c *scan) recent(i int) (span, bool) {
	if e := c.phrase(i, "前几天", "前些天", "前几日", "前两天", "前阵子", "这几天", "这两天", "最近几天", "近几天"); e >= 0 {
		return c.past(7, "day", e)
	}
	e := c.phrase(i, "最近的", "最近", "过去的", "过去", "近")
	if e < 0 {
		return span{}, false
	}
	n, ok := c.number(e)
	if !ok || n.hi > 0 {
		return span{}, false
	}
	u, end := c.unitZh(n.end)
	if u == "" {
		return span{}, false
	}
	return c.past(n.val, u, end)
}

// unitZh reads a unit of time.
func (c *scan) unitZh(i int) (string, int) {
	j := c.skip(i)
	for _, w := range []struct{ word, unit string }{
		{"个工作日", "day"}, {"工作日", "day"}, {"天", "day"}, {"日", "day"}, {"个星期", "week"}, {"星期", "week"}, {"个礼拜", "week"}, {"礼拜", "week"},
		{"个周", "week"}, {"周", "week"}, {"个月", "month"}, {"月", "month"}, {"年", "year"}, {"个半小时", "hour"}, {"个小时", "hour"}, {"小时", "hour"},
		{"个钟头", "hour"}, {"个钟", "hour"}, {"钟头", "hour"}, {"分钟", "minute"},
	} {
		if c.has(j, w.word) {
			return w.unit, j + len(w.word)
		}
	}
	return "", i
}

// numberedZh reads what begins with a number: 3月5号, 5号, 2026年3月, 三天前,
// 两周后, 24小时内.
func (c *scan) numberedZh(i int) (span, bool) {
	past := false
	if e := c.phrase(i, "再过", "过"); e >= 0 {
		if end := c.phrase(e, "几天", "几日"); end >= 0 {
			return c.future(7, "day", c.opt(end, "以后", "之后", "后"))
		}
		// 过两天 is the day after tomorrow, not a span
		if n, ok := c.number(e); ok && n.hi == 0 {
			if u, end := c.unitZh(n.end); u != "" && u != "year" {
				return c.shift(n.val, u, c.opt(end, "以后", "之后", "后"))
			}
		}
		return span{}, false
	}
	if e := c.phrase(i, "几天后", "几天之后"); e >= 0 {
		return c.future(7, "day", e)
	}
	if e := c.phrase(i, "几天前", "好几天前", "几天之前"); e >= 0 {
		return c.past(7, "day", e)
	}
	n, ok := c.number(i)
	if !ok {
		return span{}, false
	}
	if u, end := c.unitZh(n.end); u != "" && (u != "month" || c.has(c.skip(n.end), "个") || n.val == 0.5) {
		end = c.skip(end)
		half := c.opt(end, "半")
		if u == "hour" && n.val == float64(int(n.val)) { // 两个半小时
			if h := c.phrase(c.skip(n.end), "个半小时", "个半钟头"); h >= 0 {
				n.val, end, half = n.val+0.5, h, h
			}
		}
		if half > end && (u == "year" || u == "day" || u == "week") {
			n.val, end = n.val+0.5, half
		}
		if e := c.phrase(end, "以前", "之前", "前"); e >= 0 && !c.has(e, "台") && !c.has(e, "面") {
			past = true
			end = e
		} else if e := c.phrase(end, "以后", "之后", "后"); e >= 0 && !c.has(e, "面") {
			end = e
		} else if e := c.phrase(end, "以内", "之内", "内"); e >= 0 {
			if n.hi > 0 {
				n.val = n.hi
			}
			return c.future(n.val, u, e)
		} else {
			end = -1
		}
		if end > 0 {
			if n.hi > 0 { // 两三天前: from three to two days ago
				sign := 1.0
				if past {
					sign = -1
				}
				a, ok1 := c.shift(sign*n.val, u, end)
				b, ok2 := c.shift(sign*n.hi, u, end)
				if past {
					a, b = b, a
				}
				a.to = b.to
				return a, ok1 && ok2
			}
			if past {
				n.val = -n.val
			}
			return c.shift(n.val, u, end)
		}
	}
	if n.hi > 0 || n.val != float64(int(n.val)) || n.words {
		return span{}, false
	}
	if e := c.phrase(c.skip(n.end), "年"); e >= 0 && n.val >= 1900 && n.val < 2200 {
		return c.inYear(int(n.val), e), true
	}
	if e := c.phrase(n.end, "年"); e >= 0 && n.digits == 2 {
		if m, ok := c.small(e); ok && c.phrase(m.end, "月") >= 0 { // 26年3月
			return c.inYear(2000+int(n.val), e), true
		}
	}
	if d, ok := c.monthDay(n, 0); ok {
		return d, true
	}
	// 5号: the nearest such day, unless it numbers something else.
	e := c.phrase(n.end, "号", "日")
	if e < 0 || n.val < 1 || n.val > 31 || c.before(i) == '第' || c.before(i) == '月' || isAlnum(c.at(i-1)) || c.at(i-1) == '#' ||
		c.phrase(e, "线", "楼", "店", "门", "码", "电池", "仓", "订单", "机", "商品", "链接", "柜", "台", "客服", "元", "用", "常", "本") >= 0 || isAlnum(c.at(e)) {
		return span{}, false
	}
	today := c.today
	if t, ok := c.following(int(n.val)); ok {
		return oneDay(t, e), true
	}
	var best time.Time
	found := false
	for k := -2; k <= 2; k++ {
		first := addMonths(month(today, 0).from, k)
		t, ok := dayOf(first.Year(), first.Month(), int(n.val), today.Location())
		if ok && (!found || !c.closer(best, t)) {
			best, found = t, true
		}
	}
	return oneDay(best, e), found
}

// following is the first such day of the month on or after the day that the
// message named before with its month: 10月2号去，7号回.
func (c *scan) following(day int) (time.Time, bool) {
	for i := len(c.out) - 1; i >= max(0, len(c.out)-10); i-- {
		e := &c.out[i]
		if e.Type != TypeDate || e.When.Grain != "day" || !strings.Contains(c.s[e.from:e.to], "月") {
			continue
		}
		from := e.When.From
		for k := range 2 {
			first := addMonths(month(from, 0).from, k)
			if t, ok := dayOf(first.Year(), first.Month(), day, from.Location()); ok && !t.Before(from) {
				return t, true
			}
		}
	}
	return time.Time{}, false
}
