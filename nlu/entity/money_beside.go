package entity

import (
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// discount reports that an amount is one of a shop's discount, which says
// nothing of what the customer pays or wants to: 满300减50, "spend $100, get $20
// off", "$20 off orders over $100".
func (c *scan) discount(from, to int) bool {
	if c.suffix(from, "满", "满减", "立减", "直减", "每减") >= 0 || c.before(from) == '减' && strings.Contains(c.s[max(0, from-30):from], "满") {
		return true
	}
	if e := c.phrase(c.skip(to), "off"); e >= 0 && c.phrase(c.skip(e), "the list", "my hands") < 0 {
		return true
	}
	rest := c.s[to:min(len(c.s), to+40)]
	if at := c.suffix(from, "spend ", "orders over ", "order over ", "orders above ", "purchases over "); at >= 0 {
		return says(rest, "get", "off", "save") || says(c.s[max(0, at-24):at], "off")
	}
	return c.has(from, "over") && says(c.s[max(0, from-30):from], "off") && says(c.s[max(0, from-12):from], "orders", "order", "purchases")
}

// paid reports a word before i that says an amount of money follows.
func (c *scan) paid(i int) bool {
	for _, w := range []string{"是", "为", "了", ":", "要", "才", "一共", "共"} {
		if e := c.suffix(i, w); e >= 0 {
			i = e
			break
		}
	}
	return c.suffix(i, "学费", "价格", "费用", "押金", "定金", "订金", "金额", "额度", "房租", "房价", "票价", "总价", "单价", "原价", "现价", "转账", "存款", "贷款", "充值",
		"手续费", "运费", "工资", "花", "付", "刷", "扣", "消费", "退款") >= 0
}

// per reports words at i that make what stands before them the price of one:
// 一晚, 每节.
func (c *scan) per(i int) bool {
	e := c.phrase(i, "一", "每")
	return e >= 0 && strings.ContainsRune("晚节次天个人位间月年件份双张套盒斤瓶", c.peek(e)) && c.peek(e) != 0
}

// alone reports whether a message says hardly more than what stands from from to
// to: "maybe around 50 please", 300左右吧.
func (c *scan) alone(from, to int) bool {
	for _, t := range text.Tokens(c.s[:from] + " " + c.s[to:]) {
		switch t.Text {
		case "maybe", "say", "please", "thanks", "ok", "okay", "well", "so", "just", "like", "it", "is", "it's", "should", "be", "to", "spend", "i", "want", "can", "i'd",
			"吧", "的", "就", "行", "可", "以", "呢", "哈", "嗯", "那", "也", "大", "概":
		default:
			return false
		}
	}
	return true
}
