package bottest

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
)

// ExploreOptions say what may happen; nil is the zero value.
type ExploreOptions struct {
	// Customers are those who may write, each in a conversation of their own;
	// three who only say Says when there is none. Their Goal is not looked at.
	Customers []Persona
	// Says are what any customer may say at any time besides: other topics,
	// nonsense, a change of mind.
	Says []string
	// Pushes are turns the host may start; their names.
	Pushes []string
	// Agents take tickets, answer and give conversations back; "agent" and
	// "colleague" when nil.
	Agents []string
	// Steps are how far the clock may be moved; a minute, an hour, a day and
	// nine days when nil.
	Steps []time.Duration
	// Silent says that the bot may leave a message without an answer though no
	// person has the conversation.
	Silent bool
	// Check is the host's own promise, asked after every step: its orders, its
	// ledger, which may be what Rig.Watch shows. The error says what is broken.
	Check func(*Rig) error
	// Runs bounds how many conversations are tried, 100 when 0; -rapid.checks
	// on the command line wins.
	Runs int
	// Calm leaves injected faults out.
	Calm bool
}

// Explore looks for a way to break the promises: it draws conversations of
// several customers, messages and taps, old ones too, messages that come twice,
// late, out of order, or together with others, time that passes, agents who step
// in, take conversations, leave them to a colleague and give them back,
// processes that die, stores that conflict or lose their
// answer. After every step the promises must hold; nothing accepted is lost, repeated or out
// of order; what was returned is what was committed, and a retry gets the same;
// a turn puts one question; the bot is silent while a person has the
// conversation, which has one ticket then; no other message stays unanswered; no
// turn fails, and every flow passes its audit.
// What it finds is made as small as it can be and printed as a transcript.
//
// rig is called once a run with a T of its own. Its Options.Store and
// Options.Customers must survive a process, as those of a database do, when
// faults are injected.
func Explore(t testing.TB, rig func(t testing.TB) *Rig, opts *ExploreOptions) {
	t.Helper()
	o := ExploreOptions{}
	if opts != nil {
		o = *opts
	}
	o.fill()
	runs, failed := 0, false
	rapid.Check(t, func(rt *rapid.T) {
		if runs++; runs > o.Runs && !failed {
			return
		}
		failed = true // unless it comes through: then rapid makes the run smaller
		e := &explorer{rt: rt, opts: &o}
		sub := &drawn{TB: t, rt: rt}
		defer sub.end()
		e.r = rig(sub)
		e.start()
		actions := map[string]func(*rapid.T){
			"":         e.check,
			"say":      e.say,
			"go on":    e.goOn,
			"tap":      e.tap,
			"again":    e.again,
			"advance":  e.advance,
			"crowd":    e.crowd,
			"take":     e.take,
			"tell":     e.tell,
			"return":   e.giveBack,
			"join":     e.join,
			"transfer": e.transfer,
		}
		if len(o.Pushes) > 0 {
			actions["push"] = e.push
		}
		if !o.Calm {
			actions["fault"] = e.fault
		}
		for range 2 { // twice as long as rapid's average
			rt.Repeat(actions)
		}
		failed = false
	})
}

func (o *ExploreOptions) fill() {
	if len(o.Customers) == 0 {
		o.Customers = []Persona{{Name: "customer-1"}, {Name: "customer-2"}, {Name: "customer-3"}}
	}
	if len(o.Says) == 0 {
		o.Says = []string{"你好", "hello", "？？？", "取消", "cancel", "是的", "不对", "转人工"}
	}
	if len(o.Agents) == 0 {
		o.Agents = []string{"agent", "colleague"}
	}
	if len(o.Steps) == 0 {
		o.Steps = []time.Duration{time.Minute, time.Hour, 24 * time.Hour, 9 * 24 * time.Hour}
	}
	if o.Runs <= 0 {
		o.Runs = 100
	}
	if f := flag.Lookup("rapid.checks"); f != nil && f.Value.String() != f.DefValue {
		if n, err := strconv.Atoi(f.Value.String()); err == nil {
			o.Runs = n
		}
	}
}

// drawn is the T of one run: its failures are rapid's, so that the run is made
// smaller, and what is to be cleaned up is cleaned up behind it.
type drawn struct {
	testing.TB
	rt    *rapid.T
	after []func()
}

func (d *drawn) Helper()                           {}
func (d *drawn) Cleanup(f func())                  { d.after = append(d.after, f) }
func (d *drawn) Fatalf(format string, args ...any) { d.rt.Fatalf(format, args...) }
func (d *drawn) Errorf(format string, args ...any) { d.rt.Fatalf(format, args...) }
func (d *drawn) Fatal(args ...any)                 { d.rt.Fatal(args...) }
func (d *drawn) Error(args ...any)                 { d.rt.Fatal(args...) }
func (d *drawn) FailNow()                          { d.rt.FailNow() }
func (d *drawn) Fail()                             { d.rt.FailNow() }
func (d *drawn) Failed() bool                      { return d.rt.Failed() }

func (d *drawn) end() {
	for i := len(d.after) - 1; i >= 0; i-- {
		d.after[i]()
	}
}

// explorer is one run.
type explorer struct {
	rt      *rapid.T
	opts    *ExploreOptions
	r       *Rig
	talkers []*talker
	present *talker // who spoke last, for the transcript
}

// talker is a customer and what was said to them.
type talker struct {
	persona *Persona
	thread  bot.Thread
	key     bot.Key
	sent    []exchange
	written int         // messages of their own, for a script
	read    []bot.Reply // all that was shown, latest last
	// silent: a person had the conversation before the present action.
	silent bool
	lines  int // of the history, when the present action began
}

// exchange is a message and what was said to it.
type exchange struct {
	message bot.Message
	replies []bot.Reply
}

func (e *explorer) start() {
	for i := range e.opts.Customers {
		p := &e.opts.Customers[i]
		th := e.r.Thread
		if th.Peer = p.Name; th.Peer == "" {
			th.Peer = fmt.Sprint("customer-", i+1)
		}
		k, err := e.r.opts.Store.Open(context.Background(), th)
		if err != nil {
			e.r.fail("opening a conversation: %v", err)
		}
		e.talkers = append(e.talkers, &talker{persona: p, thread: th, key: k})
	}
	e.r.Agent = e.opts.Agents[0]
}

// turnTo makes a customer the one the rig speaks for.
func (e *explorer) turnTo(c *talker) {
	if e.present != c {
		fmt.Fprintf(&e.r.log, "# %s\n", c.thread.Peer)
	}
	e.present = c
	e.r.Thread, e.r.Identities = c.thread, c.persona.Identities
	e.before()
}

// before takes down where every conversation stands.
func (e *explorer) before() {
	owners := e.owners()
	for _, c := range e.talkers {
		c.silent = owners[c.key.Conversation]
		c.lines = len(e.history(c))
	}
}

func (e *explorer) any(label string) *talker { return rapid.SampledFrom(e.talkers).Draw(e.rt, label) }

// words draws what a customer says.
func (e *explorer) words(c *talker) bot.Message {
	if rapid.IntRange(0, 2).Draw(e.rt, "to the point") > 0 {
		if m, ok := c.persona.Next(c.written, c.lastRead()); ok && len(c.persona.Lines)+len(c.persona.Opening) > 0 {
			c.written++
			return m
		}
	}
	return bot.Message{Text: rapid.SampledFrom(e.opts.Says).Draw(e.rt, "words")}
}

func (c *talker) lastRead() []bot.Reply { return c.read[max(0, len(c.read)-3):] }

func (e *explorer) send(c *talker, m bot.Message) {
	e.turnTo(c)
	e.r.Send(m)
	c.sent = append(c.sent, exchange{e.r.message, e.r.replies})
}

func (e *explorer) say(*rapid.T) {
	c := e.any("who says")
	e.send(c, e.words(c))
}

// goOn lets a customer do what they came for.
func (e *explorer) goOn(rt *rapid.T) {
	c := e.any("who goes on")
	m, ok := c.persona.Next(c.written, c.lastRead())
	if !ok || len(c.persona.Lines) == 0 && c.persona.Opening == "" {
		if c.written = 0; len(c.persona.Lines)+len(c.persona.Opening) == 0 {
			rt.Skip()
		}
		m, _ = c.persona.Next(0, nil) // they begin again
	}
	c.written++
	e.send(c, m)
}

// tap taps a quick reply that was shown at any time, the latest most often.
func (e *explorer) tap(rt *rapid.T) {
	c := e.any("who taps")
	var all []bot.Choice
	for i := len(c.read) - 1; i >= 0 && len(all) < 12; i-- {
		all = append(all, choices(&c.read[i])...)
	}
	if len(all) == 0 {
		rt.Skip()
	}
	choice := rapid.SampledFrom(all).Draw(rt, "choice")
	e.send(c, bot.Message{Tap: choice.Value, Text: choice.Label})
}

// again delivers a message of the past once more: the same replies, no effect.
func (e *explorer) again(rt *rapid.T) {
	c := e.any("who repeats")
	if len(c.sent) == 0 {
		rt.Skip()
	}
	x := rapid.SampledFrom(c.sent).Draw(rt, "message")
	e.turnTo(c)
	at := e.r.mark()
	e.r.log.WriteString("# again: ")
	e.r.deliver(x.message)
	e.r.sameReplies("delivered again", x.replies, e.r.replies)
	if now := e.r.since(at); len(now.events) > 0 || now.lines > 0 {
		e.r.fail("delivered again, the message had a second effect: %d lines and the events %v", now.lines, kinds(now.events))
	}
}

func (e *explorer) advance(rt *rapid.T) {
	d := rapid.SampledFrom(e.opts.Steps).Draw(rt, "time")
	e.before()
	e.r.Advance(d)
	due, err := e.r.opts.Store.Due(context.Background(), e.r.Clock.Now(), 10)
	if err != nil || len(due) > 0 {
		e.r.fail("%d timers are left that were due (%v)", len(due), err)
	}
}

func (e *explorer) push(rt *rapid.T) {
	e.turnTo(e.any("to whom"))
	e.r.Push(rapid.SampledFrom(e.opts.Pushes).Draw(rt, "push"))
}

// fault strikes the action behind it.
func (e *explorer) fault(rt *rapid.T) {
	kind := rapid.SampledFrom([]FaultKind{DieBefore, DieAfter, DieAgain, Conflict, LostLease, LostAnswer, Refusal, Twice, Together, Reordered}).Draw(rt, "fault")
	at := Fault{Kind: kind, N: rapid.IntRange(1, 3).Draw(rt, "write")}
	if kind == Twice || kind == Together || kind == Reordered {
		at.N = 0
	}
	fmt.Fprintf(&e.r.log, "# %s\n", at)
	e.r.Crash(at)
}

// crowd has several customers write at the same time, each message twice, and
// then once more to another process.
func (e *explorer) crowd(rt *rapid.T) {
	var who []*talker
	for _, c := range e.talkers {
		if rapid.Bool().Draw(rt, "in the crowd") {
			who = append(who, c)
		}
	}
	if len(who) < 2 {
		rt.Skip()
	}
	e.before()
	e.present = nil
	b := e.r.bot()
	messages := make([]bot.Message, len(who))
	replies := make([][2][]bot.Reply, len(who))
	errs := make([][2]error, len(who))
	var wg sync.WaitGroup
	for i, c := range who {
		m := e.words(c)
		e.r.n++
		m.ID, m.Thread, m.Identities = fmt.Sprintf("m%d", e.r.n), c.thread, c.persona.Identities
		messages[i] = m
		for j := range 2 {
			wg.Go(func() { replies[i][j], errs[i][j] = b.Handle(context.Background(), m) })
		}
	}
	wg.Wait()
	e.r.reruns.take()
	for i, c := range who {
		fmt.Fprintf(&e.r.log, "# at the same time, twice: %s\n", c.thread.Peer)
		e.r.heard(messages[i])
		bot.WriteTurn(&e.r.log, "", replies[i][0], nil)
		for _, err := range errs[i] {
			if err != nil {
				e.r.fail("Handle of a message that came twice at the same time: %v", err)
			}
		}
		e.r.sameReplies("delivered twice at the same time", replies[i][0], replies[i][1])
		third, err := e.r.bot().Handle(context.Background(), messages[i])
		if err != nil {
			e.r.fail("Handle of a message that was answered by another process: %v", err)
		}
		e.r.sameReplies("delivered to another process", replies[i][0], third)
		c.sent = append(c.sent, exchange{messages[i], replies[i][0]})
	}
}

// ticketOf draws a ticket in a state, with the one who writes in it.
func (e *explorer) ticketOf(rt *rapid.T, state handoff.State) handoff.Ticket {
	ts, err := e.r.bot().Tickets(context.Background(), e.r.Thread.Tenant)
	if err != nil {
		e.r.fail("Tickets: %v", err)
	}
	ts = slices.DeleteFunc(ts, func(tk handoff.Ticket) bool { return tk.State != state })
	if len(ts) == 0 {
		rt.Skip()
	}
	tk := rapid.SampledFrom(ts).Draw(rt, "ticket")
	for _, c := range e.talkers {
		if c.key.Conversation == tk.Conversation {
			e.turnTo(c)
		}
	}
	return tk
}

func (e *explorer) take(rt *rapid.T) {
	tk := e.ticketOf(rt, handoff.Waiting)
	agent := rapid.SampledFrom(e.opts.Agents).Draw(rt, "agent")
	e.r.log.WriteString("/take\n")
	e.r.Agent = agent
	e.r.takeTicket(tk.ID)
}

func (e *explorer) tell(rt *rapid.T) {
	tk := e.ticketOf(rt, handoff.Taken)
	e.r.Agent = tk.Agent
	e.r.log.WriteString("/say 您好\n")
	e.r.tell(tk.ID, "您好")
}

func (e *explorer) giveBack(rt *rapid.T) {
	tk := e.ticketOf(rt, handoff.Taken)
	e.r.Agent = tk.Agent
	e.r.log.WriteString("/back\n")
	e.r.giveBack(tk.ID)
	for _, c := range e.talkers {
		c.silent = c.silent && c.key.Conversation != tk.Conversation
	}
}

func encoded(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}
