package postgres_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/store/postgres"
)

// slowEvent is a transaction that has written an event and is not committed.
func slowEvent(t *testing.T, url string) *sql.Tx {
	t.Helper()
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	tx, err := db.Begin()
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	_, err = tx.Exec(postgres.Reserve)
	require.NoError(t, err)
	_, err = tx.Exec(`INSERT INTO events (tenant, id, customer, conversation, kind, at, body) VALUES ('shop', 'slow', 'c', '', 'viewed', 0, $1)`,
		[]byte(`{"id":"slow","tenant":"shop","customer":"c","kind":"viewed","item":"slow"}`))
	require.NoError(t, err)
	return tx
}

func viewed(id string) bot.Event {
	return bot.Event{ID: id, Tenant: "shop", Customer: "c", Kind: "viewed", Item: id, At: bottest.Start()}
}

func ids(events []bot.Event) (out []string) {
	for _, e := range events {
		out = append(out, e.ID)
	}
	return out
}

// An event whose transaction is slow is not overtaken in the eyes of a reader,
// and keeps nobody from writing.
func TestLogWaitsForSlowTransaction(t *testing.T) {
	t.Parallel()
	for _, commits := range []bool{true, false} {
		t.Run(fmt.Sprint("commits=", commits), func(t *testing.T) {
			t.Parallel()
			url := schema(t)
			s := open(t, url, nil)
			t.Cleanup(func() { assert.NoError(t, s.Close()) })
			require.NoError(t, s.Append(t.Context(), viewed("before")))
			slow := slowEvent(t, url)
			require.NoError(t, s.Append(t.Context(), viewed("after")))
			for _, tenant := range []string{"shop", bot.AllTenants} {
				events, err := s.Events(t.Context(), tenant, 0, 10)
				require.NoError(t, err)
				assert.Equal(t, []string{"before"}, ids(events))
			}
			want := []string{"before", "after"}
			if commits {
				require.NoError(t, slow.Commit())
				want = []string{"before", "slow", "after"}
			} else {
				require.NoError(t, slow.Rollback())
			}
			events, err := s.Events(t.Context(), "shop", 0, 10)
			require.NoError(t, err)
			assert.Equal(t, want, ids(events))
		})
	}
}

// The kept fold of a customer does not go past a slow transaction either.
func TestFoldWaitsForSlowTransaction(t *testing.T) {
	t.Parallel()
	url := schema(t)
	s := open(t, url, nil)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	var events []bot.Event
	for i := range 150 {
		events = append(events, viewed(fmt.Sprint(i)))
	}
	require.NoError(t, s.Append(t.Context(), events[:120]...))
	slow := slowEvent(t, url)
	require.NoError(t, s.Append(t.Context(), events[120:]...))
	c, err := s.Profiles().Get(t.Context(), "shop", "c")
	require.NoError(t, err)
	assert.Equal(t, 150, c.Activity.Counts["viewed"])
	require.NoError(t, slow.Commit())
	c, err = s.Profiles().Get(t.Context(), "shop", "c")
	require.NoError(t, err)
	assert.Equal(t, 151, c.Activity.Counts["viewed"])
}
