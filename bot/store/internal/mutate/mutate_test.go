// Package mutate takes the promises out of the engine and the stores, one at a
// time, and wants their tests to notice.
package mutate

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot/store/internal/pgtest"
)

// mutation breaks one promise: the first old in the file becomes new.
type mutation struct {
	promise  string
	file     string // in bot/store
	old, new string
	pkg      string // whose tests must notice, in bot/store
	run      string // which of them, "" for all
}

func mutations() []mutation {
	const commit, lease = "internal/sqlstore/commit.go", "internal/sqlstore/lease.go"
	return []mutation{
		{"a message is answered once", commit, `, replies)).Must = true`, `, replies)).Must = false`, "sqlite", ""},
		{"a commit is made on the stored version", commit, `k.Conversation, c.Version).Must = true`, `k.Conversation, c.Version).Must = false`, "sqlite", ""},
		{"a journal is made on the stored version", commit, `k.Conversation, version).Must = true`, `k.Conversation, version).Must = false`, "sqlite", ""},
		{"of two turns on one version one begins its effect", commit, `SET version = version + 1, journal = ?`, `SET journal = ?`, "sqlite", "TestStore"},
		{"a commit ends the journal", commit, `journal = NULL, `, ``, "sqlite", ""},
		{"replies are in the commit", commit, `range c.Outbox`, `range c.Outbox[:0]`, "sqlite", ""},
		{"events are in the commit", commit, `b.events(c.Events)`, ``, "sqlite", ""},
		{"a frozen holder is fenced off", lease, `SET version = version + 1`, `SET version = version + 0`, "sqlite", ""},
		{"a lapsed lease may be taken", lease, `OR leases.until <= ?`, `OR leases.until < ? - 1`, "sqlite", ""},
		{"a held lease may not be taken", lease, `WHERE leases.holder = excluded.holder OR`, `WHERE 1 = 1 OR`, "sqlite", ""},
		{"a commit waits for the disk", "sqlite/sqlite.go", `synchronous := "FULL"`, `synchronous := "NORMAL"`, "sqlite", ""},
		{"the commit removes what it answers from the inbox", commit, `b.add(` + "`DELETE FROM inbox WHERE tenant = ? AND conversation = ? AND message = ?`" + `, k.Tenant, k.Conversation, id)`, `_ = id`, "sqlite", ""},
		{"a failed write of a group is undone", "sqlite/group.go", `"ROLLBACK TO one"`, `"SAVEPOINT one"`, "sqlite", ""},
		{"a write that changed something is undone", "sqlite/group.go", `if n > 0 {`, `if n > 9 {`, "sqlite", ""},
		{"a write returns after its commit", "sqlite/group.go", `g.exec(ctx, "COMMIT")`, `g.exec(ctx, "ROLLBACK")`, "sqlite", ""},
		{"the log's readers wait for slow writers", "postgres/postgres.go", `Settled: settled`, `Settled: nil`, "postgres", ""},
		{"slow writers are seen by the log's readers", "postgres/postgres.go", `Reserve: reserve`, `Reserve: ""`, "postgres", ""},
		{"a server without fsync is refused", "postgres/postgres.go", `case fsync != "on"`, `case fsync == ""`, "postgres", ""},
		{"a refused commit writes nothing", "postgres/write.go", `if op.Must {`, `if false {`, "postgres", ""},
		{"a message has one effect", "../accept.go", `return replies, done, nil`, `return nil, false, nil`, "internal/proof", "TestConversationsAgainstOracle"},
		{"a retry joins the attempt that runs", "../mailbox.go", `case in == nil:`, `case in == nil || true:`, "..", "TestRetryJoins"},
		{"what is acknowledged is durable", "../deliver.go", `b.opts.Store.Accept(ctx, Arrival{Key: k, Message: m, At: b.opts.Clock.Now()})`, `true, error(nil)`, "internal/proof", "TestKillSQLite"},
		{"replies no call waits for are in the commit", "../commit.go", `send = send && !b.pulled.has(t.session.Thread.Channel)`, `send = false`, "internal/proof", "TestPairs"},
		{"the memory store removes what was answered", "../memory.go", `if c.Accepted {`, `if false {`, "..", "TestDeliver"},
		{"a call does not overtake what was accepted", "../accept.go", `if err := b.catchUp(ctx, &held, before, begun); err != nil {`, `if err := error(nil); err != nil && !before.IsZero() && begun {`, "..", "TestHandleDoesNotOvertake"},
		{"a begun message comes first", "../accept.go", `if d := t.session.dead; d != nil && !from.accepted {`, `if d := t.session.dead; d != nil && from.accepted {`, "..", "TestBegunMessage"},
		{"an effect's intent is written before it happens", "../flow_effect.go", `if err := r.write(rec); err != nil {`, `if err := error(nil); err != nil {`, "internal/proof", "TestKillSQLite"},
		{"the record is read before the answer is looked for", "../accept.go", `from.looked = rec`, `_ = rec`, "..", "TestAnsweredBetween"},
		{"a replica that lost its lease runs nothing", "../lease.go", `return h.leaser != nil && h.version != version`, `return false`, "..", "TestReplica"},
		{"one replica sends", "../outbox.go", `release, err := b.sendLease(ctx, k)`, `release, err := func() {}, error(nil)`, "..", "TestReplica"},
	}
}

// It takes minutes: run it with FRONTDESK_MUTATE=1 and -timeout 30m.
func TestMutations(t *testing.T) {
	if os.Getenv("FRONTDESK_MUTATE") == "" {
		t.Skip("set FRONTDESK_MUTATE=1 to break the promises one at a time")
	}
	for _, m := range mutations() {
		t.Run(m.promise, func(t *testing.T) {
			if err := pgtest.Installed(); m.pkg == "postgres" && err != nil {
				t.Skip(err)
			}
			out, err := m.test(t)
			require.Error(t, err, "the tests did not notice")
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			assert.Regexp(t, "--- FAIL|panic: test timed out", out, "a test must fail, not the build")
		})
	}
}

// Every mutation still finds what it changes, so that none has gone stale.
func TestMutationsApply(t *testing.T) {
	t.Parallel()
	for _, m := range mutations() {
		raw, err := os.ReadFile(filepath.Join("..", "..", m.file))
		require.NoError(t, err)
		assert.Equal(t, 1, strings.Count(string(raw), m.old), "%s: %q in %s", m.promise, m.old, m.file)
	}
}

// test runs the package's tests with the file replaced.
func (m mutation) test(t *testing.T) (string, error) {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("..", "..", m.file))
	require.NoError(t, err)
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(raw), m.old)
	dir := t.TempDir()
	mutant, overlay := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(mutant, []byte(strings.Replace(string(raw), m.old, m.new, 1)), 0o600))
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {file: mutant}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(overlay, replace, 0o600))
	cmd := exec.Command("go", "test", "-short", "-failfast", "-vet=off", "-timeout=120s", "-overlay="+overlay, "-run="+m.run, ".")
	if m.pkg == "internal/proof" {
		cmd.Env = append(os.Environ(), "FRONTDESK_KILLS=24") // each point of a process once
	} else {
		cmd.Args = append(cmd.Args, "-rapid.nofailfile")
	}
	cmd.Dir = filepath.Join("..", "..", m.pkg)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
