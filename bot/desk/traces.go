package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/internal/wire"
	"github.com/frontdesk-go/frontdesk/internal/pii"
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
	t := Trace{At: r.At, Conversation: l.Key.Conversation, Message: r.Message, Intent: r.Intent, Replies: len(r.Replies), Steps: make([]bot.Step, len(r.Trace.Steps)), Failed: r.Err != nil}
	for i, s := range r.Trace.Steps {
		s.What = impersonal(s.What)
		t.Steps[i] = s
	}
	for _, e := range r.Events {
		if e.Kind == bot.EventTurn {
			continue
		}
		s := e.Kind
		if e.Key != "" && e.Identity == nil && e.Kind != "learned" {
			s += " " + impersonal(e.Key)
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

// impersonal hides what a handler of the host's, or an error, says of a
// customer in a trace: contacts, and the middle of long numbers, which are
// those of orders, parcels, cards.
func impersonal(s string) string {
	s = pii.Mask(s)
	var out strings.Builder
	for i := 0; i < len(s); {
		n := 0
		for i+n < len(s) && '0' <= s[i+n] && s[i+n] <= '9' {
			n++
		}
		switch {
		case n >= longNumber:
			out.WriteString("****" + s[i+n-4:i+n])
		case n > 0:
			out.WriteString(s[i : i+n])
		default:
			n = 1
			out.WriteByte(s[i])
		}
		i += n
	}
	return out.String()
}

// longNumber is how many digits no score, price or version of a trace has.
const longNumber = 8

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
