package entity

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// scan is one pass over one message. Positions are byte offsets into s, the
// normalised text.
type scan struct {
	x    *Extractor
	src  string
	m    text.Mapped
	s    string
	lang string
	now  time.Time
	// today is the midnight before now.
	today time.Time
	out   []found
	// leans is which way the message looks in time, known once it was asked for.
	leans lean
}

func isDigit(b byte) bool  { return '0' <= b && b <= '9' }
func isLetter(b byte) bool { return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' }
func isAlnum(b byte) bool  { return isDigit(b) || isLetter(b) }

// at is the byte at i, or 0 beyond the end.
func (c *scan) at(i int) byte {
	if i < 0 || i >= len(c.s) {
		return 0
	}
	return c.s[i]
}

// rune is the character at i, or 0 beyond the end.
func (c *scan) rune(i int) (rune, int) {
	if i >= len(c.s) {
		return 0, 0
	}
	return utf8.DecodeRuneInString(c.s[i:])
}

// before is the character that ends at i, or 0.
func (c *scan) before(i int) rune {
	if i <= 0 {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(c.s[:i])
	return r
}

// skip passes over spaces.
func (c *scan) skip(i int) int {
	for i < len(c.s) && c.s[i] == ' ' {
		i++
	}
	return i
}

func (c *scan) has(i int, w string) bool {
	return i >= 0 && i <= len(c.s) && strings.HasPrefix(c.s[i:], w)
}

// word is the run of Latin letters at i.
func (c *scan) word(i int) string {
	j := i
	for j < len(c.s) && isLetter(c.s[j]) {
		j++
	}
	return c.s[min(i, len(c.s)):j]
}

// phrase returns the end of the first of the phrases that stands at i, or -1.
// A phrase that ends in a letter must end a word.
func (c *scan) phrase(i int, list ...string) int {
	if i >= len(c.s) {
		return -1
	}
	for _, w := range list {
		if c.s[i] == w[0] && c.has(i, w) && (!isLetter(w[len(w)-1]) || !isAlnum(c.at(i+len(w)))) {
			return i + len(w)
		}
	}
	return -1
}

// opt is the end of the first of the phrases at i, or i itself.
func (c *scan) opt(i int, list ...string) int {
	if e := c.phrase(i, list...); e >= 0 {
		return e
	}
	return i
}

// typed reports that the character at i was typed in half width: 1,000 is one
// number, but 1，000 are two.
func (c *scan) typed(i int) bool {
	s, e := c.m.Original(i, i+1)
	return e-s == 1
}

// suffix returns where the first of the phrases that end at i begins, or -1.
// A phrase that begins with a letter must begin a word.
func (c *scan) suffix(i int, list ...string) int {
	if i <= 0 {
		return -1
	}
	for _, w := range list {
		if strings.HasSuffix(c.s[:i], w) && (!isLetter(w[0]) || !isAlnum(c.at(i-len(w)-1))) {
			return i - len(w)
		}
	}
	return -1
}

// last is the run of Latin letters that ends at i, trailing spaces apart.
func (c *scan) last(i int) string {
	for i > 0 && c.s[i-1] == ' ' {
		i--
	}
	j := i
	for j > 0 && isLetter(c.s[j-1]) {
		j--
	}
	return c.s[j:i]
}
