package instep_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sqlite "modernc.org/sqlite"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/instep"
)

// where runs use between the steps of a flow, in a Load, in a Once and in a
// Check, and returns what each says.
func where(t *testing.T, use func(context.Context) error) map[string]error {
	got := map[string]error{}
	flow := bot.HandlerFunc(func(ctx context.Context, t *bot.Turn) error {
		got["between"] = use(ctx)
		if _, err := bot.Load(ctx, t, "load", func(ctx context.Context) (int, error) { got["load"] = use(ctx); return 1, nil }); err != nil {
			return err
		}
		if _, err := bot.Once(ctx, t, "once", func(ctx context.Context, _ string) (int, error) { got["once"] = use(ctx); return 1, nil }); err != nil {
			return err
		}
		_, err := bot.Ask(t, bot.Question[int]{Name: "n", Prompt: "几件?", Check: func(int) error { got["check"] = use(ctx); return nil }})
		got["after"] = use(ctx)
		return err
	})
	r := bottest.New(t, bot.Options{}, flow)
	r.Say("你好").Want("几件?")
	r.Say("2")
	got["outside"] = use(t.Context())
	return got
}

func guarded(t *testing.T, got map[string]error) {
	t.Helper()
	for _, in := range []string{"load", "once", "check"} {
		assert.NoError(t, got[in], in)
	}
	for _, out := range []string{"between", "after", "outside"} {
		require.Contains(t, got, out)
		assert.ErrorIs(t, got[out], instep.ErrOutside, out)
	}
}

func TestTransport(t *testing.T) {
	t.Parallel()
	served := 0
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
	defer srv.Close()
	client := &http.Client{Transport: instep.Transport(nil)}
	defer client.CloseIdleConnections()
	guarded(t, where(t, func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL, strings.NewReader("x"))
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}))
	assert.Equal(t, 3, served)
}

func open(t *testing.T) (guarded, plain *sql.DB) {
	path := filepath.Join(t.TempDir(), "a.db")
	c, err := (&dsn{path}).OpenConnector()
	require.NoError(t, err)
	guarded = sql.OpenDB(instep.Connector(c))
	plain, err = sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = plain.Exec(`CREATE TABLE n (n INTEGER)`)
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, guarded.Close())
		assert.NoError(t, plain.Close())
	})
	return guarded, plain
}

// dsn opens connections of a file.
type dsn struct{ path string }

func (d *dsn) OpenConnector() (driver.Connector, error)     { return d, nil }
func (d *dsn) Connect(context.Context) (driver.Conn, error) { return (&sqlite.Driver{}).Open(d.path) }
func (d *dsn) Driver() driver.Driver                        { return &sqlite.Driver{} }

func TestConnector(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(context.Context, *sql.DB) error{
		"exec": func(ctx context.Context, db *sql.DB) error {
			_, err := db.ExecContext(ctx, `INSERT INTO n VALUES (?)`, 1)
			return err
		},
		"query": func(ctx context.Context, db *sql.DB) error {
			var n int
			return db.QueryRowContext(ctx, `SELECT COUNT(*) FROM n`).Scan(&n)
		},
		"transaction": func(ctx context.Context, db *sql.DB) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO n VALUES (2)`); err != nil {
				return err
			}
			return tx.Commit()
		},
		"prepared": func(ctx context.Context, db *sql.DB) error {
			st, err := db.PrepareContext(ctx, `INSERT INTO n VALUES (?)`)
			if err != nil {
				return err
			}
			defer func() { _ = st.Close() }()
			_, err = st.ExecContext(ctx, 3)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, _ := open(t)
			guarded(t, where(t, func(ctx context.Context) error { return use(ctx, db) }))
			assert.NoError(t, db.PingContext(t.Context()), "a ping is let through")
		})
	}
}

// A prepared statement is guarded where it runs, not only where it was made.
func TestPreparedStatementIsGuarded(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	var st *sql.Stmt
	got := where(t, func(ctx context.Context) (err error) {
		if st == nil {
			if st, err = db.PrepareContext(ctx, `SELECT COUNT(*) FROM n`); err != nil {
				st = nil
				return err
			}
		}
		var n int
		return st.QueryRowContext(ctx).Scan(&n)
	})
	guarded(t, got)
	require.NoError(t, st.Close())
}

// Drivers of the plainest kind work too.
func TestPlainDriver(t *testing.T) {
	t.Parallel()
	db := sql.OpenDB(instep.Connector(plain{}))
	defer func() { _ = db.Close() }()
	guarded(t, where(t, func(ctx context.Context) error {
		if _, err := db.ExecContext(ctx, "x", 1); err != nil {
			return err
		}
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		return tx.Rollback()
	}))
}

type plain struct{}

func (plain) Connect(context.Context) (driver.Conn, error) { return plain{}, nil }
func (plain) Driver() driver.Driver                        { return nil }
func (plain) Prepare(string) (driver.Stmt, error)          { return plain{}, nil }
func (plain) Begin() (driver.Tx, error)                    { return plain{}, nil }
func (plain) Close() error                                 { return nil }
func (plain) NumInput() int                                { return -1 }
func (plain) Exec([]driver.Value) (driver.Result, error)   { return driver.RowsAffected(1), nil }
func (plain) Query([]driver.Value) (driver.Rows, error)    { return nil, driver.ErrBadConn }
func (plain) Commit() error                                { return nil }
func (plain) Rollback() error                              { return nil }
