package desk

import (
	"crypto/sha256"
	"crypto/subtle"
	"embed"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"unicode"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/internal/wire"
)

//go:embed static texts/*.yaml
var embedded embed.FS

// Options configure a Desk. Token or Authenticate must be set.
type Options struct {
	// Base is the path the desk is mounted under, "/desk/" when "".
	Base string
	// Tenant whose conversations are served.
	Tenant string
	// Token lets in who knows it, under the name they give: for a small team.
	// At least 16 characters.
	Token string
	// Authenticate tells who makes a request, in place of Token: a host's own
	// sign-in. An error refuses it.
	Authenticate func(*http.Request) (Agent, error)
	// Pictures are further origins pictures in conversations may come from.
	Pictures []string
	// Texts are the host's wordings of the page; they win over the shipped
	// ones, key by key ("desk.title").
	Texts *bot.Texts
	// Languages of the page, "zh" and "en" when nil.
	Languages []string
	// Traces is how many turns the inspector remembers, 1,000 when 0. They are
	// in memory: each process shows its own.
	Traces int
	// Clock is the source of time; nil is the system's. Logger is slog.Default
	// when nil.
	Clock  bot.Clock
	Logger *slog.Logger
}

// Agent is a person at the desk.
type Agent struct {
	Name   string   `json:"name"`
	Skills []string `json:"skills,omitempty"`
}

// Desk is the desk as an http.Handler. It is safe for concurrent use.
type Desk struct {
	b      *bot.Bot
	o      Options
	texts  *bot.Texts
	mux    *http.ServeMux
	traces ring
	stop   func()
	closed chan struct{}
	once   sync.Once
}

// New returns the desk of a bot. Close it when done.
func New(b *bot.Bot, opts *Options) (*Desk, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Authenticate == nil && len(o.Token) < 16 {
		return nil, errors.New("desk: Options.Token needs at least 16 characters, or Options.Authenticate must be set: anybody could read every conversation")
	}
	o.Base = wire.Base(o.Base, "/desk")
	if o.Traces <= 0 {
		o.Traces = 1000
	}
	if len(o.Languages) == 0 {
		o.Languages = []string{"zh", "en"}
	}
	if o.Clock == nil {
		o.Clock = bot.SystemClock()
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	texts, err := bot.ReadTexts(embedded, "texts/*.yaml")
	if err != nil {
		return nil, err
	}
	d := &Desk{b: b, o: o, texts: texts, mux: http.NewServeMux(), closed: make(chan struct{})}
	d.traces.max = o.Traces
	d.stop = b.Watch(bot.Key{Tenant: o.Tenant}, d.traces.take)
	d.routes()
	return d, nil
}

func (d *Desk) routes() {
	handle := func(pattern string, h func(http.ResponseWriter, *http.Request, Agent) error) {
		method, p, _ := strings.Cut(pattern, " ")
		d.mux.HandleFunc(method+" "+d.o.Base+p, func(w http.ResponseWriter, r *http.Request) {
			who, err := d.authenticate(r)
			if err == nil {
				err = h(w, r, who)
			}
			wire.Fail(w, r, err, d.o.Logger)
		})
	}
	handle("GET /v1/config", d.config)
	handle("GET /v1/events", d.events)
	handle("GET /v1/queue", d.queue)
	handle("GET /v1/traces", d.inspect)
	handle("GET /v1/conversations/{id}", d.conversation)
	handle("POST /v1/conversations/{id}/join", d.join)
	handle("POST /v1/conversations/{id}/suggest", d.suggest)
	handle("POST /v1/conversations/{id}/typing", d.typing)
	handle("POST /v1/tickets/{id}/{do}", d.act)
	for _, name := range []string{"desk.js", "talk.js", "side.js", "inspect.js", "api.js", "desk.css"} {
		d.mux.HandleFunc("GET "+d.o.Base+"/"+name, wire.Static(&embedded, "static/"+name, false))
	}
	d.mux.HandleFunc("GET "+d.o.Base+"/desk.svg", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, embedded, "static/desk.svg")
	})
	d.mux.HandleFunc("GET "+d.o.Base+"/{$}", d.page("desk"))
	d.mux.HandleFunc("GET "+d.o.Base+"/inspect", d.page("inspect"))
}

// authenticate tells who makes a request.
func (d *Desk) authenticate(r *http.Request) (Agent, error) {
	denied := wire.Refuse(http.StatusUnauthorized, "token", "sign in to the desk")
	if d.o.Authenticate != nil {
		a, err := d.o.Authenticate(r)
		if err != nil || a.Name == "" {
			d.o.Logger.Warn("desk: a request was refused", "error", err)
			return a, denied
		}
		return a, nil
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	// Hashed, so that neither content nor length shows in the time it takes.
	have, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(d.o.Token))
	if subtle.ConstantTimeCompare(have[:], want[:]) != 1 {
		return Agent{}, denied
	}
	name := cleanName(r.Header.Get("X-Agent"))
	if name == "" || name == bot.FromCustomer || name == bot.FromBot {
		return Agent{}, wire.Refuse(http.StatusBadRequest, "name", "say who you are: customers read your name")
	}
	return Agent{Name: name}, nil
}

// ServeHTTP implements http.Handler.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	if !wire.SameOrigin(r) {
		wire.Fail(w, r, wire.Refuse(http.StatusForbidden, "origin", "the desk serves its own pages only"), d.o.Logger)
		return
	}
	d.mux.ServeHTTP(w, r)
}

// Close ends the streams and lets go of the bot.
func (d *Desk) Close() error {
	d.once.Do(func() {
		d.stop()
		close(d.closed)
	})
	return nil
}

// page serves a page; its data comes with a token.
func (d *Desk) page(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, err := embedded.ReadFile("static/page.html")
		if err != nil {
			http.NotFound(w, r)
			return
		}
		lang := d.o.Languages[0]
		for _, want := range append([]string{r.URL.Query().Get("lang")}, strings.Split(r.Header.Get("Accept-Language"), ",")...) {
			tag, _, _ := strings.Cut(strings.TrimSpace(want), "-")
			tag, _, _ = strings.Cut(tag, ";")
			if d.speaks(tag) == tag {
				lang = tag
				break
			}
		}
		signin := "token"
		if d.o.Authenticate != nil {
			signin = "host"
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-cache")
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' "+strings.Join(d.o.Pictures, " ")+
			"; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'")
		s := strings.NewReplacer("{lang}", html.EscapeString(lang), "{title}", html.EscapeString(d.text(lang, "desk."+name)),
			"{base}", html.EscapeString(d.o.Base), "{page}", name, "{signin}", signin).Replace(string(raw))
		_, _ = io.WriteString(w, s)
	}
}

func (d *Desk) speaks(lang string) string {
	for _, l := range d.o.Languages {
		if l == lang {
			return l
		}
	}
	return d.o.Languages[0]
}

func (d *Desk) text(lang, key string) string {
	if d.o.Texts != nil {
		if s, ok := d.o.Texts.Lookup(lang, "", key); ok {
			return s
		}
	}
	s, _ := d.texts.Lookup(lang, "", key)
	return s
}

// cleanName is a name as customers may read it.
func cleanName(s string) string {
	s = unescape(s)
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune("*<>", r) {
			return -1
		}
		return r
	}, s))
	if rs := []rune(s); len(rs) > 40 {
		s = string(rs[:40])
	}
	return s
}
