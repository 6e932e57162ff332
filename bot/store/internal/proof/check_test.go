//go:build unix

package proof

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
)

// figures are what the ledgers of a test showed.
type figures struct {
	acked, effects, unknown, sent, resent int
	stale                                 int
}

func (f figures) String() string {
	return fmt.Sprintf("%d messages acknowledged, %d effects, %d of unknown outcome, %d replies sent, %d of them again, %d stale writes refused",
		f.acked, f.effects, f.unknown, f.sent, f.resent, f.stale)
}

func (f *figures) add(g figures) {
	f.acked += g.acked
	f.effects += g.effects
	f.unknown += g.unknown
	f.sent += g.sent
	f.resent += g.resent
	f.stale += g.stale
}

// story is what the ledger says of one conversation.
type story struct {
	called  map[int]string    // reply id the call of a message was given
	replies map[string]string // by id: the text
	sent    []string          // ids, in the order in which the channel first saw them
	times   map[string]int    // how often it saw each
	late    []string          // what it saw again behind a later one of the conversation
	effects map[int][]string  // keys, by job
	jobs    []int             // in the order of effects
	last    string            // id sent last
	changed []string          // one id, several texts, or one message, several replies
}

// stories are those of all conversations, and how many writes were refused as
// stale. The ledger is read once, however often this is asked.
func (w *world) stories() (by map[string]*story, stale int) {
	if w.by == nil {
		w.by = map[string]*story{}
	}
	by = w.by
	for ; w.heard < len(w.lines); w.heard++ {
		l := w.lines[w.heard]
		if l.What == "stale" {
			w.stale++
		}
		if l.Conv == "" {
			continue
		}
		s := by[l.Conv]
		if s == nil {
			s = &story{called: map[int]string{}, replies: map[string]string{}, times: map[string]int{}, effects: map[int][]string{}}
			by[l.Conv] = s
		}
		switch l.What {
		case "effect":
			s.effects[l.N] = append(s.effects[l.N], l.ID)
			s.jobs = append(s.jobs, l.N)
		case "sent":
			s.say(l.ID, l.Text)
			if s.times[l.ID]++; s.times[l.ID] == 1 {
				s.sent = append(s.sent, l.ID)
			} else if l.ID != s.last {
				s.late = append(s.late, l.Text)
			}
			s.last = l.ID
		case "acked":
			for _, r := range l.Replies {
				s.say(r.ID, r.Text)
				if have, ok := s.called[l.N]; ok && have != r.ID {
					s.changed = append(s.changed, fmt.Sprintf("message %d was answered %s and %s", l.N, have, r.ID))
				}
				s.called[l.N] = r.ID
			}
		}
	}
	return by, w.stale
}

func (s *story) say(id, text string) {
	if have, ok := s.replies[id]; ok && have != text {
		s.changed = append(s.changed, fmt.Sprintf("reply %s reads %q and %q", id, have, text))
	}
	s.replies[id] = text
}

// texts are the ids by text.
func (s *story) texts() map[string][]string {
	out := map[string][]string{}
	for id, text := range s.replies {
		out[text] = append(out[text], id)
	}
	return out
}

// answer is the text the n-th message was answered with, "" for none yet.
func (s *story) answer(texts map[string][]string, n int) string {
	for _, want := range expected(n) {
		if len(texts[want]) > 0 {
			return want
		}
	}
	return ""
}

// complete reports whether all that is owed has come: an answer to each
// message, thanks for each job.
func (s *story) complete(name string, asked int) bool {
	texts := s.texts()
	for n := range asked {
		if s.answer(texts, n) == "" || n%stages == stages-1 && thanked(name) && len(texts[fmt.Sprint("thanks ", n/stages)]) == 0 {
			return false
		}
	}
	return true
}

// settled waits until all that is owed to the customers has come.
func (w *world) settled(asked map[string]int) bool {
	w.t.Helper()
	seen := -1
	open := maps.Clone(asked)
	if w.until("every acknowledged message was answered", func() bool {
		if len(w.lines) == seen {
			return false
		}
		seen = len(w.lines)
		by, _ := w.stories()
		for name, n := range open {
			if s := by[name]; n > 0 && (s == nil || !s.complete(name, n)) {
				return false
			}
			delete(open, name) // once complete it stays so
		}
		return true
	}) {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	by, _ := w.stories()
	for name, n := range asked {
		for m := range n {
			if s := by[name]; s == nil || !s.complete(name, m+1) {
				w.t.Errorf("%s: nothing came for message %d (%s) of %d, or no thanks for its job", name, m, text(m), n)
				break
			}
		}
	}
	return false
}

// check holds the ledger against the promises; replicas says that two may send
// for one conversation.
func (w *world) check(asked map[string]int, replicas bool) (f figures) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.t
	assert.Empty(t, w.bad, "lines of the ledger")
	by, stale := w.stories()
	f.stale = stale
	if t.Failed() { // already: perhaps no conversation's promise is broken
		t.Logf("the end of the ledger, all of it is in %s\n%s", w.kept(), w.told("", -1))
	}
	told := 0
	for name, n := range asked {
		s := by[name]
		if s == nil {
			assert.Zero(t, n, "nothing is known of conversation %s", name)
			continue
		}
		f.acked += n
		if at, ok := s.check(t, name, n, replicas, &f); !ok {
			if told++; told <= 3 {
				t.Logf("%s in the ledger, all of it is in %s\n%s", name, w.kept(), w.told(name, at))
			}
		}
	}
	return f
}

// kept is where the whole ledger stays when the test is over.
func (w *world) kept() string {
	if w.copy != "" {
		return w.copy
	}
	raw, err := os.ReadFile(w.file.Name())
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp("", "frontdesk-ledger-*.jsonl"); err == nil {
			_, err = f.Write(raw)
			err = errors.Join(err, f.Close())
			w.copy = f.Name()
		}
	}
	if err != nil {
		return fmt.Sprintf("no file (%v)", err)
	}
	return w.copy
}

// toldLines bounds what a failure prints of the ledger.
const toldLines = 60

// told is what the ledger says of a conversation up to the last word about a
// message, or of all for "", up to the end for -1.
func (w *world) told(conv string, message int) string {
	var lines []string
	last := -1
	for _, l := range w.lines {
		if conv != "" && l.Conv != conv && l.What != "up" && l.What != "armed" && l.What != "point" && l.What != "stopped" {
			continue
		}
		id, said := l.ID, l.Text
		if len(l.Replies) > 0 {
			id, said = l.Replies[0].ID, l.Replies[0].Text
		}
		if message >= 0 && l.Conv == conv && (l.What == "acked" && l.N == message || l.What == "effect" && l.N == message/stages ||
			strings.HasSuffix(said, fmt.Sprint("#", message)) || said == fmt.Sprint("thanks ", message/stages)) {
			last = len(lines)
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %d %s %s", l.Who, l.What, l.N, id, said)))
	}
	end := len(lines)
	if last >= 0 {
		end = min(end, last+3)
	}
	from := max(0, end-toldLines)
	return fmt.Sprintf("… %d lines before\n%s\n… %d lines behind", from, strings.Join(lines[from:end], "\n"), len(lines)-end)
}

// counted notes whether something failed, and at which message first.
type counted struct {
	*testing.T
	failed       bool
	message, now int
}

func (c *counted) Errorf(format string, args ...any) {
	c.Helper()
	if !c.failed {
		c.failed, c.message = true, c.now
	}
	c.T.Errorf(format, args...)
}

func (s *story) check(in *testing.T, name string, asked int, replicas bool, f *figures) (at int, ok bool) {
	in.Helper()
	t := &counted{T: in, now: -1}
	assert.Empty(t, s.changed, "%s: a retry was answered otherwise", name)
	texts := s.texts()
	owed := 0
	var order []string // ids of the answers, by message
	for n := range asked {
		t.now = n
		said := s.answer(texts, n)
		if !assert.NotEmpty(t, said, "%s: message %d (%s) was lost", name, n, text(n)) {
			continue
		}
		owed++
		ids := texts[said]
		assert.Len(t, ids, 1, "%s: message %d was answered twice", name, n)
		order = append(order, ids[0])
		byCall, bySender := s.called[n] == ids[0], s.times[ids[0]] > 0
		assert.True(t, byCall != bySender, "%s: the answer to message %d went by the call: %v, by the sender: %v", name, n, byCall, bySender)
		if n%stages != stages-1 {
			continue
		}
		job := n / stages
		effects := len(s.effects[job])
		if strings.HasPrefix(said, "unknown") {
			f.unknown++
			assert.LessOrEqual(t, effects, 1, "%s: job %d was charged more than once: %v", name, job, s.effects[job])
		} else {
			assert.Equal(t, 1, effects, "%s: job %d was charged: %v", name, job, s.effects[job])
		}
		f.effects += effects
		if !thanked(name) {
			continue
		}
		thanks := texts[fmt.Sprint("thanks ", job)]
		assert.Len(t, thanks, 1, "%s: the timer of job %d", name, job)
		owed += len(thanks)
	}
	t.now = -1
	again, thanked := 0, 0
	for _, text := range s.replies {
		if strings.HasPrefix(text, "thanks ") {
			thanked++
		} else if !strings.Contains(text, "#") && strings.HasSuffix(text, "?") {
			again++ // a timer comes in between: the question open then is put again
		}
	}
	assert.LessOrEqual(t, again, thanked, "%s: questions put again", name)
	assert.Equal(t, owed, len(s.replies)-again, "%s: replies to nothing", name)
	if !replicas { // one that was frozen just before an effect has it late
		assert.IsIncreasing(t, append([]int{-2, -1}, s.jobs...), "%s: effects in order", name)
	}
	last := -1
	for _, id := range order {
		if i := slices.Index(s.sent, id); i >= 0 {
			assert.Greater(t, i, last, "%s: %q overtook an earlier answer", name, s.replies[id])
			last = i
		}
	}
	for _, times := range s.times {
		f.sent += times
		f.resent += times - 1
	}
	if !replicas {
		assert.Empty(t, s.late, "%s: sent again behind a later one", name)
	}
	return t.message, !t.failed
}

// left looks into the store when all is done: nothing waits, and the history
// has each message once, in order.
func left(t *testing.T, s bot.Store, asked map[string]int) {
	t.Helper()
	ctx := context.Background()
	arrivals, err := s.Arrivals(ctx, bot.Key{}, 0, 10)
	require.NoError(t, err)
	assert.Empty(t, arrivals, "accepted and not answered")
	pending, err := s.Pending(ctx, bot.Key{}, 0, 10)
	require.NoError(t, err)
	assert.Empty(t, pending, "not sent")
	due, err := s.Due(ctx, time.Now().Add(time.Hour), 10)
	require.NoError(t, err)
	assert.Empty(t, due, "timers")
	for name, n := range asked {
		if n == 0 {
			continue
		}
		k, err := s.Open(ctx, thread(name))
		require.NoError(t, err)
		var want, got []string
		for m := range n {
			want = append(want, text(m))
		}
		for before := int64(0); ; { // from the last page to the first
			lines, err := s.History(ctx, k, bot.Page{Before: before})
			require.NoError(t, err)
			if len(lines) == 0 {
				break
			}
			before = lines[0].Seq
			var page []string
			for _, l := range lines {
				if l.From == bot.FromCustomer {
					page = append(page, l.Text)
				}
			}
			got = append(page, got...)
		}
		at := 0
		for at < min(len(want), len(got)) && want[at] == got[at] {
			at++
		}
		near := func(all []string) []string { return all[max(0, min(at, len(all))-2):min(at+5, len(all))] }
		assert.True(t, at == len(want) && at == len(got), "%s: the history has %d messages of %d; from message %d on it reads %q instead of %q",
			name, len(got), len(want), max(0, at-2), near(got), near(want))
	}
}
