package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
)

//go:embed site
var siteFiles embed.FS

// site are the shop's pages: shelves, products, a cart, a sign-in. They know
// nothing of the bot but one line, the script of the chat.
type site struct {
	shop  *shop
	texts *bot.Texts
	key   []byte
}

func newSite(s *shop, texts *bot.Texts, key []byte) *site { return &site{s, texts, key} }

func (s *site) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.shelves)
	mux.HandleFunc("GET /p/{id}", s.product)
	mux.HandleFunc("GET /img/{file}", s.picture)
	mux.HandleFunc("POST /login", s.login)
	for _, name := range []string{"site.css", "site.js"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, siteFiles, "site/"+name) })
	}
}

// language is the page's: asked for in the address, or the browser's.
func (s *site) language(r *http.Request) string {
	for _, l := range append([]string{r.URL.Query().Get("lang")}, strings.Split(r.Header.Get("Accept-Language"), ",")...) {
		switch l = strings.TrimSpace(l); {
		case strings.HasPrefix(l, "zh"):
			return "zh"
		case strings.HasPrefix(l, "en"):
			return "en"
		}
	}
	return "zh"
}

// view is what a page's template sees.
type view struct {
	Lang, User string
	Item       *recommend.Item
	Items      []recommend.Item
	site       *site
}

// It is the page's item.
func (v view) It() recommend.Item { return *v.Item }

// T is a wording of the site.
func (v view) T(key string) string {
	s, _ := v.site.texts.Lookup(v.Lang, "", "site."+key)
	return s
}

// Name and About are an item's in the page's language, Price in its currency.
func (v view) Name(it recommend.Item) string  { return called(it.Name, v.Lang) }
func (v view) About(it recommend.Item) string { return called(it.Description, v.Lang) }

// Price is an item's.
func (v view) Price(it recommend.Item) string {
	currency, _ := v.site.texts.Lookup(v.Lang, "", "site.currency")
	return bot.Price(it.Price[currency], currency)
}

// Sizes are those in stock.
func (v view) Sizes(it recommend.Item) string {
	var out []string
	for _, x := range it.Variants {
		if x.Stock > 0 {
			out = append(out, v.site.shop.attributes.Display(x.Attribute, x.Value, v.Lang))
		}
	}
	return strings.Join(out, " ")
}

func (s *site) render(w http.ResponseWriter, r *http.Request, name string, v view) {
	v.Lang, v.site = s.language(r), s
	if ids, err := s.identify(r); err == nil && len(ids) > 0 {
		v.User = ids[0].Value
	}
	t, err := template.ParseFS(siteFiles, "site/page.html", "site/"+name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	var buf bytes.Buffer
	if err := t.ExecuteTemplate(&buf, "page.html", v); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'")
	h.Set("Permissions-Policy", "microphone=(self)")
	_, _ = w.Write(buf.Bytes())
}

func (s *site) shelves(w http.ResponseWriter, r *http.Request) {
	items := s.shop.shelf.Items()
	s.render(w, r, "shelves.html", view{Items: items[:min(40, len(items))]})
}

func (s *site) product(w http.ResponseWriter, r *http.Request) {
	it, ok := s.shop.shelf.Item(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	s.render(w, r, "product.html", view{Item: &it})
}

func (s *site) picture(w http.ResponseWriter, r *http.Request) {
	it, ok := s.shop.shelf.Item(strings.TrimSuffix(r.PathValue("file"), ".svg"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Cache-Control", "max-age=3600")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_, _ = w.Write(drawing(&it))
}

// login stands for a shop's own sign-in: it believes what it is told, but for
// the two accounts of the example only.
func (s *site) login(w http.ResponseWriter, r *http.Request) {
	user := r.FormValue("user")
	if user != "demo" && user != "anna" {
		user = ""
	}
	http.SetCookie(w, &http.Cookie{Name: "shop", Value: user + "." + s.mac(user), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/?lang="+s.language(r), http.StatusSeeOther)
}

func (s *site) mac(user string) string {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte("shop user " + user))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// identify tells the chat who is signed in.
func (s *site) identify(r *http.Request) ([]profile.Identity, error) {
	c, err := r.Cookie("shop")
	if err != nil {
		return nil, nil
	}
	user, mac, _ := strings.Cut(c.Value, ".")
	if user == "" || !hmac.Equal([]byte(mac), []byte(s.mac(user))) {
		return nil, nil
	}
	return []profile.Identity{{Kind: "uid", Value: user, Verified: true}}, nil
}
