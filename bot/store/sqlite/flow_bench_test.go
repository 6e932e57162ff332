package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/sqlite"
)

// A flow of ten questions, answered one after the other by one customer after
// the other, each answer a synchronous commit: the time of a turn.
func BenchmarkFlowOfTenQuestions(b *testing.B) {
	store, err := sqlite.Open(filepath.Join(b.TempDir(), "flow.db"), nil)
	require.NoError(b, err)
	defer func() { require.NoError(b, store.Close()) }()
	flow := bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		for i := range 10 {
			if _, err := bot.Ask(t.In(i), bot.Question[string]{Name: "question", Prompt: "请问这一项填什么？"}); err != nil {
				return err
			}
		}
		return t.Say("都记下了。")
	})
	engine, err := bot.New(bot.Options{Store: store}, flow)
	require.NoError(b, err)
	var took []time.Duration
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		began := time.Now()
		rs, err := engine.Handle(b.Context(), bot.Message{ID: strconv.Itoa(i), Thread: bot.Thread{Channel: "bench", Peer: strconv.Itoa(i / 11)},
			Text: fmt.Sprintf("第 %d 项的答案", i%11)})
		if err != nil || len(rs) == 0 {
			b.Fatal(err, rs)
		}
		took = append(took, time.Since(began))
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	require.NoError(b, engine.Close())
}
