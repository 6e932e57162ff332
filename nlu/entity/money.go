package entity

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// about is how far 左右 and "around" reach to either side, above how far 出头
// reaches upwards.
const (
	about = 0.2
	above = 0.1
)

// amount is one sum of money in major units, as written.
type amount struct {
	number
	from     int
	currency string
	more     bool // 多 or 出头 follows, the currency being left out
}

// bound is what the words around an amount say about it.
type bound int8

const (
	exact bound = iota
	upper
	lower
	rough
)

// money finds amounts, bounds and ranges: ¥99.9, 三百以内, "between 200 and 300
// dollars". A bare number is money only beside a word that bounds it.
func (c *scan) money(i int) {
	m, from, to, ok := c.price(i)
	if !ok || c.last(i) == "half" && isLetter(c.at(i)) || c.discount(from, to) {
		return
	}
	// 100以上300以下 is one range.
	if m.Min > 0 && m.Max == 0 {
		j := c.opt(c.skip(to), ",", "、", "but", "and")
		if n, _, end, ok := c.price(c.skip(j)); ok && n.Min == 0 && n.Max > m.Min &&
			(n.Currency == m.Currency || n.Currency == "" || m.Currency == "") {
			m.Max, to = n.Max, end
			m.Currency += n.Currency
			if n.Currency != "" {
				m.Currency = n.Currency
			}
		}
	}
	c.add(from, to, rankMoney, Entity{Type: TypeMoney, Value: m.value(), Money: &m})
}

// price reads one amount or range with the bounds before and after it.
func (c *scan) price(i int) (m Money, from, to int, ok bool) {
	b, j := c.boundBefore(i)
	a, ok := c.amount(j)
	if !ok {
		return m, 0, 0, false
	}
	lo, hi, end, currency, ranged := a.val, a.val, a.end, a.currency, false
	if a.hi > a.val {
		hi, ranged = a.hi, true
	}
	opened := c.phrase(i, "between", "from", "介于", "从") >= 0
	between := opened && !c.has(i, "f") && !c.has(i, "从")
	if !ranged {
		if z, ok := c.upTo(a, between); ok {
			hi, end, ranged = z.val, z.end, true
			if currency == "" {
				currency = z.currency
			}
			if scale := math.Pow(10, math.Floor(math.Log10(max(hi, 1)))); z.han && lo < 10 && scale >= 1e3 && lo*scale < hi {
				lo *= scale // 1到2万
			}
		}
	}
	if opened && !ranged {
		return m, 0, 0, false // "from $50" is read again at the amount
	}
	after, e := c.boundAfter(end, currency != "")
	if after != exact {
		end = e
		if b == exact || b == rough {
			b = after
		}
	}
	if currency == "" && !c.bareMoney(a, b, lo, hi, end, ranged, between, i, after != exact) {
		return m, 0, 0, false
	}
	m = Money{Min: minor(lo, currency), Max: minor(hi, currency), Currency: currency}
	switch {
	case ranged:
	case b == upper:
		m.Min = 0
	case b == lower:
		m.Max = 0
	case b == rough:
		m.Min, m.Max = minor(lo*(1-about), currency), minor(hi*(1+about), currency)
	}
	if m.Min == 0 && m.Max == 0 {
		return m, 0, 0, false
	}
	return m, i, end, true
}

// bareMoney decides whether a number without a currency is money.
func (c *scan) bareMoney(a amount, b bound, lo, hi float64, end int, ranged, between bool, from int, after bool) bool {
	written := b == exact && !ranged && a.short && a.han && lo >= 1000 // 三万五转定期
	paid := b == exact && !ranged && a.digits > 0 && lo < 1e6 && !isAlnum(c.at(end)) && c.paid(from)
	if _, _, unit := c.unit(end); paid && (unit || strings.IndexByte("%-/:", c.at(end)) >= 0 && end < len(c.s)) {
		paid = false
	}
	if a.zero || lo < 10 || hi > 1e7 || !written && !paid && c.counted(end, after, c.phrase(from, "预算", "控制在") >= 0) ||
		c.suffix(from, "身高", "体重", "胸围", "腰围", "臀围", "尺码", "height ", "size ", "weight ") >= 0 {
		return false
	}
	if written || paid || b == exact && !ranged && (c.per(c.skip(end)) || !after && c.priced(a)) {
		return true
	}
	if a.more {
		return lo < hi
	}
	round := func(v float64) bool { d := math.Mod(v, 10); return v >= 50 && (d == 0 || d == 9) }
	if ranged {
		years := lo >= 1990 && hi < 2040 && a.digits == 4
		return !years && lo < hi && hi <= 100*lo && (b != exact || between || round(lo) && round(hi) && a.digits < 7)
	}
	if b == rough && (c.alone(from, end) || says(c.s[:from], "expensive", "cheap", "spend", "budget", "price", "cost")) {
		return true // "around 50", as an answer; "not too expensive, maybe 80"
	}
	if b == rough && after && text.IsHan(c.before(end)) {
		return round(lo) // 500左右
	}
	if a.short && b == exact && !after {
		return lo >= 100 // 三百五, 1.5k: what is counted exactly is not said so
	}
	if b == rough || b == exact || !after && b == lower && a.val >= 1990 && a.val < 2040 {
		return false
	}
	return true
}

// counted reports that what follows a bare number says it counts something
// else than money: "under 5 days", 不超过300人. after tells that a bound word
// such as 以内 already closed the number, budget that it is said to be one.
func (c *scan) counted(end int, after, budget bool) bool {
	j := c.skip(end)
	if j >= len(c.s) {
		return false
	}
	if isAlnum(c.s[j]) {
		if j == end && !after {
			return true
		}
		switch c.word(j) {
		case "please", "for", "or", "and", "but", "if", "in", "with", "would", "is", "it", "total", "each", "max",
			"thanks", "thank", "only", "from", "on", "that", "ideally", "preferably", "to", "i", "you", "do", "as", "would've", "will", "then", "at":
			return false
		}
		return !text.IsHan(c.before(end))
	}
	switch c.s[j] {
	case '%', '-', '/', ':', '\'', '"':
		return true
	}
	if after {
		return false
	}
	r := c.peek(j)
	if !text.IsHan(r) {
		return false
	}
	if c.per(j) {
		return false // 500一晚
	}
	if budget || j > end { // 预算两三百 送啥好, but 预算300 双肩包 is no pair
		if _, _, name := c.x.names.at(c, j); name {
			return false
		}
		_, _, unit := c.unit(j)
		return unit || strings.ContainsRune("字页题道遍家名户点分秒号", r)
	}
	return !strings.ContainsRune("的吗呢吧啊呀嘛就有左上之以买或和都我你请推帮比能可给行也最那这送什啥怎哪够,", r)
}

// denied reports whether the clause before i says that so much is not to be spent.
func (c *scan) denied(i int) bool {
	before := c.s[max(0, i-30):i]
	if k := strings.LastIndexAny(before, ".,;!?"); k >= 0 {
		before = before[k:]
	}
	for _, verb := range []string{"spend ", "pay ", "go ", "spending ", "paying ", "cost "} {
		if strings.HasSuffix(before, verb) {
			return slices.ContainsFunc([]string{"n't ", "not ", "never ", "dont ", "cannot ", "won’t ", "don’t ", "can’t "}, func(w string) bool { return strings.Contains(before, w) })
		}
	}
	return false
}

// boundBefore reads the bound word at i and returns where the amount begins.
func (c *scan) boundBefore(i int) (bound, int) {
	var b bound
	e := -1
	switch r := c.peek(i); {
	case r == '<' || r == '≤':
		b, e = upper, c.opt(i+len(string(r)), "=")
	case r == '>' || r == '≥':
		b, e = lower, c.opt(i+len(string(r)), "=")
	case r == '~' || r == '≈':
		b, e = rough, i+len(string(r))
	case r < 128 && isLetter(byte(r)):
		if e = c.phrase(i, "under", "below", "less than", "cheaper than", "lower than", "no more than", "not more than",
			"not over", "no over", "nothing over", "nothing above", "nothing beyond", "nothing more than", "no higher than", "not above", "not exceeding", "without going over", "up to", "at most", "maximum of", "max of", "max", "within",
			"my budget is", "budget is", "a budget of", "budget of", "budget", "at or below"); e >= 0 {
			b = upper
			e = c.opt(c.skip(e), "about", "around", "roughly", "only", "like", "maybe", "of")
		} else if e = c.phrase(i, "over", "above", "more than", "at least", "no less than", "not less than", "minimum of",
			"nothing under", "nothing below", "nothing less than", "starting at", "starting from", "upwards of"); e >= 0 {
			b = lower
			if c.denied(i) {
				b = upper // "I don't want to spend more than"
			}
		} else if e = c.phrase(i, "about", "around", "roughly", "approximately", "approx.", "approx", "close to", "maybe", "something like"); e >= 0 {
			b = rough
		} else if e = c.phrase(i, "between", "from"); e >= 0 {
			b = exact
		}
	case text.IsHan(r):
		if e = c.phrase(i, "不要超过", "不能超过", "不想超过", "不可以超过", "不会超过", "不打算超过", "不希望超过", "别超过", "不超过", "不高于", "不大于", "不多于", "低于", "少于", "小于",
			"最多", "至多", "最高", "不到", "便宜过", "预算", "控制在"); e >= 0 {
			b = upper
			e = c.opt(c.skip(e), "大概是", "大概", "大约", "就只有", "只有", "就", "是", "为", "在", ":")
		} else if e = c.phrase(i, "不低于", "不少于", "不小于", "超过", "高于", "大于", "多于", "至少", "最少", "最低", "起码"); e >= 0 {
			b = lower
		} else if e = c.phrase(i, "大概", "大约", "差不多", "约"); e >= 0 {
			b = rough
		} else if e = c.phrase(i, "介于", "从"); e >= 0 {
			b = exact
		}
	}
	if e < 0 {
		return exact, i
	}
	return b, c.skip(e)
}

// boundAfter reads the bound word that follows an amount.
func (c *scan) boundAfter(i int, marked bool) (bound, int) {
	j := c.skip(i)
	switch r := c.peek(j); {
	case r == 0:
	case r == '+' && j == i && !isAlnum(c.at(j+1)):
		if marked {
			return lower, j + 1
		}
	case r < 128 && isLetter(byte(r)) && (j > i || c.has(j, "ish")):
		if e := c.phrase(j, "or less", "or under", "or below", "or cheaper", "and under", "and below", "maximum", "max", "tops", "at most"); e >= 0 {
			return upper, e
		}
		if e := c.phrase(j, "or more", "and up", "or above", "and above", "or over", "minimum", "at least"); e >= 0 {
			return lower, e
		}
		if e := c.phrase(j, "or so", "ish", "give or take"); e >= 0 {
			return rough, e
		}
	case r == '-':
		if e := c.phrase(j+1, "ish"); e >= 0 {
			return rough, e
		}
	case text.IsHan(r):
		if e := c.phrase(j, "以内", "之内", "以下", "之下", "不到", "封顶"); e >= 0 {
			return upper, e
		}
		if e := c.phrase(j, "内"); e >= 0 && (!text.IsHan(c.peek(e)) || c.has(e, "的")) {
			return upper, e
		}
		if e := c.phrase(j, "以上", "之上", "往上", "起步"); e >= 0 {
			if c.phrase(c.opt(c.skip(e), "的", "就", "我"), "不要", "不考虑", "不买", "不行", "免谈", "算了", "太贵", "买不起", "别") >= 0 {
				return upper, e // 500以上的不考虑
			}
			return lower, e
		}
		if e := c.phrase(j, "起"); e >= 0 && marked && (!text.IsHan(c.peek(e)) || c.has(e, "的")) {
			return lower, e
		}
		if e := c.phrase(j, "的预算", "预算"); e >= 0 && !isDigit(c.at(c.skip(e))) && !hanNumeral(c.peek(e)) && c.phrase(e, "大", "约", "是", "在", "就", "只", "不", "最", ":", "差") < 0 {
			return upper, e // 三百的预算
		}
		if e := c.phrase(j, "左右", "上下"); e >= 0 {
			if e2 := c.phrase(e, "以内", "之内", "以下"); e2 >= 0 {
				return upper, e2
			}
			return rough, e
		}
	}
	return exact, i
}

// upTo reads the second amount of a range.
func (c *scan) upTo(a amount, between bool) (amount, bool) {
	j := c.skip(a.end)
	e := c.phrase(j, "到", "至", "~", "-", "–", "—", "to", "and")
	if e < 0 || c.has(j, "and") && !between {
		return amount{}, false
	}
	z, ok := c.amount(c.skip(e))
	if !ok || z.val <= a.val || z.hi > 0 ||
		a.currency != "" && z.currency != "" && a.currency != z.currency || z.zero {
		return amount{}, false
	}
	// "100 yuan to 3 people" is no range: the second number counts something.
	if z.currency == "" && a.currency != "" {
		if _, _, ok := c.unit(z.end); ok {
			return amount{}, false
		}
	}
	return z, true
}

// amount reads a number with the currency before or after it.
func (c *scan) amount(i int) (amount, bool) {
	a := amount{from: i}
	var e int
	a.currency, e = c.symbol(i)
	var ok bool
	if a.number, ok = c.number(c.skip(e)); !ok {
		if a.val, a.end = c.note(i); a.end > 0 {
			a.currency = "GBP"
			return a, true
		}
		return a, false
	}
	j := a.end
	if a.hi == 0 && !a.han && !a.words {
		switch {
		case c.at(j) == 'k' && !isAlnum(c.at(j+1)):
			a.val, a.digits, a.short, j = a.val*1000, 0, a.val != math.Trunc(a.val), j+1
		case c.at(j) == 'w' && !isAlnum(c.at(j+1)):
			a.val, a.digits, a.short, j = a.val*10000, 0, a.val != math.Trunc(a.val), j+1
		}
	}
	a.end = j
	if a.currency != "" {
		a.end = c.opt(j, "元", "块钱", "块", " rmb", "rmb", " usd", "usd")
		return a, a.val < maxNumber
	}
	j = c.upwards(&a, j)
	if cur, e := c.currency(j, a); e > 0 {
		a.currency, a.end = cur, e
		if strings.HasPrefix(c.s[c.skip(j):], "cent") {
			a.val /= 100
		}
		c.change(&a)
		if e := c.phrase(a.end, "出头"); e >= 0 && a.hi == 0 {
			a.hi, a.end = a.val*(1+above), e
		}
	} else if e := c.phrase(j, "毛钱", "毛", "角钱", "角"); e >= 0 && a.val < 10 &&
		(strings.HasSuffix(c.s[:e], "钱") || !text.IsHan(c.peek(e))) {
		a.val, a.currency, a.end = a.val/10, "CNY", e
	} else if e := c.phrase(j, "分钱"); e >= 0 && a.val < 100 {
		a.val, a.currency, a.end = a.val/100, "CNY", e
	}
	return a, a.val < maxNumber
}

// change reads what follows 块: 3块5, 九块九, 10元5角.
func (c *scan) change(a *amount) {
	if !strings.HasSuffix(c.s[:a.end], "块") && !strings.HasSuffix(c.s[:a.end], "元") {
		return
	}
	var v float64
	j := a.end
	if r, size := c.rune(j); isDigit(c.at(j)) {
		n, ok := c.figures(j)
		if !ok || n.digits == 0 || n.digits > 2 {
			return
		}
		v, j = n.val, n.end
		if n.digits == 1 {
			v *= 10
		}
	} else {
		d, ok := hanDigit(r)
		if !ok || d == 0 || r == '两' {
			return
		}
		v, j = d*10, j+size
	}
	if hanNumeral(c.peek(j)) || isAlnum(c.at(j)) {
		return
	}
	if e := c.phrase(j, "毛", "角"); e >= 0 {
		a.val, a.end = a.val+v/100, e
		return
	}
	if _, _, ok := c.unit(j); ok || c.phrase(j, "月", "号", "日", "点", "块", "元", "-", "/", "码", "到", "至") >= 0 {
		return // 100块3件
	}
	a.val, a.end = a.val+v/100, j
}

// minor converts to minor units; yen and won have none.
func minor(v float64, currency string) int64 {
	if currency == "JPY" || currency == "KRW" {
		return int64(math.Round(v))
	}
	return int64(math.Round(v * 100))
}

// value is the canonical text of an amount or range, in major units.
func (m *Money) value() string {
	unit := 100.0
	if m.Currency == "JPY" || m.Currency == "KRW" {
		unit = 1
	}
	show := func(v int64) string {
		if v == 0 {
			return ""
		}
		return strconv.FormatFloat(float64(v)/unit, 'f', -1, 64)
	}
	s := show(m.Min)
	if m.Min != m.Max {
		s += ".." + show(m.Max)
	}
	if m.Currency != "" {
		s += " " + m.Currency
	}
	return s
}
