package text

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Options says what Normalize leaves alone. The zero value (and a nil pointer)
// folds everything.
type Options struct {
	// KeepCase keeps upper and lower case, and accents.
	KeepCase bool
	// KeepTraditional keeps traditional Chinese characters.
	KeepTraditional bool
	// KeepRepeats keeps stretched words and runs of punctuation.
	KeepRepeats bool
	// KeepEmoji keeps emoji sequences as they are written: skin tones, joined
	// sequences, variation selectors. Otherwise a sequence becomes its first
	// emoji, so that 👍🏽 and 👍 are one symbol.
	KeepEmoji bool
}

// Normalize folds the differences in s that carry no meaning:
//
//   - full-width letters, digits and marks become half-width, typographic
//     quotes, dashes and spaces become plain ones, 𝐛𝐨𝐥𝐝 becomes bold, ① becomes 1;
//   - letters become lower case and lose their accents (café, cafe);
//   - traditional characters become simplified ones, by phrase where the
//     character alone does not tell (乾隆, 乾淨), then by character;
//   - a Han character or letter written three times or more is written twice,
//     except for digits (一一一), sizes (XXXL) and words that are just one letter
//     three times (AAA, www); an emoji likewise; a punctuation mark, once;
//   - invisible and control characters go, white space becomes one space
//     between words and none at the ends, invalid UTF-8 becomes U+FFFD.
//
// Normalising the result again changes nothing. Text already in this form is
// returned as it is, without allocation. Of a text longer than 2 GiB only the
// first 2 GiB are read.
func Normalize(s string, o *Options) Mapped {
	if o != nil && o.KeepTraditional {
		return Plain(s, o)
	}
	return normalize(s, o, simplified(), nil)
}

// Plain is Normalize with KeepTraditional set. A program that calls Plain but
// not Normalize or Fold does not link the table of traditional characters.
func Plain(s string, o *Options) Mapped {
	return normalize(s, o, nil, nil)
}

// Fold returns the normalised text without the way back: Normalize(s, nil).Text.
func Fold(s string) string {
	return Normalize(s, nil).Text
}

// A Buffer keeps what normalising needs beside its result, for a caller that
// normalises one text after the other. The zero value is ready; it is not for
// concurrent use.
type Buffer struct {
	buf   []byte
	spans []span
}

// Normalize is Normalize with the buffer's memory. The offsets of what it
// returns hold until the next call; its Text holds on.
func (b *Buffer) Normalize(s string) Mapped {
	return normalize(s, nil, simplified(), b)
}

// Clear forgets the text that was normalised, and memory beyond limit bytes.
func (b *Buffer) Clear(limit int) {
	if cap(b.buf) > limit {
		*b = Buffer{}
		return
	}
	clear(b.buf)
}

func normalize(s string, o *Options, simple *simplifier, b *Buffer) Mapped {
	if o == nil {
		o = &Options{}
	}
	if len(s) > math.MaxInt32 {
		s = Cut(s, math.MaxInt32)
	}
	w := writer{src: s, keepRepeats: o.KeepRepeats}
	if b != nil {
		w.buf, w.spans = b.buf[:0], b.spans[:0]
	}
	space, spaceEnd := -1, 0 // white space waiting for the next character
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		end := i + size
		k := kindOf(r)
		if k == kindSpace {
			if space < 0 {
				space = i
			}
			spaceEnd = end
			i = end
			continue
		}
		if k == kindMark && o.KeepCase || k == kindEmojiPart && o.KeepEmoji {
			k = kindOther
		}
		if k >= kindMark { // joins the character before it, or goes
			if space < 0 {
				end = w.join(r, k, i, end)
			}
			i = end
			continue
		}
		if space >= 0 {
			if w.n > 0 {
				w.put(' ', space, spaceEnd)
			}
			space = -1
		}
		switch k {
		case kindHan:
			if simple == nil {
				w.put(r, i, end)
				break
			}
			if p, ok := simple.phrase(s[i:], r); ok {
				end = i + len(p.from)
				w.putPhrase(p.to, i, end)
				break
			}
			w.put(simple.char(r), i, end)
		case kindPlain:
			if !o.KeepCase && 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			w.put(r, i, end)
		default:
			if f := widthFold(r); f != r {
				r = f
			}
			if !o.KeepCase {
				r = unicode.ToLower(r)
				if r >= utf8.RuneSelf {
					r = baseLetter(r)
				}
			}
			if parts := expand(r, o.KeepCase); parts != "" {
				for _, p := range parts {
					w.put(p, i, end)
				}
				break
			}
			w.put(r, i, end)
		}
		i = end
	}
	if b != nil {
		b.buf, b.spans = w.buf, w.spans
	}
	return w.mapped()
}

// A writer collects the normalised text. As long as that is a prefix of the
// source nothing is copied.
type writer struct {
	src         string
	keepRepeats bool

	buf    []byte // the text, once it is no longer a prefix of src
	spans  []span
	copied bool
	n      int // length of the text so far

	// The last character written: itself, where it starts in the text and in
	// the source, where its source ends, how often it was written in a row,
	// and whether that run began a word.
	last             rune
	lastAt           int
	lastStart        int
	lastEnd          int
	run              int
	runBeginsTheWord bool
}

// put writes r, which stands for src[start:end], unless it only stretches the
// run before it.
func (w *writer) put(r rune, start, end int) {
	if w.n > 0 && r == w.last {
		if !w.keepRepeats && w.run >= most(r) && !w.threeIsAWord(r, end) {
			w.run++
			w.extend(end)
			return
		}
		w.run++
	} else {
		w.runBeginsTheWord = w.n == 0 || !isWordPart(w.last)
		w.run = 1
	}
	size := utf8.RuneLen(r)
	if size < 0 {
		r, size = utf8.RuneError, 3
	}
	w.last, w.lastAt, w.lastStart, w.lastEnd = r, w.n, start, end
	if !w.copied {
		if start == w.n && end-start == size && sameRune(w.src[start:end], r) {
			w.n = end
			return
		}
		w.copy()
	}
	w.buf = utf8.AppendRune(w.buf, r)
	if k := len(w.spans) - 1; k >= 0 && size == end-start && int(w.spans[k].end) == start &&
		w.n-int(w.spans[k].at) == start-int(w.spans[k].start) {
		w.spans[k].end = int32(end)
	} else {
		w.spans = append(w.spans, span{int32(w.n), int32(start), int32(end)})
	}
	w.n += size
}

// putPhrase writes the replacement of the phrase src[start:end], character by
// character where both have as many.
func (w *writer) putPhrase(to string, start, end int) {
	from := w.src[start:end]
	if utf8.RuneCountInString(from) != utf8.RuneCountInString(to) {
		for _, r := range to {
			w.put(r, start, end)
		}
		return
	}
	for _, r := range to {
		_, size := utf8.DecodeRuneInString(w.src[start:])
		w.put(r, start, start+size)
		start += size
	}
}

// join handles a character that is not written: src[start:end] belongs to the
// character before it when it stands right behind that. It returns where to
// read on.
func (w *writer) join(r rune, k kind, start, end int) int {
	if w.n == 0 || w.lastEnd != start || k == kindNothing {
		return end
	}
	if r == zwj {
		if !IsEmoji(w.last) {
			return end
		}
		if next, size := utf8.DecodeRuneInString(w.src[end:]); IsEmoji(next) {
			end += size // a joined sequence is its first emoji
		}
	}
	w.extend(end)
	return end
}

// extend makes the last character written stand for the source up to end.
func (w *writer) extend(end int) {
	if !w.copied {
		w.copy()
	}
	k := len(w.spans) - 1
	if w.lastAt > int(w.spans[k].at) {
		w.spans[k].end = int32(w.lastStart)
		w.spans = append(w.spans, span{int32(w.lastAt), int32(w.lastStart), int32(end)})
	} else {
		w.spans[k].end = int32(end)
	}
	w.lastEnd = end
}

// copy begins to keep the text apart from the source.
func (w *writer) copy() {
	w.copied = true
	w.buf = append(slices.Grow(w.buf, len(w.src)+utf8.UTFMax), w.src[:w.n]...)
	if w.spans == nil {
		w.spans = make([]span, 0, 8)
	}
	if w.n > 0 {
		w.spans = append(w.spans, span{0, 0, int32(w.n)})
	}
}

func (w *writer) mapped() Mapped {
	if !w.copied {
		return Mapped{Text: w.src[:w.n]}
	}
	return Mapped{Text: string(w.buf), spans: w.spans}
}

// threeIsAWord reports whether the third r in a row, ending at end, completes
// a word that is nothing but r three times: AAA, www, iii.
func (w *writer) threeIsAWord(r rune, end int) bool {
	if w.run != 2 || !w.runBeginsTheWord || !unicode.IsLetter(r) || IsHan(r) {
		return false
	}
	for end < len(w.src) {
		next, size := utf8.DecodeRuneInString(w.src[end:])
		if kindOf(next) < kindMark {
			return !isWordPart(next)
		}
		end += size
	}
	return true
}

// isWordPart reports whether r continues a word written in letters.
func isWordPart(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	r = widthFold(r)
	return !IsHan(r) && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// most is how often r may be written in a row.
func most(r rune) int {
	switch {
	case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z':
		if r == 'x' || r == 'X' {
			return math.MaxInt
		}
		return 2
	case '0' <= r && r <= '9':
		return math.MaxInt
	case r == '+' || r == '/': // C++, https://
		return 2
	case r < utf8.RuneSelf:
		return 1
	case IsHan(r):
		if strings.ContainsRune("〇零一二三四五六七八九", r) {
			return math.MaxInt
		}
		return 2
	case unicode.IsLetter(r), IsEmoji(r):
		return 2
	case unicode.IsNumber(r):
		return math.MaxInt
	}
	return 1
}

func sameRune(s string, r rune) bool {
	if r < utf8.RuneSelf {
		return s[0] == byte(r)
	}
	got, _ := utf8.DecodeRuneInString(s)
	return got == r
}
