//go:build unix

package proof

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot/store/internal/pgtest"
)

// The database dies as in a crash ("immediate"), again and again, under an
// engine that lives on: the same promises. An effect whose result could not be
// written is of unknown outcome.
func TestDatabaseDies(t *testing.T) {
	t.Parallel()
	if err := pgtest.Installed(); err != nil {
		t.Skip(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	c := cluster(t)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	url, err := c.Schema(t.Context())
	require.NoError(t, err)
	o := order{Name: "e", URL: url, Lease: time.Second}
	w := newWorld(t)
	r := w.start(o)
	crowd := w.crowd(chance.Uint64(), modes()...)
	n := max(2, kills(10)/8)
	for i := range n {
		many, from := 20+chance.IntN(200), len(w.snapshot())
		if !w.until(fmt.Sprint("there was load before outage ", i), func() bool { return len(w.lines) >= from+many }) {
			break
		}
		require.NoError(t, c.Stop(false))
		require.NoError(t, c.Start())
	}
	asked := crowd.end()
	w.settled(asked)
	w.stop(r)
	f := w.check(asked, false)
	s, err := (&child{order: o}).open()
	require.NoError(t, err)
	left(t, s, asked)
	assert.NoError(t, s.Close())
	t.Logf("%d outages: %v", n, f)
}
