package handoff_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/handoff"
)

var t0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func ids(tickets []handoff.Ticket) (out []string) {
	for _, t := range tickets {
		out = append(out, t.ID)
	}
	return out
}

func TestOrder(t *testing.T) {
	t.Parallel()
	ticket := func(id string, p handoff.Priority, minute int) handoff.Ticket {
		return handoff.Ticket{ID: id, Priority: p, State: handoff.Waiting, Created: t0.Add(time.Duration(minute) * time.Minute)}
	}
	taken := ticket("taken", handoff.Urgent, 0)
	taken.State = handoff.Taken
	tickets := []handoff.Ticket{taken, ticket("low, old", handoff.Low, 0), ticket("normal", handoff.Normal, 25), ticket("b", handoff.High, 31),
		ticket("a", handoff.High, 31), ticket("urgent", handoff.Urgent, 29), ticket("urgent, late", handoff.Urgent, 60)}
	handoff.Order(tickets, t0.Add(time.Hour))
	assert.Equal(t, []string{"urgent", "low, old", "a", "b", "normal", "urgent, late", "taken"}, ids(tickets))
}

func TestQueue(t *testing.T) {
	t.Parallel()
	q := handoff.NewQueue()
	for i, p := range []handoff.Priority{handoff.Normal, handoff.Urgent, handoff.Low} {
		require.NoError(t, q.Put(handoff.Ticket{ID: fmt.Sprint(i), Priority: p, Created: t0, Skill: []string{"", "safety", "de"}[i]}))
	}
	assert.ErrorContains(t, q.Put(handoff.Ticket{ID: "0"}), "already")
	assert.ErrorContains(t, q.Put(handoff.Ticket{}), "needs an ID")
	assert.Equal(t, []string{"1", "0", "2"}, ids(q.Waiting(t0)))

	n, ok := q.Position("0", t0)
	assert.True(t, ok)
	assert.Equal(t, 1, n, "one comes before")

	first, ok := q.Next("amy", nil, t0)
	require.True(t, ok)
	assert.Equal(t, "0", first.ID, "1 needs a skill amy does not have")
	assert.Equal(t, handoff.Taken, first.State)
	assert.Equal(t, "amy", first.Agent)
	_, ok = q.Position("0", t0)
	assert.False(t, ok, "it waits no longer")

	_, err := q.Take("0", "bob")
	assert.ErrorIs(t, err, handoff.ErrTaken)
	_, err = q.Take("0", "amy")
	assert.NoError(t, err, "her own again")
	_, err = q.Take("9", "amy")
	assert.ErrorIs(t, err, handoff.ErrUnknown)
	_, err = q.Take("1", "")
	assert.Error(t, err, "an agent has a name")

	assert.ErrorIs(t, q.Release("0", "bob"), handoff.ErrTaken)
	assert.ErrorIs(t, q.Transfer("0", "bob", "cid"), handoff.ErrTaken)
	assert.ErrorIs(t, q.Close("0", "bob"), handoff.ErrTaken)
	assert.Error(t, q.Transfer("0", "amy", ""))
	require.NoError(t, q.Transfer("0", "amy", "bob"))
	require.NoError(t, q.Release("0", "bob"))
	assert.Equal(t, []string{"1", "0", "2"}, ids(q.Waiting(t0)), "back in its old place")

	got, ok := q.Next("cid", []string{"de", "safety"}, t0)
	require.True(t, ok)
	assert.Equal(t, "1", got.ID)
	require.NoError(t, q.Close("1", "cid"))
	_, err = q.Take("1", "cid")
	assert.ErrorIs(t, err, handoff.ErrUnknown, "closed is gone")
	_, ok = handoff.NewQueue().Next("amy", nil, t0)
	assert.False(t, ok)
}

// Many agents at once: every ticket is taken once.
func TestQueueConcurrently(t *testing.T) {
	t.Parallel()
	q := handoff.NewQueue()
	const n = 60
	for i := range n {
		require.NoError(t, q.Put(handoff.Ticket{ID: fmt.Sprint(i), Priority: handoff.Normal, Created: t0}))
	}
	var got atomic.Int64
	var owner sync.Map
	var wg sync.WaitGroup
	for a := range 8 {
		wg.Go(func() {
			agent := fmt.Sprint("agent", a)
			for {
				ticket, ok := q.Next(agent, nil, t0)
				if !ok {
					return
				}
				_, twice := owner.LoadOrStore(ticket.ID, agent)
				assert.False(t, twice, ticket.ID)
				got.Add(1)
				if a%2 == 0 {
					assert.NoError(t, q.Close(ticket.ID, agent))
				}
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, n, got.Load())
}

// The queue against a plain model: one owner at any time, nothing lost, nothing
// overtaken by what came half an hour later.
func TestQueueModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := handoff.NewQueue()
		owner := map[string]string{} // "" waits
		made := map[string]handoff.Ticket{}
		now := t0
		agents := rapid.SampledFrom([]string{"amy", "bob"})
		id := func() string { return fmt.Sprint(rapid.IntRange(0, max(0, len(made)-1)).Draw(t, "id")) }
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				x := handoff.Ticket{ID: fmt.Sprint(len(made)), Created: now, Skill: rapid.SampledFrom([]string{"", "s"}).Draw(t, "skill"),
					Priority: handoff.Priority(rapid.IntRange(1, 4).Draw(t, "priority"))}
				require.NoError(t, q.Put(x))
				made[x.ID], owner[x.ID] = x, ""
			},
			"wait": func(t *rapid.T) { now = now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "minutes")) * time.Minute) },
			"take": func(t *rapid.T) {
				i, a := id(), agents.Draw(t, "agent")
				_, err := q.Take(i, a)
				switch o, open := owner[i]; {
				case !open:
					require.ErrorIs(t, err, handoff.ErrUnknown)
				case o != "" && o != a:
					require.ErrorIs(t, err, handoff.ErrTaken)
				default:
					require.NoError(t, err)
					owner[i] = a
				}
			},
			"next": func(t *rapid.T) {
				a := agents.Draw(t, "agent")
				var skills []string
				if a == "bob" {
					skills = []string{"s"}
				}
				x, ok := q.Next(a, skills, now)
				for i, o := range owner {
					m := made[i]
					if o != "" || m.Skill != "" && skills == nil {
						continue
					}
					require.True(t, ok, "%s waits and %s could take it", i, a)
					require.False(t, x.Created.Sub(m.Created) > 30*time.Minute, "%s was overtaken by %s", i, x.ID)
				}
				if ok {
					require.Equal(t, "", owner[x.ID])
					owner[x.ID] = a
				}
			},
			"release": func(t *rapid.T) {
				i, a := id(), agents.Draw(t, "agent")
				if err := q.Release(i, a); owner[i] == a {
					require.NoError(t, err)
					owner[i] = ""
				} else {
					require.Error(t, err)
				}
			},
			"transfer": func(t *rapid.T) {
				i, a, b := id(), agents.Draw(t, "from"), agents.Draw(t, "to")
				if err := q.Transfer(i, a, b); owner[i] == a {
					require.NoError(t, err)
					owner[i] = b
				} else {
					require.Error(t, err)
				}
			},
			"close": func(t *rapid.T) {
				i, a := id(), agents.Draw(t, "agent")
				if err := q.Close(i, a); owner[i] == a {
					require.NoError(t, err)
					delete(owner, i)
				} else {
					require.Error(t, err)
				}
			},
			"": func(t *rapid.T) {
				var want []string
				for i, o := range owner {
					if o == "" {
						want = append(want, i)
					}
				}
				waiting := q.Waiting(now)
				got := ids(waiting)
				for k, i := range got {
					n, ok := q.Position(i, now)
					require.True(t, ok)
					require.Equal(t, k, n)
				}
				slices.Sort(want)
				slices.Sort(got)
				require.Equal(t, want, got)
			},
		})
	})
}
