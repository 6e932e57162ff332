package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/sqlstore"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/storetest"
)

func openFile(t *testing.T) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "s.db"), nil)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	_, err = s.group.Write(t.Context(), []sqlstore.Op{{Query: `CREATE TABLE notes (k INTEGER PRIMARY KEY, v TEXT NOT NULL)`}})
	require.NoError(t, err)
	return s
}

func note(k int, v any) sqlstore.Op {
	return sqlstore.Op{Query: `INSERT INTO notes (k, v) VALUES (?, ?)`, Args: []any{k, v}}
}

// notes are the keys that another connection sees.
func notes(t *testing.T, s *Store) (keys []int) {
	t.Helper()
	rows, err := s.group.db.Query(`SELECT k FROM notes ORDER BY k`)
	require.NoError(t, err)
	defer func() { assert.NoError(t, rows.Close()) }()
	for rows.Next() {
		var k int
		require.NoError(t, rows.Scan(&k))
		keys = append(keys, k)
	}
	require.NoError(t, rows.Err())
	return keys
}

// One write of a group that fails, early or late, takes nothing of the others
// with it, and leaves nothing behind.
func TestGroupFailsApart(t *testing.T) {
	t.Parallel()
	refused := sqlstore.Op{Query: `UPDATE notes SET v = 'x' WHERE k = -1`, Must: true}
	broken := sqlstore.Op{Query: `INSERT INTO nowhere (k) VALUES (1)`}
	tests := []struct {
		name   string
		failed []sqlstore.Op
		want   func(t *testing.T, err error)
	}{
		{"refused before it changed anything", []sqlstore.Op{refused, note(100, "a")}, conflict},
		{"refused after it changed something", []sqlstore.Op{note(100, "a"), refused}, conflict},
		{"a constraint", []sqlstore.Op{note(100, "a"), note(101, nil)}, failure("NOT NULL")},
		{"not a statement", []sqlstore.Op{note(100, "a"), broken}, failure("nowhere")},
		{"a key another of the group took", []sqlstore.Op{note(100, "a"), note(1, "b")}, failure("UNIQUE")},
	}
	for _, tt := range tests {
		for _, place := range []int{0, 1, 2} {
			t.Run(fmt.Sprintf("%s, place %d", tt.name, place), func(t *testing.T) {
				t.Parallel()
				s := openFile(t)
				_, err := s.group.Write(t.Context(), []sqlstore.Op{note(1, "here before")})
				require.NoError(t, err)
				var batch []*write
				for i := range 3 {
					w := &write{ctx: t.Context(), ops: []sqlstore.Op{note(10+i, "a"), note(20+i, "b")}}
					if i == place {
						w.ops = tt.failed
					}
					batch = append(batch, w)
				}
				s.group.commit(batch)
				want := []int{1}
				for _, tens := range []int{10, 20} {
					for i, w := range batch {
						if i != place {
							require.NoError(t, w.err)
							assert.Equal(t, []int64{1, 1}, w.changed)
							want = append(want, tens+i)
						}
					}
				}
				tt.want(t, batch[place].err)
				assert.Equal(t, want, notes(t, s))
			})
		}
	}
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		s := openFile(t)
		batch := []*write{{ctx: t.Context(), ops: []sqlstore.Op{refused}}, {ctx: t.Context(), ops: []sqlstore.Op{note(1, "a"), broken}}}
		s.group.commit(batch)
		conflict(t, batch[0].err)
		failure("nowhere")(t, batch[1].err)
		assert.Empty(t, notes(t, s))
	})
}

func conflict(t *testing.T, err error) {
	t.Helper()
	assert.ErrorIs(t, err, bot.ErrConflict)
}

func failure(part string) func(t *testing.T, err error) {
	return func(t *testing.T, err error) {
		t.Helper()
		require.Error(t, err)
		assert.NotErrorIs(t, err, bot.ErrConflict)
		assert.Contains(t, err.Error(), part)
	}
}

// Every write that returned nil is there; every one that was withdrawn is not.
func TestGroupConcurrent(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	const writers, each = 32, 40
	var mu sync.Mutex
	want := map[int]bool{}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				ctx, cancel := context.WithCancel(context.Background())
				if w%4 == 0 {
					go cancel()
				}
				k := w*each + i
				_, err := s.group.Write(ctx, []sqlstore.Op{note(k, "a")})
				cancel()
				if err != nil {
					assert.ErrorIs(t, err, context.Canceled)
				}
				mu.Lock()
				want[k] = err == nil
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	got := map[int]bool{}
	for _, k := range notes(t, s) {
		got[k] = true
	}
	for k, kept := range want {
		assert.Equal(t, kept, got[k], "write %d", k)
	}
}

// Close lets the writes finish that were accepted, and refuses others.
func TestGroupClose(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	var wg sync.WaitGroup
	accepted := make([]bool, 64)
	for i := range accepted {
		wg.Go(func() {
			_, err := s.group.Write(context.Background(), []sqlstore.Op{note(i, "a")})
			accepted[i] = err == nil
			if err != nil {
				assert.Contains(t, err.Error(), "the store is closed")
			}
		})
	}
	require.NoError(t, s.group.close())
	require.NoError(t, s.group.close(), "closing twice is no error")
	wg.Wait()
	var want []int
	for i, ok := range accepted {
		if ok {
			want = append(want, i)
		}
	}
	assert.Equal(t, want, notes(t, s))
	_, err := s.group.Write(t.Context(), []sqlstore.Op{note(1000, "a")})
	assert.Error(t, err)
}

// A connection that does not wait for the disk is refused.
func TestDurable(t *testing.T) {
	t.Parallel()
	for level, ok := range map[string]bool{"OFF": false, "NORMAL": false, "FULL": true, "EXTRA": true} {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "s.db")+"?_pragma=synchronous("+level+")")
		require.NoError(t, err)
		g := &group{db: db, keep: true}
		err = g.durable(t.Context())
		assert.Equal(t, ok, err == nil, "%s: %v", level, err)
		assert.NoError(t, g.disconnect(false))
		assert.NoError(t, db.Close())
	}
}

// A disk that is full refuses writes, keeps what it had acknowledged, and goes
// on when there is room again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	acked := storetest.NewLedger()
	for room := range 4 {
		s, err := Open(path, nil)
		require.NoError(t, err)
		acked.Check(t, s)
		var pages int
		require.NoError(t, s.group.db.QueryRow("PRAGMA page_count").Scan(&pages))
		require.NoError(t, s.Close())

		s, err = open(path, Options{}, fmt.Sprintf("max_page_count(%d)", pages+room*5))
		require.NoError(t, err)
		require.ErrorContains(t, storetest.Load(t.Context(), s, acked), "full")
		require.NoError(t, s.Close())
	}
	s, err := Open(path, nil)
	require.NoError(t, err)
	acked.Check(t, s)
	require.NoError(t, s.Close())
}
