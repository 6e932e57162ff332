package bot

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Overlap is what becomes of a message that arrives while an earlier one of
// its conversation is waiting or answered. The zero value is Queue.
type Overlap struct{ within time.Duration }

// Queue answers each message in a turn of its own, in order of arrival.
func Queue() Overlap { return Overlap{} }

// Burst takes the lines a customer types within d of each other as one message
// and answers them in one turn: "hi", "about my order", "the red one". Turn.Message
// then has the first line's ID and the text of all, a line each. Each line
// keeps its place in the history and its id is answered once; the replies
// belong to the first, so Handle returns them for the first and none for the
// others. At most 16 lines and 4 times d are waited for. A tap is never joined
// to anything. Half a second to a second suits people who type.
func Burst(d time.Duration) Overlap { return Overlap{within: max(d, 0)} }

// maxBurst bounds the lines of a burst, maxPauses the pauses waited for.
const (
	maxBurst  = 16
	maxPauses = 4
)

// line is the message when a turn before may take it along.
func (b *Bot) line(from *start) *Message {
	if b.opts.Overlap.within == 0 || from.timer != nil || from.push != nil || from.message.Tap != "" {
		return nil
	}
	return &from.message
}

// gather waits for further lines of the customer and makes one message of
// them. The places of those it took along must be released.
func (b *Bot) gather(ctx context.Context, p *place, from *start) (along []*place, err error) {
	lines := []Message{from.message}
	for range maxPauses {
		if err := b.sleep(ctx, b.opts.Overlap.within); err != nil {
			return along, err
		}
		more := p.takeAlong(maxBurst - len(lines))
		if len(more) == 0 {
			break
		}
		along = append(along, more...)
		for _, w := range more {
			lines = append(lines, *w.message)
		}
	}
	from.join(lines)
	return along, nil
}

// join makes one message of several lines, each once.
func (from *start) join(lines []Message) {
	from.lines = nil
	for _, m := range lines {
		if !slices.ContainsFunc(from.lines, func(have Message) bool { return m.ID != "" && m.ID == have.ID }) {
			from.lines = append(from.lines, m)
		}
	}
	if len(from.lines) == 0 {
		return
	}
	m := from.lines[0]
	texts := make([]string, 0, len(from.lines))
	m.Attachments = nil
	for _, l := range from.lines {
		if l.Text != "" {
			texts = append(texts, l.Text)
		}
		m.Attachments = append(m.Attachments, l.Attachments...)
		m.Language = firstOf(l.Language, m.Language)
	}
	m.Text = strings.Join(texts, "\n")
	from.message = m
}

// also are the ids of the lines behind the first.
func (from *start) also() (ids []string) {
	for i := 1; i < len(from.lines); i++ {
		if id := from.lines[i].ID; id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// sleep waits by the bot's clock.
func (b *Bot) sleep(ctx context.Context, d time.Duration) error {
	fire, stop := b.opts.Clock.NewTimer(d)
	defer stop()
	select {
	case <-fire:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
