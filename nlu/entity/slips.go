package entity

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// minSlip is how long a Latin name must be, without separators, before a word
// that differs by one letter is taken for it.
const minSlip = 6

// sounds finds Chinese names by how they sound.
type sounds struct {
	trie
	*text.Sounds
	groups [][]entry
}

func newSounds(entries []entry) *sounds {
	s := &sounds{Sounds: text.NewSounds()}
	var keyed []entry
	byKey := map[string]int32{}
	for _, e := range entries {
		key, ok := s.key(e.key)
		if !ok {
			continue
		}
		id, ok := byKey[key]
		if !ok {
			s.groups = append(s.groups, nil)
			id = int32(len(s.groups))
			byKey[key] = id
			keyed = append(keyed, entry{key, id})
		}
		s.groups[id-1] = append(s.groups[id-1], e)
	}
	slices.SortFunc(keyed, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	if len(keyed) > 0 {
		s.build(keyed)
	}
	return s
}

// key is how a name of two Chinese characters or more sounds, two bytes each.
func (s *sounds) key(name string) (string, bool) {
	key := make([]byte, 0, len(name))
	for _, r := range name {
		c := s.Of(r)
		if c == 0 {
			return "", false
		}
		key = append(key, byte(c>>8), byte(c))
	}
	return string(key), len(key) >= 4
}

// slips adds the names that are misspelt where none is written right.
func (g *gazetteer) slips(c *scan) {
	right := make([]bool, len(c.s)+1)
	for _, f := range c.out {
		if f.rank == rankName {
			for i := f.from; i < f.to; i++ {
				right[i] = true
			}
		}
	}
	for i := 0; i < len(c.s); {
		b := c.s[i]
		switch {
		case right[i]:
			i++
		case isLetter(b) && (i == 0 || !isAlnum(c.s[i-1])):
			word := len(c.word(i))
			if n := g.root[b]; n > 0 && word >= 3 {
				g.misspelt(c, i, n)
			}
			i += word
		case b >= utf8.RuneSelf:
			_, size := utf8.DecodeRuneInString(c.s[i:])
			g.misheard(c, i)
			i += size
		default:
			i++
		}
	}
}

// misheard adds the longest name that sounds like the characters at i.
func (g *gazetteer) misheard(c *scan, i int) {
	if len(g.sound.nodes) == 0 {
		return
	}
	n, best, end := int32(0), int32(0), 0
	for j := i; j < len(c.s); {
		r, size := utf8.DecodeRuneInString(c.s[j:])
		code := g.sound.Of(r)
		if code == 0 {
			break
		}
		if n == 0 {
			n = g.sound.root[byte(code>>8)]
		} else {
			n = g.sound.child(n, byte(code>>8))
		}
		if n == 0 {
			break
		}
		if n = g.sound.child(n, byte(code)); n == 0 {
			break
		}
		j += size
		if group := g.sound.nodes[n].name; group > 0 {
			if id := closest(g.sound.groups[group-1], c.s[i:j]); id > 0 {
				best, end = id, j
			}
		}
		if g.sound.nodes[n].count == 0 {
			break
		}
	}
	g.guess(c, i, end, best)
}

// closest is the name of the group with most characters as written, at least
// one; 0 when there is none.
func closest(group []entry, written string) int32 {
	best, most := int32(0), 0
	for _, e := range group {
		same := 0
		for k, r := range written { // all characters take three bytes
			if got, _ := utf8.DecodeRuneInString(e.key[k:]); got == r {
				same++
			}
		}
		if same > most {
			best, most = e.id, same
		}
	}
	return best
}

// misspelt adds the longest Latin name that is one letter away from what
// stands at i, whose first letter led to node n.
func (g *gazetteer) misspelt(c *scan, i int, n int32) {
	best, end := int32(0), 0
	try := func(n int32, depth, j int) {
		if n == 0 {
			return
		}
		if id, e := g.follow(c, i, n, depth, j); e > end {
			best, end = id, e
		}
	}
	for j, depth := i+1, 1; n != 0; depth++ {
		j = pass(c.s, j)
		x := &g.nodes[n]
		here, next := c.at(j), c.at(j+1)
		for k := x.first; k < x.first+int32(x.count); k++ {
			if label := g.nodes[k].label; isLetter(label) && label != here {
				try(k, depth+1, j) // missing
				if isLetter(here) {
					try(k, depth+1, j+1) // wrong
				}
			}
		}
		if isLetter(here) {
			try(n, depth, j+1) // too many
			if isLetter(next) && next != here {
				if k := g.child(n, next); k > 0 {
					try(g.child(k, here), depth+2, j+2) // exchanged
				}
			}
		}
		if j >= len(c.s) {
			break
		}
		n = g.child(n, here)
		j++
	}
	g.guess(c, i, end, best)
}

// follow walks on without a further slip and returns the longest name.
func (g *gazetteer) follow(c *scan, i int, n int32, depth, j int) (best int32, end int) {
	for {
		if id := g.nodes[n].name; id > 0 && depth >= minSlip && isAlnum(c.at(j-1)) {
			if e := g.ends(c, i, j, id, false); e > 0 {
				best, end = id, e
			}
		}
		j = pass(c.s, j)
		if j >= len(c.s) {
			return best, end
		}
		if n = g.child(n, c.s[j]); n == 0 {
			return best, end
		}
		j++
		depth++
	}
}

// pass skips at most two separators, as between the words of a name.
func pass(s string, j int) int {
	for range 2 {
		if j >= len(s) {
			break
		}
		k := separator(s, j)
		if k == 0 {
			break
		}
		j += k
	}
	return j
}

// guess adds a name that was not written as it should be.
func (g *gazetteer) guess(c *scan, from, to int, id int32) {
	if id == 0 {
		return
	}
	if e := g.names[id-1]; e.kind != "" {
		c.add(from, to, rankName, Entity{Type: e.kind, Value: e.value, Fuzzy: true})
	}
}
