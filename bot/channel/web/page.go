package web

import (
	"html"
	"io"
	"net/http"
	"strings"
)

// policy is the content security policy of the chat's own page.
func (c *Chat) policy() string {
	pictures := ""
	for _, o := range c.o.Pictures {
		pictures += " " + o
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:" + pictures +
		"; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'"
}

// page is the chat as a page of its own, in the language of "?lang=" or the
// browser's.
func (c *Chat) page(w http.ResponseWriter, r *http.Request) {
	raw, err := embedded.ReadFile("static/page.html")
	if err != nil {
		http.NotFound(w, r)
		return
	}
	lang := c.o.Languages[0]
	for _, want := range append([]string{r.URL.Query().Get("lang")}, strings.Split(r.Header.Get("Accept-Language"), ",")...) {
		tag, _, _ := strings.Cut(strings.TrimSpace(want), ";")
		if base, _, _ := strings.Cut(tag, "-"); base != "" && c.speaks(base) == base {
			lang = base
			break
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", c.policy())
	h.Set("Cache-Control", "no-cache")
	h.Set("Permissions-Policy", "microphone=(self)")
	s := strings.NewReplacer("{lang}", html.EscapeString(lang), "{title}", html.EscapeString(c.text(lang, "web.title")),
		"{base}", html.EscapeString(c.o.Base)).Replace(string(raw))
	_, _ = io.WriteString(w, s)
}
