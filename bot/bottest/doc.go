// Package bottest tests conversations: a [Rig] talks with a bot as a customer
// would, on a clock that stands still, with a new engine over the stored bytes
// for every turn.
//
//	r := bottest.New(t, bot.Options{Understand: model}, mux)
//	r.Say("我要退货").Want("哪个订单")
//	r.Say("A12").Tap("质量问题").Want("确认")
//	r.Advance(8 * 24 * time.Hour)
//
// What it offers, from one conversation to all of them:
//
//   - [Golden] runs whole conversations from readable files, [Flows] writes down
//     what the flows in them ask, read and do.
//   - [Rig.Crash] lets the process die at a write, [Faults] does so at every
//     write of every conversation; what the customer reads must stay the same.
//   - [Rig.Redeploy] goes on with another program in mid-conversation.
//   - [Rig.Play] lets a simulated customer reach a goal, [Explore] looks for a
//     conversation that breaks a promise.
//   - [Model] is a model service that answers from a record.
//   - [TestStore] is the conformance suite of bot.Store.
//
// # The audit
//
// Every run of a flow is run again from its record, read-only, an hour later,
// and six days later when it waits for an answer. It must come by the same
// steps, put the same question and say the same, and [Rig.Watch] must show the
// same world: a flow that reads the clock, chance or a database outside bot.Load
// and bot.Once, or acts outside bot.Once, fails the test that shows it. So does
// one that goes on past a question nobody answered, or that no longer fits its
// record without a Redeploy, unless the test expects that with [Rig.WantEvent].
// A run that an injected fault struck is not audited.
//
// docs/testing.md of the module shows each tool with an example.
package bottest
