package bot

import (
	"context"
	"time"

	"github.com/frontdesk-go/frontdesk/handoff"
)

// Store keeps conversations. An implementation must be safe for concurrent
// use; the engine calls Commit and Journal for one conversation from one
// goroutine at a time, but another process may do the same, which is what
// versions are for. NewMemory is the in-memory one; bot/store/sqlite keeps a
// file. bottest.TestStore is the conformance suite.
type Store interface {
	// Open maps a thread to its conversation, giving it a new one the first
	// time. The id of a new conversation is Thread.conversation's.
	Open(ctx context.Context, th Thread) (Key, error)
	// Load returns a conversation's record; a new conversation has version 0
	// and no session.
	Load(ctx context.Context, k Key) (Record, error)
	// Answered returns the replies recorded for a message of the conversation;
	// ok is false when it was never answered.
	Answered(ctx context.Context, k Key, message string) (replies []Reply, ok bool, err error)
	// Commit writes everything of a turn, or nothing. It returns ErrConflict
	// when c.Version is not the stored version, when c.Message or one of c.Also
	// has an answer already, and when there is no such conversation. It deletes
	// the journal.
	Commit(ctx context.Context, c *Commit) error
	// Journal writes what a crash must not forget while the turn still runs,
	// replacing the journal before, and makes the version one more: of two that
	// run a turn on one version, one is refused before its effect. It returns
	// ErrConflict when version is not the stored version.
	Journal(ctx context.Context, k Key, version int64, entry []byte) error
	// Append writes events that belong to no turn. Known ids are ignored.
	Append(ctx context.Context, events ...Event) error
	// Events returns up to n events of the log after a place, in order; tenant
	// "" is a tenant like any other, and all tenants are read with AllTenants.
	Events(ctx context.Context, tenant string, after int64, n int) ([]Event, error)
	// History returns a page of a conversation's lines, oldest first, with Seq set.
	History(ctx context.Context, k Key, p Page) ([]Line, error)
	// Recent returns up to n conversations of a tenant that had a turn, latest first.
	Recent(ctx context.Context, tenant string, n int) ([]Activity, error)
	// Ticket returns a ticket by id, or ErrNotFound.
	Ticket(ctx context.Context, tenant, id string) (handoff.Ticket, error)
	// Tickets returns a tenant's tickets that are not closed, oldest first.
	Tickets(ctx context.Context, tenant string) ([]handoff.Ticket, error)
	// Accept writes a message that is to be answered later; the commit that
	// answers it removes it. waiting is false, and nothing is written, when it
	// has been answered. One that waits already stays as it is, but for a higher
	// a.Tries, which is noted. It returns ErrNotFound for an unknown conversation.
	Accept(ctx context.Context, a Arrival) (waiting bool, err error)
	// Arrivals returns up to n accepted messages that wait for their answer
	// after a place, in the order of acceptance: those of a conversation, or of
	// every one when k is the zero Key.
	Arrivals(ctx context.Context, k Key, after int64, n int) ([]Arrival, error)
	// Pending returns up to n replies not yet confirmed as sent after a place,
	// oldest first: those of a conversation, or all when k is the zero Key.
	Pending(ctx context.Context, k Key, after int64, n int) ([]Outgoing, error)
	// Sent confirms replies by id.
	Sent(ctx context.Context, ids ...string) error
	// Due returns up to n timers due at now, earliest first, without removing
	// them: the commit of the turn that a timer starts does, by its id.
	Due(ctx context.Context, now time.Time, n int) ([]Timer, error)
	// NextDue returns when the earliest timer is due; ok is false without one.
	NextDue(ctx context.Context) (at time.Time, ok bool, err error)
	// Erase removes everything of a customer and returns how many rows went,
	// by table.
	Erase(ctx context.Context, tenant, customer string) (map[string]int, error)
	// Close frees the store.
	Close() error
}

// Leaser is a Store that several processes share: one of them at a time works on
// a conversation. With Options.Replica set the engine asks for a lease before
// each turn. The stores on SQLite and PostgreSQL are Leasers.
type Leaser interface {
	// Acquire gives holder the right to work on a conversation until now+d, or
	// returns an error that wraps ErrHeld. Taking over from a holder whose
	// lease has run out raises the record's version, so that what it still
	// tries is refused.
	Acquire(ctx context.Context, k Key, holder string, now time.Time, d time.Duration) (version int64, err error)
	// Release lets go of a lease; nothing happens when holder has it no more.
	Release(ctx context.Context, k Key, holder string) error
}

// Looker is a Store that reads at once what a turn begins with: one round trip
// to a database instead of two. The stores on SQLite and PostgreSQL are Lookers.
type Looker interface {
	// Look is Answered, and Load when the message was not answered. It returns
	// ErrNotFound when there is no such conversation.
	Look(ctx context.Context, k Key, message string) (rec Record, replies []Reply, answered bool, err error)
}

// AllTenants asks Store.Events for every tenant's events.
const AllTenants = "*"

// Record is a conversation as stored; its bytes are not to be changed.
type Record struct {
	Key     Key
	Version int64
	Session []byte
	// Journal is what a turn wrote before it died without a commit; nil otherwise.
	Journal []byte
}

// Activity is a conversation and when it last had a turn.
type Activity struct {
	Key      Key
	Customer string
	At       time.Time
}

// Commit is all that one turn changes. What its fields point to is the store's
// to keep: nobody changes it afterwards.
type Commit struct {
	Key Key
	// Version is that of the record the turn was run on, and one more for each
	// journal of the turn; the commit makes it Version+1.
	Version int64
	// Customer owns the conversation's rows from now on.
	Customer string
	Session  []byte
	// Lines go to the conversation's history.
	Lines []Line
	// Message is the id of the answered message, "" when the turn had none;
	// Replies are recorded under it.
	Message string
	Replies []Reply
	// Also are the ids of further messages that the turn answered with the
	// same replies; under them no reply is recorded.
	Also []string
	// Accepted says that Message and Also were accepted and wait: they are removed.
	Accepted bool
	// Outbox are replies to be sent by a Sender.
	Outbox []Outgoing
	// DropPending removes the conversation's unsent replies: a person took over.
	DropPending bool
	Timers      []Timer
	// Fired is the id of the timer that started the turn; it is removed, as
	// are those of Stop.
	Fired  string
	Stop   []string
	Events []Event
	// Ticket is written when not nil.
	Ticket *handoff.Ticket
	At     time.Time
}

// Arrival is an accepted message that waits for its turn.
type Arrival struct {
	// Seq is its place among all, given by the store, ascending.
	Seq     int64     `json:"-"`
	Key     Key       `json:"key"`
	Message Message   `json:"message"`
	At      time.Time `json:"at"`
	// Tries is how often it was taken up again after a process had died over it.
	Tries int `json:"tries,omitempty"`
}

// Outgoing is a reply on its way.
type Outgoing struct {
	// Seq is its place among all, given by the store, ascending.
	Seq    int64     `json:"-"`
	ID     string    `json:"id"` // the reply's
	Key    Key       `json:"key"`
	Thread Thread    `json:"thread"`
	Reply  Reply     `json:"reply"`
	At     time.Time `json:"at"`
}

// Timer starts a turn at a time.
type Timer struct {
	ID     string    `json:"id"` // unique in the conversation; setting one again moves it
	Key    Key       `json:"key"`
	Thread Thread    `json:"thread"`
	At     time.Time `json:"at"`
	Name   string    `json:"name"` // the handler is the Mux's "timer." + Name
}

// Sealer encrypts what a store writes. The stores pass every body (session,
// lines, replies, events, tickets) through it; keys, times and kinds stay
// readable. about names the row, so that a body moved to another row does not
// open.
type Sealer interface {
	Seal(ctx context.Context, about string, plain []byte) ([]byte, error)
	Open(ctx context.Context, about string, sealed []byte) ([]byte, error)
}

// PlainSealer is the default Sealer: it changes nothing.
type PlainSealer struct{}

// Seal returns plain.
func (PlainSealer) Seal(_ context.Context, _ string, plain []byte) ([]byte, error) {
	return plain, nil
}

// Open returns sealed.
func (PlainSealer) Open(_ context.Context, _ string, sealed []byte) ([]byte, error) {
	return sealed, nil
}
