package bot

import (
	"context"
	"fmt"
)

// Track enters behaviour of the host into the event log and the folds over it:
// what a customer viewed, put into the cart, bought. Events with a known ID
// are ignored. Customer is found by the thread when empty.
func (b *Bot) Track(ctx context.Context, th Thread, events ...Event) error {
	customer := ""
	for i := range events {
		e := &events[i]
		if e.ID == "" {
			return fmt.Errorf("bot: Track: event %d has no ID: give it one, so that a retry is recognised", i)
		}
		if e.Kind == "" {
			return fmt.Errorf("bot: Track: event %q has no Kind", e.ID)
		}
		if e.At.IsZero() {
			e.At = b.opts.Clock.Now()
		}
		e.Tenant = th.Tenant
		if e.Customer == "" {
			if customer == "" && b.opts.Customers != nil {
				c, err := b.opts.Customers.Customer(ctx, th.Tenant, th.Identity())
				if err != nil {
					return fmt.Errorf("bot: Track: %w", err)
				}
				customer = c.ID
			}
			e.Customer = customer
		}
	}
	if err := b.opts.Store.Append(ctx, events...); err != nil {
		return fmt.Errorf("bot: Track: %w", err)
	}
	b.foldEvents(ctx, th.Tenant, events)
	return nil
}

// Erase removes everything of a customer from the store, the profiles, the
// recommender and every Eraser, and says what went: a certificate by holder.
func (b *Bot) Erase(ctx context.Context, tenant, customer string) (map[string]map[string]int, error) {
	out := map[string]map[string]int{}
	rows, err := b.opts.Store.Erase(ctx, tenant, customer)
	if err != nil {
		return nil, fmt.Errorf("bot: erasing from the store: %w", err)
	}
	out["store"] = rows
	if c, ok := b.opts.Customers.(interface {
		Erase(ctx context.Context, tenant, customer string) error
	}); ok {
		if err := c.Erase(ctx, tenant, customer); err != nil {
			return out, fmt.Errorf("bot: erasing the profile: %w", err)
		}
		out["profile"] = map[string]int{"customers": 1}
	}
	if e, ok := b.opts.Recommend.(Eraser); ok {
		rows, err := e.Erase(ctx, tenant, customer)
		if err != nil {
			return out, fmt.Errorf("bot: erasing from the recommender: %w", err)
		}
		out["recommend"] = rows
	}
	for i, e := range b.opts.Erasers {
		rows, err := e.Erase(ctx, tenant, customer)
		if err != nil {
			return out, fmt.Errorf("bot: erasing from %T: %w", e, err)
		}
		out[fmt.Sprintf("%T#%d", e, i)] = rows
	}
	return out, nil
}
