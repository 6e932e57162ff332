package main

import (
	"context"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/nlu"
)

// whose asks for the order and makes sure that it is the customer's: an order
// of their account, or proof by the recipient's phone.
func (s *shop) whose(ctx context.Context, t *bot.Turn, prompt string) (order, error) {
	q := bot.Question[string]{Name: "order", Prompt: prompt, Slot: "order", Parse: bot.OrderID,
		Check: func(id string) error {
			_, ok, err := s.orders.find(ctx, id)
			if err == nil && !ok {
				err = bot.Again("order.unknown")
			}
			return err
		}}
	uid, signedIn := t.Verified("uid")
	if signedIn {
		mine, err := s.orders.of(ctx, uid)
		if err != nil {
			return order{}, err
		}
		for i, o := range mine {
			if i < 4 {
				q.Quick = append(q.Quick, bot.Choice{Label: o.ID, Value: o.ID})
			}
		}
		q.Parse = func(h bot.Heard) (string, bot.Sure) {
			if id, sure := bot.OrderID(h); sure != bot.No || h.Meaning == nil {
				return id, sure
			}
			return s.with(mine, h)
		}
	}
	id, err := bot.Ask(t, q)
	if err != nil {
		return order{}, err
	}
	// Recorded: once the order is returned, the flow that returned it must not
	// take another way when it runs again.
	o, err := bot.Load(ctx, t, "details", func(ctx context.Context) (order, error) {
		t.Notice("order.looking", "order", id)
		o, _, err := s.orders.find(ctx, id)
		return o, err
	})
	if err != nil {
		return o, err
	}
	if signedIn && o.Owner == uid {
		t.Remember("order", o.ID)
		return o, nil
	}
	// Recorded too: what this run proves must not change the way of the next.
	known, err := bot.Load(ctx, t, "known", func(context.Context) (bool, error) {
		if slices.Contains(proven.Get(t), o.ID) {
			return true, nil
		}
		if misses.Get(t) >= maxMisses {
			return false, bot.Refuse("proof", "order.locked")
		}
		return false, nil
	})
	if err != nil || known {
		return o, err
	}
	_, err = bot.Ask(t.In("proof", o.ID), bot.Question[string]{Name: "phone", Prompt: "order.proof", Parse: lastFour,
		Check: func(digits string) error {
			if misses.Get(t) >= maxMisses {
				return bot.Again("order.locked")
			}
			if o.Phone != "" && strings.HasSuffix(o.Phone, digits) {
				return nil
			}
			if err := misses.Set(t, misses.Get(t)+1); err != nil {
				return err
			}
			return bot.Again("order.wrong_proof")
		}})
	if err != nil {
		return o, err
	}
	t.Remember("order", o.ID)
	return o, proven.Set(t, append(proven.Get(t), o.ID))
}

// submit has the order system do something, and says so meanwhile: a host's
// own may take its time.
func (s *shop) submit(ctx context.Context, t *bot.Turn, key, kind, id, detail string) (string, error) {
	t.Notice("order.submitting")
	return s.orders.act(ctx, key, kind, id, detail)
}

// lastFour reads four digits, alone or at the end of a phone number.
func lastFour(h bot.Heard) (string, bot.Sure) {
	var digits []rune
	for _, r := range h.Text {
		if r >= '0' && r <= '9' {
			digits = append(digits, r)
		}
	}
	if len(digits) != 4 && len(digits) != 11 {
		return "", bot.No
	}
	return string(digits[len(digits)-4:]), bot.Exact
}

// itemsOf names what is in an order.
func (s *shop) itemsOf(t *bot.Turn, o *order) string {
	var names []string
	for _, l := range o.Items {
		it, ok := s.shelf.Item(l.ID)
		if !ok {
			continue
		}
		n := called(it.Name, t.Language)
		if l.Size != "" {
			n += " " + s.attributes.Display("size", l.Size, t.Language)
		}
		names = append(names, n)
	}
	return strings.Join(names, t.Text("list.comma"))
}

// state says in words where an order is.
func (s *shop) state(t *bot.Turn, o *order) string {
	day := func(d day) string { return s.orders.date(d).Format(t.Text("format.day")) }
	key := "state." + o.Status
	if s.late(t, o) {
		key = "state.late"
	}
	return t.Text(key, "carrier", called(o.Carrier, t.Language), "tracking", o.Tracking, "eta", day(o.ETA), "delivered", day(o.Delivered), "city", called(o.City, t.Language))
}

// orderStatus tells where an order is.
func (s *shop) orderStatus(ctx context.Context, t *bot.Turn) error {
	o, err := s.whose(ctx, t, "order.which")
	if err != nil {
		return err
	}
	if len(o.Items) > 0 {
		t.Focus(o.Items[0].ID)
	}
	return t.Say("order.status", "order", o.ID, "items", s.itemsOf(t, &o), "state", s.state(t, &o))
}

// orderCancel cancels an order that has not left.
func (s *shop) orderCancel(ctx context.Context, t *bot.Turn) error {
	o, err := s.whose(ctx, t, "cancel.which")
	if err != nil {
		return err
	}
	if o.Status == "returned" || o.Status == "cancelled" {
		return t.Say("order.done", "order", o.ID)
	}
	if !o.open() {
		return t.Say("cancel.late", "order", o.ID, "state", s.state(t, &o))
	}
	if ok, err := bot.Confirm(t, "sure", "cancel.sure", "order", o.ID, "items", s.itemsOf(t, &o)); err != nil || !ok {
		return err
	}
	if _, err := bot.Once(ctx, t, "cancel", func(ctx context.Context, key string) (string, error) {
		return s.submit(ctx, t, key, "cancel", o.ID, "")
	}, bot.Idempotent); err != nil {
		return err
	}
	return t.Say("cancel.done", "order", o.ID)
}

// returnOrder takes something back or exchanges it.
func (s *shop) returnOrder(ctx context.Context, t *bot.Turn) error {
	o, err := s.whose(ctx, t, "return.which")
	if err != nil {
		return err
	}
	switch {
	case o.Status == "returned" || o.Status == "cancelled":
		return t.Say("order.done", "order", o.ID)
	case o.open():
		return t.Say("return.not_yet", "order", o.ID)
	}
	if err := t.Say("return.found", "order", o.ID, "items", s.itemsOf(t, &o)); err != nil {
		return err
	}
	reason, err := bot.Choose(t, "reason", "return.reason", "quality", "size", "unwanted", "wrong")
	if err != nil {
		return err
	}
	limit := 7
	if reason == "quality" || reason == "wrong" {
		limit = 30
	}
	// Recorded: who asked in time may take a day to confirm.
	asked, err := t.At("asked")
	if err != nil {
		return err
	}
	if o.Status == "delivered" && s.orders.date(o.Delivered).AddDate(0, 0, limit).Before(asked) {
		return t.Say("return.too_old", "order", o.ID, "days", limit)
	}
	// What the customer said when the reason was found may be the fault itself.
	said, err := bot.Load(ctx, t, "said", func(context.Context) (string, error) { return t.Message.Text, nil })
	if err != nil {
		return err
	}
	kind, err := bot.Choose(t, "kind", "return.kind", "refund", "exchange")
	if err != nil {
		return err
	}
	detail := reason
	if reason == "quality" {
		d, err := s.damaged(t, &o, said)
		if err != nil {
			return err
		}
		detail += " " + d.note()
	}
	items := s.itemsOf(t, &o)
	if kind == "exchange" && reason == "size" {
		w, ok, err := s.otherSize(ctx, t, &o, said)
		if err != nil {
			return err
		}
		if !ok {
			return t.Say("swap.none", "items", items)
		}
		items += " → " + s.attributes.Display("size", w.Size, t.Language)
		detail += " " + w.Item + ": " + w.Size
	}
	refund := t.Price(o.Total[t.Text("currency")], t.Text("currency"))
	prompt := "return.sure_refund"
	if kind == "exchange" {
		prompt = "return.sure_exchange"
	}
	if ok, err := bot.Confirm(t, "sure", prompt, "order", o.ID, "items", items, "refund", refund, "reason", t.Text("return.reason."+reason)); err != nil || !ok {
		return err
	}
	no, err := bot.Once(ctx, t, "create", func(ctx context.Context, key string) (string, error) {
		return s.submit(ctx, t, key, map[string]string{"refund": "return", "exchange": "exchange"}[kind], o.ID, detail)
	}, bot.Idempotent)
	if err != nil {
		return err
	}
	return t.Say("return.done_"+kind, "no", no, "order", o.ID, "refund", refund)
}

// changeAddress sends an order that has not left somewhere else.
func (s *shop) changeAddress(ctx context.Context, t *bot.Turn) error {
	o, err := s.whose(ctx, t, "address.which")
	if err != nil {
		return err
	}
	if !o.open() {
		return t.Say("address.late", "order", o.ID, "state", s.state(t, &o))
	}
	to, err := bot.Ask(t, bot.Question[string]{Name: "address", Prompt: "address.new", Args: []any{"order", o.ID}, Slot: "address",
		Check: func(a string) error {
			if len([]rune(a)) < 8 {
				return bot.Again("address.short")
			}
			return nil
		}})
	if err != nil {
		return err
	}
	if ok, err := bot.Confirm(t, "sure", "address.sure", "order", o.ID, "address", to); err != nil || !ok {
		return err
	}
	if _, err := bot.Once(ctx, t, "change", func(ctx context.Context, key string) (string, error) {
		return s.submit(ctx, t, key, "address", o.ID, to)
	}, bot.Idempotent); err != nil {
		return err
	}
	return t.Say("address.done", "order", o.ID, "address", to)
}

// sendTo finds the address in a message that asks to send an order there:
// 把 0051 的地址改成上海市… 100 号. What looks like an order's number in it is none.
func (s *shop) sendTo(ctx context.Context, t *bot.Turn) error {
	said, from := strings.ToLower(t.Message.Text), 0
	if len(said) != len(t.Message.Text) {
		return nil
	}
	anyOf(t, "address.cue.to", func(w string) bool {
		if i := strings.LastIndex(said, w); i >= 0 {
			from = max(from, i+len(w))
		}
		return false
	})
	to := strings.TrimLeft(t.Message.Text[from:], " :：,，")
	if from == 0 || len([]rune(to)) < 8 || !strings.ContainsAny(to, "0123456789") || saysAny(t, to, "address.cue.is") {
		return nil
	}
	for _, e := range t.Meaning.Entities {
		if e.Type != "order" || e.Carried || e.Start < from {
			continue
		}
		if _, ok, err := s.orders.find(ctx, e.Value); err != nil || ok {
			return err // "change the address to … of 0051"
		}
	}
	t.Meaning.Entities = slices.DeleteFunc(slices.Clone(t.Meaning.Entities), func(e nlu.Entity) bool { return !e.Carried && e.Start >= from && e.Start < e.End })
	t.Meaning.Entities = append(t.Meaning.Entities, nlu.Entity{Type: "address", Value: to, Text: to, Start: len(said) - len(to), End: len(said)})
	return nil
}
