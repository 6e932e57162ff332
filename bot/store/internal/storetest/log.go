package storetest

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/profile"
)

// A reader that goes on after the last event it saw sees every event once,
// however many write at the same time.
func testLogReader(t *testing.T, s Store, _ bot.Key) {
	ctx := context.Background()
	const writers, each = 8, 40
	written := make(chan struct{})
	go func() {
		defer close(written)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					assert.NoError(t, s.Append(ctx,
						bot.Event{ID: fmt.Sprint(w, "/", i, "a"), Tenant: "shop", Customer: "c", Kind: "viewed"},
						bot.Event{ID: fmt.Sprint(w, "/", i, "b"), Tenant: "shop", Customer: "c", Kind: "viewed"}))
				}
			})
		}
		wg.Wait()
	}()
	seen := map[string]bool{}
	after := int64(0)
	for last := false; ; {
		events, err := s.Events(ctx, "shop", after, 7)
		require.NoError(t, err)
		for _, e := range events {
			require.Greater(t, e.Seq, after)
			require.False(t, seen[e.ID], "%s came twice", e.ID)
			after, seen[e.ID] = e.Seq, true
		}
		if last && len(events) == 0 {
			break
		}
		select {
		case <-written:
			last = true
		default:
		}
	}
	assert.Len(t, seen, writers*each*2)
}

// A long history is folded once and kept; the fold says the same as one of all
// events.
func testKeptFold(t *testing.T, s Store, _ bot.Key) {
	ctx := t.Context()
	p, id := s.Profiles(), profile.Identity{Kind: "thread", Value: "web//1"}
	c, err := p.Customer(ctx, "", id)
	require.NoError(t, err)
	book := profile.NewBook()
	for i := range 250 {
		e := profile.Event{ID: strconv.Itoa(i), At: time.UnixMicro(int64(i) * 6e7), Kind: profile.Viewed, Item: strconv.Itoa(i % 70)}
		if i == 0 {
			e.Kind, e.Identity = profile.Identified, &id
		}
		require.NoError(t, p.Record(ctx, "", c.ID, e))
		require.NoError(t, book.Record(ctx, "", c.ID, e))
		if i%60 == 59 {
			got, err := p.Customer(ctx, "", id)
			require.NoError(t, err)
			want, err := book.Customer(ctx, "", id)
			require.NoError(t, err)
			assert.Equal(t, want.Activity.Counts, got.Activity.Counts)
			assert.Len(t, got.Activity.Viewed, len(want.Activity.Viewed))
			for k := range want.Activity.Viewed {
				assert.Equal(t, want.Activity.Viewed[k].Item, got.Activity.Viewed[k].Item)
			}
		}
	}
	gone, err := s.Erase(ctx, "", c.ID)
	require.NoError(t, err)
	assert.Equal(t, 1, gone["profiles"], "the fold was not kept, or not erased")
}
