package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/frontdesk-go/frontdesk/bot"
)

// knownThreads bounds how many threads a store remembers the conversations of.
const knownThreads = 1 << 14

// threads remembers which conversation a thread has: that never changes while
// the conversation exists. Another process may have erased it meanwhile; what
// the caller does next says ErrNotFound then, and everything is looked up again.
type threads struct {
	mu   sync.Mutex
	keys map[bot.Thread]bot.Key
}

func (t *threads) get(th bot.Thread) (bot.Key, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.keys[th]
	return k, ok
}

func (t *threads) put(th bot.Thread, k bot.Key) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.keys == nil || len(t.keys) >= knownThreads {
		t.keys = map[bot.Thread]bot.Key{}
	}
	t.keys[th] = k
}

func (t *threads) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys = nil
}

// Open implements bot.Store.
func (s *Store) Open(ctx context.Context, th bot.Thread) (bot.Key, error) {
	if k, ok := s.threads.get(th); ok {
		return k, nil
	}
	k := bot.Key{Tenant: th.Tenant}
	find := func() error {
		err := s.row(ctx, `SELECT conversation FROM threads WHERE tenant = ? AND channel = ? AND account = ? AND peer = ?`,
			th.Tenant, th.Channel, th.Account, th.Peer).Scan(&k.Conversation)
		if err == nil {
			k.Conversation = s.text(k.Conversation)
			s.threads.put(th, k)
		}
		return err
	}
	err := find()
	if !errors.Is(err, sql.ErrNoRows) {
		return k, err
	}
	id := th.ConversationID()
	b := s.batch(ctx)
	b.add(`INSERT INTO threads (tenant, channel, account, peer, conversation) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		th.Tenant, th.Channel, th.Account, th.Peer, id)
	b.add(`INSERT INTO conversations (tenant, id, customer, version, at) VALUES (?, ?, '', 0, 0) ON CONFLICT DO NOTHING`, th.Tenant, id)
	if _, err := b.write(); err != nil {
		return k, err
	}
	err = find()
	return k, err
}

// unknown is the error for a conversation that is not there. Perhaps another
// process erased it: its thread gets a new one.
func (s *Store) unknown(k bot.Key) error {
	s.threads.forget()
	return fmt.Errorf("%w: conversation %s", bot.ErrNotFound, k.Conversation)
}
