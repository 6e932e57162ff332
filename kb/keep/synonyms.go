package keep

import (
	"cmp"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
)

// Synonym is a word of customers that seems to mean a word of the base.
type Synonym struct {
	// Base is the word of the base, Said what customers say for it:
	// [kb.Options.Synonyms] takes them as {Base, Said}.
	Base      string   `json:"base"`
	Said      string   `json:"said"`
	Language  string   `json:"language,omitempty"`
	Customers int      `json:"customers"` // who confirmed it
	Entries   []string `json:"entries"`   // where
}

// Synonyms proposes words that mean the same, from questions that customers
// confirmed an entry answers: where such a question and a wording of the entry
// differ in one place only, what stands there in one may mean what stands there
// in the other. It takes at least so many customers (2 when 0). Numbers, words of
// grammar, and words of which the base uses both in one text are left out. A
// person judges: what is exchanged in one question need not mean the same
// everywhere.
func Synonyms(base *kb.Base, feedback []Feedback, confirmed int) []Synonym {
	if confirmed <= 0 {
		confirmed = 2
	}
	df := map[string]int{}
	var texts []string
	for e := range base.Entries() {
		for _, t := range e.Texts {
			for _, w := range saysOf(t) {
				w = text.Fold(w)
				texts = append(texts, w)
				for _, p := range pairsOf(pieces(w)) {
					df[p]++
				}
			}
		}
	}
	type found struct {
		s         Synonym
		customers map[string]bool
		anonymous int
	}
	by := map[string]*found{}
	var order []string
	for _, f := range feedback {
		if !f.Sign.good() {
			continue
		}
		e, ok := base.Entry(f.Entry)
		t, has := e.Texts[f.Language]
		if !ok || !has {
			continue
		}
		word, said := exchanged(t, f.Question, df)
		if word == "" || together(texts, word, said) {
			continue
		}
		k := f.Language + "\n" + word + "\n" + said
		x := by[k]
		if x == nil {
			x = &found{s: Synonym{Base: word, Said: said, Language: f.Language}, customers: map[string]bool{}}
			by[k] = x
			order = append(order, k)
		}
		if f.Customer == "" {
			x.anonymous++
		} else {
			x.customers[f.Customer] = true
		}
		if !slices.Contains(x.s.Entries, e.ID) {
			x.s.Entries = append(x.s.Entries, e.ID)
		}
	}
	var out []Synonym
	for _, k := range order {
		x := by[k]
		if x.s.Customers = len(x.customers) + x.anonymous; x.s.Customers >= confirmed {
			out = append(out, x.s)
		}
	}
	slices.SortStableFunc(out, func(a, b Synonym) int { return cmp.Compare(b.Customers, a.Customers) })
	return out
}

// pieces are the words and Han characters of a folded text.
func pieces(folded string) []string {
	tokens := text.Tokens(folded)
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.Text
	}
	return out
}

func han(s string) bool { return s != "" && s[0] >= 0x80 }

// pairsOf are the pairs of characters that stand together.
func pairsOf(p []string) []string {
	var out []string
	for i := 0; i+1 < len(p); i++ {
		if han(p[i]) && han(p[i+1]) {
			out = append(out, p[i]+p[i+1])
		}
	}
	return out
}

// exchanged finds the one place in which a question differs from the wording of
// a text that is nearest to it: what the wording has there, and the question.
func exchanged(t kb.Text, question string, df map[string]int) (word, said string) {
	q := pieces(text.Fold(text.Cut(question, maxAsked)))
	size := 0
	for _, w := range saysOf(t) {
		p := pieces(text.Fold(text.Cut(w, maxAsked)))
		from := 0
		for from < len(p) && from < len(q) && p[from] == q[from] {
			from++
		}
		end := 0
		for end < len(p)-from && end < len(q)-from && p[len(p)-1-end] == q[len(q)-1-end] {
			end++
		}
		if from+end < 2 || from+end == len(p) || from+end == len(q) {
			continue // nothing in common, the same, or only more said
		}
		a, b := spans(p, q, from, end, df)
		if a == "" || size > 0 && len(a)+len(b) >= size {
			continue
		}
		size = len(a) + len(b)
		word, said = a, b
	}
	return word, said
}

// spans are what p and q have between what they share at both ends. Of Han they
// are words of two characters at least: a single one takes its neighbour along,
// on the side where the base has the pair more often.
func spans(p, q []string, from, end int, df map[string]int) (a, b string) {
	x, y := p[from:len(p)-end], q[from:len(q)-end]
	if han(x[0]) != han(y[0]) || len(x) > 4 || len(y) > 4 || !han(x[0]) && (len(x) > 2 || len(y) > 2) {
		return "", ""
	}
	if han(x[0]) && (len(x) == 1 || len(y) == 1) {
		left, right := -1, -1
		if from > 0 && han(p[from-1]) && !grammar(p[from-1]) {
			left = df[p[from-1]+x[0]]
		}
		if end > 0 && han(p[len(p)-end]) && !grammar(p[len(p)-end]) {
			right = df[x[len(x)-1]+p[len(p)-end]]
		}
		switch {
		case left < 0 && right < 0:
			return "", ""
		case left > right:
			x, y = p[from-1:len(p)-end], q[from-1:len(q)-end]
		default:
			x, y = p[from:len(p)-end+1], q[from:len(q)-end+1]
		}
	}
	join := func(s []string) string {
		if han(s[0]) {
			return strings.Join(s, "")
		}
		return strings.Join(s, " ")
	}
	for _, w := range slices.Concat(x, y) {
		if grammar(w) || common(w) || len(w) < 3 || strings.ContainsAny(w, "0123456789") || strings.Contains("不没无未一二三四五六七八九十", w) {
			return "", ""
		}
	}
	return join(x), join(y)
}

// together reports whether one text has both words, so that they are two things.
func together(texts []string, a, b string) bool {
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, a) && strings.Contains(t, b) })
}
