// Package profile knows the customer: identities, traits, tags, consent, and
// what they did, folded from events.
//
// A [Customer] is plain data. [Customer.Apply] folds one [Event] into it; the
// same events in any order give the same customer. A [Book] keeps customers in
// memory and finds them by [Identity]; the same person on two channels becomes
// one once an identity is verified on both.
//
// Nothing here decides by itself: [Rules] derive tags ("frequent_buyer"), a
// [Segment] selects customers, [Customer.May] obeys consent, and
// [Customer.Tone] says how a customer likes to be spoken to.
package profile
