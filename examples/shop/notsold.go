package main

import (
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
)

// notSold is a category that a message asks for and the shop does not sell. What
// it names besides, and the shop has, is what is looked for.
func (s *shop) notSold(t *bot.Turn) (string, bool) {
	none := ""
	for _, e := range t.Meaning.Entities {
		switch {
		case e.Type != "category" || e.Carried || e.Negated:
		case s.sold[e.Value]:
			return "", false
		case none == "":
			none = e.Value
		}
	}
	return none, none != ""
}

// notHere says that the shop does not sell a category, and what is near to it.
func (s *shop) notHere(t *bot.Turn, category string) error {
	t.Forget("category") // what comes next is not of it, nor of what was looked for before
	if err := firstErr(sought.Set(t, quest{}), seen.Set(t, nil)); err != nil {
		return err
	}
	name := s.attributes.Display("category", category, t.Language)
	near := s.near[category]
	if len(near) == 0 {
		return t.Say("search.not_sold", "what", name)
	}
	r := bot.Reply{}
	var names []string
	for _, c := range near {
		label := s.attributes.Display("category", c, t.Language)
		names = append(names, label)
		r.Choices = append(r.Choices, bot.Choice{Label: label, Value: "want:category=" + c})
	}
	r.Text = t.Text("search.not_sold_near", "what", name, "near", strings.Join(names, t.Text("list.or")))
	return t.Send(r)
}
