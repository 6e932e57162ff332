// Package desk is the page for the people behind the bot: the queue of those
// who wait, the conversation with what the bot saw and why it answered as it
// did, the customer, replies to send with one tap, notes, transfer, and the way
// back to the bot. A second page, the inspector, shows the trace of each turn.
//
//	d, err := desk.New(b, &desk.Options{Token: token})
//	defer d.Close()
//	http.Handle("/desk/", d)
//
// /desk/ is the desk, /desk/inspect the inspector. Everything on them follows
// what happens by server-sent events; two agents cannot take one ticket.
// Personal data is masked, traces hold none.
package desk
