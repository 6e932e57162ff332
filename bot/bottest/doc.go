// Package bottest tests conversations: a [Rig] talks with a bot as a customer
// would, on a clock that stands still, with a new engine for every turn.
//
//	r := bottest.New(t, bot.Options{Understand: model}, mux)
//	r.Say("我要退货").Want("哪个订单")
//	r.Say("A12").Tap("质量问题").Want("确认")
//	r.Advance(8 * 24 * time.Hour)
//
// [Golden] runs whole conversations from readable files, and [TestStore] is the
// conformance suite of bot.Store.
package bottest
