package bottest

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
)

// auditAfter lies between a run and its audit, on the rig's clock.
const auditAfter = time.Hour

// reruns are the runs of the present action that are to be audited.
type reruns struct {
	mu  sync.Mutex
	all []bot.Rerun
}

func (rs *reruns) keep(x bot.Rerun) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.all = append(rs.all, x)
}

func (rs *reruns) take() []bot.Rerun {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	all := rs.all
	rs.all = nil
	return all
}

// audit runs each flow of the action again from its record, read-only, an hour
// later. It must take the same way, and change nothing outside.
func (r *Rig) audit() {
	r.t.Helper()
	all := r.reruns.take()
	if r.NoAudit {
		return
	}
	for _, x := range all {
		before := r.watched()
		r.Clock.skew(auditAfter)
		diffs, err := x.Run(context.Background(), auditAfter)
		r.Clock.skew(-auditAfter)
		if err != nil {
			r.fail("%v", err)
		}
		if after := r.watched(); after != before {
			diffs = append(diffs, "it changed what is watched:\n"+diff(before+"\n", after+"\n"))
		}
		if len(diffs) > 0 {
			r.fail("audit: the flow %q ran again from its record, an hour later, and took another way:\n  %s\n"+
				"Between its steps a flow may only compute: read through bot.Load, act in bot.Once, take the time from Turn.At.",
				x.Flow, strings.Join(diffs, "\n  "))
		}
	}
}

// watched is the world outside as text.
func (r *Rig) watched() string {
	r.t.Helper()
	if r.Watch == nil {
		return ""
	}
	raw, err := json.MarshalIndent(r.Watch(), "", " ")
	if err != nil {
		r.fail("Rig.Watch: %v", err)
	}
	return string(raw)
}
