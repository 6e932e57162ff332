package entity

import (
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// lean is which way in time a message looks.
type lean int8

const (
	leanUnknown lean = iota
	leanNone
	leanAhead
	leanBack
)

// closer reports that a is closer to today than b. A message that looks ahead
// ("flying out Dec 23") makes the past far and the other way round (双11买的):
// only the last or next three days stay near, as such words may mislead.
func (c *scan) closer(a, b time.Time) bool { return c.distance(a) < c.distance(b) }

func (c *scan) distance(t time.Time) time.Duration {
	const near, far = 3 * 24 * time.Hour, 100
	d := t.Sub(c.today)
	switch {
	case d.Abs() <= near:
	case d < 0 && c.lean() == leanAhead:
		d *= far
	case d > 0 && c.lean() == leanBack:
		d *= far
	}
	return d.Abs()
}

// lean looks for words that are said of what is to come, or of what was. With
// both the message leans to neither side.
func (c *scan) lean() lean {
	if c.leans != leanUnknown {
		return c.leans
	}
	s := text.Cut(c.s, maxLean)
	ahead := says(s, "出发", "预订", "想订", "要订", "订一", "订个", "订间", "预约", "约在", "约个", "想约", "要约", "改到", "改成", "改签", "推到", "挪到", "提前到",
		"入住", "回程", "返程", "去旅", "去玩", "营业", "开门", "放假", "开学", "报到", "上课", "开课", "报名", "能到吗", "能送到", "能收到", "到得了", "有活动", "有优惠",
		"有打折", "要用", "结婚", "飞", "book", "booking", "reserve", "reservation", "flying", "fly", "travel", "travelling", "traveling", "trip", "depart",
		"leave", "leaving", "will", "won't", "going", "table", "reschedule", "schedule", "appointment", "check in", "arrive by", "transfer", "move",
		"would like", "i'd like", "want to", "are you open", "be open")
	for _, w := range []string{"国庆去", "五一去", "元旦去", "春节去", "中秋去", "端午去", "号去", "号走", "号飞", "号回", "日去"} {
		ahead = ahead || strings.Contains(s, w)
	}
	back := says(s, "买的", "买了", "下的单", "下单的", "收到的", "收到了", "收到货", "付的", "付了", "签收", "刷的", "刷了", "扣了", "扣的", "拍的", "寄的", "寄出",
		"退的", "到的货", "消费", "账单", "住的", "住了", "吃的", "ordered", "bought", "purchased", "paid", "received", "delivered", "arrived", "charged",
		"was", "were", "did", "placed", "shipped", "sent", "got", "stayed", "came")
	switch {
	case ahead == back:
		c.leans = leanNone
	case ahead:
		c.leans = leanAhead
	default:
		c.leans = leanBack
	}
	return c.leans
}

// maxLean is how much of a message is looked through for such words.
const maxLean = 2 << 10

// says reports that one of the words stands in s; Latin ones as whole words.
func says(s string, words ...string) bool {
	for _, w := range words {
		for from := 0; ; {
			i := strings.Index(s[from:], w)
			if i < 0 {
				break
			}
			i += from
			from = i + len(w)
			if !isLetter(w[0]) || (i == 0 || !isAlnum(s[i-1])) && (from == len(s) || !isAlnum(s[from])) {
				return true
			}
		}
	}
	return false
}
