// Command frontdesk-vet finds what a flow must not do; see package flowvet.
//
//	go run github.com/frontdesk-go/frontdesk/bot/flowvet/cmd/frontdesk-vet ./...
package main

import (
	"golang.org/x/tools/go/analysis/singlechecker"

	"github.com/frontdesk-go/frontdesk/bot/flowvet"
)

func main() { singlechecker.Main(flowvet.Analyzer) }
