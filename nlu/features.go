package nlu

import (
	"math"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// maxShort is how many bytes a short word has at most, of which 3- and 4-grams
// are made: a Han character, or the, my, ^.
const maxShort = 3

// maxTokens bounds how much of a message is classified.
const maxTokens = 256

// Blocks of features are normalised apart, so that neither drowns the other.
const (
	blockWords = iota
	blockChars
	blocks
)

// feature is one hashed n-gram and how often it occurs; featurer.weigh sets
// its number in the vocabulary (or -1) and its weight.
type feature struct {
	hash   uint32
	at     int32
	block  int32
	count  int32
	weight float32
}

// featurer turns texts into features; it is reused to save allocations.
type featurer struct {
	out   []feature
	table []int32 // open addressing over out, place plus one
	room  []int32 // what table is cut from
	words []string

	tokens []text.Token
	plain  text.Buffer
	wrote  []byte // in standard wording
}

// add counts an n-gram.
func (f *featurer) add(h uint64, block int32) {
	h ^= uint64(block) * 0x9e3779b97f4a7c15
	h ^= h >> 32
	hash := uint32(h * 0xd6e8feb86659fd93 >> 32)
	mask := len(f.table) - 1
	at := int(hash) & mask
	for ; f.table[at] != 0; at = (at + 1) & mask {
		if x := &f.out[f.table[at]-1]; x.hash == hash {
			x.count++
			return
		}
	}
	f.out = append(f.out, feature{hash: hash, block: block, count: 1})
	f.table[at] = int32(len(f.out))
}

// reset makes room for the features of n words of at most the given bytes.
func (f *featurer) reset(words, bytes int) {
	f.out = f.out[:0]
	size := 64
	for size < 2*(7*(words+2)+3*min(bytes, 26*words)) {
		size *= 2
	}
	if size > len(f.room) {
		f.room = make([]int32, size)
	}
	f.table = f.room[:size]
	clear(f.table)
}

const hashSeed = 14695981039346656037

// hash continues an FNV-1a hash.
func hash(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// join continues a hash by a separator and a word.
func join(h uint64, s string) uint64 { return hash((h^' ')*1099511628211, s) }

// features of a normalised text: in one block boundary tokens, word 1- and
// 2-grams and skip-bigrams, where a Han character is a word; in the other
// in-word character 3- to 5-grams of Latin words, 1- and 2-grams of Han
// characters, and 3- and 4-grams of Han characters and short words with
// boundaries. The result is valid until the next call.
func (f *featurer) features(s string) []feature {
	f.tokens = text.AppendTokens(f.tokens[:0], s)
	tokens := f.tokens
	if len(tokens) > maxTokens {
		tokens = tokens[:maxTokens]
	}
	if len(tokens) == 0 {
		return nil
	}
	f.words = append(f.words[:0], "^")
	bytes := 0
	for _, t := range tokens {
		f.words = append(f.words, shape(t.Text))
		bytes += len(t.Text)
	}
	f.words = append(f.words, "$")
	f.reset(len(tokens), bytes)
	w := f.words
	for i := range w {
		one := hash(hashSeed, w[i])
		if i > 0 && i < len(w)-1 {
			f.add(one, blockWords)
			f.latin(w[i])
		}
		if i+1 == len(w) {
			break
		}
		two := join(one, w[i+1])
		f.add(two, blockWords)
		if len(w[i]) >= 3 && w[i][0] >= 0x80 {
			f.add(one, blockChars)
			f.add(two, blockChars)
		}
		if i+2 < len(w) {
			f.add(join(join(one, "_"), w[i+2]), blockWords)
			if len(w[i]) > maxShort || len(w[i+1]) > maxShort || len(w[i+2]) > maxShort {
				continue
			}
			three := join(two, w[i+2])
			f.add(three, blockChars)
			if i+3 < len(w) && len(w[i+3]) <= maxShort {
				f.add(join(three, w[i+3]), blockChars)
			}
		}
	}
	return f.out
}

// latin adds the character n-grams of a Latin word, "<" before and ">" after.
func (f *featurer) latin(word string) {
	if len(word) < 3 || word[0] >= 0x80 {
		return
	}
	at := func(i int) byte {
		switch i {
		case 0:
			return '<'
		case len(word) + 1:
			return '>'
		}
		return word[i-1]
	}
	for i := 0; i < 24 && i+3 <= len(word)+2; i++ {
		h := uint64(hashSeed)
		for n := 0; n < 5 && i+n < len(word)+2; n++ {
			h = (h ^ uint64(at(i+n))) * 1099511628211
			if n >= 2 {
				f.add(h, blockChars)
			}
		}
	}
}

// shape replaces numbers by how they look, so that one order number teaches
// about all.
func shape(word string) string {
	digits := 0
	for i := range len(word) {
		if word[i] >= '0' && word[i] <= '9' {
			digits++
		}
	}
	switch {
	case digits == 0 || digits == len(word) && digits <= 2:
		return word
	case digits == len(word):
		d := min(digits, 6)
		return "#0#1#2#3#4#5#6"[2*d : 2*d+2]
	}
	return "#x"
}

// weigh gives features their numbers and values: sublinear counts times idf,
// each block of unit length; what the vocabulary lacks counts in the length.
func (v *vocabulary) weigh(fs []feature) {
	var norm [blocks]float64
	for i := range fs {
		f := &fs[i]
		f.at = v.find(f.hash)
		idf := v.unseen
		if f.at >= 0 {
			idf = v.idf[f.at]
		}
		if f.count > 1 {
			idf *= 1 + float32(math.Log(float64(f.count)))
		}
		f.weight = idf
		norm[f.block] += float64(idf) * float64(idf)
	}
	var scale [blocks]float32
	for b, n := range norm {
		if n > 0 {
			scale[b] = float32(1 / math.Sqrt(n))
		}
	}
	for i := range fs {
		fs[i].weight *= scale[fs[i].block]
	}
}
