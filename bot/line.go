package bot

import (
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/handoff"
)

// FromCustomer and FromBot are who said a Line, besides the names of people.
const (
	FromCustomer = "customer"
	FromBot      = "bot"
)

// Line is one line of a conversation's history, as it was said and shown: a
// customer's message, or a reply with everything that was on it.
type Line struct {
	// Seq is the line's place, given by the store: it ascends within the
	// conversation, with gaps.
	Seq  int64     `json:"seq,omitempty"`
	At   time.Time `json:"at"`
	From string    `json:"from"` // FromCustomer, FromBot, or the name of a person
	// Message is the id of the message the line is, or answers; "" for none.
	Message string `json:"message,omitempty"`
	// Text and Attachments are a customer's; for a tap Text is its label.
	Text        string       `json:"text,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	// Reply is what the bot or a person showed, nil for a customer's line.
	Reply *Reply `json:"reply,omitempty"`
}

// Words is the line as text.
func (l Line) Words() string {
	if l.Reply != nil {
		return l.Reply.Text
	}
	s := l.Text
	for _, a := range l.Attachments {
		s = strings.TrimSpace(s + " [" + firstOf(a.Name, a.Type, "file") + "]")
	}
	return s
}

func (l Line) forTicket() handoff.Line {
	return handoff.Line{At: l.At, From: l.From, Text: l.Words()}
}

func lineOf(m *Message, at time.Time) Line {
	return Line{At: at, From: FromCustomer, Message: m.ID, Text: firstOf(m.Text, m.Tap), Attachments: m.Attachments}
}

// Page chooses a part of a conversation's history, always in order. The zero
// value is the last 50 lines.
type Page struct {
	// After takes the first lines after a place; Before the last ones before
	// it. Zero is no bound.
	After, Before int64
	N             int // at most, 50 when 0
}

// Limit is N, or its default.
func (p Page) Limit() int {
	if p.N <= 0 {
		return 50
	}
	return p.N
}
