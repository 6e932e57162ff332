// Package handoff decides when a person must take over a conversation, and
// gives that person everything they need.
//
// A [Policy] is a list of rules, data that a host edits: what must be true of a
// [Situation], and what follows. [NewTicket] makes the [Ticket] with a summary
// in the customer's own words, the transcript, what was established, the mood,
// and a suggested reply. A [Queue] hands tickets out: the pressing first, none
// left waiting for ever, none taken twice.
//
// The package takes plain values and knows nothing of bots.
package handoff
