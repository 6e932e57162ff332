package bot_test

import (
	"testing"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	bottest.TestStore(t, func(*testing.T) bot.Store { return bot.NewMemory() })
}
