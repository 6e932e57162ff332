package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/store/sqlite"
)

// durable is a conversation with the shop that remembers customers in the
// database, as a shop that may die at any moment does.
func durable(t testing.TB, settings map[string]string) *bottest.Rig {
	t.Helper()
	store, err := sqlite.Open(":memory:", nil)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	return rigOver(t, settings, bot.Options{Store: store, Customers: store.Profiles()})
}

// Whatever dies, conflicts, gets lost or comes twice: the customer reads the
// same conversation. BOTTEST_FAULTS=all go test -run UnderFaults ./examples/shop
// meets every fault instead of a sample.
func TestConversationsUnderFaults(t *testing.T) {
	t.Parallel()
	bottest.Faults(t, "testdata", func(t *testing.T, settings map[string]string) *bottest.Rig { return durable(t, settings) },
		&bottest.FaultOptions{Sample: 1})
}

// The same when a message is acknowledged first and answered by another process,
// through a channel that may fail.
func TestConversationsAnsweredLaterUnderFaults(t *testing.T) {
	t.Parallel()
	bottest.Faults(t, "testdata", func(t *testing.T, settings map[string]string) *bottest.Rig {
		r := durable(t, settings)
		r.Later = true
		return r
	}, &bottest.FaultOptions{Sample: 1})
}

// What the flows ask, read and do stands in testdata/flows.txt.
func TestFlowsAreListed(t *testing.T) {
	t.Parallel()
	bottest.Flows(t, "testdata", "testdata/flows.txt", rig)
}
