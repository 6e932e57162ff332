package bottest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
)

// What is accepted is answered, by whichever process is left, through a channel
// that may be down or say nothing.
func TestAnsweredLater(t *testing.T) {
	t.Parallel()
	each(func(at bottest.Fault) {
		if at.Kind == bottest.Reordered {
			return
		}
		c := newCounting()
		r := bottest.New(t, bot.Options{}, c)
		r.Later = true
		r.Say("你好").Want("要下单吗").Advance(time.Minute).WantSilence()
		r.Crash(at).Say("是的").Want("第 1 次，单号 1。").WantEvent(bot.EventEffect, "main/order")
		assert.Len(t, c.orders, 1, at.String())
	})
	for _, kind := range []bottest.FaultKind{bottest.SendFails, bottest.SendLost} {
		r := bottest.New(t, bot.Options{}, newCounting())
		r.Later = true
		r.Crash(bottest.Fault{Kind: kind, N: 1}).Say("你好").Want("要下单吗")
		r.Say("是的").Want("第 1 次")
	}
}
