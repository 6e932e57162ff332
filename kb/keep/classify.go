package keep

import (
	"cmp"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
)

// Guess is a category and how probable it is, 0 to 1.
type Guess struct {
	Category   string  `json:"category"`
	Confidence float64 `json:"confidence"`
}

// Classifier tells the category of an entry, learnt from those that have one: a
// multinomial naive Bayes (McCallum and Nigam 1998) over the words of questions
// and, for less, answers, whose probabilities are stretched until they fit the
// entries it learnt from, each left out in turn. It is immutable.
type Classifier struct {
	names   []string
	terms   map[uint64][]float64 // of each category, weighted counts
	total   []float64            // of each category
	count   []float64            // entries of each category
	entries float64
	stretch float64
	right   float64 // see Accuracy
}

// answerShare is what a word of an answer counts against one of a question.
const answerShare = 0.3

// NewClassifier learns from entries that have a category and are not rejected.
// The same entries give the same classifier.
func NewClassifier(entries []kb.Entry) *Classifier {
	c := &Classifier{terms: map[uint64][]float64{}, stretch: 1}
	var of []int
	var bags []map[uint64]float64
	for i := range entries {
		e := &entries[i]
		if e.Category == "" || e.State == kb.Rejected {
			continue
		}
		k := slices.Index(c.names, e.Category)
		if k < 0 {
			k = len(c.names)
			c.names = append(c.names, e.Category)
		}
		of = append(of, k)
		bags = append(bags, bag(e))
	}
	c.total, c.count = make([]float64, len(c.names)), make([]float64, len(c.names))
	for i, b := range bags {
		c.learn(b, of[i], 1)
	}
	c.fit(bags, of)
	return c
}

// bag is what an entry says: its words with their weights.
func bag(e *kb.Entry) map[uint64]float64 {
	out := map[uint64]float64{}
	add := func(s string, weight float64) {
		for _, t := range text.Terms(text.Cut(s, 4096)) {
			out[text.Hash(t)] += weight
		}
	}
	for _, lang := range languages(e) {
		t := e.Texts[lang]
		for _, w := range saysOf(t) {
			add(w, 1)
		}
		add(t.Answer, answerShare)
	}
	for h, w := range out {
		out[h] = math.Log(1 + w) // a word that is said again says little more
	}
	return out
}

// learn adds an entry's words to a category, or takes them away with -1.
func (c *Classifier) learn(b map[uint64]float64, k int, sign float64) {
	for h, w := range b {
		row := c.terms[h]
		if row == nil {
			row = make([]float64, len(c.names))
			c.terms[h] = row
		}
		row[k] += sign * w
		c.total[k] += sign * w
	}
	c.count[k] += sign
	c.entries += sign
}

// scores are the mean log likelihoods of the words by category. The mean, as
// words of one text are not independent.
func (c *Classifier) scores(b map[uint64]float64) []float64 {
	const smooth = 0.1
	out := make([]float64, len(c.names))
	words, known := 0.0, 0.0
	size := smooth * float64(len(c.terms)+1)
	// In the order of the hashes, so that sums come out the same each time.
	keys := make([]uint64, 0, len(b))
	for h := range b {
		keys = append(keys, h)
	}
	slices.Sort(keys)
	for _, h := range keys {
		w := b[h]
		words += w
		row := c.terms[h]
		if row == nil {
			continue // a word that no category has tells none apart
		}
		known += w
		for k := range out {
			out[k] += w * math.Log((max(0, row[k])+smooth)/(c.total[k]+size))
		}
	}
	for k := range out {
		out[k] *= known / max(known*words, 1) // the mean, less sure the less is known
	}
	return out
}

func (c *Classifier) probabilities(scores []float64, stretch float64) []float64 {
	top := slices.Max(scores)
	out := make([]float64, len(scores))
	sum := 0.0
	for k, s := range scores {
		out[k] = (c.count[k] + 1) * math.Exp(stretch*(s-top))
		sum += out[k]
	}
	for k := range out {
		out[k] /= sum
	}
	return out
}

// fit finds the stretch under which the entries, each left out in turn, have the
// categories they have with the greatest probability.
func (c *Classifier) fit(bags []map[uint64]float64, of []int) {
	if len(c.names) < 2 {
		return
	}
	const some = 2000 // entries that are left out, spread over all
	step := max(1, len(bags)/some)
	var all [][]float64
	var want []int
	found := 0
	for i := 0; i < len(bags); i += step {
		if c.count[of[i]] < 2 {
			continue // the only one of its category
		}
		c.learn(bags[i], of[i], -1)
		s := c.scores(bags[i])
		c.learn(bags[i], of[i], 1)
		all, want = append(all, s), append(want, of[i])
		if best(s) == of[i] {
			found++
		}
	}
	if len(all) == 0 {
		return
	}
	c.right = float64(found) / float64(len(all))
	const few = 2 // of a base with few entries the stretch stays near 4
	least := math.Inf(1)
	for _, t := range []float64{0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24} {
		loss := few * math.Pow(math.Log(t/4), 2)
		for i, s := range all {
			loss -= math.Log(max(c.probabilities(s, t)[want[i]], 1e-9))
		}
		if loss < least {
			least, c.stretch = loss, t
		}
	}
}

func best(s []float64) int {
	k := 0
	for i := range s {
		if s[i] > s[k] {
			k = i
		}
	}
	return k
}

// Accuracy is how often the classifier finds the category of an entry that it
// did not learn from, 0 to 1: each of those it learnt from is left out once. 0
// when nothing could be left out.
func (c *Classifier) Accuracy() float64 { return c.right }

// Classify guesses the category of an entry, the most probable first, three at
// most. It is empty when no word of the entry is known.
func (c *Classifier) Classify(e kb.Entry) []Guess {
	if len(c.names) == 0 {
		return nil
	}
	b := bag(&e)
	known := false
	for h := range b {
		if _, known = c.terms[h]; known {
			break
		}
	}
	if !known {
		return nil
	}
	var out []Guess
	for k, p := range c.probabilities(c.scores(b), c.stretch) {
		out = append(out, Guess{c.names[k], p})
	}
	slices.SortStableFunc(out, func(a, b Guess) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return out[:min(3, len(out))]
}
