// Package frontdesk is a Go SDK for building customer-service bots that
// understand Chinese and English, answer from a knowledge base, notice how the
// customer feels, recommend what fits, remember who the customer is, and hand
// over to a person in time, with everything the person needs. It needs no model
// service.
//
// The module is a set of packages. Those of the ground floor are libraries of
// their own and know nothing of each other:
//
//   - nlu: language, intent, entities, context
//   - kb: the knowledge base
//   - sentiment: mood, its trend, and what to do about it
//   - profile: the customer: identities, traits, consent, what they did
//   - recommend: what to offer
//   - handoff: when a person must take over, tickets, the queue
//
// Package bot composes them into turns, with sessions, flows and stores
// (bot/store/sqlite); package bot/bottest tests conversations. A whole shop
// stands in examples/shop:
//
//	go run ./examples/shop
package frontdesk
