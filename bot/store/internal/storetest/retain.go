package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/sqlstore"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/profile"
)

// commits writes turns 0 to n-1 into a conversation; line 2i is "qi", 2i+1 "ai".
func commits(t *testing.T, s Store, k bot.Key, n int) {
	t.Helper()
	for v := range n {
		c := Turn(k, int64(v))
		c.Lines[0].Text, c.Lines[1].Text = fmt.Sprint("q", v), fmt.Sprint("a", v)
		require.NoError(t, s.Commit(t.Context(), c))
	}
}

func texts(lines []bot.Line) (out []string) {
	for _, l := range lines {
		out = append(out, l.Words())
	}
	return out
}

// at is when turn n of any conversation was committed.
func at(n int64) time.Time { return Turn(bot.Key{}, n).At }

func testRetainConversations(t *testing.T, s Store, idle bot.Key) {
	ctx := t.Context()
	other := func(peer string) bot.Key {
		k, err := s.Open(ctx, bot.Thread{Tenant: "shop", Channel: "web", Peer: peer})
		require.NoError(t, err)
		return k
	}
	busy, timer, reply, ticket, fresh := other("busy"), other("timer"), other("reply"), other("ticket"), other("fresh")
	commits(t, s, idle, 2)
	commits(t, s, busy, 5)
	for k, change := range map[bot.Key]func(c *bot.Commit){
		timer:  func(c *bot.Commit) { c.Timers = []bot.Timer{{ID: "t", Key: timer, At: at(100), Name: "n"}} },
		reply:  func(c *bot.Commit) { c.Outbox = []bot.Outgoing{{ID: "o", Key: reply, At: at(0)}} },
		ticket: func(c *bot.Commit) { c.Ticket = &handoff.Ticket{ID: "k", State: handoff.Waiting, Created: at(0)} },
	} {
		c := Turn(k, 0)
		change(c)
		require.NoError(t, s.Commit(ctx, c))
	}
	now := at(4).Add(time.Hour)
	gone, err := s.Retain(ctx, now, sqlstore.Retention{Conversations: time.Hour + 2*time.Second})
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"conversations": 1, "threads": 1, "owners": 1, "lines": 4, "answers": 2}, positive(gone))
	_, err = s.Load(ctx, idle)
	require.ErrorIs(t, err, bot.ErrNotFound)
	for name, k := range map[string]bot.Key{"busy": busy, "timer": timer, "reply": reply, "ticket": ticket, "fresh": fresh} {
		_, err := s.Load(ctx, k)
		assert.NoError(t, err, name)
	}
	again := other("p1")
	require.Equal(t, idle, again)
	commits(t, s, again, 1) // it begins anew
	lines, err := s.History(ctx, again, bot.Page{})
	require.NoError(t, err)
	assert.Equal(t, []string{"q0", "a0"}, texts(lines))
}

func positive(rows map[string]int) map[string]int {
	out := map[string]int{}
	for table, n := range rows {
		if n > 0 {
			out[table] = n
		}
	}
	return out
}

func testRetainRows(t *testing.T, s Store, k bot.Key) {
	ctx := t.Context()
	commits(t, s, k, 6)
	gone, err := s.Retain(ctx, at(5), sqlstore.Retention{})
	require.NoError(t, err)
	assert.Empty(t, positive(gone), "nothing was asked for")
	gone, err = s.Retain(ctx, at(5), sqlstore.Retention{Lines: 2 * time.Second, Answers: 4 * time.Second})
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"lines": 6, "answers": 1}, positive(gone))
	lines, err := s.History(ctx, k, bot.Page{})
	require.NoError(t, err)
	assert.Equal(t, []string{"q3", "a3", "q4", "a4", "q5", "a5"}, texts(lines))
	for v := range int64(6) {
		_, ok, err := s.Answered(ctx, k, Turn(k, v).Message)
		require.NoError(t, err)
		assert.Equal(t, v >= 1, ok, "answer %d", v)
	}
	closed := Turn(k, 6)
	closed.Ticket = &handoff.Ticket{ID: "closed", State: handoff.Closed, Created: at(0)}
	require.NoError(t, s.Commit(ctx, closed))
	open := Turn(k, 7)
	open.Ticket = &handoff.Ticket{ID: "open", State: handoff.Waiting, Created: at(0)}
	require.NoError(t, s.Commit(ctx, open))
	gone, err = s.Retain(ctx, at(9), sqlstore.Retention{Tickets: time.Second})
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"tickets": 1}, positive(gone))
	_, err = s.Ticket(ctx, "shop", "open")
	assert.NoError(t, err)
}

func testRetainEvents(t *testing.T, s Store, _ bot.Key) {
	ctx := t.Context()
	p := s.Profiles()
	var events []profile.Event
	for i := range 700 {
		kind := profile.Viewed
		if i%7 == 0 {
			kind = profile.Learned
		}
		events = append(events, profile.Event{ID: fmt.Sprint(i), At: at(int64(i)), Kind: kind, Item: "x", Key: "name", Value: fmt.Sprint(i)})
	}
	require.NoError(t, p.Record(ctx, "shop", "c", events...))
	c, err := p.Get(ctx, "shop", "c")
	require.NoError(t, err)
	require.Equal(t, 600, c.Activity.Counts["viewed"])
	gone, err := s.Retain(ctx, at(700), sqlstore.Retention{Events: map[string]time.Duration{"viewed": 70 * time.Second}})
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"events": 540, "profiles": 1}, positive(gone))
	c, err = p.Get(ctx, "shop", "c")
	require.NoError(t, err)
	assert.Equal(t, 60, c.Activity.Counts["viewed"])
	assert.Equal(t, "693", c.Traits["name"].Value, "what was learned stays")
	log, err := s.Events(ctx, "shop", 0, 1000)
	require.NoError(t, err)
	assert.Len(t, log, 160)
}

func testRetainRefuses(t *testing.T, s Store, _ bot.Key) {
	for name, r := range map[string]sqlstore.Retention{
		"Lines": {Lines: -1}, "Conversations": {Conversations: -time.Hour}, `Events["viewed"]`: {Events: map[string]time.Duration{"viewed": 0}},
	} {
		_, err := s.Retain(t.Context(), at(0), r)
		require.Error(t, err)
		assert.Contains(t, err.Error(), name)
	}
}
