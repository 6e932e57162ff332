package bot

import (
	"context"
	"iter"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/frontdesk-go/frontdesk/kb"
)

// Browsable is a knowledge base that can be looked through. When
// Options.Knowledge is one, as *kb.Base is, the opening offers what is asked
// most and a menu of its categories.
type Browsable interface {
	Entry(id string) (kb.Entry, bool)
	Entries() iter.Seq[kb.Entry]
}

// visitGap is how long a customer is away before they are greeted again.
const visitGap = 4 * time.Hour

// maxHot and maxMenu bound the quick replies of the opening and the menu.
const (
	maxHot  = 3
	maxMenu = 12
)

// Taps the engine answers itself. A host may put them on its own replies.
const (
	TapMenu = "menu"  // the categories of the knowledge base; "menu:<category>" its questions
	TapRate = "rate:" // and a number from 1 to 5: the rating of the survey
	TapWhy  = "why:"  // and a key of "rate.why": what went wrong
)

// isOwnTap reports whether a tap is one of the above: a name, not words.
func isOwnTap(tap string) bool {
	return tap == TapMenu || strings.HasPrefix(tap, TapMenu+":") || strings.HasPrefix(tap, TapRate) || strings.HasPrefix(tap, TapWhy)
}

// opening greets a customer who opens the chat, offers what is asked most and
// the menu, and comes back to what was left open.
func (b *Bot) opening(ctx context.Context, t *Turn) error {
	if !t.fresh && t.Now.Sub(t.session.At) < visitGap {
		return nil // the visit goes on
	}
	r := t.Opening()
	st, err := decodeFlows(t.session.Flows)
	if err != nil {
		return err
	}
	if err := b.expire(t, st); err != nil {
		return err
	}
	if t.session.Flows, err = st.encode(); err != nil {
		return err
	}
	if f := st.top(); f != nil && f.Open != nil {
		t.Trace.Add("opening", "%s was left open", f.Flow)
		r.Choices = nil
		if err := t.Send(r); err != nil {
			return err
		}
		t.back, t.flows = f.Number, st
		if err := b.again(ctx, t, st, ""); err != nil {
			return err
		}
		t.asking = st.top() != nil && st.top().Open != nil
		t.session.Flows, err = st.encode()
		return err
	}
	t.Trace.Add("opening", "%d choices", len(r.Choices))
	return t.Send(r)
}

// Opening is a greeting: by the time of day, the channel (a text
// "opening.morning.web" wins over "opening.morning") and the customer's name,
// with what is asked most and the menu as quick replies.
func (t *Turn) Opening() Reply {
	b, part := t.bot, "day"
	switch h := t.Now.Hour(); {
	case h < 5 || h >= 18:
		part = "evening"
	case h < 11:
		part = "morning"
	}
	name := t.Customer.Traits["name"].Value
	key := "opening." + part
	if _, ok := t.lookup(key + "." + t.session.Thread.Channel); ok {
		key += "." + t.session.Thread.Channel
	}
	r := Reply{Text: t.Text(key, "name", name)}
	if name != "" {
		if s, ok := t.lookup("opening.named"); ok {
			r.Text = fill(s, []any{"name", name, "greeting", r.Text})
		}
	}
	for _, q := range b.hot(t) {
		r.Choices = append(r.Choices, Choice{Label: q, Value: q})
	}
	if len(b.categories(t)) > 1 {
		r.Choices = append(r.Choices, Choice{Label: t.Text("menu.open"), Value: TapMenu})
	}
	return r
}

// hot are the questions asked most, in the turn's language; what the text
// "opening.hot" lists stands in where too little was asked.
func (b *Bot) hot(t *Turn) []string {
	var out []string
	add := func(q string) {
		if q = strings.TrimSpace(q); q != "" && len(out) < maxHot && !slices.Contains(out, q) {
			out = append(out, q)
		}
	}
	if base, ok := b.opts.knowledge(t.Key.Tenant).(Browsable); ok {
		q := t.query()
		for _, id := range b.asked.most(t.Key.Tenant, 3*maxHot) {
			if e, ok := base.Entry(id); ok && e.Passes(&q) {
				add(e.Texts[t.Language].Question)
			}
		}
	}
	if s, ok := t.lookup("opening.hot"); ok {
		for _, q := range strings.Split(s, "|") {
			add(q)
		}
	}
	return out
}

// categories are those with an answer in the turn's language: the id and the
// name customers read.
func (b *Bot) categories(t *Turn) []Choice {
	base, ok := b.opts.knowledge(t.Key.Tenant).(Browsable)
	if !ok {
		return nil
	}
	var out []Choice
	q := t.query()
	for e := range base.Entries() {
		text, ok := e.Texts[t.Language]
		if !ok || e.Category == "" || e.Kind == kb.Passage || !e.Passes(&q) {
			continue
		}
		c := Choice{Label: firstOf(text.Category, e.Category), Value: TapMenu + ":" + e.Category}
		if !slices.ContainsFunc(out, func(x Choice) bool { return x.Value == c.Value }) {
			out = append(out, c)
		}
	}
	return out[:min(len(out), maxMenu)]
}

// taps answers the quick replies that belong to the engine.
func (b *Bot) taps(next Handler) Handler {
	return HandlerFunc(func(ctx context.Context, t *Turn) error {
		switch tap := t.Message.Tap; {
		case tap == TapMenu:
			t.answers = "menu"
			return t.Send(Reply{Text: t.Text("menu.categories"), Choices: b.categories(t)})
		case strings.HasPrefix(tap, TapMenu+":"):
			return b.menu(t, strings.TrimPrefix(tap, TapMenu+":"))
		case strings.HasPrefix(tap, TapRate):
			return t.rated(strings.TrimPrefix(tap, TapRate))
		case strings.HasPrefix(tap, TapWhy):
			t.Track(Event{Kind: EventRated, Key: "why", Value: cut(strings.TrimPrefix(tap, TapWhy), 40)})
			t.answers = "survey"
			return t.Say("rate.thanks")
		}
		return next.Handle(ctx, t)
	})
}

func (b *Bot) menu(t *Turn, category string) error {
	t.answers = "menu"
	base, ok := b.opts.knowledge(t.Key.Tenant).(Browsable)
	if !ok {
		return t.Say("fallback")
	}
	r, may := Reply{Text: t.Text("menu.questions")}, t.query()
	for e := range base.Entries() {
		if q := e.Texts[t.Language].Question; e.Category == category && q != "" && e.Kind != kb.Passage && e.Passes(&may) && len(r.Choices) < maxMenu {
			r.Choices = append(r.Choices, Choice{Label: q, Value: q})
		}
	}
	if len(r.Choices) == 0 {
		return t.Say("fallback")
	}
	r.Choices = append(r.Choices, Choice{Label: t.Text("menu.back"), Value: TapMenu})
	return t.Send(r)
}

// Survey asks how it went, in the words of the catalogue ("rate.prompt",
// "rate.5" to "rate.1"). The engine takes the answer: it tracks EventRated,
// and asks for the reason of a low one.
func (t *Turn) Survey() *Survey {
	s := &Survey{Kind: "rating", Prompt: t.Text("rate.prompt")}
	for _, n := range []string{"5", "4", "3", "2", "1"} {
		s.Choices = append(s.Choices, Choice{Label: t.Text("rate." + n), Value: TapRate + n})
	}
	return s
}

func (t *Turn) rated(value string) error {
	t.answers = "survey"
	if len(value) != 1 || value < "1" || value > "5" {
		return t.Say("flow.tap_expired")
	}
	t.Track(Event{Kind: EventRated, Key: "rating", Value: value})
	if value > "2" {
		return t.Say("rate.thanks")
	}
	r := Reply{Text: t.Text("rate.why")}
	for _, why := range []string{"unsolved", "slow", "unclear", "manner", "other"} {
		r.Choices = append(r.Choices, Choice{Label: t.Text("rate.why." + why), Value: TapWhy + why})
	}
	return t.Send(r)
}

// asked counts which entries answer most, a week counting half of the next.
type asked struct {
	mu sync.Mutex
	by map[string]map[string]float64 // tenant, entry
}

func (a *asked) add(events []Event) {
	for i := range events {
		e := &events[i]
		id, ok := strings.CutPrefix(e.Value, "kb:")
		if e.Kind != EventTurn || !ok {
			continue
		}
		a.mu.Lock()
		if a.by == nil {
			a.by = map[string]map[string]float64{}
		}
		if a.by[e.Tenant] == nil {
			a.by[e.Tenant] = map[string]float64{}
		}
		const week, from = 7 * 24 * 3600, 1767225600 // since 2026: the scale cancels out
		a.by[e.Tenant][id] += math.Exp2(float64(e.At.Unix()-from) / week)
		a.mu.Unlock()
	}
}

func (a *asked) most(tenant string, n int) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	counts := a.by[tenant]
	ids := make([]string, 0, len(counts))
	for id := range counts {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool {
		if x, y := counts[ids[i]], counts[ids[j]]; x != y {
			return x > y
		}
		return ids[i] < ids[j]
	})
	return ids[:min(n, len(ids))]
}

// pulled are the channels whose customers fetch their lines.
type pulled struct {
	mu sync.RWMutex
	by map[string]bool
}

func (p *pulled) add(channel string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.by == nil {
		p.by = map[string]bool{}
	}
	p.by[channel] = true
}

func (p *pulled) has(channel string) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.by[channel]
}
