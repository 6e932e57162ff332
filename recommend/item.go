package recommend

import (
	"slices"
	"strconv"
	"time"
)

// Item is one thing on offer.
type Item struct {
	ID       string            `json:"id"`
	Name     map[string]string `json:"name"` // by BCP 47 language
	Category string            `json:"category"`
	Brand    string            `json:"brand,omitempty"`
	// Attributes by name, canonical values: {"colour": {"red"}, "season": {"winter"}}.
	Attributes map[string][]string `json:"attributes,omitempty"`
	// Price in minor units by ISO 4217 currency; at least one: 1999 of USD are
	// $19.99, of JPY, which has no smaller unit, ¥1,999.
	Price map[string]int64 `json:"price"`
	// Stock is how many are left, the sum of Variants' when there are any.
	Stock int `json:"stock"`
	// Variants are the choices within an item, usually sizes, in catalogue order.
	Variants    []Variant         `json:"variants,omitempty"`
	Link        string            `json:"link,omitempty"`
	Picture     string            `json:"picture,omitempty"`
	Description map[string]string `json:"description,omitempty"` // by language
	// Notice is what must be said wherever it is shown, by language: the warning
	// of a risk, an age limit. It is never left out for room.
	Notice   map[string]string `json:"notice,omitempty"`
	GoesWith []string          `json:"goes_with,omitempty"` // ids of complements
	// LastsDays is after how many days one is used up, for what is bought again:
	// coffee, not a kettle. 0 leaves it to be learned from repeat purchases.
	LastsDays int `json:"lasts_days,omitempty"`
	// Needs are ids a customer must own before this one is suggested: the course
	// before, the camera of a lens. See Options.Mastery for how well.
	Needs []string `json:"needs,omitempty"`
	// From and Until bound when it may be suggested, Until excluded; zero is open.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// Variant is one choice within an item: {"size", "M"} and its own stock.
type Variant struct {
	Attribute string `json:"attribute"`
	Value     string `json:"value"`
	Stock     int    `json:"stock"`
}

// Request asks for suggestions.
type Request struct {
	// Tenant keeps customers, sessions and baskets apart; tenants of one Shelf
	// share its catalogue and what it learned of it.
	Tenant   string
	Customer string // "" for an unknown visitor
	Language string // BCP 47; for names and reasons
	Currency string // ISO 4217; prices are compared and shown in it
	// Text are the customer's words, for ranking by likeness; may be "".
	Text string
	// Must are hard: an item that fails one is never returned. Wish only ranks.
	Must []Filter
	Wish []Filter
	// Not is hard too: an item that passes one of these is never returned, such
	// as what somebody is allergic to.
	Not []Filter
	// MinPrice and MaxPrice bound the price in minor units of Currency; 0 is open.
	MinPrice, MaxPrice int64
	// Like asks for items similar to these, GoesWith for complements of these:
	// what the catalogue lists, and what at least two customers took too (a
	// basket of no known customer counts as one).
	Like     []string
	GoesWith []string
	// Session are the ids looked at in this conversation, latest last.
	Session []string
	// Segments the customer is in: what is trending there counts, or among
	// everyone when a segment is not known or is "". None leaves trends out.
	Segments []string
	// Exclude are ids not to return (already shown or owned).
	Exclude []string
	// Owned lets what the customer has already be suggested again, as when they
	// ask for it themselves.
	Owned bool
	// Order is what puts an item first; ByFit when "".
	Order Order
	// Personal allows the customer's history; without consent it is false.
	Personal bool
	// N is how many to return at most, 3 when 0.
	N int
	// Now is the time of asking, for what is valid then, and for what is used up
	// and bought again; without it neither From and Until are looked at nor is
	// anything owned suggested.
	Now time.Time
}

// asks reports whether the customer asked for something themself.
func (r *Request) asks() bool {
	return r.Text != "" || r.Order != ByFit || len(r.Must)+len(r.Wish)+len(r.Not)+len(r.Like) > 0 || r.MinPrice > 0 || r.MaxPrice > 0
}

// Filter names an attribute ("category", "brand", "colour", "size", or any
// other of the catalogue) and the values that pass: one of Any, or a number
// from Min to Max. Names and values are compared as they are written: "Peanut" is
// not "peanut".
type Filter struct {
	Attribute string   `json:"attribute"`
	Any       []string `json:"any,omitempty"`
	// Min and Max bound a value that is a decimal number, when either is set; 0
	// is open. A value that is no number does not pass.
	Min float64 `json:"min,omitempty"`
	Max float64 `json:"max,omitempty"`
}

// passes reports whether one of an attribute's values passes.
func (f *Filter) passes(values []string) bool {
	return slices.ContainsFunc(values, func(v string) bool {
		return slices.Contains(f.Any, v) || (f.Min != 0 || f.Max != 0) && f.between(v)
	})
}

// between reports whether a value is a number within the bounds.
func (f *Filter) between(v string) bool {
	n, err := strconv.ParseFloat(v, 64)
	return err == nil && n >= f.Min && (f.Max == 0 || n <= f.Max)
}

// Suggestion is an item and why it was chosen.
type Suggestion struct {
	Item    Item     `json:"item"` // what it points to is the shelf's own: only read it
	Score   float64  `json:"score"`
	Reasons []Reason `json:"reasons"` // strongest first, at least one
	// Notice is Item.Notice in Request.Language, or in one there is.
	Notice string `json:"notice,omitempty"`
	Offer  *Offer `json:"offer,omitempty"`
	// Features are what Options.Bandit learns from, with the item and what came
	// of it; Choice is set for the place that explores. Both are nil without one.
	Features []float64 `json:"features,omitempty"`
	Choice   *Choice   `json:"choice,omitempty"`
}

// Reason is why an item was chosen, as data and as a sentence.
type Reason struct {
	// Code is "asked" (for Values), "budget", "over", "between" (the price
	// bounds), "goes_with" (the catalogue says so), "together" (customers do, two at least),
	// "similar", "bought", "looked" (of the customer's own history), "series" (the
	// same as of what they bought: Attributes["series"]), "history", "follows"
	// (what it Needs is done),
	// "session", "taste" (Values), "due" (used up by now), "words", "trending",
	// "popular", "new", "cheapest" (of an Order), and where nothing else speaks
	// for an item "fits" (what was asked for) or "stock" (it is there).
	Code   string  `json:"code"`
	Text   string  `json:"text"`             // in Request.Language
	Item   string  `json:"item,omitempty"`   // the item it refers to
	Values []Value `json:"values,omitempty"` // the values it refers to
}

// Offer is a discount a rule grants.
type Offer struct {
	Rule    string `json:"rule"`
	Code    string `json:"code,omitempty"`    // coupon code
	Percent int    `json:"percent,omitempty"` // off the price
	Amount  int64  `json:"amount,omitempty"`  // off, minor units of Currency
	// Currency of Amount and Price.
	Currency string `json:"currency,omitempty"`
	Price    int64  `json:"price,omitempty"` // after the offer, of the item or the basket
	// Approve tells that a person must agree first, Personal that it depends on
	// who the customer is.
	Approve  bool   `json:"approve,omitempty"`
	Personal bool   `json:"personal,omitempty"`
	Text     string `json:"text,omitempty"`
}

// Order is what puts one item before another.
type Order string

// The orders of a Request.
const (
	// ByFit is what fits best, by all that is known.
	ByFit Order = ""
	// Cheapest is the lowest price in Request.Currency, whatever else speaks for
	// an item.
	Cheapest Order = "cheapest"
	// Dearest is the highest, likewise.
	Dearest Order = "dearest"
	// Newest is what came last: by Item.From, then by when it was put on the
	// shelf, mixed as Options.Diversity says.
	Newest Order = "newest"
	// Trending is what Request.Segments take lately, or everyone; only what
	// anyone does.
	Trending Order = "trending"
)

// byPrice reports whether the price alone decides.
func (o Order) byPrice() bool { return o == Cheapest || o == Dearest }

// Event is one thing done with an item. Events are idempotent by ID and may
// come out of order, see Options.Late.
type Event struct {
	ID       string    `json:"id"` // "" is never taken for a repetition
	At       time.Time `json:"at"`
	Tenant   string    `json:"tenant,omitempty"`
	Customer string    `json:"customer,omitempty"`
	Session  string    `json:"session,omitempty"`
	// Kind is "viewed", "dwelt" (Value seconds), "searched" (opened from a
	// search), "clicked", "carted", "uncarted", "purchased", "refunded",
	// "reviewed" (Value stars, 1 to 5), "dismissed" (not interested), "shown",
	// "progressed" (Value 0 to 1: how far a course of the customer's is mastered),
	// or one of Options.Kinds. A purchase makes an item the customer's own until
	// a refund; what was dismissed, or reviewed with less than three stars, is
	// not suggested again until the customer puts it into a cart.
	Kind string `json:"kind"`
	Item string `json:"item"`
	// Basket joins purchases made together.
	Basket string  `json:"basket,omitempty"`
	Value  float64 `json:"value,omitempty"`
	// Segments the customer is in, for what is trending in each.
	Segments []string `json:"segments,omitempty"`
}
