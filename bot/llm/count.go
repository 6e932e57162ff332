package llm

import (
	"sync"

	"github.com/pkoukk/tiktoken-go"
	loader "github.com/pkoukk/tiktoken-go-loader"
)

// counter counts tokens with the cl100k vocabulary, which the binary holds:
// nothing is downloaded. The encoder is built on first use (about 0.1 s and
// 20 MB) and kept. Other models' counts differ by a few percent, which the
// budget allows for.
type counter struct {
	once sync.Once
	enc  *tiktoken.Tiktoken
}

func newCounter() *counter { return &counter{} }

// pattern cuts text into the pieces that are merged apart, as published with
// the vocabulary (github.com/openai/tiktoken, cl100k_base).
const pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

func (c *counter) tokens(s string) int {
	c.once.Do(func() {
		ranks, err := loader.NewOfflineLoader().LoadTiktokenBpe("cl100k_base.tiktoken")
		if err != nil {
			return
		}
		// With no special token at all the library's search for one never ends.
		special := map[string]int{"<|endoftext|>": 100257}
		bpe, err := tiktoken.NewCoreBPE(ranks, special, pattern)
		if err != nil {
			return
		}
		c.enc = tiktoken.NewTiktoken(bpe, &tiktoken.Encoding{Name: "cl100k_base", PatStr: pattern, MergeableRanks: ranks, SpecialTokens: special}, nil)
	})
	if c.enc == nil {
		return len(s)/2 + 1 // more than any script takes
	}
	n := 0
	for len(s) > 0 { // a merge is quadratic in one piece: long runs are counted in parts
		cut := min(len(s), 2000)
		for cut < len(s) && cut > 0 && s[cut]&0xC0 == 0x80 {
			cut--
		}
		if cut == 0 {
			cut = min(len(s), 2000)
		}
		n += len(c.enc.Encode(s[:cut], nil, nil))
		s = s[cut:]
	}
	return n
}
