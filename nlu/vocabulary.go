package nlu

import (
	"math"
	"math/bits"
	"slices"
)

// vocabulary numbers the features that training kept and knows how common each
// was. Features are known by a 32-bit hash: among 100,000 of them one pair may
// share a number, which costs nothing that can be measured.
type vocabulary struct {
	hashes []uint32 // sorted; the number of a feature is its place
	df     []uint32 // in how many examples each stands, at least 1
	total  int      // examples
	power  float32  // of the inverse document frequency
	idf    []float32
	unseen float32 // idf of what is not in it
	table  []int32 // open addressing, number plus one; 0 is free
	shift  int
}

func newVocabulary(df map[uint32]uint32, least uint32, total int, power float32) *vocabulary {
	v := &vocabulary{total: total, power: power}
	for h, n := range df {
		if n >= least {
			v.hashes = append(v.hashes, h)
		}
	}
	slices.Sort(v.hashes)
	v.df = make([]uint32, len(v.hashes))
	for i, h := range v.hashes {
		v.df[i] = df[h]
	}
	v.index()
	return v
}

// index makes what follows from hashes, df and total.
func (v *vocabulary) index() {
	size := 1 << bits.Len(uint(2*len(v.hashes)))
	v.shift = 32 - bits.Len(uint(size-1))
	v.table = make([]int32, size)
	for i, h := range v.hashes {
		at := v.slot(h)
		for v.table[at] != 0 {
			at = (at + 1) & (size - 1)
		}
		v.table[at] = int32(i + 1)
	}
	v.idf = make([]float32, len(v.hashes))
	common := make([]float32, 64) // most features are rare: few logarithms
	for i, n := range v.df {
		if n < 64 && common[n] != 0 {
			v.idf[i] = common[n]
			continue
		}
		v.idf[i] = v.rarity(n)
		if n < 64 {
			common[n] = v.idf[i]
		}
	}
	v.unseen = v.rarity(1)
}

// rarity is the weight of a feature in n examples: a power of the inverse
// document frequency.
func (v *vocabulary) rarity(n uint32) float32 {
	return float32(math.Pow(math.Log(1+float64(v.total)/float64(n)), float64(v.power)))
}

// idfPower is the power for so many examples of so many intents. What is rare
// among few examples is mostly chance: the root is worth two points of accuracy
// at five an intent, and nothing at hundreds, where topics have words of their
// own and the whole is worth one. Between a hundred and a thousand an intent it
// grows from one to the other.
func idfPower(examples, intents int) float32 {
	return float32(min(1, max(0.5, 0.5*(math.Log10(float64(examples)/float64(intents))-1))))
}

func (v *vocabulary) slot(h uint32) int { return int(h * 0x9e3779b1 >> v.shift) }

// find is the number of a feature, or -1.
func (v *vocabulary) find(h uint32) int32 {
	for at := v.slot(h); ; at = (at + 1) & (len(v.table) - 1) {
		i := v.table[at] - 1
		if i < 0 || v.hashes[i] == h {
			return i
		}
	}
}
