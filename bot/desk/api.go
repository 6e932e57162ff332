package desk

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/internal/wire"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/internal/pii"
	"github.com/frontdesk-go/frontdesk/profile"
)

// config is what the page needs to know.
func (d *Desk) config(w http.ResponseWriter, _ *http.Request, who Agent) error {
	texts := map[string]map[string]string{}
	for _, lang := range d.o.Languages {
		texts[lang] = map[string]string{}
		for _, key := range keys() {
			texts[lang][key] = d.text(lang, "desk."+key)
		}
	}
	wire.WriteJSON(w, http.StatusOK, map[string]any{"agent": who, "languages": d.o.Languages, "texts": texts, "pictures": d.o.Pictures})
	return nil
}

// keys are the wordings of the pages.
func keys() []string {
	return []string{"desk", "inspect", "leave", "waiting", "taken", "others", "empty", "take", "join", "back", "transfer", "to", "note", "notes",
		"add", "send", "input", "suggested", "find", "use", "edit", "customer", "why", "facts", "summary", "mood", "open", "minutes", "trace", "conversation", "choose", "list",
		"customer.line", "bot.line", "written", "consents", "yes", "no", "tags", "purchases", "viewed", "cart", "none", "lost", "print", "all", "stage", "saw", "took", "replies", "earlier",
		"at.desk", "state.waiting", "state.person", "state.mine", "state.bot", "mood.pleased", "mood.calm", "mood.unhappy", "mood.angry", "language.name",
		"error.taken", "error.not_found", "error.text", "error.network", "error.busy", "error.overloaded", "error.closing", "error.internal",
		"priority.1", "priority.2", "priority.3", "priority.4",
		"reason.asked", "reason.anger", "reason.threat", "reason.sensitive", "reason.no_answer", "reason.gave_up", "reason.effects", "reason.failure", "reason.vip", "reason.rule", "reason.proactive"}
}

// brief is a ticket in the queue.
type brief struct {
	ID           string           `json:"id"`
	Conversation string           `json:"conversation"`
	State        handoff.State    `json:"state"`
	Agent        string           `json:"agent,omitempty"`
	Reason       handoff.Reason   `json:"reason"`
	Rule         string           `json:"rule,omitempty"`
	Priority     handoff.Priority `json:"priority"`
	Skill        string           `json:"skill,omitempty"`
	Channel      string           `json:"channel,omitempty"`
	Created      time.Time        `json:"created"`
	Summary      string           `json:"summary,omitempty"`
}

// queue returns who waits, who is served, and what else is going on.
func (d *Desk) queue(w http.ResponseWriter, r *http.Request, _ Agent) error {
	tickets, err := d.b.Tickets(r.Context(), d.o.Tenant)
	if err != nil {
		return err
	}
	out := make([]brief, 0, len(tickets))
	with := map[string]bool{}
	for i := range tickets {
		t := &tickets[i]
		with[t.Conversation] = true
		b := brief{ID: t.ID, Conversation: t.Conversation, State: t.State, Agent: t.Agent, Reason: t.Reason, Rule: t.Rule,
			Priority: t.Priority, Skill: t.Skill, Channel: t.Channel, Created: t.Created}
		if len(t.Summary) > 0 {
			b.Summary = t.Summary[len(t.Summary)-1]
		}
		out = append(out, b)
	}
	recent, err := d.b.Recent(r.Context(), d.o.Tenant, 30)
	if err != nil {
		return err
	}
	type other struct {
		Conversation string    `json:"conversation"`
		At           time.Time `json:"at"`
	}
	others := []other{}
	for _, a := range recent {
		if !with[a.Key.Conversation] && d.o.Clock.Now().Sub(a.At) < 24*time.Hour {
			others = append(others, other{a.Key.Conversation, a.At})
		}
	}
	wire.WriteJSON(w, http.StatusOK, map[string]any{"tickets": out, "others": others, "now": d.o.Clock.Now()})
	return nil
}

func (d *Desk) key(r *http.Request) bot.Key {
	return bot.Key{Tenant: d.o.Tenant, Conversation: r.PathValue("id")}
}

// conversation returns all a person needs to go on with it.
func (d *Desk) conversation(w http.ResponseWriter, r *http.Request, _ Agent) error {
	ctx, k := r.Context(), d.key(r)
	st, err := d.b.State(ctx, k)
	if err != nil {
		return err
	}
	var p bot.Page
	if s := r.URL.Query().Get("before"); s != "" {
		if p.Before, err = strconv.ParseInt(s, 10, 64); err != nil {
			return wire.Refuse(http.StatusBadRequest, "before", `"before" must be a place, a number`)
		}
	}
	p.N = 100
	lines, err := d.b.History(ctx, k, p)
	if err != nil {
		return err
	}
	ideas, err := d.propose(ctx, k, lines)
	if err != nil {
		return err
	}
	for i := range lines {
		l := &lines[i]
		l.Text = pii.Mask(l.Text)
		if l.From == bot.FromBot && l.Reply != nil { // which may say again what it was told
			r := *l.Reply
			r.Text = pii.Mask(r.Text)
			l.Reply = &r
		}
	}
	out := map[string]any{"state": st, "lines": lines, "more": len(lines) == p.N, "traces": d.traces.ordered(k.Conversation)}
	if st.Ticket != "" {
		t, err := d.b.Ticket(ctx, d.o.Tenant, st.Ticket)
		if err != nil {
			return err
		}
		t.Transcript = nil              // the lines are there
		t.Facts = slices.Clone(t.Facts) // a store in memory lends its own
		for i := range t.Facts {
			t.Facts[i].Value = masked(t.Facts[i])
		}
		out["ticket"] = t
	}
	if st.Turns > 0 {
		c, err := d.b.Customer(ctx, st.Thread)
		if err != nil {
			return err
		}
		out["customer"] = panel(c.Masked())
	}
	out["suggested"] = ideas
	wire.WriteJSON(w, http.StatusOK, out)
	return nil
}

// panel is what the desk shows of a customer; everything in it is masked.
func panel(c profile.Customer) map[string]any {
	traits := map[string]string{}
	for k, t := range c.Traits {
		traits[k] = t.Value
	}
	consents := map[string]bool{}
	for p, v := range c.Consents {
		consents[string(p)] = v.Given
	}
	known := []string{}
	for _, id := range c.Identities {
		if id.Kind != "thread" && id.Removed.IsZero() {
			s := id.Kind + " " + id.Value
			if id.Verified {
				s += " ✓"
			}
			known = append(known, s)
		}
	}
	items := func(ss []profile.Seen) []string {
		out := []string{}
		for _, s := range ss {
			if !s.Gone && len(out) < 5 {
				out = append(out, s.Item)
			}
		}
		return out
	}
	bought := []string{}
	for _, p := range c.Activity.Purchases[:min(5, len(c.Activity.Purchases))] {
		bought = append(bought, p.Item)
	}
	tags := slices.Clone(c.Tags)
	return map[string]any{"id": c.ID, "known": known, "traits": traits, "tags": tags, "consents": consents, "contacts": c.Activity.Contacts,
		"viewed": items(c.Activity.Viewed), "cart": items(c.Activity.Cart), "purchases": bought}
}

// masked is the value of a fact as the panel shows it: by what a profile makes
// of a trait of that name, "address" of "order/address".
func masked(f handoff.Fact) string {
	name := f.Name[strings.LastIndexAny(f.Name, "/.")+1:]
	c := profile.Customer{Traits: map[string]profile.Trait{name: {Value: f.Value}}}
	return c.Masked().Traits[name].Value
}

// propose returns replies to what the customer wrote last: the newest line may
// be but a call for a person, so the two before it are asked as well, and what
// is far behind the best is left out.
func (d *Desk) propose(ctx context.Context, k bot.Key, lines []bot.Line) ([]bot.Suggested, error) {
	all, asked, best := []bot.Suggested{}, 0, 0.0
	for i := len(lines) - 1; i >= 0 && asked < 3; i-- {
		if lines[i].From != bot.FromCustomer || strings.TrimSpace(lines[i].Text) == "" {
			continue
		}
		asked++
		ss, err := d.b.Suggest(ctx, k, lines[i].Text)
		if err != nil {
			return nil, err
		}
		for _, s := range ss {
			best = max(best, s.Score)
			if !slices.ContainsFunc(all, func(o bot.Suggested) bool { return o.Source == s.Source }) {
				all = append(all, s)
			}
		}
	}
	all = slices.DeleteFunc(all, func(s bot.Suggested) bool { return s.Score < best/2 })
	return all[:min(4, len(all))], nil
}

// suggest proposes replies to what an agent looks for.
func (d *Desk) suggest(w http.ResponseWriter, r *http.Request, _ Agent) error {
	var in struct {
		Text string `json:"text"`
	}
	if err := wire.ReadJSON(w, r, &in); err != nil {
		return err
	}
	ss, err := d.b.Suggest(r.Context(), d.key(r), in.Text)
	if err != nil {
		return err
	}
	if ss == nil {
		ss = []bot.Suggested{}
	}
	wire.WriteJSON(w, http.StatusOK, map[string]any{"suggested": ss})
	return nil
}

// join lets the agent step in.
func (d *Desk) join(w http.ResponseWriter, r *http.Request, who Agent) error {
	t, err := d.b.Join(r.Context(), d.key(r), who.Name)
	if err != nil {
		return err
	}
	wire.WriteJSON(w, http.StatusOK, map[string]any{"ticket": t.ID})
	return nil
}

// typing tells the customer that the agent is writing.
func (d *Desk) typing(w http.ResponseWriter, r *http.Request, who Agent) error {
	st, err := d.b.State(r.Context(), d.key(r))
	if err != nil {
		return err
	}
	if st.Agent == who.Name {
		d.b.Typing(d.key(r), who.Name)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// maxReply bounds what an agent writes at once, in bytes.
const maxReply = 8 << 10

// act does something to a ticket: take, tell, note, transfer, return.
func (d *Desk) act(w http.ResponseWriter, r *http.Request, who Agent) error {
	var in struct {
		Text string `json:"text"`
		To   string `json:"to"`
	}
	if err := wire.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if len(in.Text) > maxReply || len(in.To) > 200 {
		return wire.Refuse(http.StatusBadRequest, "text", "a text has at most "+strconv.Itoa(maxReply)+" bytes")
	}
	ctx, id := r.Context(), r.PathValue("id")
	empty := strings.TrimSpace(in.Text) == ""
	var err error
	switch do := r.PathValue("do"); {
	case do == "take":
		_, err = d.b.Take(ctx, d.o.Tenant, id, who.Name)
	case (do == "tell" || do == "note") && empty:
		err = wire.Refuse(http.StatusBadRequest, "text", "there is no text to send")
	case do == "tell":
		_, err = d.b.Tell(ctx, d.o.Tenant, id, who.Name, bot.Reply{Text: in.Text})
	case do == "note":
		_, err = d.b.Note(ctx, d.o.Tenant, id, who.Name, in.Text)
	case do == "transfer":
		_, err = d.b.Transfer(ctx, d.o.Tenant, id, who.Name, strings.TrimSpace(in.To))
	case do == "return":
		err = d.b.Return(ctx, d.o.Tenant, id, who.Name)
	default:
		err = bot.ErrNotFound
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// settle gathers changes that come close together into one event.
const settle = 150 * time.Millisecond

// events tells the page what has changed: conversations by id, and the queue.
func (d *Desk) events(w http.ResponseWriter, r *http.Request, _ Agent) error {
	changed := make(chan string, 256)
	stop := d.b.Watch(bot.Key{Tenant: d.o.Tenant}, func(l bot.Live) {
		if l.Report == nil {
			return
		}
		select {
		case changed <- l.Key.Conversation:
		default: // the page asks for everything anyway once it gets to it
		}
	})
	defer stop()
	s, err := wire.NewStream(w)
	if err != nil {
		return nil
	}
	_ = d.tell(r.Context(), s, changed)
	return nil
}

func (d *Desk) tell(ctx context.Context, s *wire.Stream, changed <-chan string) error {
	if err := s.Event("ready", 0, struct{}{}); err != nil {
		return err
	}
	for {
		if err := s.Flush(d.o.Clock.Now()); err != nil {
			return err
		}
		which := map[string]bool{}
		// Another process may have changed something: look now and then.
		look, stopLook := d.o.Clock.NewTimer(5 * time.Second)
		select {
		case <-ctx.Done():
			stopLook()
			return ctx.Err()
		case <-d.closed:
			stopLook()
			return nil
		case id := <-changed:
			which[id] = true
		case <-look:
		}
		stopLook()
		if len(which) > 0 {
			wait, stopWait := d.o.Clock.NewTimer(settle)
			select {
			case <-wait:
			case <-ctx.Done():
			}
			stopWait()
		}
	drain:
		for {
			select {
			case id := <-changed:
				which[id] = true
			default:
				break drain
			}
		}
		ids := make([]string, 0, len(which))
		for id := range which {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		if err := s.Event("changed", 0, map[string]any{"conversations": ids}); err != nil {
			return err
		}
	}
}
