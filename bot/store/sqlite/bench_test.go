package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/frontdesk-go/frontdesk/bot/store/internal/storetest"
)

// Whole turns (seven rows with their indexes), each durable when it returns.
func BenchmarkCommit(b *testing.B) {
	for _, conversations := range []int{1, 64} {
		b.Run(fmt.Sprintf("conversations=%d", conversations), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "s.db"), nil)
			defer func() { _ = s.Close() }()
			storetest.Commits(b, s, conversations)
		})
	}
}
