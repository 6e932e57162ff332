package kb

import (
	"slices"
	"strconv"
	"strings"
)

// quantity reads a number with what belongs to it: a currency, a unit, the
// parts of a date or a time of day.
func quantity(rs []rune, i int) (n int, kind FactKind, value string) {
	if i > 0 && (latin(rs[i-1]) || digit(rs[i-1])) && digit(rs[i]) {
		return 0, "", "" // inside a model name such as A15
	}
	if n, value := month(rs[i:]); n > 0 {
		return n, FactDate, value
	}
	j := i
	currency := ""
	for _, c := range []struct{ sign, code string }{{"rmb", "CNY"}, {"cny", "CNY"}, {"usd", "USD"}, {"us$", "USD"}, {"¥", "CNY"}, {"￥", "CNY"}, {"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}} {
		if k := prefix(rs[j:], c.sign); k > 0 {
			currency, j = c.code, j+k
			break
		}
	}
	for j < len(rs) && currency != "" && rs[j] == ' ' {
		j++
	}
	num, k, spelled := number(rs[j:])
	if k == 0 {
		return 0, "", ""
	}
	j += k
	if !spelled && currency == "" {
		if n, kind, value := dateOrTime(rs, i, j, num); n > 0 {
			return n, kind, value
		}
	}
	if currency != "" {
		return j - i, FactPrice, num + " " + currency
	}
	if n, value := oclock(rs, i, j, num, spelled); n > 0 {
		return n, FactTime, value
	}
	u := j
	for u < len(rs) && rs[u] == ' ' {
		u++
	}
	if kind, unit, times, k := unitOf(rs[u:]); k > 0 {
		if spelled && num == "1" && kind == FactNumber {
			return 0, "", "" // 一次, "one item": rarely meant as a number
		}
		if times != 1 {
			if f, err := strconv.ParseFloat(num, 64); err == nil {
				num = format(f * times)
			}
		}
		return u + k - i, kind, num + " " + unit
	}
	if spelled {
		return 0, "", "" // 一般, 两者, "one of": no quantity
	}
	return j - i, FactNumber, num
}

func prefix(rs []rune, s string) int {
	n := 0
	for _, r := range s {
		if n >= len(rs) || rs[n] != r && (!upper(rs[n]) || rs[n]+'a'-'A' != r) {
			return 0
		}
		n++
	}
	return n
}

func format(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// unitOf reads the unit behind a number; times turns it into the kind's own.
func unitOf(rs []rune) (kind FactKind, unit string, times float64, n int) {
	for _, u := range []struct {
		text string
		kind FactKind
		unit string
		n    float64
	}{
		{"个工作日", FactDuration, "workday", 1}, {"工作日", FactDuration, "workday", 1}, {"working days", FactDuration, "workday", 1},
		{"business days", FactDuration, "workday", 1}, {"working day", FactDuration, "workday", 1}, {"business day", FactDuration, "workday", 1},
		{"个小时", FactDuration, "hour", 1}, {"小时", FactDuration, "hour", 1}, {"钟头", FactDuration, "hour", 1}, {"hours", FactDuration, "hour", 1}, {"hour", FactDuration, "hour", 1},
		{"分钟", FactDuration, "minute", 1}, {"minutes", FactDuration, "minute", 1}, {"minute", FactDuration, "minute", 1}, {"秒", FactDuration, "second", 1}, {"seconds", FactDuration, "second", 1},
		{"个月", FactDuration, "month", 1}, {"months", FactDuration, "month", 1}, {"month", FactDuration, "month", 1},
		{"个星期", FactDuration, "day", 7}, {"星期", FactDuration, "day", 7}, {"个礼拜", FactDuration, "day", 7}, {"周年", FactNumber, "anniversary", 1}, {"周", FactDuration, "day", 7},
		{"weeks", FactDuration, "day", 7}, {"week", FactDuration, "day", 7},
		{"天", FactDuration, "day", 1}, {"日内", FactDuration, "day", 1}, {"days", FactDuration, "day", 1}, {"day", FactDuration, "day", 1},
		{"年", FactDuration, "year", 1}, {"years", FactDuration, "year", 1}, {"year", FactDuration, "year", 1},
		{"万元", FactPrice, "CNY", 10000}, {"元", FactPrice, "CNY", 1}, {"块钱", FactPrice, "CNY", 1}, {"块", FactPrice, "CNY", 1}, {"人民币", FactPrice, "CNY", 1}, {"rmb", FactPrice, "CNY", 1}, {"yuan", FactPrice, "CNY", 1},
		{"美元", FactPrice, "USD", 1}, {"美金", FactPrice, "USD", 1}, {"dollars", FactPrice, "USD", 1}, {"dollar", FactPrice, "USD", 1}, {"usd", FactPrice, "USD", 1}, {"欧元", FactPrice, "EUR", 1}, {"euros", FactPrice, "EUR", 1},
		{"%", FactPercent, "%", 1}, {"％", FactPercent, "%", 1}, {"percent", FactPercent, "%", 1}, {"per cent", FactPercent, "%", 1}, {"折", FactPercent, "折", 1},
		{"am", FactTime, "h", 1}, {"a.m.", FactTime, "h", 1},
		{"公斤", FactNumber, "kg", 1}, {"千克", FactNumber, "kg", 1}, {"kg", FactNumber, "kg", 1}, {"斤", FactNumber, "kg", .5}, {"公里", FactNumber, "km", 1}, {"km", FactNumber, "km", 1},
		{"件", FactNumber, "piece", 1}, {"pieces", FactNumber, "piece", 1}, {"piece", FactNumber, "piece", 1}, {"items", FactNumber, "piece", 1}, {"item", FactNumber, "piece", 1},
		{"次", FactNumber, "time", 1}, {"times", FactNumber, "time", 1}, {"张", FactNumber, "sheet", 1}, {"双", FactNumber, "pair", 1}, {"pairs", FactNumber, "pair", 1}, {"pair", FactNumber, "pair", 1},
		{"积分", FactNumber, "point", 1}, {"points", FactNumber, "point", 1}, {"人", FactNumber, "person", 1}, {"people", FactNumber, "person", 1}, {"岁", FactNumber, "year old", 1}, {"倍", FactNumber, "fold", 1},
		{"厘米", FactNumber, "cm", 1}, {"cm", FactNumber, "cm", 1}, {"米", FactNumber, "cm", 100},
	} {
		k := prefix(rs, u.text)
		if k == 0 || latin(rs[k-1]) && k < len(rs) && latin(rs[k]) {
			continue
		}
		return u.kind, u.unit, u.n, k
	}
	return "", "", 0, 0
}

// number reads digits (1,299.50), Chinese numerals (三百五十, 两) or an English
// number word; spelled reports one of the latter two.
func number(rs []rune) (value string, n int, spelled bool) {
	if len(rs) > 0 && digit(rs[0]) {
		var b strings.Builder
		for n < len(rs) && n < 30 {
			switch r := rs[n]; {
			case digit(r):
				b.WriteRune(r)
			case r == ',' && n+3 < len(rs) && digit(rs[n+1]) && digit(rs[n+2]) && digit(rs[n+3]) && (n+4 >= len(rs) || !digit(rs[n+4])):
			case r == '.' && n+1 < len(rs) && digit(rs[n+1]) && !strings.ContainsRune(b.String(), '.') && !dotted(rs[n+1:]):
				b.WriteRune(r)
			default:
				return trimNumber(b.String()), n, false
			}
			n++
		}
		return trimNumber(b.String()), n, false
	}
	if v, k := hanNumber(rs); k > 0 {
		return strconv.FormatInt(v, 10), k, true
	}
	k := word(rs)
	if v := spelledOut(strings.ToLower(string(rs[:k]))); v != "" {
		return v, k, true
	}
	return "", 0, false
}

// dotted reports whether digits, a point and a digit stand here: behind a point
// they make a date (2026.11.5) or a version, no fraction.
func dotted(rs []rune) bool {
	n := digits(rs)
	return n+1 < len(rs) && rs[n] == '.' && digit(rs[n+1])
}

// digits is how many digits stand here.
func digits(rs []rune) int {
	if n := slices.IndexFunc(rs, func(r rune) bool { return !digit(r) }); n >= 0 {
		return n
	}
	return len(rs)
}

func trimNumber(s string) string {
	if strings.ContainsRune(s, '.') {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if t := strings.TrimLeft(s, "0"); t != "" && t[0] != '.' {
		return t
	}
	if strings.Trim(s, "0") == "" {
		return "0"
	}
	return s
}

func spelledOut(w string) string {
	for i, s := range []string{"a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"} {
		if w == s || w == "an" && i == 0 {
			return strconv.Itoa(max(i, 1))
		}
	}
	switch w {
	case "twenty":
		return "20"
	case "thirty":
		return "30"
	case "sixty":
		return "60"
	case "ninety":
		return "90"
	}
	return ""
}

// hanNumber reads 七, 十五, 三百五十, 两千, 一万二.
func hanNumber(rs []rune) (value int64, n int) {
	var total, section, digitV int64
	last := int64(1)
	for n < len(rs) && n < 16 {
		switch r := rs[n]; r {
		case '十', '百', '千':
			unit := map[rune]int64{'十': 10, '百': 100, '千': 1000}[r]
			if digitV == 0 {
				digitV = 1
			}
			section += digitV * unit
			digitV, last = 0, unit
		case '万':
			if n == 0 {
				return 0, 0
			}
			total += (section + digitV) * 10000
			section, digitV, last = 0, 0, 10000
		default:
			d := int64(strings.IndexRune("零一二三四五六七八九", r)) / 3
			if r == '两' {
				d = 2
			} else if !strings.ContainsRune("零一二三四五六七八九", r) {
				return total + section + tail(digitV, last), n
			}
			digitV = d
		}
		n++
	}
	return total + section + tail(digitV, last), n
}

// tail reads the last digit of 三百五 as 50.
func tail(d, last int64) int64 {
	if last >= 100 {
		return d * last / 10
	}
	return d
}

// dateOrTime reads what follows a number written in digits: 2026-01-05,
// 1月5日, 16:30, 4pm.
func dateOrTime(rs []rune, i, j int, num string) (n int, kind FactKind, value string) {
	skip := func(k int) int { // to what stands behind blanks
		for k < len(rs) && rs[k] == ' ' {
			k++
		}
		return k
	}
	next := func(k int, seps string) (string, int) { // a separator and digits
		if b := skip(k); b < len(rs) && (rs[b] == '年' || rs[b] == '月') && strings.ContainsRune(seps, rs[b]) {
			if k = b; skip(k+1) < len(rs) && digit(rs[skip(k+1)]) {
				b = skip(k + 1)
				v, m, _ := number(rs[b:])
				return v, b + m
			}
		}
		if k+1 < len(rs) && rs[k] == '.' && strings.ContainsRune(seps, '.') && digit(rs[k+1]) {
			m := min(digits(rs[k+1:]), 2)
			return trimNumber(string(rs[k+1 : k+1+m])), k + 1 + m
		}
		if k+1 < len(rs) && strings.ContainsRune(seps, rs[k]) && digit(rs[k+1]) {
			v, m, _ := number(rs[k+1:])
			if !strings.ContainsRune(v, '.') {
				return v, k + 1 + m
			}
		}
		return "", 0
	}
	if len(num) == 4 { // a year
		for _, seps := range []string{"-/.", "年"} {
			m, k := next(j, seps)
			if k == 0 {
				continue
			}
			d, k2 := next(k, "-/.月")
			if k2 > 0 {
				if b := skip(k2); b < len(rs) && (rs[b] == '日' || rs[b] == '号') {
					k2 = b + 1
				}
				return k2 - i, FactDate, m + "-" + d
			}
			if b := skip(k); seps == "年" && b < len(rs) && rs[b] == '月' {
				return b + 1 - i, FactDate, num + "/" + m
			}
		}
	}
	if k, m := dayOf(rs[j:]); k > 0 && len(num) <= 2 {
		return j + k - i, FactDate, m + "-" + num
	}
	if b := skip(j); b < len(rs) && rs[b] == '月' {
		if d, k := next(j, "月"); k > 0 && skip(k) < len(rs) && (rs[skip(k)] == '日' || rs[skip(k)] == '号') {
			return skip(k) + 1 - i, FactDate, num + "-" + d
		}
		return b + 1 - i, FactDate, num + "月"
	}
	if m, k := next(j, ":"); k > 0 && len(num) <= 2 {
		h := num
		if e := clock(rs, k); e > 0 {
			h, k = afternoon(h), e
		}
		if m == "0" {
			return k - i, FactTime, h + " h"
		}
		return k - i, FactTime, h + ":" + m
	}
	if e := clock(rs, j); e > 0 && len(num) <= 2 {
		return e - i, FactTime, afternoon(num) + " h"
	}
	return 0, "", ""
}

// oclock reads what makes a number from i to j a time of day: 下午4点, 九点半.
// One that is spelled needs to stand as one does: 三点 may be three points.
func oclock(rs []rune, i, j int, num string, spelled bool) (n int, value string) {
	for j < len(rs) && rs[j] == ' ' {
		j++
	}
	if j >= len(rs) || rs[j] != '点' || len(num) > 2 {
		return 0, ""
	}
	before := strings.TrimSpace(string(rs[max(0, i-4):i]))
	part := slices.ContainsFunc([]string{"早上", "上午", "中午", "下午", "晚上", "傍晚", "凌晨"}, func(w string) bool { return strings.HasSuffix(before, w) })
	if spelled && !part && (j+1 >= len(rs) || !strings.ContainsRune("半钟整前后到至", rs[j+1])) {
		return 0, ""
	}
	h := num
	if part && slices.ContainsFunc([]string{"下午", "晚上", "傍晚"}, func(w string) bool { return strings.HasSuffix(before, w) }) {
		h = afternoon(num)
	}
	if k := j + 1; k < len(rs) && rs[k] == '半' {
		return k + 1 - i, h + ":30"
	}
	return j + 1 - i, h + " h"
}

// clock reads "pm" behind a number.
func clock(rs []rune, k int) int {
	for k < len(rs) && rs[k] == ' ' {
		k++
	}
	for _, s := range []string{"p.m.", "pm"} {
		if n := prefix(rs[k:], s); n > 0 && (k+n >= len(rs) || !latin(rs[k+n])) {
			return k + n
		}
	}
	return 0
}

func afternoon(h string) string {
	n, err := strconv.Atoi(h)
	if err != nil || n >= 12 {
		return h
	}
	return strconv.Itoa(n + 12)
}

// dayOf reads what makes a number the day of a month: "th of January", " Jan".
func dayOf(rs []rune) (n int, month string) {
	for _, th := range []string{"st", "nd", "rd", "th"} {
		if k := prefix(rs, th); k > 0 {
			n = k
			break
		}
	}
	if n >= len(rs) || rs[n] != ' ' {
		return 0, ""
	}
	n++
	n += prefix(rs[n:], "of ")
	if n >= len(rs) || !upper(rs[n]) {
		return 0, ""
	}
	k := word(rs[n:])
	w := strings.ToLower(string(rs[n : n+k]))
	for i, m := range months() {
		if w == m {
			return n + k + yearBehind(rs[n+k:]), strconv.Itoa(i + 1)
		}
		if short(w, m) {
			point := prefix(rs[n+k:], ".")
			if year := yearBehind(rs[n+k+point:]); year > 0 {
				return n + k + point + year, strconv.Itoa(i + 1)
			}
			return n + k, strconv.Itoa(i + 1)
		}
	}
	return 0, ""
}

// short reports whether a word is a month cut short.
func short(w, month string) bool {
	return len(w) == 3 && w == month[:3] || w == "sept" && month == "september"
}

// yearBehind is the length of the year behind a day: " 2026", ", 2026". A day is
// told by its month and day.
func yearBehind(rs []rune) int {
	n := prefix(rs, ",")
	if n < len(rs) && rs[n] == ' ' {
		n++
	}
	if n == 0 || n+4 > len(rs) || prefix(rs[n:], "19")+prefix(rs[n:], "20") == 0 || !digit(rs[n+2]) || !digit(rs[n+3]) || n+4 < len(rs) && (digit(rs[n+4]) || latin(rs[n+4])) {
		return 0
	}
	return n + 4
}

func months() []string {
	return []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
}

// month reads "January 5".
func month(rs []rune) (n int, value string) {
	if len(rs) == 0 || !upper(rs[0]) {
		return 0, ""
	}
	k := word(rs)
	w := strings.ToLower(string(rs[:k]))
	for i, m := range months() {
		if w != m && !short(w, m) {
			continue
		}
		j := k
		for j < len(rs) && (rs[j] == ' ' || rs[j] == '.') {
			j++
		}
		if j < len(rs) && digit(rs[j]) {
			d, m, _ := number(rs[j:])
			if len(d) <= 2 {
				j += m
				for _, th := range []string{"st", "nd", "rd", "th"} {
					if x := prefix(rs[j:], th); x > 0 {
						j += x
						break
					}
				}
				return j + yearBehind(rs[j:]), strconv.Itoa(i+1) + "-" + d
			}
		}
		if m == "may" {
			return 0, ""
		}
		return k, strconv.Itoa(i+1) + "月"
	}
	return 0, ""
}
