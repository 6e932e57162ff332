package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"unicode/utf8"
)

// serve runs the chain. What panics outside a handler is a failed turn too.
func (b *Bot) serve(ctx context.Context, t *Turn) {
	defer func() {
		if p := recover(); p != nil {
			b.opts.Logger.Error("bot: panic in a turn", "conversation", t.Key.Conversation, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			b.fail(t, fmt.Errorf("bot: panic: %v", p))
		}
	}()
	if t.from.poison {
		b.fail(t, errPoison)
		return
	}
	if t.fired != "" {
		b.serveTimer(ctx, t)
		return
	}
	if t.push != nil {
		b.servePush(ctx, t)
		return
	}
	if done := b.bound(t); done {
		return
	}
	if err := b.handle.Handle(ctx, t); err != nil {
		b.fail(t, err)
	}
}

func (b *Bot) serveTimer(ctx context.Context, t *Turn) {
	if t.session.Owner != "" {
		t.later()
		return // a person owns the chat: the bot stays silent
	}
	if err := chain(HandlerFunc(b.route), b.identify).Handle(ctx, t); err != nil {
		b.fail(t, err)
	}
}

// bound answers what no stage should see: nothing at all, or far too much.
func (b *Bot) bound(t *Turn) bool {
	m := &t.Message
	switch {
	case len(m.Text) > b.opts.MaxText:
		t.Trace.Add("accept", "text of %d bytes refused, at most %d are read", len(m.Text), b.opts.MaxText)
		m.Text = cut(m.Text, 200)
		t.answers = "refused"
		_ = t.Say("input.too_long", "max", b.opts.MaxText/3)
		return t.session.Owner == ""
	case strings.TrimSpace(m.Text) == "" && m.Tap == "" && len(m.Attachments) == 0:
		t.Trace.Add("accept", "empty message")
		t.answers = "refused"
		if t.session.Owner == "" {
			_ = t.Say("input.empty")
		}
		return true
	}
	return false
}

// cut returns at most n bytes of s, not inside a rune.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// fail replaces what the turn said by the apology.
func (b *Bot) fail(t *Turn, err error) {
	t.err = err
	t.run = nil
	t.replies = nil
	t.Trace.Add("error", "%v", err)
	t.answers = "failed"
	if !errors.Is(err, ErrConflict) {
		t.Track(Event{Kind: EventTurnFailed, Value: cut(err.Error(), 200)})
		_ = t.Say("error.apology")
	}
}
