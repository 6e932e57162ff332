package sentiment

import (
	"math"
	"unicode/utf8"
)

// Factors of the rules. Those of negated praise and of contrast are VADER's.
const (
	turned       = -0.74 // a negated word of praise
	turnedSad    = -0.7  // a negated disappointment
	turnedBad    = -0.35 // a negated word of blame
	turnedWoe    = -0.5  // negated trouble
	turnedAnger  = 0.25  // 没见过这么垃圾的, "no more lies": anger denied is hardly praise
	turnedWeak   = -0.45 // 不是很好, "not very good"
	doubled      = 0.8   // a double negation
	emphatic     = 1.5   // how much further a strong negation turns, at most
	butBefore    = 0.5
	butAfter     = 1.5
	spoiling     = 1.6 // trouble after praise and a contrast
	askedGood    = 0.15
	askedAngry   = 0.7 // anger asks too
	askedBad     = 0.45
	askedWoe     = 0.5
	supposedBy   = 0.25
	concededBy   = 0.5
	mockedBy     = -0.9
	reproached   = -0.4 // praise in a reproach
	spoilt       = 0.7  // praise that its sentence, a short one, ends by blaming
	spoiltWithin = 12   // units such a sentence has at most
	lightly      = -1.4 // a sarcasm marker above this is a light one
	impatient    = -1.4 // three question marks
	staccatoBy   = 1.35 // "Worst. Shop. Ever."
	negateReach  = 3    // units between a negation and its word
	degreeReach  = 1
	asking       = 0.4  // the manner from which a polite word makes a request: 请, not 您好
	deadline     = 0.55 // how an event soon presses
	closing      = 0.2  // thanks that close a request
	andReach     = 1    // units between two words that share a negation
	gapReach     = 60   // bytes a word with a gap may reach over
)

// add makes a hit of a word with a value and applies what modifies it.
func (r *reader) add(e *entry, start, end int) {
	if e.units == 1 && r.s[start] >= utf8.RuneSelf && !r.alone(start, end) {
		return
	}
	h := hit{start: int32(start), end: int32(end), kind: e.kind, face: e.face, value: e.value * r.weight}
	if h.kind == trouble && r.weight == butAfter && r.praised() { // what spoils it is held against it
		h.kind, h.value = bad, h.value*spoiling
	}
	praise := h.value > 0
	if praise {
		r.clause.known += int(e.units)
	}
	turned := false
	if !e.face && e.kind != rhetoric && e.kind != sarcasm {
		turned = r.modify(&h)
	}
	if h.value > 0 && quoted(r.s, start, end) { // his "service"
		h.value *= mockedBy
		h.kind, h.mark = angry, mocked
	}
	r.hits = append(r.hits, h)
	r.last.unit, r.last.turned, r.last.praise = r.unit+int(e.units), turned, praise
}

// praised reports praise in the sentence so far.
func (r *reader) praised() bool {
	for i := r.sentence.hit; i < len(r.hits); i++ {
		if r.hits[i].value > 0 {
			return true
		}
	}
	return false
}

// modify applies the negations and degree words before a hit, and reports
// whether it is negated.
func (r *reader) modify(h *hit) bool {
	pos, negations, far, near := r.unit, 0, 1.0, 1.0
	for k := r.nmods - 1; k >= 0; k-- {
		m := &r.mods[k]
		gap := pos - m.end
		if m.kind != negate && gap > degreeReach || gap > negateReach {
			break
		}
		pos = m.start
		switch {
		case m.kind == negate:
			negations++
			if m.factor < 1 {
				near = 2 // a weak negation, as of a degree
			} else {
				far *= m.factor // an emphatic one
			}
		case negations > 0:
			far *= m.factor
		default:
			near *= m.factor
		}
	}
	if r.nmods == 0 && r.sharesNegation(h) {
		negations = 1
	}
	r.nmods = 0
	switch {
	case negations == 0:
		h.value *= min(near*far, 2.5)
		if near < 1 {
			h.mark |= weakened
		}
		return false
	case h.kind == threat:
		return false
	}
	h.mark |= negated
	switch {
	case negations%2 == 0:
		h.value *= doubled * min(far, emphatic)
		return false
	case h.value > 0 && near > 1:
		h.value *= turnedWeak
	case h.value > 0:
		h.value *= turned * min(far, emphatic)
	case h.kind == trouble:
		h.value *= turnedWoe
	case h.kind == angry, h.kind == menace:
		h.value *= turnedAnger
	case h.kind == sad, h.kind == disappointed:
		h.value *= turnedSad * min(far, emphatic)
	default:
		h.value *= turnedBad * min(far, emphatic)
	}
	return true
}

// sharesNegation reports a word that stands beside a negated one of its sort:
// "not comfortable or well made".
func (r *reader) sharesNegation(h *hit) bool {
	return r.last.turned && len(r.hits) > r.clause.hit && r.unit-r.last.unit <= andReach && r.last.praise == (h.value > 0)
}

// but makes what came before weigh less.
func (r *reader) but() {
	from := r.sentence.hit
	if r.clause.empty && r.clause.hit == r.sentence.hit {
		from = r.before
	}
	r.endClause(false)
	for i := from; i < len(r.hits); i++ {
		if h := &r.hits[i]; h.kind != threat && h.kind != menace {
			h.value *= butBefore
		}
	}
}

// endClause applies what holds for the whole clause; mark tells that a question
// mark ends it.
func (r *reader) endClause(mark bool) {
	c := &r.clause
	ask := c.ask || mark
	if c.rhetoric { // a reproach, not a question
		ask, c.ask = false, false
	}
	conceded := c.conceded && !ask
	first := 0.0
	for i := c.hit; i < len(r.hits); i++ {
		h := &r.hits[i]
		if h.kind == threat || h.kind == sarcasm || h.kind == rhetoric || h.face {
			continue
		}
		if c.rhetoric && h.value > 0 { // "you call this service?"
			h.value *= reproached
			h.kind = angry
			h.mark |= mocked
		}
		if h.kind == irony {
			r.mock(i)
		}
		if c.cond && h.kind != menace {
			h.value *= supposedBy
			h.mark |= supposed
		}
		if ask {
			switch {
			case h.value > 0:
				h.value *= askedGood
			case h.kind == trouble:
				h.value *= askedWoe
			case h.kind != angry && h.kind != menace:
				h.value *= askedBad
			case h.kind == menace && c.ask: // how to complain
				h.value *= askedBad
			case c.ask:
				h.value *= askedAngry
			}
			h.mark |= asked
		}
		// "despite the dents it works well": the concession ends where the mood turns.
		if first == 0 {
			first = h.value
		}
		if conceded = conceded && first*h.value >= 0; conceded {
			h.value *= concededBy
		}
	}
	if c.hit == r.sentence.hit && len(r.hits) > c.hit && r.hits[c.hit].value > 0 && r.unit-c.unit == c.known {
		r.sentence.bare = true
	}
	request := c.please > 0 && r.unit-c.unit > c.please
	if r.requests == 0 && (request || ask) {
		r.requests = c.unit + 1
	}
	if !ask && !c.cond && !request {
		r.told += r.unit - c.unit
	}
	r.nmods = 0
	r.clause = clause{hit: len(r.hits), unit: r.unit, empty: true}
}

// turnIrony turns ironic praise that stands alone in its clause and is followed,
// without a contrast, by blame: "congratulations, you lost a customer".
func (r *reader) turnIrony() {
	s := &r.sentence
	if r.weight != 1 || s.hit >= len(r.hits) || r.hits[s.hit].kind != irony || r.hits[s.hit].mark != 0 {
		return
	}
	for _, x := range r.hits[s.hit+1:] {
		if x.value > 0 {
			return
		}
		if x.value < 0 && x.mark&(negated|asked|supposed) == 0 {
			h := &r.hits[s.hit]
			h.value, h.kind, h.mark = h.value*mockedBy, angry, mocked
			return
		}
	}
}

// mock turns ironic praise that its clause goes on to blame.
func (r *reader) mock(i int) {
	h := &r.hits[i]
	for _, x := range r.hits[i+1:] {
		denied := x.kind == good || x.kind == satisfied || x.kind == grateful
		if x.value < 0 && (x.mark&negated == 0 || denied) && x.kind != bad {
			h.value *= mockedBy
			h.kind = angry
			h.mark |= mocked
			return
		}
	}
}

// spoil makes praise weigh less that a short sentence begins with and ends by
// blaming, without a contrast: "friendly agent, zero solution".
func (r *reader) spoil() {
	hits := r.hits[r.sentence.hit:]
	if r.weight != 1 || r.unit-r.sentence.unit > spoiltWithin {
		return
	}
	praise := 0
	for praise < len(hits) && hits[praise].value > 0 {
		praise++
	}
	for i := praise; i < len(hits); i++ {
		if h := &hits[i]; h.value >= 0 || h.face || h.kind == trouble || h.mark&(asked|supposed) != 0 {
			return
		}
	}
	if praise < len(hits) {
		for i := range hits[:praise] {
			hits[i].value *= spoilt
		}
	}
}

// endSentence applies what holds for the whole sentence; stop tells that a full
// stop ends it.
func (r *reader) endSentence(stop bool) {
	s := &r.sentence
	if n := r.unit - s.unit; n > 0 {
		if n == 1 && stop {
			r.short++
		} else {
			r.short = 0
		}
		r.staccato = r.staccato || r.short >= 3
	}
	r.turnIrony()
	r.spoil()
	blamed, marker := false, math.MaxInt
	for i := s.hit; i < len(r.hits); i++ {
		blamed = blamed || r.hits[i].value < 0
		if marker == math.MaxInt && r.hits[i].kind == sarcasm {
			marker = i
			if r.hits[i].value < lightly {
				marker = s.hit - 1
			}
		}
	}
	bare := s.bare && s.again && blamed // "great, broken again"
	slow := s.late && r.weight == 1     // "six days to answer, impressive"
	for i := s.hit; i < len(r.hits); i++ {
		h := &r.hits[i]
		if h.kind == menace && s.threatens && h.mark&(asked|negated) == 0 {
			h.kind, h.value = threat, kinds[threat].usual
		}
		// A marker turns the praise of its sentence; a light one only what is
		// behind it, as 呵呵 after praise is a smile.
		if h.value > 0 && (bare || i > marker || slow && (h.kind == irony || h.kind == surprised)) {
			h.value *= mockedBy
			h.kind = angry
			h.mark |= mocked
		}
	}
	if len(r.hits) > s.hit {
		r.before = s.hit
	}
	r.sentence = sentence{hit: len(r.hits), unit: r.unit}
	r.weight = 1
}

// close makes thanks weigh little that end a request: they are said beforehand,
// and show manners more than content. "Could you check my order? Thanks".
func (r *reader) close() {
	n := len(r.hits) - 1
	if n < 0 || r.requests == 0 || r.last.unit < r.requests || r.hits[n].kind != grateful || r.hits[n].face || r.hits[n].mark != 0 {
		return
	}
	for i := range r.hits[:n] {
		if r.hits[i].value > 0 {
			return
		}
	}
	r.hits[n].value *= closing
	r.hits[n].mark |= asked
}

// raise strengthens the words written in capitals, when not all of the text is.
func (r *reader) raise(all bool) {
	for i := range r.hits {
		h := &r.hits[i]
		if all {
			if h.value < 0 {
				h.value *= 1.2
			}
			continue
		}
		start, end := r.m.Original(int(h.start), int(h.end))
		if isShouted(r.txt[start:end]) {
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

// total sums the values of the hits.
func (r *reader) total(marks int) float64 {
	total, woe := 0.0, 0.0
	for i := range r.hits {
		h := &r.hits[i]
		if h.kind == trouble && h.value < 0 {
			// A long list of defects is no rage.
			v := math.Max(h.value, -maxTrouble-woe)
			woe += v
			h.value = math.Min(v, 0)
		}
		total += h.value
	}
	if r.staccato {
		total *= staccatoBy
	}
	if total != 0 {
		total += math.Copysign(0.3*float64(marks), total)
	}
	return total
}

// readText reads a text.
func (r *reader) readText(lex *lexicon, txt string) look {
	r.lex, r.txt, r.m = lex, txt, r.buffer.Normalize(txt)
	r.s = r.m.Text
	r.read()
	if r.staccato && len(r.hits) == 0 { // "This. Does. Not. Work."
		r.hits = append(r.hits, hit{end: int32(len(r.s)), kind: angry, value: impatient, face: true})
	}
	r.close()
	if r.soon && r.event {
		r.urgency = 1 - (1-r.urgency)*(1-deadline)
	}
	l := lookAt(txt)
	if l.shouted {
		r.raise(l.all)
	}
	return l
}
