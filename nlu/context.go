package nlu

import (
	"slices"
	"strconv"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// How long things are remembered, in turns.
const (
	maxAge      = 6  // entities
	maxTopicAge = 4  // the intent a follow-up continues
	maxFollowUp = 14 // tokens of a follow-up
	maxBrief    = 6  // tokens of a message that says too little to leave the topic
)

// small are the intents that are about nothing: they leave the topic as it is.
func small(intent string) bool {
	switch intent {
	case "greet", "thanks", "bye", "yes", "no", "cancel", "repeat", "person", "complaint":
		return true
	}
	return false
}

// heads are the types of entity that make a message about something of
// its own rather than a follow-up.
func heads(kind string) bool { return kind == "category" || kind == "product" }

// topic is what an intent is about: the part of its name before the first dot.
func topic(intent string) string {
	head, _, _ := strings.Cut(intent, ".")
	return head
}

// complete reads the message in its context: a follow-up continues the topic,
// and what it does not mention is carried over.
func complete(m *Meaning, folded string, before Context) {
	own := slices.Clone(m.Entities)
	live := before.Intent != "" && before.Age < maxTopicAge
	tokens := len(text.Tokens(folded))
	short := tokens > 0 && tokens <= maxFollowUp
	narrowed := slices.ContainsFunc(own, func(e Entity) bool { return slot(e.Type) })
	named := narrowed || slices.ContainsFunc(own, func(e Entity) bool { return e.Type == "order" })
	newHead := slices.ContainsFunc(own, func(e Entity) bool { return heads(e.Type) })
	pointed := slices.ContainsFunc(own, func(e Entity) bool { return e.Type == "item" }) // "is the second one in stock?"
	asks := elliptic(folded)
	best := Intent{}
	if len(m.Intents) > 0 {
		best = m.Intents[0]
	}
	if live && before.Age == 0 && tokens <= maxBrief && best.Probability < 0.8 && !small(m.Intent) && topic(m.Intent) != topic(before.Intent) {
		for _, other := range m.Intents[min(1, len(m.Intents)):] {
			if topic(other.Name) == topic(before.Intent) && other.Probability >= max(0.2, best.Probability/2) {
				m.Intent = other.Name // "how much?", of what is talked about
				break
			}
		}
	}
	narrows := asks || small(m.Intent) || best.Probability < 0.9 && slices.ContainsFunc(before.Entities, func(e Entity) bool { return e.Age == 0 && slot(e.Type) })
	if live && short && narrowed && m.Intent != before.Intent && !newHead && narrows && bare(folded, own) {
		m.Intent, m.FollowUp = before.Intent, true // "in size M?", of whatever was asked before
	}
	if live && short && narrowed && asks && m.Intent == before.Intent {
		m.FollowUp = true
	}
	if live && short && !narrowed && asks && timed(own) && (m.Intent == "" || small(m.Intent) || m.Intent == before.Intent) && bare(folded, own) {
		m.Intent, m.FollowUp = before.Intent, true // 那周四呢, "make it eight people"
	}
	if live && short && comparative(folded) && !newHead && (m.Intent == "" || topic(m.Intent) == topic(before.Intent)) {
		if m.FollowUp = true; m.Intent == "" {
			m.Intent = before.Intent // "have you got a longer one?"
		}
	}
	if live && short && named && m.Intent != before.Intent && len(m.Intents) > 0 && !(small(m.Intent) && best.Probability >= 0.6) {
		switch {
		case (m.Intent == "" || small(m.Intent)) && narrowed && !newHead, asks && (best.Probability < 0.6 || !newHead && best.Probability < 0.9):
			m.Intent, m.FollowUp = before.Intent, true
		case m.Intent == "" && best.Name == before.Intent:
			m.Intent = before.Intent // doubtful alone, likely on this topic
		}
	}
	carry := m.FollowUp || live && (m.Intent == before.Intent || short && narrowed && !pointed && topic(m.Intent) == topic(before.Intent))
	if carry && newHead && !m.FollowUp {
		carry = false // a new subject of the same kind starts afresh
	}
	if carry && named {
		m.FollowUp = true
	}
	next := Context{Intent: before.Intent, Age: before.Age + 1, Shown: before.Shown, Earlier: before.Earlier, Focus: before.Focus}
	if m.Intent != "" && !small(m.Intent) {
		next.Intent, next.Age = m.Intent, 0
	}
	if topic(next.Intent) == topic(before.Intent) {
		next.Turns = before.Turns + 1
	}
	for _, e := range own {
		e.Start, e.End, e.Text, e.Age, e.Carried = 0, 0, "", 0, true
		next.Entities = append(next.Entities, e)
	}
	for _, e := range before.Entities {
		if e.Age++; e.Age > maxAge || slices.ContainsFunc(own, func(o Entity) bool { return o.Type == e.Type }) {
			continue
		}
		if newHead && slot(e.Type) && !m.FollowUp {
			continue // "red dresses" says nothing about the shoes asked for next
		}
		e.Carried = true
		next.Entities = append(next.Entities, e)
		if carry && slot(e.Type) && e.Age <= next.Turns || e.Type == "order" && m.Intent != "" {
			e.Start, e.End, e.Text = 0, 0, ""
			m.Entities = append(m.Entities, e)
		}
	}
	if len(next.Entities) > 20 {
		next.Entities = next.Entities[:20]
	}
	m.Next = next
}

// timed reports whether a date or a number is all that a message may change.
func timed(own []Entity) bool {
	return slices.ContainsFunc(own, func(e Entity) bool { return e.Type == "date" || e.Type == "quantity" })
}

// slot reports whether an entity narrows a topic, so that a follow-up may
// change it. Everything but contact data and times does.
func slot(kind string) bool {
	switch kind {
	case "phone", "email", "url", "date", "quantity", "item", "order":
		return false
	}
	return true
}

// elliptic reports whether a message is marked as going on from the last one.
func elliptic(s string) bool {
	s = strings.TrimRight(s, "?!。，,.~ ")
	for _, mark := range []string{"呢", "的有吗", "的有没有", "的吗"} {
		if strings.HasSuffix(s, mark) {
			return true
		}
	}
	for _, mark := range []string{"那", "换成", "换个", "改成", "改到", "再看看", "how about", "what about", "and ", "any in", "in ", "or ", "do you have it in", "only ", "just ", "make it ", "make that "} {
		if strings.HasPrefix(s, mark) {
			return true
		}
	}
	return false
}

// comparative reports whether a message asks for more or less of something than
// what it was shown has.
func comparative(s string) bool {
	s = strings.TrimRight(s, "?!。，,.~ ")
	if i := max(strings.LastIndex(s, "更"), strings.LastIndex(s, "再")); i >= 0 && !strings.HasPrefix(s[i:], "更改") && !strings.HasPrefix(s[i:], "更换") {
		rest := s[i:]
		for _, ask := range []string{"吗", "么", "有没有", "有没", "有"} {
			rest = strings.TrimSuffix(rest, ask)
		}
		for _, end := range []string{"的", "一点", "点", "些"} {
			if strings.HasSuffix(rest, end) && len(rest) <= 24 {
				return true
			}
		}
	}
	words := strings.Fields(s)
	for i, w := range words {
		if w == "more" || w == "less" {
			return true
		}
		if len(w) <= 4 || !strings.HasSuffix(w, "er") || i == 0 {
			continue
		}
		switch words[i-1] {
		case "anything", "something", "bit":
			return true
		case "a": // a longer one, not a charger
			return i+1 < len(words) && strings.HasPrefix(words[i+1], "one")
		}
	}
	return false
}

// bare reports whether a message says nothing but entities and words that hold
// them together.
func bare(s string, own []Entity) bool {
	for _, e := range own {
		s = strings.Replace(s, text.Normalize(e.Text, nil).Text, " ", 1)
	}
	for _, t := range text.Tokens(s) {
		switch t.Text {
		case "and", "or", "in", "a", "an", "the", "one", "ones", "how", "what", "about", "then", "ok", "size", "please", "also", "only", "not", "no", "me", "just", "any", "some", "with", "make", "that", "it", "for", "on", "at", "instead", "actually",
			"那", "么", "呢", "的", "吗", "有", "没", "不", "要", "换", "成", "个", "色", "码", "再", "看", "改", "到", "就", "吧", "可", "以", "行":
		default:
			return false
		}
	}
	return true
}

// refer finds ordinals, or else a pronoun, that mean things shown, and puts them
// among the entities as "item".
func refer(original string, norm text.Mapped, c Context, found []Entity) []Entity {
	if len(c.Shown) == 0 && c.Focus == "" {
		return found
	}
	meant := ordinals(norm.Text, &c)
	if len(meant) == 0 {
		if start, end, id := pronoun(norm.Text, c); id != "" {
			meant = []reference{{start, end, id}}
		}
	}
	for _, m := range meant {
		e := Entity{Type: "item", Value: m.id}
		e.Start, e.End = norm.Original(m.start, m.end)
		e.Text = original[e.Start:e.End]
		found = slices.DeleteFunc(found, func(o Entity) bool { return o.Start < e.End && e.Start < o.End })
		at := 0
		for at < len(found) && found[at].Start < e.Start {
			at++
		}
		found = slices.Insert(found, at, e)
	}
	return found
}

// reference is where a text means a thing shown.
type reference struct {
	start, end int
	id         string
}

const maxReferences = 8 // of one message

// ordinals are all a text has, in order: "the first or the third".
func ordinals(s string, c *Context) []reference {
	start, end, id := ordinal(s, c, false)
	if id == "" {
		return nil
	}
	var out []reference
	for from := 0; id != "" && len(out) < maxReferences; {
		out = append(out, reference{from + start, from + end, id})
		from += end
		start, end, id = ordinal(s[from:], c, true)
	}
	for rest := s[:out[0].start]; len(out) < maxReferences; rest = s[:out[0].start] { // one looked for later may stand before
		if start, end, id = ordinal(rest, c, false); id == "" {
			break
		}
		out = slices.Insert(out, 0, reference{start, end, id})
	}
	return out
}

// measures are the words Chinese counts things with.
func measure(s string) int {
	for _, m := range []string{"个", "件", "款", "条", "双", "只", "台", "部", "套", "种", "样", "张", "本", "家", "副", "顶", "把", "块", "瓶", "份", "道", "门"} {
		if strings.HasPrefix(s, m) {
			return len(m)
		}
	}
	return 0
}

// ordinal finds one; more says that another stands before s, so that "or second"
// is one, too.
func ordinal(s string, c *Context, more bool) (start, end int, id string) {
	shown := c.Shown
	pick := func(n int) string {
		switch {
		case n < 1:
		case n <= len(shown):
			return shown[n-1]
		case n <= len(c.Earlier):
			return c.Earlier[n-1]
		}
		return ""
	}
	for at := 0; ; {
		i := strings.Index(s[at:], "第")
		if i < 0 {
			break
		}
		i += at
		at = i + len("第")
		n, used := count(s[at:])
		if w := measure(s[at+used:]); n > 0 && w > 0 {
			if back := "倒数"; strings.HasSuffix(s[:i], back) {
				return i - len(back), at + used + w, pick(len(shown) + 1 - n)
			}
			return i, at + used + w, pick(n)
		}
	}
	for _, p := range []string{"头一", "前一"} {
		if i := strings.Index(s, p); i >= 0 && !strings.HasSuffix(s[:i], "第") {
			if w := measure(s[i+len(p):]); w > 0 {
				return i, i + len(p) + w, pick(1)
			}
		}
	}
	for _, p := range []string{"最后一", "最后那", "最后"} {
		if i := strings.Index(s, p); i >= 0 && len(shown) > 0 {
			if w := measure(s[i+len(p):]); w > 0 {
				return i, i + len(p) + w, shown[len(shown)-1]
			}
		}
	}
	words := []string{"first", "second", "third", "fourth", "fifth", "sixth"}
	short := []string{"1st", "2nd", "3rd", "4th", "5th", "6th"}
	toks := text.Tokens(s)
	for i, t := range toks {
		n := slices.Index(words, t.Text) + 1
		if n == 0 {
			n = slices.Index(short, t.Text) + 1
		}
		following := func(at int) string {
			if i+at < len(toks) {
				return toks[i+at].Text
			}
			return ""
		}
		if n > 0 && following(1) == "to" && following(2) == "last" {
			end := 2
			if following(3) == "one" {
				end = 3
			}
			return t.Start, toks[i+end].End, pick(len(shown) + 1 - n)
		}
		if before := i > 0 && toks[i-1].Text == "the"; before && len(shown) > 1 && (t.Text == "former" || t.Text == "latter") {
			if t.Text == "former" {
				return t.Start, t.End, shown[0]
			}
			return t.Start, t.End, shown[1]
		}
		if t.Text == "last" {
			n = len(shown)
		}
		if n == 0 {
			if t.Start > 0 && s[t.Start-1] == '#' {
				if k, err := strconv.Atoi(t.Text); err == nil && pick(k) != "" {
					return t.Start - 1, t.End, pick(k)
				}
			}
			if (t.Text == "number" || t.Text == "no" || t.Text == "option") && i+1 < len(toks) {
				if k, err := strconv.Atoi(toks[i+1].Text); err == nil && pick(k) != "" {
					return t.Start, toks[i+1].End, pick(k)
				}
			}
			continue
		}
		last := i == len(toks)-1
		one := !last && (toks[i+1].Text == "one" || toks[i+1].Text == "item" || toks[i+1].Text == "option")
		if one {
			return t.Start, toks[i+1].End, pick(n)
		}
		if i == 0 && (last && t.Text != "last" || following(1) == "please") { // "2nd"
			return t.Start, t.End, pick(n)
		}
		if i == 0 && (following(1) == "or" || following(1) == "and" || following(1) == "vs") {
			return t.Start, t.End, pick(n)
		}
		if i > 0 && (last || t.Text != "last") {
			switch before := toks[i-1].Text; {
			case before == "the", more && (before == "and" || before == "or" || before == "vs" || before == "than"):
				return t.Start, t.End, pick(n)
			}
		}
	}
	return 0, 0, ""
}

// count reads a small number at the start of s, in digits or Chinese.
func count(s string) (n, used int) {
	for used < len(s) && s[used] >= '0' && s[used] <= '9' && used < 3 {
		n = n*10 + int(s[used]-'0')
		used++
	}
	if used > 0 {
		return n, used
	}
	for i, d := range []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"} {
		if strings.HasPrefix(s, d) {
			return i + 1, len(d)
		}
	}
	if strings.HasPrefix(s, "两") {
		return 2, len("两")
	}
	return 0, 0
}

func pronoun(s string, c Context) (start, end int, id string) {
	id = c.Focus
	if id == "" && len(c.Shown) == 1 {
		id = c.Shown[0]
	}
	if id == "" {
		return 0, 0, ""
	}
	for _, p := range []string{"这", "那"} {
		for at := 0; ; {
			i := strings.Index(s[at:], p)
			if i < 0 {
				break
			}
			i += at
			at = i + len(p)
			if w := measure(s[at:]); w > 0 && !otherThing(s[at+w:]) {
				return i, at + w, id
			}
		}
	}
	if i := strings.Index(s, "它"); i >= 0 {
		return i, i + len("它"), id
	}
	toks := text.Tokens(s)
	for i, t := range toks {
		if (t.Text == "this" || t.Text == "that") && i+1 < len(toks) && toks[i+1].Text == "one" {
			return t.Start, toks[i+1].End, id
		}
		if t.Text == "it" || t.Text == "it's" || (t.Text == "this" || t.Text == "that") && i > 0 && i == len(toks)-1 && toks[i-1].Text != "like" {
			return t.Start, t.End, id
		}
	}
	return 0, 0, ""
}

// otherThing reports words after 这个 that say it is nothing from the shelf.
func otherThing(s string) bool {
	for _, w := range []string{"订单", "单子", "快递", "包裹", "物流", "月", "星期", "礼拜", "周", "地址", "问题", "时候", "活动"} {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}
