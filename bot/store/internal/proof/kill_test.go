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

// killsEach is how many deaths a store lives through before all in it is
// looked at and the next one is new.
const killsEach = 25

// modes of the customers of a test with one process.
func modes() []string {
	return []string{"handle", "handle", "deliver", "deliver", "by", "by", "any", "any"}
}

// An engine is killed (SIGKILL) at random instants and at each point, and
// started again on what it left: no acknowledged message and no reply is lost,
// none is answered out of order, no effect happens twice.
func TestKillSQLite(t *testing.T)   { t.Parallel(); testKill(t, onSQLite) }
func TestKillPostgres(t *testing.T) { t.Parallel(); testKill(t, onPostgres) }

func testKill(t *testing.T, place func(*testing.T) order) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	n := kills(10)
	var total figures
	for done := 0; done < n && !t.Failed(); done += killsEach {
		f := killSome(t, place(t), min(killsEach, n-done), chance)
		total.add(f)
	}
	t.Logf("%d kills: %v", n, total)
	require.Greater(t, total.acked, n, "next to nothing was done")
	require.Positive(t, total.effects)
}

// killSome lets a store live through n deaths of its engine, every other at a
// point.
func killSome(t *testing.T, o order, n int, chance *rand.Rand) figures {
	w := newWorld(t)
	crowd := w.crowd(chance.Uint64(), modes()...)
	names := points()
	first := chance.IntN(len(names))
	for i := range n {
		o.Name, o.Point = fmt.Sprint("e", i), ""
		if i%2 == 0 {
			o.Point, o.After, o.Signal = names[(first+i/2)%len(names)], 1+chance.Int64N(8), syscall.SIGKILL
		}
		r := w.start(o)
		if o.Point != "" {
			select {
			case <-r.gone:
			case <-time.After(patience):
				t.Errorf("%s did not come to %q", o.Name, o.Point)
			}
		} else {
			w.wrote(r, "armed")
			many, from := chance.IntN(150), len(w.snapshot())
			w.until("there was something to kill", func() bool { return len(w.lines) >= from+many })
			time.Sleep(time.Duration(chance.IntN(3000)) * time.Microsecond) // somewhere between two lines
		}
		r.kill()
		if t.Failed() {
			break
		}
	}
	o.Name, o.Point = "last", ""
	last := w.start(o)
	asked := crowd.end()
	w.settled(asked)
	w.stop(last)
	f := w.check(asked, false)
	s, err := (&child{order: o}).open()
	require.NoError(t, err)
	left(t, s, asked)
	assert.NoError(t, s.Close())
	return f
}

// snapshot is the ledger as it stands.
func (w *world) snapshot() []line {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lines[:len(w.lines):len(w.lines)]
}
