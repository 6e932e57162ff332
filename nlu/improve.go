package nlu

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
)

// Improvement is what came of learning from labelled messages.
type Improvement struct {
	// Before and After are how the model in use and the new one do on labelled
	// messages that neither has seen.
	Before, After *Evaluation
	// Won and Lost are the messages that only the new model answers rightly,
	// and only the old one; an answer that the threshold turns away is none.
	Won, Lost int
	// Adopted says that the new model is better and in use now.
	Adopted bool
	// Old is the model that was in use: Live.Swap(Old) goes back.
	Old *Model
	// New is the model trained on all examples and labelled messages; nil
	// unless adopted.
	New *Model
}

// leastLabelled is how many labelled messages can tell which model is better.
const leastLabelled = 20

// Improve trains again with real messages that a person has labelled (an empty
// intent is none of the others), and puts the new model into use if it wins:
// every fourth labelled message of an intent is kept apart, a model trained on the rest must
// answer more of those, and reject more of those of no intent, than the model
// in use does. What is adopted is then trained on everything. Examples are
// those of the model in use; opts should be those it was trained with. It fails
// for fewer than 20 labelled messages, and leaves the model in use as it is
// whenever it fails.
func Improve(ctx context.Context, live *Live, examples, labelled []Example, opts *Options) (*Improvement, error) {
	old := live.Model()
	if old == nil {
		return nil, errors.New("nlu: Live holds no model: make it with NewLive")
	}
	if len(labelled) < leastLabelled {
		return nil, fmt.Errorf("nlu: %d labelled messages cannot tell which model is better: label at least %d", len(labelled), leastLabelled)
	}
	var seed uint64
	if opts != nil {
		seed = opts.Seed
	}
	n := map[string]int{}
	var learn, held []Example
	for _, i := range rand.New(rand.NewPCG(seed, 0x68656c64)).Perm(len(labelled)) {
		e := labelled[i]
		if n[e.Intent]++; n[e.Intent]%4 == 0 {
			held = append(held, e)
		} else {
			learn = append(learn, e)
		}
	}
	if len(held) == 0 {
		return nil, errors.New("nlu: each intent has too few labelled messages to keep one apart")
	}
	candidate, err := Train(ctx, slices.Concat(examples, learn), opts)
	if err != nil {
		return nil, fmt.Errorf("nlu: improving: %w", err)
	}
	out := &Improvement{Before: old.Evaluate(held), After: candidate.Evaluate(held), Old: old}
	for _, e := range held {
		switch was, is := old.answers(e), candidate.answers(e); {
		case is && !was:
			out.Won++
		case was && !is:
			out.Lost++
		}
	}
	if out.Won <= out.Lost {
		return out, nil
	}
	if out.New, err = Train(ctx, slices.Concat(examples, labelled), opts); err != nil {
		return nil, fmt.Errorf("nlu: improving: %w", err)
	}
	live.Swap(out.New)
	out.Adopted = true
	return out, nil
}

// answers reports whether the model does with an example what it should.
func (m *Model) answers(e Example) bool {
	intents, unknown := m.Classify(e.Text)
	accepted := len(intents) > 0 && 1-unknown >= m.threshold
	if e.Intent == "" {
		return !accepted
	}
	return accepted && intents[0].Name == e.Intent
}
