package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/sqlstore"
)

func testLease(t *testing.T, s Store, k bot.Key) {
	ctx, now := t.Context(), at(0)
	var held *sqlstore.HeldError
	v, err := s.Acquire(ctx, k, "a", now, time.Minute)
	require.NoError(t, err)
	assert.Equal(t, int64(0), v)
	_, err = s.Acquire(ctx, k, "b", now.Add(time.Minute-time.Microsecond), time.Minute)
	require.ErrorAs(t, err, &held)
	assert.Equal(t, "a", held.Holder)
	assert.True(t, held.Until.Equal(now.Add(time.Minute)), "%v", held.Until)
	require.NoError(t, s.Release(ctx, k, "b"), "not its own")
	_, err = s.Acquire(ctx, k, "a", now.Add(30*time.Second), time.Minute)
	require.NoError(t, err, "prolonged")
	_, err = s.Acquire(ctx, k, "b", now.Add(time.Minute), time.Minute)
	require.ErrorAs(t, err, &held)
	require.NoError(t, s.Commit(ctx, Turn(k, 0)))
	require.NoError(t, s.Release(ctx, k, "a"))
	v, err = s.Acquire(ctx, k, "b", now, time.Minute)
	require.NoError(t, err)
	assert.Equal(t, int64(1), v, "a lease that was let go of makes no new version")
	other := bot.Key{Tenant: k.Tenant, Conversation: "outbox"}
	v, err = s.Acquire(ctx, other, "a", now, time.Minute)
	require.NoError(t, err)
	assert.Zero(t, v)
}

// A holder that was frozen past its lease is refused whatever it tries next,
// wherever it was frozen.
func testFrozenHolder(t *testing.T, s Store, k bot.Key) {
	ctx, now := t.Context(), at(0)
	v, err := s.Acquire(ctx, k, "frozen", now, time.Second)
	require.NoError(t, err)
	require.NoError(t, s.Journal(ctx, k, v, []byte(`{"intent":"refund"}`)))
	v++
	now = now.Add(time.Second)
	taken, err := s.Acquire(ctx, k, "b", now, time.Second)
	require.NoError(t, err)
	rec, err := s.Load(ctx, k)
	require.NoError(t, err)
	assert.Equal(t, taken, rec.Version)
	assert.JSONEq(t, `{"intent":"refund"}`, string(rec.Journal), "the new holder knows what the old one was about to do")
	assert.NotEqual(t, v, rec.Version, "thawed before its Load, the old one sees it")
	require.ErrorIs(t, s.Journal(ctx, k, v, []byte(`{}`)), bot.ErrConflict)
	require.ErrorIs(t, s.Commit(ctx, Turn(k, v)), bot.ErrConflict)
	var held *sqlstore.HeldError
	_, err = s.Acquire(ctx, k, "frozen", now, time.Second)
	require.ErrorAs(t, err, &held)
	require.NoError(t, s.Commit(ctx, Turn(k, taken)))
}

// Workers that come, freeze and come back in any order: a write succeeds just
// when no other has been given the lease since.
func testLeaseModel(t *testing.T, s Store, _ bot.Key) {
	ctx, runs := context.Background(), 0
	type worker struct {
		name    string
		version int64
		valid   bool // nobody else was given the lease since
		turns   bool // may write: has not let go of it
	}
	rapid.Check(t, func(t *rapid.T) {
		runs++
		k, err := s.Open(ctx, bot.Thread{Channel: "web", Peer: fmt.Sprint("lease", runs)})
		require.NoError(t, err)
		now := at(0)
		workers := []*worker{{name: "a"}, {name: "b"}, {name: "c"}}
		var until time.Time
		var holder *worker
		message := int64(0)
		pick := func(t *rapid.T) *worker { return rapid.SampledFrom(workers).Draw(t, "worker") }
		t.Repeat(map[string]func(*rapid.T){
			"acquire": func(t *rapid.T) {
				w := pick(t)
				v, err := s.Acquire(ctx, k, w.name, now, 3*time.Second)
				if holder != nil && holder != w && now.Before(until) {
					var held *sqlstore.HeldError
					require.ErrorAs(t, err, &held)
					require.Equal(t, holder.name, held.Holder)
					return
				}
				require.NoError(t, err)
				for _, other := range workers {
					other.valid = false
				}
				*w = worker{w.name, v, true, true}
				holder, until = w, now.Add(3*time.Second)
			},
			"release": func(t *rapid.T) {
				w := pick(t)
				require.NoError(t, s.Release(ctx, k, w.name))
				w.turns = false
				if holder == w {
					holder = nil
				}
			},
			"wait": func(t *rapid.T) { now = now.Add(time.Second) },
			"journal": func(t *rapid.T) {
				if w := pick(t); w.turns {
					err := s.Journal(ctx, k, w.version, []byte(w.name))
					require.Equal(t, w.valid, err == nil, "%s: %v", w.name, err)
					if err == nil {
						w.version++
					}
				}
			},
			"commit": func(t *rapid.T) {
				w := pick(t)
				if !w.turns {
					return
				}
				c := Turn(k, w.version)
				message++
				c.Message = fmt.Sprint("m", message)
				err := s.Commit(ctx, c)
				require.Equal(t, w.valid, err == nil, "%s: %v", w.name, err)
				if err == nil {
					w.version++
				}
			},
		})
	})
}

// Of many that want a lapsed lease at once, one gets it.
func testLeaseRace(t *testing.T, s Store, k bot.Key) {
	ctx := context.Background()
	_, err := s.Acquire(ctx, k, "dead", at(0), time.Second)
	require.NoError(t, err)
	var wg sync.WaitGroup
	got := make([]error, 16)
	for i := range got {
		wg.Go(func() { _, got[i] = s.Acquire(ctx, k, fmt.Sprint("w", i), at(10), time.Minute) })
	}
	wg.Wait()
	won := 0
	for _, err := range got {
		var held *sqlstore.HeldError
		if err == nil {
			won++
		} else {
			assert.True(t, errors.As(err, &held), "%v", err)
		}
	}
	assert.Equal(t, 1, won)
	rec, err := s.Load(ctx, k)
	require.NoError(t, err)
	assert.Equal(t, int64(1), rec.Version)
}

// A timer's id is its conversation's own.
func testTimerIDs(t *testing.T, s Store, k bot.Key) {
	ctx := t.Context()
	other, err := s.Open(ctx, bot.Thread{Tenant: "shop", Channel: "web", Peer: "p2"})
	require.NoError(t, err)
	for i, k := range []bot.Key{k, other} {
		c := Turn(k, 0)
		c.Timers = []bot.Timer{{ID: "same", Key: k, At: at(int64(i)), Name: "n"}}
		require.NoError(t, s.Commit(ctx, c))
	}
	c := Turn(other, 1)
	c.Fired = "same"
	require.NoError(t, s.Commit(ctx, c))
	due, err := s.Due(ctx, at(100), 10)
	require.NoError(t, err)
	require.Len(t, due, 1)
	assert.Equal(t, k, due[0].Key)
}
