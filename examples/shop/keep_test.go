package main

import (
	"bytes"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot/bottest"
)

// The shop's own base goes through lint, gaps and review: what two customers
// asked in vain, and a colleague answered, answers after its review.
func TestKeepingTheBase(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, keepKnowledge(t.Context(), &out, os.DirFS("testdata"), bottest.Start()))
	for _, want := range []string{
		"lint: 120 entries, 1 finding",
		"pay.refundto / returns.refund",
		`"can you embroider a name on a scarf?", in 2 conversations, 2 answered by a colleague`,
		`"衣服上可以绣名字吗？", in 2 conversations, 2 answered by a colleague`,
		`"小林" may not approve: ask 店长`,
		"asked again: answered, was un",
	} {
		assert.Contains(t, out.String(), want)
	}
	assert.NotContains(t, out.String(), "0047", "what a flow served is no gap")
	assert.Error(t, keepKnowledge(t.Context(), &out, os.DirFS("nowhere"), bottest.Start()))

	out.Reset()
	require.NoError(t, keepKnowledge(t.Context(), &out, fstest.MapFS{}, bottest.Start()))
	assert.Contains(t, out.String(), "gaps: 0 questions")
}
