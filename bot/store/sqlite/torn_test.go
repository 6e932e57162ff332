package sqlite_test

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot/store/internal/storetest"
)

// files are the bytes of a store: the database, and the log of what is not in
// it yet.
type files struct{ db, wal []byte }

func readFiles(t *testing.T, path string) (f files) {
	t.Helper()
	var err error
	f.db, err = os.ReadFile(path)
	require.NoError(t, err)
	f.wal, err = os.ReadFile(path + "-wal")
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	return f
}

// check opens a copy of the files, as after a power loss.
func (f files) check(t *testing.T, acked *storetest.Ledger) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.db")
	require.NoError(t, os.WriteFile(path, f.db, 0o600))
	require.NoError(t, os.WriteFile(path+"-wal", f.wal, 0o600))
	s := open(t, path, nil)
	acked.Check(t, s)
	require.NoError(t, s.Close())
}

const sector = 512 // what a disk writes as a whole

// A machine that loses power has what was synced when the last write returned,
// and of what came after any part: cut short, sectors missing, sectors torn.
// Everything acknowledged is there, and every turn whole.
func TestTornWrite(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(t.TempDir(), "s.db")
	s := open(t, path, nil)
	acked := storetest.NewLedger()
	for turn := range 4 {
		require.NoError(t, storetest.Serve(t.Context(), s, turn, acked.Note))
		synced := readFiles(t, path)
		synced.check(t, acked)
		var unsynced []string
		require.NoError(t, storetest.Serve(t.Context(), s, turn+1, func(line string) { unsynced = append(unsynced, line) }))
		after := readFiles(t, path)
		require.Equal(t, synced.db, after.db, "no checkpoint is due yet")
		require.Greater(t, len(after.wal), len(synced.wal), "a write goes to the end of the log")
		for range 3 {
			cut := len(synced.wal) + chance.IntN(len(after.wal)-len(synced.wal))
			files{after.db, after.wal[:cut]}.check(t, acked)

			torn := append([]byte(nil), after.wal...)
			for at := len(synced.wal); at < len(torn); at += sector {
				if chance.IntN(4) == 0 {
					clear(torn[at:min(at+sector, len(torn))])
				}
			}
			files{after.db, torn}.check(t, acked)
		}
		for _, line := range unsynced {
			acked.Note(line)
		}
	}
	require.NoError(t, s.Close())
}

// Power is lost while the log is copied into the database: any of its pages may
// be new, old or torn.
func TestTornCheckpoint(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(t.TempDir(), "s.db")
	s := open(t, path, nil)
	acked := storetest.NewLedger()
	for round := range 3 {
		for turn := range 10 {
			require.NoError(t, storetest.Serve(t.Context(), s, round+turn, acked.Note))
		}
		before := readFiles(t, path)
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		_, err = db.Exec("PRAGMA wal_checkpoint(FULL)")
		require.NoError(t, err)
		after := readFiles(t, path)
		require.NoError(t, db.Close())
		require.NotEqual(t, before.db, after.db, "nothing was copied")
		for range 3 {
			torn := append([]byte(nil), after.db...)
			for at := 0; at < len(torn); at += sector {
				if chance.IntN(2) == 0 && at < len(before.db) {
					copy(torn[at:min(at+sector, len(torn))], before.db[at:])
				}
			}
			files{torn, before.wal}.check(t, acked)
		}
		after.check(t, acked)
	}
	assert.NoError(t, s.Close())
}
