package sentiment

import "strings"

// A trie finds the longest of a set of strings that a text goes on with. Its
// nodes stand level by level, the children of a node side by side, so that it
// is three flat arrays.
type trie struct {
	labels []byte
	nodes  []node
}

type node struct {
	first int32 // first child
	count int32 // children
	value int32 // index of the string that ends here + 1
	open  int32 // the same, for a string whose last word may go on (goesOn)
}

// goesOn at the end of a string marks that its last word may go on. Normalised
// text does not have it.
const goesOn byte = 0

// newTrie makes a trie of sorted, different strings.
func newTrie(keys []string) trie {
	type part struct{ lo, hi, depth int32 } // keys[lo:hi] share their first depth bytes
	size, last := 1, ""
	for _, k := range keys {
		k = strings.TrimSuffix(k, string(rune(goesOn)))
		size += len(k) - shared(last, k)
		last = k
	}
	t := trie{labels: make([]byte, 1, size), nodes: make([]node, 1, size)}
	level, next := []part{{0, int32(len(keys)), 0}}, []part(nil)
	for at := 0; len(level) > 0; level, next = next, level[:0] {
		for _, p := range level {
			n := &t.nodes[at]
			at++
			lo := p.lo
			for lo < p.hi && len(keys[lo]) == int(p.depth) {
				n.value = lo + 1
				lo++
			}
			n.first = int32(len(t.nodes))
			for lo < p.hi {
				b := keys[lo][p.depth]
				end := lo + 1
				for end < p.hi && keys[end][p.depth] == b {
					end++
				}
				if b == goesOn {
					t.nodes[at-1].open = lo + 1
				} else {
					t.nodes[at-1].count++
					t.labels = append(t.labels, b)
					t.nodes = append(t.nodes, node{})
					next = append(next, part{lo, end, p.depth + 1})
				}
				lo = end
			}
		}
	}
	return t
}

// shared is how many bytes two strings have in common at the beginning.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// child returns the child of node n by b, 0 when there is none.
func (t *trie) child(n int32, b byte) int32 {
	lo, hi := t.nodes[n].first, t.nodes[n].first+t.nodes[n].count
	for hi-lo > 4 {
		if m := (lo + hi) / 2; t.labels[m] <= b {
			lo = m
		} else {
			hi = m
		}
	}
	for ; lo < hi; lo++ {
		if t.labels[lo] == b {
			return lo
		}
	}
	return 0
}

// longest returns the index of the longest string that s goes on with at i, and
// where it ends; ok is false when there is none. A string that ends in a letter
// or digit ends only where a word does.
func (t *trie) longest(s string, i int) (index, end int, ok bool) {
	var n int32
	for j := i; ; j++ {
		if v := t.nodes[n].open; v > 0 {
			if e := wordEnd(s, j); e == j || letterOnly(s[j:e]) {
				index, end, ok = int(v)-1, e, true
			}
		}
		if v := t.nodes[n].value; v > 0 && (j == len(s) || !isWord(s[j-1]) || !isWord(s[j])) {
			index, end, ok = int(v)-1, j, true
		}
		if j == len(s) {
			return index, end, ok
		}
		if n = t.child(n, s[j]); n == 0 {
			return index, end, ok
		}
	}
}

// isWord reports a byte of an English word or a number in normalised text.
func isWord(b byte) bool { return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' }

// wordEnd returns where the letters and digits end that go on at i.
func wordEnd(s string, i int) int {
	for i < len(s) && isWord(s[i]) {
		i++
	}
	return i
}

func letterOnly(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' {
			return false
		}
	}
	return true
}
