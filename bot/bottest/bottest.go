package bottest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/profile"
)

// Start is the time a rig's clock shows at first: a Monday morning in China.
func Start() time.Time {
	return time.Date(2026, 1, 5, 10, 0, 0, 0, time.FixedZone("UTC+8", 8*3600))
}

// Rig talks with a bot as one customer would. Its clock stands still but for
// Advance, and every turn is served by a new Bot over the same store, so
// nothing can hide in memory between turns. A failed expectation stops the
// test and prints the conversation with the trace of its last turn.
//
// A Rig belongs to one test goroutine.
type Rig struct {
	t       testing.TB
	opts    bot.Options
	handler bot.Handler
	use     []bot.Middleware

	// Clock is the rig's; Store what the bot keeps its state in.
	Clock *Clock
	Store bot.Store
	// Thread is where messages come from; Agent who takes tickets.
	Thread bot.Thread
	Agent  string
	// Identities go with every message.
	Identities []profile.Identity
	// Watch returns what the world outside looks like, such as the orders of a
	// shop; the audit of a flow must leave it as it is. It is compared as JSON.
	// nil watches nothing.
	Watch func() any
	// Later delivers messages with Bot.Deliver: one process accepts a message and
	// dies, the next answers it through the Sender.
	Later bool
	// NoAudit leaves the audit of the flows out; see the package documentation.
	NoAudit bool

	mu      sync.Mutex // guards report, which concurrent turns of Explore write
	message bot.Message
	n       int
	replies []bot.Reply
	report  bot.Report
	log     strings.Builder
	faults  *faults    // nil without
	before  mark       // where the present action began, with faults
	past    []answered // the last messages, for Reordered
	reruns  reruns
	// redeployed: the program is not the one the conversation began with.
	redeployed bool
	unwanted   string    // what the last action did that must be expected
	flows      *flowList // nil unless they are listed
}

// New makes a rig for a bot. Options.Store and Options.Clock are filled in
// when nil; a Clock of the caller's must be a *Clock.
func New(t testing.TB, opts bot.Options, handler bot.Handler, use ...bot.Middleware) *Rig {
	t.Helper()
	r := &Rig{t: t, opts: opts, handler: handler, use: use, Agent: "agent",
		Thread: bot.Thread{Channel: "test", Peer: "customer"}}
	switch c := opts.Clock.(type) {
	case nil:
		r.Clock = NewClock(Start())
	case *Clock:
		r.Clock = c
	default:
		t.Fatalf("bottest: Options.Clock is a %T: leave it nil or give a *bottest.Clock", c)
	}
	r.opts.Clock = r.Clock
	if r.opts.Zone == nil {
		r.opts.Zone = Start().Location()
	}
	if r.opts.Store == nil {
		r.opts.Store = bot.NewMemory()
	}
	r.Store = r.opts.Store
	texts, err := r.opts.Texts.WithShipped() // once, not at every turn
	if err != nil {
		t.Fatalf("bottest: %v", err)
	}
	r.opts.Texts = texts
	report := r.opts.OnTurn
	r.opts.OnTurn = func(rep bot.Report) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.report = rep
		if report != nil {
			report(rep)
		}
	}
	t.Cleanup(func() {
		if !t.Failed() && r.unwanted != "" {
			t.Errorf("%s\n\n%s", r.unwanted, r.log.String())
		}
	})
	r.bot() // a bad configuration fails here
	return r
}

// bot makes a new engine over the rig's store.
func (r *Rig) bot() *bot.Bot { return r.over(r.opts.Store) }

func (r *Rig) over(s bot.Store) *bot.Bot {
	r.t.Helper()
	b, err := r.engine(s, r.opts.Replica)
	if err != nil {
		r.t.Fatalf("bottest: bot.New: %v", err)
	}
	return b
}

// engine makes a new one over a store.
func (r *Rig) engine(s bot.Store, replica string) (*bot.Bot, error) {
	opts := r.opts
	opts.Store, opts.Replica = s, replica
	if r.faults != nil && opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler) // what is injected is no news
	}
	b, err := bot.New(opts, bot.Audited(r.handler, r.reruns.keep))
	if err != nil {
		return nil, err
	}
	b.Use(r.use...)
	return b, nil
}

// Redeploy goes on with another program over the same state. From then on a
// flow may drift: its code may no longer fit what was recorded.
func (r *Rig) Redeploy(handler bot.Handler) *Rig {
	r.handler, r.redeployed = handler, true
	return r
}

// Restart goes on with other options over the same store: a new process. Give
// the options the first rig got, or nil to keep them.
func (r *Rig) Restart(opts *bot.Options) *Rig {
	r.t.Helper()
	if opts != nil {
		o := *opts
		o.Clock, o.Store, o.OnTurn, o.Zone = r.opts.Clock, r.Store, r.opts.OnTurn, r.opts.Zone
		r.opts = o
	}
	r.bot()
	return r
}

// Say sends a text.
func (r *Rig) Say(text string) *Rig {
	r.t.Helper()
	return r.Send(bot.Message{Text: text})
}

// Attach sends files, with a text or without.
func (r *Rig) Attach(text string, files ...bot.Attachment) *Rig {
	r.t.Helper()
	if len(files) == 0 {
		r.fail("bottest: Attach without a file")
	}
	return r.Send(bot.Message{Text: text, Attachments: files})
}

// File is a file of a name, with the media type of its ending, for Attach.
func File(name string) bot.Attachment {
	media, _, _ := strings.Cut(mime.TypeByExtension(path.Ext(name)), ";")
	return bot.Attachment{Name: name, Type: media, URL: "https://files.example/" + url.PathEscape(name), Size: 1 << 10}
}

// Tap taps the quick reply with a label among those of the last replies.
func (r *Rig) Tap(label string) *Rig {
	r.t.Helper()
	for i := len(r.replies) - 1; i >= 0; i-- {
		for _, c := range choices(&r.replies[i]) {
			if c.Label == label {
				return r.Send(bot.Message{Tap: c.Value, Text: label})
			}
		}
	}
	r.fail("there is no quick reply %q to tap", label)
	return r
}

// Send sends a message; ID, Thread and time are filled in when empty.
func (r *Rig) Send(m bot.Message) *Rig {
	r.t.Helper()
	if m.ID == "" {
		r.n++
		m.ID = fmt.Sprintf("m%d", r.n)
	}
	if m.Thread == (bot.Thread{}) {
		m.Thread = r.Thread
	}
	m.Identities = append(m.Identities, r.Identities...)
	r.message = m
	return r.deliver(m)
}

// Redeliver sends the last message again, with the same id.
func (r *Rig) Redeliver() *Rig {
	r.t.Helper()
	return r.deliver(r.message)
}

func (r *Rig) deliver(m bot.Message) *Rig {
	r.t.Helper()
	if r.Later {
		r.later(m)
		r.heard(m)
		bot.WriteTurn(&r.log, "", r.replies, r.report.Events)
		return r
	}
	r.act(action{name: "Handle", replies: true, again: m.ID != "", do: func(b *bot.Bot) ([]bot.Reply, error) {
		return b.Handle(context.Background(), m)
	}})
	r.heard(m)
	bot.WriteTurn(&r.log, "", r.replies, r.report.Events)
	return r
}

// heard writes a message into the transcript, as Golden reads it.
func (r *Rig) heard(m bot.Message) {
	said := m.Text
	if said == "" && m.Tap != "" {
		said = "[" + m.Tap + "]"
	}
	for i := len(m.Attachments) - 1; i >= 0; i-- {
		said = strings.TrimSpace("[file " + m.Attachments[i].Name + "] " + said)
	}
	said = strings.ReplaceAll(strings.TrimRight(said, "\n"), "\n", "\n>> ")
	r.log.WriteString(strings.TrimRight("> "+said, " ") + "\n")
}

// Advance moves the clock and serves the timers that come due; what they say
// counts as the last replies.
func (r *Rig) Advance(d time.Duration) *Rig {
	r.t.Helper()
	fmt.Fprintf(&r.log, "+%s\n", d)
	r.Clock.Advance(d)
	var replies []bot.Reply
	var events []bot.Event
	report := r.opts.OnTurn
	r.opts.OnTurn = func(rep bot.Report) {
		report(rep)
		replies = append(replies, rep.Replies...)
		events = append(events, rep.Events...)
	}
	struck := r.act(action{name: "Tick", do: func(b *bot.Bot) ([]bot.Reply, error) { return nil, b.Tick(context.Background()) }})
	r.opts.OnTurn = report
	if !struck {
		r.replies = replies
	} else {
		events = r.report.Events
	}
	bot.WriteTurn(&r.log, "", r.replies, events)
	return r
}

// Take lets the rig's agent take the first waiting ticket.
func (r *Rig) Take() handoff.Ticket {
	r.t.Helper()
	ts, err := r.bot().Tickets(context.Background(), r.Thread.Tenant)
	if err != nil || len(ts) == 0 {
		r.fail("no ticket to take (%v)", err)
	}
	return r.takeTicket(ts[0].ID)
}

func (r *Rig) takeTicket(id string) (tk handoff.Ticket) {
	r.t.Helper()
	r.act(action{name: "Take", do: func(b *bot.Bot) (_ []bot.Reply, err error) {
		tk, err = b.Take(context.Background(), r.Thread.Tenant, id, r.Agent)
		return nil, err
	}, done: func() (done bool) {
		have, err := r.bot().Ticket(context.Background(), r.Thread.Tenant, id)
		if done = err == nil && have.State == handoff.Taken && have.Agent == r.Agent; done {
			tk = have
		}
		return done
	}})
	bot.WriteTurn(&r.log, "", r.replies, r.report.Events)
	return tk
}

// Push starts a turn of the host's; data are name-value pairs.
func (r *Rig) Push(name string, data ...string) *Rig {
	r.t.Helper()
	r.n++
	p := bot.Push{ID: fmt.Sprintf("m%d", r.n), Thread: r.Thread, Name: name, Data: map[string]string{}, Identities: r.Identities}
	for i := 0; i+1 < len(data); i += 2 {
		p.Data[data[i]] = data[i+1]
	}
	fmt.Fprintln(&r.log, strings.TrimSpace("/push "+name+" "+strings.Join(data, " ")))
	r.act(action{name: "Push", replies: true, again: true, do: func(b *bot.Bot) ([]bot.Reply, error) {
		return b.Push(context.Background(), p)
	}})
	bot.WriteTurn(&r.log, "", r.replies, r.report.Events)
	return r
}

// Tell lets the agent write to the customer.
func (r *Rig) Tell(text string) *Rig {
	r.t.Helper()
	return r.tell(r.ticket(), text)
}

func (r *Rig) tell(ticket, text string) *Rig {
	r.t.Helper()
	r.act(action{name: "Tell", replies: true, do: func(b *bot.Bot) ([]bot.Reply, error) {
		rep, err := b.Tell(context.Background(), r.Thread.Tenant, ticket, r.Agent, bot.Reply{Text: text})
		return []bot.Reply{rep}, err
	}, done: r.written})
	bot.WriteTurn(&r.log, "", r.replies, r.report.Events)
	return r
}

// Return lets the agent give the conversation back.
func (r *Rig) Return() *Rig {
	r.t.Helper()
	return r.giveBack(r.ticket())
}

func (r *Rig) giveBack(ticket string) *Rig {
	r.t.Helper()
	r.act(action{name: "Return", do: func(b *bot.Bot) ([]bot.Reply, error) {
		return nil, b.Return(context.Background(), r.Thread.Tenant, ticket, r.Agent)
	}, done: r.written})
	bot.WriteTurn(&r.log, "", r.replies, r.report.Events)
	return r
}

func (r *Rig) ticket() string {
	r.t.Helper()
	ts, err := r.bot().Tickets(context.Background(), r.Thread.Tenant)
	if err != nil {
		r.fail("Tickets: %v", err)
	}
	for _, tk := range ts {
		if tk.Agent == r.Agent {
			return tk.ID
		}
	}
	r.fail("%s owns no ticket", r.Agent)
	return ""
}

// Replies are those of the last turn; Report is what the engine said of it;
// Text all their texts, a line each.
func (r *Rig) Replies() []bot.Reply { return r.replies }

// Report is what the engine reported of the last turn.
func (r *Rig) Report() bot.Report { return r.report }

// Text are the last replies as a customer reads them, a line each.
func (r *Rig) Text() string {
	var lines []string
	for _, rep := range r.replies {
		lines = append(lines, rep.String())
	}
	return strings.Join(lines, "\n")
}

// Want expects every part to occur in the last replies.
func (r *Rig) Want(parts ...string) *Rig {
	r.t.Helper()
	if r.report.Err != nil {
		r.fail("the turn failed: %v", r.report.Err)
	}
	text := r.Text()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			r.fail("the last replies do not contain %q", p)
		}
	}
	if len(parts) == 0 && text == "" {
		r.fail("there is no reply")
	}
	return r
}

// WantNot expects no part to occur in the last replies.
func (r *Rig) WantNot(parts ...string) *Rig {
	r.t.Helper()
	text := r.Text()
	for _, p := range parts {
		if strings.Contains(text, p) {
			r.fail("the last replies contain %q", p)
		}
	}
	return r
}

// WantSilence expects no reply at all.
func (r *Rig) WantSilence() *Rig {
	r.t.Helper()
	if len(r.replies) > 0 {
		r.fail("the bot was expected to say nothing")
	}
	return r
}

// WantChoices expects exactly these quick replies on the last reply.
func (r *Rig) WantChoices(labels ...string) *Rig {
	r.t.Helper()
	var have []string
	if n := len(r.replies); n > 0 {
		for _, c := range r.replies[n-1].Choices {
			have = append(have, c.Label)
		}
	}
	if strings.Join(have, "|") != strings.Join(labels, "|") {
		r.fail("quick replies are %q, want %q", have, labels)
	}
	return r
}

// WantEvent expects an event of a kind in the last turn; key "" is any.
func (r *Rig) WantEvent(kind, key string) *Rig {
	r.t.Helper()
	for _, e := range r.report.Events {
		if e.Kind == kind && (key == "" || e.Key == key) {
			if kind == bot.EventMisuse || kind == bot.EventDrift {
				r.unwanted = ""
			}
			return r
		}
	}
	r.fail("there is no event %s %s", kind, key)
	return r
}

// WantNoEvent expects no event of a kind in the last turn.
func (r *Rig) WantNoEvent(kind string) *Rig {
	r.t.Helper()
	for _, e := range r.report.Events {
		if e.Kind == kind {
			r.fail("there is an event %s %s %s", e.Kind, e.Key, e.Value)
		}
	}
	return r
}

// WantFailure expects the last turn to have failed inside with an error that
// errors.Is target; nil is any.
func (r *Rig) WantFailure(target error) *Rig {
	r.t.Helper()
	if r.report.Err == nil || target != nil && !errors.Is(r.report.Err, target) {
		r.fail("the turn's error is %v, want %v", r.report.Err, target)
	}
	r.unwanted = ""
	return r
}

// Transcript is the conversation so far.
func (r *Rig) Transcript() string { return r.log.String() }

func (r *Rig) fail(format string, args ...any) {
	r.t.Helper()
	r.t.Fatalf("%s\n\n%s\ntrace of the last turn:\n%s", fmt.Sprintf(format, args...), r.log.String(), r.report.Trace.String())
}
