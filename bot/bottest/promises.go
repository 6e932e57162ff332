package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
)

// check asks after every step whether the promises hold.
func (e *explorer) check(*rapid.T) {
	e.r.wanted()
	if err := e.r.report.Err; err != nil && !errors.Is(err, bot.ErrUnknownOutcome) {
		e.r.fail("a turn failed: %v", err)
	}
	owners := e.owners()
	for _, c := range e.talkers {
		lines := e.history(c)
		for _, broken := range []func(*talker, []bot.Line) string{e.nothingLost, e.sameReplies, e.notTalkedOver, e.oneQuestion, e.answered} {
			if what := broken(c, lines); what != "" {
				e.r.fail("a promise is broken: %s: %s", c.thread.Peer, what)
			}
		}
		c.read = c.read[:0]
		for i := range lines {
			if lines[i].Reply != nil {
				c.read = append(c.read, *lines[i].Reply)
			}
		}
	}
	if what := e.oneTicket(owners); what != "" {
		e.r.fail("a promise is broken: %s", what)
	}
	if what := e.outbox(owners); what != "" {
		e.r.fail("a promise is broken: %s", what)
	}
	if e.opts.Check != nil {
		if err := e.opts.Check(e.r); err != nil {
			e.r.fail("the host's promise is broken: %v", err)
		}
	}
}

// nothingLost: every accepted message stands in the history once, in the order
// of its acceptance (promises 1 to 3).
func (e *explorer) nothingLost(c *talker, lines []bot.Line) string {
	var want, have []string
	for _, x := range c.sent {
		want = append(want, x.message.ID)
	}
	for _, l := range lines {
		if l.From == bot.FromCustomer {
			have = append(have, l.Message)
		}
	}
	if !slices.Equal(want, have) {
		return fmt.Sprintf("sent were the messages %v, the history has %v", want, have)
	}
	return ""
}

// sameReplies: what was returned for a message is what was committed for it,
// and a retry gets it again; no reply has another's id (promise 2).
func (e *explorer) sameReplies(c *talker, lines []bot.Line) string {
	by := map[string][]bot.Reply{}
	ids := map[string]bool{}
	for _, l := range lines {
		if l.Reply == nil {
			continue
		}
		if l.Reply.ID == "" || ids[l.Reply.ID] {
			return fmt.Sprintf("two replies have the id %q", l.Reply.ID)
		}
		ids[l.Reply.ID] = true
		if l.Message != "" {
			by[l.Message] = append(by[l.Message], *l.Reply)
		}
	}
	for _, x := range c.sent {
		if len(x.replies)+len(by[x.message.ID]) > 0 && encoded(x.replies) != encoded(by[x.message.ID]) {
			return fmt.Sprintf("message %s was answered with\n  %s\nand the history has\n  %s", x.message.ID, encoded(x.replies), encoded(by[x.message.ID]))
		}
		recorded, ok, err := e.r.opts.Store.Answered(context.Background(), c.key, x.message.ID)
		if err != nil || !ok || len(recorded)+len(x.replies) > 0 && encoded(recorded) != encoded(x.replies) {
			return fmt.Sprintf("a retry of message %s would get\n  %s (known: %t, %v)\ninstead of\n  %s", x.message.ID, encoded(recorded), ok, err, encoded(x.replies))
		}
	}
	return ""
}

// notTalkedOver: while a person has a conversation, or one was promised, the bot
// writes nothing into it (promise 6).
func (e *explorer) notTalkedOver(c *talker, lines []bot.Line) string {
	if !c.silent {
		return ""
	}
	for _, l := range lines[min(c.lines, len(lines)):] {
		if l.From == bot.FromBot {
			return fmt.Sprintf("a person has the conversation, and the bot says %q", l.Words())
		}
	}
	return ""
}

// oneQuestion: a turn puts at most one question of a flow, and it comes last.
func (e *explorer) oneQuestion(c *talker, lines []bot.Line) string {
	asked := ""
	for _, l := range lines[min(c.lines, len(lines)):] {
		if l.Reply == nil || l.Message == "" {
			asked = ""
			continue
		}
		if asked == l.Message {
			return fmt.Sprintf("behind the open question the bot goes on with %q", l.Words())
		}
		if slices.ContainsFunc(l.Reply.Choices, func(c bot.Choice) bool { return strings.HasPrefix(c.Value, "~") }) {
			asked = l.Message
		}
	}
	return ""
}

// answered: a message gets an answer, unless a person has the conversation.
func (e *explorer) answered(c *talker, lines []bot.Line) string {
	if e.opts.Silent || c.silent {
		return ""
	}
	for _, l := range lines[min(c.lines, len(lines)):] {
		if l.From != bot.FromCustomer {
			continue
		}
		if !slices.ContainsFunc(lines, func(r bot.Line) bool { return r.Reply != nil && r.Message == l.Message }) {
			return fmt.Sprintf("message %s got no answer, and no person has the conversation", l.Message)
		}
	}
	return ""
}

// oneTicket: a conversation that a person has, or is to get, has one open
// ticket; one that the bot has, has none.
func (e *explorer) oneTicket(owners map[string]bool) string {
	ts, err := e.r.opts.Store.Tickets(context.Background(), e.r.Thread.Tenant)
	if err != nil {
		return fmt.Sprintf("reading tickets: %v", err)
	}
	open := map[string]int{}
	for _, tk := range ts {
		if tk.State != handoff.Closed {
			open[tk.Conversation]++
		}
	}
	for _, c := range e.talkers {
		want := 0
		if owners[c.key.Conversation] {
			want = 1
		}
		if n := open[c.key.Conversation]; n != want {
			return fmt.Sprintf("%s has %d open tickets, and a person has the conversation: %t", c.thread.Peer, n, owners[c.key.Conversation])
		}
	}
	return ""
}

// outbox: what waits to be sent stands in the history, once; a person who took
// a conversation is not followed by what the bot had said before (promise 6).
func (e *explorer) outbox(owners map[string]bool) string {
	taken := map[string]bool{}
	ts, err := e.r.opts.Store.Tickets(context.Background(), e.r.Thread.Tenant)
	if err != nil {
		return fmt.Sprintf("reading tickets: %v", err)
	}
	for _, tk := range ts {
		taken[tk.Conversation] = tk.State == handoff.Taken
	}
	for _, c := range e.talkers {
		said := map[string]bool{}
		for _, l := range e.history(c) {
			if l.Reply != nil {
				said[l.Reply.ID] = true
			}
		}
		var seen []string
		for after := int64(0); ; {
			out, err := e.r.opts.Store.Pending(context.Background(), c.key, after, 100)
			if err != nil {
				return fmt.Sprintf("reading the outbox: %v", err)
			}
			for _, o := range out {
				after = o.Seq
				switch {
				case !said[o.ID]:
					return fmt.Sprintf("%s: reply %s waits to be sent and was never said", c.thread.Peer, o.ID)
				case slices.Contains(seen, o.ID):
					return fmt.Sprintf("%s: reply %s waits to be sent twice", c.thread.Peer, o.ID)
				case o.Reply.From == "" && owners[c.key.Conversation] && taken[c.key.Conversation]:
					return fmt.Sprintf("%s: a person has the conversation, and the bot's %q is still to be sent", c.thread.Peer, o.Reply.Text)
				}
				seen = append(seen, o.ID)
			}
			if len(out) < 100 {
				break
			}
		}
	}
	return ""
}

// owners are the conversations that a person has, or that wait for one, by the
// event log.
func (e *explorer) owners() map[string]bool {
	out := map[string]bool{}
	for after := int64(0); ; {
		events, err := e.r.opts.Store.Events(context.Background(), bot.AllTenants, after, 1000)
		if err != nil {
			e.r.fail("reading the event log: %v", err)
		}
		for _, ev := range events {
			switch ev.Kind {
			case bot.EventHandover, bot.EventTaken, bot.EventTransferred:
				out[ev.Conversation] = true
			case bot.EventReturned:
				out[ev.Conversation] = false
			}
			after = ev.Seq
		}
		if len(events) == 0 {
			return out
		}
	}
}

// history is a conversation's, whole.
func (e *explorer) history(c *talker) (all []bot.Line) {
	// Without a place to start from, a page is the last lines.
	page := bot.Page{Before: 1 << 62, N: 200}
	for {
		lines, err := e.r.opts.Store.History(context.Background(), c.key, page)
		if err != nil {
			e.r.fail("reading the history: %v", err)
		}
		all = append(lines, all...)
		if len(lines) < page.N {
			return all
		}
		page.Before = lines[0].Seq
	}
}
