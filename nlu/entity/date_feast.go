package entity

import (
	"time"
)

// Festivals by the moon, as month*100+day, from lunarFrom on: Spring Festival,
// Dragon Boat, Qixi, Mid-Autumn, Chongyang (Hong Kong Observatory conversion tables). Outside
// these years they are not found.
const lunarFrom = 2020

type lunarYear struct{ spring, dragon, seventh, moon, ninth int16 }

// lunar returns the festivals of one year.
func lunar(y int) (lunarYear, bool) {
	table := [...]lunarYear{
		{125, 625, 825, 1001, 1025}, {212, 614, 814, 921, 1014}, {201, 603, 804, 910, 1004}, {122, 622, 822, 929, 1023},
		{210, 610, 810, 917, 1011}, {129, 531, 829, 1006, 1029}, {217, 619, 819, 925, 1018}, {206, 609, 808, 915, 1008},
		{126, 528, 826, 1003, 1026}, {213, 616, 816, 922, 1016}, {203, 605, 805, 912, 1005}, {123, 624, 824, 1001, 1024},
		{211, 612, 812, 919, 1012}, {131, 601, 801, 908, 1001}, {219, 620, 820, 927, 1020}, {208, 610, 810, 916, 1009},
	}
	if y < lunarFrom || y >= lunarFrom+len(table) {
		return lunarYear{}, false
	}
	return table[y-lunarFrom], true
}

// feast reads a festival, the one nearest to now: 国庆, 双十一, "Christmas".
func (c *scan) feast(i int) (span, bool) {
	today := c.today
	var best span
	found := false
	for y := today.Year() - 1; y <= today.Year()+1; y++ {
		if s, ok := c.feastIn(i, y); ok && (!found || !c.closer(best.from, s.from)) {
			best, found = s, true
		} else if !ok && y == today.Year()-1 {
			if _, inTable := lunar(y); inTable {
				return span{}, false // no festival stands here
			}
		}
	}
	return best, found
}

// feastIn reads a festival of year y. 国庆 and 春节 are weeks, the others days.
func (c *scan) feastIn(i, y int) (span, bool) {
	if i >= len(c.s) || isLetter(c.s[i]) {
		return span{}, false
	}
	switch c.peek(i) {
	case '清', '国', '十', '五', '劳', '元', '情', '妇', '儿', '六', '教', '圣', '平', '双', '春', '过', '大', '除', '端', '中', '七', '重', '三', '母', '父', '感', '正':
	default:
		if !isDigit(c.s[i]) {
			return span{}, false
		}
	}
	loc := c.now.Location()
	for _, f := range []struct {
		word  string
		month time.Month
		day   int
		days  int
	}{
		{"国庆", 10, 1, 7}, {"十一黄金周", 10, 1, 7}, {"五一", 5, 1, 5}, {"劳动节", 5, 1, 5}, {"元旦", 1, 1, 1}, {"情人节", 2, 14, 1}, {"妇女节", 3, 8, 1},
		{"儿童节", 6, 1, 1}, {"六一", 6, 1, 1}, {"教师节", 9, 10, 1}, {"圣诞", 12, 25, 1}, {"平安夜", 12, 24, 1}, {"双十一", 11, 11, 1},
		{"双11", 11, 11, 1}, {"双十二", 12, 12, 1}, {"双12", 12, 12, 1},
		{"春节", -1, 0, 7}, {"过年", -1, 0, 7}, {"元宵", -1, 14, 1}, {"清明", -4, 0, 1}, {"大年初一", -1, 0, 1}, {"除夕", -1, -1, 1}, {"端午", -2, 0, 1}, {"中秋", -3, 0, 1},
		{"七夕", -5, 0, 1}, {"重阳", -6, 0, 1}, {"三八节", 3, 8, 1}, {"三八妇女节", 3, 8, 1}, {"母亲节", -7, 0, 1}, {"父亲节", -8, 0, 1}, {"感恩节", -9, 0, 1},
		{"大年初二", -1, 1, 1}, {"大年初三", -1, 2, 1}, {"大年初四", -1, 3, 1}, {"大年初五", -1, 4, 1}, {"大年初六", -1, 5, 1}, {"大年初七", -1, 6, 1}, {"大年初八", -1, 7, 1},
		{"正月初一", -1, 0, 1}, {"正月十五", -1, 14, 1},
	} {
		if !c.has(i, f.word) {
			continue
		}
		end := i + len(f.word)
		if isDigit(c.at(end)) || (f.word == "五一" || f.word == "六一") && (hanNumeral(c.peek(end)) || hanNumeral(c.before(i)) ||
			c.phrase(end, "折", "个", "件", "块", "元") >= 0) {
			return span{}, false
		}
		end = c.opt(c.opt(end, "节"), "假期", "期间", "长假", "当天")
		m, d := f.month, f.day
		if m == -4 {
			m, d = time.April, clearBright(y)
		}
		switch m {
		case -7:
			first := nthWeekday(y, time.May, time.Sunday, 2, loc)
			m, d = first.Month(), first.Day()
		case -8:
			first := nthWeekday(y, time.June, time.Sunday, 3, loc)
			m, d = first.Month(), first.Day()
		case -9:
			first := nthWeekday(y, time.November, time.Thursday, 4, loc)
			m, d = first.Month(), first.Day()
		}
		if m < 0 {
			l, ok := lunar(y)
			if !ok {
				return span{}, false
			}
			v := int(l.spring)
			switch m {
			case -2:
				v = int(l.dragon)
			case -3:
				v = int(l.moon)
			case -5:
				v = int(l.seventh)
			case -6:
				v = int(l.ninth)
			}
			m, d = time.Month(v/100), v%100+f.day
		}
		t := time.Date(y, m, d, 0, 0, 0, 0, loc)
		return span{t, addDays(t, f.days), "day", end}, true
	}
	if e := c.phrase(i, "618大促", "618活动", "618期间", "618"); e >= 0 && (e > i+3 || c.phrase(e, "买", "那", "的时候", "下单", "当天") >= 0) {
		return oneDay(time.Date(y, 6, 18, 0, 0, 0, 0, loc), e), true
	}
	return span{}, false
}

// clearBright is the day in April of Qingming in this century: the sun is then
// at 15 degrees.
func clearBright(y int) int {
	n := y % 100
	return int(float64(n)*0.2422+4.81) - n/4
}

// nthWeekday is the nth such day of a month.
func nthWeekday(y int, m time.Month, d time.Weekday, n int, loc *time.Location) time.Time {
	first := time.Date(y, m, 1, 0, 0, 0, 0, loc)
	return addDays(first, (int(d)-int(first.Weekday())+7)%7+7*(n-1))
}

// easter is Easter Sunday by the Gregorian computus (Meeus, Astronomical
// Algorithms, chapter 8).
func easter(y int) (m time.Month, d int) {
	a, b, c := y%19, y/100, y%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	n := h + l - 7*((a+11*h+22*l)/451) + 114
	return time.Month(n / 31), n%31 + 1
}

// feastEn reads an English holiday of the year nearest to now.
func (c *scan) feastEn(i int) (span, bool) {
	today := c.today
	var rule func(y int) time.Time
	day := func(m time.Month, d int) func(int) time.Time {
		return func(y int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, today.Location()) }
	}
	nth := func(m time.Month, d time.Weekday, n, after int) func(int) time.Time {
		return func(y int) time.Time { return addDays(nthWeekday(y, m, d, n, today.Location()), after) }
	}
	moon := func(pick func(lunarYear) int16) func(int) time.Time {
		return func(y int) time.Time {
			l, ok := lunar(y)
			if !ok {
				return time.Time{}
			}
			v := int(pick(l))
			return time.Date(y, time.Month(v/100), v%100, 0, 0, 0, 0, today.Location())
		}
	}
	var e int
	switch {
	case c.hit(i, &e, "chinese new year", "lunar new year", "spring festival"):
		rule = moon(func(l lunarYear) int16 { return l.spring })
	case c.hit(i, &e, "dragon boat festival"):
		rule = moon(func(l lunarYear) int16 { return l.dragon })
	case c.hit(i, &e, "mid-autumn festival", "mid autumn festival", "moon festival"):
		rule = moon(func(l lunarYear) int16 { return l.moon })
	case c.hit(i, &e, "easter sunday", "easter"):
		rule = func(y int) time.Time {
			m, d := easter(y)
			return time.Date(y, m, d, 0, 0, 0, 0, today.Location())
		}
	case c.hit(i, &e, "christmas eve"):
		rule = day(12, 24)
	case c.hit(i, &e, "christmas day", "christmas", "xmas"):
		rule = day(12, 25)
	case c.hit(i, &e, "new year's day", "new years day"):
		rule = day(1, 1)
	case c.hit(i, &e, "new year's eve", "new years eve"):
		rule = day(12, 31)
	case c.hit(i, &e, "valentine's day", "valentines day", "valentine's"):
		rule = day(2, 14)
	case c.hit(i, &e, "mother's day", "mothers day"):
		rule = nth(5, time.Sunday, 2, 0)
	case c.hit(i, &e, "father's day", "fathers day"):
		rule = nth(6, time.Sunday, 3, 0)
	case c.hit(i, &e, "labor day"):
		rule = nth(9, time.Monday, 1, 0)
	case c.hit(i, &e, "qixi festival", "qixi"):
		rule = moon(func(l lunarYear) int16 { return l.seventh })
	case c.hit(i, &e, "double ninth festival"):
		rule = moon(func(l lunarYear) int16 { return l.ninth })
	case c.hit(i, &e, "halloween"):
		rule = day(10, 31)
	case c.hit(i, &e, "thanksgiving"):
		rule = nth(11, time.Thursday, 4, 0)
	case c.hit(i, &e, "black friday"):
		rule = nth(11, time.Thursday, 4, 1)
	case c.hit(i, &e, "cyber monday"):
		rule = nth(11, time.Thursday, 4, 4)
	default:
		return span{}, false
	}
	best := rule(today.Year() - 1)
	for y := today.Year(); y <= today.Year()+1; y++ {
		if t := rule(y); !c.closer(best, t) {
			best = t
		}
	}
	return oneDay(best, e), !best.IsZero()
}

func (c *scan) hit(i int, end *int, list ...string) bool {
	*end = c.phrase(i, list...)
	return *end >= 0
}
