package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/frontdesk-go/frontdesk/profile"
)

// Push is a turn the host starts: an offer at the right moment, a payment that
// arrived, the customer opening the chat.
type Push struct {
	// ID makes a retry recognisable: the same ID on the same thread takes
	// effect once.
	ID     string
	Thread Thread
	// Name chooses the handler: the Mux's "push."+Name. Without one, "open"
	// greets a customer who opens the chat, "end" says goodbye and asks how it
	// went, and "language" speaks the language Data["language"] from now on;
	// any other name is an error.
	Name string
	// Data is for the handler; see Turn.Pushed.
	Data       map[string]string
	Language   string
	Identities []profile.Identity

	signal *arrived // of Bot.Signal
}

// Names of the pushes the engine answers itself when the Mux has no handler.
const (
	PushOpen     = "open"
	PushLanguage = "language"
	PushEnd      = "end"
)

// Push runs a turn of the host's in the conversation's order, under the rules
// of a reply: nothing is said while a person owns the conversation, nor, but
// for "open" and "language", while a flow waits for the customer's answer.
// The replies are returned and sent as those of a timer are.
func (b *Bot) Push(ctx context.Context, p Push) ([]Reply, error) {
	m := Message{ID: p.ID, Thread: p.Thread, Language: p.Language, Identities: p.Identities}
	if err := m.validate(); err != nil {
		return nil, fmt.Errorf("bot: Push: %w", err)
	}
	if p.ID == "" {
		return nil, errors.New("bot: Push.ID is empty: give it one, so that a retry is recognised")
	}
	if _, _, ok := b.router.Route("push." + p.Name); !ok && !isOwnPush(p.Name) {
		return nil, fmt.Errorf("bot: Push: there is no handler for %q: register one with mux.HandleFunc", "push."+p.Name)
	}
	return b.accept(ctx, &start{message: m, push: &p})
}

func isOwnPush(name string) bool {
	return name == PushOpen || name == PushLanguage || name == PushEnd
}

// Pushed is what started the turn, nil for a customer's message.
func (t *Turn) Pushed() *Push { return t.push }

// servePush runs a push past the stages that need no message.
func (b *Bot) servePush(ctx context.Context, t *Turn) {
	if err := chain(HandlerFunc(b.routePush), b.identify).Handle(ctx, t); err != nil {
		b.fail(t, err)
	}
}

func (b *Bot) routePush(ctx context.Context, t *Turn) error {
	t.answers = "push"
	if t.push.signal != nil {
		return b.signalled(ctx, t, t.push.signal)
	}
	name := t.push.Name
	_, _, own := b.router.Route("push." + name)
	if _, isSingle := b.router.(single); isSingle {
		own = !isOwnPush(name)
	}
	if !own && name == PushLanguage {
		return b.speak(ctx, t, t.push.Data["language"])
	}
	if t.session.Owner != "" {
		t.Trace.Add("push", "%s: a person owns the conversation, nothing is said", name)
		return nil
	}
	switch {
	case own:
	case name == PushEnd && t.fresh:
		return nil // nothing was said
	case name == PushEnd:
		return t.Send(Reply{Text: t.Text("opening.end"), Survey: t.Survey()})
	default:
		return b.opening(ctx, t)
	}
	st, err := decodeFlows(t.session.Flows)
	if err != nil {
		return err
	}
	if f := st.top(); f != nil && f.Open != nil && name != PushOpen && t.Now.Sub(f.At) <= b.opts.Expire {
		t.Trace.Add("push", "%s: the customer is asked for %s, nothing is said", name, f.Open.Name)
		return nil
	}
	return b.route(ctx, t)
}

// speak changes the conversation's language.
func (b *Bot) speak(ctx context.Context, t *Turn, lang string) error {
	known := false
	for l := lang; l != "" && !known; {
		_, known = b.texts.byLang[l]
		i := strings.LastIndexByte(l, '-')
		l = l[:max(i, 0)]
	}
	if !known {
		return fmt.Errorf("bot: Push: language %q is not among %v", lang, b.texts.Languages())
	}
	if lang == t.Language && !t.fresh {
		return nil
	}
	t.Language = lang
	t.Learn("language", lang)
	t.Trace.Add("push", "language %s", lang)
	if t.session.Owner != "" || t.fresh {
		return nil
	}
	return t.Say("language.changed")
}

// Pull declares that the customers of a channel fetch their lines themselves,
// with History, as those of bot/channel/web do: nothing of that channel goes
// to the outbox. Call it before the first message, in every process.
func (b *Bot) Pull(channel string) { b.pulled.add(channel) }
