package bottest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/store/sqlite"
)

// Two live replicas on one store, one conversation, a clock that stands: the
// second waits until the first has let go, and not until time passes.
func TestReplicasWaitOnAStandingClock(t *testing.T) {
	t.Parallel()
	store, err := sqlite.Open(":memory:", nil)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	clock := bottest.NewClock(bottest.Start())
	inside, goOn := make(chan struct{}), make(chan struct{})
	n := bot.Var[int]{Name: "n"}
	count := bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		if t.Message.ID == "m1" {
			close(inside)
			<-goOn
		}
		v := n.Get(t) + 1
		if err := n.Set(t, v); err != nil {
			return err
		}
		return t.Say("{n}", "n", v)
	})
	handle := func(replica, id string) <-chan string {
		b, err := bot.New(bot.Options{Store: store, Replica: replica, Clock: clock}, count)
		require.NoError(t, err)
		said := make(chan string, 1)
		go func() {
			rs, err := b.Handle(context.Background(), bot.Message{ID: id, Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: "你好"})
			if assert.NoError(t, err) && assert.Len(t, rs, 1) {
				said <- rs[0].Text
			}
			assert.NoError(t, b.Close())
			close(said)
		}()
		return said
	}
	first := handle("a", "m1")
	<-inside
	second := handle("b", "m2")
	k, err := store.Open(t.Context(), bot.Thread{Channel: "web", Peer: "p"})
	require.NoError(t, err)
	_, err = store.Acquire(t.Context(), k, "c", clock.Now(), time.Second)
	require.ErrorIs(t, err, bot.ErrHeld)
	close(goOn)
	assert.Equal(t, "1", <-first)
	assert.Equal(t, "2", <-second)
	assert.Equal(t, bottest.Start(), clock.Now())
}
