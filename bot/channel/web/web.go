package web

import (
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/internal/wire"
	"github.com/frontdesk-go/frontdesk/profile"
)

//go:embed static texts/*.yaml
var embedded embed.FS

// Options configure a Chat. The zero value works: anonymous visitors, the
// page's own origin, no uploads, sessions that end with the process.
type Options struct {
	// Base is the path the chat is mounted under, "/chat/" when "".
	Base string
	// Tenant and Channel are those of the threads; Channel is "web" when "".
	Tenant, Channel string
	// Key signs session tokens and file links, at least 16 bytes; nil is a
	// random one, so that visitors begin anew when the process restarts.
	Key []byte
	// Session is how long a visitor without a message stays known, 30 days when 0.
	Session time.Duration
	// Identify tells who is signed in on the host's site, from the request's
	// cookies or headers; nil means nobody. An error refuses the request.
	Identify func(*http.Request) ([]profile.Identity, error)
	// Origins are further origins whose pages may use the chat
	// ("https://www.example.com"); its own always may.
	Origins []string
	// Pictures are further origins pictures of cards may come from.
	Pictures []string
	// Languages the customer may choose from; "zh" and "en" when nil.
	Languages []string
	// Texts are the host's wordings of the page; they win over the shipped
	// ones, key by key ("web.title").
	Texts *bot.Texts
	// Files keeps uploads; nil switches them off.
	Files Files
	// MaxUpload bounds a file, 10 MiB when 0; MaxText a message, 4,000 bytes when 0.
	MaxUpload int64
	MaxText   int
	// Turn bounds the time of one turn, 60 seconds when 0.
	Turn time.Duration
	// Signals gets what the page reports (views, dwell, cart, idle); nil
	// ignores it. *engage.Engine has such a method. Watch tells the page what
	// to report.
	Signals func(ctx context.Context, th bot.Thread, ids []profile.Identity, s Signal) error
	Watch   Watch
	// MaxStreams bounds the open streams, 10,000 when 0. MaxTabs bounds those of
	// one visitor, 8 when 0: when another is opened the oldest ends.
	MaxStreams, MaxTabs int
	// Look is how often a stream looks for what another process has
	// committed, 3 seconds when 0.
	Look time.Duration
	// Clock is the source of time, the system's when nil; Logger slog.Default when nil.
	Clock  bot.Clock
	Logger *slog.Logger
}

// Watch is what a page reports without being told: after how many seconds of
// visible dwell on an item, and of idleness with something in the cart. It
// reports at each of them, as it lasts; without any it reports nothing.
type Watch struct {
	Dwell, Idle []int
}

// config is the watch as the protocol has it: the least of each as well, for
// clients that know only one.
func (w Watch) config() map[string]any {
	out := map[string]any{}
	for name, list := range map[string][]int{"dwell": w.Dwell, "idle": w.Idle} {
		list = slices.DeleteFunc(slices.Clone(list), func(s int) bool { return s <= 0 })
		if slices.Sort(list); len(list) > 0 {
			out[name], out[name+"s"] = list[0], slices.Compact(list)
		}
	}
	return out
}

// Signal is one thing a page reports of a visit.
type Signal struct {
	ID   string `json:"id"`
	Kind string `json:"kind"` // "view", "dwell", "click", "cart", "uncart", "purchase", "idle", "error"
	// Item is what it is about, an id of the catalogue; Key details an error.
	Item string `json:"item,omitempty"`
	Key  string `json:"key,omitempty"`
	// Seconds is how long, for "dwell" and "idle"; Count what the cart holds.
	Seconds int `json:"seconds,omitempty"`
	Count   int `json:"count,omitempty"`
	// Visit names the visit: one opening of the browser's tab group.
	Visit string `json:"visit"`
	// Language is the page's.
	Language string `json:"language,omitempty"`
}

// Chat is the chat as an http.Handler. It is safe for concurrent use.
type Chat struct {
	b       *bot.Bot
	o       Options
	texts   *bot.Texts
	mux     *http.ServeMux
	closed  chan struct{}
	once    sync.Once
	streams gauge
	hubs    hubs
}

// Handler is New for a program that cannot go on without: it panics on
// options that do not fit.
func Handler(b *bot.Bot, opts *Options) *Chat {
	c, err := New(b, opts)
	if err != nil {
		panic(err)
	}
	return c
}

// New returns the chat of a bot. Close ends its streams, so that
// http.Server.Shutdown does not wait for them.
func New(b *bot.Bot, opts *Options) (*Chat, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if err := o.fill(); err != nil {
		return nil, err
	}
	shipped, err := bot.ReadTexts(embedded, "texts/*.yaml")
	if err != nil {
		return nil, err
	}
	c := &Chat{b: b, o: o, texts: shipped, mux: http.NewServeMux(), closed: make(chan struct{})}
	b.Pull(o.Channel)
	base := strings.TrimSuffix(o.Base, "/")
	handle := func(pattern string, h func(http.ResponseWriter, *http.Request) error) {
		method, p, _ := strings.Cut(pattern, " ")
		c.mux.HandleFunc(method+" "+base+p, func(w http.ResponseWriter, r *http.Request) { wire.Fail(w, r, h(w, r), c.o.Logger) })
	}
	handle("POST /v1/session", c.session)
	handle("GET /v1/events", c.signed(c.events))
	handle("GET /v1/history", c.signed(c.history))
	handle("POST /v1/messages", c.signed(c.message))
	handle("POST /v1/open", c.signed(c.open))
	handle("POST /v1/end", c.signed(c.end))
	handle("POST /v1/language", c.signed(c.language))
	handle("POST /v1/feedback", c.signed(c.feedback))
	handle("POST /v1/signals", c.signed(c.signals))
	handle("POST /v1/files", c.signed(c.upload))
	handle("GET /v1/files/{id}", c.download)
	for _, name := range []string{"widget.js", "client.js", "render.js", "signals.js", "widget.css", "page.css", "icon.svg"} {
		c.mux.HandleFunc("GET "+base+"/"+name, wire.Static(&embedded, "static/"+name, true))
	}
	c.mux.HandleFunc("GET "+base+"/{$}", c.page)
	return c, nil
}

func (o *Options) fill() error {
	o.Base = wire.Base(o.Base, "/chat")
	if o.Channel == "" {
		o.Channel = "web"
	}
	if o.Key == nil {
		o.Key = []byte(rand.Text() + rand.Text())
	}
	if len(o.Key) < 16 {
		return fmt.Errorf("web: Options.Key has %d bytes: give at least 16 random ones, the same in every process", len(o.Key))
	}
	for _, list := range [][]string{o.Origins, o.Pictures} {
		for _, s := range list {
			if u, err := url.Parse(s); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" {
				return fmt.Errorf(`web: %q is no origin: write scheme and host, as in "https://www.example.com"`, s)
			}
		}
	}
	if len(o.Languages) == 0 {
		o.Languages = []string{"zh", "en"}
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&o.Session, 30 * 24 * time.Hour}, {&o.Turn, time.Minute}, {&o.Look, 3 * time.Second}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if o.MaxUpload <= 0 {
		o.MaxUpload = 10 << 20
	}
	if o.MaxText <= 0 {
		o.MaxText = 4000
	}
	if o.MaxStreams <= 0 {
		o.MaxStreams = 10000
	}
	if o.MaxTabs <= 0 {
		o.MaxTabs = 8
	}
	if o.Clock == nil {
		o.Clock = bot.SystemClock()
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (c *Chat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if !c.allowed(w, r) {
		return
	}
	c.mux.ServeHTTP(w, r)
}

// allowed checks the Origin header: a page of another site may use the chat
// only when Options.Origins says so.
func (c *Chat) allowed(w http.ResponseWriter, r *http.Request) bool {
	if wire.SameOrigin(r) {
		return true
	}
	origin := r.Header.Get("Origin")
	if !slices.Contains(c.o.Origins, origin) {
		wire.Fail(w, r, wire.Refuse(http.StatusForbidden, "origin", "pages of this origin may not use the chat"), c.o.Logger)
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID, X-Name")
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
		return false
	}
	return true
}

// Close ends all streams; it does not wait for their requests to return.
func (c *Chat) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

// text looks a wording of the page up.
func (c *Chat) text(lang, key string) string {
	if c.o.Texts != nil {
		if s, ok := c.o.Texts.Lookup(lang, "", key); ok {
			return s
		}
	}
	s, _ := c.texts.Lookup(lang, "", key)
	return s
}

// gauge counts up to a limit.
type gauge struct {
	mu sync.Mutex
	n  int
}

func (g *gauge) up(limit int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n >= limit {
		return false
	}
	g.n++
	return true
}

func (g *gauge) down() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n--
}
