package proof

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Undisturbed, the shop says what the checks expect of it.
func TestShopAnswersAsExpected(t *testing.T) {
	t.Parallel()
	effects := 0
	b, err := shop{effect: func(string, int, string) { effects++ }}.bot(bot.Options{})
	require.NoError(t, err)
	defer func() { assert.NoError(t, b.Close()) }()
	for n := range 4 * stages {
		rs, err := b.Handle(t.Context(), bot.Message{ID: text(n), Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: text(n)})
		require.NoError(t, err)
		require.Len(t, rs, 1)
		assert.Equal(t, expected(n)[0], rs[0].Text)
	}
	assert.Equal(t, 4, effects)
}

// many is how much a stress test does: 10,000 where time is given.
func many() int {
	if n, err := strconv.Atoi(os.Getenv("FRONTDESK_KILLS")); err == nil && n >= 100 {
		return 10_000
	}
	return 1_000
}

// step is the oracle's bot: what a message makes of a conversation's state. It
// forgets nothing and nothing commutes, so that any other order shows.
func step(state uint64, text string) uint64 {
	for _, c := range []byte(text) {
		state = state*1_000_003 + uint64(c)
	}
	return state
}

// chained is the same as a handler.
func chained(_ context.Context, t *bot.Turn) error {
	state := bot.Var[uint64]{Name: "state"}
	v := step(state.Get(t), t.Message.Text)
	if err := state.Set(t, v); err != nil {
		return err
	}
	runtime.Gosched() // somebody else's turn
	return t.Say(strconv.FormatUint(v, 10))
}

// 10,000 conversations at once, their messages in any order and some of them
// twice: each is answered as a bot would that takes the same messages one after
// the other, in the order in which they were taken on.
func TestConversationsAgainstOracle(t *testing.T) {
	t.Parallel()
	const messages, window, workers = 4, 5_000, 1_000
	conversations := many()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	store := bot.NewMemory()
	b, err := bot.New(bot.Options{Store: store, MaxTurns: 2 * workers}, bot.HandlerFunc(chained))
	require.NoError(t, err)

	type delivery struct{ conv, n int }
	var all []delivery
	for n := range messages {
		for c := range conversations {
			for range 1 + chance.IntN(2) {
				all = append(all, delivery{c, n})
			}
		}
	}
	for at := 0; at < len(all); at += window { // a message may overtake those of the next rounds
		some := all[at:min(at+3*window, len(all))]
		chance.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	}
	said := make([][messages]string, conversations)
	var mu sync.Mutex // of said
	var next, turns atomic.Int64
	thread := func(c int) bot.Thread { return bot.Thread{Channel: "web", Peer: fmt.Sprint("p", c)} }
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(all) {
					return
				}
				d := all[i]
				rs, err := b.Handle(context.Background(), bot.Message{ID: strconv.Itoa(d.n), Thread: thread(d.conv), Text: fmt.Sprint(d.conv, "/", d.n)})
				if err != nil || len(rs) != 1 {
					t.Errorf("conversation %d, message %d: %v, %v", d.conv, d.n, rs, err)
					return
				}
				turns.Add(1)
				mu.Lock()
				if have := said[d.conv][d.n]; have != "" && have != rs[0].Text {
					t.Errorf("conversation %d, message %d: a retry was answered %q, before it was %q", d.conv, d.n, rs[0].Text, have)
				}
				said[d.conv][d.n] = rs[0].Text
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	wrong, reordered := 0, 0
	for c := range conversations {
		k, err := store.Open(t.Context(), thread(c))
		require.NoError(t, err)
		lines, err := store.History(t.Context(), k, bot.Page{})
		require.NoError(t, err)
		state, count, last := uint64(0), 0, -1
		for _, l := range lines {
			if l.From != bot.FromCustomer {
				continue
			}
			var conv, n int
			_, err := fmt.Sscanf(l.Text, "%d/%d", &conv, &n)
			require.NoError(t, err)
			state = step(state, l.Text)
			if conv != c || said[c][n] != strconv.FormatUint(state, 10) {
				wrong++
			}
			if n < last {
				reordered++
			}
			last = n
			count++
		}
		if count != messages {
			wrong++
		}
	}
	assert.Zero(t, wrong, "answers that the oracle gives otherwise")
	require.Positive(t, reordered, "nothing arrived out of order")
	require.NoError(t, errors.Join(b.Close(), store.Close()))
	t.Logf("%d conversations, %d messages delivered %d times, %d behind a later one: %d wrong", conversations, conversations*messages, turns.Load(), reordered, wrong)
}
