package bot

import (
	"errors"
	"fmt"
	"time"

	"github.com/frontdesk-go/frontdesk/profile"
)

// Thread is the address a message arrives on. The store maps a thread to a
// conversation; several threads of one verified customer may share one.
type Thread struct {
	Tenant  string `json:"tenant,omitempty"`  // the host's own customer; "" when it serves one
	Channel string `json:"channel"`           // "web", "wechat", "email", …
	Account string `json:"account,omitempty"` // which of the host's accounts on the channel
	Peer    string `json:"peer"`              // who writes, in the channel's own terms
}

// Key names a conversation: the unit of order and of session state.
type Key struct {
	Tenant       string `json:"tenant,omitempty"`
	Conversation string `json:"conversation"`
}

// Message is what a customer sent.
type Message struct {
	// ID is the channel's id of the message. The same ID on the same thread is
	// answered once: a retry gets the recorded replies. Without an ID a retry
	// cannot be recognised.
	ID     string `json:"id"`
	Thread Thread `json:"thread"`
	Text   string `json:"text,omitempty"`
	// Tap is the Value of the Choice the customer tapped, if one was.
	Tap string `json:"tap,omitempty"`
	// Language is a BCP 47 hint, such as the page's; "" when unknown.
	Language string `json:"language,omitempty"`
	// At is when it was sent, in the customer's zone; zero means on arrival.
	At          time.Time    `json:"at,omitzero"`
	Attachments []Attachment `json:"attachments,omitempty"`
	// Deadline is when the transport must have answered, by the bot's clock:
	// for channels that take a reply as the answer to their call, or none at
	// all (a WeChat account: five seconds). Handle then makes the message
	// durable first, and returns its replies if the turn is committed by then;
	// otherwise it returns none, and the same replies go through the Sender
	// when they are ready. Never both, whoever asks again. Zero for no deadline.
	Deadline time.Time `json:"-"`
	// Identities are what the transport knows of the sender. Verified must be
	// true only for what it has authenticated itself (a signed-in account).
	Identities []profile.Identity `json:"identities,omitempty"`
}

// Attachment is a file that came with a message or goes with a reply.
type Attachment struct {
	Name string `json:"name,omitempty"`
	Type string `json:"type,omitempty"` // media type, "image/jpeg"
	URL  string `json:"url"`
	Size int64  `json:"size,omitempty"` // bytes
}

// Reply is one thing to show the customer. A channel that cannot show a part
// leaves it out; Text alone always makes sense.
type Reply struct {
	// ID is stable over retries: a channel may de-duplicate by it.
	ID          string       `json:"id"`
	Text        string       `json:"text,omitempty"`
	Language    string       `json:"language,omitempty"` // BCP 47
	Choices     []Choice     `json:"choices,omitempty"`
	Cards       []Card       `json:"cards,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Citations   []Citation   `json:"citations,omitempty"`
	Survey      *Survey      `json:"survey,omitempty"`
	// Written marks a text a model wrote; channels label it as such.
	Written bool `json:"written,omitempty"`
	// From is "" for the bot, or the name of the person who wrote it.
	From string `json:"from,omitempty"`
}

// offered are the quick replies a typed label or number may mean.
func (r *Reply) offered() []Choice {
	if len(r.Choices) == 0 && r.Survey != nil {
		return r.Survey.Choices
	}
	return r.Choices
}

// Choice is a quick reply: Label is shown, Value comes back as Message.Tap.
type Choice struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Card shows one thing with a picture and a link.
type Card struct {
	ID      string   `json:"id,omitempty"`
	Title   string   `json:"title"`
	Text    string   `json:"text,omitempty"`
	Price   string   `json:"price,omitempty"`
	Link    string   `json:"link,omitempty"`
	Picture string   `json:"picture,omitempty"`
	Choices []Choice `json:"choices,omitempty"`
}

// Citation is where an answer comes from.
type Citation struct {
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Survey asks how it went. Its answer comes back as a tap on one of Choices.
type Survey struct {
	Kind    string   `json:"kind"` // "rating"
	Prompt  string   `json:"prompt"`
	Choices []Choice `json:"choices"`
}

// Errors a host can test for with errors.Is.
var (
	// ErrBusy means the conversation has too many messages waiting. Nothing
	// was stored; try again later.
	ErrBusy = errors.New("bot: too many messages waiting in this conversation, try again later")
	// ErrOverloaded means the bot has too many turns under way. Nothing was stored.
	ErrOverloaded = errors.New("bot: too many turns under way, try again later")
	// ErrClosed means the bot was closed.
	ErrClosed = errors.New("bot: closed")
	// ErrConflict is what a Store returns when a commit's version is not the
	// stored one: another worker has written.
	ErrConflict = errors.New("bot: the session was written by another worker")
	// ErrHeld means another replica works on the conversation.
	ErrHeld = errors.New("bot: another replica works on this conversation")
	// ErrTaken means another person owns the ticket.
	ErrTaken = errors.New("bot: another person has taken this ticket")
	// ErrNoAnswer is what a Writer returns when the passages do not answer.
	ErrNoAnswer = errors.New("bot: the passages do not answer the question")
	// ErrNotFound means a store has no such record.
	ErrNotFound = errors.New("bot: not found")
)

func (m *Message) validate() error {
	if m.Thread.Channel == "" {
		return errors.New(`bot: Message.Thread.Channel is empty: name the channel the message came by, such as "web"`)
	}
	if m.Thread.Peer == "" {
		return errors.New("bot: Message.Thread.Peer is empty: it names who wrote, such as a user or visitor id")
	}
	for _, p := range []struct{ field, value string }{
		{"Message.ID", m.ID}, {"Message.Thread.Tenant", m.Thread.Tenant},
		{"Message.Thread.Channel", m.Thread.Channel}, {"Message.Thread.Account", m.Thread.Account},
		{"Message.Thread.Peer", m.Thread.Peer}, {"Message.Tap", m.Tap},
	} {
		if len(p.value) > 512 {
			return fmt.Errorf("bot: %s is %d bytes long: at most 512 are kept", p.field, len(p.value))
		}
	}
	return nil
}
