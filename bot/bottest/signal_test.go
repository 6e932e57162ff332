package bottest_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
)

// A golden file may hold events of the outside world.
func TestGoldenSignals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pay.convo"), []byte(`> 买
< 请付款。
! flow main started
/signal paid B2 5
/signal paid A1 {"cents":4390}
< 收到 4390 分。
! flow main done
/signal shipped
`), 0o600))
	bottest.Golden(t, dir, func(t *testing.T, _ map[string]string) *bottest.Rig {
		return bottest.New(t, bot.Options{}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
			if err := t.Say("请付款。"); err != nil {
				return err
			}
			p, err := bot.Wait[struct {
				Cents int `json:"cents"`
			}](t, "paid", bot.For{Event: "paid", Key: "A1"})
			if err != nil {
				return err
			}
			return t.Say("收到 {n} 分。", "n", p.Cents)
		}))
	})
}
