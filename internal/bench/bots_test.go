package bench

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/cloudwego/eino/compose"
	telegram "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/stretchr/testify/require"
	"gopkg.in/telebot.v3"

	"github.com/frontdesk-go/frontdesk/bot"
)

// counter is a bot that counts the messages of a conversation.
type counter struct {
	name string
	// say delivers a message and returns when it is answered.
	say func(conversation, message int) error
	// count is the counter of a conversation.
	count func(conversation int) int
}

// wait is what a handler waits for between reading the counter and writing it;
// nil for nothing.
type wait func()

// table is the state a host keeps for frameworks without any: safe for
// concurrent use, as far as a map can be.
type table struct {
	mu sync.Mutex
	n  map[int]int
}

func (s *table) get(k int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n[k]
}

func (s *table) set(k, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n[k] = n
}

func newTable() *table { return &table{n: map[int]int{}} }

// turn is what every handler does.
func (s *table) turn(k int, w wait) int {
	n := s.get(k) + 1
	if w != nil {
		w()
	}
	s.set(k, n)
	return n
}

func bots(tb testing.TB, w wait) []counter {
	return []counter{onFrontdesk(tb, w), onTelegram(tb, w), onTelebot(tb, w), onEino(tb, w)}
}

func onFrontdesk(tb testing.TB, w wait) counter {
	n := bot.Var[int]{Name: "n"}
	last := newTable()
	b, err := bot.New(bot.Options{MaxWaiting: 1 << 20, MaxTurns: 1 << 20}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		next := n.Get(t) + 1
		if w != nil {
			w()
		}
		if err := n.Set(t, next); err != nil {
			return err
		}
		return t.Say("{n}", "n", next)
	}))
	require.NoError(tb, err)
	for range 5 {
		b.Use(func(next bot.Handler) bot.Handler {
			return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error { return next.Handle(ctx, t) })
		})
	}
	tb.Cleanup(func() { require.NoError(tb, b.Close()) })
	return counter{"frontdesk", func(conversation, message int) error {
		rs, err := b.Handle(context.Background(), bot.Message{ID: strconv.Itoa(message), Thread: bot.Thread{Channel: "bench", Peer: strconv.Itoa(conversation)}, Text: "hi"})
		if err == nil && len(rs) == 1 {
			n, _ := strconv.Atoi(rs[0].Text)
			last.mu.Lock()
			last.n[conversation] = max(last.n[conversation], n)
			last.mu.Unlock()
		}
		return err
	}, last.get}
}

func onTelegram(tb testing.TB, w wait) counter {
	state := newTable()
	pass := func(next telegram.HandlerFunc) telegram.HandlerFunc {
		return func(ctx context.Context, b *telegram.Bot, u *models.Update) { next(ctx, b, u) }
	}
	b, err := telegram.New("1:x", telegram.WithSkipGetMe(), telegram.WithMiddlewares(pass, pass, pass, pass, pass), telegram.WithNotAsyncHandlers(),
		telegram.WithDefaultHandler(func(_ context.Context, _ *telegram.Bot, u *models.Update) {
			_ = fmt.Sprint(state.turn(int(u.Message.Chat.ID), w))
		}))
	require.NoError(tb, err)
	return counter{"go-telegram/bot", func(conversation, message int) error {
		b.ProcessUpdate(context.Background(), &models.Update{ID: int64(message), Message: &models.Message{ID: message, Text: "hi", Chat: models.Chat{ID: int64(conversation)}}})
		return nil
	}, state.get}
}

func onTelebot(tb testing.TB, w wait) counter {
	state := newTable()
	b, err := telebot.NewBot(telebot.Settings{Offline: true, Synchronous: true})
	require.NoError(tb, err)
	pass := func(next telebot.HandlerFunc) telebot.HandlerFunc {
		return func(c telebot.Context) error { return next(c) }
	}
	b.Handle(telebot.OnText, func(c telebot.Context) error {
		_ = fmt.Sprint(state.turn(int(c.Chat().ID), w))
		return nil
	}, pass, pass, pass, pass, pass)
	return counter{"telebot", func(conversation, message int) error {
		b.ProcessUpdate(telebot.Update{ID: message, Message: &telebot.Message{ID: message, Text: "hi", Chat: &telebot.Chat{ID: int64(conversation)}, Sender: &telebot.User{ID: int64(conversation)}}})
		return nil
	}, state.get}
}

func onEino(tb testing.TB, w wait) counter {
	state := newTable()
	ctx := context.Background()
	g := compose.NewGraph[int, string]()
	from := compose.START
	for i := range 5 {
		name := fmt.Sprint("pass", i)
		require.NoError(tb, g.AddLambdaNode(name, compose.InvokableLambda(func(_ context.Context, k int) (int, error) { return k, nil })))
		require.NoError(tb, g.AddEdge(from, name))
		from = name
	}
	require.NoError(tb, g.AddLambdaNode("count", compose.InvokableLambda(func(_ context.Context, k int) (string, error) {
		return fmt.Sprint(state.turn(k, w)), nil
	})))
	require.NoError(tb, g.AddEdge(from, "count"))
	require.NoError(tb, g.AddEdge("count", compose.END))
	run, err := g.Compile(ctx)
	require.NoError(tb, err)
	return counter{"eino", func(conversation, _ int) error {
		_, err := run.Invoke(ctx, conversation)
		return err
	}, state.get}
}
