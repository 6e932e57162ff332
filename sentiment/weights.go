package sentiment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Weights are what a scorer learnt from labelled messages: how much each n-gram
// of characters and words adds to what the lexicon and the rules say. They are
// made by [Scorer.Train], kept with WriteTo, read by [Load] and used by way of
// [Options]. Weights are immutable and safe for concurrent use.
//
// The model is linear (logistic regression) over hashed 1- to 3-grams of Han
// characters, words and marks, once of the text and, if it is Chinese, once of
// its last clause, each counted once and scaled by the root of their number, and over some
// figures of the rules.
type Weights struct {
	closes bool // it knows the grams of last clauses; weights of before do not
	bias   float64
	dense  [figures]float32
	grams  string  // a signed byte each, by hash; a power of two of them
	unit   float32 // what a step of a gram's weight is worth
}

// gramBits is how many bits of a gram's hash are kept: a million weights, a byte
// each, for all languages together. Files of before had 18 bits, the last of
// these, and are read too: fewer than 20 let words that say different things
// share a weight, which cost a point on unseen helpdesk dialogues and microblogs.
// Files of labels hold places among these: other bits need another labelMagic.
const (
	gramBits      = 20
	leastGramBits = 18
)

// Figures of the rules that are features.
const (
	figureSum      = iota // what the rules add up to
	figureSquashed        // the same, squashed
	figurePraise
	figureBlame
	figureTrouble
	figureLast  // the value of the last word
	figureLatin // 1 in a text without Han characters
	perScript
	figures = 2 * perScript
)

// The figures stand twice, for texts with Han characters and for those without:
// Chinese and English lexicons are trusted each by its own weights, however much
// of the one language is learnt from.

// features are what a text shows to Weights.
type features struct {
	dense [figures]float32
	grams []uint32 // each once
	whole int      // how many of them are of the whole text; the rest, of its last clause
}

// featuresOf adds the features of a text that was read; its sum is total.
func (r *reader) featuresOf(total float64, f *features) {
	f.dense = [figures]float32{}
	dense := f.dense[:perScript]
	han := strings.ContainsFunc(r.s, text.IsHan)
	if !han {
		dense = f.dense[perScript:]
		dense[figureLatin] = 1
	}
	dense[figureSum], dense[figureSquashed] = float32(total), float32(squash(total))
	for i := range r.hits {
		v := float32(r.hits[i].value)
		switch {
		case r.hits[i].kind == trouble:
			dense[figureTrouble] += v
		case v > 0:
			dense[figurePraise] += v
		default:
			dense[figureBlame] += v
		}
		dense[figureLast] = float32(squash(float64(v)))
	}
	for _, k := range []int{figurePraise, figureBlame, figureTrouble} {
		dense[k] = float32(squash(float64(dense[k])))
	}
	f.grams = appendGrams(f.grams[:0], r.s, 0)
	f.whole = len(f.grams)
	if at := lastClause(r.s); han && at > 0 { // in English it does not help
		f.grams = appendGrams(f.grams, r.s[at:], closingSeed)
	}
}

// shown are the grams that weights know, with or without those of last clauses.
func (f *features) shown(closes bool) []uint32 {
	if closes {
		return f.grams
	}
	return f.grams[:f.whole]
}

// rootOf scales n grams.
func rootOf(n int) float32 {
	if n == 0 {
		return 0
	}
	return float32(1 / math.Sqrt(float64(n)))
}

// closingSeed makes the grams of last clauses others than those of the text.
const closingSeed = 0x5bd1e995

// lastClause is where the last clause of a normalised text begins, 0 when it is
// the only one. What a customer ends with weighs more than how they began.
func lastClause(s string) int {
	words := false
	for i := len(s); i > 0; {
		c, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
		mark := false
		switch c {
		case '.':
			mark = i == 0 || i+1 == len(s) || !isWord(s[i-1]) || !isWord(s[i+1])
		case '!', '?', '。', ';', ',', '/', '~', '…':
			mark = true
		case ' ':
			mark = hanAround(s, i)
		}
		switch {
		case mark && words:
			return i + size
		case !mark && c != ' ':
			words = true
		}
	}
	return 0
}

// trusted is the part of what was learnt that counts beside the sum of the
// rules. Weights see words and not how they hang together, so they count the
// less the shorter a text is, hardly when no word of it shows a feeling (it is
// likely a plain request), not for questions and conditions, and hardly against
// what the rules say of a short text, least against a negation, a mockery or a
// reproach that they found, or beside a word that is said to hold a little. Of a
// text that thanks and says no other good, they know less than its thanks: those
// who write reviews mean more by them than those who close a request.
func (r *reader) trusted(learnt, sum float64) float64 {
	if r.unit == 0 {
		return learnt
	}
	length := float64(r.unit) / longText
	learnt *= float64(r.told) / float64(r.unit)
	built, weak, contrary := false, false, learnt*sum < 0
	thanks := len(r.hits) > 0 && learnt > 0
	for i := range r.hits {
		h := &r.hits[i]
		thanks = thanks && h.kind == grateful
		weak = weak || h.mark&weakened != 0
		built = built || h.mark&(negated|mocked) != 0 || h.kind == sarcasm || h.kind == rhetoric
	}
	switch {
	case thanks:
		learnt *= thanked
	case !r.shown():
		learnt *= min(1, 0.25+length/2)
	case built && contrary:
		learnt *= min(1, 0.1+length/3)
	case weak, contrary:
		learnt *= min(1, 0.1+length/2)
	default:
		learnt *= min(1, 0.4+length)
	}
	return learnt
}

// shown reports a word that shows a feeling or judges.
func (r *reader) shown() bool {
	for i := range r.hits {
		if h := &r.hits[i]; h.kind != trouble && h.mark&(asked|supposed) == 0 {
			return true
		}
	}
	return false
}

const thanked = 0.2

// longText is how many units a text has whose words tell by themselves.
const longText = 30

// appendGrams appends the hashes of the 1- to 3-grams of a text's units: Han
// characters, words, marks and emoji. Digits are alike. A gram that a text has
// twice is counted once, in a long text once among those around it. Grams of
// another seed are others.
func appendGrams(dst []uint32, s string, seed uint32) []uint32 {
	const start, most = 0x9e3779b9, 3 << 10
	from := len(dst)
	var seen [32]uint64 // which grams may be in dst, by their last bits
	add := func(h uint32) {
		h = mix(h ^ seed)
		word, bit := h>>6&31, uint64(1)<<(h&63)
		if seen[word]&bit != 0 && slices.Contains(dst[max(from, len(dst)-96):], h) {
			return
		}
		seen[word] |= bit
		dst = append(dst, h)
	}
	one, two := uint32(0), uint32(start)
	for i := 0; i < len(s) && len(dst)-from < most; {
		if s[i] == ' ' {
			i++
			continue
		}
		end := i + 1
		switch {
		case isWord(s[i]):
			for end < len(s) && (isWord(s[end]) || s[end] == '\'') {
				end++
			}
		case s[i] >= utf8.RuneSelf:
			_, size := utf8.DecodeRuneInString(s[i:])
			end = i + size
		}
		h := hashUnit(s[i:end])
		i = end
		add(h)
		add(two*31 + h)
		if one != 0 {
			add((one*31+two)*31 + h + 1)
		}
		one, two = two, h
	}
	return dst
}

// hashUnit hashes a unit; a digit counts as 0.
func hashUnit(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		b := s[i]
		if '0' <= b && b <= '9' {
			b = '0'
		}
		h = (h ^ uint32(b)) * 16777619
	}
	return h | 1
}

// mix spreads a hash over the buckets.
func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return (h ^ h>>16) & (1<<gramBits - 1)
}

// logit is the log-odds of a text being positive.
func (w *Weights) logit(f *features) float64 {
	z := w.bias
	for i, x := range f.dense {
		z += float64(w.dense[i] * x)
	}
	grams := f.shown(w.closes)
	sum, mask := int32(0), uint32(len(w.grams)-1)
	for _, g := range grams {
		sum += int32(int8(w.grams[g&mask]))
	}
	return z + float64(float32(sum)*w.unit*rootOf(len(grams)))
}

// magic begins a file of weights, magicBefore one without grams of last clauses.
const (
	magic       = "fdmood2\n"
	magicBefore = "fdmood1\n"
)

// WriteTo writes the weights, some 1 MiB, in a form that [Load] of this and
// later versions reads.
func (w *Weights) WriteTo(out io.Writer) (int64, error) {
	version := magic
	if !w.closes {
		version = magicBefore
	}
	buf := append(make([]byte, 0, len(magic)+8*(figures+2)+len(w.grams)), version...)
	buf = binary.LittleEndian.AppendUint32(buf, figures)
	buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(w.bias))
	for _, x := range w.dense {
		buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(x))
	}
	buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(w.unit))
	buf = append(buf, w.grams...)
	n, err := out.Write(buf)
	if err != nil {
		return int64(n), fmt.Errorf("sentiment: write weights: %w", err)
	}
	return int64(n), nil
}

// Load reads weights that WriteTo wrote.
func Load(in io.Reader) (*Weights, error) {
	raw, err := io.ReadAll(io.LimitReader(in, int64(sizeOfWeights)+1))
	if err != nil {
		return nil, fmt.Errorf("sentiment: load weights: %w", err)
	}
	return decodeWeights(string(raw))
}

// sizeOfWeights is how many bytes a file of weights has, sizeOfHead of them
// before those of the grams.
const (
	sizeOfHead    int = len(magic) + 4 + 8 + 4*figures + 4
	sizeOfWeights     = sizeOfHead + 1<<gramBits
)

// decodeWeights decodes a file of weights, and shares its memory.
func decodeWeights(raw string) (*Weights, error) {
	switch {
	case len(raw) < len(magic)+4:
		return nil, fmt.Errorf("sentiment: load weights: the file is cut short: %w", io.ErrUnexpectedEOF)
	case !strings.HasPrefix(raw, magic) && !strings.HasPrefix(raw, magicBefore):
		return nil, fmt.Errorf("sentiment: load weights: %q is no file of weights: make one with Scorer.Train", raw[:len(magic)])
	}
	head := []byte(raw[len(magic):min(len(raw), sizeOfHead)])
	if n := binary.LittleEndian.Uint32(head); n != figures {
		return nil, fmt.Errorf("sentiment: load weights: %d figures, this version has %d: train anew", n, figures)
	}
	if len(raw) != sizeOfHead+1<<leastGramBits && len(raw) < sizeOfWeights {
		return nil, fmt.Errorf("sentiment: load weights: the file is cut short: %w", io.ErrUnexpectedEOF)
	} else if len(raw) > sizeOfWeights {
		return nil, errors.New("sentiment: load weights: the file goes on after its end")
	}
	head = head[4:]
	w := &Weights{closes: strings.HasPrefix(raw, magic), bias: math.Float64frombits(binary.LittleEndian.Uint64(head)), grams: raw[sizeOfHead:]}
	head = head[8:]
	ok := small(w.bias)
	for i := range w.dense {
		w.dense[i] = math.Float32frombits(binary.LittleEndian.Uint32(head[4*i:]))
		ok = ok && small(float64(w.dense[i]))
	}
	w.unit = math.Float32frombits(binary.LittleEndian.Uint32(head[4*figures:]))
	if !ok || !small(float64(w.unit)) {
		return nil, errors.New("sentiment: load weights: a weight is no number or beyond all measure: the file is damaged")
	}
	return w, nil
}

func small(x float64) bool { return math.Abs(x) < 1000 } // NaN is not
