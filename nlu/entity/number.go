package entity

import (
	"strconv"
	"unicode/utf8"
)

// number is a number read from the text, however written.
type number struct {
	val, hi float64 // hi > val for 两三百
	end     int
	digits  int  // how many ASCII digits when it is nothing but digits, else 0
	zero    bool // written with a leading zero
	words   bool // "two hundred"
	han     bool // 二百, 2百
	short   bool // the last unit is left out: 三百五, 两万3, 1.5k
}

// maxNumber bounds what is taken for an amount; above it is an identifier.
const maxNumber = 1e12

// hanDigit is the value of a Chinese digit; 幺 is one as it is spoken in telephone numbers.
func hanDigit(r rune) (float64, bool) {
	switch r {
	case '零', '〇':
		return 0, true
	case '一', '壹', '幺':
		return 1, true
	case '二', '两', '贰', '兩':
		return 2, true
	case '三', '叁':
		return 3, true
	case '四', '肆':
		return 4, true
	case '五', '伍':
		return 5, true
	case '六', '陆':
		return 6, true
	case '七', '柒':
		return 7, true
	case '八', '捌':
		return 8, true
	case '九', '玖':
		return 9, true
	}
	return 0, false
}

func hanUnit(r rune) float64 {
	switch r {
	case '十', '拾':
		return 10
	case '百', '佰':
		return 100
	case '千', '仟':
		return 1000
	case '万', '萬':
		return 1e4
	case '亿':
		return 1e8
	}
	return 0
}

// hanNumeral reports whether r is part of a Chinese number.
func hanNumeral(r rune) bool {
	if r < utf8.RuneSelf {
		return false
	}
	_, ok := hanDigit(r)
	return ok || hanUnit(r) > 0 || r == '半'
}

// number reads a number at i: 1,299.00, 2千5, 三百五, 二〇二六, "two hundred and
// fifty", "3 million".
func (c *scan) number(i int) (number, bool) {
	if i >= len(c.s) {
		return number{}, false
	}
	switch b := c.s[i]; {
	case isDigit(b):
		n, ok := c.figures(i)
		if !ok {
			return n, false
		}
		if r, _ := c.rune(n.end); hanUnit(r) > 0 && !c.measure(n.end) {
			return c.hanNumber(i, true)
		}
		if w := c.skip(n.end); w > n.end && isLetter(c.at(w)) {
			if mul := enMultiplier(c.word(w)); mul > 0 {
				n.val, n.end, n.digits = n.val*mul, w+len(c.word(w)), 0
			}
		}
		return n, n.val < maxNumber
	case isLetter(b):
		return c.numberWords(i)
	default:
		return c.hanNumber(i, true)
	}
}

// figures reads ASCII digits with thousands commas and a decimal point.
func (c *scan) figures(i int) (number, bool) {
	j := i
	for j < len(c.s) && isDigit(c.s[j]) {
		j++
	}
	if j == i || j-i > 15 {
		return number{}, false
	}
	n := number{end: j, digits: j - i, zero: c.s[i] == '0' && j-i > 1}
	lit := c.s[i:j]
	grouped := false
	for j-i <= 20 && len(lit) <= 15 && c.at(j) == ',' && c.typed(j) && isDigit(c.at(j+1)) && isDigit(c.at(j+2)) &&
		isDigit(c.at(j+3)) && !isDigit(c.at(j+4)) && (grouped || n.digits <= 3) {
		lit += c.s[j+1 : j+4]
		j += 4
		grouped = true
	}
	if c.at(j) == '.' && isDigit(c.at(j+1)) {
		k := j + 1
		for k < len(c.s) && isDigit(c.s[k]) && k-j <= 6 {
			k++
		}
		// 1.2.3 is a version or a date, not a number.
		if !isDigit(c.at(k)) && !(c.at(k) == '.' && isDigit(c.at(k+1))) {
			lit += c.s[j:k]
			j = k
			n.digits = 0
		}
	}
	if grouped {
		n.digits = 0
	}
	v, err := strconv.ParseFloat(lit, 64)
	n.val, n.end = v, j
	return n, err == nil
}

// measure reports that the 千 or 百 at i begins a unit: 5千克, 百分之.
func (c *scan) measure(i int) bool {
	return c.phrase(i, "千克", "千米", "千瓦", "千卡", "千焦", "百分", "万向", "万能") >= 0
}

// hanNumber reads a number with Chinese digits or units. point allows 三点五.
func (c *scan) hanNumber(i int, point bool) (number, bool) {
	if c.has(i, "半") {
		return number{val: 0.5, end: i + len("半"), han: true}, true
	}
	if n, ok := c.pair(i); ok {
		return n, true
	}
	var (
		total, section, digit float64
		pending, gap, units   bool    // a digit waits for its unit; 零 was read; any unit was read
		run                   int     // digits in a row
		top                   float64 // the last 万 or 亿
		lastUnit              = 1e16
		lit                   string
	)
	j, start := i, i
loop:
	for steps := 0; steps < 24 && j < len(c.s); steps++ {
		r, size := c.rune(j)
		if isDigit(c.s[j]) {
			n, ok := c.figures(j)
			if pending || !ok {
				break
			}
			digit, pending, run = n.val, true, max(1, n.digits)
			if n.digits == 0 {
				run = 2
			}
			j = n.end
			continue
		}
		if d, ok := hanDigit(r); ok {
			if pending && (units || run == 0) || pending && isDigit(c.s[start]) {
				break
			}
			if r == '零' && units {
				if _, ok := hanDigit(c.peek(j + size)); !ok {
					break
				}
				gap = true
				j += size
				continue
			}
			if run >= 12 {
				return number{}, false
			}
			digit, pending, run = digit*10+d, true, run+1
			lit += strconv.Itoa(int(d))
			j += size
			continue
		}
		u := hanUnit(r)
		switch {
		case u == 0 || c.measure(j):
			break loop
		case run > 1 && !isDigit(c.s[start]) && len(lit) > 1:
			return number{}, false // 一二百 and the like
		case u < 1e4:
			if !pending {
				if u != 10 || units && !gap && lastUnit <= 10 {
					break loop
				}
				digit = 1
			}
			if u >= lastUnit {
				break loop
			}
			section += digit * u
		default:
			if !pending && section == 0 || u == top || top == 1e4 {
				break loop // 万 after 亿, but neither twice nor the other way round
			}
			if top == 0 {
				total = (section + digit) * u
			} else {
				total += (section + digit) * u
			}
			section, top = 0, u
		}
		digit, pending, gap, units, run, lastUnit = 0, false, false, true, 0, u
		j += size
	}
	short := pending && units && !gap && run == 1 && lastUnit >= 100
	if short && digit == 1 && c.per(j-len("一")) {
		short, pending, j = false, false, j-len("一") // 三百一晚
	}
	if pending {
		if short {
			digit *= lastUnit / 10 // 三百五, 两万3
		}
		section += digit
	}
	if j == start || !pending && !units {
		return number{}, false
	}
	n := number{val: total + section, end: j, han: true, short: short, zero: len(lit) > 1 && lit[0] == '0'}
	if point && !units && c.has(j, "点") && run == 1 {
		k := j + len("点")
		f, scale := 0.0, 1.0
		for scale < 1e4 {
			r, size := c.rune(k)
			d, ok := hanDigit(r)
			if !ok {
				break
			}
			f, scale, k = f*10+d, scale*10, k+size
		}
		if u := hanUnit(c.peek(k)); scale > 1 && u != 10 {
			n.val, n.end = n.val+f/scale, k
			if u >= 1e4 { // 一点五万
				n.val, n.end = n.val*u, k+len("万")
			}
		}
	}
	return n, n.val < maxNumber
}

// pair reads two neighbouring digits as a rough number: 两三, 三五百.
func (c *scan) pair(i int) (number, bool) {
	a, n := c.rune(i)
	if a == '几' { // 几百: from two to nine hundred
		if u := hanUnit(c.peek(i + n)); u >= 100 && !c.measure(i+n) && hanUnit(c.peek(i+n+len("百"))) == 0 {
			return number{val: 2 * u, hi: 9 * u, end: i + n + len("百"), han: true}, true
		}
		return number{}, false
	}
	lo, ok := hanDigit(a)
	if !ok || lo == 0 || a == '幺' {
		return number{}, false
	}
	b, m := c.rune(i + n)
	hi, ok := hanDigit(b)
	if !ok || !(hi == lo+1 || lo == 3 && hi == 5) {
		return number{}, false
	}
	j := i + n + m
	u := hanUnit(c.peek(j))
	if _, more := hanDigit(c.peek(j)); more {
		return number{}, false
	}
	if u > 0 && !c.measure(j) {
		j += len("百")
		if v := hanUnit(c.peek(j)); v >= 1e4 {
			u, j = u*v, j+len("万")
		} else if _, more := hanDigit(c.peek(j)); more && !c.per(j) {
			return number{}, false
		}
		lo, hi = lo*u, hi*u
	}
	return number{val: lo, hi: hi, end: j, han: true}, true
}

func (c *scan) peek(i int) rune {
	r, _ := c.rune(i)
	return r
}

// enNumber is the value of an English number word below a hundred.
func enNumber(w string) (float64, bool) {
	switch w {
	case "zero":
		return 0, true
	case "one":
		return 1, true
	case "two":
		return 2, true
	case "three":
		return 3, true
	case "four":
		return 4, true
	case "five":
		return 5, true
	case "six":
		return 6, true
	case "seven":
		return 7, true
	case "eight":
		return 8, true
	case "nine":
		return 9, true
	case "ten":
		return 10, true
	case "eleven":
		return 11, true
	case "twelve":
		return 12, true
	case "thirteen":
		return 13, true
	case "fourteen":
		return 14, true
	case "fifteen":
		return 15, true
	case "sixteen":
		return 16, true
	case "seventeen":
		return 17, true
	case "eighteen":
		return 18, true
	case "nineteen":
		return 19, true
	case "twenty":
		return 20, true
	case "thirty":
		return 30, true
	case "forty", "fourty":
		return 40, true
	case "fifty":
		return 50, true
	case "sixty":
		return 60, true
	case "seventy":
		return 70, true
	case "eighty":
		return 80, true
	case "ninety":
		return 90, true
	}
	return 0, false
}

func enMultiplier(w string) float64 {
	switch w {
	case "hundred":
		return 100
	case "thousand", "grand":
		return 1000
	case "million":
		return 1e6
	case "dozen":
		return 12
	}
	return 0
}

// numberWords reads "two hundred and fifty", "a thousand", "twenty-five",
// "a dozen". An article counts only before a multiplier.
func (c *scan) numberWords(i int) (number, bool) {
	var total, current float64
	room := 100.0 // what may still follow: 100 anything, 10 after "twenty", 0 after "two"
	j, end := i, -1
	for steps := 0; steps < 12; steps++ {
		w := c.word(j)
		if w == "" {
			break
		}
		if v, ok := enNumber(w); ok {
			if v >= room || v == 0 && end >= 0 {
				break
			}
			current, room = current+v, 0
			if v >= 20 {
				room = 10
			}
		} else if mul := enMultiplier(w); mul > 0 && end >= 0 {
			room = 100
			if mul == 100 || mul == 12 {
				current *= mul
				if mul == 12 {
					end = j + len(w)
					break
				}
			} else {
				total, current = total+max(current, 1)*mul, 0
			}
		} else if (w == "a" || w == "an") && steps == 0 {
			k := c.skip(j + 1)
			if enMultiplier(c.word(k)) == 0 {
				return number{}, false
			}
			current, room, end, j = 1, 0, j+1, k
			continue
		} else if w == "and" && end >= 0 && current+total >= 100 {
			k := c.skip(j + len(w))
			if v, ok := enNumber(c.word(k)); !ok || v == 0 || room < 100 {
				break
			}
			j = k
			continue
		} else {
			break
		}
		end = j + len(w)
		j = end
		if c.at(j) == '-' && isLetter(c.at(j+1)) {
			j++
		} else {
			j = c.skip(j)
		}
	}
	if end < 0 || isAlnum(c.at(end)) {
		return number{}, false
	}
	return number{val: total + current, end: end, words: true}, true
}
