package entity

import (
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// orderNumber finds an order, parcel or tracking number at i: with a word such
// as 订单, 单号, "order" or # beside it, or by its shape alone.
func (c *scan) orderNumber(i int) {
	if i > 0 && (isAlnum(c.s[i-1]) || strings.IndexByte(".@¥$_", c.s[i-1]) >= 0) ||
		c.suffix(i, "¥", "€", "£") >= 0 {
		return
	}
	j := i
	digits, letters, hyphen := 0, 0, false
	for j < len(c.s) && j-i <= 40 {
		b := c.s[j]
		switch {
		case isDigit(b):
			digits++
		case isLetter(b):
			letters++
		case (b == '-' || b == '_') && j > i && isAlnum(c.at(j+1)):
			hyphen = true
		default:
			b = 0
		}
		if b == 0 {
			break
		}
		j++
	}
	if digits == 0 || j-i > 40 || isAlnum(c.at(j)) || c.at(j) == '@' || c.at(j) == '.' && isAlnum(c.at(j+1)) ||
		c.at(j) == ',' && isDigit(c.at(j+1)) && c.typed(j) || c.at(i-1) == '-' && i > 1 && isAlnum(c.s[i-2]) {
		return
	}
	w := c.s[i:j]
	if !hyphen && c.tracking(i, j, strings.ToUpper(w)) {
		return
	}
	cue, strong := c.orderCue(i, j)
	if c.notOrder(i, j) {
		return
	}
	switch {
	case c.x.order != nil:
		if !c.x.order.MatchString(strings.ToUpper(w)) {
			return
		}
	case cue:
		if letters == 0 && digits < 3 && !strong || len(w) > 32 || hyphen && letters == 0 && digits < 8 {
			return
		}
		if letters > 0 && digits < 2 && !strong {
			return
		}
		if r := c.peek(j); r == '%' || r == ':' && isDigit(c.at(j+1)) || r == '/' {
			return
		}
	case !c.standsAlone(i, j, w, digits, letters, hyphen):
		return
	}
	rank := rankOrder
	if cue {
		rank = rankOrderCue
	}
	c.add(i, j, rank, Entity{Type: TypeOrder, Value: strings.ToUpper(w)})
}

// standsAlone judges a number without a cue by its shape.
func (c *scan) standsAlone(i, j int, w string, digits, letters int, hyphen bool) bool {
	if len(w) < 4 || len(w) > 20 || hyphen {
		return false
	}
	if _, _, ok := c.unit(j); ok {
		return false
	}
	if b := c.at(c.skip(j)); b == '%' || b == ':' || b == '/' || b == '+' || b == '~' || c.at(i-1) == '/' || c.at(i-1) == '+' ||
		c.at(i-1) == ':' && i > 1 && isDigit(c.s[i-2]) {
		return false
	}
	if idCard(w) {
		return false
	}
	if letters == 0 {
		switch {
		case digits == 5 && hotline(w) && strings.TrimSpace(c.s) != w:
			return false // 投诉到12315
		case w[0] == '0':
			return len(w) < 10 || len(w) > 12 // not a landline that was not quite one
		case digits == 4:
			// Years, and numbers that read as a price or a model: 1299的, 2024款.
			if w[:2] == "19" || w[:2] == "20" || c.has(j, "的") || c.has(j, "多") {
				return false
			}
		}
		if next := c.word(c.skip(j)); digits < 6 && len(next) > 3 && strings.HasSuffix(next, "s") && next != "this" {
			return false // "2000 napkins"
		}
		return true
	}
	// Letters first: A1024, SF1234567890. Others must be long: 7f3k9q2x.
	lead := 0
	for lead < len(w) && isLetter(w[lead]) {
		lead++
	}
	if lead == letters {
		return lead <= 4 && digits >= 3 && !(lead >= 2 && digits == 3 && letters+digits < 6)
	}
	return digits >= 5 && len(w) >= 8
}

// orderCue looks for a cue before or after the number. strong means the cue
// says number: 单号, "order no.", #.
func (c *scan) orderCue(i, j int) (cue, strong bool) {
	left := c.s[:i]
fillers:
	for range 5 {
		left = strings.TrimRight(left, " :(\"[,")
		for _, w := range []string{"#", "编号", "号码", "号", "是", "为", "no.", "no", "number", "num", "nr", "id", "is", "was", "这个", "那个", "尾号"} {
			rest, ok := strings.CutSuffix(left, w)
			if !ok || isLetter(w[0]) && rest != "" && isAlnum(rest[len(rest)-1]) {
				continue
			}
			switch w {
			case "#":
				return true, true
			case "是", "为", "is", "was", "这个", "那个":
			default:
				strong = true
			}
			left = rest
			continue fillers
		}
		break
	}
	left = strings.TrimRight(left, " ")
	for _, w := range []string{"订单", "运单", "单", "快递", "物流", "包裹", "order", "orders", "tracking", "parcel", "package", "shipment", "waybill"} {
		rest, ok := strings.CutSuffix(left, w)
		if !ok || isLetter(w[0]) && rest != "" && isAlnum(rest[len(rest)-1]) {
			continue
		}
		switch {
		case w == "单" && !strong && !strings.HasSuffix(rest, "这") && !strings.HasSuffix(rest, "那"):
			continue // 下单1000件; but 单号 is a cue
		case w == "order" && !strong:
			switch last := c.last(len(rest)); last {
			case "to", "i", "we", "please", "can", "could", "would":
				continue // the verb
			}
		}
		return true, strong
	}
	// After it: 0042这个订单, "A1024 order"
	k := j
	for range 3 {
		k = c.opt(c.skip(k), "号", "的", "这个", "那个", "这", "那")
	}
	return c.phrase(c.skip(k), "订单", "单子", "运单", "快递", "包裹", "order") >= 0, strong
}

// notOrder reports a cue that says the number is something else.
func (c *scan) notOrder(i, j int) bool {
	left := strings.TrimRight(c.s[:i], " :")
	for _, w := range []string{"是", "为", " is", " number", " no.", " no", "号码", "号"} {
		left = strings.TrimRight(strings.TrimSuffix(left, w), " :")
	}
	for _, w := range []string{"卡", "费", "价", "金额", "额度", "押金", "定金", "房租", "转账", "充值", "身份证", "证件", "电话", "手机", "验证码", "密码", "花了", "付了", "邮编", "尾", "型", "款", "税", "账", "帐", "微信", "qq",
		"code", "zip", "postcode", "phone", "mobile", "tel", "card", "model", "pin", "password", "paid", "cost", "costs", "spent", "account", "ending", "ending in", "last four", "last 4", "digits", "room", "flat", "apartment"} {
		if strings.HasSuffix(left, w) {
			return !(w == "尾" && c.suffix(len(left)-len(w), "订单", "单号") >= 0)
		}
	}
	return c.phrase(j, "年", "款", "版", "室", "号楼", "元", "块") >= 0 && !text.IsHan(c.before(i)) ||
		c.phrase(j, "年", "室", "号楼") >= 0
}

// idCard verifies the check digit of a Chinese identity number (GB 11643), so
// that it is not taken for an order.
func idCard(d string) bool {
	if len(d) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := 17; i >= 0; i-- {
		v := int(d[i] - '0')
		switch {
		case i == 17 && d[i] == 'x':
			v = 10
		case !isDigit(d[i]):
			return false
		}
		sum += v * weight
		weight = weight * 2 % 11
	}
	return sum%11 == 1
}

// hotline reports the five-digit numbers of Chinese public services, carriers
// and banks: 12315, 10086, 95588.
func hotline(d string) bool {
	return strings.HasPrefix(d, "123") || strings.HasPrefix(d, "100") || strings.HasPrefix(d, "95") || strings.HasPrefix(d, "96")
}
