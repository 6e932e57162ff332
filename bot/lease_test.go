package bot_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
)

// taken is a store whose conversation another replica takes over at an instant.
type taken struct {
	*bot.Memory
	waiting, loading func() // called once, before a lease is given, before a record is read
}

func once(f *func()) {
	if g := *f; g != nil {
		*f = nil
		g()
	}
}

func (s *taken) Acquire(ctx context.Context, k bot.Key, _ string, _ time.Time, _ time.Duration) (int64, error) {
	once(&s.waiting)
	rec, err := s.Memory.Load(ctx, k)
	if errors.Is(err, bot.ErrNotFound) { // of an outbox
		err = nil
	}
	return rec.Version, err
}

func (s *taken) Release(context.Context, bot.Key, string) error { return nil }

func (s *taken) Load(ctx context.Context, k bot.Key) (bot.Record, error) {
	once(&s.loading)
	return s.Memory.Load(ctx, k)
}

// A replica that waited for a lease, or lost it before it read the record, does
// not run a turn that another has made meanwhile.
func TestReplicaLooksAgain(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"message", "accepted", "timer"} {
		for _, at := range []string{"waiting for the lease", "before reading the record"} {
			t.Run(kind+" "+at, func(t *testing.T) {
				t.Parallel()
				var runs atomic.Int64
				h := bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
					if runs.Add(1); kind == "timer" && t.Message.Text != "" {
						t.Remind("soon", t.Now)
					}
					return t.Say("hi")
				})
				store := &taken{Memory: bot.NewMemory()}
				other, err := bot.New(bot.Options{Store: store.Memory}, h)
				require.NoError(t, err)
				b, err := bot.New(bot.Options{Store: store, Replica: "a"}, h)
				require.NoError(t, err)
				m := said("1", "p", "在吗？")
				do := func(b *bot.Bot) error {
					if kind != "message" {
						return b.Tick(t.Context())
					}
					_, err := b.Handle(t.Context(), m)
					return err
				}
				want := int64(1)
				switch kind {
				case "timer":
					_, err = other.Handle(t.Context(), m)
					want = 2
				case "accepted":
					var k bot.Key
					k, err = store.Open(t.Context(), m.Thread)
					require.NoError(t, err)
					_, err = store.Accept(t.Context(), bot.Arrival{Key: k, Message: m})
				}
				require.NoError(t, err)
				overtake := func() { assert.NoError(t, do(other)) }
				if at == "waiting for the lease" {
					store.waiting = overtake
				} else {
					store.loading = overtake
				}
				require.NoError(t, do(b))
				assert.Nil(t, store.waiting)
				assert.Nil(t, store.loading)
				assert.Equal(t, want, runs.Load())
			})
		}
	}
}

// A replica that waited for the right to send does not send what another has
// sent meanwhile.
func TestReplicaSendsWhatIsLeft(t *testing.T) {
	t.Parallel()
	store, out := &taken{Memory: bot.NewMemory()}, &post{}
	other, err := bot.New(bot.Options{Store: store.Memory, Sender: out}, echo)
	require.NoError(t, err)
	b, err := bot.New(bot.Options{Store: store, Replica: "a", Sender: out}, echo)
	require.NoError(t, err)
	k, err := store.Open(t.Context(), thread("p"))
	require.NoError(t, err)
	for _, id := range []string{"1", "2"} {
		_, err = store.Accept(t.Context(), bot.Arrival{Key: k, Message: said(id, "p", id)})
		require.NoError(t, err)
	}
	first, err := bot.New(bot.Options{Store: store.Memory}, echo)
	require.NoError(t, err)
	require.NoError(t, first.Tick(t.Context()))
	store.waiting = func() { assert.NoError(t, other.Tick(t.Context())) }
	require.NoError(t, b.Tick(t.Context()))
	assert.Nil(t, store.waiting)
	assert.Equal(t, []string{"p: 1", "p: 2"}, out.texts())
}

// A timer does not overtake a message that another replica accepted and left,
// before this one took the conversation or after it lost it again.
func TestTimerDoesNotOvertakeAccepted(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprint("lost ", lost), func(t *testing.T) {
			t.Parallel()
			store := &taken{Memory: bot.NewMemory()}
			var order []string
			h := bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
				if order = append(order, t.Message.Text); t.Message.Text == "first" {
					t.Remind("soon", t.Now)
				}
				return t.Say("hi")
			})
			b, err := bot.New(bot.Options{Store: store, Replica: "a"}, h)
			require.NoError(t, err)
			_, err = b.Handle(t.Context(), said("1", "p", "first"))
			require.NoError(t, err)
			accept := func() {
				k, err := store.Open(t.Context(), thread("p"))
				require.NoError(t, err)
				_, err = store.Accept(t.Context(), bot.Arrival{Key: k, Message: said("2", "p", "accepted"), At: time.Now()})
				require.NoError(t, err)
			}
			want := []string{"first", "accepted", ""}
			if store.waiting = accept; lost {
				other, err := bot.New(bot.Options{Store: store.Memory}, h)
				require.NoError(t, err)
				store.waiting, store.loading = nil, func() {
					_, err := other.Handle(t.Context(), said("3", "p", "theirs"))
					require.NoError(t, err)
					accept()
				}
				want = []string{"first", "theirs", "accepted", ""}
			}
			require.NoError(t, b.Tick(t.Context()))
			assert.Nil(t, store.waiting)
			assert.Nil(t, store.loading)
			assert.Equal(t, want, order, "the timer comes last")
		})
	}
}

// The flow of an accepted message that another replica began to answer and died
// over goes on in its own turn, not in that of a message or timer which this
// replica was about to serve.
func TestBegunMessageComesFirst(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"message", "timer"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			store := &taken{Memory: bot.NewMemory()}
			var b *bot.Bot
			mux := bot.NewMux()
			var die func() // in the effect
			mux.HandleFunc("pay", func(ctx context.Context, t *bot.Turn) error {
				if _, err := bot.Once(ctx, t, "pay", func(context.Context, string) (int, error) {
					once(&die)
					return 1, nil
				}); errors.Is(err, bot.ErrUnknownOutcome) {
					return t.Say("unknown")
				} else if err != nil {
					return err
				}
				return t.Say("paid")
			})
			mux.HandleFunc("hello", func(_ context.Context, t *bot.Turn) error {
				t.Remind("soon", t.Now)
				return t.Say("hello")
			})
			mux.HandleFunc("timer.soon", func(_ context.Context, t *bot.Turn) error { return t.Say("soon") })
			opts := bot.Options{Store: store, Replica: "a", Language: "en", Understand: wordly{}}
			b, err := bot.New(opts, mux)
			require.NoError(t, err)
			_, err = b.Handle(t.Context(), said("1", "p", "hello"))
			require.NoError(t, err)
			k, err := store.Open(t.Context(), thread("p"))
			require.NoError(t, err)

			// The other replica takes the conversation just before ours reads
			// its record, accepts a message, and dies in its effect.
			opts.Store, opts.Replica = store.Memory, ""
			other, err := bot.New(opts, mux)
			require.NoError(t, err)
			store.loading = func() {
				_, err := other.Handle(t.Context(), said("2", "p", "hello"))
				require.NoError(t, err)
				_, err = store.Accept(t.Context(), bot.Arrival{Key: k, Message: said("3", "p", "pay"), At: time.Now()})
				require.NoError(t, err)
				ctx, cancel := context.WithCancel(t.Context())
				die = cancel // a turn whose context is done commits nothing
				_ = other.Tick(ctx)
			}
			if kind == "message" {
				rs, err := b.Handle(t.Context(), said("4", "p", "hello"))
				require.NoError(t, err)
				require.Len(t, rs, 1)
				assert.Equal(t, "hello", rs[0].Text)
			} else {
				require.NoError(t, b.Tick(t.Context()))
			}
			assert.Nil(t, store.loading)
			assert.Nil(t, die)
			lines, err := store.History(t.Context(), k, bot.Page{})
			require.NoError(t, err)
			var texts []string
			for _, l := range lines {
				if l.From == bot.FromCustomer {
					texts = append(texts, "> "+l.Text)
				} else {
					texts = append(texts, l.Reply.Text)
				}
			}
			want := []string{"> hello", "hello", "> hello", "hello", "> pay", "paid"}
			if kind == "message" {
				want = append(want, "> hello", "hello")
			} else {
				want = append(want, "soon")
			}
			assert.Equal(t, want, texts)
		})
	}
}

// wordly takes a message's text for its intent.
type wordly struct{}

func (wordly) Understand(_ context.Context, in nlu.Input) (nlu.Meaning, error) {
	return nlu.Meaning{Language: "en", Text: in.Text, Intent: in.Text, Intents: []nlu.Intent{{Name: in.Text, Probability: 1}}}, nil
}

// between is a store in which somebody else answers right behind the question
// whether a message was answered.
type between struct {
	bot.Store
	once  *sync.Once
	other func()
}

func (s between) Answered(ctx context.Context, k bot.Key, message string) ([]bot.Reply, bool, error) {
	replies, done, err := s.Store.Answered(ctx, k, message)
	s.once.Do(s.other)
	return replies, done, err
}

// What commits between that question and the turn is not begun again.
func TestAnsweredBetweenLookingAndBeginning(t *testing.T) {
	t.Parallel()
	effects := 0
	order := bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		if _, err := bot.Once(ctx, t, "order", func(context.Context, string) (int, error) { effects++; return effects, nil }); err != nil {
			return err
		}
		return t.Say("已下单。")
	})
	store := bot.NewMemory()
	message := bot.Message{ID: "m1", Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: "下单"}
	other, err := bot.New(bot.Options{Store: store}, order)
	require.NoError(t, err)
	b, err := bot.New(bot.Options{Store: between{store, new(sync.Once), func() {
		_, err := other.Handle(t.Context(), message)
		assert.NoError(t, err)
	}}}, order)
	require.NoError(t, err)
	replies, err := b.Handle(t.Context(), message)
	require.NoError(t, err)
	require.Len(t, replies, 1)
	assert.Equal(t, "已下单。", replies[0].Text)
	assert.Equal(t, 1, effects)
	require.NoError(t, b.Close())
	require.NoError(t, other.Close())
}
