package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
)

// auditAfter lies between a run and its audit, on the rig's clock. A run that
// ended runs again only after a crash; one that asked may wait for its answer
// for almost as long as flows are kept.
const (
	auditAfter = time.Hour
	auditLate  = 6 * 24 * time.Hour
)

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
// later, and six days later when it waits for an answer. It must take the same way, and change nothing outside. A flow that goes
// on past a suspended step fails, and one that drifts without a Redeploy, unless
// the test expects it.
func (r *Rig) audit() {
	r.t.Helper()
	all := r.reruns.take()
	if r.NoAudit {
		return
	}
	for _, e := range r.report.Events {
		switch {
		case e.Kind == bot.EventMisuse:
			r.unwanted = fmt.Sprintf("the flow %q is misused: %s. Return the error of a step as it is, or expect it with WantEvent(bot.EventMisuse, …).", e.Key, e.Value)
		case e.Kind == bot.EventDrift && !r.redeployed:
			r.unwanted = fmt.Sprintf("the flow %q drifted though its code is the same: %s", e.Key, e.Value)
		}
	}
	for _, x := range all {
		before := r.watched()
		diffs, when := r.rerun(&x, auditAfter), "an hour"
		if len(diffs) == 0 && x.Question != nil {
			diffs, when = r.rerun(&x, auditLate), "six days"
		}
		if after := r.watched(); after != before {
			diffs = append(diffs, "it changed what is watched:\n"+diff(before+"\n", after+"\n"))
		}
		if len(diffs) > 0 {
			r.fail("audit: the flow %q ran again from its record, %s later, and took another way:\n  %s\n"+
				"Between its steps a flow may only compute: read through bot.Load, act in bot.Once, take the time from Turn.At.",
				x.Flow, when, strings.Join(diffs, "\n  "))
		}
		if r.flows != nil {
			r.flows.add(&x)
		}
	}
}

func (r *Rig) rerun(x *bot.Rerun, later time.Duration) []string {
	r.t.Helper()
	r.Clock.skew(later)
	defer r.Clock.skew(-later)
	diffs, err := x.Run(context.Background(), later)
	if err != nil {
		r.fail("%v", err)
	}
	return diffs
}

// wanted ends the test when the last action did what no test should pass over.
func (r *Rig) wanted() {
	r.t.Helper()
	if why := r.unwanted; why != "" {
		r.unwanted = ""
		r.fail("%s", why)
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
