package bot

import (
	"context"

	"github.com/frontdesk-go/frontdesk/profile"
)

// before are the stages that look at the message, in order; after are those
// around the handler. A stage whose part is missing is left out.
func (b *Bot) before() []Middleware {
	s := []Middleware{b.observed("identify", b.identify)}
	if b.opts.Guard != nil {
		s = append(s, b.observed("guard", b.guard))
	}
	s = append(s, b.observed("understand", b.understand))
	if b.opts.Mood != nil {
		s = append(s, b.observed("feel", b.feel))
	}
	return append(s, b.observed("takeover", b.takeover))
}

func (b *Bot) after() []Middleware {
	s := []Middleware{b.observed("taps", b.taps)}
	if b.opts.Handoff != nil {
		s = append(s, b.observed("escalate", b.escalate))
	}
	if b.opts.Recommend != nil {
		s = append(s, b.observed("suggest", b.suggest))
	}
	return append(s, b.observed("answer", b.fallback))
}

// identify finds out who writes and how they like to be spoken to.
func (b *Bot) identify(next Handler) Handler {
	return HandlerFunc(func(ctx context.Context, t *Turn) error {
		if b.opts.Customers == nil {
			return next.Handle(ctx, t)
		}
		began := b.opts.Clock.Now()
		c, err := b.opts.Customers.Customer(ctx, t.Key.Tenant, t.session.Thread.Identity())
		if err != nil {
			b.stageFailed(t, "identify", err)
			return next.Handle(ctx, t)
		}
		t.Customer = c
		if t.fresh {
			t.Track(Event{Kind: string(profile.Contacted), Key: t.session.Thread.Channel})
		}
		if !holds(c, t.session.Thread.Identity()) {
			id := t.session.Thread.Identity()
			t.Track(Event{Kind: string(profile.Identified), Identity: &id})
		}
		for _, id := range t.Message.Identities {
			if holds(t.Customer, id) {
				continue
			}
			known := t.Customer
			if id.Verified {
				// What is known under a proven identity counts at once; the
				// two records are joined with this turn's commit.
				if other, err := b.opts.Customers.Customer(ctx, t.Key.Tenant, id); err == nil && len(other.Identities) > 0 {
					known = other
				}
			}
			t.Track(Event{Kind: string(profile.Identified), Identity: &id})
			if known.ID != t.Customer.ID {
				own := t.Customer.ID
				t.Customer = known
				t.Trace.Add("identify", "a verified %s joins customer %s to %s", id.Kind, own, known.ID)
			}
		}
		t.Tone = t.Customer.Tone(t.Now)
		t.Trace.Add("identify", "customer %s, tone %s, %d identities", t.Customer.ID, t.Tone, len(t.Customer.Identities))
		t.took(began)
		return next.Handle(ctx, t)
	})
}

func holds(c profile.Customer, id profile.Identity) bool {
	for _, have := range c.Identities {
		if have.Kind == id.Kind && have.Value == id.Value && (have.Verified || !id.Verified) {
			return true
		}
	}
	return false
}
