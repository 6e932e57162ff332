// Package slot learns to find what no pattern and no list of names can say:
// the name of a playlist nobody has heard of, the city one flies from against
// the city one flies to. It is taught by examples in which entities are marked
// (see package dataset for the formats), and finds them in new messages by the
// words around them.
//
//	set, err := dataset.Read(os.DirFS("data"), "nlu/*.yml")
//	tagger, err := slot.Train(ctx, set.Examples, nil)
//	x, err := entity.New(&entity.Options{Names: set.Names, Tagger: tagger})
//
// A few dozen marked examples a type are a start; a few hundred are good.
// Numbers, dates and money need none: package entity knows them.
package slot
