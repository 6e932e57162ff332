package bench

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// BenchmarkTurn is one message after the other over 64 conversations. cpu-µs
// is processor time, garbage collection included.
func BenchmarkTurn(b *testing.B) {
	for _, c := range bots(b, nil) {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.ResetTimer()
			before := cpu(b)
			for i := range b.N {
				if err := c.say(i%64, i); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/1000/float64(b.N), "cpu-µs")
		})
	}
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestStress delivers pairs of messages of one conversation at the same time,
// to handlers that wait for I/O, and then each message a second time: how many
// updates of the counter are lost, and how many take effect twice. It is about
// the others' designs, so only frontdesk's figures are asserted. FRONTDESK_PAIRS
// sets the number of pairs, 200 without it.
func TestStress(t *testing.T) {
	pairs := 200
	if s := os.Getenv("FRONTDESK_PAIRS"); s != "" {
		n, err := strconv.Atoi(s)
		require.NoError(t, err)
		pairs = n
	}
	io := func() { time.Sleep(200 * time.Microsecond) }
	t.Logf("%-16s %8s %8s %8s", "", "messages", "lost", "twice")
	for _, c := range bots(t, io) {
		both := func(k, a, b int) {
			var wg sync.WaitGroup
			for _, m := range []int{a, b} {
				wg.Go(func() { assert.NoError(t, c.say(k, m)) })
			}
			wg.Wait()
		}
		lost, twice := 0, 0
		for k := range pairs {
			both(k, 1, 2)
			lost += 2 - c.count(k)
		}
		for k := pairs; k < 2*pairs; k++ {
			require.NoError(t, c.say(k, 1))
			require.NoError(t, c.say(k, 1))
			twice += c.count(k) - 1
		}
		t.Logf("%-16s %8d %8d %8d", c.name, 2*pairs, lost, twice)
		if c.name == "frontdesk" {
			assert.Zero(t, lost, fmt.Sprint(c.name, ": an update was lost"))
			assert.Zero(t, twice, fmt.Sprint(c.name, ": a message took effect twice"))
		}
	}
}
