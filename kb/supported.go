package kb

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Sentence is one sentence of an answer and the facts of it that no passage has.
type Sentence struct {
	Text    string `json:"text"`
	Missing []Fact `json:"missing,omitempty"`
}

// Fact is something in a text that a reader may act on.
type Fact struct {
	Kind FactKind `json:"kind"`
	// Text is as it was written, Value the same however it is written: ¥9.90
	// and 9.9元 have one, so have 七天, 7天 and "seven days".
	Text  string `json:"text"`
	Value string `json:"value"`
}

// FactKind says what a Fact is.
type FactKind = string

// The kinds of fact.
const (
	FactNumber   FactKind = "number"
	FactPrice    FactKind = "price"
	FactPercent  FactKind = "percentage"
	FactDuration FactKind = "duration"
	FactDate     FactKind = "date"
	FactTime     FactKind = "time"
	FactLink     FactKind = "link"
	FactName     FactKind = "name"
)

// Supported tells for each sentence of an answer which facts (numbers, prices,
// percentages, durations, dates, times of day, links, names in quotation marks
// or Latin capitals) do not occur in the passages. It is pure and knows no
// model: a sentence without missing facts may still be wrong in other ways, a
// missing fact is one that was made up or changed. A bare number is supported
// by the same number with any unit, a number with a unit by the same with the
// same unit or bare. Texts are Chinese or English; each is read up to 64 KiB.
func Supported(answer string, passages []string) []Sentence {
	have := map[string]bool{}
	var known strings.Builder
	for _, p := range passages {
		p = text.Cut(p, maxFacts)
		known.WriteString(text.Plain(p, nil).Text)
		known.WriteByte('\n')
		// Whole, for what a line break stands in, and by sentences, as the answer
		// is read.
		all := facts(p)
		for _, s := range text.Sentences(p) {
			all = append(all, facts(s)...)
		}
		for _, f := range all {
			have[f.Kind+" "+f.Value] = true
			if n := f.number(); n != "" {
				have["any "+n] = true
				if f.Kind == FactNumber && f.Value == n {
					have["bare "+n] = true
				}
			}
		}
	}
	folded := known.String()
	var out []Sentence
	for _, s := range text.Sentences(text.Cut(answer, maxFacts)) {
		sent := Sentence{Text: s}
		for _, f := range facts(s) {
			n := f.number()
			switch {
			case have[f.Kind+" "+f.Value], n != "" && have["bare "+n], f.Kind == FactNumber && have["any "+n]:
			case (f.Kind == FactName || f.Kind == FactLink) && strings.Contains(folded, text.Plain(f.Value, nil).Text):
			default:
				sent.Missing = append(sent.Missing, f)
			}
		}
		out = append(out, sent)
	}
	return out
}

const maxFacts = 64 << 10

// number is the number of a fact without its unit.
func (f Fact) number() string {
	switch f.Kind {
	case FactNumber, FactPrice, FactPercent, FactDuration:
		n, _, _ := strings.Cut(f.Value, " ")
		return n
	}
	return ""
}

// Facts are the facts of a text in the order they stand; at each place the
// longest reading wins. It is pure, and reads up to 64 KiB.
func Facts(s string) []Fact { return facts(text.Cut(s, maxFacts)) }

func facts(s string) []Fact {
	m := text.Plain(s, &text.Options{KeepCase: true, KeepRepeats: true})
	rs := []rune(m.Text)
	// offsets of runes in m.Text
	at := make([]int, len(rs)+1)
	for i, r := range rs {
		at[i+1] = at[i] + len(string(r))
	}
	for i, r := range rs {
		rs[i] = simplified(r)
	}
	var out []Fact
	add := func(kind FactKind, from, to int, value string) {
		a, b := m.Original(at[from], at[to])
		out = append(out, Fact{Kind: kind, Text: s[a:b], Value: value})
	}
	for i := 0; i < len(rs); {
		if n, value := link(rs[i:]); n > 0 {
			add(FactLink, i, i+n, value)
			i += n
			continue
		}
		if n, kind, value := quantity(rs, i); n > 0 {
			add(kind, i, i+n, value)
			i += n
			continue
		}
		if n, value := name(rs, i); n > 0 {
			add(FactName, i, i+n, value)
			i += n
			continue
		}
		i += max(1, word(rs[i:]))
	}
	return slices.CompactFunc(out, func(a, b Fact) bool { return a == b })
}

// simplified is the form of a traditional character of numbers, units and
// dates. The whole table stays out of programs that only check an answer.
func simplified(r rune) rune {
	const from, to = "個時鐘塊點歐萬內兩號錢禮間後貳週", "个时钟块点欧万内两号钱礼间后二周"
	if i := strings.IndexRune(from, r); i >= 0 {
		s, _ := utf8.DecodeRuneInString(to[i:]) // each of them takes three bytes
		return s
	}
	return r
}

// link reads a web or mail address.
func link(rs []rune) (n int, value string) {
	s := string(rs[:min(len(rs), 8)])
	web := strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "www.")
	end, mail := 0, false
	for end < len(rs) && end < 400 && rs[end] > ' ' && rs[end] < 0x7f && !strings.ContainsRune(`<>"'()[]{}|\^`+"`", rs[end]) {
		mail = mail || rs[end] == '@' && end > 0
		end++
	}
	for end > 0 && strings.ContainsRune(".,;:!?", rs[end-1]) {
		end--
	}
	if !web && !mail {
		return 0, ""
	}
	value = strings.ToLower(string(rs[:end]))
	value = strings.TrimPrefix(strings.TrimPrefix(value, "https://"), "http://")
	return end, strings.TrimSuffix(strings.TrimPrefix(value, "www."), "/")
}

// word is the length of the Latin word at the start, 0 when there is none.
func word(rs []rune) int {
	n := 0
	for n < len(rs) && (latin(rs[n]) || n > 0 && (digit(rs[n]) || strings.ContainsRune("-'_&", rs[n]))) {
		n++
	}
	return n
}

func latin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func digit(r rune) bool { return r >= '0' && r <= '9' }
func upper(r rune) bool { return r >= 'A' && r <= 'Z' }

// name reads a name: in the quotation marks names stand in, or Latin words in
// capitals that do not begin a sentence.
func name(rs []rune, i int) (n int, value string) {
	for _, q := range []string{"《》", "「」", "『』"} {
		pair := []rune(q)
		if rs[i] != pair[0] {
			continue
		}
		for end := i + 1; end < len(rs) && end-i < 60; end++ {
			if rs[end] == pair[1] {
				return end - i + 1, string(rs[i+1 : end])
			}
		}
	}
	if !upper(rs[i]) || i > 0 && (latin(rs[i-1]) || digit(rs[i-1])) {
		return 0, ""
	}
	n = word(rs[i:])
	inside := slices.ContainsFunc(rs[i+1:i+n], func(r rune) bool { return upper(r) || digit(r) })
	start := true // of a sentence
	for j := i - 1; j >= 0; j-- {
		if rs[j] == ' ' || strings.ContainsRune(`"'*(-`, rs[j]) {
			continue
		}
		start = strings.ContainsRune(".!?:;\n。！？：；", rs[j])
		break
	}
	if n < 2 || start && !inside || plain(string(rs[i:i+n])) {
		return 0, ""
	}
	return n, string(rs[i : i+n])
}

// plain are capitalised words that name nothing in particular.
func plain(w string) bool {
	switch strings.ToLower(w) {
	case "i'm", "i'll", "i've", "ok", "faq", "ai", "app", "id", "we", "you", "please", "sms", "pm", "am", "no", "yes":
		return true
	}
	return false
}
