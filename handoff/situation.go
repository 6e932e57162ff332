package handoff

import "time"

// Situation is what a policy judges: plain values, gathered by whoever runs
// the conversation.
type Situation struct {
	// Stage is Before the bot answered (what the message shows) or After (what the turn showed).
	Stage Stage
	// Text is the customer's message, Intent what it was understood as.
	Text     string
	Language string
	Intent   string
	// Emotion is "angry", "anxious", "sad", "satisfied" or "neutral";
	// Polarity and Level (smoothed over the conversation) are -1 to 1,
	// Intensity and Urgency 0 to 1; Negative counts negative messages in a row.
	Emotion   string
	Polarity  float64
	Level     float64
	Intensity float64
	Urgency   float64
	Negative  int
	// Threat reports that the mood stage saw a threat.
	Threat bool
	// Actions are what the mood strategy proposed: "escalate", "person", …
	Actions []string
	// Failures counts turns in a row without an answer; GaveUp names the flow
	// that could not get its answer; Effects names effects left behind.
	Failures int
	GaveUp   string
	Effects  []string
	// Error reports that the turn failed inside.
	Error bool
	// Tier and Tags are the customer's.
	Tier string
	Tags []string
	// Offered reports that a person was offered in the turn before, so that "yes" accepts.
	Offered bool
	// Now and Open (a person is at the desk) let rules depend on business hours.
	Now  time.Time
	Open bool
}

// Stage is when a policy is asked.
type Stage string

// The two stages.
const (
	Before Stage = "before"
	After  Stage = "after"
)

// Reason is why a person is needed, from a closed list that only grows.
type Reason string

// The reasons.
const (
	Asked       Reason = "asked"     // the customer asked for a person
	Anger       Reason = "anger"     // mood
	Threat      Reason = "threat"    // regulator, press, lawyer, chargeback
	Sensitive   Reason = "sensitive" // safety, fraud, health, self-harm, minors
	NoAnswer    Reason = "no_answer" // the base does not know, repeatedly
	GaveUp      Reason = "gave_up"   // a flow could not get its answer
	EffectsLeft Reason = "effects"   // something was begun and nobody knows how it ended
	Failure     Reason = "failure"   // the bot failed inside
	VIP         Reason = "vip"       // the customer's tier
	Business    Reason = "rule"      // a business rule of the host
	Proactive   Reason = "proactive" // a person decided to step in
)

// Decision is what a policy says.
type Decision struct {
	// Handover passes the conversation to a person now.
	Handover bool `json:"handover,omitempty"`
	// Offer only proposes a person to the customer.
	Offer    bool     `json:"offer,omitempty"`
	Reason   Reason   `json:"reason,omitempty"`
	Priority Priority `json:"priority,omitempty"`
	// Rule names the rule that decided, Skill the group that should take it.
	Rule  string `json:"rule,omitempty"`
	Skill string `json:"skill,omitempty"`
}

// Priority orders tickets; a higher one is served first.
type Priority int

// The priorities.
const (
	Low    Priority = 1
	Normal Priority = 2
	High   Priority = 3
	Urgent Priority = 4
)

// Line is one line of a transcript.
type Line struct {
	At   time.Time `json:"at"`
	From string    `json:"from"` // "customer", "bot", or an agent's id
	Text string    `json:"text"`
}

// Fact is something established in the conversation: an order number, a size.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Ticket is everything a person needs to take over.
type Ticket struct {
	ID           string    `json:"id"`
	Tenant       string    `json:"tenant,omitempty"`
	Conversation string    `json:"conversation"`
	Customer     string    `json:"customer,omitempty"`
	Channel      string    `json:"channel,omitempty"`
	Language     string    `json:"language,omitempty"`
	Created      time.Time `json:"created"`
	State        State     `json:"state"`
	Agent        string    `json:"agent,omitempty"` // who owns it, "" while waiting
	Reason       Reason    `json:"reason"`
	Rule         string    `json:"rule,omitempty"`
	Priority     Priority  `json:"priority"`
	Skill        string    `json:"skill,omitempty"`
	// Summary are the sentences of the conversation that say what it is about.
	Summary    []string `json:"summary,omitempty"`
	Transcript []Line   `json:"transcript,omitempty"`
	Facts      []Fact   `json:"facts,omitempty"`
	// Mood is the smoothed polarity after each customer message, -1 to 1.
	Mood []float64 `json:"mood,omitempty"`
	// Open is what was under way: the flow and what it had asked.
	Open string `json:"open,omitempty"`
	// Suggested is a reply the person may send or edit, and where it comes from.
	Suggested string `json:"suggested,omitempty"`
	Source    string `json:"source,omitempty"`
	// Notes are what the people at the desk wrote for each other, oldest first.
	Notes []Note `json:"notes,omitempty"`
}

// Note is a remark on a ticket that the customer does not see.
type Note struct {
	At   time.Time `json:"at"`
	From string    `json:"from"`
	Text string    `json:"text"`
}

// State is where a ticket stands.
type State string

// The states of a ticket.
const (
	Waiting State = "waiting" // nobody has taken it
	Taken   State = "taken"   // Agent owns the conversation
	Closed  State = "closed"  // given back to the bot, or done
)
