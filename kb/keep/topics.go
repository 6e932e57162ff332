package keep

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/kb"
)

// Topic is a category that entries without one may form.
type Topic struct {
	// Name are the words that tell its entries from the others, in the language
	// most of them have; a person will find a better one.
	Name     string   `json:"name"`
	Language string   `json:"language,omitempty"`
	Entries  []string `json:"entries"` // their ids, the most typical first
}

// Topics proposes categories for entries that have none: those whose words are
// most alike stand together, least (3 when 0) make a topic, the largest first.
// Entries with a category are what its name is told apart from. What stands
// alone is left out. The same entries give the same topics. The error is ctx's.
func Topics(ctx context.Context, entries []kb.Entry, least int) ([]Topic, error) {
	if least <= 0 {
		least = 3
	}
	var free []int
	sets := make([]set, len(entries))
	for i := range entries {
		sets[i] = subjects(questions(&entries[i]))
		if e := &entries[i]; e.Category == "" && e.State != kb.Rejected && e.State != kb.Retired {
			free = append(free, i)
		}
	}
	w := weightsOf(sets)
	free = free[:min(len(free), mostLinked)]
	const alike = 0.08 // on average, for a topic
	groups, err := link(ctx, len(free), alike, func(i, j int) float64 { return w.cosine(sets[free[i]], sets[free[j]]) })
	if err != nil {
		return nil, err
	}
	var out []Topic
	for _, g := range groups {
		if len(g) < least {
			continue
		}
		for k := range g {
			g[k] = free[g[k]]
		}
		t := Topic{Language: commonest(entries, g)}
		t.Name = distinctive(entries, g, t.Language)
		for _, i := range g {
			t.Entries = append(t.Entries, entries[i].ID)
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b Topic) int { return cmp.Compare(len(b.Entries), len(a.Entries)) })
	return out, nil
}

// questions are all wordings of an entry.
func questions(e *kb.Entry) string {
	var b strings.Builder
	for _, lang := range languages(e) {
		b.WriteString(strings.Join(saysOf(e.Texts[lang]), "\n") + "\n")
	}
	return text.Cut(b.String(), 4096)
}

// subjects are the words of a text that say what it is about: stems, and pairs
// of Han characters, without those of grammar.
func subjects(s string) set {
	s = text.Fold(s)
	tokens := text.Tokens(s)
	var out set
	for i, t := range tokens {
		switch {
		case !t.Han:
			if len(t.Text) > 2 && !common(t.Text) {
				out = append(out, text.Hash(text.Stem(t.Text)))
			}
		case i+1 < len(tokens) && tokens[i+1].Han && tokens[i+1].Start == t.End && !grammar(t.Text) && !grammar(tokens[i+1].Text):
			out = append(out, text.Hash(s[t.Start:tokens[i+1].End]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func commonest(entries []kb.Entry, group []int) string {
	count := map[string]int{}
	for _, i := range group {
		for l := range entries[i].Texts {
			count[l]++
		}
	}
	best := ""
	for l, n := range count {
		if n > count[best] || n == count[best] && l < best {
			best = l
		}
	}
	return best
}

// distinctive are up to two words, or Han strings of two to four, that many of a
// group have and few others.
func distinctive(entries []kb.Entry, group []int, lang string) string {
	inside, outside := map[string]int{}, map[string]int{}
	member := map[int]bool{}
	for _, i := range group {
		member[i] = true
	}
	others := 0
	for i := range entries {
		count := outside
		if member[i] {
			count = inside
		} else {
			others++
		}
		for p := range phrases(entries[i].Texts[lang]) {
			count[p]++
		}
	}
	type scored struct {
		phrase string
		score  float64
	}
	var all []scored
	for p, n := range inside {
		if n < 2 {
			continue
		}
		share := float64(n) / float64(len(group))
		rest := (float64(outside[p]) + 0.5) / (float64(others) + 1)
		// A longer string is the better name where it is as common.
		all = append(all, scored{p, share*math.Log(share/rest) + 0.05*float64(min(len([]rune(p)), 4))})
	}
	slices.SortFunc(all, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.phrase, b.phrase))
	})
	var name []string
	for _, s := range all {
		if len(name) < 2 && !slices.ContainsFunc(name, func(n string) bool { return overlap(n, s.phrase) }) {
			name = append(name, s.phrase)
		}
	}
	return strings.Join(name, " · ")
}

// overlap reports whether two phrases share two characters of Han, or stand in
// one another.
func overlap(a, b string) bool {
	if strings.Contains(a, b) || strings.Contains(b, a) {
		return true
	}
	rs := []rune(a)
	for i := 0; i+1 < len(rs); i++ {
		if strings.Contains(b, string(rs[i:i+2])) {
			return true
		}
	}
	return false
}

// phrases are the words of a text's questions, and the strings of two to four
// Han characters in them that no character of grammar begins or ends.
func phrases(t kb.Text) map[string]bool {
	out := map[string]bool{}
	for _, s := range saysOf(t) {
		s = text.Fold(text.Cut(s, 1000))
		tokens := text.Tokens(s)
		for i, tok := range tokens {
			if !tok.Han {
				if len(tok.Text) > 2 && !common(tok.Text) {
					out[tok.Text] = true
				}
				continue
			}
			for n := 1; n < 4 && i+n < len(tokens) && tokens[i+n].Han && tokens[i+n].Start == tokens[i+n-1].End; n++ {
				if p := s[tok.Start:tokens[i+n].End]; !grammar(tok.Text) && !grammar(tokens[i+n].Text) {
					out[p] = true
				}
			}
		}
	}
	return out
}

func grammar(han string) bool {
	return strings.Contains("的了吗呢吧啊么是在有我你您他她它们这那哪什怎为个不能可以会要想请问多少几就都也和与或到给把被让从对用没还能得着过很吗如何啥时候", han)
}

func common(w string) bool {
	switch w {
	case "the", "and", "was", "were", "been", "its", "all", "use", "for", "can", "how", "what", "when", "where", "why", "who", "you", "your", "are", "does", "did", "will", "with", "have", "has", "this", "that", "there", "from", "not", "get", "any", "out", "our", "much", "long", "which", "should", "would", "could", "need", "want", "don't":
		return true
	}
	return false
}
