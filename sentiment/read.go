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
	mark       mark
	face       bool // an emoji or emoticon
	value      float64
}

// mark is what changed a hit's value.
type mark uint8

const (
	negated mark = 1 << iota
	asked
	supposed
	mocked
	weakened // by a degree word
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
	lex      *lexicon
	m        text.Mapped
	buffer   text.Buffer // of m
	s        string      // m.Text
	txt      string      // the text as it was written
	hits     []hit
	urgency  float64
	courtesy float64  // 0 to 1
	rudeness float64  // 0 to 1
	features features // for learnt weights
	weight   float64  // of what follows a contrast
	before   int      // first hit of the sentence before

	unit  int // Han characters, words and emoji so far
	told  int // those of clauses that neither ask nor suppose
	mods  [6]modifier
	nmods int
	last  struct { // the last hit
		unit   int // where it ended
		turned bool
		praise bool // before it was turned
	}
	clause   clause
	sentence sentence
	requests int  // where the first clause that asks for something begins, in units, + 1; 0 for none
	short    int  // one-word sentences in a row
	soon     bool // a near time is named
	event    bool // something one must be in time for is
	staccato bool // three of them: "Worst. Shop. Ever."
}

// clause is what holds for the clause being read.
type clause struct {
	hit, unit                     int // where it begins
	known                         int // units that are praise or modify it
	please                        int // units that ask politely: 麻烦, "could you"
	empty                         bool
	ask, cond, conceded, rhetoric bool
}

// sentence is what holds for the sentence being read.
type sentence struct {
	hit, unit        int // where it begins
	threatens, again bool
	late             bool // it tells how long something took
	bare             bool // its first clause is praise and nothing else
}

func (r *reader) read() {
	r.weight = 1
	r.clause.empty = true
	for i := 0; i < len(r.s); {
		b := r.s[i]
		if b == ' ' {
			if hanAround(r.s, i) {
				r.endClause(false)
			}
			i++
			continue
		}
		if e, end := r.lex.longest(r.s, i); e != nil && end > i {
			r.found(e, i, end)
			i = end
			continue
		}
		if end := r.apart(i); end > i {
			i = end
			continue
		}
		switch {
		case isWord(b):
			i = r.skipWord(i)
		case b < utf8.RuneSelf:
			i = r.ascii(i)
		default:
			c, size := utf8.DecodeRuneInString(r.s[i:])
			switch c {
			case '。', '…':
				r.endClause(false)
				r.endSentence(true)
			case '、', '「', '」', '《', '》', '【', '】', '—':
				r.endClause(false)
			default:
				r.unit++
				r.clause.empty = false
			}
			i += size
		}
	}
	r.endClause(false)
	r.endSentence(false)
}

// ascii deals with a mark at i and returns where to read on.
func (r *reader) ascii(i int) int {
	switch b := r.s[i]; b {
	case '.', '!', '?':
		if b == '.' && i > 0 && i+1 < len(r.s) && isWord(r.s[i-1]) && isWord(r.s[i+1]) {
			return i + 1
		}
		end := i + 1
		for end < len(r.s) && (r.s[end] == '!' || r.s[end] == '?') {
			end++
		}
		question := strings.IndexByte(r.s[i:end], '?') >= 0
		r.endClause(question)
		if question {
			r.impatience(i, end)
		}
		r.endSentence(b == '.')
		return end
	case ',', ';', ':', '/', '~', '(', ')', '|':
		r.endClause(false)
	}
	return i + 1
}

// impatience takes three question marks and more for anger, unless the
// sentence is glad.
func (r *reader) impatience(start, end int) {
	from, to := r.m.Original(start, end)
	if utf8.RuneCountInString(r.txt[from:to]) < 3 {
		return
	}
	for i := r.sentence.hit; i < len(r.hits); i++ {
		if r.hits[i].value > 0 {
			return
		}
	}
	r.hits = append(r.hits, hit{start: int32(start), end: int32(end), kind: angry, value: impatient, face: true})
	r.clause.hit = len(r.hits)
}

// skipWord passes a word the lexicon does not have, unless it has it without
// its stretched letters (baaaad).
func (r *reader) skipWord(i int) int {
	end := i
	for end < len(r.s) && (isWord(r.s[end]) || r.s[end] == '\'') {
		end++
	}
	if from, to := r.m.Original(i, end); to-from > end-i && end-i <= 32 && r.stretched(i, end) {
		return end
	}
	r.unit++
	r.clause.empty = false
	return end
}

// stretched looks the word [start, end) up with every doubled letter once.
func (r *reader) stretched(start, end int) bool {
	var once [33]byte
	n := 0
	for i := start; i < end; i++ {
		if n == 0 || once[n-1] != r.s[i] {
			once[n] = r.s[i]
			n++
		}
	}
	e, stop := r.lex.longest(string(once[:n]), 0)
	if e == nil || stop < n {
		return false
	}
	r.found(e, start, end)
	return true
}

// hanAround reports a space between Han characters, which separates clauses.
func hanAround(s string, i int) bool {
	return i > 0 && i+1 < len(s) && s[i-1] >= utf8.RuneSelf && s[i+1] >= utf8.RuneSelf
}

// found deals with an entry at [start, end), and with the words with a gap
// that begin with it.
func (r *reader) found(e *entry, start, end int) {
	r.aside(e)
	if e.kind == contrast {
		r.weight = butAfter
		r.but()
	} else {
		r.take(e, start, end)
	}
	for k := range e.gaps {
		if g := &e.gaps[k]; r.goesOnWith(g.rest, end) {
			r.aside(&g.entry)
			whole := g.entry
			whole.units = 0 // those of its beginning are counted below
			r.take(&whole, start, end)
		}
	}
	r.unit += int(e.units)
	r.clause.empty = r.clause.empty && e.units == 0
}

// aside takes in what an entry says beside its kind: urgency and manners.
func (r *reader) aside(e *entry) {
	r.urgency = 1 - (1-r.urgency)*(1-e.press)
	if e.manner >= asking && e.kind != grateful {
		r.clause.please += int(e.units)
	}
	if e.manner > 0 {
		r.courtesy = 1 - (1-r.courtesy)*(1-e.manner)
	} else {
		r.rudeness = 1 - (1-r.rudeness)*(1+e.manner)
	}
}

// goesOnWith reports whether the clause at i goes on with rest, as a word of
// its own if it is one of letters.
func (r *reader) goesOnWith(rest string, i int) bool {
	s := r.s[i:min(len(r.s), i+gapReach)]
	if end := strings.IndexAny(s, ".!?,;"); end >= 0 {
		s = s[:end+1] // a rest may be a mark
	}
	at := strings.Index(s, rest)
	if at < 0 {
		return false
	}
	start, end := i+at, i+at+len(rest)
	return !(isWord(rest[0]) && start > 0 && isWord(r.s[start-1])) &&
		!(isWord(rest[len(rest)-1]) && end < len(r.s) && isWord(r.s[end]))
}

// take deals with an entry found at [start, end).
func (r *reader) take(e *entry, start, end int) {
	switch e.kind {
	case plain, opener:
	case negate, degree, again:
		r.sentence.again = r.sentence.again || e.kind == again
		r.clause.known += int(e.units)
		if e.kind == again && e.value == 1 {
			return
		}
		r.wait(modifier{e.kind, e.value, r.unit, r.unit + int(e.units)})
	case after:
		if n := len(r.hits); n > r.clause.hit && r.unit-r.last.unit <= degreeReach {
			r.hits[n-1].value *= e.value
			r.hits[n-1].end = int32(end)
			if e.value < 0 { // 一句抱怨都没有
				r.hits[n-1].mark |= negated
			}
		} else if e.value < 0 { // nothing before it: it turns what follows
			r.wait(modifier{negate, 1, r.unit, r.unit + int(e.units)})
		}
	case soon:
		r.soon = true
	case event:
		r.event = true
	case concede:
		r.clause.conceded = true
	case question:
		// An English one opens its clause ("can i"), a Chinese one may stand anywhere.
		r.clause.ask = r.clause.ask || r.s[start] >= utf8.RuneSelf || r.clause.empty
	case condition:
		r.clause.cond, r.sentence.threatens = true, true
	case ultimatum:
		r.sentence.threatens = true
	case rhetoric:
		r.clause.rhetoric = true
		r.add(e, start, end)
	case late:
		r.sentence.late = true
		woe := *e
		woe.kind = trouble
		r.add(&woe, start, end)
	default:
		r.add(e, start, end)
	}
}

// wait keeps a modifier for what follows it.
func (r *reader) wait(m modifier) {
	if r.nmods == len(r.mods) {
		copy(r.mods[:], r.mods[1:])
		r.nmods--
	}
	r.mods[r.nmods] = m
	r.nmods++
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
