package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/internal/wire"
)

// turn is the context of a turn: it goes on when the browser goes away, so
// that the answer is there when the browser comes back. What it shows on the
// way is kept for the streams that join it.
func (c *Chat) turn(r *http.Request, who caller) (ctx context.Context, done func()) {
	_, release := c.hold(who.key)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), c.o.Turn)
	return ctx, func() { cancel(); release() }
}

func needID(id string) error {
	if id == "" || len(id) > 100 {
		return wire.Refuse(http.StatusBadRequest, "id", `"id" must have 1 to 100 characters, the same when it is sent again`)
	}
	return nil
}

// message takes what the customer wrote, tapped or attached.
func (c *Chat) message(w http.ResponseWriter, r *http.Request, who caller) error {
	var in struct {
		ID       string `json:"id"`
		Text     string `json:"text"`
		Tap      string `json:"tap"`
		Language string `json:"language"`
		Files    []struct {
			ID  string `json:"id"`
			Key string `json:"key"`
		} `json:"files"`
	}
	if err := wire.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if err := needID(in.ID); err != nil {
		return err
	}
	if len(in.Files) > 10 {
		return wire.Refuse(http.StatusBadRequest, "files", "a message takes at most 10 files")
	}
	m := bot.Message{ID: in.ID, Thread: who.thread, Text: in.Text, Tap: in.Tap, Language: c.speaks(in.Language), Identities: who.identities}
	for _, f := range in.Files {
		a, err := c.attachment(r.Context(), who, f.ID, f.Key)
		if err != nil {
			return err
		}
		m.Attachments = append(m.Attachments, a)
	}
	ctx, done := c.turn(r, who)
	defer done()
	replies, err := c.b.Handle(ctx, m)
	if err != nil {
		return err
	}
	if replies == nil {
		replies = []bot.Reply{}
	}
	wire.WriteJSON(w, http.StatusOK, map[string]any{"replies": replies})
	return nil
}

// push runs one of the engine's own pushes.
func (c *Chat) push(w http.ResponseWriter, r *http.Request, who caller, name string, data map[string]string, id, lang string) error {
	if err := needID(id); err != nil {
		return err
	}
	ctx, done := c.turn(r, who)
	defer done()
	_, err := c.b.Push(ctx, bot.Push{ID: name + "-" + id, Thread: who.thread, Name: name, Data: data, Language: lang, Identities: who.identities})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

type pushed struct {
	ID       string `json:"id"`
	Language string `json:"language"`
}

// open greets a visitor who opens the chat.
func (c *Chat) open(w http.ResponseWriter, r *http.Request, who caller) error {
	var in pushed
	if err := wire.ReadJSON(w, r, &in); err != nil {
		return err
	}
	return c.push(w, r, who, bot.PushOpen, nil, in.ID, c.speaks(in.Language))
}

// end asks a visitor who ends the chat how it went.
func (c *Chat) end(w http.ResponseWriter, r *http.Request, who caller) error {
	var in pushed
	if err := wire.ReadJSON(w, r, &in); err != nil {
		return err
	}
	return c.push(w, r, who, bot.PushEnd, nil, in.ID, c.speaks(in.Language))
}

// language changes what the bot speaks.
func (c *Chat) language(w http.ResponseWriter, r *http.Request, who caller) error {
	var in pushed
	if err := wire.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if lang := c.speaks(in.Language); lang != in.Language {
		return wire.Refuse(http.StatusBadRequest, "language", `"language" must be one of `+strings.Join(c.o.Languages, ", "))
	}
	return c.push(w, r, who, bot.PushLanguage, map[string]string{"language": in.Language}, in.ID, in.Language)
}

// feedback says whether an answer helped.
func (c *Chat) feedback(w http.ResponseWriter, r *http.Request, who caller) error {
	var in struct {
		Reply   string `json:"reply"`
		Helpful bool   `json:"helpful"`
	}
	if err := wire.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if err := c.b.Feedback(r.Context(), who.thread, in.Reply, in.Helpful); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// signals takes what the page reports of the visit.
func (c *Chat) signals(w http.ResponseWriter, r *http.Request, who caller) error {
	var in struct {
		Signals []Signal `json:"signals"`
	}
	if err := wire.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if len(in.Signals) > 50 {
		return wire.Refuse(http.StatusBadRequest, "signals", "at most 50 signals at once")
	}
	ctx, done := c.turn(r, who)
	defer done()
	for _, s := range in.Signals {
		for name, v := range map[string]string{"id": s.ID, "kind": s.Kind, "visit": s.Visit} {
			if v == "" || len(v) > 100 {
				return wire.Refuse(http.StatusBadRequest, name, `"`+name+`" of a signal must have 1 to 100 characters`)
			}
		}
		if len(s.Item) > 200 || len(s.Key) > 200 {
			return wire.Refuse(http.StatusBadRequest, "item", "item and key of a signal have at most 200 bytes")
		}
		if c.o.Signals == nil {
			continue
		}
		s.Language = c.speaks(s.Language)
		if err := c.o.Signals(ctx, who.thread, who.identities, s); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// history returns a page of lines, for clients that cannot stream and for
// reading back.
func (c *Chat) history(w http.ResponseWriter, r *http.Request, who caller) error {
	var p bot.Page
	for name, field := range map[string]*int64{"after": &p.After, "before": &p.Before} {
		s := r.URL.Query().Get(name)
		if s == "" {
			continue
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return wire.Refuse(http.StatusBadRequest, name, `"`+name+`" must be a place, a number from 0`)
		}
		*field = n
	}
	p.N = 50
	lines, err := c.b.History(r.Context(), who.key, p)
	if err != nil {
		return err
	}
	st, err := c.b.State(r.Context(), who.key)
	if err != nil {
		return err
	}
	if lines == nil {
		lines = []bot.Line{}
	}
	wire.WriteJSON(w, http.StatusOK, map[string]any{"lines": lines, "state": st, "more": len(lines) == p.N})
	return nil
}
