//go:build unix

package proof

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Two replicas serve one database; one is frozen in the middle of a turn, past
// its lease, and thawed when the other has taken the conversation over: what it
// still writes is refused, order is kept, nothing happens twice.
func TestFrozenReplica(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	o := onPostgres(t)
	o.Lease = 300 * time.Millisecond
	w := newWorld(t)
	o.Name, o.Replica = "steady", "steady"
	steady := w.start(o)
	crowd := w.crowd(chance.Uint64(), modes()...)
	where := []string{"before commit", "before intent", "before result", "after effect", "before send", "after send", "after intent"}
	n, stale := max(3, kills(10)/4), 0
	for i := range n {
		o.Name = fmt.Sprint("f", i)
		o.Replica, o.Point, o.After, o.Signal = o.Name, where[i%len(where)], 1+chance.Int64N(10), syscall.SIGSTOP
		r := w.start(o)
		frozen := w.frozen(r)
		if t.Failed() {
			break
		}
		close(r.frozen) // its customers turn to the other one
		if !w.overtaken(steady, frozen) {
			break
		}
		require.NoError(t, r.cmd.Process.Signal(syscall.SIGCONT))
		if writes(o.Point) {
			w.until(r.name+" was refused", func() bool { return w.refused(r) > 0 })
			stale++
		}
		w.stop(r)
	}
	asked := crowd.end()
	w.settled(asked)
	w.stop(steady)
	f := w.check(asked, true)
	s, err := (&child{order: o}).open()
	require.NoError(t, err)
	left(t, s, asked)
	assert.NoError(t, s.Close())
	t.Logf("%d times frozen, %d of them before a write: %v", n, stale, f)
	assert.GreaterOrEqual(t, f.stale, stale)
}

// writes reports whether a process frozen at a point writes next.
func writes(point string) bool {
	switch point {
	case "before commit", "before intent", "before result", "after effect", "after intent":
		return true
	}
	return false
}

// frozen waits for a child to reach its point and returns that line.
func (w *world) frozen(r *replica) (at line) {
	w.t.Helper()
	w.until(r.name+" froze", func() bool {
		for _, l := range w.lines {
			if l.Who == r.name && l.What == "point" {
				at = l
				return true
			}
		}
		return false
	})
	return at
}

// overtaken waits until a replica has gone on where another is frozen.
func (w *world) overtaken(by *replica, frozen line) bool {
	w.t.Helper()
	behind := false
	from := 0
	return w.until(fmt.Sprintf("%s took over from %s, frozen %s", by.name, frozen.Who, frozen.Text), func() bool {
		for ; from < len(w.lines); from++ {
			l := w.lines[from]
			if l.Who == frozen.Who && l.What == "point" {
				behind = true
			}
			if !behind || l.Who != by.name {
				continue
			}
			if writes(frozen.Text) && l.What == "committed" && l.ID == frozen.ID ||
				!writes(frozen.Text) && l.What == "sent" && thread(l.Conv).ConversationID() == frozen.ID {
				return true
			}
		}
		return false
	})
}

// refused counts the writes of a child that were refused as stale.
func (w *world) refused(r *replica) (n int) {
	for _, l := range w.lines {
		if l.Who == r.name && l.What == "stale" {
			n++
		}
	}
	return n
}
