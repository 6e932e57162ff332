package entity

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// refuse marks what the customer refuses or cannot have. What is joined to it by
// a mere connective is refused with it: "not red or blue", 对羊毛和羊绒过敏.
func (c *scan) refuse(out []Entity, at []found) {
	end := func(i int) int { // where the entity after i begins
		if i+1 < len(at) {
			return at[i+1].from
		}
		return len(c.s)
	}
	after := false
	for i, f := range at {
		// 黑色不要 白色可以: what was said of the one is not said of the next.
		done := false
		if after {
			said := c.s[at[i-1].to:f.from]
			done = strings.IndexByte(said, ' ') == len(said)-1
		}
		after = c.negatedAfter(f.to, end(i), f.Type)
		out[i].Negated = after || !done && c.negated(f.from, f.Type)
	}
	joined := func(i int) bool {
		between := c.s[at[i-1].to:at[i].from]
		if out[i-1].Type != out[i].Type { // no clothes or shoes
			w := strings.TrimSpace(between)
			return (w == "or" || w == "nor") && names(out[i].Type) && names(out[i-1].Type)
		}
		if r, _ := utf8.DecodeRuneInString(c.s[at[i].from:]); between == "" && text.IsHan(r) { // 不要黑色灰色
			return true
		}
		between = strings.TrimSpace(between)
		if (between == "" || between == ",") && i+1 < len(out) && out[i+1].Type == out[i].Type { // no leather, wool or silk
			return joins(c.s[at[i].to:at[i+1].from])
		}
		return joins(between)
	}
	for i := 1; i < len(out); i++ {
		if out[i-1].Negated && joined(i) {
			out[i].Negated = true
		}
	}
	for i := len(out) - 1; i > 0; i-- { // what follows both is about both
		if out[i].Negated && !out[i-1].Negated && joined(i) && c.negatedAfter(at[i].to, end(i), at[i].Type) {
			out[i-1].Negated = true
		}
	}
}

// joins reports whether only a connective stands between two entities.
func joins(between string) bool {
	switch strings.TrimSpace(between) {
	case "和", "或", "或者", "跟", "与", "还有", "及", "以及", "、", "/", "or", "nor", "的和", ",和":
		return true
	}
	return false
}

// names reports a type that names a thing or what it is like, which may stand
// before the words that refuse it; numbers, times and addresses do not.
func names(kind string) bool {
	switch kind {
	case TypeOrder, TypeTracking, TypePhone, TypeEmail, TypeURL, TypeMoney, TypeQuantity, TypeDate, TypeIDCard, TypeBankCard, TypePlate:
		return false
	}
	return true
}

// negated reports whether words before the entity at i refuse it: 不要红色, 不含
// 羊毛, 太正式, "not red", "anything but the blue one", "allergic to wool". 要不要
// and 是不是 ask and do not refuse.
func (c *scan) negated(i int, kind string) bool {
	left := strings.TrimRight(c.s[:i], " ")
	if left == "" {
		return false
	}
	if r, _ := utf8.DecodeLastRuneInString(left); text.IsHan(r) {
		if rest, ok := strings.CutSuffix(left, "不"); ok && names(kind) { // 不臃肿, but 厚不厚 asks
			last, _ := utf8.DecodeLastRuneInString(rest)
			return last != '要' && last != '好' && !echoes(rest, c.s[i:])
		}
		return refusedBefore(left, kind)
	}
	if !isLetter(left[len(left)-1]) {
		return false
	}
	return refusedEnglish(plain(left), kind)
}

// refusedBefore reads the Chinese words that end left.
func refusedBefore(left, kind string) bool {
	if strings.HasSuffix(left, "太") && names(kind) {
		return true
	}
	for _, filler := range []string{"太", "那种", "这种", "那个", "这个", "穿", "看", "买", "选", "用", "含", "带", "有", "是", "碰", "沾", "任何", "推荐", "送", "着", "睇", "俾我", "畀我"} {
		rest := strings.TrimSuffix(left, filler)
		if rest == left {
			continue
		}
		if slices.ContainsFunc([]string{"要", "喜欢", "不想", "不能", "不爱", "不可以", "不得", "不用", "别", "唔要", "唔好", "唔想", "唔钟意", "唔锺意", "唔可以"}, func(w string) bool { return strings.HasSuffix(rest, w) }) {
			left = rest
		}
		break
	}
	for _, w := range []string{"不想要", "不要", "不喜欢", "不是", "不选", "不看", "不买", "不用", "除了", "除", "别", "非", "别要", "不穿", "别给我", "不要给我", "别拿", "别发",
		"不含", "不带", "不想", "不能", "不爱", "不可以", "不得", "不吃", "受不了", "穿不了", "吃不了", "避开", "避免", "讨厌", "拒绝", "忌",
		"唔想要", "唔要", "唔好", "唔想", "唔钟意", "唔锺意", "唔中意", "唔系", "唔着", "唔买", "唔睇", "唔食"} {
		rest, ok := strings.CutSuffix(left, w)
		if !ok {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(rest)
		if w == "别" {
			return !strings.ContainsRune("特分区性级个类告离", last) // 特别正式
		}
		verb, not := strings.CutPrefix(w, "不")
		if !not {
			verb, not = strings.CutPrefix(w, "唔")
		}
		first, _ := utf8.DecodeRuneInString(verb)
		return !not || last != first
	}
	// 找没有羊毛的; 有没有 and 没有羊毛的吗 ask.
	rest, ok := strings.CutSuffix(left, "没有")
	return ok && names(kind) && slices.ContainsFunc([]string{"要", "找", "推荐", "看看", "换"}, func(w string) bool { return strings.HasSuffix(rest, w) })
}

// negatedAfter reports whether words after the entity that ends at i refuse it:
// 羊毛过敏, 红色的不要, "wool-free". What they go on to be about is refused instead:
// 婚礼不能穿白色. 红色的不要太多 says something else, and so does 羊毛不过敏. The
// next entity begins at next.
func (c *scan) negatedAfter(i, next int, kind string) bool {
	if !names(kind) {
		return false
	}
	if c.unwanted(i) {
		return true
	}
	j := c.skip(i)
	made := c.opt(j, "成分", "之类", "类", "制品", "材质", "面料", "这种", "这类", "的", "嘅")
	j = c.opt(made, "面料", "衣服", "材质", "料子", "东西", "都", "也", "我", "他", "她")
	j = c.opt(c.skip(j), "都", "也", "我", "会", "有点", "容易", "很", "就")
	if c.phrase(j, "过敏") >= 0 {
		return true
	}
	e := c.phrase(j, "穿不了", "用不了", "吃不了", "受不了", "不能穿", "不能吃", "不能用", "不能碰", "着唔得", "唔着得")
	unable := e >= 0
	if !unable {
		e = c.phrase(j, "除外", "以外", "不要", "不考虑", "不喜欢", "免了", "算了", "pass", "唔要", "唔好", "唔想要", "唔钟意", "唔锺意", "唔中意", "唔得")
	}
	if e < 0 && made > c.skip(i) { // 黑色的不行, but not 这双鞋不行
		e = c.phrase(j, "不行", "不可以")
	}
	if e < 0 {
		return false
	}
	if c.ended(e) {
		return true
	}
	k := c.opt(e, "了", "的", "吧", "啊", "哈", "哦")
	if c.at(k) == ' ' { // 裙子 不要 红的 goes on, 红色的不要 有别的吗 does not
		return c.at(i) != ' ' || c.skip(k) != next
	}
	if c.phrase(k, "有没有", "还有没有", "所以", "因为", "但") >= 0 ||
		unable && c.phrase(k, "怎么", "咋办", "有什么", "有别的", "有其他", "推荐", "求", "换", "那", "还有", "另外", "我", "给", "帮", "请") >= 0 {
		return true
	}
	rest := c.s[e:] // 红的不要蓝的也不要
	if end := strings.IndexAny(rest, ",.;!"); end >= 0 {
		rest = rest[:end]
	}
	for _, w := range []string{"也不要", "也不行", "也不能穿", "也不能吃", "也穿不了", "也唔要"} {
		if at := strings.Index(rest, w); at >= 0 && c.ended(e+at+len(w)) {
			return true
		}
	}
	return false
}

// ended reports whether a clause ends at i, a particle apart.
func (c *scan) ended(i int) bool {
	i = c.skip(c.opt(c.opt(i, "了"), "吧", "啊", "哈", "哦", "的", "呀", "啦"))
	r := c.peek(i)
	return r == 0 || strings.ContainsRune(",.;!", r)
}

// unwanted reads the English words behind i: "wool-free", "wool allergy", "red
// isn't my colour", "black is out".
func (c *scan) unwanted(i int) bool {
	if e := c.phrase(i, "-free", "-allergy", "-allergic"); e >= 0 {
		return true
	}
	j := c.skip(i)
	if j == i || !isLetter(c.at(j)) {
		return false
	}
	if e := c.phrase(j, "free"); e >= 0 {
		next := c.word(c.skip(e))
		return !slices.Contains([]string{"shipping", "delivery", "returns", "return", "gift", "gifts", "of", "exchange", "postage", "sample", "samples", "to", "for", "size", "sizes"}, next)
	}
	if c.phrase(j, "allergy", "allergies", "allergic", "intolerance", "makes me itch", "makes me itchy", "gives me a rash", "irritates my skin") >= 0 {
		return true
	}
	if e := c.phrase(j, "doesn't", "doesnt", "does not", "don't", "dont", "do not"); e >= 0 {
		return c.phrase(c.skip(e), "suit me", "suit her", "suit him", "work for me", "work for her", "work for him") >= 0
	}
	if e := c.phrase(j, "isn't", "isnt", "is not", "aren't", "arent", "are not"); e >= 0 {
		return c.phrase(c.skip(e), "my colour", "my color", "her colour", "her color", "his colour", "his color", "my style", "her style", "his style", "my thing", "her thing", "his thing",
			"for me", "for her", "for him", "an option") >= 0
	}
	if e := c.phrase(j, "is", "are"); e >= 0 {
		e = c.skip(e)
		if c.phrase(e, "off the table", "off limits", "a no-no", "a no no", "a no go", "a no-go") >= 0 {
			return true
		}
		// "black is out of stock" tells
		if e = c.phrase(e, "out", "a no", "definitely out"); e >= 0 {
			w := c.word(c.skip(e))
			return w == "" && !isDigit(c.at(c.skip(e))) && c.at(e) != '?' && c.at(e) != '-' || slices.Contains([]string{"for", "and", "so", "but", "please", "too", "because", "as"}, w)
		}
	}
	return false
}

// echoes reports whether what stands before 不 begins what stands behind it: 厚不厚,
// 防不防水.
func echoes(before, behind string) bool {
	for k := range behind {
		if k > 0 && strings.HasSuffix(before, behind[:k]) {
			return true
		}
		if k > 12 {
			return false
		}
	}
	return behind != "" && strings.HasSuffix(before, behind)
}
