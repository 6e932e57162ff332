package nlu

import (
	"context"
	"math"
	"slices"
	"sort"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// Model understands messages. It is immutable and safe for concurrent use.
type Model struct {
	intents   []string
	none      int // class of the examples without an intent, or -1
	vocab     map[uint64]int32
	idf       []float32
	unseen    float32 // idf of what training never saw
	weights   []float32
	bias      []float32
	familiar  float64 // share of known vocabulary from which a message counts as familiar
	threshold float64
	extractor *entity.Extractor
}

// Intents are the names the model tells apart, sorted.
func (m *Model) Intents() []string {
	return slices.DeleteFunc(slices.Clone(m.intents), func(s string) bool { return s == "" })
}

// Size is the number of bytes the model's parameters take.
func (m *Model) Size() int { return len(m.vocab)*12 + len(m.idf)*4 + len(m.weights)*4 + len(m.bias)*4 }

// Classify ranks the intents of a text, likeliest first, and says how likely
// it is, 0 to 1, that it has none of them.
func (m *Model) Classify(s string) (intents []Intent, unknown float64) {
	return m.classify(text.Fold(s))
}

func (m *Model) classify(folded string) ([]Intent, float64) {
	var f featurer
	fs := f.features(folded)
	if len(fs) == 0 {
		return nil, 1
	}
	at, value := m.row(fs)
	p := make([]float32, len(m.intents))
	m.logits(at, value, p)
	softmax(p)
	known := m.known(fs)
	out := make([]Intent, 0, len(p))
	none := 0.0
	for i, v := range p {
		if i == m.none {
			none = float64(v)
			continue
		}
		out = append(out, Intent{Name: m.intents[i], Probability: float64(v)})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Probability > out[j].Probability })
	sure := out[0].Probability * (1 - none)
	if known < m.familiar {
		sure *= known / m.familiar
	}
	return out, min(1, max(0, 1-sure))
}

// foreign reports whether training saw nothing of a text: its letters alone do
// not say that the customer has changed the language ("asdf", a model number).
func (m *Model) foreign(folded string) bool {
	var f featurer
	return m.known(f.features(folded)) == 0
}

// known is the share of a text's words, by weight, that training has seen.
func (m *Model) known(fs []feature) float64 {
	var seen, all float64
	for _, f := range fs {
		if f.block != blockWords {
			continue
		}
		if i, ok := m.vocab[f.hash]; ok {
			seen += float64(m.idf[i])
			all += float64(m.idf[i])
		} else {
			all += float64(m.unseen)
		}
	}
	if all == 0 {
		return 0
	}
	return seen / all
}

// smallThreshold is the least probability of understanding for intents such as
// yes, no and cancel.
const smallThreshold = 0.45

// Understand finds language, intent, entities, and what the message takes from
// its context. The error is ctx's.
func (m *Model) Understand(ctx context.Context, in Input) (Meaning, error) {
	if err := ctx.Err(); err != nil {
		return Meaning{}, err
	}
	norm := text.Normalize(in.Text, nil)
	out := Meaning{Text: norm.Text, Language: text.Language(norm.Text)}
	if out.Language == "" || in.Language != "" && m.foreign(norm.Text) {
		out.Language = in.Language
	}
	out.Entities = m.extractor.Extract(in.Text, out.Language, in.Now)
	out.Entities = refer(in.Text, norm, in.Context, out.Entities)
	out.Intents, out.Unknown = m.classify(norm.Text)
	if len(out.Intents) > 0 {
		least := m.threshold
		if small(out.Intents[0].Name) {
			least = max(least, smallThreshold) // a "cancel" misheard costs more than a question asked
		}
		if 1-out.Unknown >= least {
			out.Intent = out.Intents[0].Name
		}
	}
	complete(&out, norm.Text, in.Context)
	return out, nil
}

// Feature is a piece of a text and how much it spoke for an intent.
type Feature struct {
	Text   string
	Weight float64
}

// Explain names the words that spoke most for the likeliest intent of a text,
// by how much its score falls without them; at most five.
func (m *Model) Explain(s string) []Feature {
	folded := text.Fold(s)
	intents, _ := m.classify(folded)
	if len(intents) == 0 {
		return nil
	}
	score := func(s string) float64 {
		got, _ := m.classify(s)
		for _, i := range got {
			if i.Name == intents[0].Name {
				return math.Log(i.Probability + 1e-9)
			}
		}
		return math.Log(1e-9)
	}
	whole := score(folded)
	var out []Feature
	for i, t := range text.Tokens(folded) {
		if i == 64 {
			break
		}
		out = append(out, Feature{Text: t.Text, Weight: whole - score(folded[:t.Start]+" "+folded[t.End:])})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Weight > out[j].Weight })
	return out[:min(5, len(out))]
}
