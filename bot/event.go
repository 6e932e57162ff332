package bot

import (
	"strconv"
	"time"

	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// Event is one entry of the event log: plain data, written in the commit of
// the turn it belongs to, or by Bot.Track. Profile aggregates, the recommender,
// reports and the handoff queue are folds over the log, idempotent by ID.
type Event struct {
	ID string `json:"id"`
	// Seq is the place in the log, given by the store, ascending.
	Seq          int64     `json:"seq,omitempty"`
	At           time.Time `json:"at"`
	Tenant       string    `json:"tenant,omitempty"`
	Customer     string    `json:"customer,omitempty"`
	Conversation string    `json:"conversation,omitempty"`
	// Kind is one of profile.Kind for what a customer did or told, or one of
	// the engine's own below.
	Kind string `json:"kind"`
	// Key and Value carry what Kind needs: an intent, a flow's name, a trait.
	Key      string            `json:"key,omitempty"`
	Value    string            `json:"value,omitempty"`
	Source   string            `json:"source,omitempty"`
	Item     string            `json:"item,omitempty"`
	Amount   int64             `json:"amount,omitempty"` // minor units of Currency
	Currency string            `json:"currency,omitempty"`
	Basket   string            `json:"basket,omitempty"`
	Identity *profile.Identity `json:"identity,omitempty"`
}

// The engine's own kinds of event.
const (
	EventTurn        = "turn"         // Key is the intent, Value how it was answered
	EventTurnFailed  = "turn.failed"  // Value is the error, without personal data
	EventFlowStarted = "flow.started" // Key is the flow
	EventFlowEnded   = "flow.ended"   // Key is the flow, Value "done", "cancelled", "gave_up", "expired", "removed"
	EventEffect      = "effect"       // Key is flow/step, Value "done", "refused", "unknown"
	EventTooLate     = "too_late"     // a correction behind an effect was refused
	EventEffectsLeft = "effects_left" // Key is the flow, Value the effects that stay
	EventDrift       = "drift"        // a flow's code changed under a conversation
	EventUndelivered = "undelivered"  // Key is the channel, Value why: a reply that cannot be delivered
	EventMisuse      = "misuse"       // a flow went on past a step that had suspended
	EventPrioritised = "prioritised"  // Key is the mood rule: a ticket of this conversation goes ahead
	EventMood        = "mood"         // Key is "soured", "mended" or "worse" (than at the bot's last answer), Value the level, Source the cause
	EventHandover    = "handover"     // Key is the reason, Value the ticket
	EventTaken       = "taken"        // Key is the agent, Value the ticket
	EventReturned    = "returned"     // Key is the agent, Value the ticket
	EventShown       = "shown"        // Item was recommended
	EventTransferred = "transferred"  // Key is the agent who passed it on, Value the ticket, Source the skill or agent it goes to
	EventRated       = "rated"        // Key is "rating" (Value 1 to 5) or "why" (Value the reason)
	EventHelpful     = "helpful"      // Key is the entry that answered, Value "yes" or "no", Source the reply
)

func (e *Event) forProfile() profile.Event {
	return profile.Event{ID: e.ID, At: e.At, Kind: profile.Kind(e.Kind), Key: e.Key, Value: e.Value,
		Source: e.Source, Identity: e.Identity, Item: e.Item, Amount: e.Amount, Currency: e.Currency}
}

func (e *Event) forRecommend() recommend.Event {
	n, _ := strconv.ParseFloat(e.Value, 64) // seconds or stars, 0 for kinds without a number
	return recommend.Event{ID: e.ID, At: e.At, Tenant: e.Tenant, Customer: e.Customer, Session: e.Conversation,
		Kind: e.Kind, Item: e.Item, Basket: e.Basket, Value: n}
}
