package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
)

// workers is how many conversations a load has.
const workers = 8

func thread(i int) bot.Thread {
	return bot.Thread{Tenant: "shop", Channel: "web", Peer: fmt.Sprint("p", i)}
}

// load runs turns in several conversations at once, until the store fails: what
// is open is journalled, then committed; between turns an event is appended.
// ack is told of each once the store has said that it is done, in lines as
// Ledger reads them; it must be safe for concurrent use. The error is that of
// the store.
func load(ctx context.Context, s bot.Store, ack func(line string)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	errs := make(chan error, workers)
	for i := range workers {
		go func() {
			k, err := s.Open(ctx, thread(i))
			for err == nil {
				err = turn(ctx, s, k, ack)
			}
			errs <- err
		}()
	}
	err := <-errs
	stop()
	for range workers - 1 {
		<-errs
	}
	return err
}

// Load runs turns until the store fails, and returns its error.
func Load(ctx context.Context, s bot.Store, acked *Ledger) error { return load(ctx, s, acked.Note) }

// Serve runs one turn in a conversation of the load.
func Serve(ctx context.Context, s bot.Store, conversation int, ack func(line string)) error {
	k, err := s.Open(ctx, thread(conversation%workers))
	if err != nil {
		return err
	}
	return turn(ctx, s, k, ack)
}

func turn(ctx context.Context, s bot.Store, k bot.Key, ack func(line string)) error {
	rec, err := s.Load(ctx, k)
	if err != nil {
		return err
	}
	v := turns(rec)
	if err := s.Journal(ctx, k, rec.Version, journal(v)); err != nil {
		return err
	}
	ack(fmt.Sprintln("journalled", k.Conversation, v))
	c := Turn(k, v)
	c.Version = rec.Version + 1
	if err := s.Commit(ctx, c); err != nil {
		return err
	}
	ack(fmt.Sprintln("committed", k.Conversation, v))
	if err := s.Append(ctx, bot.Event{ID: ownEvent(k.Conversation, v), Tenant: k.Tenant, Kind: "viewed"}); err != nil {
		return err
	}
	ack(fmt.Sprintln("appended", k.Conversation, v))
	return nil
}

func journal(turn int64) []byte { return fmt.Appendf(nil, `{"turn":%d}`, turn) }

// turns is how many turns a conversation has had, from its session.
func turns(rec bot.Record) int64 {
	if rec.Session == nil {
		return 0
	}
	var s struct{ N int64 }
	if err := json.Unmarshal(rec.Session, &s); err != nil {
		panic(err) // Turn wrote it
	}
	return s.N + 1
}

// Ledger is what the store has acknowledged, kept outside of it: the highest
// turn by kind and conversation, and the events appended. It is safe for
// concurrent use.
type Ledger struct {
	mu       sync.Mutex
	highest  map[[2]string]int64
	appended []string
	acks     int
}

// NewLedger returns an empty ledger.
func NewLedger() *Ledger { return &Ledger{highest: map[[2]string]int64{}} }

func ownEvent(conversation string, version int64) string {
	return fmt.Sprint("own-", conversation, "-", version)
}

// Note reads a line of load; a line that was cut short is none.
func (l *Ledger) Note(line string) {
	var kind, conversation string
	var version int64
	if len(line) == 0 || line[len(line)-1] != '\n' {
		return
	}
	if _, err := fmt.Sscanln(line, &kind, &conversation, &version); err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	at := [2]string{kind, conversation}
	if have, ok := l.highest[at]; !ok || version > have {
		l.highest[at] = version
	}
	if kind == "appended" {
		l.appended = append(l.appended, ownEvent(conversation, version))
	}
	l.acks++
}

// Check compares the store with what it has acknowledged: nothing is lost, and
// each turn is there as a whole or not at all.
func (l *Ledger) Check(t *testing.T, s bot.Store) {
	t.Helper()
	ctx := context.Background()
	l.mu.Lock()
	defer l.mu.Unlock()
	var wanted []string
	for i := range workers {
		k, err := s.Open(ctx, thread(i))
		require.NoError(t, err)
		rec, lines := calm(t, s, k)
		n := turns(rec)
		if committed, ok := l.highest[[2]string{"committed", k.Conversation}]; ok {
			require.Greater(t, n, committed, "an acknowledged commit of %s is lost", k.Conversation)
		}
		if journalled, ok := l.highest[[2]string{"journalled", k.Conversation}]; ok {
			require.GreaterOrEqual(t, n, journalled)
			if n == journalled {
				require.Equal(t, string(journal(journalled)), string(rec.Journal), "an acknowledged journal of %s is lost", k.Conversation)
			}
		}
		require.Equal(t, n*2, int64(lines), "a turn of %s is there in part", k.Conversation)
		for v := range n {
			want := Turn(k, v)
			wanted = append(wanted, want.Events[0].ID)
			replies, ok, err := s.Answered(ctx, k, want.Message)
			require.NoError(t, err)
			require.True(t, ok, "turn %d of %s is there in part", v, k.Conversation)
			assert.Equal(t, want.Replies, replies)
		}
		if n > 0 {
			assert.Equal(t, string(Turn(k, n-1).Session), string(rec.Session))
		}
	}
	seen := readLog(t, s, fmt.Sprintf("mark-%d-%d", l.acks, len(wanted)))
	for _, id := range append(wanted, l.appended...) {
		require.Equal(t, 1, seen[id], "event %s", id)
	}
}

// calm reads a conversation's record and counts its lines, again when it is
// written meanwhile: a server may still finish what its dead client had sent.
func calm(t *testing.T, s bot.Store, k bot.Key) (bot.Record, int) {
	t.Helper()
	for {
		rec, err := s.Load(context.Background(), k)
		require.NoError(t, err)
		lines, err := s.History(context.Background(), k, bot.Page{N: 1 << 30})
		require.NoError(t, err)
		again, err := s.Load(context.Background(), k)
		require.NoError(t, err)
		if rec.Version == again.Version {
			return rec, len(lines)
		}
	}
}

// readLog counts all events of the log: those before an event that is written
// now. The log may hold it back while a dead client's writes are finished.
func readLog(t *testing.T, s bot.Store, mark string) map[string]int {
	t.Helper()
	ctx := context.Background()
	require.NoError(t, s.Append(ctx, bot.Event{ID: mark, Tenant: "shop", Kind: "viewed"}))
	seen := map[string]int{}
	for after := int64(0); seen[mark] == 0; {
		page, err := s.Events(ctx, "shop", after, 500)
		require.NoError(t, err)
		for _, e := range page {
			after = e.Seq
			seen[e.ID]++
		}
	}
	return seen
}
