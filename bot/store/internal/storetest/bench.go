// Package storetest measures and breaks stores the same way, whichever database
// is behind them.
package storetest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Turn is the commit of an ordinary turn: a session of some 200 bytes, one
// answer, two lines, one event.
func Turn(k bot.Key, version int64) *bot.Commit {
	at := time.UnixMicro(1_763_700_000_000_000 + version*1e6).UTC()
	n := strconv.FormatInt(version, 10)
	id := k.Conversation + "-" + n
	return &bot.Commit{Key: k, Version: version, Customer: "c-" + k.Conversation, At: at, Message: "m-" + n,
		Session: []byte(`{"v":1,"n":` + n + `,"thread":{"channel":"web","peer":"p1"},"language":"zh","last":[{"id":"` + id + `","text":"您的订单已经发出，预计明天送达。"}],"vars":{"cart":{"items":["a","b"]}}}`),
		Replies: []bot.Reply{{ID: id, Text: "您的订单已经发出，预计明天送达。", Language: "zh"}},
		Lines:   []bot.Line{{At: at, From: "customer", Text: "我的快递到哪儿了？"}, {At: at, From: "bot", Text: "您的订单已经发出，预计明天送达。"}},
		Events:  []bot.Event{{ID: id, At: at, Tenant: k.Tenant, Customer: "c-" + k.Conversation, Conversation: k.Conversation, Kind: bot.EventTurn, Key: "order.status", Value: "handler"}},
	}
}

// Commits measures commits per second of several conversations at once, each
// in order, and the 99th percentile of how long one takes.
func Commits(b *testing.B, s bot.Store, conversations int) {
	ctx := context.Background()
	keys := make([]bot.Key, conversations)
	for i := range keys {
		k, err := s.Open(ctx, bot.Thread{Tenant: "shop", Channel: "web", Peer: fmt.Sprint("p", i)})
		require.NoError(b, err)
		keys[i] = k
	}
	measure(b, "commits/s", conversations, func(i int, n int64) error { return s.Commit(ctx, Turn(keys[i], n)) })
}

// Turns measures turns per second of a bot that counts its customer's messages
// and says how many there were: what it reads, what it commits, the handler.
func Turns(b *testing.B, s bot.Store, conversations int) {
	ctx := context.Background()
	count := bot.Var[int]{Name: "n"}
	engine, err := bot.New(bot.Options{Store: s}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		n := count.Get(t) + 1
		if err := count.Set(t, n); err != nil {
			return err
		}
		return t.Say("{n}", "n", n)
	}))
	require.NoError(b, err)
	threads := make([]bot.Thread, conversations)
	for i := range threads {
		threads[i] = bot.Thread{Tenant: "shop", Channel: "web", Peer: fmt.Sprint("p", i)}
	}
	measure(b, "turns/s", conversations, func(i int, n int64) error {
		replies, err := engine.Handle(ctx, bot.Message{ID: strconv.FormatInt(n, 10), Thread: threads[i], Text: "我的快递到哪儿了？"})
		if err == nil && (len(replies) != 1 || replies[0].Text != strconv.FormatInt(n+1, 10)) {
			return fmt.Errorf("message %d of conversation %d was answered %v", n, i, replies)
		}
		return err
	})
	require.NoError(b, engine.Close())
}

// measure runs b.N steps in so many conversations at once; n counts the steps
// of one conversation.
func measure(b *testing.B, unit string, conversations int, step func(conversation int, n int64) error) {
	took := make([][]time.Duration, conversations)
	var next atomic.Int64
	before := used()
	var wg sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for i := range conversations {
		wg.Go(func() {
			for n := int64(0); next.Add(1) <= int64(b.N); n++ {
				start := time.Now()
				if err := step(i, n); err != nil {
					b.Error(err)
					return
				}
				took[i] = append(took[i], time.Since(start))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit)
	used().less(before).report(b)
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
}
