package bot

import (
	"context"
	"errors"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/pii"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/profile"
)

// write lets the writer word the answer from what was found. Whatever goes
// wrong, the customer gets plain, the entry as it stands.
func (b *Bot) write(ctx context.Context, t *Turn, hits []kb.Hit, plain Reply) {
	if c, asked := t.Customer.Consents[profile.Model]; asked && !c.Given {
		t.Trace.Add("write", "the customer does not want a model to see the text: plain answer")
		_ = t.Send(plain)
		return
	}
	began := b.opts.Clock.Now()
	a := Assignment{Question: pii.Mask(t.Message.Text), Language: t.Language, Tone: t.Tone}
	texts := make([]string, 0, len(hits))
	for _, h := range hits {
		a.Passages = append(a.Passages, Passage{ID: h.ID, Title: h.Question, Text: h.Answer})
		texts = append(texts, h.Question+"\n"+h.Answer)
	}
	if lines, err := b.opts.Store.History(ctx, t.Key, Page{N: 6}); err == nil {
		for i := range lines {
			l := lines[i].forTicket()
			l.Text = pii.Mask(l.Text)
			a.Before = append(a.Before, l)
		}
	}
	d := t.Draft()
	only, cancel := t.hush.context(ctx)
	text, err := b.opts.Write.Write(only, a, d.Add)
	cancel()
	if err == nil && strings.TrimSpace(text) == "" {
		err = ErrNoAnswer
	}
	if err == nil {
		// What a person may act on must stand in the passages.
		for _, s := range kb.Supported(text, texts) {
			if len(s.Missing) > 0 {
				err = errors.New("the answer has a " + s.Missing[0].Kind + " the passages do not have")
				break
			}
		}
	}
	if err != nil {
		t.Trace.Add("write", "plain answer: %v", err)
		t.took(began)
		_ = d.Send(plain)
		return
	}
	t.Trace.Add("write", "written from %d passages, every fact stands in them", len(hits))
	t.took(began)
	plain.Text, plain.Written, plain.Language = text, true, t.Language
	_ = d.Send(plain)
}
