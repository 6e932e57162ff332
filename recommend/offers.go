package recommend

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// Offers are rules that grant discounts, and what they have granted so far. A
// price depends on who asks only where a rule says so, by tags. It is safe for
// concurrent use.
type Offers struct {
	rules []OfferRule
	given given
}

// OfferRule grants an offer when all its conditions hold.
type OfferRule struct {
	Name string     `yaml:"name"`
	When Conditions `yaml:"when"`
	Give struct {
		Percent int              `yaml:"percent"`
		Amount  map[string]int64 `yaml:"amount"` // minor units, by currency
	} `yaml:"give"`
	Code  string           `yaml:"code"`
	Floor map[string]int64 `yaml:"floor"` // the least the item, or the basket, may cost after it
	Once  bool             `yaml:"once"`  // per customer; of an unknown one only OfferRequest.Used is known
	// Budget bounds all grants together, for each tenant.
	Budget Budget `yaml:"budget"`
	// Approve lets it be granted only with the name of the person who agreed.
	Approve bool              `yaml:"approve"`
	Text    map[string]string `yaml:"text"`
}

// Conditions are what must hold for an offer, all of them.
type Conditions struct {
	Tags      []string         `yaml:"tags"` // the customer has one of them
	Tag       string           `yaml:"tag"`
	Category  []string         `yaml:"category"` // the item is of one of them
	Items     []string         `yaml:"items"`
	MinBasket map[string]int64 `yaml:"min_basket"` // minor units, by currency
	Mood      []string         `yaml:"mood"`       // the customer's emotion is one of them
	Purpose   string           `yaml:"purpose"`    // "compensation": only when asked for
	From      time.Time        `yaml:"from"`
	Until     time.Time        `yaml:"until"` // excluded
}

// Budget is the most a rule may grant; 0 is no bound.
type Budget struct {
	Times  int              `yaml:"times"`
	Amount map[string]int64 `yaml:"amount"` // minor units, by currency
	Days   int              `yaml:"days"`   // within so many days, for ever when 0
}

// OfferRequest is what offers are judged by.
type OfferRequest struct {
	Tenant   string
	Customer string // "" for an unknown visitor
	// Tags of the customer; none without their consent.
	Tags     []string
	Mood     string
	Item     *Item // nil for the basket as a whole
	Basket   int64 // minor units of Currency
	Currency string
	Language string
	Purpose  string
	// Limit bounds an offer in percent of the price, as a compensation's plan
	// does; 0 does not.
	Limit int
	// Used are rules this customer has had already, besides those recorded.
	Used []string
	// Grant is the ID of the grant this is asked for: what was taken with it
	// counts as not taken yet, so that a turn that runs again is told the same.
	Grant string
	// Now is the time of asking; without it rules with dates or with a budget for
	// some days do not hold.
	Now time.Time
}

// ReadOffers reads rules in YAML; name is the file's, for errors.
func ReadOffers(r io.Reader, name string) (*Offers, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("recommend: %s: %w", name, err)
	}
	var doc yaml.Node
	if err = yaml.Unmarshal(raw, &doc); err == nil {
		err = whole(&doc)
	}
	if err != nil {
		return nil, fmt.Errorf("recommend: %s: %w", name, err)
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	o := &Offers{given: newGiven()}
	if err := d.Decode(&o.rules); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("recommend: %s: %w", name, err)
	}
	seen := map[string]bool{}
	for i, rule := range o.rules {
		switch {
		case rule.Name == "":
			return nil, fmt.Errorf("recommend: %s: rule %d has no name", name, i+1)
		case seen[rule.Name]:
			return nil, fmt.Errorf("recommend: %s: rule %q stands there twice: grants are counted by name, give one another", name, rule.Name)
		case (rule.Give.Percent == 0) == (len(rule.Give.Amount) == 0):
			return nil, fmt.Errorf("recommend: %s: rule %q: give a percent or an amount", name, rule.Name)
		case rule.Give.Percent < 0 || rule.Give.Percent > 90:
			return nil, fmt.Errorf("recommend: %s: rule %q: percent %d: use 1 to 90", name, rule.Name, rule.Give.Percent)
		case rule.Budget.Times < 0 || rule.Budget.Days < 0 || rule.Budget.Days > maxBudgetDays:
			return nil, fmt.Errorf("recommend: %s: rule %q: budget: use times above 0 and days from 0 to %d", name, rule.Name, maxBudgetDays)
		case rule.Budget.Days > 0 && rule.Budget.Times == 0 && len(rule.Budget.Amount) == 0:
			return nil, fmt.Errorf("recommend: %s: rule %q: budget: %d days of what? give times or an amount", name, rule.Name, rule.Budget.Days)
		case !rule.When.From.IsZero() && !rule.When.Until.IsZero() && !rule.When.From.Before(rule.When.Until):
			return nil, fmt.Errorf("recommend: %s: rule %q: until is not after from: it would never hold", name, rule.Name)
		}
		for _, sums := range []struct {
			field string
			of    map[string]int64
		}{{"give.amount", rule.Give.Amount}, {"floor", rule.Floor}, {"when.min_basket", rule.When.MinBasket}, {"budget.amount", rule.Budget.Amount}} {
			for _, currency := range sorted(sums.of) {
				if err := currencyCode(currency); err != nil {
					return nil, fmt.Errorf("recommend: %s: rule %q: %s: %w", name, rule.Name, sums.field, err)
				}
				if sums.of[currency] < 0 || sums.of[currency] == 0 && sums.field == "give.amount" {
					return nil, fmt.Errorf("recommend: %s: rule %q: %s: %d %s: a sum is more than nothing", name, rule.Name, sums.field, sums.of[currency], currency)
				}
			}
		}
		seen[rule.Name] = true
	}
	return o, nil
}

// whole refuses numbers with a fraction, which would be cut: no rule has any.
func whole(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!float" {
		return fmt.Errorf("line %d: %s: write a whole number: money is in minor units (19.50 is 1950)", n.Line, n.Value)
	}
	for _, c := range n.Content {
		if err := whole(c); err != nil {
			return err
		}
	}
	return nil
}

// For returns the offers that hold, in the order of the rules. A price never
// falls below a rule's floor: the offer is left out instead.
func (o *Offers) For(r OfferRequest) []Offer {
	var out []Offer
	for _, v := range o.Explain(r) {
		if v.Offer != nil {
			out = append(out, *v.Offer)
		}
	}
	return out
}

// Public returns the offers that anybody may have who meets what they ask of the
// item and the basket: what to tell who asks what is on. Those for a purpose, a
// mood or some customers are left out, and so is what is over or used up.
func (o *Offers) Public(r OfferRequest) []Offer {
	var out []Offer
	for i := range o.rules {
		rule := &o.rules[i]
		w := &rule.When
		if w.Purpose != "" || rule.personal() || len(w.Mood) > 0 || rule.Approve || w.ended(r.Now) || o.given.fails(rule, &r) != "" {
			continue
		}
		if of := (Offer{Rule: rule.Name, Code: rule.Code, Percent: rule.Give.Percent, Amount: rule.Give.Amount[r.Currency], Currency: r.Currency,
			Text: nameIn(rule.Text, r.Language)}); of.Percent > 0 || of.Amount > 0 {
			out = append(out, of)
		}
	}
	return out
}

// Verdict is what became of a rule.
type Verdict struct {
	Rule  string `json:"rule"`
	Offer *Offer `json:"offer,omitempty"` // nil when it does not hold
	// Why names the condition that failed: "purpose", "tag", "mood", "category",
	// "item", "basket", "date", "used", "budget", "currency", "limit" or "floor".
	Why string `json:"why,omitempty"`
}

// Explain judges every rule, in their order, and says why one does not hold:
// "why did I get this price?" is answered from it.
func (o *Offers) Explain(r OfferRequest) []Verdict {
	out := make([]Verdict, len(o.rules))
	for i := range o.rules {
		rule := &o.rules[i]
		out[i] = Verdict{Rule: rule.Name, Why: rule.fails(&r)}
		if out[i].Why == "" {
			out[i].Why = o.given.fails(rule, &r)
		}
		if out[i].Why == "" {
			out[i].Offer, out[i].Why = rule.grant(&r)
		}
	}
	return out
}

// fails names the condition that does not hold; "" when all do.
func (rule *OfferRule) fails(r *OfferRequest) string {
	w := &rule.When
	least, ok := w.MinBasket[r.Currency]
	switch {
	case w.Purpose != r.Purpose:
		return "purpose"
	case rule.personal() && !slices.ContainsFunc(r.Tags, func(t string) bool { return t == w.Tag && t != "" || slices.Contains(w.Tags, t) }):
		return "tag"
	case len(w.Mood) > 0 && !slices.Contains(w.Mood, r.Mood):
		return "mood"
	case len(w.Category) > 0 && (r.Item == nil || !slices.Contains(w.Category, r.Item.Category)):
		return "category"
	case len(w.Items) > 0 && (r.Item == nil || !slices.Contains(w.Items, r.Item.ID)):
		return "item"
	case len(w.MinBasket) > 0 && (!ok || r.Basket < least):
		return "basket"
	case w.ended(r.Now):
		return "date"
	case rule.Once && slices.Contains(r.Used, rule.Name):
		return "used"
	}
	return ""
}

// ended reports whether a time is not within the dates, or is not known.
func (w *Conditions) ended(now time.Time) bool {
	return !w.From.IsZero() && (now.IsZero() || now.Before(w.From)) || !w.Until.IsZero() && (now.IsZero() || !now.Before(w.Until))
}

// personal reports whether the rule asks who the customer is.
func (rule *OfferRule) personal() bool { return rule.When.Tag != "" || len(rule.When.Tags) > 0 }

// grant works the offer out, within the limit and above the floor.
func (rule *OfferRule) grant(r *OfferRequest) (*Offer, string) {
	of := &Offer{Rule: rule.Name, Code: rule.Code, Percent: rule.Give.Percent, Amount: rule.Give.Amount[r.Currency], Currency: r.Currency,
		Approve: rule.Approve, Personal: rule.personal(), Text: nameIn(rule.Text, r.Language)}
	price := r.Basket
	if r.Item != nil {
		ok := false
		if price, ok = r.Item.Price[r.Currency]; !ok {
			return nil, "currency"
		}
	}
	if of.Percent == 0 && of.Amount == 0 {
		return nil, "currency"
	}
	if r.Limit > 0 {
		if of.Amount > 0 && price <= 0 {
			return nil, "limit" // of nobody knows what
		}
		of.Percent, of.Amount = min(of.Percent, r.Limit), min(of.Amount, price*int64(r.Limit)/100)
	}
	if price > 0 {
		of.Price = price - of.Amount - price*int64(of.Percent)/100
		if of.Price < max(1, rule.Floor[r.Currency]) {
			return nil, "floor"
		}
	}
	return of, ""
}
