package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
)

// History implements bot.Store. Lines that are written meanwhile move no page.
func (s *Store) History(ctx context.Context, k bot.Key, p bot.Page) ([]bot.Line, error) {
	before, order := p.Before, "ASC"
	if before <= 0 {
		before = math.MaxInt64
	}
	if p.After <= 0 { // the last ones
		order = "DESC"
	}
	lines, err := collect(ctx, s, `SELECT seq, body FROM lines WHERE tenant = ? AND conversation = ? AND seq > ? AND seq < ? ORDER BY seq `+order+` LIMIT ?`,
		[]any{k.Tenant, k.Conversation, p.After, before, p.Limit()}, func(rows *sql.Rows) (l bot.Line, err error) {
			var seq int64
			var raw []byte
			if err = rows.Scan(&seq, &raw); err == nil {
				err = s.open(ctx, about("lines", k.Tenant, k.Conversation), raw, &l)
			}
			l.Seq = seq
			return l, err
		})
	if err != nil {
		return nil, fmt.Errorf("%s: reading the history of %s: %w", s.dialect.Name, k.Conversation, err)
	}
	if p.After <= 0 {
		slices.Reverse(lines)
	}
	return lines, nil
}

// Recent implements bot.Store.
func (s *Store) Recent(ctx context.Context, tenant string, n int) ([]bot.Activity, error) {
	return collect(ctx, s, `SELECT id, customer, at FROM conversations WHERE tenant = ? AND version > 0 ORDER BY at DESC, id LIMIT ?`, []any{tenant, n},
		func(rows *sql.Rows) (a bot.Activity, err error) {
			var at int64
			err = rows.Scan(&a.Key.Conversation, &a.Customer, &at)
			a.Key.Tenant, a.At = tenant, time.UnixMicro(at)
			return a, err
		})
}
