package pgtest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot/store/internal/pgtest"
)

// Settings are taken, schemas are apart, what was committed is there after the
// server died and recovered, and Close removes everything.
func TestCluster(t *testing.T) {
	t.Parallel()
	c, err := pgtest.New("max_connections = 17")
	if errors.Is(err, pgtest.ErrNotInstalled) {
		t.Skip(err)
	}
	require.NoError(t, err)
	a, err := c.Schema(t.Context())
	require.NoError(t, err)
	b, err := c.Schema(t.Context())
	require.NoError(t, err)
	exec := func(url, sql string) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), url)
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), sql)
		require.NoError(t, errors.Join(err, conn.Close(t.Context())))
	}
	ask := func(url, sql string) (got string) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), url)
		require.NoError(t, err)
		err = conn.QueryRow(t.Context(), sql).Scan(&got)
		require.NoError(t, errors.Join(err, conn.Close(t.Context())))
		return got
	}
	assert.Equal(t, "17", ask(a, "SHOW max_connections"))
	assert.Equal(t, "on", ask(a, "SHOW fsync"))
	exec(a, "CREATE TABLE notes (v TEXT)")
	exec(b, "CREATE TABLE notes (v TEXT)")
	exec(a, "INSERT INTO notes VALUES ('kept')")
	for _, graceful := range []bool{false, true} {
		require.NoError(t, c.Stop(graceful))
		_, err = pgx.Connect(t.Context(), a)
		require.Error(t, err, "the server was stopped")
		require.NoError(t, c.Start())
		assert.Equal(t, "kept", ask(a, "SELECT v FROM notes"))
		assert.Equal(t, "0", ask(b, "SELECT COUNT(*)::text FROM notes"))
	}
	require.NoError(t, c.Close())
	_, err = pgx.Connect(context.Background(), a)
	assert.Error(t, err)
}
