package report_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/nlu/report"
)

func Example() {
	m, err := nlu.Train(context.Background(), examples(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var page strings.Builder
	err = report.Write(&page, &report.Report{Title: "Shop", Evaluation: m.Evaluate(examples())})
	fmt.Println(err, strings.Contains(page.String(), "<svg"))
	// Output: <nil> true
}
