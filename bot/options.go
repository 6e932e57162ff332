package bot

import (
	"context"
	"log/slog"
	"time"

	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// Understander finds language, intent and entities. *nlu.Model is one.
// It is called from many goroutines at once, as are all the stages below; an
// error of a stage is logged and traced, and the turn goes on without it.
type Understander interface {
	Understand(ctx context.Context, in nlu.Input) (nlu.Meaning, error)
}

// Answerer answers from knowledge. *kb.Base is one.
type Answerer interface {
	Answer(ctx context.Context, q kb.Query) (kb.Answer, error)
}

// Mood scores how the customer feels and proposes what to do about it.
// *sentiment.Scorer is one.
type Mood interface {
	Feel(ctx context.Context, in sentiment.Input) (sentiment.Mood, error)
}

// Customers knows who stands behind an identity. *profile.Book is one, and so
// is what a store's Profiles method returns.
type Customers interface {
	// Customer returns the customer who has an identity. An unknown one gets a
	// customer whose ID is always the same for that identity.
	Customer(ctx context.Context, tenant string, id profile.Identity) (profile.Customer, error)
	// Record folds events into a customer; events with a known ID are ignored.
	Record(ctx context.Context, tenant, customer string, events ...profile.Event) error
}

// Variables give values to the variables of the knowledge base's answers, such as
// {{order.status}}. An answer that lacks one is not shown.
type Variables interface {
	// Value is what stands in an answer to this turn, in its language; ok is false
	// for what this customer has none of or may not see.
	Value(ctx context.Context, t *Turn, name string) (value string, ok bool, err error)
}

// Writer writes an answer from passages and nothing else. bot/llm has one that
// asks a model service.
type Writer interface {
	// Write calls emit with the pieces of the answer as they come and returns
	// the whole. An error, ErrNoAnswer among them, means that the plain answer
	// is shown instead. It must end when ctx does.
	Write(ctx context.Context, a Assignment, emit func(piece string)) (string, error)
}

// Assignment is what a Writer works with. Personal data is masked.
type Assignment struct {
	Question string       // in the customer's words
	Language string       // BCP 47, to answer in
	Tone     profile.Tone // "" is neutral
	// Passages are what the knowledge base found, best first.
	Passages []Passage
	// Before are the conversation's last lines, oldest first.
	Before []handoff.Line
}

// Passage is a piece of knowledge.
type Passage struct {
	ID, Title, Text string
}

// Recommender suggests items and learns from what is done with them.
// *recommend.Shelf is one.
type Recommender interface {
	Recommend(ctx context.Context, r recommend.Request) ([]recommend.Suggestion, error)
	Record(ctx context.Context, events ...recommend.Event) error
}

// Handoff decides whether a person must take over. *handoff.Policy is one.
type Handoff interface {
	Judge(ctx context.Context, s handoff.Situation) (handoff.Decision, error)
}

// Guard looks at a message before anything else reads it. It may rewrite it;
// an error refuses it, and the customer reads the text "guard.refused".
type Guard interface {
	Check(ctx context.Context, m *Message) error
}

// Sender delivers replies that are not returned by a call: the answers to
// delivered messages, a person's words, a timer's turn. The replies of a
// conversation come in order, one at a time; those of others at the same time.
type Sender interface {
	// Send hands a reply to the channel. After an error it is called again
	// with the same reply, later: after what the error's method
	// RetryAfter() time.Duration says, if it has one; never again when the
	// error wraps ErrUndeliverable. A process that dies between the sending
	// and its record sends the reply once more: a channel that can should
	// de-duplicate by Reply.ID. It must end when ctx does.
	Send(ctx context.Context, th Thread, r Reply) error
}

// Eraser is a further holder of personal data, such as a host's own cache.
// Bot.Erase asks every one.
type Eraser interface {
	Erase(ctx context.Context, tenant, customer string) (map[string]int, error)
}

// Options configure a Bot. The zero value works: a bot that keeps all in
// memory and only does what its handler says.
type Options struct {
	// Store keeps conversations; nil keeps them in memory.
	Store Store

	// The stages; a nil one is left out.
	Understand Understander
	Knowledge  Answerer
	Mood       Mood
	Customers  Customers
	Recommend  Recommender
	Handoff    Handoff
	Guard      Guard
	// KnowledgeOf gives each tenant a base of its own, in the place of Knowledge; ok
	// is false for a tenant that has none. A base knows no tenants, so that no
	// question finds another's entries. It is asked several times a turn, by several
	// goroutines at once: look the base up, do not load it.
	KnowledgeOf func(tenant string) (base Answerer, ok bool)
	// Variables are what the answers of Knowledge leave open; nil knows none.
	Variables Variables
	// Write writes answers from what Knowledge found; nil shows the entry as it is.
	Write Writer

	// Replica names this process, different from every other, when several
	// share a store that is a Leaser: one of them at a time then works on a
	// conversation, and one sends its replies. "" for a single process.
	Replica string
	// Lease is how long a replica may work on a turn before another takes over,
	// 30 seconds when 0.
	Lease time.Duration

	// Sender delivers what Handle does not return; without one such replies
	// wait in the store's outbox. SendFor is how old a reply may be to be sent,
	// 24 hours when 0: an answer of yesterday helps nobody.
	Sender  Sender
	SendFor time.Duration
	// Overlap is what becomes of a message that arrives while an earlier one
	// is answered; see Queue and Burst.
	Overlap Overlap
	// Observe sees what the engine does, for metrics and traces; nil for none.
	Observe Observer
	// Drain is how long Run ends what is under way, 10 seconds when 0.
	Drain time.Duration
	// Erasers are asked by Bot.Erase besides Store, Customers and Recommend.
	Erasers []Eraser

	// Texts are the host's wordings; they win over the shipped ones, key by key.
	Texts *Texts
	// Language is the BCP 47 tag used until a customer's is known; "zh" when "".
	Language string
	// Zone is the customers' time zone for messages without one; UTC when nil.
	Zone *time.Location
	// Clock is the source of time; nil is the system's.
	Clock Clock
	// Logger gets what goes wrong, without personal data; nil is slog.Default.
	Logger *slog.Logger
	// OnTurn is called after each turn's commit, in order within a
	// conversation. It must be fast and safe for concurrent use.
	OnTurn func(Report)

	// Open reports whether a person is at the desk; nil means always.
	Open func(now time.Time) bool
	// MaxText is the longest message understood, in bytes; 4,000 when 0. A
	// longer one is answered with the text "input.too_long".
	MaxText int
	// MaxWaiting bounds the messages of one conversation that wait for the one
	// before, 32 when 0; MaxTurns the turns under way, 1,024 when 0.
	MaxWaiting, MaxTurns int
	// MaxTries is how often a flow asks the same question, 3 when 0; MaxDepth
	// how many flows may lie on each other, 3 when 0.
	MaxTries, MaxDepth int
	// Expire ends a flow nobody answered for so long, 7 days when 0.
	Expire time.Duration
}

// Report is what OnTurn sees of a turn.
type Report struct {
	Key     Key
	At      time.Time
	Message string // the message's id
	Intent  string // what was understood, or "timer." or "push." and the name
	Replies []Reply
	Events  []Event
	Trace   Trace
	// Err is why the turn failed inside; the customer got an apology.
	Err error
}

// knowledge is a tenant's base, nil for none.
func (o *Options) knowledge(tenant string) Answerer {
	if o.KnowledgeOf == nil {
		return o.Knowledge
	}
	if base, ok := o.KnowledgeOf(tenant); ok {
		return base
	}
	return nil
}

func (o *Options) fill() {
	if o.Store == nil {
		o.Store = NewMemory()
	}
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Language == "" {
		o.Language = "zh"
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	for _, d := range []struct {
		field *int
		value int
	}{{&o.MaxText, 4000}, {&o.MaxWaiting, 32}, {&o.MaxTurns, 1024}, {&o.MaxTries, 3}, {&o.MaxDepth, 3}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	if o.SendFor <= 0 {
		o.SendFor = 24 * time.Hour
	}
	if o.Drain <= 0 {
		o.Drain = 10 * time.Second
	}
	if o.Expire <= 0 {
		o.Expire = 7 * 24 * time.Hour
	}
}
