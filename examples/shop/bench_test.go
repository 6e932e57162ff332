package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/store/sqlite"
	"github.com/frontdesk-go/frontdesk/profile"
)

// A whole turn of the shop, every stage on: what a customer's message costs.
func BenchmarkTurn(b *testing.B) {
	for _, where := range []string{"memory", "sqlite"} {
		b.Run(where, func(b *testing.B) {
			o := bot.Options{Store: bot.NewMemory(), Customers: profile.NewBook()}
			if where == "sqlite" {
				s, err := sqlite.Open(filepath.Join(b.TempDir(), "s.db"), nil)
				require.NoError(b, err)
				defer func() { _ = s.Close() }()
				o.Store, o.Customers = s, s.Profiles()
			}
			db := memoryDB(b)
			defer func() { _ = db.Close() }()
			bt, err := newBot(opened(b, db), o)
			require.NoError(b, err)
			lines := []string{"你好，我想买一件红色的裙子，三百以内", "第一件有M码吗？", "怎么开发票", "how long does delivery take?"}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := bt.Handle(context.Background(), bot.Message{ID: fmt.Sprint(i), Text: lines[i%len(lines)],
					Thread: bot.Thread{Channel: "t", Peer: fmt.Sprint(i / len(lines))}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Everything from the data files to a bot that answers.
func BenchmarkStart(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		db := memoryDB(b)
		st, err := load(context.Background(), db, bottest.Start(), false)
		require.NoError(b, err)
		bt, err := newBot(st, bot.Options{})
		require.NoError(b, err)
		_ = bt.Close()
		_ = db.Close()
	}
}
