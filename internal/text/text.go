package text

import (
	"sort"
	"unicode/utf8"
)

// Mapped is a text after normalisation, together with where each of its
// characters stood in the customer's own text. The zero value is the empty
// text; a Mapped made with only Text set maps every range to itself.
type Mapped struct {
	// Text is the normalised text, valid UTF-8.
	Text string
	// spans cover Text without gaps, in order; nil means that Text is a prefix
	// of the original.
	spans []span
}

// A span says that the bytes of the normalised text from at to the next span's
// at came from the bytes [start, end) of the original. When both ranges have
// the same length they correspond character by character; otherwise the span
// is one character of the normalised text.
type span struct{ at, start, end int32 }

// Original maps the byte range [start, end) of m.Text to the byte range of the
// original that produced it, including what normalisation joined to the range:
// the repeats of a stretched letter, the accent of a letter, the modifiers of
// an emoji. The range is never split inside a character of the original. Ends
// outside m.Text are moved into it; an empty range maps to an empty range.
func (m Mapped) Original(start, end int) (int, int) {
	start, end = min(max(start, 0), len(m.Text)), min(end, len(m.Text))
	empty := end <= start
	for start > 0 && start < len(m.Text) && !utf8.RuneStart(m.Text[start]) {
		start--
	}
	if empty {
		at := m.startOf(start)
		return at, at
	}
	for end < len(m.Text) && !utf8.RuneStart(m.Text[end]) {
		end++
	}
	return m.startOf(start), m.endOf(end)
}

// startOf returns where the character that begins at byte at of the text
// begins in the original.
func (m Mapped) startOf(at int) int {
	if len(m.spans) == 0 {
		return at
	}
	if at == len(m.Text) {
		return m.endOf(at)
	}
	i := m.find(at)
	s := m.spans[i]
	if m.width(i) == int(s.end-s.start) {
		return int(s.start) + at - int(s.at)
	}
	return int(s.start)
}

// endOf returns where the character that ends at byte at > 0 of the text ends
// in the original.
func (m Mapped) endOf(at int) int {
	if len(m.spans) == 0 {
		return at
	}
	i := m.find(at - 1)
	s := m.spans[i]
	if m.width(i) == int(s.end-s.start) {
		return int(s.start) + at - int(s.at)
	}
	return int(s.end)
}

// find returns the span that holds byte at of the text.
func (m Mapped) find(at int) int {
	return sort.Search(len(m.spans), func(i int) bool { return int(m.spans[i].at) > at }) - 1
}

// width is the length of span i in the normalised text.
func (m Mapped) width(i int) int {
	if i+1 < len(m.spans) {
		return int(m.spans[i+1].at - m.spans[i].at)
	}
	return len(m.Text) - int(m.spans[i].at)
}
