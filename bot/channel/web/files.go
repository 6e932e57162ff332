package web

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/internal/wire"
)

// File describes an upload.
type File struct {
	ID       string `json:"id"`
	Tenant   string `json:"tenant,omitempty"`
	Customer string `json:"customer"`
	Name     string `json:"name"`
	Type     string `json:"type"` // media type, from the content
	Size     int64  `json:"size"`
	At       int64  `json:"at"` // seconds since 1970
}

// Files keeps uploads. An implementation must be safe for concurrent use. Give
// it to bot.Options.Erasers as well, so that a customer's files go with them.
type Files interface {
	// Put keeps a file of at most Options.MaxUpload bytes, or nothing.
	Put(ctx context.Context, f File, body []byte) error
	// Get returns a file, or bot.ErrNotFound.
	Get(ctx context.Context, id string) (File, []byte, error)
	// Erase removes a customer's files.
	Erase(ctx context.Context, tenant, customer string) (map[string]int, error)
}

// kindOf finds the media type of what may be uploaded; "" is refused. Only
// types a browser shows without running anything are shown; the rest is
// offered for saving. What the browser says it sends is believed only where
// the content does not tell sound from film.
func kindOf(body []byte, name, said string) string {
	kind, _, _ := mime.ParseMediaType(http.DetectContentType(body))
	medium := "video"
	if strings.HasPrefix(said, "audio/") {
		medium = "audio"
	}
	if isMP4(body) {
		return medium + "/mp4"
	}
	switch kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "audio/mpeg", "audio/wave", "application/pdf":
		return kind
	case "application/ogg":
		return "audio/ogg"
	case "video/webm":
		return medium + "/webm"
	case "text/plain":
		switch strings.ToLower(path.Ext(name)) {
		case ".txt", ".csv", ".log":
			return "text/plain"
		}
	case "application/zip":
		switch strings.ToLower(path.Ext(name)) {
		case ".docx", ".xlsx", ".pptx":
			return "application/zip"
		}
	}
	return ""
}

// isMP4 reports whether body is an MP4 file by its brand (ISO/IEC 14496-12,
// 4.3): what Safari records has another one than the standard library knows.
func isMP4(body []byte) bool {
	if len(body) < 12 || string(body[4:8]) != "ftyp" {
		return false
	}
	switch string(body[8:12]) {
	case "isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "M4A ", "M4V ", "avc1", "dash":
		return true
	}
	return false
}

func shown(kind string) bool {
	return strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "audio/") || strings.HasPrefix(kind, "video/")
}

// cleanName is a file's name without a path or anything invisible.
func cleanName(s string) string {
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`<>:"/\|?*`, r) {
			return -1
		}
		return r
	}, s)
	if rs := []rune(s); len(rs) > 80 {
		s = string(rs[len(rs)-80:])
	}
	if s == "" || s == "." {
		return "file"
	}
	return s
}

// upload keeps a file; the message that carries it follows.
func (c *Chat) upload(w http.ResponseWriter, r *http.Request, who caller) error {
	if c.o.Files == nil {
		return wire.Refuse(http.StatusNotImplemented, "files", "this chat takes no files")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, c.o.MaxUpload))
	if err != nil {
		return err
	}
	name, err := url.QueryUnescape(r.Header.Get("X-Name"))
	if err != nil {
		name = ""
	}
	f := File{ID: strings.ToLower(rand.Text()), Tenant: who.thread.Tenant, Name: cleanName(name), Size: int64(len(body)), At: c.o.Clock.Now().Unix()}
	if f.Type = kindOf(body, f.Name, r.Header.Get("Content-Type")); f.Type == "" || len(body) == 0 {
		return wire.Refuse(http.StatusUnsupportedMediaType, "file_type", "this kind of file is not taken: send a picture, a recording, a PDF, a text or an office document")
	}
	cu, err := c.b.Customer(r.Context(), who.thread)
	if err != nil {
		return err
	}
	f.Customer = cu.ID
	if err := c.o.Files.Put(r.Context(), f, body); err != nil {
		return err
	}
	wire.WriteJSON(w, http.StatusCreated, map[string]any{"id": f.ID, "key": c.mac("file of "+who.thread.Peer, f.ID), "name": f.Name, "type": f.Type, "size": f.Size, "url": c.link(f.ID)})
	return nil
}

func (c *Chat) link(id string) string {
	return c.o.Base + "/v1/files/" + id + "?key=" + c.mac("file", id)
}

// attachment is an upload of the caller's own, for a message.
func (c *Chat) attachment(ctx context.Context, who caller, id, key string) (bot.Attachment, error) {
	if c.o.Files == nil || !hmac.Equal([]byte(key), []byte(c.mac("file of "+who.thread.Peer, id))) {
		return bot.Attachment{}, wire.Refuse(http.StatusBadRequest, "files", "this file is not one of yours: upload it with POST v1/files")
	}
	f, _, err := c.o.Files.Get(ctx, id)
	if errors.Is(err, bot.ErrNotFound) {
		return bot.Attachment{}, wire.Refuse(http.StatusBadRequest, "files", "this file is no longer there: upload it again")
	}
	return bot.Attachment{Name: f.Name, Type: f.Type, URL: c.link(id), Size: f.Size}, err
}

// download serves a file to whoever has its link.
func (c *Chat) download(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if c.o.Files == nil || !hmac.Equal([]byte(r.URL.Query().Get("key")), []byte(c.mac("file", id))) {
		return bot.ErrNotFound
	}
	f, body, err := c.o.Files.Get(r.Context(), id)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=3600")
	how := "attachment"
	if shown(f.Type) {
		how = "inline"
	}
	h.Set("Content-Disposition", how+"; filename*=UTF-8''"+url.PathEscape(f.Name))
	http.ServeContent(w, r, "", time.Unix(f.At, 0), bytes.NewReader(body))
	return nil
}
