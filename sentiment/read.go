package sentiment

import (
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// A hit is an entry found in a text, with what the words around it make of it.
type hit struct {
	start, end int32 // bytes of the normalised text
	kind       code
	value      float64
	mark       mark
}

// mark is what changed a hit's value.
type mark uint8

const (
	negated mark = 1 << iota
	asked
	supposed
	mocked
)

// why explains a hit in a word.
func (h *hit) why() string {
	switch {
	case h.kind == threat:
		return "threat"
	case h.mark&mocked != 0 || h.kind == sarcasm:
		return "sarcasm"
	case h.mark&negated != 0:
		return "negated"
	case h.mark&asked != 0:
		return "question"
	case h.mark&supposed != 0:
		return "condition"
	case h.kind == trouble:
		return "trouble"
	}
	return "word"
}

// A modifier is a negation or degree word that waits for what it modifies.
type modifier struct {
	kind       code
	factor     float64
	start, end int // units
}

// reader walks a normalised text once. Words are kept by clause, as a question
// or condition holds for its clause; contrast reaches over the clauses of a
// sentence, and to the sentence before when it begins with "but".
type reader struct {
	lex     *lexicon
	s       string
	hits    []hit
	buf     [24]hit
	urgency float64

	unit                                  int // Han characters, words and emoji so far
	mods                                  [6]modifier
	nmods                                 int
	clause                                int // first hit of the clause
	sentence                              int // first hit of the sentence
	before                                int // first hit of the sentence before
	empty                                 bool
	ask, cond, conceded, threatens, mocks bool
	lastUnit                              int // where the last hit ended
}

// Factors of the rules. Those of negation and contrast are VADER's.
const (
	turned      = -0.74 // a negated word of praise
	turnedBad   = -0.5  // a negated word of blame
	turnedWeak  = -0.45 // 不是很好, "not very good"
	doubled     = 0.8   // a double negation
	butBefore   = 0.5
	butAfter    = 1.5
	askedGood   = 0.15
	askedBad    = 0.7
	askedWoe    = 0.5
	supposedBy  = 0.25
	concededBy  = 0.5
	mockedBy    = -0.9
	negateReach = 3 // units between a negation and its word
	degreeReach = 1
)

func (r *reader) read() {
	r.empty = true
	weight := 1.0
	for i := 0; i < len(r.s); {
		b := r.s[i]
		if b == ' ' {
			if hanAround(r.s, i) {
				r.endClause(false)
			}
			i++
			continue
		}
		if index, end, ok := r.lex.trie.longest(r.s, i); ok && end > i {
			e := &r.lex.entries[index]
			r.urgency = 1 - (1-r.urgency)*(1-e.press)
			if e.kind == contrast {
				weight = butAfter
				r.but()
			} else {
				r.take(e, i, end, weight)
			}
			r.unit += e.units
			r.empty = r.empty && e.units == 0
			i = end
			continue
		}
		switch {
		case isWord(b):
			i = r.skipWord(i)
		case b < utf8.RuneSelf:
			if b == '.' && i > 0 && i+1 < len(r.s) && isWord(r.s[i-1]) && isWord(r.s[i+1]) {
				i++
				continue
			}
			switch b {
			case '.', '!', '?':
				r.endClause(b == '?')
				r.endSentence()
				weight = 1
			case ',', ';', ':', '/', '~', '(', ')', '|':
				r.endClause(false)
			}
			i++
		default:
			c, size := utf8.DecodeRuneInString(r.s[i:])
			switch c {
			case '。', '…':
				r.endClause(false)
				r.endSentence()
				weight = 1
			case '、', '「', '」', '《', '》', '【', '】', '—':
				r.endClause(false)
			default:
				r.unit++
				r.empty = false
			}
			i += size
		}
	}
	r.endClause(false)
	r.endSentence()
}

// skipWord passes a word the lexicon does not have.
func (r *reader) skipWord(i int) int {
	for i < len(r.s) && (isWord(r.s[i]) || r.s[i] == '\'') {
		i++
	}
	r.unit++
	r.empty = false
	return i
}

// hanAround reports a space between Han characters, which separates clauses.
func hanAround(s string, i int) bool {
	return i > 0 && i+1 < len(s) && s[i-1] >= utf8.RuneSelf && s[i+1] >= utf8.RuneSelf
}

// take deals with an entry found at [start, end).
func (r *reader) take(e *entry, start, end int, weight float64) {
	switch e.kind {
	case plain:
	case negate, degree:
		if r.nmods == len(r.mods) {
			copy(r.mods[:], r.mods[1:])
			r.nmods--
		}
		r.mods[r.nmods] = modifier{e.kind, e.value, r.unit, r.unit + e.units}
		r.nmods++
	case after:
		if n := len(r.hits); n > r.clause && r.unit-r.lastUnit <= degreeReach {
			r.hits[n-1].value *= e.value
			r.hits[n-1].end = int32(end)
		}
	case concede:
		r.conceded = true
	case question:
		// An English one opens its clause ("can i"), a Chinese one may stand anywhere.
		r.ask = r.ask || r.s[start] >= utf8.RuneSelf || r.empty
	case condition:
		r.cond, r.threatens = true, true
	case ultimatum:
		r.threatens = true
	case sarcasm:
		r.mocks = true
		r.add(e, start, end, weight)
	default:
		r.add(e, start, end, weight)
	}
}

// add makes a hit of a word with a value and applies what modifies it.
func (r *reader) add(e *entry, start, end int, weight float64) {
	if e.units == 1 && r.s[start] >= utf8.RuneSelf && !r.alone(start, end) {
		return
	}
	h := hit{start: int32(start), end: int32(end), kind: e.kind, value: e.value * weight}
	pos, negations, far, near := r.unit, 0, 1.0, 1.0
	for k := r.nmods - 1; k >= 0; k-- {
		m := &r.mods[k]
		gap := pos - m.end
		if m.kind == degree && gap > degreeReach || gap > negateReach {
			break
		}
		pos = m.start
		switch {
		case m.kind == negate:
			negations++
			if m.factor < 1 {
				near = 2 // a weak negation, as of a degree
			}
		case negations > 0:
			far *= m.factor
		default:
			near *= m.factor
		}
	}
	r.nmods = 0
	switch {
	case negations == 0:
		h.value *= min(near*far, 2.5)
	case e.kind == threat, e.kind == sarcasm:
	case negations%2 == 0:
		h.value *= doubled
		h.mark |= negated
	case h.value > 0 && near > 1:
		h.value *= turnedWeak
		h.mark |= negated
	case h.value > 0:
		h.value *= turned * min(far, 1.5)
		h.mark |= negated
	default:
		h.value *= turnedBad
		h.mark |= negated
	}
	if h.value > 0 && quoted(r.s, start, end) { // his "service"
		h.value *= mockedBy
		h.kind, h.mark = angry, mocked
	}
	r.hits = append(r.hits, h)
	r.lastUnit = r.unit + e.units
}

// alone reports whether a Han character is likely to be a word and no part of
// one (气 in 天气, 快 in 快两小时): it follows a modifier, or what follows it is a
// particle or no Han character.
func (r *reader) alone(start, end int) bool {
	first, _ := utf8.DecodeRuneInString(r.s[start:])
	if !text.IsHan(first) || r.nmods > 0 && r.mods[r.nmods-1].end == r.unit {
		return true
	}
	next, _ := utf8.DecodeRuneInString(r.s[end:])
	return !text.IsHan(next) || strings.ContainsRune("了的啊呀吧哦哈啦呢吗么嘛得死极到爆透", next)
}

// quoted reports a word alone in quotation marks: praise that is not meant.
func quoted(s string, start, end int) bool {
	return start > 0 && end < len(s) && s[start-1] == '"' && s[end] == '"'
}

// but makes what came before weigh less.
func (r *reader) but() {
	from := r.sentence
	if r.empty && r.clause == r.sentence {
		from = r.before
	}
	r.endClause(false)
	for i := from; i < len(r.hits); i++ {
		if h := &r.hits[i]; h.kind != threat && h.kind != menace {
			h.value *= butBefore
		}
	}
}

// endClause applies what holds for the whole clause.
func (r *reader) endClause(mark bool) {
	for i := r.clause; i < len(r.hits); i++ {
		h := &r.hits[i]
		if h.kind == threat || h.kind == sarcasm {
			continue
		}
		if r.cond && h.kind != menace {
			h.value *= supposedBy
			h.mark |= supposed
		}
		switch {
		case r.ask || mark:
			switch {
			case h.value > 0:
				h.value *= askedGood
			case h.kind == trouble:
				h.value *= askedWoe
			case h.kind != angry || r.ask:
				h.value *= askedBad
			}
			h.mark |= asked
		case r.conceded:
			h.value *= concededBy
		}
	}
	r.clause = len(r.hits)
	r.nmods = 0
	r.ask, r.cond, r.conceded = false, false, false
	r.empty = true
}

// endSentence applies what holds for the whole sentence.
func (r *reader) endSentence() {
	if r.sentence == len(r.hits) && !r.threatens {
		return
	}
	for i := r.sentence; i < len(r.hits); i++ {
		h := &r.hits[i]
		if h.kind == menace && r.threatens && h.mark&(asked|negated) == 0 {
			h.kind, h.value = threat, kinds[threat].usual
		}
		if r.mocks && h.value > 0 {
			h.value *= mockedBy
			h.kind = angry
			h.mark |= mocked
		}
	}
	r.before, r.sentence = r.sentence, len(r.hits)
	r.threatens, r.mocks = false, false
}

// raise strengthens the words written in capitals, when not all of the text is.
func (r *reader) raise(m text.Mapped, txt string, all bool) {
	for i := range r.hits {
		h := &r.hits[i]
		if all {
			if h.value < 0 {
				h.value *= 1.2
			}
			continue
		}
		start, end := m.Original(int(h.start), int(h.end))
		if isShouted(txt[start:end]) {
			h.value *= 1.25
		}
	}
}

// look is what normalisation takes away.
type look struct {
	marks   int  // exclamation marks that count, 0 to 4
	shouted bool // a word in capitals
	all     bool // all letters are capitals, and they are several words
}

func lookAt(s string) look {
	var l look
	upper, lower, run := 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b == '!':
			l.marks++
		case b == 0xef && i+2 < len(s) && s[i+1] == 0xbc && s[i+2] == 0x81: // ！
			l.marks++
		case 'A' <= b && b <= 'Z':
			upper++
			run++
			l.shouted = l.shouted || run >= 3
			continue
		case 'a' <= b && b <= 'z':
			lower++
		}
		run = 0
	}
	l.marks = min(l.marks, 4)
	l.all = lower == 0 && upper >= 12
	return l
}

func isShouted(s string) bool {
	n := 0
	for i := range len(s) {
		switch b := s[i]; {
		case 'A' <= b && b <= 'Z':
			n++
		case 'a' <= b && b <= 'z':
			return false
		}
	}
	return n >= 3
}
