package bottest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Signal hands an event of the outside world to the flow that waits for it.
func (r *Rig) Signal(event, key string, data any) *Rig {
	r.t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		r.fail("Signal: the data does not encode: %v", err)
	}
	r.n++
	s := bot.Signal{ID: fmt.Sprintf("m%d", r.n), Thread: r.Thread, Event: event, Key: key, Data: json.RawMessage(raw)}
	line := "/signal " + event
	if key != "" || data != nil {
		line += " " + cmp.Or(key, "-")
	}
	if data != nil {
		line += " " + string(raw)
	}
	fmt.Fprintln(&r.log, line)
	r.act(action{name: "Signal", replies: true, again: true, do: func(b *bot.Bot) ([]bot.Reply, error) {
		return b.Signal(context.Background(), s)
	}})
	bot.WriteTurn(&r.log, "", r.replies, r.report.Events)
	return r
}

// signalLine acts out "/signal event key {…}"; a key "-" is none.
func (r *Rig) signalLine(line string) {
	r.t.Helper()
	event, rest, _ := strings.Cut(strings.TrimPrefix(line, "/signal "), " ")
	key, raw, _ := strings.Cut(rest, " ")
	if key == "-" {
		key = ""
	}
	var data any
	if raw = strings.TrimSpace(raw); raw != "" {
		if !json.Valid([]byte(raw)) {
			r.fail("the data of %q is no JSON", line)
		}
		data = json.RawMessage(raw)
	}
	r.Signal(event, key, data)
}
