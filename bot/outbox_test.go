package bot_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
)

// A channel that is down holds up its own customers, in order, and nobody else.
func TestOutboxWaitsForTheChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		var tries atomic.Int32
		out := &post{}
		out.fail = func(peer, _ string) error {
			if peer != "a" || up.Load() {
				return nil
			}
			tries.Add(1)
			return errors.New("connection refused")
		}
		b, stop := running(t, bot.Options{Sender: out}, echo)
		defer stop()
		for i, peer := range []string{"a", "a", "b", "a", "b"} {
			require.NoError(t, b.Deliver(t.Context(), said(fmt.Sprint(i), peer, fmt.Sprint(i))))
		}
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"b: 2", "b: 4"}, out.texts())
		assert.InDelta(t, 6, tries.Load(), 1, "after 1, 2, 4, … seconds")
		up.Store(true)
		time.Sleep(5 * time.Minute)
		assert.Equal(t, []string{"b: 2", "b: 4", "a: 0", "a: 1", "a: 3"}, out.texts())
		for id, n := range out.ids {
			assert.Equal(t, 1, n, id)
		}
	})
}

type rateLimit struct{ error }

func (rateLimit) RetryAfter() time.Duration { return 42 * time.Second }

func TestOutboxMindsWhatTheChannelSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began, first := time.Now(), true
		out, store := &post{}, bot.NewMemory()
		out.fail = func(peer, text string) error {
			switch {
			case peer == "limited" && first:
				first = false
				return fmt.Errorf("channel: %w", rateLimit{errors.New("slow down")})
			case text == "gone":
				return fmt.Errorf("%w: blocked by the customer", bot.ErrUndeliverable)
			}
			return nil
		}
		b, stop := running(t, bot.Options{Store: store, Sender: out}, echo)
		defer stop()
		require.NoError(t, b.Deliver(t.Context(), said("1", "limited", "later")))
		require.NoError(t, b.Deliver(t.Context(), said("1", "blocked", "gone")))
		require.NoError(t, b.Deliver(t.Context(), said("2", "blocked", "next")))
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"blocked: next", "limited: later"}, out.texts())
		assert.Equal(t, 42*time.Second, out.at[1].Sub(began))
		events, err := store.Events(t.Context(), bot.AllTenants, 0, 100)
		require.NoError(t, err)
		undelivered := 0
		for _, e := range events {
			if e.Kind == bot.EventUndelivered {
				undelivered++
				assert.Contains(t, e.Value, "blocked by the customer")
			}
		}
		assert.Equal(t, 1, undelivered)
	})
}

// A reply of yesterday is not sent.
func TestOutboxGrowsOld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out, store := &post{}, bot.NewMemory()
		b, stop := running(t, bot.Options{Store: store, SendFor: time.Hour}, echo) // has no sender
		require.NoError(t, b.Deliver(t.Context(), said("1", "p", "old")))
		time.Sleep(2 * time.Hour)
		require.NoError(t, b.Deliver(t.Context(), said("2", "p", "new")))
		synctest.Wait()
		stop()
		_, stop = running(t, bot.Options{Store: store, Sender: out, SendFor: time.Hour}, echo)
		synctest.Wait()
		stop()
		assert.Equal(t, []string{"p: new"}, out.texts())
		left, err := store.Pending(t.Context(), bot.Key{}, 0, 10)
		require.NoError(t, err)
		assert.Empty(t, left)
	})
}

// What is under way when the host shuts down is ended and sent; what waits
// behind it is left to the next start.
func TestRunDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out, store := &post{}, bot.NewMemory()
		slow := bot.HandlerFunc(func(ctx context.Context, turn *bot.Turn) error {
			time.Sleep(3 * time.Second)
			return count(ctx, turn)
		})
		b, stop := running(t, bot.Options{Store: store, Sender: out}, slow)
		for i := range 3 {
			require.NoError(t, b.Deliver(t.Context(), said(fmt.Sprint(i), "p", "hi")))
		}
		time.Sleep(time.Second)
		stop()
		assert.Equal(t, []string{"p: 1"}, out.texts())
		require.ErrorIs(t, b.Deliver(t.Context(), said("late", "p", "hi")), bot.ErrClosed)
		_, stop = running(t, bot.Options{Store: store, Sender: out}, slow)
		time.Sleep(time.Minute)
		stop()
		assert.Equal(t, []string{"p: 1", "p: 2", "p: 3"}, out.texts())
	})
}

// A handler that never ends does not keep the process from going down.
func TestRunDrainsNotForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		b, err := bot.New(bot.Options{Drain: 2 * time.Second}, bot.HandlerFunc(func(context.Context, *bot.Turn) error {
			<-free
			return nil
		}))
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.Run(ctx) }()
		synctest.Wait()
		require.NoError(t, b.Deliver(t.Context(), said("1", "p", "hi")))
		synctest.Wait()
		began := time.Now()
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		assert.Equal(t, 2*time.Second, time.Since(began))
		close(free)
		require.NoError(t, b.Close())
	})
}

// A timer whose handler takes long holds up neither other timers nor replies.
func TestTimersSideBySide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &post{}
		mux := bot.NewMux()
		mux.HandleFunc("remind", func(_ context.Context, turn *bot.Turn) error {
			turn.Remind("me", turn.Now.Add(time.Minute))
			return nil
		})
		mux.HandleFunc("timer.me", func(_ context.Context, turn *bot.Turn) error {
			if turn.Message.Thread.Peer == "slow" {
				time.Sleep(10 * time.Minute)
			}
			return turn.Say("now")
		})
		b, stop := running(t, bot.Options{Sender: out, Understand: always("remind")}, mux)
		defer stop()
		for _, peer := range []string{"slow", "a", "b"} {
			_, err := b.Handle(t.Context(), said("1", peer, "remind me"))
			require.NoError(t, err)
		}
		time.Sleep(2 * time.Minute)
		assert.ElementsMatch(t, []string{"a: now", "b: now"}, out.texts())
		time.Sleep(10 * time.Minute)
		assert.Len(t, out.texts(), 3)
	})
}

func TestObserver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		seen := &signals{}
		b, stop := running(t, bot.Options{Sender: &post{}, Observe: seen}, bot.HandlerFunc(count))
		defer stop()
		require.NoError(t, b.Deliver(t.Context(), said("1", "p", "hi")))
		synctest.Wait()
		_, err := b.Handle(t.Context(), said("2", "p", "hi"))
		require.NoError(t, err)
		kinds := seen.take()
		assert.Equal(t, []bot.ObservationKind{bot.Accepted, bot.TurnStarted, bot.StageStarted}, kinds[:3])
		assert.Contains(t, kinds, bot.Delivered)
		n := map[bot.ObservationKind]int{}
		for _, k := range kinds {
			n[k]++
		}
		assert.Equal(t, 2, n[bot.TurnStarted])
		assert.Equal(t, 2, n[bot.TurnCommitted])
		assert.Equal(t, n[bot.StageStarted], n[bot.StageEnded])
	})
}

// always understands one intent.
type always string

func (a always) Understand(context.Context, nlu.Input) (nlu.Meaning, error) {
	return nlu.Meaning{Intent: string(a)}, nil
}

// signals remembers what was observed.
type signals struct {
	mu   sync.Mutex
	kind []bot.ObservationKind
}

func (s *signals) Observe(ctx context.Context, o bot.Observation) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kind = append(s.kind, o.Kind)
	return ctx
}

func (s *signals) take() []bot.ObservationKind {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]bot.ObservationKind{}, s.kind...)
}

// Once Run has returned, nothing of it sends any more, however much was left:
// what the next one sends is sent once.
func TestRunLeavesTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out, store := &post{}, bot.NewMemory()
		slow := senderFunc(func(ctx context.Context, th bot.Thread, r bot.Reply) error {
			select {
			case <-time.After(time.Second):
				return out.Send(ctx, th, r)
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		b, err := bot.New(bot.Options{Store: store, Sender: slow, Drain: 3 * time.Second}, echo)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.Run(ctx) }()
		synctest.Wait()
		for i := range 10 {
			require.NoError(t, b.Deliver(t.Context(), said(fmt.Sprint(i), "p", "hi")))
		}
		time.Sleep(1500 * time.Millisecond)
		began := time.Now()
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		assert.Equal(t, 3*time.Second, time.Since(began))
		sent := len(out.texts())
		time.Sleep(time.Minute)
		require.Len(t, out.texts(), sent, "after its end nothing is sent")
		require.NoError(t, b.Tick(t.Context()))
		require.NoError(t, b.Close())
		assert.Len(t, out.texts(), 10)
		for id, n := range out.ids {
			assert.Equal(t, 1, n, id)
		}
	})
}

type senderFunc func(context.Context, bot.Thread, bot.Reply) error

func (f senderFunc) Send(ctx context.Context, th bot.Thread, r bot.Reply) error { return f(ctx, th, r) }
