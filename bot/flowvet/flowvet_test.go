package flowvet_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/frontdesk-go/frontdesk/bot/flowvet"
)

// Each finding stands as a comment beside its line in testdata/src/flows.
func TestAnalyzer(t *testing.T) {
	t.Parallel()
	analysistest.Run(t, analysistest.TestData(), flowvet.Analyzer, "flows")
}
