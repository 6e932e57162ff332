package bot_test

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// ticking is a clock on which each look takes a millisecond.
type ticking struct{ n atomic.Int64 }

func (c *ticking) Now() time.Time {
	return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC).Add(time.Duration(c.n.Add(1)) * time.Millisecond)
}

func (c *ticking) NewTimer(time.Duration) (<-chan time.Time, func()) {
	return make(chan time.Time), func() {}
}

type heard []entity.Entity

func (h heard) Understand(context.Context, nlu.Input) (nlu.Meaning, error) {
	return nlu.Meaning{Language: "zh", Intent: "ask", Intents: []nlu.Intent{{Name: "ask", Probability: 0.9}}, Entities: h}, nil
}

// Every stage that judges says in the trace how long it took, and none of what
// leads to a person.
func TestTheTraceTellsHowLongEachStageTook(t *testing.T) {
	t.Parallel()
	base, err := kb.New([]kb.Entry{{ID: "fee", Texts: map[string]kb.Text{"zh": {Question: "运费多少钱？", Answer: "满 99 元包邮。"}}}}, nil)
	require.NoError(t, err)
	mood, err := sentiment.New(nil)
	require.NoError(t, err)
	policy, err := handoff.DefaultPolicy()
	require.NoError(t, err)
	shelf, err := recommend.New([]recommend.Item{{ID: "a", Name: map[string]string{"zh": "裙子"}, Category: "dress", Price: map[string]int64{"CNY": 100}, Stock: 1, Attributes: map[string][]string{"colour": {"red"}}}}, nil)
	require.NoError(t, err)
	found := heard{{Type: "order", Value: "TS0042"}, {Type: "tracking", Value: "SF0042"}, {Type: "quantity", Value: "55 kg"}, {Type: "phone", Value: "13800138000"}, {Type: "colour", Value: "red"}}
	var reports []bot.Report
	b, err := bot.New(bot.Options{Clock: &ticking{}, Understand: found, Knowledge: base, Mood: mood, Handoff: policy, Recommend: shelf, Customers: profile.NewBook(),
		Logger: slog.New(slog.DiscardHandler), OnTurn: func(r bot.Report) { reports = append(reports, r) }},
		bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
			_, err := t.Recommend(ctx, recommend.Request{Must: []recommend.Filter{{Attribute: "colour", Any: []string{"red", "blue"}}}, Wish: []recommend.Filter{{Attribute: "weight", Max: 3}}})
			return err
		}))
	require.NoError(t, err)
	defer func() { assert.NoError(t, b.Close()) }()
	for i, text := range []string{"运费多少钱？", "转人工"} {
		_, err = b.Handle(t.Context(), bot.Message{ID: string(rune('a' + i)), Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: text})
		require.NoError(t, err)
	}
	timed := map[string]bool{}
	all := ""
	for _, r := range reports {
		all += r.Trace.String()
		for _, s := range r.Trace.Steps {
			timed[s.Stage] = s.Took > 0
		}
	}
	delete(timed, "route") // a look into a table
	assert.Equal(t, map[string]bool{"identify": true, "understand": true, "feel": true, "suggest": true, "answer": true, "escalate": true}, timed)
	assert.Contains(t, all, "asked for colour=red|blue; price 0–0 CNY; wishes weight 0–3: 1 items")
	assert.Contains(t, all, "entities order tracking quantity phone colour=red")
	for _, p := range []string{"0042", "55 kg", "13800138000"} {
		assert.False(t, strings.Contains(all, p), p)
	}
}
