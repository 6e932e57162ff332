// Package recommend suggests what fits: from what was asked, what was looked at,
// what goes together, and what the customer did before, learned from every
// event as it happens.
//
//	items, err := recommend.ReadCatalogue(f, "catalogue.csv")
//	shelf, err := recommend.New(items, nil)
//	s, err := shelf.Recommend(ctx, recommend.Request{
//		Language: "zh", Currency: "CNY", MaxPrice: 30000,
//		Must: []recommend.Filter{{Attribute: "category", Any: []string{"dress"}}, {Attribute: "colour", Any: []string{"red"}}},
//	})
//
// Filters are hard: what fails one, does not suit (Options.Suits), is out of stock, was bought by the customer
// or is excluded is never suggested. The rest is ranked by wishes and words, by
// popularity, and by three structures that each event updates in microseconds:
//
//   - what the same customers took (co-occurrence with damped counts, after
//     Deshpande & Karypis 2004), what was bought at once, and what customers
//     with a like history hold;
//   - the latest sessions, by the items they hold: what sessions like this one
//     went on to (V-SKNN of Ludewig & Jannach 2018, distances as in STAN of
//     Garg et al. 2019), and how often a session comes back to what it holds;
//   - what followed what, decayed by steps, and two steps along it.
//
// [Shelf.Fit], where a host calls it, adds ridge regressions of each item on its
// partners: of customers and of baskets (EASE of Steck 2019, restricted), and of
// sessions (SLIST of Choi et al. 2021, restricted). Partners that say the same
// then count once.
//
// Habits, what a customer takes again and again, join where it may come again;
// where little is known of a session's items, what shares rare attributes with
// them joins a [Shelf.Rank].
//
// Beside them speak what is trending in the customer's segments, the customer's
// taste in attributes for what nobody has taken yet, and the time after which a
// consumable is used up. [Shelf.Ask] finds the question that narrows the choice
// most when no taste is known. A complement never replaces what it goes with.
//
// [Weights] say how much each structure speaks; [Replay] measures them on a
// host's own log and chooses them. [Options] limit what one brand may fill and
// how often an item is shown; a [Bandit] re-ranks by what customers did, and
// [Estimate] judges another policy from its log before it is on.
//
// [Offers] are discounts by rule, with verdicts, floors and budgets; [Offers.Take]
// grants one, [Offers.Record] folds what a log says was granted.
//
// Each suggestion says why, as data and as a sentence. A customer's history
// counts only when Request.Personal allows it; the price never depends on the
// customer.
//
// What is learned lives in memory: items, sessions, baskets and event ids (as
// hashes) by caps; a customer costs their latest items. [Shelf.Save] and
// [Shelf.Restore] keep it between runs; [Shelf.Erase] forgets a customer. With
// Options.Late, replicas that read the same log in another order learn the same.
//
// A [Shelf] learns by [Shelf.Record] and is safe for concurrent use.
package recommend
