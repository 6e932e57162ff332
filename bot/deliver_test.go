package bot_test

import (
	"cmp"
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
)

// post is a Sender that remembers, and fails as it is told.
type post struct {
	mu   sync.Mutex
	sent []string // texts, by the peer: "p: 1"
	ids  map[string]int
	at   []time.Time
	fail func(peer, text string) error
}

func (p *post) Send(_ context.Context, th bot.Thread, r bot.Reply) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		if err := p.fail(th.Peer, r.Text); err != nil {
			return err
		}
	}
	if p.ids == nil {
		p.ids = map[string]int{}
	}
	p.ids[r.ID]++
	p.sent, p.at = append(p.sent, th.Peer+": "+r.Text), append(p.at, time.Now())
	return nil
}

func (p *post) texts() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.sent...)
}

// running runs a bot in a bubble of virtual time until the test ends.
func running(t *testing.T, o bot.Options, h bot.Handler) (*bot.Bot, func()) {
	t.Helper()
	b, err := bot.New(o, h)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	synctest.Wait()
	return b, func() {
		cancel()
		assert.ErrorIs(t, <-ended, context.Canceled)
		assert.NoError(t, b.Close())
	}
}

func said(id, peer, text string) bot.Message {
	return bot.Message{ID: id, Thread: thread(peer), Text: text}
}

var echo = bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error { return t.Say("{text}", "text", t.Message.Text) })

func TestDeliver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out, store := &post{}, bot.NewMemory()
		b, stop := running(t, bot.Options{Store: store, Sender: out}, bot.HandlerFunc(count))
		defer stop()
		for _, id := range []string{"1", "2", "2", "3", "1"} {
			require.NoError(t, b.Deliver(t.Context(), said(id, "p", "在吗？")))
		}
		synctest.Wait()
		assert.Equal(t, []string{"p: 1", "p: 2", "p: 3"}, out.texts(), "in order, each once")
		waiting, err := store.Arrivals(t.Context(), bot.Key{}, 0, 10)
		require.NoError(t, err)
		assert.Empty(t, waiting, "the commit removes what it answers")
		rs, err := b.Handle(t.Context(), said("2", "p", "在吗？"))
		require.NoError(t, err)
		assert.Empty(t, rs, "what the sender was given the call is not")
		rs, err = b.Handle(t.Context(), said("4", "p", "在吗？"))
		require.NoError(t, err)
		require.Len(t, rs, 1)
		assert.Equal(t, "4", rs[0].Text)
		require.NoError(t, b.Deliver(t.Context(), said("4", "p", "在吗？")))
		synctest.Wait()
		assert.Len(t, out.texts(), 3, "what the call was given the sender is not")
	})
}

func TestDeliverRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, free := bot.NewMemory(), make(chan struct{})
		b, stop := running(t, bot.Options{Store: store, MaxWaiting: 2, MaxTurns: 4}, bot.HandlerFunc(func(context.Context, *bot.Turn) error {
			<-free
			return nil
		}))
		defer stop()
		defer close(free)
		require.ErrorContains(t, b.Deliver(t.Context(), bot.Message{Thread: thread("p"), Text: "hi"}), "Message.ID is empty")
		require.ErrorContains(t, b.Deliver(t.Context(), bot.Message{ID: "1"}), "Message.Thread.Channel")
		for i := range 3 {
			require.NoError(t, b.Deliver(t.Context(), said(fmt.Sprint(i), "p", "hi")))
		}
		require.ErrorIs(t, b.Deliver(t.Context(), said("busy", "p", "hi")), bot.ErrBusy)
		require.NoError(t, b.Deliver(t.Context(), said("a", "other", "hi")))
		require.ErrorIs(t, b.Deliver(t.Context(), said("a", "third", "hi")), bot.ErrOverloaded)
		waiting, err := store.Arrivals(t.Context(), bot.Key{}, 0, 10)
		require.NoError(t, err)
		assert.Len(t, waiting, 4, "what was refused was not stored")
	})
}

// A process that dies behind the acknowledgement leaves the message to the next.
func TestDeliveredIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out, store := &post{}, bot.NewMemory()
		for i, id := range []string{"1", "2"} { // accepted by a process that is no more
			k, err := store.Open(t.Context(), thread("p"))
			require.NoError(t, err)
			waiting, err := store.Accept(t.Context(), bot.Arrival{Key: k, Message: said(id, "p", "hi"), At: time.Now().Add(time.Duration(i))})
			require.NoError(t, err)
			require.True(t, waiting)
		}
		time.Sleep(time.Second)
		b, stop := running(t, bot.Options{Store: store, Sender: out}, bot.HandlerFunc(count))
		defer stop()
		require.NoError(t, b.Deliver(t.Context(), said("3", "p", "hi")))
		synctest.Wait()
		assert.Equal(t, []string{"p: 1", "p: 2", "p: 3"}, out.texts())
	})
}

// A message that kills the process each time does not kill it for ever.
func TestPoison(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out, store := &post{}, bot.NewMemory()
		k, err := store.Open(t.Context(), thread("p"))
		require.NoError(t, err)
		_, err = store.Accept(t.Context(), bot.Arrival{Key: k, Message: said("1", "p", "hi"), At: time.Now()})
		require.NoError(t, err)
		died := &outage{Memory: store}
		runs := 0
		for range 5 {
			b, err := bot.New(bot.Options{Store: died, Sender: out}, bot.HandlerFunc(func(ctx context.Context, turn *bot.Turn) error {
				runs++
				return turn.Say("never seen")
			}))
			require.NoError(t, err)
			died.dead.Store(runs < 3)
			_ = b.Tick(t.Context())
		}
		assert.Equal(t, 3, runs)
		require.Len(t, out.texts(), 1)
		assert.Contains(t, out.texts()[0], "抱歉")
		events, err := store.Events(t.Context(), bot.AllTenants, 0, 10)
		require.NoError(t, err)
		assert.Contains(t, fmt.Sprint(events), "the process died over this message")
	})
}

// outage is a store that does not commit while it is on.
type outage struct {
	*bot.Memory
	dead atomic.Bool
}

func (d *outage) Commit(ctx context.Context, c *bot.Commit) error {
	if d.dead.Load() {
		return errors.New("dead")
	}
	return d.Memory.Commit(ctx, c)
}

// A store that fails for a while delays an accepted message, no more.
func TestDeliverOutlivesAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out, store := &post{}, &outage{Memory: bot.NewMemory()}
		store.dead.Store(true)
		b, stop := running(t, bot.Options{Store: store, Sender: out}, bot.HandlerFunc(count))
		defer stop()
		require.NoError(t, b.Deliver(t.Context(), said("1", "p", "hi")))
		require.NoError(t, b.Deliver(t.Context(), said("2", "p", "hi")))
		time.Sleep(time.Second)
		assert.Empty(t, out.texts())
		store.dead.Store(false)
		time.Sleep(10 * time.Second)
		assert.Equal(t, []string{"p: 1", "p: 2"}, out.texts())
	})
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	const limit = 5 * time.Second
	for name, test := range map[string]struct {
		takes  time.Duration
		direct bool
	}{
		"in time":        {takes: limit - time.Millisecond, direct: true},
		"too late":       {takes: limit + time.Millisecond},
		"much too late":  {takes: time.Minute},
		"without a wait": {direct: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				out := &post{}
				b, stop := running(t, bot.Options{Sender: out}, bot.HandlerFunc(func(ctx context.Context, turn *bot.Turn) error {
					time.Sleep(test.takes)
					return count(ctx, turn)
				}))
				defer stop()
				ask := func() []bot.Reply {
					m := said("1", "p", "几时发货？")
					m.Deadline = time.Now().Add(limit)
					began := time.Now()
					rs, err := b.Handle(t.Context(), m)
					require.NoError(t, err)
					assert.LessOrEqual(t, time.Since(began), limit)
					return rs
				}
				first := ask()
				again := ask() // as the channel does when it has no answer
				time.Sleep(2 * time.Minute)
				third := ask()
				if test.direct {
					require.Len(t, first, 1)
					assert.Equal(t, first, again)
					assert.Equal(t, first, third)
					assert.Empty(t, out.texts())
					return
				}
				assert.Empty(t, first)
				assert.Empty(t, again)
				assert.Empty(t, third)
				assert.Equal(t, []string{"p: 1"}, out.texts(), "the same reply, once, through the sender")
			})
		})
	}
}

func TestBurst(t *testing.T) {
	t.Parallel()
	const pause = 500 * time.Millisecond
	type line struct {
		after     time.Duration
		id, text  string
		tap       string
		wantReply string // "" for none
	}
	for name, test := range map[string]struct {
		lines []line
		turns []string
	}{
		"lines typed together are one turn": {
			lines: []line{{0, "1", "你好", "", "你好\n我的快递\n到哪儿了"}, {300 * time.Millisecond, "2", "我的快递", "", ""}, {400 * time.Millisecond, "3", "到哪儿了", "", ""}},
			turns: []string{"1: 你好\n我的快递\n到哪儿了"}},
		"a pause ends it": {
			lines: []line{{0, "1", "hi", "", "hi"}, {pause + time.Millisecond, "2", "where is it", "", "where is it"}},
			turns: []string{"1: hi", "2: where is it"}},
		"the same line twice is one": {
			lines: []line{{0, "1", "hi", "", "hi\nyou there?"}, {100 * time.Millisecond, "1", "hi", "", "hi\nyou there?"}, {100 * time.Millisecond, "2", "you there?", "", ""}},
			turns: []string{"1: hi\nyou there?"}},
		"a tap stands alone": {
			lines: []line{{0, "1", "hi", "", "hi"}, {100 * time.Millisecond, "2", "", "yes", "yes"}, {100 * time.Millisecond, "3", "and?", "", "and?"}},
			turns: []string{"1: hi", "2: yes", "3: and?"}},
		"nobody is kept waiting for ever": {
			lines: []line{{0, "1", "a", "", "a\nb\nc\nd\ne"}, {450 * time.Millisecond, "2", "b", "", ""}, {450 * time.Millisecond, "3", "c", "", ""},
				{450 * time.Millisecond, "4", "d", "", ""}, {450 * time.Millisecond, "5", "e", "", ""}, {450 * time.Millisecond, "6", "f", "", "f"}},
			turns: []string{"1: a\nb\nc\nd\ne", "6: f"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, deliver := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					out, store := &post{}, bot.NewMemory()
					var mu sync.Mutex
					var turns []string
					b, stop := running(t, bot.Options{Store: store, Sender: out, Overlap: bot.Burst(pause)}, bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) error {
						mu.Lock()
						defer mu.Unlock()
						text := cmp.Or(turn.Message.Text, turn.Message.Tap)
						turns = append(turns, turn.Message.ID+": "+text)
						return turn.Say("{x}", "x", text)
					}))
					defer stop()
					var wg sync.WaitGroup
					for _, l := range test.lines {
						time.Sleep(l.after)
						m := said(l.id, "p", l.text)
						m.Tap = l.tap
						if deliver {
							require.NoError(t, b.Deliver(t.Context(), m))
							continue
						}
						wg.Go(func() {
							rs, err := b.Handle(t.Context(), m)
							assert.NoError(t, err)
							if l.wantReply == "" {
								assert.Empty(t, rs, l.id)
							} else if assert.Len(t, rs, 1, l.id) {
								assert.Equal(t, l.wantReply, rs[0].Text, l.id)
							}
						})
						synctest.Wait()
					}
					wg.Wait()
					time.Sleep(10 * time.Second)
					mu.Lock()
					defer mu.Unlock()
					assert.Equal(t, test.turns, turns, "delivered: %v", deliver)
					if deliver {
						assert.Len(t, out.texts(), len(test.turns))
					}
					k, err := store.Open(t.Context(), thread("p"))
					require.NoError(t, err)
					lines, err := store.History(t.Context(), k, bot.Page{})
					require.NoError(t, err)
					ids := map[string]bool{}
					for _, l := range test.lines {
						ids[l.id] = true
						_, answered, err := store.Answered(t.Context(), k, l.id)
						require.NoError(t, err)
						assert.True(t, answered, "line %s is marked", l.id)
					}
					assert.Len(t, lines, len(ids)+len(test.turns), "each line has its place in the history")
				})
			}
		})
	}
}

// Nobody in line gets lost when a caller goes away while lines are gathered.
func TestBurstCallerGoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, stop := running(t, bot.Options{Overlap: bot.Burst(time.Second)}, echo)
		defer stop()
		first, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := b.Handle(first, said("1", "p", "a"))
			assert.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait()
		wg.Go(func() {
			rs, err := b.Handle(t.Context(), said("2", "p", "b"))
			assert.NoError(t, err)
			if assert.Len(t, rs, 1) {
				assert.Equal(t, "b", rs[0].Text)
			}
		})
		synctest.Wait()
		cancel()
		wg.Wait()
	})
}

// What a process accepted and left behind is answered before what comes later,
// also by a call, and by a process that does not run yet.
func TestHandleDoesNotOvertakeAccepted(t *testing.T) {
	t.Parallel()
	for _, replica := range []string{"", "b"} {
		t.Run("replica "+replica, func(t *testing.T) {
			t.Parallel()
			store := bot.NewMemory()
			k, err := store.Open(t.Context(), thread("p"))
			require.NoError(t, err)
			for _, id := range []string{"1", "2"} {
				_, err = store.Accept(t.Context(), bot.Arrival{Key: k, Message: said(id, "p", "在吗？"), At: time.Now()})
				require.NoError(t, err)
			}
			b, err := bot.New(bot.Options{Store: store, Replica: replica}, bot.HandlerFunc(count))
			require.NoError(t, err)
			rs, err := b.Handle(t.Context(), said("3", "p", "在吗？"))
			require.NoError(t, err)
			require.Len(t, rs, 1)
			assert.Equal(t, "3", rs[0].Text)
			rs, err = b.Handle(t.Context(), said("1", "p", "在吗？"))
			require.NoError(t, err)
			assert.Empty(t, rs, "its answer is the sender's")
			pending, err := store.Pending(t.Context(), k, 0, 10)
			require.NoError(t, err)
			assert.Len(t, pending, 2)
			if replica != "" { // another one may accept at any time
				_, err = store.Accept(t.Context(), bot.Arrival{Key: k, Message: said("4", "p", "在吗？"), At: time.Now()})
				require.NoError(t, err)
			}
			rs, err = b.Handle(t.Context(), said("4", "p", "在吗？"))
			require.NoError(t, err)
			require.Equal(t, replica != "", len(rs) == 0, "accepted first, it is answered once, by the sender")
			require.NoError(t, b.Close())
		})
	}
}

// A message that comes again while its turn runs waits for that turn: the handler
// runs once, and both calls are given the same replies.
func TestRetryJoins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		runs, goOn := 0, make(chan struct{})
		b, err := bot.New(bot.Options{}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
			runs++
			<-goOn
			return t.Say("hi")
		}))
		require.NoError(t, err)
		var wg sync.WaitGroup
		replies := make([][]bot.Reply, 3)
		for i := range replies {
			wg.Go(func() {
				var err error
				replies[i], err = b.Handle(t.Context(), said("1", "p", "在吗？"))
				assert.NoError(t, err)
			})
		}
		synctest.Wait()
		assert.Equal(t, 1, runs)
		close(goOn)
		wg.Wait()
		assert.Equal(t, 1, runs)
		require.Len(t, replies[0], 1)
		assert.Equal(t, replies[0], replies[1])
		assert.Equal(t, replies[0], replies[2])
		require.NoError(t, b.Close())
	})
}
