package bottest

import (
	"context"
	"fmt"

	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
)

// join has a person step into a conversation that nobody was asked to take, or
// that waits for one.
func (e *explorer) join(rt *rapid.T) {
	c := e.any("whom a person joins")
	ctx := context.Background()
	st, err := e.r.bot().State(ctx, c.key)
	if err != nil {
		e.r.fail("State: %v", err)
	}
	if len(c.sent) == 0 || st.Owner != bot.OwnerBot && st.Owner != bot.OwnerWaiting {
		rt.Skip()
	}
	agent := rapid.SampledFrom(e.opts.Agents).Draw(rt, "agent")
	e.turnTo(c)
	fmt.Fprintf(&e.r.log, "# %s joins\n", agent)
	e.r.Agent = agent
	e.r.act(action{name: "Join", do: func(b *bot.Bot) ([]bot.Reply, error) {
		_, err := b.Join(ctx, c.key, agent)
		return nil, err
	}, done: e.r.written})
	bot.WriteTurn(&e.r.log, "", e.r.replies, e.r.report.Events)
}

// transfer has a person leave a conversation to a colleague.
func (e *explorer) transfer(rt *rapid.T) {
	tk := e.ticketOf(rt, handoff.Taken)
	to := rapid.SampledFrom(e.opts.Agents).Draw(rt, "colleague")
	e.r.Agent = tk.Agent
	fmt.Fprintf(&e.r.log, "# %s leaves it to %s\n", tk.Agent, to)
	e.r.act(action{name: "Transfer", do: func(b *bot.Bot) ([]bot.Reply, error) {
		_, err := b.Transfer(context.Background(), tk.Tenant, tk.ID, tk.Agent, to)
		return nil, err
	}, done: e.r.written})
	bot.WriteTurn(&e.r.log, "", e.r.replies, e.r.report.Events)
	for _, c := range e.talkers { // the notice is the desk's
		c.silent = c.silent && c.key.Conversation != tk.Conversation
	}
}
