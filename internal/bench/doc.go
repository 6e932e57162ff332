// Package bench runs the same small bot on frontdesk and on other Go
// frameworks, in one process, so that figures can be compared. It is a module
// of its own: none of the others enters frontdesk's go.mod.
//
// The bot keeps a counter for each conversation and answers every message with
// its number. What each does for that differs, and is said beside the figures:
//
//   - frontdesk: five pass-through middlewares; messages of a conversation in
//     order; state, reply, history, event and de-duplication mark in one commit
//     to the memory store.
//   - go-telegram/bot, telebot: dispatch of an update to a handler behind five
//     pass-through middlewares. They have no state: the handler keeps the
//     counter in a map, as their examples do. No order, no de-duplication.
//   - eino: a compiled graph of five pass-through nodes and one that counts, in
//     the map. No order, no de-duplication.
//
// Beside it, the moods of texts: frontdesk's sentiment and govader, a port of
// VADER, on the same messages and on the English public sets; intents of nlu
// and of a plain fastText; and kb and Bleve on the same questions.
package bench
