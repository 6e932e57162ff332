package bot

import (
	"context"
	"fmt"

	"github.com/frontdesk-go/frontdesk/recommend"
)

// Bot turns messages into replies. It is safe for concurrent use: messages of
// one conversation run one after the other in order of arrival, conversations
// run side by side.
type Bot struct {
	opts     Options
	texts    *Texts
	router   Router
	boxes    *mailboxes
	host     []Middleware // by Use
	watchers watchers
	forms    forms
	hushes   hushes
	asked    asked
	pulled   pulled
	jobs     jobs
	owed     owed
	outbox   wake
	handle   Handler // the whole chain
}

// New makes a bot that answers with handler, usually a *Mux; a nil handler
// leaves every message to the knowledge base. It reads the event log once, to
// rebuild what the Recommender learned.
func New(opts Options, handler Handler) (*Bot, error) {
	opts.fill()
	texts, err := opts.Texts.WithShipped()
	if err != nil {
		return nil, err
	}
	b := &Bot{
		opts:   opts,
		texts:  texts,
		router: routerOf(handler),
		boxes:  newMailboxes(opts.MaxWaiting, opts.MaxTurns),
	}
	b.build()
	if err := b.replay(context.Background()); err != nil {
		return nil, err
	}
	return b, nil
}

// Use adds middleware of the host. It runs for every message the bot answers
// itself, behind the stages that look at the message (t.Meaning and t.Mood are
// set) and before a handler is chosen. Call it before the first message.
func (b *Bot) Use(mws ...Middleware) {
	b.host = append(b.host, mws...)
	b.build()
}

func (b *Bot) build() {
	stages := b.before()
	stages = append(stages, b.host...)
	stages = append(stages, b.after()...)
	b.handle = chain(HandlerFunc(b.route), stages...)
}

// replay folds the log into the recommender and into what is asked most.
func (b *Bot) replay(ctx context.Context) error {
	if b.opts.Recommend == nil && b.opts.Knowledge == nil && b.opts.KnowledgeOf == nil {
		return nil
	}
	for after := int64(0); ; {
		events, err := b.opts.Store.Events(ctx, AllTenants, after, 1000)
		if err != nil {
			return fmt.Errorf("bot: reading the event log: %w", err)
		}
		if len(events) == 0 {
			return nil
		}
		after = events[len(events)-1].Seq
		b.asked.add(events)
		if b.opts.Recommend == nil {
			continue
		}
		if err := b.opts.Recommend.Record(ctx, behaviour(events)...); err != nil {
			return fmt.Errorf("bot: rebuilding the recommender from the event log: %w", err)
		}
	}
}

func behaviour(events []Event) []recommend.Event {
	var out []recommend.Event
	for i := range events {
		if events[i].Item != "" {
			out = append(out, events[i].forRecommend())
		}
	}
	return out
}

// Close waits for the turns under way and refuses new ones. Accepted messages
// that still wait for theirs are left to the next start. It does not close the
// store.
func (b *Bot) Close() error {
	b.jobs.shut()
	b.boxes.close()
	return nil
}

// Handle answers a message. The replies are recorded in the commit that takes
// effect of the turn, so the same message again returns the same replies and
// does nothing else. A conversation that a person owns is passed on and gets
// no replies. For a message with a Deadline, see there.
//
// An error means that nothing was recorded and the message may be sent again:
// the message is not valid (the error names the field), ErrBusy,
// ErrOverloaded, ErrClosed, ctx is done, or the store failed. A handler that
// fails is not an error of Handle: the customer gets an apology, and the
// failure stands in Report.Err and in the log.
func (b *Bot) Handle(ctx context.Context, m Message) ([]Reply, error) {
	return b.Stream(ctx, m, nil)
}

// Stream is Handle for a transport that shows an answer while it is written:
// part is called, from this goroutine, with pieces of what the turn may say,
// in order. A part is provisional until Stream returns; see Part. part may be nil.
func (b *Bot) Stream(ctx context.Context, m Message, part func(Part)) ([]Reply, error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	if !m.Deadline.IsZero() {
		return b.answerBy(ctx, m)
	}
	return b.accept(ctx, &start{message: m, stream: part})
}

func firstOf(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}
