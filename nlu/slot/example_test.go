package slot_test

import (
	"context"
	"fmt"
	"testing/fstest"
	"time"

	"github.com/frontdesk-go/frontdesk/nlu/dataset"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
	"github.com/frontdesk-go/frontdesk/nlu/slot"
)

// A tagger learns which city is which; dates it need not learn.
func ExampleTrain() {
	set, err := dataset.Read(fstest.MapFS{"ship.md": {Data: []byte(`
## ship
- 从[北京](from)寄到[上海](to)要几天
- 从[上海](from)发到[成都](to)多少钱
- 从[成都](from)寄到[北京](to)
- 寄到[上海](to)要几天
- how long from [paris](from) to [rome](to)
- ship it from [rome](from) to [new york](to) please
- ship it from [new york](from) to [paris](to)
- deliver to [paris](to)
## greet
- 你好
- hello
`)}}, "*.md")
	if err != nil {
		fmt.Println(err)
		return
	}
	tagger, err := slot.Train(context.Background(), set.Examples, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	x, err := entity.New(&entity.Options{Tagger: tagger})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 3, 11, 10, 0, 0, 0, time.UTC)
	for _, m := range []string{"明天从武汉寄到天津要几天", "ship it from berlin to rome"} {
		for _, e := range x.Extract(m, "", now) {
			fmt.Println(e.Type, e.Value)
		}
	}
	// Output:
	// date 2026-03-12
	// from 武汉
	// to 天津
	// from berlin
	// to rome
}
