package desk

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/internal/wire"
)

// Trace is one turn as the inspector shows it: what each stage saw, decided
// and scored, and how long it took. It holds no personal data and none of the
// customer's words.
type Trace struct {
	At           time.Time  `json:"at"`
	Conversation string     `json:"conversation"`
	Message      string     `json:"message,omitempty"`
	Intent       string     `json:"intent,omitempty"`
	Replies      int        `json:"replies"`
	Events       []string   `json:"events,omitempty"`
	Steps        []bot.Step `json:"steps"`
	Failed       bool       `json:"failed,omitempty"`
}

// ring keeps the last turns.
type ring struct {
	mu   sync.Mutex
	max  int
	list []Trace
	next int
}

func (g *ring) take(l bot.Live) {
	if l.Report == nil {
		return
	}
	r := l.Report
	t := Trace{At: r.At, Conversation: l.Key.Conversation, Message: r.Message, Intent: r.Intent, Replies: len(r.Replies), Steps: append([]bot.Step{}, r.Trace.Steps...), Failed: r.Err != nil}
	for _, e := range r.Events {
		if e.Kind == bot.EventTurn {
			continue
		}
		s := e.Kind
		if e.Key != "" && e.Identity == nil && e.Kind != "learned" {
			s += " " + e.Key
		}
		t.Events = append(t.Events, s)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.list) < g.max {
		g.list = append(g.list, t)
		return
	}
	g.list[g.next] = t
	g.next = (g.next + 1) % g.max
}

// last returns up to n turns, the latest first, of one conversation or all.
func (g *ring) last(conversation string, n int) []Trace {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := []Trace{}
	for i := range g.list {
		t := g.list[(g.next+len(g.list)-1-i)%len(g.list)]
		if conversation == "" || t.Conversation == conversation {
			if out = append(out, t); len(out) == n {
				break
			}
		}
	}
	return out
}

// inspect returns the last turns.
func (d *Desk) inspect(w http.ResponseWriter, r *http.Request, _ Agent) error {
	wire.WriteJSON(w, http.StatusOK, map[string]any{"traces": d.traces.last(r.URL.Query().Get("conversation"), 200)})
	return nil
}

// ordered returns a conversation's turns, the earliest first.
func (g *ring) ordered(conversation string) []Trace {
	ts := g.last(conversation, 100)
	slices.Reverse(ts)
	return ts
}

// unescape reads a header's percent-encoding, which names outside ASCII need.
func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}
