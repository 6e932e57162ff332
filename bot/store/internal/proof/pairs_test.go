package proof

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
)

// counting counts a conversation's messages as most bots do: it reads the
// counter, waits for I/O, and writes it.
func counting(_ context.Context, t *bot.Turn) error {
	n := bot.Var[int]{Name: "n"}
	have := n.Get(t)
	time.Sleep(200 * time.Microsecond) // the I/O
	if err := n.Set(t, have+1); err != nil {
		return err
	}
	return t.Say("{id}: {n}", "id", t.Message.Text, "n", have+1)
}

// mailbox is a Sender that keeps what each peer was sent.
type mailbox struct {
	mu   sync.Mutex
	sent map[string][]string
}

func (m *mailbox) Send(_ context.Context, th bot.Thread, r bot.Reply) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent[th.Peer] = append(m.sent[th.Peer], r.Text)
	return nil
}

// The stress that other frameworks were measured with: 10,000 pairs of messages
// of one conversation, delivered together, each twice. None is lost, none is
// counted twice, and where the order of delivery is known it is that of the
// answers.
func TestPairs(t *testing.T) {
	t.Parallel()
	pairs := many()
	for _, way := range []string{"called at once", "delivered at once", "delivered one behind the other"} {
		t.Run(way, func(t *testing.T) {
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			out := &mailbox{sent: map[string][]string{}}
			b, err := bot.New(bot.Options{Sender: out, MaxTurns: 5_000}, bot.HandlerFunc(counting))
			require.NoError(t, err)
			ctx, stop := context.WithCancel(context.Background())
			ran := make(chan error, 1)
			go func() { ran <- b.Run(ctx) }()
			var wg sync.WaitGroup
			free := make(chan struct{}, 64) // conversations at once
			for p := range pairs {
				free <- struct{}{}
				wg.Go(func() {
					defer func() { <-free }()
					pair(t, b, out, way, "p"+strconv.Itoa(p), rand.New(rand.NewPCG(seed, uint64(p))))
				})
			}
			wg.Wait()
			stop()
			<-ran
			require.NoError(t, b.Tick(context.Background()), "what Run had left to the next start")
			require.NoError(t, b.Close())
			lost, double, disorder := 0, 0, 0
			for p := range pairs {
				sent := out.sent["p"+strconv.Itoa(p)]
				lost += max(0, 2-len(sent))
				double += max(0, len(sent)-2)
				if len(sent) != 2 {
					continue
				}
				ab := sent[0] == "a: 1" && sent[1] == "b: 2"
				ba := sent[0] == "b: 1" && sent[1] == "a: 2"
				if !ab && (way == "delivered one behind the other" || !ba) {
					disorder++
				}
			}
			t.Logf("%d pairs, each message delivered twice: %d lost, %d double, %d out of order", pairs, lost, double, disorder)
			assert.Zero(t, lost)
			assert.Zero(t, double)
			assert.Zero(t, disorder)
		})
	}
}

// pair delivers two messages of a conversation, each twice.
func pair(t *testing.T, b *bot.Bot, out *mailbox, way, peer string, chance *rand.Rand) {
	order := []string{"a", "b", "a", "b"}
	if way != "delivered one behind the other" {
		chance.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	var mu sync.Mutex
	called := map[string]bool{}
	var wg sync.WaitGroup
	for _, id := range order {
		m := bot.Message{ID: id, Thread: bot.Thread{Channel: "web", Peer: peer}, Text: id}
		deliver := func() {
			if way != "called at once" {
				assert.NoError(t, b.Deliver(context.Background(), m))
				return
			}
			rs, err := b.Handle(context.Background(), m)
			if !assert.NoError(t, err) || !assert.Len(t, rs, 1) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			called[rs[0].Text] = true
		}
		if way == "delivered one behind the other" {
			deliver()
		} else {
			wg.Go(deliver)
		}
	}
	wg.Wait()
	out.mu.Lock()
	defer out.mu.Unlock()
	for n := 1; n <= 2; n++ { // what the calls were given, in the order of the counter
		for _, id := range []string{"a", "b"} {
			if said := fmt.Sprintf("%s: %d", id, n); called[said] {
				out.sent[peer] = append(out.sent[peer], said)
			}
		}
	}
}
