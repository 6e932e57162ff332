package bot

import "context"

// Known reports whether the knowledge base has an answer to the message that is
// beyond doubt. It is for a handler or middleware that has a second best for what
// the base does not know.
func (t *Turn) Known(ctx context.Context) bool { return t.bot.knows(ctx, t) }
