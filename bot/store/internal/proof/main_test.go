//go:build unix

package proof

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot/store/internal/pgtest"
)

func TestMain(m *testing.M) {
	if raw := os.Getenv(childEnv); raw != "" {
		c := &child{ledger: os.NewFile(3, "ledger")}
		err := json.Unmarshal([]byte(raw), &c.order)
		if err == nil {
			err = c.run()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, c.Name+":", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	if err := shared.close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// shared is the PostgreSQL of the tests that only need a schema of it, started
// by the first.
var shared lazyCluster

type lazyCluster struct {
	mu sync.Mutex
	c  *pgtest.Cluster
}

func (l *lazyCluster) schema(t *testing.T) string {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.c == nil {
		l.c = cluster(t)
	}
	url, err := l.c.Schema(t.Context())
	require.NoError(t, err)
	return url
}

func (l *lazyCluster) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.c == nil {
		return nil
	}
	return l.c.Close()
}

// cluster starts a PostgreSQL, or skips the test where none is installed.
func cluster(t *testing.T) *pgtest.Cluster {
	t.Helper()
	c, err := pgtest.New("max_connections = 200")
	if errors.Is(err, pgtest.ErrNotInstalled) {
		t.Skip(err)
	}
	require.NoError(t, err)
	return c
}

// kills is how often a process is killed in a test: FRONTDESK_KILLS (30 in CI,
// 500 in make torture), or few.
func kills(few int) int {
	if n, err := strconv.Atoi(os.Getenv("FRONTDESK_KILLS")); err == nil && n > 0 {
		return n
	}
	return few
}

// onSQLite and onPostgres make a new, empty store for children.
func onSQLite(t *testing.T) order {
	return order{SQLite: filepath.Join(t.TempDir(), "s.db")}
}

func onPostgres(t *testing.T) order { return order{URL: shared.schema(t)} }
