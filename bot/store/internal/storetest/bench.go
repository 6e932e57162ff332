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
	"github.com/frontdesk-go/frontdesk/handoff"
)

// Turn is the commit of an ordinary turn: a session of some 200 bytes, one
// answer, two lines, one event.
func Turn(k bot.Key, version int64) *bot.Commit {
	at := time.UnixMicro(1_763_700_000_000_000 + version*1e6).UTC()
	n := strconv.FormatInt(version, 10)
	id := k.Conversation + "-" + n
	return &bot.Commit{Key: k, Version: version, Customer: "c-" + k.Conversation, At: at, Message: "m-" + n,
		Session: []byte(`{"v":1,"n":` + n + `,"thread":{"channel":"web","peer":"p1"},"language":"zh","last":[{"id":"` + id + `","text":"您的订单已经发出,预计明天送达。"}],"vars":{"cart":{"items":["a","b"]}}}`),
		Replies: []bot.Reply{{ID: id, Text: "您的订单已经发出,预计明天送达。", Language: "zh"}},
		Lines:   []handoff.Line{{At: at, From: "customer", Text: "我的快递到哪儿了?"}, {At: at, From: "bot", Text: "您的订单已经发出,预计明天送达。"}},
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
	took := make([][]time.Duration, conversations)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for i, k := range keys {
		wg.Go(func() {
			for version := int64(0); next.Add(1) <= int64(b.N); version++ {
				start := time.Now()
				if err := s.Commit(ctx, Turn(k, version)); err != nil {
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
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
}
