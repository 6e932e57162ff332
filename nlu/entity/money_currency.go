package entity

import (
	"math"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// symbol reads a currency before a number; it returns i when there is none.
func (c *scan) symbol(i int) (string, int) {
	switch r := c.peek(i); r {
	case '¥', '￥':
		return "CNY", i + len(string(r))
	case '$':
		return "USD", i + 1
	case '€':
		return "EUR", i + len("€")
	case '£':
		return "GBP", i + len("£")
	case 'u', 'r', 'c', 'h', 'n', 'e', 'g', 'j', 't', 'k':
		for _, s := range []struct{ word, code string }{
			{"us$", "USD"}, {"usd", "USD"}, {"rmb", "CNY"}, {"cny", "CNY"}, {"cn¥", "CNY"}, {"hk$", "HKD"}, {"hkd", "HKD"},
			{"nt$", "TWD"}, {"twd", "TWD"}, {"eur", "EUR"}, {"gbp", "GBP"}, {"jpy", "JPY"}, {"krw", "KRW"},
		} {
			if c.has(i, s.word) {
				if j := c.opt(c.skip(i+3), "¥", "$"); c.skip(j) < len(c.s) && isDigit(c.s[c.skip(j)]) {
					return s.code, c.skip(max(j, i+len(s.word)))
				}
			}
		}
	case '人':
		if e := c.phrase(i, "人民币"); e >= 0 {
			return "CNY", c.skip(e)
		}
	}
	return "", i
}

// currency reads a currency after a number; the end is 0 when there is none.
func (c *scan) currency(i int, a amount) (string, int) {
	j := c.skip(i)
	r := c.peek(j)
	switch {
	case r == '$' && j == i && !isDigit(c.at(j+1)):
		return "USD", j + 1
	case r == '€':
		return "EUR", j + len("€")
	case (r == '¥' || r == '￥') && j == i:
		return "CNY", j + len(string(r))
	case r == '£':
		return "GBP", j + len("£")
	case r < 128 && isLetter(byte(r)):
		w := c.word(j)
		code := ""
		if e := c.phrase(j, "pounds sterling"); e >= 0 {
			return "GBP", e
		}
		switch w {
		case "dollars", "dollar", "bucks", "buck", "usd", "cents", "cent":
			code = "USD"
		case "yuan", "rmb", "cny", "kuai", "renminbi":
			code = "CNY"
		case "euro", "euros", "eur":
			code = "EUR"
		case "quid", "gbp":
			code = "GBP"
		case "pounds", "pound":
			if !c.sterling(a.from, j+len(w)) {
				return "", 0
			}
			code = "GBP"
		case "yen", "jpy":
			code = "JPY"
		case "hkd":
			code = "HKD"
		case "twd", "ntd":
			code = "TWD"
		case "krw":
			code = "KRW"
		default:
			return "", 0
		}
		return code, j + len(w)
	case text.IsHan(r):
		for _, s := range []struct{ word, code string }{
			{"人民币", "CNY"}, {"元钱", "CNY"}, {"块钱", "CNY"}, {"元人民币", "CNY"},
			{"美元", "USD"}, {"美金", "USD"}, {"美刀", "USD"}, {"刀", "USD"}, {"欧元", "EUR"}, {"英镑", "GBP"},
			{"日元", "JPY"}, {"日币", "JPY"}, {"港币", "HKD"}, {"港元", "HKD"}, {"台币", "TWD"}, {"新台币", "TWD"}, {"韩元", "KRW"},
		} {
			if c.has(j, s.word) {
				return s.code, j + len(s.word)
			}
		}
		if e := c.phrase(j, "元"); e >= 0 && !strings.ContainsRune("旦素宵件气老首", c.peek(e)) {
			return "CNY", e
		}
		if e := c.phrase(j, "块"); e >= 0 && c.pieceOfMoney(e, a) {
			return "CNY", e
		}
	}
	return "", 0
}

// pieceOfMoney tells 三块 (money) from 三块肥皂 (pieces): small numbers before
// 块 are money only when no noun follows.
func (c *scan) pieceOfMoney(e int, a amount) bool {
	r := c.peek(e)
	if r == '儿' || r == '去' || r == '来' && a.val == 1 {
		return false // 一块儿, 一块去
	}
	if a.val >= 10 || a.val != math.Trunc(a.val) || !text.IsHan(r) || hanNumeral(r) {
		return true
	}
	return strings.ContainsRune("的左上多吗呢吧啊就以之内每起到至", r)
}

// note reads a British banknote as it is called: "a tenner".
func (c *scan) note(i int) (float64, int) {
	j := c.skip(c.opt(i, "a", "another"))
	if e := c.phrase(j, "tenner"); e >= 0 {
		return 10, e
	}
	if e := c.phrase(j, "fiver"); e >= 0 {
		return 5, e
	}
	return 0, 0
}

// sterling tells whether so many pounds are money or a weight: a weight unless
// the words around speak of a price or bound it, and not of a body or a load.
func (c *scan) sterling(from, end int) bool {
	left, right := c.s[max(0, from-60):from], c.s[end:min(len(c.s), end+30)]
	if says(left, "budget", "spend", "spending", "price", "priced", "pay", "paid", "paying", "cost", "costs", "cheap", "cheaper", "expensive", "afford", "worth", "quid", "£", "save") ||
		says(right, "budget", "to spend", "refund", "too expensive", "discount") {
		return true
	}
	if k := strings.IndexByte(left, '\''); k > 0 && isDigit(left[k-1]) { // 5'10 and about 160 pounds
		return false
	}
	if says(left, "weigh", "weighs", "weighing", "weight", "lose", "lost", "gain", "gained", "lift", "carry", "carries", "hold", "holds", "heavy", "tall", "ft", "feet", "foot", "inches", "cm", "kg", "size", "fit", "fits",
		"i'm", "im", "am", "he's", "hes", "she's", "shes", "is", "was", "dog", "load") ||
		says(right, "tall", "heavy", "weight", "ft", "feet", "foot", "cm", "inches", "person", "man", "woman", "guy", "people", "dog", "kid", "child", "load", "size", "bigger", "lighter", "heavier", "of") {
		return false
	}
	if c.suffix(from, "for ", "at ") >= 0 || c.phrase(c.skip(end), "max", "tops", "or less", "or under", "or below", "maximum", "at most") >= 0 {
		return true
	}
	return says(left[max(0, len(left)-24):], "under", "below", "about", "around", "roughly", "approximately", "up to", "less than", "within", "between", "no more than", "max", "at most", "maybe")
}

// upwards reads 多, 来 and 出头 at j, behind a number, and returns where the
// currency may stand: 三百多块 is at least three hundred and less than four. With
// the currency left out 200多 is money unless something is counted, as it is in
// 200多个, or a body measured.
func (c *scan) upwards(a *amount, j int) int {
	e := c.phrase(j, "多", "来", "出头")
	if e < 0 || a.val < 10 || a.hi > 0 {
		return j
	}
	hi := a.val * (1 + above)
	if !c.has(j, "出头") {
		unit := 1.0
		for math.Mod(a.val, unit*10) == 0 {
			unit *= 10
		}
		hi = a.val + unit
	}
	if _, marked := c.currency(e, *a); marked > 0 {
		a.hi = hi
		return e
	}
	if a.val < 100 || c.has(j, "来") || c.has(e, "少") ||
		a.words || a.val <= 250 && (strings.ContainsRune("高重", c.before(a.from)) || says(c.s[max(0, j-30):min(len(c.s), j+60)], "身高", "体重", "斤", "cm", "kg")) {
		return j
	}
	a.hi, a.more, a.end = hi, true, e
	return e
}

// priced reports whether a bare number is the price of what follows it: 五百的外套.
// In figures it may as well be a size, a year or a storage, so that only a round
// one before a known name is a price.
func (c *scan) priced(a amount) bool {
	k := a.end + len("的")
	if !c.has(a.end, "的") || a.val < 100 || a.val > 1e5 {
		return false
	}
	id, _, _ := c.x.names.at(c, k)
	name := id > 0 && c.x.names.names[id-1].kind != "" // 五百的红包 is none
	if a.han {
		r := c.before(a.end)
		return (hanUnit(r) >= 100) && (name || c.ended(k) || strings.ContainsRune("吗呢吧有", c.peek(k)))
	}
	return name && a.digits > 0 && a.val >= 200 && math.Mod(a.val, 50) == 0 && (a.val < 1990 || a.val >= 2040)
}
