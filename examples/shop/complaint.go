package main

import (
	"context"
	"slices"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// makeUp gives what the mood strategy proposes, within its limit and once: a
// compensation, unless a person must agree to it, and a reward.
func (s *shop) makeUp(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		if err := next.Handle(ctx, t); err != nil || t.HandedOver() {
			return err
		}
		plan, purpose, text := &t.Mood.Plan, "", ""
		switch {
		case plan.Has(sentiment.Compensate) && plan.Approve:
			t.Trace.Add("shop", "a compensation is for a person to agree to")
			return nil
		case plan.Has(sentiment.Compensate):
			purpose, text = "compensation", "offer.sorry"
		case plan.Has(sentiment.Reward):
			purpose, text = "reward", "offer.reward"
		default:
			return nil
		}
		what, ok := s.give(t, purpose, plan.Limit, "mood "+plan.Rule)
		if !ok {
			return nil
		}
		replies := t.Replies()
		last := len(replies)
		if last > 0 && len(replies[last-1].Choices) > 0 {
			last-- // what may be tapped stays at the end
		}
		t.SetReplies(slices.Insert(replies, last, bot.Reply{Text: t.Text(text, "what", what), Language: t.Language}))
		return nil
	})
}

// blame tells the mood strategy that an order is late: the shop's to make good,
// whether the customer is angry about it or just asks. What else may be wrong
// with an order a person judges.
func (s *shop) blame(next bot.Handler) bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		e, ok := t.Meaning.Entity("order")
		uid, signedIn := t.Verified("uid")
		if !ok || !signedIn {
			return next.Handle(ctx, t)
		}
		o, ok, err := s.orders.find(ctx, e.Value)
		if err != nil {
			return err
		}
		if ok && o.Owner == uid {
			cause, fault := "", ""
			if told := t.Mood.Cause; s.late(t, &o) && (told == "" || told == sentiment.CauseDelay) {
				cause, fault = sentiment.CauseDelay, sentiment.FaultOurs
			}
			if err := t.Blame(ctx, cause, fault); err != nil {
				return err
			}
		}
		return next.Handle(ctx, t)
	})
}

// late reports an order that should have come before yesterday.
func (s *shop) late(t *bot.Turn, o *order) bool {
	return o.Status == "shipped" && s.orders.date(o.ETA).Before(t.Now.AddDate(0, 0, -1))
}

// complaint looks for the order it is about and offers what can be done.
func (s *shop) complaint(ctx context.Context, t *bot.Turn) error {
	which := "complaint.which"
	if p := &t.Mood.Plan; p.Has(sentiment.Apologise) || p.Has(sentiment.Soothe) {
		which = "mood.tell" // the apology stands before it
	}
	e, ok := t.Meaning.Entity("order")
	if !ok {
		return t.Say(which)
	}
	o, ok, err := s.orders.find(ctx, e.Value)
	if err != nil {
		return err
	}
	if uid, _ := t.Verified("uid"); !ok || o.Owner != uid {
		return t.Say(which)
	}
	t.Remember("order", o.ID)
	r := bot.Reply{Text: t.Text("complaint.order", "order", o.ID, "items", s.itemsOf(t, &o), "state", s.state(t, &o))}
	for _, what := range []string{"choice.return", "choice.status"} {
		r.Choices = append(r.Choices, bot.Choice{Label: t.Text(what), Value: t.Text(what)})
	}
	return t.Send(r)
}

// compensate gives what the shop's rules allow for an order that is late; the
// rest is for a person to decide.
func (s *shop) compensate(ctx context.Context, t *bot.Turn) error {
	ask := bot.Reply{Text: t.Text("compensate.person"), Choices: []bot.Choice{{Label: t.Text("choice.person"), Value: t.Text("choice.person")}}}
	uid, signedIn := t.Verified("uid")
	e, ok := t.Meaning.Entity("order")
	if !signedIn || !ok {
		return t.Send(ask)
	}
	o, ok, err := s.orders.find(ctx, e.Value)
	if err != nil {
		return err
	}
	if !ok || o.Owner != uid || !s.late(t, &o) {
		return t.Send(ask)
	}
	what, ok := s.give(t, "compensation", 0, "order "+o.ID+" is late")
	if !ok {
		return t.Send(ask)
	}
	return t.Say("offer.sorry", "what", what)
}

// give grants the first offer that a purpose has for the customer, up to a limit
// when there is one, and says what it is.
func (s *shop) give(t *bot.Turn, purpose string, limit int, why string) (what string, ok bool) {
	offers := t.Offers(s.offers, recommend.OfferRequest{Purpose: purpose, Limit: limit})
	if len(offers) == 0 {
		return "", false
	}
	if err := t.Grant(s.offers, offers[0], why, ""); err != nil {
		t.Trace.Add("shop", "%v", err) // another customer was faster
		return "", false
	}
	if purpose == "compensation" {
		t.Compensated()
	}
	return offers[0].Text, true
}
