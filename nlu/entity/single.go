package entity

import (
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// maxRun is how many names of one character in a row are looked at.
const maxRun = 6

// single decides where the name id of one Chinese character ends: 红 is a colour
// in 红色, 要红的 and 红裙子, but not in 红包 or 网红.
func (g *gazetteer) single(c *scan, i, j int, id int32) int {
	if c.has(j, "色") {
		return j + len("色")
	}
	prev, next := c.before(i), c.peek(j)
	more := c.has(j, "一点") || c.has(j, "一些") || c.bit(j, "点") || c.bit(j, "些") // 最好轻一点
	if more && !strings.ContainsRune("年减放", prev) {
		return j
	}
	if prev == '太' || !text.IsHan(prev) && !text.IsHan(next) { // 太厚了
		return j
	}
	beside := c.named(i)
	led := beside || !text.IsHan(prev) ||
		strings.ContainsRune("要买有想是换选和或条件双个款那这色的来送拿深浅大暗纯穿喜欢都还码太很偏更么别冇", prev)
	switch {
	case led && (c.closed(j) || beside && c.asked(j)):
		return j
	case led, strings.ContainsRune("小给我你他她们家里店荐找看求配搭卖下只套加把没问查搜退收到新", prev):
		if k := g.names[id-1].kind; k != "" && g.leads(c, c.s[i:j], j, k, 1) {
			return j
		}
	}
	return 0
}

// closed reports what may follow a name of one character: the end, a mark, a
// particle, words that say what is to be done about it.
func (c *scan) closed(j int) bool {
	next := c.peek(j)
	switch {
	case !text.IsHan(next) || strings.ContainsRune("的款系和或跟还吗呢吧嘛呀啊啦嘅", next):
		return true
	case next == '没':
		return !text.IsHan(c.peek(j+len("没"))) || c.has(j, "没有吗")
	case next == '有':
		return c.phrase(j, "有吗", "有么", "有嘛", "有没", "有货") >= 0 // 鞋有吗
	}
	return c.phrase(j, "不要", "不行", "不考虑", "就算了", "除外", "可以") >= 0
}

// asked reports words that go on about what several names in a row named:
// 女鞋多少钱, 真皮包推荐一下.
func (c *scan) asked(j int) bool {
	return c.phrase(j, "推荐", "多少钱", "怎么", "哪", "都", "也", "有", "在", "要", "求", "什么", "啥", "打折", "尺码", "码数", "我", "你", "适合", "好看", "便宜", "价", "最", "想", "预算", "能", "么") >= 0
}

// named reports whether a name was just found that ends at i.
func (c *scan) named(i int) bool {
	for k := len(c.out) - 1; k >= 0; k-- {
		f := &c.out[k]
		if f.rank != rankName || f.from < i-64 {
			return false
		}
		if f.to == i && f.Type != "" {
			return true
		}
	}
	return false
}

// leads reports whether the name w of one character goes with a name of another
// kind that begins at j. Of one kind in a row, as in 男女鞋, all go with what
// comes after them; 裙长 is a measure.
func (g *gazetteer) leads(c *scan, w string, j int, kind string, run int) bool {
	if run > maxRun || (w == "女" || w == "男") && strings.ContainsRune("童孩婴宝儿", c.peek(j)) {
		return false // 女童鞋 are of children
	}
	id, end, long := g.at(c, j)
	if id == 0 || g.names[id-1].kind == "" {
		return false
	}
	next := g.names[id-1].kind
	if long {
		return next != kind
	}
	if g.leads(c, c.s[j:end], end, next, run+1) {
		return true
	}
	if next == kind || strings.ContainsRune("长重厚宽高", c.peek(j)) {
		return false
	}
	return c.closed(end) || c.asked(end)
}

// at is the longest name that begins at j, whatever follows a name of one
// character; long tells that it is more than that.
func (g *gazetteer) at(c *scan, j int) (id int32, end int, long bool) {
	if j >= len(c.s) {
		return 0, 0, false
	}
	if b := c.s[j]; b < 0x80 && (!isAlnum(b) || isAlnum(c.at(j-1))) {
		return 0, 0, false
	}
	n := g.root[c.s[j]]
	if n == 0 {
		return 0, 0, false
	}
	id, end = g.longest(c, j, j+1, n, true)
	return id, end, id > 0 && !(end-j == 3 && text.IsHan(c.peek(j)))
}
