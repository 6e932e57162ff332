package recommend

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Grant is an offer that was given: what an event log says of it, for the audit.
type Grant struct {
	ID       string    `json:"id"` // counts once for each rule
	At       time.Time `json:"at"`
	Tenant   string    `json:"tenant,omitempty"`
	Customer string    `json:"customer,omitempty"`
	Rule     string    `json:"rule"`
	Code     string    `json:"code,omitempty"`
	Amount   int64     `json:"amount,omitempty"` // its worth in minor units of Currency, where that is known
	Currency string    `json:"currency,omitempty"`
	// By is the person who agreed, "" where the rule did.
	By string `json:"by,omitempty"`
	// Why is what it was given for: a mood rule, a ticket.
	Why string `json:"why,omitempty"`
}

// Errors of Offers.Take.
var (
	ErrNoRule   = errors.New("recommend: there is no such offer")
	ErrUsed     = errors.New("recommend: the customer has had this offer")
	ErrBudget   = errors.New("recommend: the budget of this offer is spent")
	ErrApproval = errors.New("recommend: a person must agree to this offer")
)

const maxBudgetDays = 366

// given folds grants: what each rule spent by day, and who had what.
type given struct {
	mu    sync.Mutex
	known latest[string, struct{}]
	had   map[hers]struct{}
	spent map[account]*Spent           // for ever
	days  map[account]map[int64]*Spent // by day since 1970
}

// hers is one customer's use of a rule, account a tenant's.
type (
	hers    struct{ tenant, customer, rule string }
	account struct{ tenant, rule string }
)

// Spent is what a rule has granted.
type Spent struct {
	Times  int              `json:"times"`
	Amount map[string]int64 `json:"amount,omitempty"` // minor units, by currency
}

func (s *Spent) add(g *Grant) {
	s.Times++
	if g.Amount > 0 && g.Currency != "" {
		if s.Amount == nil {
			s.Amount = map[string]int64{}
		}
		s.Amount[g.Currency] += g.Amount
	}
}

func newGiven() given {
	return given{known: latest[string, struct{}]{most: maxKnown}, had: map[hers]struct{}{}, spent: map[account]*Spent{}, days: map[account]map[int64]*Spent{}}
}

func (v *given) taken(id, rule string) bool {
	_, dup := v.known.get(rule + "\x00" + id)
	return dup && id != ""
}

func day(at time.Time) int64 { return at.Unix() / (24 * 60 * 60) }

// count takes a grant once; the caller holds the lock.
func (v *given) count(g *Grant) {
	if g.ID != "" {
		if v.taken(g.ID, g.Rule) {
			return
		}
		v.known.put(g.Rule+"\x00"+g.ID, struct{}{})
	}
	if g.Customer != "" {
		v.had[hers{g.Tenant, g.Customer, g.Rule}] = struct{}{}
	}
	key := account{g.Tenant, g.Rule}
	if v.spent[key] == nil {
		v.spent[key], v.days[key] = &Spent{}, map[int64]*Spent{}
	}
	v.spent[key].add(g)
	d := day(g.At)
	if v.days[key][d] == nil {
		v.days[key][d] = &Spent{}
	}
	v.days[key][d].add(g)
	for old := range v.days[key] {
		if len(v.days[key]) > maxBudgetDays && old <= d-maxBudgetDays {
			delete(v.days[key], old)
		}
	}
}

// within is what was granted in the last days before a time; for ever when 0.
func (v *given) within(key account, days int, now time.Time) Spent {
	if days == 0 {
		if s := v.spent[key]; s != nil {
			return *s
		}
		return Spent{}
	}
	sum := Spent{Amount: map[string]int64{}}
	for d := day(now); d > day(now)-int64(days); d-- {
		if s := v.days[key][d]; s != nil {
			sum.Times += s.Times
			for c, n := range s.Amount {
				sum.Amount[c] += n
			}
		}
	}
	return sum
}

// fails says whether a rule is used or its budget spent; "" when neither.
func (v *given) fails(rule *OfferRule, r *OfferRequest) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.taken(r.Grant, rule.Name) {
		return ""
	}
	if _, had := v.had[hers{r.Tenant, r.Customer, rule.Name}]; rule.Once && r.Customer != "" && had {
		return "used"
	}
	if !v.left(rule, r.Tenant, r.Now, 0, r.Currency) {
		return "budget"
	}
	return ""
}

// left reports whether the budget bears one more of an amount.
func (v *given) left(rule *OfferRule, tenant string, now time.Time, amount int64, currency string) bool {
	b := &rule.Budget
	if b.Times == 0 && len(b.Amount) == 0 {
		return true
	}
	if b.Days > 0 && now.IsZero() {
		return false
	}
	spent := v.within(account{tenant, rule.Name}, b.Days, now)
	most, bounded := b.Amount[currency]
	return (b.Times == 0 || spent.Times < b.Times) && (!bounded || spent.Amount[currency] < most && spent.Amount[currency]+amount <= most)
}

// Take grants an offer: it checks once-per-customer, the budget and the
// approval, and counts it, all at once, so that of two customers only one gets
// the last. The same ID again changes nothing and succeeds. Hosts call it where
// the effect is made, with the effect's key as the ID, and log the grant, as
// bot's Turn.Issue does: after a restart [Offers.Record] folds the log. Between
// replicas, each learns of the other's grants from the log.
func (o *Offers) Take(g Grant) error {
	for i := range o.rules {
		rule := &o.rules[i]
		if rule.Name != g.Rule {
			continue
		}
		o.given.mu.Lock()
		defer o.given.mu.Unlock()
		if o.given.taken(g.ID, g.Rule) {
			return nil
		}
		_, had := o.given.had[hers{g.Tenant, g.Customer, g.Rule}]
		switch {
		case rule.Approve && g.By == "":
			return fmt.Errorf("%w: %s", ErrApproval, g.Rule)
		case rule.Once && had && g.Customer != "":
			return fmt.Errorf("%w: %s", ErrUsed, g.Rule)
		case !o.given.left(rule, g.Tenant, g.At, g.Amount, g.Currency):
			return fmt.Errorf("%w: %s", ErrBudget, g.Rule)
		}
		o.given.count(&g)
		return nil
	}
	return fmt.Errorf("%w: %s", ErrNoRule, g.Rule)
}

// Return takes back a grant that Take counted and that came to nothing, such as
// a coupon that could not be issued. One that is not counted changes nothing.
func (o *Offers) Return(g Grant) {
	v := &o.given
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.taken(g.ID, g.Rule) {
		return
	}
	id, key := g.Rule+"\x00"+g.ID, account{g.Tenant, g.Rule}
	delete(v.known.now, id)
	delete(v.known.old, id)
	delete(v.had, hers{g.Tenant, g.Customer, g.Rule})
	for _, s := range []*Spent{v.spent[key], v.days[key][day(g.At)]} {
		if s != nil {
			s.Times--
			if g.Amount > 0 && g.Currency != "" {
				s.Amount[g.Currency] -= g.Amount
			}
		}
	}
}

// Record folds grants of the event log, in any order, each once by its ID;
// those that Take has counted count no second time.
func (o *Offers) Record(grants ...Grant) {
	o.given.mu.Lock()
	defer o.given.mu.Unlock()
	for i := range grants {
		o.given.count(&grants[i])
	}
}

// Spent is what a rule has granted a tenant's customers.
func (o *Offers) Spent(tenant, rule string) Spent {
	o.given.mu.Lock()
	defer o.given.mu.Unlock()
	sum := Spent{Amount: map[string]int64{}}
	if s := o.given.spent[account{tenant, rule}]; s != nil {
		sum.Times = s.Times
		for c, n := range s.Amount {
			sum.Amount[c] = n
		}
	}
	return sum
}

// Erase forgets a customer; what was spent stays counted, of nobody. It makes
// Offers a bot.Eraser.
func (o *Offers) Erase(_ context.Context, tenant, customer string) (map[string]int, error) {
	o.given.mu.Lock()
	defer o.given.mu.Unlock()
	n := 0
	for i := range o.rules {
		key := hers{tenant, customer, o.rules[i].Name}
		if _, had := o.given.had[key]; had {
			delete(o.given.had, key)
			n++
		}
	}
	return map[string]int{"grants": n}, nil
}
