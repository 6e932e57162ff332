package dataset_test

import (
	"fmt"
	"testing/fstest"

	"github.com/frontdesk-go/frontdesk/nlu/dataset"
)

// A Rasa file gives examples for nlu.Train and names for entity.New.
func ExampleRead() {
	rasa := fstest.MapFS{"nlu/search.yml": {Data: []byte(`
nlu:
- intent: product.search
  examples: |
    - 有没有[红色](colour)的裙子
    - show me [crimson](colour) dresses
- synonym: red
  examples: |
    - 红色
    - crimson
`)}}
	set, err := dataset.Read(rasa, "nlu/*.yml")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range set.Examples {
		fmt.Println(e.Intent, e.Text, e.Entities[0].Type, e.Entities[0].Value)
	}
	fmt.Println(set.Names[0].Type, set.Names[0].Value, set.Names[0].Texts)
	// Output:
	// product.search 有没有红色的裙子 colour red
	// product.search show me crimson dresses colour red
	// colour red [red 红色 crimson]
}
