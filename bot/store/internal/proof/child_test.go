//go:build unix

package proof

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/postgres"
	"github.com/frontdesk-go/frontdesk/bot/store/sqlite"
)

// childEnv tells the test binary to be an engine's process; its value is an order.
const childEnv = "FRONTDESK_PROOF_CHILD"

// order is what a child is to be.
type order struct {
	Name    string // in the ledger
	SQLite  string // the store's file, or
	URL     string // its database
	Replica string // Options.Replica
	Lease   time.Duration
	// At the After-th passage of Point the process raises Signal: SIGKILL, or
	// SIGSTOP to be frozen until it is thawed.
	Point  string
	After  int64
	Signal syscall.Signal
}

// points are the instants at which a process may be made to die or freeze.
func points() []string {
	return []string{"before accept", "after accept", "before intent", "after intent", "after effect", "before result", "after result",
		"before commit", "after commit", "before send", "after send", "after sent"}
}

// request asks a child to take a customer's message.
type request struct {
	ID   int // of the request
	Conv string
	N    int
	Mode string        // "handle", "deliver", or "by"
	By   time.Duration // the deadline of "by", from now
}

// line is an entry of the ledger.
type line struct {
	Who     string      // the child
	What    string      // "up", "acked", "refused", "effect", "sent", "point", "stale", "committed", "stopped"
	Conv    string      `json:",omitempty"`
	N       int         `json:",omitempty"` // of acked and refused the message, of effect the job
	Request int         `json:",omitempty"`
	ID      string      `json:",omitempty"` // of sent the reply, of effect the key, of point, stale and committed the conversation
	Text    string      `json:",omitempty"`
	Replies []bot.Reply `json:",omitempty"`
}

// child is a process that runs an engine, until it is killed or told to stop.
type child struct {
	order
	mu     sync.Mutex
	ledger *os.File // a pipe that the parent reads: one write a line, never torn
	passed atomic.Int64
	armed  atomic.Bool
	// effects are the conversations whose effect has happened and whose result
	// is journalled next.
	effects sync.Map
}

func (c *child) write(l line) {
	l.Who = c.Name
	raw, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.ledger.Write(append(raw, '\n')); err != nil {
		os.Exit(3) // the parent is gone
	}
}

// pass is called at a point, with the id of the conversation.
func (c *child) pass(point, conversation string) {
	if point != c.Point || !c.armed.Load() || c.passed.Add(1) != c.After {
		return
	}
	// Kill may return before the process has stopped: what wakes it is waited for.
	thawed := make(chan os.Signal, 1)
	signal.Notify(thawed, syscall.SIGCONT)
	c.write(line{What: "point", ID: conversation, Text: point})
	_ = syscall.Kill(os.Getpid(), c.Signal)
	<-thawed
}

// run is the child's main.
func (c *child) run() error {
	store, err := c.open()
	if err != nil {
		return err
	}
	shop := shop{soon: 5 * time.Millisecond, effect: func(conv string, job int, key string) {
		c.pass("after intent", thread(conv).ConversationID())
		c.write(line{What: "effect", Conv: conv, N: job, ID: key})
		c.effects.Store(thread(conv).ConversationID(), true)
		c.pass("after effect", thread(conv).ConversationID())
	}}
	b, err := shop.bot(bot.Options{Store: &pointed{Store: store, Leaser: store.(bot.Leaser), Looker: store.(bot.Looker), child: c}, Sender: c,
		Replica: c.Replica, Lease: c.Lease, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- b.Run(ctx) }()
	c.write(line{What: "up"})
	go c.arm(store)
	var wg sync.WaitGroup
	for in := json.NewDecoder(bufio.NewReader(os.Stdin)); ; {
		var r request
		if in.Decode(&r) != nil {
			break
		}
		wg.Go(func() { c.serve(b, r) })
	}
	wg.Wait()
	cancel()
	<-ran
	if err := errors.Join(b.Close(), store.Close()); err != nil {
		return err
	}
	c.write(line{What: "stopped"})
	return nil
}

// arm lets the process be killed once it has answered the accepted messages
// that earlier ones died over: the engine would take a further death for theirs
// and apologise. Whoever kills at random has to see to that.
func (c *child) arm(s bot.Store) {
	for spared := true; spared; {
		spared = false
		for after := int64(0); ; {
			page, err := s.Arrivals(context.Background(), bot.Key{}, after, 100)
			if err != nil || len(page) == 0 {
				break
			}
			for _, a := range page {
				after, spared = a.Seq, spared || a.Tries > 1
			}
		}
		time.Sleep(time.Millisecond)
	}
	c.armed.Store(true)
	c.write(line{What: "armed"})
}

func (c *child) open() (bot.Store, error) {
	if c.URL != "" {
		return postgres.Open(context.Background(), c.URL, nil)
	}
	return sqlite.Open(c.SQLite, nil)
}

func thread(conv string) bot.Thread { return bot.Thread{Channel: "web", Peer: conv} }

// serve takes a message and acknowledges it.
func (c *child) serve(b *bot.Bot, r request) {
	m := bot.Message{ID: fmt.Sprint("m", r.N), Thread: thread(r.Conv), Text: text(r.N)}
	var replies []bot.Reply
	var err error
	switch r.Mode {
	case "deliver":
		err = b.Deliver(context.Background(), m)
	case "by":
		m.Deadline = time.Now().Add(r.By)
		fallthrough
	default:
		replies, err = b.Handle(context.Background(), m)
	}
	if err != nil {
		c.write(line{What: "refused", Conv: r.Conv, N: r.N, Request: r.ID, Text: err.Error()})
		return
	}
	c.write(line{What: "acked", Conv: r.Conv, N: r.N, Request: r.ID, Replies: replies})
}

// Send implements bot.Sender: the ledger is the channel.
func (c *child) Send(_ context.Context, th bot.Thread, r bot.Reply) error {
	c.pass("before send", th.ConversationID())
	c.write(line{What: "sent", Conv: th.Peer, ID: r.ID, Text: r.Text})
	c.pass("after send", th.ConversationID())
	return nil
}

// pointed is a store with points, which notes what is refused as stale.
type pointed struct {
	bot.Store
	bot.Leaser
	bot.Looker
	child *child
}

func (p *pointed) Accept(ctx context.Context, a bot.Arrival) (bool, error) {
	p.child.pass("before accept", a.Key.Conversation)
	waiting, err := p.Store.Accept(ctx, a)
	p.child.pass("after accept", a.Key.Conversation)
	return waiting, err
}

func (p *pointed) Journal(ctx context.Context, k bot.Key, version int64, entry []byte) error {
	name := "intent"
	if _, done := p.child.effects.LoadAndDelete(k.Conversation); done {
		name = "result"
	}
	p.child.pass("before "+name, k.Conversation)
	err := p.Store.Journal(ctx, k, version, entry)
	p.stale("journal", k, err)
	if name == "result" {
		p.child.pass("after result", k.Conversation)
	}
	return err
}

func (p *pointed) Commit(ctx context.Context, c *bot.Commit) error {
	p.child.pass("before commit", c.Key.Conversation)
	err := p.Store.Commit(ctx, c)
	p.stale("commit", c.Key, err)
	if err == nil && p.child.Replica != "" {
		p.child.write(line{What: "committed", ID: c.Key.Conversation})
	}
	p.child.pass("after commit", c.Key.Conversation)
	return err
}

func (p *pointed) stale(what string, k bot.Key, err error) {
	if errors.Is(err, bot.ErrConflict) {
		p.child.write(line{What: "stale", ID: k.Conversation, Text: what})
	}
}

func (p *pointed) Sent(ctx context.Context, ids ...string) error {
	err := p.Store.Sent(ctx, ids...)
	p.child.pass("after sent", "")
	return err
}
