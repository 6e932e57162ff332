package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/handoff"
)

// A compensation that a person must agree to stands on the ticket; one that was
// given does not.
func TestApprovalIsOnTheTicket(t *testing.T) {
	t.Parallel()
	compensation := func(tk handoff.Ticket) string {
		i := slices.IndexFunc(tk.Facts, func(f handoff.Fact) bool { return f.Name == "compensation" })
		if i < 0 {
			return ""
		}
		return tk.Facts[i].Value
	}
	for name, c := range map[string]struct {
		language string
		lines    []string
		want     string
	}{
		"zh, to be agreed": {"zh", []string{"耳机左边没声音，太让人失望了，气人", "转人工"}, "需您确认"},
		"en, to be agreed": {"en", []string{"the left earbud doesn't work, I'm so disappointed, terrible quality", "talk to a human"}, "waits for your yes"},
		"zh, given":        {"zh", []string{"我的订单0042到哪了", "转人工"}, ""},
		"en, given":        {"en", []string{"where is order 0042?", "talk to a human"}, ""},
		"zh, none":         {"zh", []string{"怎么开发票", "转人工"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rig(t, map[string]string{"language": c.language})
			for _, l := range c.lines {
				r.Say(l)
			}
			got := compensation(r.Take())
			if c.want == "" {
				assert.Empty(t, got)
				return
			}
			assert.Contains(t, got, c.want)
			assert.Contains(t, got, "10%")
		})
	}
}

// What customers said yesterday is told to the staff today, from the shop's file.
func TestTellingMoods(t *testing.T) {
	t.Parallel()
	db, script := filepath.Join(t.TempDir(), "shop.db"), filepath.Join(t.TempDir(), "talk.txt")
	require.NoError(t, os.WriteFile(script, []byte("我的订单0047到哪了\n都两周了，太离谱了\n你们是骗子吧，气死我了\n"), 0o600))
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-db", db, "-lang", "zh", "-script", script}, nil, &out, &out), out.String())
	out.Reset()
	require.NoError(t, run(t.Context(), []string{"-db", db, "-moods"}, nil, &out, &out), out.String())
	for _, want := range []string{"conversations in 30 days: 1; turned bad: 1; mended: 0", "over delay: 1, 0 mended\n", "worse after ", "still bad: "} {
		assert.Contains(t, out.String(), want)
	}
}
