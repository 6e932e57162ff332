package bottest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
)

// together is a store whose first two journals wait for each other: both turns
// have read one version by then.
type together struct {
	bot.Store
	seen *atomic.Int32
	both *sync.WaitGroup
}

func (s together) Journal(ctx context.Context, k bot.Key, version int64, entry []byte) error {
	if s.seen.Add(1) <= 2 {
		s.both.Done()
		s.both.Wait()
	}
	return s.Store.Journal(ctx, k, version, entry)
}

// testTwoEngines gives one conversation's messages to two engines that know
// nothing of each other. Nothing happens twice under one key, and one message
// has one effect and one answer, whoever is asked again. Two messages in the
// same moment may each be begun anew: leases keep that from happening.
func testTwoEngines(t *testing.T, s bot.Store, th bot.Thread, same bool) {
	ctx := context.Background()
	seen, both := &atomic.Int32{}, &sync.WaitGroup{}
	both.Add(2)
	var mu sync.Mutex
	effects, keys := map[string]int{}, map[string]int{}
	order := bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		message := t.Message.ID
		_, err := bot.Once(ctx, t, "order", func(_ context.Context, key string) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			effects[message]++
			keys[key]++
			return 1, nil
		})
		if err != nil {
			return t.Say("结果不明，请人工核对。")
		}
		return t.Say("已下单。")
	})
	ids := [2]string{"m1", "m2"}
	if same {
		ids[1] = ids[0]
	}
	var engines [2]*bot.Bot
	var replies [2][]bot.Reply
	var errs [2]error
	var wg sync.WaitGroup
	for i := range engines {
		var err error
		engines[i], err = bot.New(bot.Options{Store: together{s, seen, both}}, order)
		require.NoError(t, err)
		wg.Go(func() {
			replies[i], errs[i] = engines[i].Handle(ctx, bot.Message{ID: ids[i], Thread: th, Text: "下单"})
		})
	}
	wg.Wait()
	for i, id := range ids {
		if !same && errors.Is(errs[i], bot.ErrConflict) {
			continue // the other was always faster, and the caller was told so
		}
		require.NoError(t, errs[i])
		again, err := engines[1-i].Handle(ctx, bot.Message{ID: id, Thread: th, Text: "下单"})
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprint(replies[i]), fmt.Sprint(again), "message %s at the other engine", id)
	}
	require.NotEmpty(t, keys)
	for key, n := range keys {
		assert.Equal(t, 1, n, "the effect of key %s", key)
	}
	if same {
		assert.Len(t, replies[0], 1)
		assert.Equal(t, 1, effects[ids[0]], "the effect of the message")
	}
	for _, e := range engines {
		require.NoError(t, e.Close())
	}
}
