package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
)

// Page is a part of a conversation's history.
type Page struct {
	// Lines are what was said, oldest first.
	Lines []handoff.Line
	// Before is what to ask for the page before this one with; 0 when this is
	// the first of the conversation.
	Before int64
}

// History implements bot.Store.
func (s *Store) History(ctx context.Context, k bot.Key, n int) ([]handoff.Line, error) {
	p, err := s.HistoryPage(ctx, k, 0, n)
	return p.Lines, err
}

// HistoryPage returns up to n lines of a conversation: the last ones when
// before is 0, else those that come before a page, by its Before. Lines that
// are written meanwhile move no page.
func (s *Store) HistoryPage(ctx context.Context, k bot.Key, before int64, n int) (Page, error) {
	n = min(max(n, 0), math.MaxInt32)
	if before <= 0 {
		before = math.MaxInt64
	}
	type row struct {
		seq  int64
		line handoff.Line
	}
	// One more than asked for tells whether there is a page before this one.
	rows, err := collect(ctx, s, `SELECT seq, body FROM lines WHERE tenant = ? AND conversation = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
		[]any{k.Tenant, k.Conversation, before, n + 1}, func(rows *sql.Rows) (r row, err error) {
			var raw []byte
			if err = rows.Scan(&r.seq, &raw); err == nil {
				err = s.open(ctx, about("lines", k.Tenant, k.Conversation), raw, &r.line)
			}
			return r, err
		})
	if err != nil {
		return Page{}, fmt.Errorf("%s: reading the history of %s: %w", s.dialect.Name, k.Conversation, err)
	}
	var p Page
	if len(rows) > n {
		rows = rows[:n]
		if n > 0 {
			p.Before = rows[n-1].seq
		}
	}
	for _, r := range slices.Backward(rows) {
		p.Lines = append(p.Lines, r.line)
	}
	return p, nil
}
