package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/sqlstore"
)

// Store is what the stores over SQL have in common.
type Store interface {
	bot.Store
	bot.Looker
	Profiles() *sqlstore.Profiles
	Acquire(ctx context.Context, k bot.Key, holder string, now time.Time, d time.Duration) (version int64, err error)
	Release(ctx context.Context, k bot.Key, holder string) error
	Retain(ctx context.Context, now time.Time, r sqlstore.Retention) (map[string]int, error)
}

// Run is what the stores over SQL promise beyond bottest.TestStore. open
// returns an empty store each time; the suite closes it.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s Store, k bot.Key)
	}{
		{"a message is answered once", testAnsweredOnce},
		{"looking is asking and loading at once", testLook},
		{"what was accepted goes with its answer", testInboxEmptied},
		{"ids may hold any bytes", testAnyID},
		{"a lease has one holder", testLease},
		{"a frozen holder is refused", testFrozenHolder},
		{"a lapsed lease goes to one", testLeaseRace},
		{"a write succeeds while the lease is one's own", testLeaseModel},
		{"a timer's id is its conversation's own", testTimerIDs},
		{"idle conversations go as a whole", testRetainConversations},
		{"old lines and answers go", testRetainRows},
		{"old events go, and the profile forgets them", testRetainEvents},
		{"an age that is none is refused", testRetainRefuses},
		{"a reader of the log misses nothing", testLogReader},
		{"a long history is folded once", testKeptFold},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() { assert.NoError(t, s.Close()) })
			k, err := s.Open(t.Context(), bot.Thread{Tenant: "shop", Channel: "web", Peer: "p1"})
			require.NoError(t, err)
			test.run(t, s, k)
		})
	}
}

// Two workers that were given the same message: the slower one is refused even
// when it runs on the version that the faster one made.
func testAnsweredOnce(t *testing.T, s Store, k bot.Key) {
	ctx := t.Context()
	first := Turn(k, 0)
	require.NoError(t, s.Commit(ctx, first))
	second := Turn(k, 1)
	second.Message = first.Message
	require.ErrorIs(t, s.Commit(ctx, second), bot.ErrConflict)
	replies, ok, err := s.Answered(ctx, k, first.Message)
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, first.Replies, replies)
	rec, err := s.Load(ctx, k)
	require.NoError(t, err)
	assert.Equal(t, int64(1), rec.Version)
	lines, err := s.History(ctx, k, bot.Page{})
	require.NoError(t, err)
	assert.Len(t, lines, len(first.Lines))
}

// Look says what Answered and Load say.
func testLook(t *testing.T, s Store, k bot.Key) {
	ctx := t.Context()
	first := Turn(k, 0)
	require.NoError(t, s.Commit(ctx, first))
	require.NoError(t, s.Journal(ctx, k, 1, []byte(`{"intent":"refund"}`)))
	want, err := s.Load(ctx, k)
	require.NoError(t, err)
	rec, replies, answered, err := s.Look(ctx, k, "another")
	require.NoError(t, err)
	assert.False(t, answered)
	assert.Empty(t, replies)
	assert.Equal(t, want, rec)
	_, replies, answered, err = s.Look(ctx, k, first.Message)
	require.NoError(t, err)
	assert.True(t, answered)
	assert.Equal(t, first.Replies, replies)
	_, _, _, err = s.Look(ctx, bot.Key{Tenant: k.Tenant, Conversation: "nobody's"}, first.Message)
	assert.ErrorIs(t, err, bot.ErrNotFound)
}

// The commit removes the rows of what it answers: hidden by their answers they
// would stay for good.
func testInboxEmptied(t *testing.T, s Store, k bot.Key) {
	ctx := t.Context()
	for _, id := range []string{"m1", "m2", "m3"} {
		waiting, err := s.Accept(ctx, bot.Arrival{Key: k, Message: bot.Message{ID: id}, At: at(0)})
		require.NoError(t, err)
		require.True(t, waiting)
	}
	c := Turn(k, 0)
	c.Message, c.Also, c.Accepted = "m1", []string{"m2"}, true
	require.NoError(t, s.Commit(ctx, c))
	gone, err := s.Erase(ctx, k.Tenant, c.Customer)
	require.NoError(t, err)
	assert.Equal(t, 1, gone["inbox"], "only m3 waits")
}

// What channels use as ids is not always text.
func testAnyID(t *testing.T, s Store, _ bot.Key) {
	ctx := context.Background()
	seen := map[bot.Key]string{}
	for i, id := range []string{"a", "a\x00", "a\x00b", "\xff\xfe", "\xff", "", "好", "\x1bb64:YQ", "a'\"?$1"} {
		k, err := s.Open(ctx, bot.Thread{Tenant: id, Channel: "web", Peer: id})
		require.NoError(t, err, "%q", id)
		again, err := s.Open(ctx, bot.Thread{Tenant: id, Channel: "web", Peer: id})
		require.NoError(t, err)
		require.Equal(t, k, again)
		require.NotContains(t, seen, k)
		seen[k] = id
		c := Turn(k, 0)
		c.Message, c.Customer = id+"m", id+"c"
		c.Events[0].ID, c.Events[0].Customer = id, id+"c"
		require.NoError(t, s.Commit(ctx, c))
		_, err = s.Acquire(ctx, k, id, at(0), time.Second)
		require.NoError(t, err)
		_, ok, err := s.Answered(ctx, k, id+"m")
		require.NoError(t, err)
		assert.True(t, ok, "%q", id)
		_, ok, err = s.Answered(ctx, k, fmt.Sprint("other", i))
		require.NoError(t, err)
		assert.False(t, ok)
		events, err := s.Events(ctx, id, 0, 10)
		require.NoError(t, err)
		assert.Len(t, events, 1, "%q", id)
		gone, err := s.Erase(ctx, id, id+"c")
		require.NoError(t, err)
		assert.Equal(t, map[string]int{"threads": 1, "owners": 1, "conversations": 1, "answers": 1, "lines": 2, "events": 1,
			"leases": 1, "inbox": 0, "outbox": 0, "timers": 0, "tickets": 0, "identities": 0, "profiles": 0}, gone, "%q", id)
	}
}
