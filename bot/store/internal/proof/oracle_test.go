package proof

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Undisturbed, the shop says what the checks expect of it.
func TestShopAnswersAsExpected(t *testing.T) {
	t.Parallel()
	effects := 0
	b, err := shop{effect: func(string, int, string) { effects++ }}.bot(bot.Options{})
	require.NoError(t, err)
	defer func() { assert.NoError(t, b.Close()) }()
	for n := range 4 * stages {
		rs, err := b.Handle(t.Context(), bot.Message{ID: text(n), Thread: bot.Thread{Channel: "web", Peer: "p"}, Text: text(n)})
		require.NoError(t, err)
		require.Len(t, rs, 1)
		assert.Equal(t, expected(n)[0], rs[0].Text)
	}
	assert.Equal(t, 4, effects)
}
