// Package proof breaks the engine on the stores it runs on and looks, in a
// ledger kept outside of both, at what became of its promises: an engine is
// killed, its database is, one of two replicas is frozen, everything arrives
// twice and out of order. docs/reliability.md says what each test guards.
package proof

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
)

// The bot of the proofs: a flow of three messages for job j of a conversation
//
//	charge j    → which item for job j? #n
//	item-j      → charge job j for item-j? #n
//	sure-j      → charged job j #n, or: unknown job j #n
//
// whose effect is written to a ledger outside, once; n counts the
// conversation's messages in its session, so that a reply gives away a message
// that was lost, doubled or overtook another. After each job a timer says
// "thanks j", see thanked.
type shop struct {
	effect func(conversation string, job int, key string) // at the other side
	soon   time.Duration                                  // until the timer
}

// thanked reports whether a conversation's jobs end with a timer. Those of
// calls do not: a call that dies is only known once it is made again, and a
// timer that comes before goes on with the flow in its place.
func thanked(conversation string) bool {
	return !strings.HasSuffix(conversation, "-handle") && !strings.HasSuffix(conversation, "-any")
}

// stages is how many messages a job has.
const stages = 3

// text is what a customer writes as their n-th message, from 0.
func text(n int) string {
	return []string{"charge ", "item-", "sure-"}[n%stages] + fmt.Sprint(n/stages)
}

// expected are the texts the n-th message may be answered with.
func expected(n int) []string {
	job, count := n/stages, n+1
	switch n % stages {
	case 0:
		return []string{fmt.Sprintf("which item for job %d? #%d", job, count)}
	case 1:
		return []string{fmt.Sprintf("charge job %d for item-%d? #%d", job, job, count)}
	}
	return []string{fmt.Sprintf("charged job %d #%d", job, count), fmt.Sprintf("unknown job %d #%d", job, count)}
}

// Understand is that of a shop that knows one intent.
func (shop) Understand(_ context.Context, in nlu.Input) (nlu.Meaning, error) {
	m := nlu.Meaning{Language: "en", Text: in.Text}
	if strings.HasPrefix(in.Text, "charge ") {
		m.Intent, m.Intents = "charge", []nlu.Intent{{Name: "charge", Probability: 1}}
	}
	return m, nil
}

// bot is the engine with the shop's handlers.
func (s shop) bot(o bot.Options) (*bot.Bot, error) {
	mux := bot.NewMux()
	mux.HandleFunc("charge", s.charge)
	mux.HandleFunc("timer.thanks.*", func(_ context.Context, t *bot.Turn) error {
		return t.Say("thanks " + strings.TrimPrefix(t.Meaning.Intent, "timer.thanks."))
	})
	o.Understand, o.Language = s, "en"
	b, err := bot.New(o, mux)
	if err == nil {
		b.Use(count)
	}
	return b, err
}

// count numbers the replies by the messages the session has seen.
func count(next bot.Handler) bot.Handler {
	seen := bot.Var[int]{Name: "seen"}
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		n := seen.Get(t) + 1
		if err := seen.Set(t, n); err != nil {
			return err
		}
		if err := next.Handle(ctx, t); err != nil {
			return err
		}
		rs := t.Replies()
		for i := range rs {
			rs[i].Text += fmt.Sprintf(" #%d", n)
		}
		return nil
	})
}

// prefixed takes an answer that begins so.
func prefixed(prefix string) bot.Parser[string] {
	return func(h bot.Heard) (string, bot.Sure) {
		if !strings.HasPrefix(h.Text, prefix) {
			return "", bot.No
		}
		return h.Text, bot.Exact
	}
}

func (s shop) charge(ctx context.Context, t *bot.Turn) error {
	job, err := bot.Load(ctx, t, "job", func(context.Context) (int, error) {
		var n int
		_, err := fmt.Sscanf(t.Message.Text, "charge %d", &n)
		return n, err
	})
	if err != nil {
		return err
	}
	item, err := bot.Ask(t, bot.Question[string]{Name: "item", Prompt: fmt.Sprintf("which item for job %d?", job), Parse: prefixed("item-")})
	if err != nil {
		return err
	}
	_, err = bot.Ask(t, bot.Question[string]{Name: "sure", Prompt: fmt.Sprintf("charge job %d for %s?", job, item), Parse: prefixed("sure-")})
	if err != nil {
		return err
	}
	said := "charged"
	_, err = bot.Once(ctx, t, "pay", func(_ context.Context, key string) (string, error) {
		s.effect(t.Message.Thread.Peer, job, key)
		return "paid", nil
	})
	if errors.Is(err, bot.ErrUnknownOutcome) {
		said, err = "unknown", nil
	}
	if err != nil {
		return err
	}
	if thanked(t.Message.Thread.Peer) {
		t.Remind(fmt.Sprintf("thanks.%d", job), t.Now.Add(s.soon))
	}
	return t.Say(fmt.Sprintf("%s job %d", said, job))
}
