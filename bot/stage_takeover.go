package bot

import "context"

// takeover keeps the bot silent while a person owns the conversation: the
// message is recorded for them and nothing is said.
func (b *Bot) takeover(next Handler) Handler {
	return HandlerFunc(func(ctx context.Context, t *Turn) error {
		if t.session.Owner == "" {
			return next.Handle(ctx, t)
		}
		t.answers = "person"
		t.Trace.Add("takeover", "a person owns the conversation, ticket %s: passed on", t.session.Ticket)
		return nil
	})
}
