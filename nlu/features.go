package nlu

import (
	"math"
	"strconv"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// maxTokens bounds how much of a message is classified.
const maxTokens = 256

// Blocks of features are normalised apart, so that neither drowns the other.
const (
	blockWords = iota
	blockChars
	blocks
)

// feature is one hashed n-gram and how often it occurs.
type feature struct {
	hash  uint64
	block int
	count float32
}

// featurer turns texts into features; it is reused to save allocations.
type featurer struct {
	out   []feature
	at    map[uint64]int32
	buf   []byte
	words []string
}

// add counts the n-gram in f.buf.
func (f *featurer) add(block int) {
	h := hashBytes(f.buf) ^ uint64(block)*0x9e3779b97f4a7c15
	if i, ok := f.at[h]; ok {
		f.out[i].count++
		return
	}
	f.at[h] = int32(len(f.out))
	f.out = append(f.out, feature{hash: h, block: block, count: 1})
}

func hashBytes(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	h ^= h >> 32
	return h * 0xd6e8feb86659fd93
}

func (f *featurer) put(parts ...string) {
	f.buf = f.buf[:0]
	for i, p := range parts {
		if i > 0 {
			f.buf = append(f.buf, ' ')
		}
		f.buf = append(f.buf, p...)
	}
}

// features of a normalised text: boundary tokens, word 1- and 2-grams and
// skip-bigrams, in-word character 3- to 5-grams of Latin words, and 1- to
// 4-grams of Han characters with boundaries.
func (f *featurer) features(s string) []feature {
	f.out = f.out[:0]
	if f.at == nil {
		f.at = map[uint64]int32{}
	} else {
		clear(f.at)
	}
	tokens := text.Tokens(s)
	if len(tokens) > maxTokens {
		tokens = tokens[:maxTokens]
	}
	f.words = append(f.words[:0], "^")
	for _, t := range tokens {
		f.words = append(f.words, shape(t.Text))
	}
	f.words = append(f.words, "$")
	w := f.words
	for i := 1; i < len(w)-1; i++ {
		f.put(w[i])
		f.add(blockWords)
		f.latin(w[i])
	}
	for i := 0; i+1 < len(w); i++ {
		f.put(w[i], w[i+1])
		f.add(blockWords)
		if i+2 < len(w) {
			f.put(w[i], "_", w[i+2])
			f.add(blockWords)
			f.put(w[i], w[i+1], w[i+2])
			f.add(blockChars)
		}
		if i+3 < len(w) && len(w[i+1]) < 4 && len(w[i+2]) < 4 {
			f.put(w[i], w[i+1], w[i+2], w[i+3])
			f.add(blockChars)
		}
	}
	return f.out
}

// latin adds the character n-grams of a Latin word.
func (f *featurer) latin(word string) {
	if len(word) < 3 || word[0] >= 0x80 {
		return
	}
	padded := "<" + word + ">"
	for n := 3; n <= 5; n++ {
		for i := 0; i+n <= len(padded) && i < 24; i++ {
			f.buf = append(f.buf[:0], padded[i:i+n]...)
			f.add(blockChars)
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
		return "#" + strconv.Itoa(min(digits, 6))
	}
	return "#x"
}

// weigh gives features their values: sublinear counts times idf, each block of
// unit length.
func weigh(fs []feature, idf func(uint64) float32) []float32 {
	out := make([]float32, len(fs))
	var norm [blocks]float64
	for i, f := range fs {
		v := (1 + float32(math.Log(float64(f.count)))) * idf(f.hash)
		out[i] = v
		norm[f.block] += float64(v) * float64(v)
	}
	for i, f := range fs {
		if n := norm[f.block]; n > 0 {
			out[i] /= float32(math.Sqrt(n))
		}
	}
	return out
}
