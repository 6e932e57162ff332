package bottest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
)

// TestStore is the conformance suite of bot.Store. open returns an empty store
// each time; the suite closes it.
func TestStore(t *testing.T, open func(t *testing.T) bot.Store) {
	ctx := context.Background()
	at := Start().UTC()
	th := bot.Thread{Tenant: "shop", Channel: "web", Account: "a", Peer: "p1"}
	setup := func(t *testing.T) (bot.Store, bot.Key) {
		t.Helper()
		s := open(t)
		t.Cleanup(func() { assert.NoError(t, s.Close()) })
		k, err := s.Open(ctx, th)
		require.NoError(t, err)
		return s, k
	}
	commit := func(k bot.Key, version int64) *bot.Commit {
		return &bot.Commit{Key: k, Version: version, Customer: "c1", Session: []byte(fmt.Sprintf(`{"n":%d}`, version)), At: at,
			Message: fmt.Sprintf("m%d", version), Replies: []bot.Reply{{ID: fmt.Sprintf("r%d", version), Text: "好的"}},
			Lines: []bot.Line{{At: at, From: bot.FromCustomer, Text: fmt.Sprintf("q%d", version)}, {At: at, From: bot.FromBot, Reply: &bot.Reply{Text: "好的", Choices: []bot.Choice{{Label: "是", Value: "y"}}}}}}
	}

	t.Run("a thread keeps its conversation", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		again, err := s.Open(ctx, th)
		require.NoError(t, err)
		assert.Equal(t, k, again)
		for _, other := range []bot.Thread{
			{Tenant: "other", Channel: "web", Account: "a", Peer: "p1"}, {Tenant: "shop", Channel: "wechat", Account: "a", Peer: "p1"},
			{Tenant: "shop", Channel: "web", Account: "b", Peer: "p1"}, {Tenant: "shop", Channel: "web", Account: "a", Peer: "p2"},
		} {
			ok, err := s.Open(ctx, other)
			require.NoError(t, err)
			assert.NotEqual(t, k, ok)
			assert.Equal(t, other.Tenant, ok.Tenant)
		}
		rec, err := s.Load(ctx, k)
		require.NoError(t, err)
		assert.Equal(t, bot.Record{Key: k}, rec)
		_, err = s.Load(ctx, bot.Key{Tenant: "shop", Conversation: "nope"})
		assert.ErrorIs(t, err, bot.ErrNotFound)
	})

	t.Run("a commit is all or nothing, and version-checked", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		c := commit(k, 0)
		c.Events = []bot.Event{{ID: "e1", At: at, Tenant: "shop", Customer: "c1", Kind: bot.EventTurn}}
		c.Outbox = []bot.Outgoing{{ID: "o1", Key: k, Thread: th, Reply: bot.Reply{ID: "o1", Text: "hi"}, At: at}}
		c.Timers = []bot.Timer{{ID: "t1", Key: k, Thread: th, At: at.Add(time.Hour), Name: "n"}}
		c.Ticket = &handoff.Ticket{ID: "k1", Tenant: "shop", Conversation: k.Conversation, State: handoff.Waiting, Created: at}
		require.NoError(t, s.Commit(ctx, c))
		rec, err := s.Load(ctx, k)
		require.NoError(t, err)
		assert.Equal(t, int64(1), rec.Version)
		assert.JSONEq(t, `{"n":0}`, string(rec.Session))

		stale := commit(k, 0)
		stale.Message = "stale"
		stale.Events = []bot.Event{{ID: "e2", At: at, Tenant: "shop", Kind: bot.EventTurn}}
		stale.Outbox = []bot.Outgoing{{ID: "o2", Key: k, Thread: th, At: at}}
		stale.Timers = []bot.Timer{{ID: "t2", Key: k, Thread: th, At: at, Name: "n"}}
		stale.DropPending = true
		stale.Ticket = &handoff.Ticket{ID: "k2", State: handoff.Waiting}
		require.ErrorIs(t, s.Commit(ctx, stale), bot.ErrConflict)

		_, ok, err := s.Answered(ctx, k, "stale")
		require.NoError(t, err)
		assert.False(t, ok)
		events, err := s.Events(ctx, "shop", 0, 10)
		require.NoError(t, err)
		require.Len(t, events, 1)
		assert.Equal(t, "e1", events[0].ID)
		out, err := s.Pending(ctx, bot.Key{}, 0, 10)
		require.NoError(t, err)
		require.Len(t, out, 1)
		assert.Equal(t, "o1", out[0].ID)
		due, err := s.Due(ctx, at.Add(2*time.Hour), 10)
		require.NoError(t, err)
		require.Len(t, due, 1)
		assert.Equal(t, "t1", due[0].ID)
		lines, err := s.History(ctx, k, bot.Page{N: 10})
		require.NoError(t, err)
		assert.Len(t, lines, 2)
		_, err = s.Ticket(ctx, "shop", "k2")
		assert.ErrorIs(t, err, bot.ErrNotFound)
	})

	t.Run("history pages forwards and backwards", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		for v := range int64(6) {
			require.NoError(t, s.Commit(ctx, commit(k, v)))
		}
		words := func(p bot.Page) (out []string, first, last int64) {
			lines, err := s.History(ctx, k, p)
			require.NoError(t, err)
			require.NotEmpty(t, lines)
			for i, l := range lines {
				out = append(out, l.Words())
				if i > 0 {
					assert.Greater(t, l.Seq, lines[i-1].Seq)
				}
			}
			return out, lines[0].Seq, lines[len(lines)-1].Seq
		}
		got, first, _ := words(bot.Page{N: 4})
		assert.Equal(t, []string{"q4", "好的", "q5", "好的"}, got)
		got, first, _ = words(bot.Page{Before: first, N: 4})
		assert.Equal(t, []string{"q2", "好的", "q3", "好的"}, got)
		got, _, last := words(bot.Page{After: first, N: 2})
		assert.Equal(t, []string{"好的", "q3"}, got)
		got, _, last = words(bot.Page{After: last})
		assert.Equal(t, []string{"好的", "q4", "好的", "q5", "好的"}, got)
		lines, err := s.History(ctx, k, bot.Page{After: last})
		require.NoError(t, err)
		assert.Empty(t, lines)
		lines, err = s.History(ctx, k, bot.Page{N: 1})
		require.NoError(t, err)
		require.NotNil(t, lines[0].Reply)
		assert.Equal(t, []bot.Choice{{Label: "是", Value: "y"}}, lines[0].Reply.Choices)
	})

	t.Run("recent conversations are listed, latest first", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		other, err := s.Open(ctx, bot.Thread{Tenant: "shop", Channel: "web", Peer: "later"})
		require.NoError(t, err)
		_, err = s.Open(ctx, bot.Thread{Tenant: "shop", Channel: "web", Peer: "never wrote"})
		require.NoError(t, err)
		require.NoError(t, s.Commit(ctx, commit(k, 0)))
		late := commit(other, 0)
		late.At = late.At.Add(time.Minute)
		require.NoError(t, s.Commit(ctx, late))
		got, err := s.Recent(ctx, "shop", 5)
		require.NoError(t, err)
		require.Len(t, got, 2)
		assert.Equal(t, other, got[0].Key)
		assert.True(t, late.At.Equal(got[0].At))
		assert.Equal(t, k, got[1].Key)
		got, err = s.Recent(ctx, "elsewhere", 5)
		require.NoError(t, err)
		assert.Empty(t, got)
	})

	t.Run("a message's answer is kept", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		_, ok, err := s.Answered(ctx, k, "m0")
		require.NoError(t, err)
		assert.False(t, ok)
		require.NoError(t, s.Commit(ctx, commit(k, 0)))
		rs, ok, err := s.Answered(ctx, k, "m0")
		require.NoError(t, err)
		require.True(t, ok)
		assert.Equal(t, []bot.Reply{{ID: "r0", Text: "好的"}}, rs)
		silent := commit(k, 1)
		silent.Replies = nil
		require.NoError(t, s.Commit(ctx, silent))
		rs, ok, err = s.Answered(ctx, k, "m1")
		require.NoError(t, err)
		assert.True(t, ok, "a message answered with silence is answered")
		assert.Empty(t, rs)
	})

	t.Run("the journal lives until the commit", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		require.NoError(t, s.Journal(ctx, k, 0, []byte(`{"a":1}`)))
		require.ErrorIs(t, s.Journal(ctx, k, 0, []byte(`{}`)), bot.ErrConflict, "of two turns on one version the second is refused")
		require.ErrorIs(t, s.Commit(ctx, commit(k, 0)), bot.ErrConflict, "nor may the second take the intent of the first away")
		require.NoError(t, s.Journal(ctx, k, 1, []byte(`{"a":2}`)))
		require.ErrorIs(t, s.Journal(ctx, k, 3, []byte(`{}`)), bot.ErrConflict)
		rec, err := s.Load(ctx, k)
		require.NoError(t, err)
		assert.Equal(t, `{"a":2}`, string(rec.Journal))
		assert.Equal(t, int64(2), rec.Version)
		require.NoError(t, s.Commit(ctx, commit(k, 2)))
		rec, err = s.Load(ctx, k)
		require.NoError(t, err)
		assert.Nil(t, rec.Journal)
		require.ErrorIs(t, s.Journal(ctx, k, 0, []byte(`{}`)), bot.ErrConflict)
	})

	t.Run("events are ordered and known once", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		e := func(tenant, id string) bot.Event {
			return bot.Event{ID: id, At: at, Tenant: tenant, Customer: "c1", Kind: "viewed", Item: "i"}
		}
		require.NoError(t, s.Append(ctx, e("shop", "1"), e("shop", "2"), e("other", "1")))
		require.NoError(t, s.Append(ctx, e("shop", "2"), e("shop", "3")))
		c := commit(k, 0)
		c.Events = []bot.Event{e("shop", "3"), e("shop", "4")}
		require.NoError(t, s.Commit(ctx, c))
		var ids []string
		after := int64(0)
		for {
			es, err := s.Events(ctx, "shop", after, 2)
			require.NoError(t, err)
			if len(es) == 0 {
				break
			}
			for _, e := range es {
				assert.Greater(t, e.Seq, after)
				after = e.Seq
				ids = append(ids, e.ID)
				assert.Equal(t, "i", e.Item)
				assert.True(t, at.Equal(e.At))
			}
		}
		assert.Equal(t, []string{"1", "2", "3", "4"}, ids)
		all, err := s.Events(ctx, bot.AllTenants, 0, 100)
		require.NoError(t, err)
		assert.Len(t, all, 5)
	})

	t.Run("outbox: sent, dropped", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		c := commit(k, 0)
		for i := range 3 {
			id := fmt.Sprintf("o%d", i)
			c.Outbox = append(c.Outbox, bot.Outgoing{ID: id, Key: k, Thread: th, Reply: bot.Reply{ID: id}, At: at})
		}
		require.NoError(t, s.Commit(ctx, c))
		require.NoError(t, s.Sent(ctx, "o1", "unknown"))
		out, err := s.Pending(ctx, bot.Key{}, 0, 1)
		require.NoError(t, err)
		require.Len(t, out, 1)
		assert.Equal(t, "o0", out[0].ID)
		assert.Equal(t, th, out[0].Thread)
		drop := commit(k, 1)
		drop.DropPending = true
		drop.Outbox = []bot.Outgoing{{ID: "new", Key: k, Thread: th, At: at}}
		require.NoError(t, s.Commit(ctx, drop))
		out, err = s.Pending(ctx, bot.Key{}, 0, 10)
		require.NoError(t, err)
		require.Len(t, out, 1)
		assert.Equal(t, "new", out[0].ID)
	})

	t.Run("outbox: pages, by conversation", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		other, err := s.Open(ctx, bot.Thread{Tenant: "shop", Channel: "web", Peer: "other"})
		require.NoError(t, err)
		for i, key := range []bot.Key{k, other, k} {
			c := commit(key, int64(i/2))
			c.Message = fmt.Sprintf("out %d", i)
			c.Outbox = []bot.Outgoing{{ID: fmt.Sprintf("o%d", i), Key: key, Thread: th, At: at}}
			require.NoError(t, s.Commit(ctx, c))
		}
		ids := func(k bot.Key, after int64, n int) (ids []string, last int64) {
			out, err := s.Pending(ctx, k, after, n)
			require.NoError(t, err)
			for _, o := range out {
				assert.Greater(t, o.Seq, after)
				after = o.Seq
				ids = append(ids, o.ID)
			}
			return ids, after
		}
		got, last := ids(bot.Key{}, 0, 2)
		assert.Equal(t, []string{"o0", "o1"}, got)
		got, last = ids(bot.Key{}, last, 2)
		assert.Equal(t, []string{"o2"}, got)
		got, _ = ids(bot.Key{}, last, 2)
		assert.Empty(t, got)
		got, last = ids(k, 0, 1)
		assert.Equal(t, []string{"o0"}, got)
		got, _ = ids(k, last, 10)
		assert.Equal(t, []string{"o2"}, got)
	})

	t.Run("inbox: accepted, waiting, answered", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		other, err := s.Open(ctx, bot.Thread{Tenant: "shop", Channel: "web", Peer: "other"})
		require.NoError(t, err)
		accept := func(k bot.Key, id string, tries int) bool {
			waiting, err := s.Accept(ctx, bot.Arrival{Key: k, Message: bot.Message{ID: id, Thread: th, Text: "几时发货？"}, At: at, Tries: tries})
			require.NoError(t, err)
			return waiting
		}
		arrivals := func(k bot.Key, after int64, n int) (ids []string, last int64) {
			out, err := s.Arrivals(ctx, k, after, n)
			require.NoError(t, err)
			for _, a := range out {
				assert.Greater(t, a.Seq, after)
				after = a.Seq
				ids = append(ids, a.Message.ID)
				assert.Equal(t, "几时发货？", a.Message.Text)
				assert.True(t, at.Equal(a.At))
			}
			return ids, after
		}
		for i, id := range []string{"m0", "x", "m1", "m2"} {
			key := k
			if i == 1 {
				key = other
			}
			assert.True(t, accept(key, id, 0))
		}
		assert.True(t, accept(k, "m0", 0), "waiting already")
		got, last := arrivals(bot.Key{}, 0, 3)
		assert.Equal(t, []string{"m0", "x", "m1"}, got)
		got, _ = arrivals(bot.Key{}, last, 3)
		assert.Equal(t, []string{"m2"}, got)
		got, _ = arrivals(k, 0, 10)
		assert.Equal(t, []string{"m0", "m1", "m2"}, got)

		assert.True(t, accept(k, "m0", 2))
		assert.True(t, accept(k, "m0", 1))
		out, err := s.Arrivals(ctx, k, 0, 1)
		require.NoError(t, err)
		require.Len(t, out, 1)
		assert.Equal(t, 2, out[0].Tries)
		assert.Equal(t, k, out[0].Key)

		c := commit(k, 0)
		c.Also, c.Accepted = []string{"m1"}, true
		require.NoError(t, s.Commit(ctx, c))
		got, _ = arrivals(bot.Key{}, 0, 10)
		assert.Equal(t, []string{"x", "m2"}, got)
		assert.False(t, accept(k, "m0", 0), "answered")
		assert.False(t, accept(k, "m1", 0), "answered with another")
		rs, ok, err := s.Answered(ctx, k, "m1")
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Empty(t, rs)
		twice := commit(k, 1)
		twice.Message, twice.Also = "new", []string{"m1"}
		require.ErrorIs(t, s.Commit(ctx, twice), bot.ErrConflict)
		_, ok, err = s.Answered(ctx, k, "new")
		require.NoError(t, err)
		assert.False(t, ok)

		_, err = s.Accept(ctx, bot.Arrival{Key: bot.Key{Tenant: "shop", Conversation: "nope"}, Message: bot.Message{ID: "m"}, At: at})
		require.ErrorIs(t, err, bot.ErrNotFound)
		_, err = s.Erase(ctx, "shop", "c1")
		require.NoError(t, err)
		got, _ = arrivals(bot.Key{}, 0, 10)
		assert.Equal(t, []string{"x"}, got)
	})

	t.Run("timers: due, moved, fired", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		_, ok, err := s.NextDue(ctx)
		require.NoError(t, err)
		assert.False(t, ok)
		c := commit(k, 0)
		c.Timers = []bot.Timer{{ID: "a", Key: k, Thread: th, At: at.Add(time.Hour), Name: "a"}, {ID: "b", Key: k, Thread: th, At: at.Add(time.Minute), Name: "b"}}
		require.NoError(t, s.Commit(ctx, c))
		next, ok, err := s.NextDue(ctx)
		require.NoError(t, err)
		assert.True(t, ok && next.Equal(at.Add(time.Minute)))
		c = commit(k, 1)
		c.Timers = []bot.Timer{{ID: "b", Key: k, Thread: th, At: at.Add(2 * time.Hour), Name: "b"}}
		require.NoError(t, s.Commit(ctx, c))
		due, err := s.Due(ctx, at.Add(time.Hour), 10)
		require.NoError(t, err)
		require.Len(t, due, 1)
		assert.Equal(t, "a", due[0].Name)
		c = commit(k, 2)
		c.Fired = "a"
		c.Stop = []string{"b"}
		require.NoError(t, s.Commit(ctx, c))
		_, ok, err = s.NextDue(ctx)
		require.NoError(t, err)
		assert.False(t, ok)
	})

	t.Run("tickets: open ones by tenant", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		tk := handoff.Ticket{ID: "k1", Tenant: "shop", Conversation: k.Conversation, Customer: "c1", State: handoff.Waiting, Created: at,
			Summary: []string{"鞋子开胶"}, Transcript: []handoff.Line{{At: at, From: "customer", Text: "开胶了"}}}
		for v, state := range []handoff.State{handoff.Waiting, handoff.Taken} {
			c := commit(k, int64(v))
			tk.State = state
			c.Ticket = &tk
			require.NoError(t, s.Commit(ctx, c))
			ts, err := s.Tickets(ctx, "shop")
			require.NoError(t, err)
			require.Len(t, ts, 1)
			assert.Equal(t, tk.Summary, ts[0].Summary)
			assert.Equal(t, state, ts[0].State)
		}
		other, err := s.Tickets(ctx, "other")
		require.NoError(t, err)
		assert.Empty(t, other)
		c := commit(k, 2)
		tk.State = handoff.Closed
		c.Ticket = &tk
		require.NoError(t, s.Commit(ctx, c))
		ts, err := s.Tickets(ctx, "shop")
		require.NoError(t, err)
		assert.Empty(t, ts)
		got, err := s.Ticket(ctx, "shop", "k1")
		require.NoError(t, err)
		assert.Equal(t, handoff.Closed, got.State)
	})

	t.Run("erased means gone", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		c := commit(k, 0)
		c.Events = []bot.Event{{ID: "e1", At: at, Tenant: "shop", Customer: "c1", Kind: "viewed", Item: "canary"}}
		c.Outbox = []bot.Outgoing{{ID: "o1", Key: k, Thread: th, At: at}}
		c.Timers = []bot.Timer{{ID: "t1", Key: k, Thread: th, At: at, Name: "n"}}
		c.Ticket = &handoff.Ticket{ID: "k1", Tenant: "shop", Conversation: k.Conversation, Customer: "c1", State: handoff.Waiting, Created: at}
		require.NoError(t, s.Commit(ctx, c))
		require.NoError(t, s.Append(ctx, bot.Event{ID: "kept", At: at, Tenant: "shop", Customer: "c2", Kind: "viewed"}))
		gone, err := s.Erase(ctx, "shop", "c1")
		require.NoError(t, err)
		assert.NotEmpty(t, gone)
		events, err := s.Events(ctx, bot.AllTenants, 0, 10)
		require.NoError(t, err)
		require.Len(t, events, 1)
		assert.Equal(t, "kept", events[0].ID)
		out, err := s.Pending(ctx, bot.Key{}, 0, 10)
		require.NoError(t, err)
		assert.Empty(t, out)
		due, err := s.Due(ctx, at.Add(time.Hour), 10)
		require.NoError(t, err)
		assert.Empty(t, due)
		ts, err := s.Tickets(ctx, "shop")
		require.NoError(t, err)
		assert.Empty(t, ts)
		_, err = s.Load(ctx, k)
		assert.ErrorIs(t, err, bot.ErrNotFound)
		again, err := s.Open(ctx, th)
		require.NoError(t, err)
		rec, err := s.Load(ctx, again)
		require.NoError(t, err)
		assert.Nil(t, rec.Session)
		lines, err := s.History(ctx, again, bot.Page{N: 10})
		require.NoError(t, err)
		assert.Empty(t, lines)
	})

	t.Run("tenants are apart", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		c := commit(k, 0)
		c.Events = []bot.Event{{ID: "e", At: at, Tenant: "shop", Customer: "c1", Kind: "viewed"}}
		c.Ticket = &handoff.Ticket{ID: "k", Tenant: "shop", Conversation: k.Conversation, State: handoff.Waiting, Created: at}
		require.NoError(t, s.Commit(ctx, c))
		foreign := bot.Key{Tenant: "other", Conversation: k.Conversation}
		_, err := s.Load(ctx, foreign)
		require.ErrorIs(t, err, bot.ErrNotFound)
		_, ok, err := s.Answered(ctx, foreign, "m0")
		assert.False(t, ok && err == nil, "another tenant's answer")
		lines, err := s.History(ctx, foreign, bot.Page{})
		assert.True(t, err != nil || len(lines) == 0, "another tenant's history")
		_, err = s.Ticket(ctx, "other", "k")
		require.ErrorIs(t, err, bot.ErrNotFound)
		events, err := s.Events(ctx, "other", 0, 10)
		require.NoError(t, err)
		assert.Empty(t, events)
		require.NoError(t, s.Append(ctx, bot.Event{ID: "e", At: at, Tenant: "other", Customer: "c1", Kind: "viewed"}))
		_, err = s.Erase(ctx, "other", "c1")
		require.NoError(t, err)
		rec, err := s.Load(ctx, k)
		require.NoError(t, err)
		assert.Equal(t, int64(1), rec.Version)
		events, err = s.Events(ctx, bot.AllTenants, 0, 10)
		require.NoError(t, err)
		require.Len(t, events, 1, "the other tenant's event was erased, this one's stays")
		assert.Equal(t, "shop", events[0].Tenant)
	})

	t.Run("conversations go on at once, each in order", func(t *testing.T) {
		t.Parallel()
		s, _ := setup(t)
		const conversations, turns = 12, 15
		keys := make([]bot.Key, conversations)
		var wg sync.WaitGroup
		for i := range keys {
			wg.Go(func() {
				th := th
				th.Peer = fmt.Sprint("many", i)
				k, err := s.Open(ctx, th)
				if !assert.NoError(t, err) {
					return
				}
				keys[i] = k
				for v := range int64(turns) {
					c := commit(k, v)
					c.Events = []bot.Event{{ID: fmt.Sprintf("%s-%d", k.Conversation, v), At: at, Tenant: "shop", Conversation: k.Conversation, Kind: bot.EventTurn, Value: fmt.Sprint(v)}}
					assert.NoError(t, s.Journal(ctx, k, 2*v, []byte("{}")))
					c.Version = 2*v + 1
					assert.NoError(t, s.Commit(ctx, c))
					rec, err := s.Load(ctx, k)
					assert.NoError(t, err)
					assert.Equal(t, 2*v+2, rec.Version, "one's own commit is seen at once")
				}
			})
		}
		wg.Wait()
		next := map[string]int{}
		events, err := s.Events(ctx, "shop", 0, conversations*turns+1)
		require.NoError(t, err)
		require.Len(t, events, conversations*turns)
		for _, e := range events {
			require.Equal(t, fmt.Sprint(next[e.Conversation]), e.Value, "the log keeps a conversation's order")
			next[e.Conversation]++
		}
		for _, k := range keys {
			lines, err := s.History(ctx, k, bot.Page{N: 2*turns + 1})
			require.NoError(t, err)
			require.Len(t, lines, 2*turns)
			for v := range turns {
				assert.Equal(t, fmt.Sprint("q", v), lines[2*v].Text)
			}
		}
	})

	for name, same := range map[string]bool{"two engines, one message: one effect": true, "two engines, two messages: each key once": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := setup(t)
			testTwoEngines(t, s, th, same)
		})
	}

	t.Run("one of many concurrent commits wins", func(t *testing.T) {
		t.Parallel()
		s, k := setup(t)
		const writers = 8
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range writers {
			wg.Go(func() {
				c := commit(k, 0)
				c.Message = fmt.Sprintf("w%d", i)
				if err := s.Commit(ctx, c); err == nil {
					mu.Lock()
					won++
					mu.Unlock()
				} else {
					assert.ErrorIs(t, err, bot.ErrConflict)
				}
			})
		}
		wg.Wait()
		assert.Equal(t, 1, won)
	})
}
