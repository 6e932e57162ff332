package recommend

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Offers are rules that grant discounts.
type Offers struct{ rules []OfferRule }

// OfferRule grants an offer when all its conditions hold.
type OfferRule struct {
	Name string `yaml:"name"`
	When struct {
		Tags      []string         `yaml:"tags"` // the customer has one of them
		Tag       string           `yaml:"tag"`
		Category  []string         `yaml:"category"` // the item is of one of them
		Items     []string         `yaml:"items"`
		MinBasket map[string]int64 `yaml:"min_basket"` // minor units, by currency
		Purpose   string           `yaml:"purpose"`    // "compensation": only when asked for
	} `yaml:"when"`
	Give struct {
		Percent int              `yaml:"percent"`
		Amount  map[string]int64 `yaml:"amount"` // minor units, by currency
	} `yaml:"give"`
	Code  string            `yaml:"code"`
	Floor map[string]int64  `yaml:"floor"` // the least the item may cost after it
	Once  bool              `yaml:"once"`  // per customer
	Text  map[string]string `yaml:"text"`
}

// OfferRequest is what offers are judged by.
type OfferRequest struct {
	Tags     []string
	Item     *Item // nil for the basket as a whole
	Basket   int64 // minor units of Currency
	Currency string
	Language string
	Purpose  string
	// Limit bounds a percentage, as a compensation's plan does; 0 does not.
	Limit int
	// Used are the rules this customer has had already.
	Used []string
}

// ReadOffers reads rules in YAML; name is the file's, for errors.
func ReadOffers(r io.Reader, name string) (*Offers, error) {
	d := yaml.NewDecoder(r)
	d.KnownFields(true)
	o := &Offers{}
	if err := d.Decode(&o.rules); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("recommend: %s: %w", name, err)
	}
	for i, rule := range o.rules {
		switch {
		case rule.Name == "":
			return nil, fmt.Errorf("recommend: %s: rule %d has no name", name, i+1)
		case (rule.Give.Percent == 0) == (len(rule.Give.Amount) == 0):
			return nil, fmt.Errorf("recommend: %s: rule %q: give a percent or an amount", name, rule.Name)
		case rule.Give.Percent < 0 || rule.Give.Percent > 90:
			return nil, fmt.Errorf("recommend: %s: rule %q: percent %d: use 1 to 90", name, rule.Name, rule.Give.Percent)
		}
	}
	return o, nil
}

// For returns the offers that hold, in the order of the rules. A price never
// falls below a rule's floor: the offer is left out instead.
func (o *Offers) For(r OfferRequest) []Offer {
	var out []Offer
	for i := range o.rules {
		if offer, ok := o.rules[i].grant(&r); ok {
			out = append(out, offer)
		}
	}
	return out
}

func (rule *OfferRule) grant(r *OfferRequest) (Offer, bool) {
	w := &rule.When
	tags := w.Tags
	if w.Tag != "" {
		tags = append(tags[:len(tags):len(tags)], w.Tag)
	}
	switch {
	case w.Purpose != r.Purpose,
		rule.Once && slices.Contains(r.Used, rule.Name),
		len(tags) > 0 && !slices.ContainsFunc(tags, func(t string) bool { return slices.Contains(r.Tags, t) }),
		len(w.Category) > 0 && (r.Item == nil || !slices.Contains(w.Category, r.Item.Category)),
		len(w.Items) > 0 && (r.Item == nil || !slices.Contains(w.Items, r.Item.ID)):
		return Offer{}, false
	}
	if least, ok := w.MinBasket[r.Currency]; len(w.MinBasket) > 0 && (!ok || r.Basket < least) {
		return Offer{}, false
	}
	of := Offer{Rule: rule.Name, Code: rule.Code, Percent: rule.Give.Percent, Amount: rule.Give.Amount[r.Currency], Currency: r.Currency, Text: nameIn(rule.Text, r.Language)}
	if of.Percent == 0 && of.Amount == 0 {
		return Offer{}, false
	}
	if r.Limit > 0 && of.Percent > r.Limit {
		of.Percent = r.Limit
	}
	if r.Item != nil {
		price, ok := r.Item.Price[r.Currency]
		if !ok {
			return Offer{}, false
		}
		of.Price = price - of.Amount - price*int64(of.Percent)/100
		if of.Price < max(1, rule.Floor[r.Currency]) {
			return Offer{}, false
		}
	}
	return of, true
}
