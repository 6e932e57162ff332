package entity

import "time"

// Entity is one thing named in a message.
type Entity struct {
	// Type is the slot kind: "order", "phone", "email", "money", "quantity",
	// "date", "item" (a shown thing, by ordinal or pronoun), or a gazetteer's
	// type such as "product", "category", "colour", "size", "brand".
	Type string `json:"type"`
	// Value is the canonical form: "+8613800138000", "red", an item id,
	// an RFC 3339 date.
	Value string `json:"value"`
	// Text is what the customer wrote, Text == original[Start:End]; "" when carried.
	Text string `json:"text,omitempty"`
	// Start and End are byte offsets into the customer's own text.
	Start int `json:"start"`
	End   int `json:"end"`
	// Money is set for "money", Quantity for "quantity", When for "date".
	Money    *Money    `json:"money,omitempty"`
	Quantity *Quantity `json:"quantity,omitempty"`
	When     *When     `json:"when,omitempty"`
	// Negated marks an entity the customer refuses: 不要红色, "not red".
	Negated bool `json:"negated,omitempty"`
	// Fuzzy marks a name that was written otherwise (see Options.Slips): a
	// host may want to ask before it acts.
	Fuzzy bool `json:"fuzzy,omitempty"`
	// Carried marks an entity taken over from the context; Age counts its turns.
	Carried bool `json:"carried,omitempty"`
	Age     int  `json:"age,omitempty"`
}

// Money is an amount or a range in minor units (cents, 分) of an ISO 4217
// currency; Currency is "" when the message named none. A bound of 0 is open:
// "under $80" is {Max: 8000}, "80 dollars" is {Min: 8000, Max: 8000}.
type Money struct {
	Min      int64  `json:"min,omitempty"`
	Max      int64  `json:"max,omitempty"`
	Currency string `json:"currency,omitempty"`
}

// Quantity is a number with a unit: {2, "件"}, {175, "cm"}, {65, "kg"}.
type Quantity struct {
	Number float64 `json:"number"`
	Unit   string  `json:"unit,omitempty"`
}

// When is a span of time [From, To) and how exactly it was said.
type When struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Grain string    `json:"grain"` // "minute", "hour", "day", "week", "month", "year"
	// Past reports that all of it lies before now.
	Past bool `json:"past,omitempty"`
	// Bound is what the words beside it say: BoundBefore (月底前, "by Friday"),
	// BoundAfter (国庆后, "since Monday"), or "" for the time itself.
	Bound string `json:"bound,omitempty"`
}
