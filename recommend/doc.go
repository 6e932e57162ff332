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
// Filters are hard: what fails one, is out of stock, was bought by the customer
// or is excluded is never suggested. The rest is ranked by wishes and words, by
// popularity, and by three structures that each event updates in microseconds:
//
//   - what the same customers took (co-occurrence with damped counts, after
//     Deshpande & Karypis 2004), what was bought at once, and what customers
//     with a like history hold;
//   - the latest sessions, by the items they hold: what sessions like this one
//     went on to (V-SKNN of Ludewig & Jannach 2018, distances as in STAN of
//     Garg et al. 2019);
//   - what followed what, decayed by steps.
//
// [Weights] say how much each speaks. Each suggestion says why. A customer's
// history counts only when Request.Personal allows it; the price never depends
// on the customer.
//
// A [Shelf] learns by [Shelf.Record] and is safe for concurrent use.
package recommend
