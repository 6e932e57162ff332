package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/internal/wire"
	"github.com/frontdesk-go/frontdesk/profile"
)

// ticket is what a session token says: which thread its holder speaks on.
type ticket struct {
	V    int    `json:"v"`
	Peer string `json:"p"`
	Ends int64  `json:"e"` // seconds since 1970
}

func (c *Chat) mac(what, s string) string {
	m := hmac.New(sha256.New, c.o.Key)
	m.Write([]byte(what + "\x00" + c.o.Tenant + "\x00" + c.o.Channel + "\x00" + s))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18])
}

func (c *Chat) sign(t ticket) (string, error) {
	raw, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	s := base64.RawURLEncoding.EncodeToString(raw)
	return s + "." + c.mac("session", s), nil
}

// read checks a token. Anything that was not signed here, or has ended, is no ticket.
func (c *Chat) read(token string) (t ticket, ok bool) {
	s, mac, found := strings.Cut(token, ".")
	if !found || len(token) > 1024 || !hmac.Equal([]byte(mac), []byte(c.mac("session", s))) {
		return t, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(raw, &t) != nil {
		return t, false
	}
	return t, t.V == 1 && t.Peer != "" && c.o.Clock.Now().Unix() < t.Ends
}

// caller is who makes a request.
type caller struct {
	thread     bot.Thread
	key        bot.Key
	identities []profile.Identity
}

// signed lets only the holder of a session token through.
func (c *Chat) signed(h func(http.ResponseWriter, *http.Request, caller) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		t, ok := c.read(token)
		if !found || !ok {
			return wire.Refuse(http.StatusUnauthorized, "session", "the session has ended: begin a new one with POST v1/session")
		}
		who := caller{thread: c.thread(t)}
		var err error
		if who.identities, err = c.identify(r); err != nil {
			return err
		}
		if who.key, err = c.b.Conversation(r.Context(), who.thread); err != nil {
			return err
		}
		return h(w, r, who)
	}
}

func (c *Chat) thread(t ticket) bot.Thread {
	return bot.Thread{Tenant: c.o.Tenant, Channel: c.o.Channel, Peer: t.Peer}
}

func (c *Chat) identify(r *http.Request) ([]profile.Identity, error) {
	if c.o.Identify == nil {
		return nil, nil
	}
	ids, err := c.o.Identify(r)
	if err != nil {
		c.o.Logger.Warn("web: identifying a request", "error", err)
		return nil, wire.Refuse(http.StatusForbidden, "identity", "the sign-in could not be checked, sign in again")
	}
	return ids, nil
}

// session gives a visitor a token, or renews the one they have.
func (c *Chat) session(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Token    string `json:"token"`
		Language string `json:"language"`
	}
	if err := wire.ReadJSON(w, r, &in); err != nil {
		return err
	}
	t, known := c.read(in.Token)
	if !known {
		t = ticket{V: 1, Peer: "v-" + strings.ToLower(rand.Text())}
	}
	t.Ends = c.o.Clock.Now().Add(c.o.Session).Unix()
	token, err := c.sign(t)
	if err != nil {
		return err
	}
	out := map[string]any{"protocol": 1, "token": token, "known": known, "ends": time.Unix(t.Ends, 0).UTC(), "config": c.config()}
	lang := c.speaks(in.Language)
	if known {
		k, err := c.b.Conversation(r.Context(), c.thread(t))
		if err != nil {
			return err
		}
		st, err := c.b.State(r.Context(), k)
		if err != nil {
			return err
		}
		if st.Turns > 0 {
			lang = c.speaks(st.Language)
		}
		out["state"] = st
	}
	out["language"] = lang
	wire.WriteJSON(w, http.StatusOK, out)
	return nil
}

// speaks picks the page's language nearest to a wish.
func (c *Chat) speaks(wish string) string {
	for l := wish; l != ""; {
		if slices.Contains(c.o.Languages, l) {
			return l
		}
		i := strings.LastIndexByte(l, '-')
		l = l[:max(i, 0)]
	}
	return c.o.Languages[0]
}

// config is what the widget needs to know.
func (c *Chat) config() map[string]any {
	texts := map[string]map[string]string{}
	for _, lang := range c.o.Languages {
		texts[lang] = map[string]string{}
		for _, key := range keys() {
			texts[lang][key] = c.text(lang, "web."+key)
		}
	}
	return map[string]any{"languages": c.o.Languages, "texts": texts, "uploads": c.o.Files != nil,
		"max_upload": c.o.MaxUpload, "max_text": c.o.MaxText, "watch": c.o.Watch.config(), "pictures": c.o.Pictures}
}

// keys are the wordings of the page.
func keys() []string {
	return []string{"title", "open", "close", "ai", "input", "send", "attach", "record", "stop", "recording", "language", "name", "end", "log", "you", "bot",
		"typing", "writing", "offline", "online", "sending", "failed", "retry", "waiting", "ahead", "with", "helpful", "yes", "no", "thanks", "source",
		"too_large", "file_type", "busy", "no_mic", "written", "new", "file", "voice", "picture", "earlier"}
}
