package keep

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// asks is what a question is about, and what it wants to know of that, apart
// from the words it is put in: 一天能转多少钱 and 一天最多可以转账多少 both want an
// amount of 天 and 转.
type asks struct {
	// about are runs of Han characters, and stems of words, in order.
	about []string
	// wants are sorted: amount, least, long, when, where, who, why, how. With
	// none it asks for yes or no.
	wants []string
}

const maxAsks = 400 // bytes of a question

// asksOf reads a question.
func asksOf(s string) asks {
	rs := []rune(text.Fold(text.Cut(s, maxAsks)))
	var a asks
	want := func(w string) {
		if w != "" && !slices.Contains(a.wants, w) {
			a.wants = append(a.wants, w)
		}
	}
	open := false // the last run goes on
	for i := 0; i < len(rs); {
		if !text.IsHan(rs[i]) {
			open = false
			n := i
			for n < len(rs) && !text.IsHan(rs[n]) && (unicode.IsLetter(rs[n]) || unicode.IsDigit(rs[n]) || rs[n] == '\'') {
				n++
			}
			if n == i {
				i++
				continue
			}
			if w := strings.TrimSuffix(string(rs[i:n]), "'s"); w != "" {
				next, size := "", n
				for size < len(rs) && rs[size] == ' ' {
					size++
				}
				for k := size; k < len(rs) && rs[k] >= 'a' && rs[k] <= 'z'; k++ {
					next += string(rs[k])
				}
				if kind, both := askedPair(w, next); both {
					want(kind)
					n = size + len(next)
				} else if kind, ok := askedWord(w); ok {
					want(kind)
				} else {
					a.about = append(a.about, text.Stem(period(w)))
				}
			}
			i = n
			continue
		}
		n := 0
		for k := min(4, len(rs)-i); k > 0; k-- {
			if kind, ok := askedHan(string(rs[i : i+k])); ok {
				want(kind)
				n = k
				break
			}
		}
		if n > 0 {
			open = false
			i += n
			continue
		}
		if w, k := periodHan(rs[i:]); k > 0 {
			a.about, open = append(a.about, w), false
			i += k
			continue
		}
		if open {
			a.about[len(a.about)-1] += string(rs[i])
		} else {
			a.about, open = append(a.about, string(rs[i])), true
		}
		i++
	}
	slices.Sort(a.wants)
	return a
}

// key is one for all questions that may be the same; "" when none may.
func (a asks) key() string {
	parts := make([]string, len(a.about))
	for i, w := range a.about {
		parts[i] = w
		if r, n := utf8.DecodeRuneInString(w); text.IsHan(r) && utf8.RuneCountInString(w) == 2 {
			parts[i] = w[:n]
		}
	}
	if len(parts) == 0 {
		return ""
	}
	slices.Sort(parts)
	return strings.Join(a.wants, " ") + "\n" + strings.Join(parts, " ")
}

// same reports whether two questions want the same of the same: of two things at
// least, or of one that is a word. One may say a verb of one character in full,
// 转账 for 转; another thing that only one of them names makes them two questions
// (运费 and 退货运费, how long a delivery and how long a repair takes).
func (a asks) same(b asks) bool {
	if !slices.Equal(a.wants, b.wants) || len(a.about) != len(b.about) {
		return false
	}
	x, y := slices.Sorted(slices.Values(a.about)), slices.Sorted(slices.Values(b.about))
	runes, fuller := 0, 0
	for i := range x {
		short, long := []rune(x[i]), []rune(y[i])
		if len(short) > len(long) {
			short, long = long, short
		}
		runes += len(short)
		switch {
		case x[i] == y[i]:
		case len(short) == 1 && len(long) == 2 && text.IsHan(short[0]) && short[0] == long[0]:
			fuller++
		default:
			return false
		}
	}
	return runes >= 2 && fuller <= 1
}

// askedHan reports whether a phrase only puts a question, and what it wants.
func askedHan(w string) (kind string, ok bool) {
	switch w {
	case "多少", "多少钱", "几钱", "几元", "最多", "至多", "最高", "上限", "限额", "额度", "几块", "几个", "怎么算", "怎么收", "怎么收费", "怎么收取", "怎么计算", "怎样算", "怎样收费", "怎样收取", "怎样计算", "如何算", "如何收费", "如何收取", "如何计算", "收费标准", "多少元", "价格", "价钱", "多大":
		return "amount", true
	case "最少", "至少", "最低", "起码", "下限":
		return "least", true
	case "多久", "多长", "多长时间", "多少天", "几天", "几日", "几个月", "几周", "几小时", "多快", "时限", "期限", "多少时间":
		return "long", true
	case "什么时候", "什么时间", "几点", "几时", "何时", "哪天", "几号", "啥时候":
		return "when", true
	case "哪里", "哪儿", "在哪", "什么地方":
		return "where", true
	case "谁", "哪位":
		return "who", true
	case "为什么", "为何", "为啥":
		return "why", true
	case "怎么", "怎样", "如何", "咋", "怎么样":
		return "how", true
	case "能", "能不能", "能够", "可", "可以", "可不可以", "会", "会不会", "要", "需要", "支持", "是", "是不是", "是否", "有", "有没有", "的", "地", "得", "了", "我", "我们", "你", "你们", "您", "贵店",
		"吗", "么", "呢", "啊", "吧", "请问", "一下", "内", "之内", "以内", "时间", "钱", "在", "才", "就", "都", "还", "什么", "请":
		return "", true
	}
	return "", false
}

// periodHan reads 一天, 每日, 单笔 as one word each for a day, a month, a time.
func periodHan(rs []rune) (word string, n int) {
	for _, p := range []struct{ text, word string }{{"一个月", "月"}, {"每个月", "月"}, {"一天", "天"}, {"每天", "天"}, {"一日", "天"}, {"每日", "天"}, {"单日", "天"}, {"每月", "月"}, {"单月", "月"},
		{"一次", "次"}, {"每次", "次"}, {"单次", "次"}, {"一笔", "次"}, {"每笔", "次"}, {"单笔", "次"}, {"一年", "年"}, {"每年", "年"}} {
		t := []rune(p.text)
		if len(rs) >= len(t) && slices.Equal(rs[:len(t)], t) {
			return p.word, len(t)
		}
	}
	return "", 0
}

// askedPair reads what two words want: how much, how long.
func askedPair(w, next string) (kind string, ok bool) {
	switch w + " " + next {
	case "how much", "how many", "at most":
		return "amount", true
	case "at least":
		return "least", true
	case "how long", "how soon", "how quickly", "how fast":
		return "long", true
	case "what time":
		return "when", true
	}
	return "", false
}

// askedWord reports whether a word only puts a question, and what it wants.
func askedWord(w string) (kind string, ok bool) {
	switch w {
	case "limit", "limits", "maximum", "max", "most", "cost", "costs", "price", "prices", "amount", "money":
		return "amount", true
	case "minimum", "min", "least":
		return "least", true
	case "when":
		return "when", true
	case "where":
		return "where", true
	case "who", "whom":
		return "who", true
	case "why":
		return "why", true
	case "how":
		return "how", true
	case "what", "which", "is", "are", "was", "be", "do", "does", "did", "can", "could", "may", "will", "would", "should", "have", "has", "i", "me", "my", "we", "our", "you", "your", "it", "there",
		"the", "a", "an", "of", "for", "to", "in", "on", "at", "per", "each", "every", "please", "take", "takes", "get", "allowed", "able", "there's", "what's", "one":
		return "", true
	}
	return "", false
}

// period reads daily as day.
func period(w string) string {
	switch w {
	case "daily", "days":
		return "day"
	case "weekly":
		return "week"
	case "monthly":
		return "month"
	case "yearly", "annual":
		return "year"
	}
	return w
}
