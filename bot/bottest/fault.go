package bottest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/frontdesk-go/frontdesk/bot"
)

// FaultKind is a way in which things go wrong.
type FaultKind string

// The kinds of fault. After each the transport does what a real one does: it
// delivers the message again, to a new process if the old one died.
const (
	// DieBefore ends the process before a write (Commit, Journal, Accept or Append),
	// DieAfter right behind it: what the process would have said is lost.
	DieBefore FaultKind = "die before"
	DieAfter  FaultKind = "die after"
	// DieAgain is DieBefore, and the process that retries dies at the same place.
	DieAgain FaultKind = "die again before"
	// Conflict answers a Commit or Journal with bot.ErrConflict, once.
	Conflict FaultKind = "conflict at"
	// LostAnswer writes a Commit and reports an error, as a connection does
	// that breaks while the answer is on its way; the process lives on.
	LostAnswer FaultKind = "lost answer to"
	// Refusal answers a Commit with an error and writes nothing: the disk is full.
	Refusal FaultKind = "refusal of"
	// LostLease freezes the process before a write for longer than its lease.
	// Meanwhile another takes the conversation over and does what it was doing;
	// then the first one thaws, and its write is refused.
	LostLease FaultKind = "lost lease before"
	// Twice delivers each message again once it is answered, to another
	// process; Together delivers each message twice at the same time.
	Twice    FaultKind = "delivered twice"
	Together FaultKind = "delivered twice together"
	// Reordered delivers the last three messages again, in another order and at
	// the same time as the new one, as a transport does that believes them lost.
	Reordered FaultKind = "delivered again out of order"
	// SendFails and SendLost are of Rig.Later: the channel is down when a reply
	// is sent, or has sent it and does not say so.
	SendFails FaultKind = "channel down at"
	SendLost  FaultKind = "no word from the channel about"
)

// Fault is a kind of fault and where it strikes: the n-th write (from 1) of an
// action of the customer, the host or the agent. LostAnswer and Refusal count
// commits only, Conflict and LostLease commits and journals; Twice, Together and
// Reordered have no N.
type Fault struct {
	Kind FaultKind
	N    int
}

// String reads "die before write 2".
func (f Fault) String() string {
	switch f.Kind {
	case Twice, Together, Reordered:
		return string(f.Kind)
	case LostAnswer, Refusal:
		return fmt.Sprintf("%s commit %d", f.Kind, f.N)
	case SendFails, SendLost:
		return fmt.Sprintf("%s reply %d", f.Kind, f.N)
	}
	return fmt.Sprintf("%s write %d", f.Kind, f.N)
}

func (f Fault) valid() bool {
	switch f.Kind {
	case Twice, Together, Reordered:
		return true
	case DieBefore, DieAfter, DieAgain, Conflict, LostLease, LostAnswer, Refusal, SendFails, SendLost:
		return f.N > 0
	}
	return false
}

var (
	errDied    = errors.New("bottest: the process died here")
	errLost    = errors.New("bottest: written, but the answer was lost")
	errRefused = errors.New("bottest: the store refused the write")
)

// The writes of a store that faults strike.
const (
	opCommit  = "commit"
	opJournal = "journal"
	opAppend  = "append"
	opAccept  = "accept"
	opSend    = "send" // by the channel
)

// faults decides which writes fail. One lives as long as a rig.
type faults struct {
	mu    sync.Mutex
	fault Fault // of the present action; the zero value strikes nothing
	every Fault // of every action
	only  int   // of this action alone, from 1; 0 is every
	// actions counts them.
	actions int
	left    int    // how often it may still strike in this action
	n       int    // writes of the kind the fault counts, in this process of the action
	hits    int    // strikes in all
	hit     bool   // it struck in this action
	stale   string // a write of a frozen process that was not refused
	// most is the largest number of writes, and of commits, that an action made.
	writes, commits, sends             int
	mostWrites, mostCommits, mostSends int
}

// begin starts an action.
func (f *faults) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.actions++
	if f.fault == (Fault{}) && (f.only == 0 || f.only == f.actions) {
		f.fault = f.every
	}
	f.n, f.hit, f.writes, f.commits, f.sends = 0, false, 0, 0, 0
	f.left = 1
	if f.fault.Kind == DieAgain {
		f.left = 2
	}
}

// end ends it: a fault meant for one action is over.
func (f *faults) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = Fault{}
}

// accepted notes that a write of a frozen process was not refused.
func (f *faults) accepted(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stale = what
}

func (f *faults) kind() FaultKind {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fault.Kind
}

func (f *faults) struck() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hit
}

// next counts a write and says what happens to it; "" is nothing.
func (f *faults) next(op string) FaultKind {
	f.mu.Lock()
	defer f.mu.Unlock()
	if op == opSend {
		f.sends++
		f.mostSends = max(f.mostSends, f.sends)
	} else {
		f.writes++
		f.mostWrites = max(f.mostWrites, f.writes)
	}
	if op == opCommit {
		f.commits++
		f.mostCommits = max(f.mostCommits, f.commits)
	}
	switch f.fault.Kind {
	case DieBefore, DieAfter, DieAgain:
		if op == opSend {
			return ""
		}
	case SendFails, SendLost:
		if op != opSend {
			return ""
		}
	case Conflict, LostLease:
		if op == opAppend || op == opAccept || op == opSend {
			return ""
		}
	case LostAnswer, Refusal:
		if op != opCommit {
			return ""
		}
	default:
		return ""
	}
	if f.n++; f.n != f.fault.N || f.left == 0 {
		return ""
	}
	f.left--
	f.n = 0
	f.hits++
	f.hit = true
	return f.fault.Kind
}

// process is a store as one process sees it: once the process has died,
// nothing it does reaches the store.
type process struct {
	bot.Store
	f *faults
	// elsewhere has another process take over, for LostLease.
	elsewhere func() error
	mu        sync.Mutex
	dead      bool
}

func (p *process) died() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

func (p *process) die() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = true
	return errDied
}

func (p *process) write(op string, write func() error) error {
	if p.died() {
		return errDied
	}
	switch p.f.next(op) {
	case DieBefore, DieAgain:
		return p.die()
	case DieAfter:
		if err := write(); err != nil {
			return err
		}
		return p.die()
	case Conflict:
		return bot.ErrConflict
	case LostLease:
		if err := p.elsewhere(); err != nil {
			return err
		}
		err := write()
		if !errors.Is(err, bot.ErrConflict) {
			p.f.accepted(fmt.Sprintf("%s: %v", op, err))
		}
		return err
	case LostAnswer:
		if err := write(); err != nil {
			return err
		}
		return errLost
	case Refusal:
		return errRefused
	}
	return write()
}

// Open implements bot.Store.
func (p *process) Open(ctx context.Context, th bot.Thread) (bot.Key, error) {
	if p.died() {
		return bot.Key{}, errDied
	}
	return p.Store.Open(ctx, th)
}

// Commit implements bot.Store.
func (p *process) Commit(ctx context.Context, c *bot.Commit) error {
	return p.write(opCommit, func() error { return p.Store.Commit(ctx, c) })
}

// Journal implements bot.Store.
func (p *process) Journal(ctx context.Context, k bot.Key, version int64, entry []byte) error {
	return p.write(opJournal, func() error { return p.Store.Journal(ctx, k, version, entry) })
}

// Append implements bot.Store.
func (p *process) Append(ctx context.Context, events ...bot.Event) error {
	return p.write(opAppend, func() error { return p.Store.Append(ctx, events...) })
}

// Accept implements bot.Store.
func (p *process) Accept(ctx context.Context, a bot.Arrival) (waiting bool, err error) {
	err = p.write(opAccept, func() error {
		waiting, err = p.Store.Accept(ctx, a)
		return err
	})
	return waiting, err
}

// Sent implements bot.Store.
func (p *process) Sent(ctx context.Context, ids ...string) error {
	if p.died() {
		return errDied
	}
	return p.Store.Sent(ctx, ids...)
}

// Erase implements bot.Store.
func (p *process) Erase(ctx context.Context, tenant, customer string) (map[string]int, error) {
	if p.died() {
		return nil, errDied
	}
	return p.Store.Erase(ctx, tenant, customer)
}
