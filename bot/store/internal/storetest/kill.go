package storetest

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
)

// childPlace tells a test binary to be the process that is killed, and where
// its store is.
const childPlace = "FRONTDESK_STORETEST_PLACE"

// Child makes the process put load on a store until it is killed, when Kill
// has started it; otherwise it returns at once. TestMain calls it first.
func Child(open func(place string) (bot.Store, error)) {
	place := os.Getenv(childPlace)
	if place == "" {
		return
	}
	s, err := open(place)
	if err == nil {
		err = load(context.Background(), s, func(line string) {
			_, _ = os.Stdout.WriteString(line) // one write a line: never torn between two
		})
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// kills is how often a process is killed in a test; make torture sets
// FRONTDESK_KILLS.
func kills(t *testing.T) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("FRONTDESK_KILLS")); err == nil && n > 0 {
		return n
	}
	if testing.Short() {
		return 3
	}
	return 10
}

// killsEach is how many deaths a store lives through before the next one is
// new: after each, everything in it is looked at.
const killsEach = 25

// Kill kills a process that writes to a store at random instants (SIGKILL), and
// after each death finds everything that was acknowledged until then, and every
// turn whole. place makes a new, empty place for a store.
func Kill(t *testing.T, place func(t *testing.T) string, open func(t *testing.T, place string) bot.Store) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	var at string
	var acked *Ledger
	n, acks := kills(t), 0
	for i := range n {
		if i%killsEach == 0 {
			at, acked = place(t), NewLedger()
		}
		before := acked.acks
		killOnce(t, at, acked, chance.IntN(150))
		acks += acked.acks - before
		s := open(t, at)
		acked.Check(t, s)
		require.NoError(t, s.Close())
		if t.Failed() {
			return
		}
	}
	require.Greater(t, acks, n, "the load did next to nothing")
	t.Logf("%d kills, %d acknowledged, 0 lost", n, acks)
}

// Outage puts load on an open store and has its server die (stop) and come back
// (start) several times: the store goes on, and what it had acknowledged is there.
func Outage(t *testing.T, s bot.Store, stop, start func() error) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	acked := NewLedger()
	n := max(2, kills(t)/5)
	for range n {
		left := int64(chance.IntN(300))
		var count atomic.Int64
		down := make(chan error, 1)
		var once sync.Once
		err := load(context.Background(), s, func(line string) {
			acked.Note(line)
			if count.Add(1) > left {
				once.Do(func() { down <- stop() })
			}
		})
		require.Error(t, err, "the store went on without its server")
		require.NoError(t, <-down)
		require.NoError(t, start())
		acked.Check(t, s)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d outages, %d acknowledged, 0 lost", n, acked.acks)
}

// killOnce starts the child and kills it once it has acknowledged so much.
func killOnce(t *testing.T, place string, acked *Ledger, after int) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	child := exec.Command(self, "-test.run=^$")
	child.Env = append(os.Environ(), childPlace+"="+place)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewReader(out)
	killed := false
	for n := 0; ; n++ {
		if n >= after && !killed {
			killed = true
			require.NoError(t, child.Process.Kill())
		}
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		acked.Note(line)
	}
	assert.True(t, killed, "the child ended by itself, see above")
	_ = child.Wait() // killed
}
