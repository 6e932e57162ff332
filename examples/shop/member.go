package main

import (
	"context"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// level is what a year's orders, in fen, make of a customer; the knowledge base
// says the same in words (member.levels).
func level(spent int64) string {
	switch {
	case spent >= 8000_00:
		return "black"
	case spent >= 3000_00:
		return "gold"
	case spent >= 1000_00:
		return "silver"
	}
	return "basic"
}

// Value fills in what the shop's answers leave open: {{promotions}}, and of
// customers who are signed in {{member.level}}.
func (s *shop) Value(ctx context.Context, t *bot.Turn, name string) (string, bool, error) {
	if name == "promotions" {
		var lines []string
		for _, o := range s.offers.Public(recommend.OfferRequest{Tenant: t.Key.Tenant, Customer: t.Customer.ID, Currency: t.Text("currency"), Language: t.Language, Now: t.Now}) {
			lines = append(lines, "· "+o.Text)
		}
		return strings.Join(lines, "\n"), len(lines) > 0, nil
	}
	uid, ok := t.Verified("uid")
	if !ok || name != "member.level" {
		return "", false, nil
	}
	orders, err := s.orders.of(ctx, uid)
	if err != nil {
		return "", false, err
	}
	var spent int64
	for _, o := range orders {
		if o.Placed > -365 && o.Status != "cancelled" && o.Status != "returned" {
			spent += o.Total["CNY"]
		}
	}
	return t.Text("member." + level(spent)), true, nil
}
