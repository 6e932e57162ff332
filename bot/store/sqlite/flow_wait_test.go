package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/store/sqlite"
)

// What a flow waits for outlives the process: the event, the deadline, and an
// event that came before anybody waited.
func TestWaitsOutliveTheProcess(t *testing.T) {
	t.Parallel()
	flow := bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		order, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "哪个订单？"})
		if err != nil {
			return err
		}
		paid, err := bot.Wait[int](t, "paid", bot.For{Event: "paid", Key: order, Within: time.Hour})
		if errors.Is(err, bot.ErrExpired) {
			return t.Say("{o} 没有付款。", "o", order)
		}
		if err != nil {
			return err
		}
		return t.Say("{o} 收到 {n} 元。", "o", order, "n", paid)
	})
	path := filepath.Join(t.TempDir(), "wait.db")
	clock := bottest.NewClock(bottest.Start())
	sender := &lines{}
	process := func(do func(*bot.Bot) error) {
		t.Helper()
		store, err := sqlite.Open(path, nil)
		require.NoError(t, err)
		b, err := bot.New(bot.Options{Store: store, Clock: clock, Sender: sender}, flow)
		require.NoError(t, err)
		require.NoError(t, do(b))
		require.NoError(t, b.Tick(t.Context()))
		require.NoError(t, b.Close())
		require.NoError(t, store.Close())
	}
	say := func(id, peer, text string) {
		t.Helper()
		process(func(b *bot.Bot) error {
			_, err := b.Handle(t.Context(), bot.Message{ID: id, Thread: bot.Thread{Channel: "t", Peer: peer}, Text: text})
			return err
		})
	}
	signal := func(id, peer, key string, n int) {
		t.Helper()
		process(func(b *bot.Bot) error {
			_, err := b.Signal(t.Context(), bot.Signal{ID: id, Thread: bot.Thread{Channel: "t", Peer: peer}, Event: "paid", Key: key, Data: n})
			return err
		})
	}
	for _, peer := range []string{"a", "b", "c"} {
		say("1", peer, "买")
	}
	signal("2", "c", "C3", 30)
	for peer, order := range map[string]string{"a": "A1", "b": "B2", "c": "C3"} {
		say("3", peer, order)
	}
	signal("4", "a", "A1", 10)
	signal("4", "a", "A1", 10)
	clock.Advance(time.Hour)
	process(func(*bot.Bot) error { return nil })
	clock.Advance(time.Hour)
	process(func(*bot.Bot) error { return nil })
	assert.Equal(t, []string{"a: A1 收到 10 元。", "b: B2 没有付款。"}, sender.all, "c was answered by the call itself")
}

// lines are what was sent.
type lines struct{ all []string }

func (l *lines) Send(_ context.Context, th bot.Thread, r bot.Reply) error {
	l.all = append(l.all, th.Peer+": "+r.Text)
	return nil
}
