package sentiment

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Causes a complaint may have. A host may use names of its own in
// [Input.Cause] and its table; these the words of a text tell.
const (
	CauseDelay    = "delay"
	CauseQuality  = "quality"
	CauseFit      = "fit" // too large or small for them, or not to their taste
	CausePrice    = "price"
	CauseAttitude = "attitude"
)

//go:embed lexicon/causes.txt
var shippedCauses string

// causes find out what a text is about. They are immutable.
type causes struct {
	trie  trie
	means []meaning // of the trie's words
}

// meaning is what a word says of the cause.
type meaning struct {
	cause  uint8
	weight float64
}

// causeNames are the causes words tell, in the order that decides a tie: what
// was wrong with the thing before how long it took, and both before how one was
// treated about it; that it does not fit only when nothing else is told.
var causeNames = [...]string{CauseQuality, CauseDelay, CausePrice, CauseAttitude, CauseFit}

func newCauses(raw string) (*causes, error) {
	words := map[string]meaning{}
	n := 0
	for line := range strings.Lines(raw) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		head, list, ok := strings.Cut(line, ":")
		m := meaning{weight: 1}
		name, weight, weighs := strings.Cut(head, " ")
		if i := slices.Index(causeNames[:], name); i >= 0 {
			m.cause = uint8(i)
		} else {
			ok = false
		}
		if weighs {
			_, err := fmt.Sscan(weight, &m.weight)
			ok = ok && err == nil
		}
		if !ok {
			return nil, fmt.Errorf("sentiment: causes.txt:%d: want a cause, a weight, a colon and words, got %q", n, text.Cut(line, 40))
		}
		for w := range strings.SplitSeq(list, ",") {
			if w = fold(strings.TrimSpace(w)); w != "" {
				words[w] = m
			}
		}
	}
	c := &causes{means: make([]meaning, 0, len(words))}
	keys := slices.Sorted(maps.Keys(words))
	for _, k := range keys {
		c.means = append(c.means, words[k])
	}
	c.trie = newTrie(keys)
	return c, nil
}

// of is the cause the words of a normalised text speak of most, "" when they
// speak of none: a hint alone (快递, "parcel") is none.
func (c *causes) of(s string) string {
	var told [len(causeNames)]float64
	for i := 0; i < len(s); {
		if index, end, ok := c.trie.longest(s, i); ok && end > i {
			m := &c.means[index]
			told[m.cause] += m.weight
			i = end
			continue
		}
		if isWord(s[i]) {
			for i < len(s) && isWord(s[i]) {
				i++
			}
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	best := 0
	for k := range told {
		if told[k] > told[best] {
			best = k
		}
	}
	if told[best] < 1 {
		return ""
	}
	return causeNames[best]
}

// Cause tells what a complaint is about by its words: [CauseDelay],
// [CauseQuality], [CausePrice], [CauseAttitude], [CauseFit], or "" when they do not say. It
// does not tell whether the text is a complaint: "is it late?" is about delay.
// What a host knows counts more, see [Input].
func (s *Scorer) Cause(txt string) string {
	return s.causes.of(text.Normalize(text8K(txt), nil).Text)
}
