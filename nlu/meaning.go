package nlu

import (
	"time"

	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// Input is one message and what the conversation knew before it.
type Input struct {
	// Text is the message as the customer wrote it, any bytes.
	Text string
	// Language is a BCP 47 hint, usually that of the conversation; "" when unknown.
	Language string
	// Now is when the message was sent; relative dates count from it, in its Location.
	Now time.Time
	// Context is Meaning.Next of the turn before, with Shown, Earlier and Focus set by the host.
	Context Context
}

// Context is what later messages may refer back to. It is plain data: a host
// stores it between turns and hands it back.
type Context struct {
	// Intent is the last accepted intent that was about something (not "thanks" or "yes").
	Intent string `json:"intent,omitempty"`
	// Entities are those still in force, most recent first; each forgets with age.
	Entities []Entity `json:"entities,omitempty"`
	// Shown are the ids of the things last shown, in order: what "the second one" counts.
	Shown []string `json:"shown,omitempty"`
	// Earlier are those of the list that Shown took the place of, where it was longer:
	// "the third one" of two is of those.
	Earlier []string `json:"earlier,omitempty"`
	// Focus is the id of the thing talked about: what "it" or 这件 means.
	Focus string `json:"focus,omitempty"`
	// Age counts turns since Intent was set.
	Age int `json:"age,omitempty"`
	// Turns counts turns since the conversation came to what Intent is about:
	// what was said of something else before that is not carried over.
	Turns int `json:"turns,omitempty"`
}

// Meaning is what a message was understood to say.
type Meaning struct {
	// Language is the BCP 47 tag of the message, "zh" or "en", or the hint when
	// the message alone cannot tell ("42", an emoji); "" when neither can.
	Language string `json:"language,omitempty"`
	// Text is the normalised message.
	Text string `json:"text,omitempty"`
	// Intent is the accepted intent, or "" when none is likely enough.
	Intent string `json:"intent,omitempty"`
	// Intents are the candidates, likeliest first; probabilities sum to at most 1.
	Intents []Intent `json:"intents,omitempty"`
	// Parts are the several things that the message asks for ("退货，顺便问下发票
	// 怎么开"), in order; nil when it asks for one. Intent is the likeliest of
	// them, or else the first.
	Parts []Part `json:"parts,omitempty"`
	// Unknown is the probability, 0 to 1, that the message has none of the known intents.
	Unknown float64 `json:"unknown,omitempty"`
	// Entities are what was found in the text, in order, not overlapping,
	// followed by those carried over from the context (Carried is true).
	Entities []Entity `json:"entities,omitempty"`
	// FollowUp reports that the message only made sense with the context
	// ("and in blue?") and was completed from it.
	FollowUp bool `json:"follow_up,omitempty"`
	// Next is the context to hand in with the next message.
	Next Context `json:"next"`
}

// Intent is one candidate reading.
type Intent struct {
	Name        string  `json:"name"`
	Probability float64 `json:"p"`
}

// An Entity is one thing named in a message; see package [entity] for it and
// for the values some kinds carry.
type (
	Entity   = entity.Entity
	Money    = entity.Money
	Quantity = entity.Quantity
	When     = entity.When
)

// Entity returns the first entity of a type, those of this message before
// carried ones.
func (m *Meaning) Entity(kind string) (Entity, bool) {
	for _, e := range m.Entities {
		if e.Type == kind {
			return e, true
		}
	}
	return Entity{}, false
}
