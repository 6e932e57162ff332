package bottest

import (
	"context"
	"fmt"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Signal hands an event of the outside world to the flow that waits for it.
func (r *Rig) Signal(event, key string, data any) *Rig {
	r.t.Helper()
	r.n++
	return r.signal(bot.Signal{ID: fmt.Sprintf("m%d", r.n), Thread: r.Thread, Event: event, Key: key, Data: data})
}

// signal delivers a signal, again if it has been.
func (r *Rig) signal(s bot.Signal) *Rig {
	r.t.Helper()
	fmt.Fprintln(&r.log, "/signal", s.Event, s.Key)
	r.report = bot.Report{}
	replies, err := r.bot().Signal(context.Background(), s)
	if err != nil {
		r.fail("Signal: %v", err)
	}
	r.replies = replies
	bot.WriteTurn(&r.log, "", replies, r.report.Events)
	return r
}
