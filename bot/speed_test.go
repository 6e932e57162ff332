package bot_test

import (
	"context"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
)

// pass does nothing but call what is behind it.
func pass(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error { return next.Handle(ctx, t) })
}

// The engine alone: a counter kept with the session and echoed, five
// middlewares that pass through, everything in memory.
func BenchmarkTurn(b *testing.B) {
	engine, err := bot.New(bot.Options{}, bot.HandlerFunc(count))
	require.NoError(b, err)
	engine.Use(pass, pass, pass, pass, pass)
	ids := make([]string, b.N)
	for i := range ids {
		ids[i] = strconv.Itoa(i)
	}
	threads := make([]bot.Thread, 64)
	for i := range threads {
		threads[i] = thread(strconv.Itoa(i))
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if _, err := engine.Handle(b.Context(), bot.Message{ID: ids[i], Thread: threads[i%len(threads)], Text: "几时发货？"}); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	require.NoError(b, engine.Close())
}

// What a conversation keeps in memory between its turns, in a store that keeps
// everything there: its session, its history and its events. With a database
// the engine itself keeps nothing.
func BenchmarkIdleConversation(b *testing.B) {
	engine, err := bot.New(bot.Options{}, bot.HandlerFunc(count))
	require.NoError(b, err)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	goroutines := runtime.NumGoroutine()
	b.ResetTimer()
	for i := range b.N {
		id := strconv.Itoa(i)
		if _, err := engine.Handle(b.Context(), bot.Message{ID: id, Thread: thread(id), Text: "几时发货？"}); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(b.N), "B/conversation")
	b.ReportMetric(float64(runtime.NumGoroutine()-goroutines), "goroutines")
	require.NoError(b, engine.Close())
}
