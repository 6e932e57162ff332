package bot

import "context"

// Handler answers a turn: it reads what the stages found (t.Meaning, t.Mood,
// t.Customer, …) and says something with t.Say or t.Send. A handler that says
// nothing leaves the turn to the knowledge base.
//
// A handler may ask (Ask, Choose, Confirm): then it is a flow, and runs again
// from the top when the customer has answered. See the package documentation
// for the rules.
//
// A handler is called by one goroutine at a time per conversation, and by many
// at once over different conversations.
type Handler interface {
	Handle(ctx context.Context, t *Turn) error
}

// HandlerFunc makes a function a Handler.
type HandlerFunc func(ctx context.Context, t *Turn) error

// Handle calls f.
func (f HandlerFunc) Handle(ctx context.Context, t *Turn) error { return f(ctx, t) }

// Middleware wraps a Handler, as in net/http. It may look at the turn before
// and after next, change it, or answer in next's place.
type Middleware func(next Handler) Handler

// chain wraps h so that the first middleware is the outermost.
func chain(h Handler, mws ...Middleware) Handler {
	for i := len(mws) - 1; i >= 0; i-- {
		h = mws[i](h)
	}
	return h
}
