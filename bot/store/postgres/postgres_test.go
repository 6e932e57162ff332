package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/pgtest"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/storetest"
	"github.com/frontdesk-go/frontdesk/bot/store/postgres"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/profile/profiletest"
)

// cluster serves the tests of this package; nil where no PostgreSQL is installed.
var cluster *pgtest.Cluster

func TestMain(m *testing.M) {
	storetest.Child(func(place string) (bot.Store, error) { return postgres.Open(context.Background(), place, nil) })
	c, err := pgtest.New("max_connections = 200")
	if err != nil && !errors.Is(err, pgtest.ErrNotInstalled) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	cluster = c
	code := m.Run()
	if c != nil {
		if err := c.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// schema is the address of a new, empty schema.
func schema(t testing.TB) string {
	t.Helper()
	if cluster == nil {
		t.Skip(pgtest.ErrNotInstalled)
	}
	url, err := cluster.Schema(context.Background())
	require.NoError(t, err)
	return url
}

func open(t testing.TB, url string, opts *postgres.Options) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(context.Background(), url, opts)
	require.NoError(t, err)
	return s
}

// do runs a statement on a connection of its own.
func do(t testing.TB, url, query string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	_, err = db.Exec(query)
	require.NoError(t, errors.Join(err, db.Close()))
}

func TestStore(t *testing.T) {
	t.Parallel()
	bottest.TestStore(t, func(t *testing.T) bot.Store { return open(t, schema(t), nil) })
}

func TestSharedSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Store { return open(t, schema(t), nil) })
}

// Poolers need statements that are not prepared.
func TestStoreUnprepared(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Store {
		return open(t, schema(t)+"&default_query_exec_mode=exec", nil)
	})
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	profiletest.Run(t, func(t *testing.T) profile.Store {
		s := open(t, schema(t), nil)
		t.Cleanup(func() { assert.NoError(t, s.Close()) })
		return s.Profiles()
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	refused := func(url string) error {
		s, err := postgres.Open(t.Context(), url, nil)
		if err == nil {
			assert.NoError(t, s.Close())
		}
		require.Error(t, err)
		return err
	}
	t.Run("a newer schema", func(t *testing.T) {
		t.Parallel()
		url := schema(t)
		require.NoError(t, open(t, url, nil).Close())
		do(t, url, `INSERT INTO frontdesk_schema (version, at) VALUES (99, 0)`)
		err := refused(url)
		assert.Contains(t, err.Error(), "schema version 99")
		assert.Contains(t, err.Error(), "newer program")
	})
	t.Run("a server that may forget", func(t *testing.T) {
		t.Parallel()
		url := schema(t) + "&synchronous_commit=off"
		err := refused(url)
		assert.Contains(t, err.Error(), "synchronous_commit is off")
		require.NoError(t, open(t, url, &postgres.Options{AllowLoss: true}).Close())
	})
	t.Run("another encoding", func(t *testing.T) {
		t.Parallel()
		url := schema(t)
		do(t, url, `CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0`)
		t.Cleanup(func() { do(t, url, `DROP DATABASE latin WITH (FORCE)`) })
		err := refused(cluster.URL() + "&dbname=latin")
		assert.Contains(t, err.Error(), "encoded in LATIN1")
	})
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		err := refused("postgres://shop:hidden@/shop?host=" + t.TempDir())
		assert.NotContains(t, err.Error(), "hidden")
	})
	t.Run("no connection string", func(t *testing.T) {
		t.Parallel()
		err := refused("postgres://shop:hidden@[/shop")
		assert.Contains(t, err.Error(), "connection string")
		assert.NotContains(t, err.Error(), "hidden")
	})
}

// A server with fsync off is refused.
func TestOpenRefusesFsyncOff(t *testing.T) {
	t.Parallel()
	c, err := pgtest.New("fsync = off")
	if errors.Is(err, pgtest.ErrNotInstalled) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	_, err = postgres.Open(t.Context(), c.URL(), nil)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "fsync is off")
	require.NoError(t, open(t, c.URL(), &postgres.Options{AllowLoss: true}).Close())
}

// Replicas that start at once bring the schema up once.
func TestOpenTogether(t *testing.T) {
	t.Parallel()
	url := schema(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			s, err := postgres.Open(context.Background(), url, &postgres.Options{Conns: 2})
			if assert.NoError(t, err) {
				assert.NoError(t, s.Close())
			}
		})
	}
	wg.Wait()
}

func TestKill(t *testing.T) {
	t.Parallel()
	storetest.Kill(t, func(t *testing.T) string { return schema(t) },
		func(t *testing.T, url string) bot.Store { return open(t, url, nil) })
}

// The server dies as in a crash, again and again, and recovers.
func TestServerDies(t *testing.T) {
	t.Parallel()
	c, err := pgtest.New()
	if errors.Is(err, pgtest.ErrNotInstalled) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	s := open(t, c.URL(), nil)
	storetest.Outage(t, s, func() error { return c.Stop(false) }, c.Start)
	assert.NoError(t, s.Close())
}

func bench(b *testing.B, run func(b *testing.B, s bot.Store, conversations int)) {
	for _, conversations := range []int{1, 64} {
		b.Run(fmt.Sprintf("conversations=%d", conversations), func(b *testing.B) {
			s := open(b, schema(b), nil)
			defer func() { _ = s.Close() }()
			run(b, s, conversations)
		})
	}
}

// The commits of turns: six rows with their indexes, durable when it returns.
func BenchmarkCommit(b *testing.B) { bench(b, storetest.Commits) }

// Whole turns of a bot.
func BenchmarkTurn(b *testing.B) { bench(b, storetest.Turns) }
