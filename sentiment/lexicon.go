package sentiment

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

//go:embed lexicon/*.txt
var shipped embed.FS

// Word is an entry of a lexicon: a word, phrase, emoji or emoticon, and what
// it does to a text.
type Word struct {
	// Text is matched after folding case, width and traditional script. One
	// that begins or ends in a Latin letter matches whole words only; a "*" at
	// the end lets the last word go on ("disappoint*"). A "…" in it stands for
	// up to some words of the same clause: "有你们这样…的吗".
	Text string
	// Kind says what the word does. A word may be listed twice, as urgent,
	// polite or rude and as another kind (急死了, 谢谢); otherwise the last one
	// counts.
	Kind Kind
	// Value is -4 to 4 for a word that carries mood, 0 to 1 for urgency
	// and manners, and a factor for degrees and negations; 0 takes the kind's
	// usual value.
	Value float64
}

// Kind is what a word of a lexicon does.
type Kind string

// The kinds of words.
const (
	KindPlain        Kind = "plain"        // carries nothing: hides shorter words in it (正好, "would like")
	KindAngry        Kind = "angry"        // shows anger
	KindAnxious      Kind = "anxious"      // shows worry
	KindSad          Kind = "sad"          // shows grief
	KindDisappointed Kind = "disappointed" // shows that more was hoped for
	KindSatisfied    Kind = "satisfied"    // shows content
	KindGrateful     Kind = "grateful"     // thanks
	KindSurprised    Kind = "surprised"    // shows surprise, which is neither good nor bad
	KindGood         Kind = "good"         // speaks well of something, without a feeling of its own
	KindBad          Kind = "bad"          // speaks ill of something, without a feeling of its own
	KindTrouble      Kind = "trouble"      // describes what went wrong (开胶, "broken"): hardly a feeling
	KindNegate       Kind = "negate"       // turns what follows: 不, "not"; the value is how far (1), above 1 that it is emphatic
	KindDegree       Kind = "degree"       // strengthens or weakens what follows: 非常, "slightly"; a factor
	KindAfter        Kind = "after"        // strengthens what stands before it: 死了, 极了; a factor, below 0 one that turns it: 都没有
	KindContrast     Kind = "contrast"     // what follows weighs more than what came before: 但是, "but"
	KindConcede      Kind = "concede"      // its clause weighs less: 虽然, "although"
	KindQuestion     Kind = "question"     // makes its clause a question: 吗, "can i"
	KindIf           Kind = "if"           // makes its clause a condition: 如果, "if"
	KindMenace       Kind = "menace"       // anger that with an ultimatum is a threat: 投诉, "bad review"
	KindUltimatum    Kind = "ultimatum"    // or else: 再不, 否则, "unless"
	KindThreat       Kind = "threat"       // a threat as it stands: 12315, "chargeback"
	KindPolite       Kind = "polite"       // is polite: 请, "could you"
	KindRude         Kind = "rude"         // is rude: 废话, "shut up"
	KindUrgent       Kind = "urgent"       // presses: 马上, "asap"
	KindSoon         Kind = "soon"         // a near time: 今晚, "in an hour"; presses beside an event
	KindEvent        Kind = "event"        // what one must be in time for: 登机, "wedding"
	KindSarcasm      Kind = "sarcasm"      // turns praise in the same sentence: 呵呵, "yeah right"
	KindIrony        Kind = "irony"        // praise that mocks when its clause goes on with blame: "thanks for", 恭喜你们
	KindRhetoric     Kind = "rhetoric"     // a question that is a reproach: 凭什么, "is it too much to ask"
	KindLate         Kind = "late"         // trouble: how long it took; praise of speed in the same sentence mocks: 六天才回, "days to answer"
	KindAgain        Kind = "again"        // once more; after bare praise what went wrong again is mockery: 又, "again"; a factor
)

// code is a kind inside: the index of kinds.
type code uint8

const (
	plain code = iota
	angry
	anxious
	sad
	disappointed
	satisfied
	grateful
	surprised
	good
	bad
	trouble
	negate
	degree
	after
	contrast
	concede
	question
	condition
	menace
	ultimatum
	threat
	urgent
	polite
	rude
	soon
	event
	sarcasm
	irony
	rhetoric
	late
	again
	opener // the first part of a word with a gap, when it is no word itself
)

// kinds are all kinds with the value of a word that gives none, and the values
// it may have.
var kinds = [...]struct {
	kind          Kind
	usual, lo, hi float64
}{
	plain:        {KindPlain, 0, 0, 0},
	angry:        {KindAngry, -2.5, -4, 0},
	anxious:      {KindAnxious, -1.5, -4, 0},
	sad:          {KindSad, -2, -4, 0},
	disappointed: {KindDisappointed, -2, -4, 0},
	satisfied:    {KindSatisfied, 2, 0, 4},
	grateful:     {KindGrateful, 1.8, 0, 4},
	surprised:    {KindSurprised, 0.2, -4, 4},
	good:         {KindGood, 1.5, 0, 4},
	bad:          {KindBad, -1.5, -4, 0},
	trouble:      {KindTrouble, -1, -4, 0},
	negate:       {KindNegate, 1, 0, 2},
	degree:       {KindDegree, 1.3, 0, 4},
	after:        {KindAfter, 1.4, -1, 4},
	contrast:     {KindContrast, 0, 0, 0},
	concede:      {KindConcede, 0, 0, 0},
	question:     {KindQuestion, 0, 0, 0},
	condition:    {KindIf, 0, 0, 0},
	menace:       {KindMenace, -2.2, -4, 0},
	ultimatum:    {KindUltimatum, 0, 0, 0},
	threat:       {KindThreat, -3.5, -4, 0},
	urgent:       {KindUrgent, 0.6, 0, 1},
	polite:       {KindPolite, 0.5, 0, 1},
	rude:         {KindRude, 0.7, 0, 1},
	soon:         {KindSoon, 0, 0, 0},
	event:        {KindEvent, 0, 0, 0},
	sarcasm:      {KindSarcasm, -1, -4, 0},
	irony:        {KindIrony, 1.8, 0, 4},
	rhetoric:     {KindRhetoric, -1.8, -4, 0},
	late:         {KindLate, -1.2, -4, 0},
	again:        {KindAgain, 1, 0, 4},
}

// codeOf finds a kind.
func codeOf(k Kind) (code, bool) {
	for c := range kinds {
		if kinds[c].kind == k {
			return code(c), true
		}
	}
	return 0, false
}

// Kinds are all kinds there are.
func Kinds() []Kind {
	ks := make([]Kind, len(kinds))
	for i := range kinds {
		ks[i] = kinds[i].kind
	}
	return ks
}

// ReadWords reads a lexicon: a line is a kind, a value if not the usual one, a
// colon and words with commas between, half or full width. Lines that begin
// with "# " and what follows " # " are comments.
//
//	angry -3: 坑爹, 骗子, rip-off
//	trouble: 开胶, 掉色
//	plain: 好评返现
//
// name is the file's, for errors, which name the line.
func ReadWords(r io.Reader, name string) ([]Word, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("sentiment: %s: %w", name, err)
	}
	return parseWords(string(raw), name)
}

// parseWords reads the text of a lexicon. The words share its memory.
func parseWords(raw, name string) ([]Word, error) {
	words := make([]Word, 0, strings.Count(raw, ",")+strings.Count(raw, "\n")+1)
	var errs []error
	n := 0
	for line := range strings.Lines(raw) {
		n++
		line, _, _ = strings.Cut(strings.TrimPrefix(line, "\ufeff"), " # ")
		line = strings.TrimSpace(line)
		if line == "" || line == "#" || strings.HasPrefix(line, "# ") {
			continue
		}
		var err error
		if words, err = appendLine(words, line); err != nil {
			errs = append(errs, fmt.Errorf("sentiment: %s:%d: %w", name, n, err))
		}
	}
	return words, errors.Join(errs...)
}

// appendLine appends the words of a line; none when there is an error.
func appendLine(words []Word, line string) ([]Word, error) {
	i := strings.IndexAny(line, ":：")
	if i < 0 {
		return words, fmt.Errorf("no colon in %q: write kind, value, colon, words", text.Cut(line, 40))
	}
	head, list := strings.Fields(line[:i]), strings.TrimPrefix(line[i:], "：")
	list = strings.TrimPrefix(list, ":")
	if len(head) == 0 || len(head) > 2 {
		return words, fmt.Errorf("want a kind and at most a value before the colon, got %q", text.Cut(line[:i], 40))
	}
	w := Word{Kind: Kind(head[0])}
	if len(head) == 2 {
		v, err := strconv.ParseFloat(head[1], 64)
		if err != nil {
			return words, fmt.Errorf("value %q: want a number such as -2.5", head[1])
		}
		w.Value = v
	}
	if err := w.validate(); err != nil {
		return words, err
	}
	for list != "" {
		var s string
		if i := strings.IndexAny(list, ",，"); i < 0 {
			s, list = list, ""
		} else {
			_, size := utf8.DecodeRuneInString(list[i:])
			s, list = list[:i], list[i+size:]
		}
		if w.Text = strings.TrimSpace(s); w.Text != "" {
			words = append(words, w)
		}
	}
	return words, nil
}

// validate checks kind and value; the text is the caller's.
func (w *Word) validate() error {
	c, ok := codeOf(w.Kind)
	if !ok {
		return fmt.Errorf("kind %q: use one of %v", w.Kind, Kinds())
	}
	if k := &kinds[c]; !(w.Value >= k.lo && w.Value <= k.hi) && w.Value != 0 {
		return fmt.Errorf("value %g of kind %s: want %g to %g", w.Value, w.Kind, k.lo, k.hi)
	}
	return nil
}

// entry is a compiled word.
type entry struct {
	value  float64
	gaps   []gap   // what it means when its clause goes on with a certain text
	press  float64 // urgency, of a word that is listed as urgent too
	manner float64 // -1 to 1: politeness, of a word that is listed as polite or rude too
	kind   code
	units  uint8 // Han characters and words
	file   uint8 // which lexicon it is from; a later one wins
	face   bool  // an emoji or emoticon: no negation or question is about it
}

// A gap is the second part of a word with a gap in it, and the whole word.
type gap struct {
	rest  string
	entry entry
}

// A lexicon finds entries in normalised text. It is immutable.
type lexicon struct {
	entries []entry
	trie    trie
	under   *lexicon // what it lies over: its own words win over those as long
}

// longest returns the longest entry that s goes on with at i, and where it ends;
// nil when there is none.
func (l *lexicon) longest(s string, i int) (*entry, int) {
	index, end, ok := l.trie.longest(s, i)
	if l.under != nil {
		if e, stop := l.under.longest(s, i); e != nil && (!ok || stop > end) {
			return e, stop
		}
	}
	if !ok {
		return nil, i
	}
	return &l.entries[index], end
}

// shippedLexicon compiles the shipped words.
func shippedLexicon() (*lexicon, error) {
	// A later file wins: our own words over the general English ones.
	names := [...]string{"vader.txt", "symbols.txt", "en.txt", "zh.txt"}
	var words [len(names)][]Word
	all := 0
	for i, name := range names {
		raw, err := shipped.ReadFile("lexicon/" + name)
		if err != nil {
			return nil, err
		}
		if words[i], err = parseWords(string(raw), name); err != nil {
			return nil, err
		}
		all += len(words[i])
	}
	b := builder{entries: make([]entry, 0, all), byText: make(map[string]int32, all)}
	for i, name := range names {
		if err := b.add(words[i], name); err != nil {
			return nil, err
		}
	}
	return b.lexicon(), nil
}

// with lays words over a lexicon.
func (l *lexicon) with(words []Word, name string) (*lexicon, error) {
	b := builder{under: l}
	if err := b.add(words, name); err != nil {
		return nil, err
	}
	over := b.lexicon()
	over.under = l
	return over, nil
}

// A builder collects the words of a lexicon.
type builder struct {
	entries []entry
	byText  map[string]int32 // index of entries
	file    uint8
	under   *lexicon // may be nil
}

// add takes in a file's words, which win over those before.
func (b *builder) add(words []Word, name string) error {
	if b.byText == nil {
		b.byText = make(map[string]int32, len(words))
	}
	b.file++
	for i, w := range words {
		if err := b.addWord(w); err != nil {
			return fmt.Errorf("sentiment: %s: word %d (%q): %w", name, i+1, text.Cut(w.Text, 40), err)
		}
	}
	return nil
}

func (b *builder) addWord(w Word) error {
	if err := w.validate(); err != nil {
		return err
	}
	first, rest, gapped := strings.Cut(w.Text, "…")
	key := fold(strings.TrimSuffix(first, "*"))
	rest = fold(rest)
	switch {
	case key == "":
		return errors.New("it has no text")
	case gapped && rest == "":
		return errors.New("nothing after the gap")
	case len(key)+len(rest) > maxWord:
		return fmt.Errorf("longer than %d bytes", maxWord)
	}
	c, _ := codeOf(w.Kind)
	begin, _ := utf8.DecodeRuneInString(key)
	e := entry{kind: c, value: w.Value, units: units(key), file: b.file,
		face: !unicode.IsLetter(begin) && !unicode.IsDigit(begin)}
	if e.value == 0 {
		e.value = kinds[c].usual
	}
	if gapped {
		whole, ok := b.old(key)
		if !ok {
			whole = entry{kind: opener, units: e.units, file: b.file}
		}
		gaps := slices.DeleteFunc(slices.Clone(whole.gaps), func(g gap) bool { return g.rest == rest })
		e.say(c, e.value)
		whole.gaps = append(gaps, gap{rest, e})
		b.set(key, whole)
		return nil
	}
	if strings.HasSuffix(w.Text, "*") && isWord(key[len(key)-1]) {
		key += string(rune(goesOn))
	}
	old, ok := b.old(key)
	e.press, e.manner = old.press, old.manner
	if aside := e.value; e.say(c, aside) && ok && old.kind != opener { // what it was, and that beside
		e.kind, e.value = old.kind, old.value
	}
	e.gaps = old.gaps
	b.set(key, e)
	return nil
}

// say makes an entry plain that is pressing, polite or rude, and reports whether
// its kind is one of these.
func (e *entry) say(kind code, value float64) bool {
	switch kind {
	case urgent:
		e.press = value
	case polite:
		e.manner = value
	case rude:
		e.manner = -value
	default:
		return false
	}
	e.kind, e.value = plain, 0
	return true
}

// old is the entry a key had.
func (b *builder) old(key string) (entry, bool) {
	if i, ok := b.byText[key]; ok {
		return b.entries[i], true
	}
	if b.under != nil {
		if x, end := b.under.longest(key, 0); x != nil && end == len(key) {
			return *x, true
		}
	}
	return entry{}, false
}

func (b *builder) set(key string, e entry) {
	i, ok := b.byText[key]
	if !ok {
		i = int32(len(b.entries))
		b.entries = append(b.entries, entry{})
		b.byText[key] = i
	}
	b.entries[i] = e
}

// lexicon compiles what was added.
func (b *builder) lexicon() *lexicon {
	keys := make([]string, 0, len(b.byText))
	for k := range b.byText {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	keys = b.dropHidden(keys)
	l := &lexicon{entries: make([]entry, len(keys))}
	for i, k := range keys {
		l.entries[i] = b.entries[b.byText[k]]
	}
	l.trie = newTrie(keys)
	return l
}

// fold is text.Fold, with a short way for what is folded: most words are.
func fold(s string) string {
	last := byte(' ')
	for i := range len(s) {
		b := s[i]
		if !(isWord(b) || b == ' ' || b == '\'') || b == last {
			return text.Fold(s)
		}
		last = b
	}
	return strings.TrimRight(s, " ")
}

// units counts the Han characters and words of a folded key. At most 255 fit,
// maxWord sees to that.
func units(key string) uint8 {
	n := 0
	for i := 0; i < len(key); {
		switch b := key[i]; {
		case isWord(b):
			for i < len(key) && isWord(key[i]) {
				i++
			}
			n++
		case b == ' ':
			i++
		default:
			r, size := utf8.DecodeRuneInString(key[i:])
			if !text.IsHan(r) {
				return uint8(len(text.Tokens(key)))
			}
			i += size
			n++
		}
	}
	return uint8(n)
}

// maxWord bounds the bytes of a word.
const maxWord = 200

// dropHidden takes out the words that an open one of a later lexicon covers:
// "disappoint*" of ours is meant to decide "disappointed" too. The keys are
// sorted and stay so.
func (b *builder) dropHidden(keys []string) []string {
	hidden := map[string]bool{}
	for i, k := range keys {
		stem, open := strings.CutSuffix(k, string(rune(goesOn)))
		if !open {
			continue
		}
		for _, x := range keys[i+1:] {
			if !strings.HasPrefix(x, stem) {
				break
			}
			if b.entries[b.byText[x]].file < b.entries[b.byText[k]].file && letterOnly(x[len(stem):]) {
				hidden[x] = true
			}
		}
	}
	return slices.DeleteFunc(keys, func(k string) bool { return hidden[k] })
}
