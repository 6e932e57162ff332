package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
	"github.com/frontdesk-go/frontdesk/nlu"
)

// understand finds language, intent and entities, and reads "2" or a label as
// a tap on the last reply's choices.
func (b *Bot) understand(next Handler) Handler {
	return HandlerFunc(func(ctx context.Context, t *Turn) error {
		began := b.opts.Clock.Now()
		b.readTap(t)
		if b.opts.Understand == nil {
			t.byScript()
			return next.Handle(ctx, t)
		}
		m, err := b.opts.Understand.Understand(ctx, nlu.Input{Text: t.Message.Text, Language: t.Language,
			Now: t.Now, Context: t.session.Context})
		if err != nil {
			b.stageFailed(t, "understand", err)
			t.byScript()
			return next.Handle(ctx, t)
		}
		t.Meaning = m
		if m.Language != "" {
			t.Language = m.Language
		}
		t.session.Context = m.Next
		for _, e := range m.Entities {
			if e.Type == "item" && !e.Carried {
				t.session.Context.Focus = e.Value
			}
		}
		t.Trace.Add("understand", "%s", describe(m))
		t.took(began)
		t.heed()
		return next.Handle(ctx, t)
	})
}

// byScript knows the language and nothing else of the message.
func (t *Turn) byScript() {
	if lang := text.Language(t.Message.Text); lang != "" {
		t.Language = lang
	}
	t.Meaning = nlu.Meaning{Language: t.Language, Text: t.Message.Text}
}

// describe writes a meaning for the trace: names and numbers, none of the
// customer's own words.
func describe(m nlu.Meaning) string {
	var sb strings.Builder
	sb.WriteString("language " + m.Language + ", intent ")
	if m.Intent == "" {
		sb.WriteString("none")
	} else {
		sb.WriteString(m.Intent)
	}
	if m.FollowUp {
		sb.WriteString(" (follow-up)")
	}
	for i, c := range m.Intents {
		if i == 3 {
			break
		}
		sb.WriteString("; " + c.Name + " " + strconv.FormatFloat(c.Probability, 'f', 2, 64))
	}
	sb.WriteString("; unknown " + strconv.FormatFloat(m.Unknown, 'f', 2, 64))
	for i, e := range m.Entities {
		if i == 0 {
			sb.WriteString("; entities")
		}
		sb.WriteByte(' ')
		sb.WriteString(e.Type)
		if !personal(e.Type) {
			sb.WriteString("=" + cut(e.Value, 40))
		}
		if e.Carried {
			sb.WriteString("(carried)")
		}
	}
	return sb.String()
}

// personal reports whether an entity's value is personal data, or leads to it:
// an order and a parcel have one customer, a quantity may be somebody's weight.
func personal(kind string) bool {
	switch kind {
	case "phone", "email", "id_card", "bank_card", "plate", "address", "name", "order", "tracking", "quantity":
		return true
	}
	return false
}

// readTap completes a tap: its text for the stages that read text, and a typed
// label or number of the last reply's choices as a tap.
func (b *Bot) readTap(t *Turn) {
	m := &t.Message
	typed := strings.TrimSpace(m.Text)
	for i, c := range t.session.Choices {
		switch {
		case m.Tap != "" && m.Tap == c.Value:
			if typed == "" {
				m.Text = c.Label
			}
			return
		case m.Tap == "" && typed != "" && (strings.EqualFold(typed, c.Label) || typed == strconv.Itoa(i+1)):
			m.Tap = c.Value
			m.Text = c.Label
			return
		}
	}
	if m.Tap != "" && typed == "" && !isFlowTap(m.Tap) && !isOwnTap(m.Tap) {
		m.Text = m.Tap
	}
}

// stageFailed notes that a stage is out of order; the turn goes on without it.
func (b *Bot) stageFailed(t *Turn, stage string, err error) {
	t.Trace.Add(stage, "failed, left out: %v", err)
	b.opts.Logger.Warn("bot: a stage failed and was left out", "stage", stage, "conversation", t.Key.Conversation, "error", err)
}

// took puts the time since began on the last step of the trace.
func (t *Turn) took(began time.Time) {
	if n := len(t.Trace.Steps); n > 0 {
		t.Trace.Steps[n-1].Took = t.bot.opts.Clock.Now().Sub(began)
	}
}
