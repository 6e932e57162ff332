// Package bot composes the parts of a customer-service bot into turns: messages
// in, replies out.
//
// A [Bot] is made of [Options], one small interface for each part (what a
// message means, what the knowledge base answers, how the customer feels, who
// they are, what to recommend, when a person must take over), and a [Handler],
// usually a [Mux] that chooses by intent. Any part may be missing: each alone
// makes a useful bot.
//
//	mux := bot.NewMux()
//	mux.HandleFunc("order.status", orderStatus)
//	mux.HandleFunc("return.*", returnOrder) // a flow
//	b, err := bot.New(bot.Options{Store: store, Understand: intents, Knowledge: base}, mux)
//	replies, err := b.Handle(ctx, bot.Message{ID: id, Thread: thread, Text: text})
//
// # The life of a message
//
// A message arrives on a [Thread]; the [Store] maps it to a conversation, which
// is the unit of order: its messages run one after the other, conversations run
// side by side. The same message id is answered once, from the record. The
// turn then passes the stages, each a [Middleware]:
//
//	identify    who is this               Options.Customers
//	guard       bound and clean the input Options.Guard
//	understand  language, intent, entity  Options.Understand
//	feel        mood, and words for it    Options.Mood
//	takeover    a person owns the chat?   then the bot is silent
//	…           the host's middleware     Bot.Use
//	escalate    must a person take over?  Options.Handoff
//	suggest     what would help next      Options.Recommend
//	fallback    knowledge, catalogue, an honest "I don't know"
//	route       a flow goes on, or a handler is chosen
//
// One commit then writes session, replies, timers, events, ticket and the mark
// of the message. [Turn.Trace] says what each stage saw and why it decided.
//
// # Flows
//
// A dialog of several turns is a function that asks:
//
//	order, err := bot.Ask(t, bot.Question[string]{Name: "order", Prompt: "return.order", Slot: "order", Parse: bot.OrderID})
//	if err != nil {
//		return err // a question is open: the function runs again with the answer
//	}
//
// The function runs again from the top at every message. Steps that are on
// record by name ([Ask], [Choose], [Confirm], [Fill], [Load], [Once], [Wait])
// return at once; what the customer has read is not said again. So a flow
// survives restarts, and a deployment that adds, removes or reorders questions
// strands nobody. The rules to remember:
//
//   - Between steps only compute. Read through Load, act through Once.
//   - Names are the flow's schema. In loops use [Turn.Each], over things [Turn.In].
//   - Ask everything, Confirm, then Once: what comes before an effect cannot be
//     corrected any more. Put all the customer agrees to into Confirm's text.
//   - A business "no" is [Refuse]; any other error of an effect means that
//     nobody knows. Promise [Idempotent] only if the other side honours the key.
//   - Return the error of a step. If you forget, nothing bad happens: after a
//     question nothing further runs.
//
// Customers may correct an earlier answer, ask something in between, cancel,
// have the question repeated, say everything in the first message, or come back
// days later, without code in the flow.
//
// [Fill] asks for a whole form by struct tags; a file is an answer ([Photo],
// [Files]). [Wait] suspends a flow until the host signals an event
// ([Bot.Signal]), [Turn.Until] until a time. Package instep guards the clients
// a flow uses, flowvet finds what a flow must not do, and docs/flows.md is the
// guide.
//
// # Texts
//
// What customers read is data: a catalogue of texts by language and key
// ([ReadTexts]), with the shipped ones for what the engine itself says.
package bot
