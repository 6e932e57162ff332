package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/storetest"
)

func bench(b *testing.B, run func(b *testing.B, s bot.Store, conversations int)) {
	for _, conversations := range []int{1, 64} {
		b.Run(fmt.Sprintf("conversations=%d", conversations), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "s.db"), nil)
			defer func() { _ = s.Close() }()
			run(b, s, conversations)
		})
	}
}

// The commits of turns: six rows with their indexes, durable when it returns.
func BenchmarkCommit(b *testing.B) { bench(b, storetest.Commits) }

// Whole turns of a bot.
func BenchmarkTurn(b *testing.B) { bench(b, storetest.Turns) }
