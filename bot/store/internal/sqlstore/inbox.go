package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Accept implements bot.Store.
func (s *Store) Accept(ctx context.Context, a bot.Arrival) (bool, error) {
	k, id := a.Key, a.Message.ID
	b := s.batch(ctx)
	b.add(`INSERT INTO inbox (tenant, conversation, message, at, tries, body)
		SELECT c.tenant, c.id, CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS `+s.dialect.Blob+`) FROM conversations c
		WHERE c.tenant = ? AND c.id = ? AND NOT EXISTS (SELECT 1 FROM answers n WHERE n.tenant = ? AND n.conversation = ? AND n.message = ?)
		ON CONFLICT (tenant, conversation, message) DO UPDATE SET tries = excluded.tries WHERE excluded.tries > inbox.tries`,
		id, micro(a.At), a.Tries, b.body("inbox", k.Tenant, k.Conversation+"/"+id, a), k.Tenant, k.Conversation, k.Tenant, k.Conversation, id)
	changed, err := b.write()
	if err != nil {
		return false, fmt.Errorf("%s: accepting message %s: %w", s.dialect.Name, id, err)
	}
	if changed[0] > 0 {
		return true, nil
	}
	var known, answered bool
	err = s.row(ctx, `SELECT EXISTS (SELECT 1 FROM conversations c WHERE c.tenant = ? AND c.id = ?),
		EXISTS (SELECT 1 FROM answers n WHERE n.tenant = ? AND n.conversation = ? AND n.message = ?)`,
		k.Tenant, k.Conversation, k.Tenant, k.Conversation, id).Scan(&known, &answered)
	switch {
	case err != nil:
		return false, fmt.Errorf("%s: looking for message %s: %w", s.dialect.Name, id, err)
	case !known:
		return false, s.unknown(k)
	}
	return !answered, nil
}

// Arrivals implements bot.Store. A message that another worker answered in the
// moment in which it was accepted is answered, not waiting.
func (s *Store) Arrivals(ctx context.Context, k bot.Key, after int64, n int) ([]bot.Arrival, error) {
	const open = `NOT EXISTS (SELECT 1 FROM answers n WHERE n.tenant = i.tenant AND n.conversation = i.conversation AND n.message = i.message)`
	query, args := `SELECT seq, tenant, conversation, message, tries, body FROM inbox i WHERE seq > ? AND `+open+` ORDER BY seq LIMIT ?`, []any{after, max(n, 0)}
	if k != (bot.Key{}) {
		query, args = `SELECT seq, tenant, conversation, message, tries, body FROM inbox i WHERE tenant = ? AND conversation = ? AND seq > ? AND `+open+` ORDER BY seq LIMIT ?`,
			[]any{k.Tenant, k.Conversation, after, max(n, 0)}
	}
	return collect(ctx, s, query, args, func(rows *sql.Rows) (a bot.Arrival, err error) {
		var seq int64
		var tries int
		var tenant, conversation, message string
		var raw []byte
		if err = rows.Scan(&seq, &tenant, &conversation, &message, &tries, &raw); err == nil {
			err = s.open(ctx, about("inbox", s.text(tenant), s.text(conversation)+"/"+s.text(message)), raw, &a)
		}
		a.Seq, a.Tries = seq, tries
		return a, err
	})
}
