package profile

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// Bounds of what a customer keeps.
const (
	maxPurchases = 200
	maxViewed    = 50
	maxCart      = 50
)

// rank orders the sources of a trait: what the customer told wins over what
// the host knows, which wins over what was derived.
func rank(source string) int {
	switch source {
	case "told":
		return 3
	case "host":
		return 2
	}
	return 1
}

// Apply folds one event. The same set of events gives the same customer in any
// order, within the bounds of what is kept: of two values for one thing the
// later wins, of two at the same instant the greater, so that replicas agree.
// It does not know which events it has seen: whoever keeps the customer must
// apply each once, by its ID.
func (c *Customer) Apply(e Event) {
	switch e.Kind {
	case Identified:
		c.identify(e)
	case Unlinked:
		c.unlink(e)
	case Learned:
		c.learn(e)
	case Tagged, Untagged:
		c.tag(e)
	case Consented:
		c.consent(e)
	}
	c.Activity.apply(e)
}

func (c *Customer) identify(e Event) {
	if e.Identity == nil {
		return
	}
	id := *e.Identity
	if id.At.IsZero() {
		id.At = e.At
	}
	for i := range c.Identities {
		have := &c.Identities[i]
		if have.Kind != id.Kind || have.Value != id.Value {
			continue
		}
		if !have.Removed.IsZero() {
			if !id.At.After(have.Removed) {
				return
			}
			have.Removed = time.Time{}
			have.Verified = false
		}
		have.Verified = have.Verified || id.Verified
		if id.At.Before(have.At) {
			have.At = id.At
		}
		return
	}
	c.Identities = append(c.Identities, id)
	c.sortIdentities()
}

func (c *Customer) sortIdentities() {
	sort.Slice(c.Identities, func(i, j int) bool {
		a, b := c.Identities[i], c.Identities[j]
		return a.Kind < b.Kind || a.Kind == b.Kind && a.Value < b.Value
	})
}

// unlink takes an identity away. The place stays, so that an older event that
// arrives late does not bring it back.
func (c *Customer) unlink(e Event) {
	if e.Identity == nil {
		return
	}
	for i := range c.Identities {
		have := &c.Identities[i]
		if have.Kind == e.Identity.Kind && have.Value == e.Identity.Value {
			if e.At.After(have.At) || e.At.Equal(have.At) {
				have.Verified = false
				have.Removed = e.At
			}
			return
		}
	}
	id := *e.Identity
	id.Verified, id.At, id.Removed = false, e.At, e.At
	c.Identities = append(c.Identities, id)
	c.sortIdentities()
}

// Has reports whether the customer is known by an identity, verified if asked.
func (c *Customer) Has(id Identity, verified bool) bool {
	for _, have := range c.Identities {
		if have.Kind == id.Kind && have.Value == id.Value && have.Removed.IsZero() && (have.Verified || !verified) {
			return true
		}
	}
	return false
}

func (c *Customer) learn(e Event) {
	if e.Key == "" {
		return
	}
	have, ok := c.Traits[e.Key]
	if ok {
		switch a, b := rank(e.Source), rank(have.Source); {
		case a < b:
			return
		case a == b && e.At.Before(have.At):
			return
		case a == b && e.At.Equal(have.At) && e.Value <= have.Value:
			return
		}
	}
	if c.Traits == nil {
		c.Traits = map[string]Trait{}
	}
	c.Traits[e.Key] = Trait{Value: e.Value, Source: e.Source, At: e.At}
}

func (c *Customer) tag(e Event) {
	if e.Value == "" {
		return
	}
	if c.TagTimes == nil {
		c.TagTimes = map[string]time.Time{}
	}
	on := e.Kind == Tagged
	if at, ok := c.TagTimes[e.Value]; ok && (e.At.Before(at) || e.At.Equal(at) && !on) {
		return
	}
	c.TagTimes[e.Value] = e.At
	c.Tags = slices.DeleteFunc(c.Tags, func(t string) bool { return t == e.Value })
	if on {
		c.Tags = append(c.Tags, e.Value)
		slices.Sort(c.Tags)
	}
}

func (c *Customer) consent(e Event) {
	p := Purpose(e.Key)
	if p == "" {
		return
	}
	yes := strings.EqualFold(e.Value, "yes")
	have, ok := c.Consents[p]
	switch { // at the same instant a "no" wins
	case !ok || e.At.After(have.At):
	case e.At.Before(have.At), yes && !have.Given, yes == have.Given && e.Source <= have.Text:
		return
	}
	if c.Consents == nil {
		c.Consents = map[Purpose]Consent{}
	}
	c.Consents[p] = Consent{Given: yes, At: e.At, Text: e.Source}
}

func (a *Activity) apply(e Event) {
	if a.First.IsZero() || e.At.Before(a.First) {
		a.First = e.At
	}
	if e.At.After(a.Last) {
		a.Last = e.At
	}
	if a.Counts == nil {
		a.Counts = map[string]int{}
	}
	a.Counts[string(e.Kind)]++
	switch e.Kind {
	case Contacted:
		a.Contacts++
	case Purchased:
		a.spend(e.Currency, e.Amount)
		if e.Item != "" {
			a.Purchases = append(a.Purchases, Purchase{Item: e.Item, At: e.At})
			sort.SliceStable(a.Purchases, func(i, j int) bool {
				p, q := a.Purchases[i], a.Purchases[j]
				return p.At.After(q.At) || p.At.Equal(q.At) && p.Item < q.Item
			})
			if len(a.Purchases) > maxPurchases {
				a.Purchases = a.Purchases[:maxPurchases]
			}
			a.moveCart(e, false)
		}
	case Refunded:
		a.spend(e.Currency, -e.Amount)
	case Viewed:
		a.Viewed = latest(a.Viewed, e, maxViewed)
	case Carted:
		a.moveCart(e, true)
	case Uncarted:
		a.moveCart(e, false)
	}
}

func (a *Activity) spend(currency string, amount int64) {
	if currency == "" || amount == 0 {
		return
	}
	if a.Spent == nil {
		a.Spent = map[string]int64{}
	}
	a.Spent[currency] += amount
}

// moveCart keeps, for each item, the last thing done with it.
func (a *Activity) moveCart(e Event, in bool) {
	if e.Item == "" {
		return
	}
	for i := range a.Cart {
		if a.Cart[i].Item == e.Item {
			if e.At.After(a.Cart[i].At) || e.At.Equal(a.Cart[i].At) && !in {
				a.Cart[i] = Seen{Item: e.Item, At: e.At, Gone: !in}
				sortSeen(a.Cart)
			}
			return
		}
	}
	a.Cart = append(a.Cart, Seen{Item: e.Item, At: e.At, Gone: !in})
	sortSeen(a.Cart)
	if len(a.Cart) > maxCart {
		a.Cart = a.Cart[:maxCart]
	}
}

func latest(list []Seen, e Event, limit int) []Seen {
	if e.Item == "" {
		return list
	}
	for i := range list {
		if list[i].Item == e.Item {
			if e.At.After(list[i].At) {
				list[i].At = e.At
			}
			sortSeen(list)
			return list
		}
	}
	list = append(list, Seen{Item: e.Item, At: e.At})
	sortSeen(list)
	if len(list) > limit {
		list = list[:limit]
	}
	return list
}

func sortSeen(list []Seen) {
	sort.Slice(list, func(i, j int) bool {
		p, q := list[i], list[j]
		return p.At.After(q.At) || p.At.Equal(q.At) && p.Item < q.Item
	})
}

// InCart are the ids of the items in the cart, latest first.
func (a *Activity) InCart() []string {
	var out []string
	for _, s := range a.Cart {
		if !s.Gone {
			out = append(out, s.Item)
		}
	}
	return out
}
