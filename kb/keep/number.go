package keep

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// number is a number of a text and what it counts.
type number struct {
	value string // in digits, without separators
	unit  string // the Han character, word or sign beside it, "" when unknown
}

// numbers are those of a text, in order: 7天, ¥9.90, 30 %, 三十日, seven days.
// Numbers of lists and of links say nothing and are left out.
func numbers(s string) []number {
	var out []number
	for line := range strings.SplitSeq(text.Fold(dropLinks(s)), "\n") {
		for i := 0; i < len(line); {
			r, size := utf8.DecodeRuneInString(line[i:])
			switch {
			case r >= '0' && r <= '9':
				n := i
				for n < len(line) && (line[n] >= '0' && line[n] <= '9' || strings.IndexByte(".,:/-", line[n]) >= 0 && n+1 < len(line) && line[n+1] >= '0' && line[n+1] <= '9') {
					n++
				}
				if word := i > 0 && letter(line[i-1]); !word { // A4, v2
					out = append(out, number{plain(line[i:n]), unit(line[:i], line[n:])})
				}
				i = n
			case strings.ContainsRune(hanDigits, r):
				n := i
				for n < len(line) {
					r, size := utf8.DecodeRuneInString(line[n:])
					if !strings.ContainsRune(hanDigits, r) {
						break
					}
					n += size
				}
				if u := unit("", line[n:]); counts(u) {
					if v, ok := hanNumber(line[i:n]); ok {
						out = append(out, number{v, u})
					}
				}
				i = n
			case letter(line[i]):
				n := i
				for n < len(line) && letter(line[n]) {
					n++
				}
				if k := slices.Index(englishNumbers, line[i:n]); k > 0 {
					out = append(out, number{strconv.Itoa(k), unit("", line[n:])})
				}
				i = n
			default:
				i += size
			}
		}
	}
	return out
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// plain writes a number without separators of thousands and without zeros that
// say nothing.
func plain(s string) string {
	s = strings.ReplaceAll(s, ",", "")
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return s // a time or a date
}

const hanDigits = "零〇一二两三四五六七八九十百千万"

// hanNumber reads a Chinese number below 100 million.
func hanNumber(s string) (string, bool) {
	total, part, digit := 0, 0, 0
	for _, r := range s {
		switch k := strings.IndexRune("〇一二三四五六七八九", r); {
		case r == '零':
			digit = 0
		case r == '两':
			digit = 2
		case k >= 0:
			digit = k / len("一")
		case r == '十':
			part += max(digit, 1) * 10
			digit = 0
		case r == '百':
			part += max(digit, 1) * 100
			digit = 0
		case r == '千':
			part += max(digit, 1) * 1000
			digit = 0
		case r == '万':
			total += max(part+digit, 1) * 10000
			part, digit = 0, 0
		}
		if total > 1e8 || part > 1e8 {
			return "", false
		}
	}
	return strconv.Itoa(total + part + digit), true
}

var englishNumbers = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

// unit is what stands behind a number, or before it when that is a currency.
func unit(before, after string) string {
	before = strings.TrimRight(before, " ")
	if r, _ := utf8.DecodeLastRuneInString(before); strings.ContainsRune("¥$€£", r) && r != utf8.RuneError {
		return same(string(r))
	}
	after = strings.TrimLeft(after, " -个多")
	r, size := utf8.DecodeRuneInString(after)
	switch {
	case r == '%' || r == '℃' || r == '¥' || r == '€' || r == '$' || r == '£':
		return same(string(r))
	case text.IsHan(r):
		for _, u := range twoCharacters {
			if strings.HasPrefix(after, u) {
				return same(u)
			}
		}
		return same(after[:size])
	case unicode.IsLetter(r):
		n := 0
		for n < len(after) && letter(after[n]) {
			n++
		}
		return same(text.Stem(after[:n]))
	}
	return ""
}

var twoCharacters = []string{"小时", "分钟", "工作日", "星期", "公斤", "厘米", "积分", "美元", "百分"}

// same gives a unit the one name it has in both languages.
func same(u string) string {
	switch u {
	case "天", "日", "工作日", "day", "busi", "work", "workday":
		return "day"
	case "小时", "时", "hour", "hr", "h":
		return "hour"
	case "分钟", "minut", "min":
		return "minute"
	case "周", "星期", "week":
		return "week"
	case "月", "month":
		return "month"
	case "年", "year":
		return "year"
	case "元", "块", "¥", "rmb", "cny", "yuan":
		return "yuan"
	case "美元", "$", "usd", "dollar":
		return "dollar"
	case "件", "item", "piec":
		return "piece"
	case "次", "time":
		return "time"
	case "折":
		return "折"
	}
	return u
}

// counts reports units that make a Chinese numeral a number: 三天, but not 一定.
func counts(u string) bool {
	switch u {
	case "day", "hour", "minute", "week", "month", "year", "yuan", "dollar", "piece", "time", "折", "倍", "人", "岁", "公斤", "厘米", "积分", "%", "张", "单":
		return true
	}
	return false
}

// dropLinks takes addresses out of a text.
func dropLinks(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "://")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		start, end := i, i+3
		for start > 0 && letter(s[start-1]) {
			start--
		}
		for end < len(s) && s[end] > ' ' && s[end] < utf8.RuneSelf && strings.IndexByte(")>]\"", s[end]) < 0 {
			end++
		}
		b.WriteString(s[:start] + " ")
		s = s[end:]
	}
}

// differ finds a unit that both texts count in but never with the same number:
// 7天 against 十五天. It returns what each says.
func differ(a, b []number) (x, y string, ok bool) {
	for _, n := range a {
		if n.unit == "" {
			continue
		}
		var there []string
		for _, m := range b {
			if m.unit == n.unit {
				there = append(there, m.value)
			}
		}
		if len(there) == 0 {
			continue
		}
		shared := false
		for _, m := range a {
			shared = shared || m.unit == n.unit && slices.Contains(there, m.value)
		}
		if !shared {
			return n.value + " " + n.unit, there[0] + " " + n.unit, true
		}
	}
	return "", "", false
}

// denies reports whether a text says no.
func denies(s string) bool {
	s = text.Fold(s)
	for _, w := range []string{"不支持", "不可", "不能", "不会", "无法", "不予", "不接受", "不提供", "没有", "暂不", "不需要", "不用", "无需"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	for _, t := range text.Tokens(s) {
		switch t.Text {
		case "no", "not", "cannot", "can't", "don't", "doesn't", "won't", "isn't", "aren't", "never":
			return true
		}
	}
	return false
}
