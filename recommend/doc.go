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
// or is excluded is never suggested. The rest is ranked by wishes and words,
// by what others took together (co-occurrence with damped counts, after
// Deshpande & Karypis 2004), by what followed what, and by popularity. Each
// suggestion says why. A customer's history counts only when Request.Personal
// allows it; the price never depends on the customer.
//
// A [Shelf] learns by [Shelf.Record] and is safe for concurrent use.
package recommend
