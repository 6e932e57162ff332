package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/profile"
)

// Each line of testdata/wanted.tsv is the first of a conversation, and is taken by
// what should take it, or asked about ("did you mean"), but for those known to go
// wrong.
func TestWantedLines(t *testing.T) {
	t.Parallel()
	var report bot.Report
	st := opened(t, memoryDB(t))
	b, err := newBot(st, bot.Options{Store: bot.NewMemory(), Customers: profile.NewBook(), Clock: bottest.NewClock(bottest.Start()),
		OnTurn: func(r bot.Report) { report = r }})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, b.Close()) })
	f, err := os.Open("testdata/wanted.tsv")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	lines, right, n := bufio.NewScanner(f), 0, 0
	for n = 1; lines.Scan(); n++ {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		miss := cells[0] == "miss"
		if miss {
			cells = cells[1:]
		}
		require.Len(t, cells, 3, "wanted.tsv:%d", n)
		rs, err := b.Handle(t.Context(), bot.Message{ID: "m", Text: cells[2], Language: cells[0], Thread: bot.Thread{Channel: "t", Peer: fmt.Sprint(n)}})
		require.NoError(t, err, "wanted.tsv:%d", n)
		got := report.Intent
		id, ofBase := strings.CutPrefix(cells[1], "kb:")
		e, known := st.base.Entry(id)
		require.Equal(t, ofBase, known, "wanted.tsv:%d: the base has no entry %q", n, id)
		for _, r := range rs {
			if len(r.Citations) > 0 {
				got = "kb:" + r.Citations[0].ID
			}
			if ofBase && slices.ContainsFunc(r.Choices, func(c bot.Choice) bool { return c.Value == e.Texts[cells[0]].Question }) {
				got = cells[1] // "did you mean"
			}
		}
		if miss {
			assert.NotEqual(t, cells[1], got, "wanted.tsv:%d: %s goes right now: take the word miss away", n, cells[2])
			continue
		}
		right++
		assert.Equal(t, cells[1], got, "wanted.tsv:%d: %s", n, cells[2])
	}
	require.NoError(t, lines.Err())
	assert.GreaterOrEqual(t, right, 80, "of 100 lines or so")
}
