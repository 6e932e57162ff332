package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/storetest"
	"github.com/frontdesk-go/frontdesk/bot/store/sqlite"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/profile/profiletest"
)

func TestMain(m *testing.M) {
	storetest.Child(func(place string) (bot.Store, error) { return sqlite.Open(place, nil) })
	goleak.VerifyTestMain(m)
}

func open(t testing.TB, path string, opts *sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(path, opts)
	require.NoError(t, err)
	return s
}

func TestStoreInFile(t *testing.T) {
	t.Parallel()
	bottest.TestStore(t, func(t *testing.T) bot.Store {
		return open(t, filepath.Join(t.TempDir(), "名字 with %? chars.db"), nil)
	})
}

func TestStoreInMemory(t *testing.T) {
	t.Parallel()
	bottest.TestStore(t, func(t *testing.T) bot.Store { return open(t, ":memory:", nil) })
}

// xor is a Sealer that a scan of the file can tell from plain text.
type xor struct{}

func (xor) Seal(_ context.Context, about string, plain []byte) ([]byte, error) {
	out := append([]byte(about+"|"), plain...)
	for i := range out {
		out[i] ^= 0x5a
	}
	return out, nil
}

func (xor) Open(_ context.Context, about string, sealed []byte) ([]byte, error) {
	out := bytes.Clone(sealed)
	for i := range out {
		out[i] ^= 0x5a
	}
	plain, ok := bytes.CutPrefix(out, []byte(about+"|"))
	if !ok {
		return nil, os.ErrInvalid
	}
	return plain, nil
}

func TestStoreSealed(t *testing.T) {
	t.Parallel()
	bottest.TestStore(t, func(t *testing.T) bot.Store {
		return open(t, filepath.Join(t.TempDir(), "s.db"), &sqlite.Options{Sealer: xor{}})
	})
}

// Every body passes the sealer: nothing a customer said stands in the file.
func TestSealedFileHoldsNoPlainText(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	s := open(t, path, &sqlite.Options{Sealer: xor{}})
	r := bottest.New(t, bot.Options{Store: s, Customers: s.Profiles()}, bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		t.Learn("name", "CANARY-TRAIT")
		return t.Say("CANARY-REPLY")
	}))
	r.Say("CANARY-SAID")
	require.NoError(t, s.Close())
	for _, f := range []string{path, path + "-wal"} {
		raw, err := os.ReadFile(f)
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		assert.NotContains(t, string(raw), "CANARY")
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	t.Run("a newer schema", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "s.db")
		require.NoError(t, open(t, path, nil).Close())
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		_, err = db.Exec(`INSERT INTO frontdesk_schema (version, at) VALUES (99, 0)`)
		require.NoError(t, err)
		require.NoError(t, db.Close())
		_, err = sqlite.Open(path, nil)
		require.Error(t, err)
		assert.Contains(t, err.Error(), "schema version 99")
		assert.Contains(t, err.Error(), "newer program")
	})
	t.Run("a file that is no database", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "s.db")
		require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("not a database, a letter. "), 100), 0o600))
		_, err := sqlite.Open(path, nil)
		require.Error(t, err)
		assert.Contains(t, err.Error(), "is not an SQLite database")
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Contains(t, string(raw), "a letter", "the file was changed")
	})
	t.Run("a folder that is not there", func(t *testing.T) {
		t.Parallel()
		_, err := sqlite.Open(filepath.Join(t.TempDir(), "no", "s.db"), nil)
		assert.Error(t, err)
	})
}

func TestStateSurvivesReopening(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	count := bot.Var[int]{Name: "n"}
	h := bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		n := count.Get(t) + 1
		return joinErr(count.Set(t, n), t.Say("{n}", "n", n))
	})
	for i, want := range []string{"1", "2", "3"} {
		s := open(t, path, nil)
		r := bottest.New(t, bot.Options{Store: s}, h)
		r.Send(bot.Message{ID: string(rune('a' + i)), Text: "hi"}).Want(want)
		r.Redeliver().Want(want)
		require.NoError(t, s.Close())
	}
}

func joinErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	profiletest.Run(t, func(t *testing.T) profile.Store {
		s := open(t, filepath.Join(t.TempDir(), "s.db"), nil)
		t.Cleanup(func() { assert.NoError(t, s.Close()) })
		return s.Profiles()
	})
}

// Two processes may have one file open: each waits for the other's writes.
func TestTwoOnOneFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	wait := &sqlite.Options{Wait: time.Minute} // the lock is not fair
	stores := []*sqlite.Store{open(t, path, wait), open(t, path, wait)}
	var wg sync.WaitGroup
	for i, s := range stores {
		for c := range 4 {
			wg.Go(func() {
				for n := range 20 {
					assert.NoError(t, storetest.Serve(context.Background(), s, 2*c+i, func(string) {}), "turn %d", n)
				}
			})
		}
	}
	wg.Wait()
	events, err := stores[0].Events(t.Context(), "shop", 0, 1000)
	require.NoError(t, err)
	assert.Len(t, events, 2*4*20*2)
	for _, s := range stores {
		assert.NoError(t, s.Close())
	}
}

// Opening again changes nothing; what was done to the schema is on record.
func TestSchemaOnRecord(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	record := func() (out []string) {
		require.NoError(t, open(t, path, nil).Close())
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		defer func() { assert.NoError(t, db.Close()) }()
		rows, err := db.Query(`SELECT version || ' ' || at FROM frontdesk_schema ORDER BY version`)
		require.NoError(t, err)
		defer func() { assert.NoError(t, rows.Close()) }()
		for rows.Next() {
			var line string
			require.NoError(t, rows.Scan(&line))
			out = append(out, line)
		}
		return out
	}
	first := record()
	require.NotEmpty(t, first)
	assert.Regexp(t, `^1 \d+$`, first[0])
	assert.Equal(t, first, record())
}

func TestSharedSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Store { return open(t, filepath.Join(t.TempDir(), "s.db"), nil) })
}

func TestKill(t *testing.T) {
	t.Parallel()
	storetest.Kill(t, func(t *testing.T) string { return filepath.Join(t.TempDir(), "s.db") },
		func(t *testing.T, path string) bot.Store { return open(t, path, nil) })
}
