// Package desk is the page for the people behind the bot: the queue of those
// who wait, with how urgent it is, how long, and why; the conversation with what
// the bot saw and why it answered as it did; the customer, masked; replies to
// send with one tap or to edit, with their sources, and a search for others;
// notes, transfer, and the way back to the bot. A second page, the inspector,
// shows the trace of each turn and can be printed.
//
//	d, err := desk.New(b, &desk.Options{Token: token})
//	defer d.Close()
//	http.Handle("/desk/", d)
//
// /desk/ is the desk, /desk/inspect the inspector; /desk/#token=… opens it
// without typing the token. A host with a sign-in of its own sets
// Options.Authenticate instead.
//
// Everything on the pages follows what happens by server-sent events, and what
// is being typed or read stays. Two agents cannot take one ticket. Contacts are
// masked wherever they stand, the customer's name and address in the panel;
// traces hold no personal data, and long numbers only by their end.
package desk
