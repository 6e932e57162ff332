package main

import (
	"github.com/frontdesk-go/frontdesk/bot"
)

// damage is what the shop wants to know about something that is faulty: a form
// the customer fills in bit by bit, or all at once.
type damage struct {
	Item  string         `ask:"item" options:"*" slot:"product"`
	What  string         `ask:"what" min:"2" max:"300"`
	Photo bot.Attachment `ask:"photo,optional" parse:"photo"`

	items []bot.Choice // of the order
}

// Choices are the items of the order.
func (d *damage) Choices(string) []bot.Choice { return d.items }

// damaged asks what is wrong with which item of an order, and for a photo. What
// the customer said already is not asked again.
func (s *shop) damaged(t *bot.Turn, o *order, said string) (damage, error) {
	var d damage
	if said != t.Text("return.reason.quality") && len(said) >= 15 { // a few words: "鞋子开胶了"
		d.What = said
	}
	for _, l := range o.Items {
		if it, ok := s.shelf.Item(l.ID); ok {
			d.items = append(d.items, bot.Choice{Label: called(it.Name, t.Language), Value: l.ID})
		}
	}
	if len(d.items) == 1 {
		d.Item = d.items[0].Value // nothing to ask
	}
	err := bot.Fill(t.In(o.ID), "damage", &d)
	return d, err
}

// note is the damage as the shop's own system keeps it.
func (d *damage) note() string {
	n := d.Item + ": " + d.What
	if d.Photo.URL != "" {
		n += " " + d.Photo.URL
	}
	return n
}
