package bot

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// A fake of each part takes a few lines.

type fakeNLU struct{}

func (fakeNLU) Understand(_ context.Context, in nlu.Input) (nlu.Meaning, error) {
	intent, _, _ := strings.Cut(in.Text, " ")
	return nlu.Meaning{Language: "en", Text: in.Text, Intent: intent, Next: in.Context}, nil
}

type fakeBase struct{}

func (fakeBase) Answer(_ context.Context, q kb.Query) (kb.Answer, error) {
	if strings.Contains(q.Text, "faq") {
		return kb.Answer{Verdict: kb.Answered, Confidence: 1, Hits: []kb.Hit{{ID: "f", Language: "en", Question: "q", Answer: "a"}}}, nil
	}
	return kb.Answer{Verdict: kb.Unknown}, nil
}

type fakeMood struct{}

func (fakeMood) Feel(_ context.Context, in sentiment.Input) (sentiment.Mood, error) {
	var m sentiment.Mood
	if strings.Contains(in.Text, "angry") {
		m.Emotion, m.Plan = sentiment.Angry, sentiment.Plan{Rule: "r", Actions: []sentiment.Action{sentiment.Apologise, sentiment.OfferHuman, sentiment.Upsell}}
	}
	return m, nil
}

type fakeCustomers struct{}

func (fakeCustomers) Customer(_ context.Context, tenant string, id profile.Identity) (profile.Customer, error) {
	return profile.Customer{ID: profile.NewID(tenant, id)}, nil
}
func (fakeCustomers) Record(context.Context, string, string, ...profile.Event) error { return nil }

type fakeShelf struct{}

func (fakeShelf) Recommend(context.Context, recommend.Request) ([]recommend.Suggestion, error) {
	return []recommend.Suggestion{{Item: recommend.Item{ID: "x", Name: map[string]string{"en": "X"}}}}, nil
}
func (fakeShelf) Record(context.Context, ...recommend.Event) error { return nil }

type fakeDesk struct{}

func (fakeDesk) Judge(_ context.Context, s handoff.Situation) (handoff.Decision, error) {
	return handoff.Decision{Handover: s.Stage == handoff.Before && strings.Contains(s.Text, "human"), Offer: s.Failures > 1, Reason: handoff.Asked, Priority: handoff.Normal}, nil
}

type fakeGuard struct{}

func (fakeGuard) Check(_ context.Context, m *Message) error {
	if strings.Contains(m.Text, "forbidden") {
		return io.EOF
	}
	return nil
}

func fakes() Options {
	return Options{Understand: fakeNLU{}, Knowledge: fakeBase{}, Mood: fakeMood{}, Customers: fakeCustomers{}, Recommend: fakeShelf{}, Handoff: fakeDesk{}, Guard: fakeGuard{},
		Logger: slog.New(slog.DiscardHandler), Language: "en"}
}

func fakeMux() *Mux {
	mux := NewMux()
	mux.HandleFunc("ask", func(ctx context.Context, t *Turn) error {
		n, err := Ask(t, Question[string]{Name: "n", Prompt: "which?"})
		if err != nil {
			return err
		}
		if ok, err := Confirm(t, "sure", "{n}?", "n", n); err != nil || !ok {
			return err
		}
		if _, err := Once(ctx, t, "do", func(context.Context, string) (int, error) { return 1, nil }); err != nil {
			return err
		}
		return t.Say("done {n}", "n", n)
	})
	mux.HandleFunc("show", func(ctx context.Context, t *Turn) error {
		s, err := t.Recommend(ctx, t.Wanted("colour"))
		if err != nil {
			return err
		}
		return t.Send(Reply{Text: "here", Cards: t.Cards(s)})
	})
	mux.HandleFunc("boom", func(context.Context, *Turn) error { panic("boom") })
	mux.HandleFunc("err", func(context.Context, *Turn) error { return io.ErrUnexpectedEOF })
	return mux
}

// Every subset of stages, in any order, answers, falls back or leaves the
// conversation to a person, and never panics.
func TestAnyStagesInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := fakes()
		o.Store = NewMemory()
		b, err := New(o, fakeMux())
		require.NoError(t, err)
		all := append(b.before(), b.after()...)
		order := rapid.Permutation(all).Draw(t, "order")
		order = order[:rapid.IntRange(0, len(order)).Draw(t, "how many")]
		order = append(order, b.fallback) // the last resort stands in every chain
		b.handle = chain(HandlerFunc(b.route), order...)
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{"ask something", "x", "yes", "no", "show me", "boom", "err", "faq", "angry ask", "human please", "cancel", "repeat",
			"forbidden", "", "\xff\x00", "不对，是 y"}), 1, 12).Draw(t, "lines")
		owned := false
		for i, line := range lines {
			rs, err := b.Handle(context.Background(), Message{ID: fmt.Sprint(i), Thread: Thread{Channel: "c", Peer: "p"}, Text: line})
			require.NoError(t, err)
			if !owned {
				assert.NotEmpty(t, rs, "silence on %q after %q", line, lines[:i])
			}
			ts, err := o.Store.Tickets(context.Background(), "")
			require.NoError(t, err)
			owned = owned || len(ts) > 0
		}
	})
}

// Each part alone makes a bot that answers.
func TestEachPartAlone(t *testing.T) {
	t.Parallel()
	f := fakes()
	for name, o := range map[string]Options{
		"nothing": {}, "understand": {Understand: f.Understand}, "knowledge": {Knowledge: f.Knowledge}, "mood": {Mood: f.Mood},
		"customers": {Customers: f.Customers}, "recommend": {Recommend: f.Recommend}, "handoff": {Handoff: f.Handoff}, "guard": {Guard: f.Guard},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := New(o, fakeMux())
			require.NoError(t, err)
			for i, line := range []string{"faq", "show me", "angry", "hello", "human"} {
				rs, err := b.Handle(t.Context(), Message{ID: fmt.Sprint(i), Thread: Thread{Channel: "c", Peer: "p"}, Text: line})
				require.NoError(t, err)
				assert.NotEmpty(t, rs, line)
			}
		})
	}
}

func FuzzTurn(f *testing.F) {
	f.Add("ask something", "x", "~1:abc:yes")
	f.Add("\xff", "不对，是 y", "")
	f.Fuzz(func(t *testing.T, first, second, tap string) {
		b, err := New(fakes(), fakeMux())
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range []Message{{Text: "ask it"}, {Text: first}, {Text: second, Tap: tap}, {Tap: tap}} {
			m.ID, m.Thread = fmt.Sprint(i), Thread{Channel: "c", Peer: "p"}
			if _, err := b.Handle(context.Background(), m); err != nil && len(tap) <= 512 {
				t.Fatal(err)
			}
		}
	})
}

func FuzzTexts(f *testing.F) {
	f.Add([]byte("a: b\nc: {d: e}\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		x := &Texts{byLang: map[string]map[string]string{}}
		_ = x.read("f.yaml", "zh", raw)
	})
}
