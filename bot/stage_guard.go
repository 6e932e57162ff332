package bot

import "context"

// guard lets the host's guard look at the message first.
func (b *Bot) guard(next Handler) Handler {
	return HandlerFunc(func(ctx context.Context, t *Turn) error {
		if err := b.opts.Guard.Check(ctx, &t.Message); err != nil {
			t.Trace.Add("guard", "refused: %v", err)
			t.answers = "refused"
			if t.session.Owner != "" {
				return nil
			}
			return t.Say("guard.refused")
		}
		return next.Handle(ctx, t)
	})
}
