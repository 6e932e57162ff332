package bot

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"sync"
)

// Mux chooses a handler by intent, in the manner of http.ServeMux. A pattern
// is an intent's name ("order.status"), a prefix with a star ("order.*"), or
// "*" for any accepted intent. The longest pattern that matches wins. A turn
// whose intent matches none is left to the stages behind: the knowledge base,
// then the fallback.
//
// The zero value is ready to use. Handle may be called while turns run.
type Mux struct {
	mu     sync.RWMutex
	exact  map[string]Handler
	prefix []route // longest first
}

type route struct {
	pattern, prefix string
	handler         Handler
}

// NewMux returns an empty Mux.
func NewMux() *Mux { return &Mux{} }

// HandleFunc registers a function for a pattern.
func (m *Mux) HandleFunc(pattern string, f func(ctx context.Context, t *Turn) error) {
	m.Register(pattern, HandlerFunc(f))
}

// Register registers a handler for a pattern. Like http.ServeMux it panics on a
// mistake of the program: an empty pattern, a star that is not at the end, a
// nil handler, or a pattern registered twice.
func (m *Mux) Register(pattern string, h Handler) {
	if h == nil {
		panic(fmt.Sprintf("bot: Mux: nil handler for %q", pattern))
	}
	star := strings.IndexByte(pattern, '*')
	if pattern == "" || star >= 0 && star != len(pattern)-1 {
		panic(fmt.Sprintf(`bot: Mux: bad pattern %q: use a name ("order.status"), a prefix ("order.*") or "*"`, pattern))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.has(pattern) {
		panic(fmt.Sprintf("bot: Mux: pattern %q registered twice", pattern))
	}
	if star < 0 {
		if m.exact == nil {
			m.exact = map[string]Handler{}
		}
		m.exact[pattern] = h
		return
	}
	m.prefix = append(m.prefix, route{pattern, pattern[:star], h})
	sort.Slice(m.prefix, func(i, j int) bool { return len(m.prefix[i].prefix) > len(m.prefix[j].prefix) })
}

func (m *Mux) has(pattern string) bool {
	if _, ok := m.exact[pattern]; ok {
		return true
	}
	for _, r := range m.prefix {
		if r.pattern == pattern {
			return true
		}
	}
	return false
}

// Route returns the pattern and handler for an intent; ok is false when none
// matches or the intent is "".
func (m *Mux) Route(intent string) (pattern string, h Handler, ok bool) {
	if intent == "" {
		return "", nil, false
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if h, ok := m.exact[intent]; ok {
		return intent, h, true
	}
	for _, r := range m.prefix {
		if strings.HasPrefix(intent, r.prefix) {
			return r.pattern, r.handler, true
		}
	}
	return "", nil, false
}

// Named returns the handler registered under exactly this pattern.
func (m *Mux) Named(pattern string) (Handler, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if h, ok := m.exact[pattern]; ok {
		return h, true
	}
	for _, r := range m.prefix {
		if r.pattern == pattern {
			return r.handler, true
		}
	}
	return nil, false
}

// Handle runs the handler of the turn's intent; without one it says nothing.
func (m *Mux) Handle(ctx context.Context, t *Turn) error {
	if _, h, ok := m.Route(t.Meaning.Intent); ok {
		return h.Handle(ctx, t)
	}
	return nil
}

// Router is a Handler that chooses among named handlers. The engine runs each
// under its name, so that a conversation can go on with it after a restart.
// *Mux is one.
type Router interface {
	Handler
	Route(intent string) (name string, h Handler, ok bool)
	Named(name string) (Handler, bool)
}

// mainName is the name of the frame of a handler that is no Router.
const mainName = "main"

// single makes one handler a Router that chooses it for everything.
type single struct{ Handler }

func (s single) Route(string) (string, Handler, bool) { return mainName, s.Handler, true }
func (s single) Named(name string) (Handler, bool)    { return s.Handler, name == mainName }

func routerOf(h Handler) Router {
	switch h := h.(type) {
	case nil:
		return NewMux()
	case Router:
		return h
	default:
		return single{h}
	}
}
