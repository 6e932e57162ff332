package nlu

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Study is what a log of real messages shows that a model lacks.
type Study struct {
	// Messages is how many were read, Accepted how many the model accepts.
	Messages, Accepted int
	// Label are the messages whose intents teach most, most useful first:
	// those the model is unsure of, that stand for many, and not twice the same.
	Label []string
	// Topics are groups of alike messages that fit no intent: proposals for new
	// intents, largest first.
	Topics []Topic
}

// Topic is a group of messages that fit no intent.
type Topic struct {
	// Name is what sets the messages apart, in their own words.
	Name string
	// Count is how many messages it has, repeated ones too; Messages are the
	// different ones, the most typical first.
	Count    int
	Messages []string
}

// How a log is studied.
const (
	maxStudied  = 10_000 // different messages
	maxPostings = 400    // a word in more messages than that groups nothing
	near        = 0.3    // cosine from which messages are about the same
	leastTopic  = 3
	maxTopics   = 50
)

// Study reads a log: which messages to label next, at most label of them, and
// which new intents to make. The first 10,000 different messages are read. The
// same log gives the same study.
func (m *Model) Study(messages []string, label int) *Study {
	s := &Study{Messages: len(messages)}
	var seen []*studied
	by := map[string]*studied{}
	for _, raw := range messages {
		words := m.wording(raw)
		x := by[words]
		if x == nil {
			if len(seen) == maxStudied || len(text.Tokens(words)) == 0 {
				continue
			}
			intents, unknown := m.classify(words, nil)
			x = &studied{text: raw, words: words, terms: terms(words), accepted: m.accepts(intents, unknown)}
			if x.doubt = 1; len(intents) > 1 {
				x.doubt = 1 - (intents[0].Probability-intents[1].Probability)*(1-unknown)
			}
			by[words] = x
			seen = append(seen, x)
		}
		x.count++
		if x.accepted {
			s.Accepted++
		}
	}
	relate(seen)
	s.Label = useful(seen, label)
	s.Topics = topics(seen)
	return s
}

// studied is a message of a log.
type studied struct {
	text, words string
	terms       []string
	count       int
	accepted    bool
	doubt       float64 // 0 to 1
	like        []likeness
	taken       bool
}

// likeness is a message nearby and its cosine.
type likeness struct {
	at     int
	cosine float64
}

// relate finds for each message those about the same, by the words they share.
func relate(all []*studied) {
	df := map[uint32]int{}
	var f featurer
	bags := make([][]feature, len(all))
	for i, x := range all {
		for _, t := range f.features(x.words) {
			if t.block == blockWords {
				bags[i] = append(bags[i], t)
				df[t.hash]++
			}
		}
	}
	postings := map[uint32][]likeness{}
	for i, bag := range bags {
		norm := 0.0
		for j := range bag {
			w := math.Log(1 + float64(len(all))/float64(df[bag[j].hash]))
			bag[j].weight = float32(w)
			norm += w * w
		}
		for j := range bag {
			bag[j].weight /= float32(math.Sqrt(norm))
			if n := df[bag[j].hash]; n > 1 && n <= maxPostings {
				postings[bag[j].hash] = append(postings[bag[j].hash], likeness{i, float64(bag[j].weight)})
			}
		}
	}
	sum := make([]float64, len(all))
	for i, bag := range bags {
		var touched []int
		for _, t := range bag {
			for _, p := range postings[t.hash] {
				if p.at == i {
					continue
				}
				if sum[p.at] == 0 {
					touched = append(touched, p.at)
				}
				sum[p.at] += float64(t.weight) * p.cosine
			}
		}
		slices.Sort(touched)
		for _, at := range touched {
			if sum[at] >= near {
				all[i].like = append(all[i].like, likeness{at, sum[at]})
			}
			sum[at] = 0
		}
	}
}

// useful picks messages by doubt and by how many they stand for; each makes
// those like it less useful.
func useful(all []*studied, n int) []string {
	worth := make([]float64, len(all))
	for i, x := range all {
		stands := float64(x.count)
		for _, l := range x.like {
			stands += l.cosine * float64(all[l.at].count)
		}
		worth[i] = x.doubt * (1 + math.Log(stands))
	}
	var out []string
	for len(out) < min(n, len(all)) {
		best := 0
		for i, w := range worth {
			if w > worth[best] {
				best = i
			}
		}
		if worth[best] <= 0 {
			break
		}
		out = append(out, all[best].text)
		worth[best] = 0
		for _, l := range all[best].like {
			worth[l.at] *= 1 - min(1, l.cosine)
		}
	}
	return out
}

// topics groups what is not accepted: the message with the most others around
// it and those, then the next of what is left.
func topics(all []*studied) []Topic {
	around := func(x *studied) (members []likeness, n int) {
		n = x.count
		for _, l := range x.like {
			if o := all[l.at]; !o.taken && !o.accepted {
				members = append(members, l)
				n += o.count
			}
		}
		return members, n
	}
	var out []Topic
	for len(out) < maxTopics {
		best, most := -1, leastTopic-1
		for i, x := range all {
			if x.taken || x.accepted {
				continue
			}
			if members, n := around(x); n > most && len(members) > 0 {
				best, most = i, n
			}
		}
		if best < 0 {
			break
		}
		members, n := around(all[best])
		slices.SortStableFunc(members, func(a, b likeness) int { return cmp.Compare(b.cosine, a.cosine) })
		members = slices.Insert(members, 0, likeness{best, 1})
		t := Topic{Count: n}
		var group []*studied
		for _, l := range members {
			all[l.at].taken = true
			t.Messages = append(t.Messages, all[l.at].text)
			group = append(group, all[l.at])
		}
		t.Name = title(group, all)
		out = append(out, t)
	}
	return out
}

// title names a group by the three terms that most of it and few of the
// accepted messages have.
func title(group, all []*studied) string {
	count := map[string]int{}
	for _, x := range group {
		for _, w := range x.terms {
			count[w]++
		}
	}
	known, accepted, unknown := map[string]int{}, 0, map[string]int{}
	for _, x := range all {
		if x.accepted {
			accepted++
		}
		for _, w := range x.terms {
			if x.accepted {
				known[w]++
			} else {
				unknown[w]++
			}
		}
	}
	// A pair of characters is the better a word the less they stand with others.
	single := map[rune]int{}
	for _, x := range group {
		for _, r := range x.words {
			single[r]++
		}
	}
	worth := func(w string) float64 {
		bound := 1.0
		if r := []rune(w); len(r) == 2 && unicode.Is(unicode.Han, r[0]) {
			bound = float64(count[w]) / float64(max(single[r[0]], single[r[1]]))
		}
		n := float64(count[w])
		return n * n * bound * math.Log(1+float64(accepted+len(group))/float64(known[w]+count[w]))
	}
	var best []string
	for w := range count {
		if 2*count[w] >= len(group) {
			best = append(best, w)
		}
	}
	slices.SortFunc(best, func(a, b string) int {
		return cmp.Or(cmp.Compare(worth(b), worth(a)), cmp.Compare(unknown[b], unknown[a]), cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	var name []string
	for _, w := range best {
		if len(name) < 3 && !slices.ContainsFunc(name, func(s string) bool { return overlap(s, w) }) {
			name = append(name, w)
		}
	}
	if len(name) == 0 {
		return text.Cut(group[0].text, 40)
	}
	return strings.Join(name, " ")
}

// overlap reports whether two terms share a Chinese character.
func overlap(a, b string) bool {
	return a == b || strings.ContainsFunc(a, func(r rune) bool { return unicode.Is(unicode.Han, r) && strings.ContainsRune(b, r) })
}

// terms are the different Latin words and pairs of Chinese characters of a text.
func terms(s string) []string {
	var out []string
	before, end := "", -1
	for _, t := range text.Tokens(s) {
		term := t.Text
		if r := []rune(term)[0]; unicode.Is(unicode.Han, r) {
			term = ""
			if before != "" && end == t.Start {
				term = before + t.Text
			}
			before, end = t.Text, t.End
		} else {
			before = ""
		}
		if len(term) > 2 && !slices.Contains(out, term) {
			out = append(out, term)
		}
	}
	return out
}
