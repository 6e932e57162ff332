package text

import (
	_ "embed"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// simplifiedTable is written by package gen: a comment line, a line of
// characters in pairs (traditional, simplified), then a phrase a line.
//
//go:embed simplified.txt
var simplifiedTable string

// decoded remembers the decoded table. It is reached from Normalize only.
var decoded struct {
	once  sync.Once
	table simplifier
}

func simplified() *simplifier {
	decoded.once.Do(func() { decoded.table = newSimplifier(simplifiedTable) })
	return &decoded.table
}

// Most Han characters lie between these two; they are looked up by position.
const (
	denseFirst = 0x3400
	denseEnd   = 0xa000
)

// A simplifier turns traditional characters into simplified ones.
type simplifier struct {
	dense   []uint16        // by character - denseFirst; 0 leaves it
	rare    map[rune]rune   // characters outside the dense range
	starts  []uint64        // bit set of the characters some phrase begins with
	phrases map[rune][]pair // by first character, longest first
}

type pair struct{ from, to string }

func newSimplifier(table string) simplifier {
	t := simplifier{
		dense:   make([]uint16, denseEnd-denseFirst),
		rare:    make(map[rune]rune, 600),
		starts:  make([]uint64, (denseEnd-denseFirst+63)/64),
		phrases: make(map[rune][]pair, 256),
	}
	_, table, _ = strings.Cut(table, "\n")
	chars, rest, _ := strings.Cut(table, "\n")
	for chars != "" {
		from, n := utf8.DecodeRuneInString(chars)
		to, m := utf8.DecodeRuneInString(chars[n:])
		chars = chars[n+m:]
		if isDense(from) && to <= 0xffff {
			t.dense[from-denseFirst] = uint16(to)
		} else {
			t.rare[from] = to
		}
	}
	for rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		from, to, ok := strings.Cut(line, " ")
		first, _ := utf8.DecodeRuneInString(from)
		if !ok || !isDense(first) {
			continue
		}
		t.starts[(first-denseFirst)/64] |= 1 << ((first - denseFirst) % 64)
		t.phrases[first] = append(t.phrases[first], pair{from, to})
	}
	for _, list := range t.phrases {
		sort.SliceStable(list, func(i, j int) bool { return len(list[i].from) > len(list[j].from) })
	}
	return t
}

func isDense(r rune) bool { return r >= denseFirst && r < denseEnd }

// char returns the simplified form of r, r itself if it has none.
func (t *simplifier) char(r rune) rune {
	if isDense(r) {
		if to := t.dense[r-denseFirst]; to != 0 {
			return rune(to)
		}
	}
	if to, ok := t.rare[r]; ok {
		return to
	}
	return r
}

// phrase returns the longest phrase that s, whose first character is r, begins
// with.
func (t *simplifier) phrase(s string, r rune) (pair, bool) {
	if !isDense(r) || t.starts[(r-denseFirst)/64]&(1<<((r-denseFirst)%64)) == 0 {
		return pair{}, false
	}
	for _, p := range t.phrases[r] {
		if strings.HasPrefix(s, p.from) {
			return p, true
		}
	}
	return pair{}, false
}
