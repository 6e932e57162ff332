package profile

import "time"

// Identity is something a customer is known by.
type Identity struct {
	// Kind is "thread" (a channel's address), "phone", "email", "uid" (the
	// host's own account id), or a channel's own such as "unionid".
	Kind  string `json:"kind"`
	Value string `json:"value"`
	// Verified means proven: only a verified identity joins customers.
	Verified bool      `json:"verified,omitempty"`
	At       time.Time `json:"at,omitzero"`
	// Removed is when it was taken away; zero while it holds.
	Removed time.Time `json:"removed,omitzero"`
}

// Customer is what is known of a person.
type Customer struct {
	ID         string           `json:"id"`
	Tenant     string           `json:"tenant,omitempty"`
	Identities []Identity       `json:"identities,omitempty"`
	Traits     map[string]Trait `json:"traits,omitempty"`
	Tags       []string         `json:"tags,omitempty"` // set by the host or a person
	// TagTimes is when each tag was last set or taken away.
	TagTimes map[string]time.Time `json:"tag_times,omitempty"`
	Consents map[Purpose]Consent  `json:"consents,omitempty"`
	Activity Activity             `json:"activity,omitzero"`
}

// Trait is one attribute and where it comes from: "name", "language",
// "gender", "age_band", "size.top", "tone", "tier", …
type Trait struct {
	Value  string    `json:"value"`
	Source string    `json:"source,omitempty"` // "told", "host", "derived"
	At     time.Time `json:"at,omitzero"`
}

// Purpose is what personal data may be used for.
type Purpose string

// The purposes consent is asked for.
const (
	Service   Purpose = "service"   // answer this matter; needs no consent
	Personal  Purpose = "personal"  // use behaviour beyond this visit
	Marketing Purpose = "marketing" // messages the customer did not ask for
	Model     Purpose = "model"     // pass text to a model service
)

// Consent is a customer's answer for one purpose.
type Consent struct {
	Given bool      `json:"given"`
	At    time.Time `json:"at,omitzero"`
	// Text is the key and version of the wording that was agreed to.
	Text string `json:"text,omitempty"`
}

// Activity is what the customer did, folded from events.
type Activity struct {
	First     time.Time        `json:"first,omitzero"`
	Last      time.Time        `json:"last,omitzero"`
	Counts    map[string]int   `json:"counts,omitempty"`    // by event kind
	Spent     map[string]int64 `json:"spent,omitempty"`     // by currency, minor units
	Purchases []Purchase       `json:"purchases,omitempty"` // latest first, capped at 200
	Viewed    []Seen           `json:"viewed,omitempty"`    // latest first, distinct, capped at 50
	Cart      []Seen           `json:"cart,omitempty"`      // see InCart
	Contacts  int              `json:"contacts,omitempty"`  // conversations begun
}

// Purchase is an item bought.
type Purchase struct {
	Item string    `json:"item"`
	At   time.Time `json:"at"`
}

// Seen is an item and when it was last looked at or put into the cart; Gone
// means it was taken out again.
type Seen struct {
	Item string    `json:"item"`
	At   time.Time `json:"at"`
	Gone bool      `json:"gone,omitempty"`
}

// Event is one thing that happened to a customer. Events are applied
// idempotently by ID and may arrive out of order.
type Event struct {
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
	Kind Kind      `json:"kind"`
	// Key and Value carry a trait, a tag, or a purpose ("yes"/"no").
	Key    string `json:"key,omitempty"`
	Value  string `json:"value,omitempty"`
	Source string `json:"source,omitempty"`
	// Identity is set for Identified and Unlinked.
	Identity *Identity `json:"identity,omitempty"`
	// Item, Amount (minor units) and Currency describe behaviour.
	Item     string `json:"item,omitempty"`
	Amount   int64  `json:"amount,omitempty"`
	Currency string `json:"currency,omitempty"`
}

// Kind says what an Event is.
type Kind string

// The kinds of event a profile folds; others only count.
const (
	Identified Kind = "identified" // Identity was told or verified
	Unlinked   Kind = "unlinked"   // Identity was a mistake: what it joined is apart again
	Learned    Kind = "learned"    // trait Key is Value
	Tagged     Kind = "tagged"     // tag Value
	Untagged   Kind = "untagged"
	Consented  Kind = "consented" // purpose Key, Value "yes" or "no", Source the wording
	Contacted  Kind = "contacted" // a conversation began
	Viewed     Kind = "viewed"
	Carted     Kind = "carted"
	Uncarted   Kind = "uncarted"
	Purchased  Kind = "purchased"
	Refunded   Kind = "refunded"
)

// Tone is how a customer likes to be spoken to.
type Tone string

// The tones a text catalogue may have variants for.
const (
	ToneNeutral Tone = "neutral"
	ToneLively  Tone = "lively"
	ToneFormal  Tone = "formal"
)
