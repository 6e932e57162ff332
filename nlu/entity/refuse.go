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
	for i, f := range at {
		out[i].Negated = c.negated(f.from, f.Type) || c.negatedAfter(f.to, f.Type)
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
		if out[i].Negated && !out[i-1].Negated && joined(i) && c.negatedAfter(at[i].to, at[i].Type) {
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
	for n := 0; n < 5; n++ {
		if slices.ContainsFunc([]string{"allergic to", "allergy to", "allergies to", "intolerant to", "sensitive to", "free of", "free from", "instead of", "rather than",
			"stay away from", "steer clear of", "other than", "anything but", "everything but", "nothing with", "nothing in", "nothing made of", "can't wear", "cant wear",
			"cannot wear", "can't do", "can't stand", "cannot stand", "can't have", "cannot have", "won't wear", "doesn't wear", "doesn't like", "doesnt like", "never wears", "never wear", "never wore", "never liked", "never likes", "apart from", "aside from"},
			func(w string) bool { return c.suffix(len(left), w) >= 0 }) {
			return true
		}
		k := len(left)
		for k > 0 && (isLetter(left[k-1]) || left[k-1] == '\'') {
			k--
		}
		switch left[k:] {
		case "no":
			return kind != TypeOrder // "order no 7"
		case "forget":
			return c.suffix(k, "don't ", "dont ", "not ") < 0
		case "too", "less", "nothing":
			return names(kind) // "too formal"
		case "not", "without", "except", "don't", "dont", "isn't", "aren't", "nor", "avoid", "avoiding", "hate", "hates", "skip", "dislike", "dislikes", "minus":
			return true
		case "a", "an", "the", "in", "any", "want", "like", "need", "really", "that", "this", "for", "of", "order", "number", "real", "pure", "anything", "with", "wear", "wearing", "made", "all", "bit":
		default:
			return false
		}
		left = strings.TrimRight(left[:k], " ")
		if left == "" || !isLetter(left[len(left)-1]) {
			return false
		}
	}
	return false
}

// refusedBefore reads the Chinese words that end left.
func refusedBefore(left, kind string) bool {
	if strings.HasSuffix(left, "太") && names(kind) {
		return true
	}
	for _, filler := range []string{"太", "那种", "这种", "那个", "这个", "穿", "看", "买", "选", "用", "含", "带", "有", "是", "碰", "沾", "任何", "推荐", "送"} {
		rest := strings.TrimSuffix(left, filler)
		if rest == left {
			continue
		}
		if slices.ContainsFunc([]string{"要", "喜欢", "不想", "不能", "不爱", "不可以", "不得", "不用", "别"}, func(w string) bool { return strings.HasSuffix(rest, w) }) {
			left = rest
		}
		break
	}
	for _, w := range []string{"不想要", "不要", "不喜欢", "不是", "不选", "不看", "不买", "不用", "除了", "除", "别", "非", "别要", "不穿", "别给我", "不要给我", "别拿", "别发",
		"不含", "不带", "不想", "不能", "不爱", "不可以", "不得", "不吃", "受不了", "穿不了", "吃不了", "避开", "避免", "讨厌", "拒绝", "忌"} {
		rest, ok := strings.CutSuffix(left, w)
		if !ok {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(rest)
		first := []rune(strings.TrimPrefix(w, "不"))[0]
		return !(strings.HasPrefix(w, "不") && last == first)
	}
	// 找没有羊毛的; 有没有 and 没有羊毛的吗 ask.
	rest, ok := strings.CutSuffix(left, "没有")
	return ok && names(kind) && slices.ContainsFunc([]string{"要", "找", "推荐", "看看", "换"}, func(w string) bool { return strings.HasSuffix(rest, w) })
}

// negatedAfter reports whether words after the entity that ends at i refuse it:
// 羊毛过敏, 红色的不要, "wool-free". 红色的不要太多 says something else, and so does
// 羊毛不过敏.
func (c *scan) negatedAfter(i int, kind string) bool {
	if !names(kind) {
		return false
	}
	if e := c.phrase(i, "-free", "-allergy", "-allergic"); e >= 0 {
		return true
	}
	j := c.skip(i)
	if e := c.phrase(j, "free"); e >= 0 && j > i {
		next := c.word(c.skip(e))
		return !slices.Contains([]string{"shipping", "delivery", "returns", "return", "gift", "gifts", "of", "exchange", "postage", "sample", "samples", "to", "for", "size", "sizes"}, next)
	}
	if c.phrase(j, "allergy", "allergies", "allergic", "intolerance", "makes me itch", "makes me itchy", "gives me a rash", "irritates my skin") >= 0 {
		return true
	}
	if e := c.phrase(j, "isn't", "isnt", "is not", "aren't", "are not"); e >= 0 && names(kind) {
		if e = c.phrase(c.skip(e), "my colour", "my color", "her colour", "her color", "his colour", "his color", "my style", "her style", "his style", "my thing", "her thing", "his thing", "for me", "for her", "for him"); e >= 0 {
			return true
		}
	}
	made := c.opt(j, "成分", "之类", "类", "制品", "材质", "面料", "这种", "这类", "的")
	j = c.opt(made, "面料", "衣服", "材质", "料子", "东西", "都", "也", "我", "他", "她")
	j = c.opt(c.skip(j), "都", "也", "我", "会", "有点", "容易", "很", "就")
	if c.phrase(j, "过敏", "穿不了", "用不了", "吃不了", "受不了", "不能穿", "不能吃", "不能用", "不能碰") >= 0 {
		return true
	}
	e := c.phrase(j, "除外", "以外", "不要", "不考虑", "不喜欢", "免了", "算了", "pass")
	if e < 0 && made > c.skip(i) { // 黑色的不行, but not 这双鞋不行
		e = c.phrase(j, "不行", "不可以")
	}
	if e < 0 {
		return false
	}
	r := c.peek(c.skip(c.opt(e, "吧", "啊", "哈", "哦", "的")))
	if r == 0 || strings.ContainsRune(",.;!", r) {
		return true
	}
	rest := c.s[e:] // 红的不要蓝的也不要
	if end := strings.IndexAny(rest, ",.;!"); end >= 0 {
		rest = rest[:end]
	}
	return strings.Contains(rest, "也不要") || strings.Contains(rest, "也不行")
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
