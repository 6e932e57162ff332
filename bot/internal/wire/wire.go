// Package wire holds what the HTTP faces of a bot share: requests and answers
// in JSON, errors a client is told, server-sent events, files of a page.
package wire

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
)

// maxBody bounds a request in JSON.
const maxBody = 64 << 10

// ReadJSON reads a small JSON body. Only application/json is read: a form of
// another site cannot send that without asking first.
func ReadJSON(w http.ResponseWriter, r *http.Request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return Refuse(http.StatusUnsupportedMediaType, "type", "send the body as application/json")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return Refuse(http.StatusBadRequest, "body", "the body could not be read")
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return Refuse(http.StatusBadRequest, "body", "the body is no JSON of this request: "+err.Error())
	}
	return nil
}

// WriteJSON answers with a value.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		http.Error(w, `{"error":{"code":"internal"}}`, http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

// Refusal is an error the client is told.
type Refusal struct {
	Status        int
	Code, Message string
}

// Error is the message.
func (r *Refusal) Error() string { return r.Message }

// Refuse makes a Refusal; code names the field or the kind, message says what to do.
func Refuse(status int, code, message string) error { return &Refusal{status, code, message} }

// Fail answers with an error: what the caller may know, the rest goes to the
// log. A nil error does nothing.
func Fail(w http.ResponseWriter, r *http.Request, err error, log *slog.Logger) {
	if err == nil {
		return
	}
	var ref *Refusal
	var large *http.MaxBytesError
	retry := 0 // seconds
	switch {
	case errors.As(err, &ref):
	case errors.As(err, &large):
		ref = &Refusal{http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("the body is larger than %d bytes", large.Limit)}
	case errors.Is(err, bot.ErrBusy):
		ref, retry = &Refusal{http.StatusTooManyRequests, "busy", "too many messages are waiting, send it again in a moment"}, 2
	case errors.Is(err, bot.ErrOverloaded):
		ref, retry = &Refusal{http.StatusServiceUnavailable, "overloaded", "too many conversations at once, send it again in a moment"}, 5
	case errors.Is(err, bot.ErrClosed):
		ref, retry = &Refusal{http.StatusServiceUnavailable, "closing", "the server restarts, send it again in a moment"}, 2
	case errors.Is(err, bot.ErrTaken):
		ref = &Refusal{http.StatusConflict, "taken", "another person has this conversation"}
	case errors.Is(err, bot.ErrNotFound):
		ref = &Refusal{http.StatusNotFound, "not_found", "there is no such thing"}
	case r.Context().Err() != nil:
		return
	default:
		log.Error("web: request failed", "path", r.URL.Path, "error", err)
		ref, retry = &Refusal{http.StatusInternalServerError, "internal", "that went wrong on our side, send it again in a moment"}, 2
	}
	WriteJSON(w, ref.Status, map[string]any{"error": map[string]any{"code": ref.Code, "message": ref.Message, "retry": retry}})
}

// Base brings the path a handler is mounted under into one form: "/chat".
func Base(p, otherwise string) string {
	p = "/" + strings.Trim(path.Clean("/"+p), "/")
	if p == "/" {
		return otherwise
	}
	return p
}

// SameOrigin reports whether a request comes from a page of its own host, or
// from no page of another site: those send their origin.
func SameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}

// Static serves a file of a page, with a tag so that asking again is cheap.
// Pages of other sites may load it when open is true.
func Static(files *embed.FS, name string, open bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, err := files.ReadFile(name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		sum := sha256.Sum256(raw)
		tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:9]) + `"`
		h := w.Header()
		switch path.Ext(name) {
		case ".css":
			h.Set("Content-Type", "text/css; charset=utf-8")
		case ".svg":
			h.Set("Content-Type", "image/svg+xml")
		default:
			h.Set("Content-Type", "text/javascript; charset=utf-8")
		}
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", tag)
		if open {
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write(raw)
	}
}
