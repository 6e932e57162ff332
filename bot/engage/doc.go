// Package engage lets the bot speak first, at the right moment: after a long
// look at a product, idleness with something in the cart, errors in a row.
//
//	e, err := engage.New(nil)
//	mux.Register(engage.Handler, e)        // what is said
//	b, err := bot.New(opts, mux)
//	b.Use(e.Middleware)                    // hears "no, thanks"
//	err = e.Observe(ctx, b, thread, engage.Signal{ID: id, Visit: visit, Kind: "dwell", Item: "dress-01", For: time.Minute})
//
// The rules are data (rules.yaml). Whatever they say, an offer goes through
// bot.Push: in the conversation's order, never while a person owns it or a
// question is open. One offer a visit, none for a while after "no, thanks",
// none right after the customer wrote: then the
// next moment that fits is taken. What happened is remembered for the
// visit only; it enters the event log, and with it the profile, when the
// customer has agreed to profile.Personal.
package engage
