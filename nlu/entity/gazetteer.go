package entity

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Name is one thing of a gazetteer with all it is called. Case, width,
// traditional characters, hyphens and single spaces do not matter, and English
// plurals in -s and -es are tolerated: "T-shirt" finds "t shirts", "iPhone 15"
// finds "IPHONE15".
//
// Three kinds of text need company to be found, since alone they are mostly
// something else: a single Chinese character (红) before 色, 的, 款 or 系, at
// the end of what is asked for, or beside another name (红裙子, 女鞋); a single
// letter or a bare number (L, 42) beside a size word (L码, "size 42") or as the
// whole message.
//
// A Name without Type hides: where its text is the longest reading nothing is
// found. 大衣柜 hidden keeps 大衣 from being found in it. When two names share
// a text the one listed first wins.
type Name struct {
	Type  string   `json:"type" yaml:"type"`   // entity type, "product"
	Value string   `json:"value" yaml:"value"` // canonical value, an item id
	Texts []string `json:"texts" yaml:"texts"` // names and aliases in any language
}

// gazetteer holds the names as a trie over the bytes of the folded texts
// without separators.
type gazetteer struct {
	trie
	names []named
	weak  map[string]int32 // texts that need a cue
	sound *sounds          // nil unless slips are to be found
}

// trie is a set of byte strings with a number each. The children of a node
// stand side by side in nodes, sorted by label.
type trie struct {
	nodes []node
	root  [256]int32 // child of the root by first byte, 0 for none
	// Most places of a text begin no key; these tell without a walk. runes has
	// the node after a character of three bytes, pairs that after two of ASCII.
	runes []int32
	pairs []int32
}

// entry is a key of a trie and its number, at least 1.
type entry struct {
	key string
	id  int32
}

type node struct {
	first int32 // first child
	name  int32 // number of the key that ends here, or 0; index into names plus one
	count uint16
	label byte
}

type named struct{ kind, value string }

// blockers are everyday words that begin like a colour and are none.
const blockers = "红包 红娘 红利 红酒 红茶 绿茶 黑卡 白条 蓝牙 黑名单 白名单 黑屏 白屏 蓝屏 花屏 绿屏 黑五 黑色星期五 绿色通道 " +
	"网红 小白 明白 白天 黄牛 金牌 银行 银联 金融 现金 奖金 资金 租金 美金 基金 押金 定金 订金 佣金 走红 分红 口红 " +
	"漂亮 严重 重要 家长 白送 白给 白拿"

// newGazetteer builds the trie. Longer tables cost about 150 bytes a name, with
// slips about 250.
func newGazetteer(names []Name, slips bool) (*gazetteer, error) {
	g := &gazetteer{weak: map[string]int32{}}
	var entries []entry
	for i, n := range names {
		if n.Type != "" && n.Value == "" {
			return nil, fmt.Errorf("entity: name %d (type %q, texts %q): Value is empty; give the canonical value", i+1, n.Type, n.Texts)
		}
		g.names = append(g.names, named{n.Type, n.Value})
		for _, t := range n.Texts {
			key := foldName(t)
			switch {
			case key == "":
			case weakName(key):
				if _, ok := g.weak[n.Type+"\x00"+key]; !ok {
					g.weak[n.Type+"\x00"+key] = int32(i + 1)
				}
				if _, ok := g.weak[key]; !ok {
					g.weak[key] = int32(i + 1)
				}
			default:
				entries = append(entries, entry{key, int32(i + 1)})
				if n.Type == TypeSize {
					if _, ok := g.weak[n.Type+"\x00"+key]; !ok {
						g.weak[n.Type+"\x00"+key] = int32(i + 1)
					}
				}
			}
		}
	}
	if len(entries) == 0 {
		return g, nil
	}
	g.names = append(g.names, named{})
	for _, w := range strings.Fields(blockers) {
		entries = append(entries, entry{w, int32(len(g.names))})
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	entries = slices.CompactFunc(entries, func(a, b entry) bool { return a.key == b.key })

	g.build(entries)
	if slips {
		g.sound = newSounds(entries)
	}
	return g, nil
}

// build fills the trie with entries that are sorted by key, each key once.
func (t *trie) build(entries []entry) {
	// Breadth first: a task is a node and the sorted entries that share its path.
	type task struct {
		node   int32
		lo, hi int
		depth  int
	}
	t.nodes = append(make([]node, 0, 8*len(entries)), node{})
	level, next := []task{{0, 0, len(entries), 0}}, []task(nil)
	for len(level) > 0 {
		next = next[:0]
		for _, k := range level {
			if len(entries[k.lo].key) == k.depth {
				t.nodes[k.node].name = entries[k.lo].id
				k.lo++
			}
			t.nodes[k.node].first = int32(len(t.nodes))
			for lo := k.lo; lo < k.hi; {
				label := entries[lo].key[k.depth]
				hi := lo + 1
				for hi < k.hi && entries[hi].key[k.depth] == label {
					hi++
				}
				if k.node == 0 {
					t.root[label] = int32(len(t.nodes))
				}
				next = append(next, task{int32(len(t.nodes)), lo, hi, k.depth + 1})
				t.nodes = append(t.nodes, node{label: label})
				t.nodes[k.node].count++
				lo = hi
			}
		}
		level, next = next, level
	}
	t.runes, t.pairs = make([]int32, 1<<16), make([]int32, 1<<14)
	t.each(0, func(a byte, n int32) {
		t.each(n, func(b byte, n int32) {
			if a < 0x80 && b < 0x80 {
				t.pairs[int(a)<<7|int(b)] = n
			}
			if a>>4 == 0xe {
				t.each(n, func(c byte, n int32) { t.runes[three(a, b, c)] = n })
			}
		})
	})
}

// each calls f with the children of a node.
func (t *trie) each(n int32, f func(label byte, child int32)) {
	for k := t.nodes[n].first; k < t.nodes[n].first+int32(t.nodes[n].count); k++ {
		f(t.nodes[k].label, k)
	}
}

// three is the character of three bytes, below 1<<16.
func three(a, b, c byte) int { return int(a&15)<<12 | int(b&63)<<6 | int(c&63) }

// foldName is the key of a name: normalised, without separators.
func foldName(s string) string {
	n := text.Normalize(s, &text.Options{KeepRepeats: true}).Text
	var b strings.Builder
	for i := 0; i < len(n); {
		if k := separator(n, i); k > 0 {
			i += k
			continue
		}
		_, size := utf8.DecodeRuneInString(n[i:])
		b.WriteString(n[i : i+size])
		i += size
	}
	return b.String()
}

// separator is the length of the character at i when names are the same with
// and without it, else 0.
func separator(s string, i int) int {
	switch s[i] {
	case ' ', '-', '_', '\'':
		return 1
	case 0xc2: // ·
		if strings.HasPrefix(s[i:], "·") {
			return 2
		}
	case 0xe2: // ’ and ‘
		if strings.HasPrefix(s[i:], "’") || strings.HasPrefix(s[i:], "‘") {
			return 3
		}
	}
	return 0
}

// weakName reports a text that alone is mostly something else.
func weakName(key string) bool {
	if len(key) == 1 {
		return true
	}
	if len(key) > 4 {
		return false
	}
	for i := range len(key) {
		if !isDigit(key[i]) && key[i] != '.' {
			return false
		}
	}
	return true
}

// size is the Value of the listed size, or "".
func (g *gazetteer) size(w string) string {
	if len(g.weak) == 0 {
		return ""
	}
	if id, ok := g.weak[TypeSize+"\x00"+w]; ok {
		return g.names[id-1].value
	}
	return ""
}

// child is the child of n by label, or 0.
func (t *trie) child(n int32, label byte) int32 {
	first, count := t.nodes[n].first, int32(t.nodes[n].count)
	if count > 8 {
		end := first + count
		for lo := first; lo < end; {
			mid := (lo + end) / 2
			switch b := t.nodes[mid].label; {
			case b == label:
				return mid
			case b < label:
				lo = mid + 1
			default:
				end = mid
			}
		}
		return 0
	}
	for k := first; k < first+count; k++ {
		if t.nodes[k].label == label {
			return k
		}
	}
	return 0
}

// find adds the longest name at every place a word may begin.
func (g *gazetteer) find(c *scan) {
	if len(g.weak) > 0 && len(c.s) <= 8 {
		key := foldName(c.s)
		if id, ok := g.weak[key]; ok {
			from, to := len(c.s)-len(strings.TrimLeft(c.s, " ")), len(strings.TrimRight(c.s, " "))
			if n := g.names[id-1]; n.kind != "" {
				c.add(from, to, rankName, Entity{Type: n.kind, Value: n.value})
			}
		}
	}
	if len(g.nodes) == 0 {
		return
	}
	s := c.s
	for i := 0; i < len(s); i++ {
		b := s[i]
		switch {
		case b>>4 == 0xe && i+2 < len(s) && s[i+1]>>6 == 2 && s[i+2]>>6 == 2:
			if n := g.runes[three(b, s[i+1], s[i+2])]; n != 0 {
				g.walk(c, i, i+3, n)
			}
			i += 2
		case b >= 0x80:
			if n := g.root[b]; n != 0 {
				g.walk(c, i, i+1, n)
			}
		case isAlnum(b) && i > 0 && isAlnum(s[i-1]):
		case i+1 < len(s) && isAlnum(s[i+1]):
			if n := g.pairs[int(b)<<7|int(s[i+1])]; n != 0 {
				g.walk(c, i, i+2, n)
			}
		default: // a separator may stand behind the first letter
			if n := g.root[b]; n != 0 {
				g.walk(c, i, i+1, n)
			}
		}
	}
	if g.sound != nil {
		g.slips(c)
	}
}

// walk adds the longest name that goes on from the node reached by the bytes
// from i to j.
func (g *gazetteer) walk(c *scan, i, j int, n int32) {
	if id, end := g.longest(c, i, j, n, false); id > 0 {
		e := g.names[id-1]
		c.add(i, end, rankName, Entity{Type: e.kind, Value: e.value})
	}
}

// longest follows the trie from the node reached by the bytes from i to j to the
// longest name that may end where it ends. lone takes a name of one Chinese
// character whatever stands beside it.
func (g *gazetteer) longest(c *scan, i, j int, n int32, lone bool) (best int32, bestEnd int) {
	s := c.s
	gap := 0
	for ; ; j++ {
		if id := g.nodes[n].name; id > 0 && gap == 0 {
			if end := g.ends(c, i, j, id, lone); end > 0 {
				best, bestEnd = id, end
			}
		}
		if g.nodes[n].count == 0 {
			break
		}
		gap = 0
		for j < len(s) && gap < 2 {
			k := separator(s, j)
			if k == 0 {
				break
			}
			j += k
			gap++
		}
		if j >= len(s) {
			break
		}
		if n = g.child(n, s[j]); n == 0 {
			break
		}
		gap = 0
	}
	return best, bestEnd
}

// ends returns where the name id that covers s[i:j] ends, including a plural s
// and the 色 of a colour, or 0 when it may not end there.
func (g *gazetteer) ends(c *scan, i, j int, id int32, lone bool) int {
	s := c.s
	last := s[j-1]
	if isAlnum(last) {
		if j == len(s) || !isAlnum(s[j]) {
			if isDigit(last) && c.at(j) == '.' && isDigit(c.at(j+1)) {
				return 0
			}
			return j
		}
		if isLetter(last) && s[j] == 's' && !isAlnum(c.at(j+1)) {
			return j + 1
		}
		if isLetter(last) && s[j] == 'e' && c.at(j+1) == 's' && !isAlnum(c.at(j+2)) && strings.IndexByte("sxzh", last) >= 0 {
			return j + 2
		}
		return 0
	}
	if r, size := utf8.DecodeRuneInString(s[i:j]); size == j-i && text.IsHan(r) {
		if lone {
			return j
		}
		return g.single(c, i, j, id)
	}
	return j
}

// has reports whether a normalised word is a name as it stands.
func (g *gazetteer) has(word string) bool {
	if len(word) == 0 || len(g.nodes) == 0 {
		return false
	}
	n := g.root[word[0]]
	for i := 1; i < len(word) && n != 0; i++ {
		n = g.child(n, word[i])
	}
	return n != 0 && g.nodes[n].name > 0
}

// bit reports whether a word that says "a bit" stands at j and ends what is said.
func (c *scan) bit(j int, w string) bool {
	next := c.peek(j + len(w))
	return c.has(j, w) && (!text.IsHan(next) || strings.ContainsRune("的儿吧吗呢啊", next))
}
