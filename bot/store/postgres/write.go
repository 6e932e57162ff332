package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/store/internal/sqlstore"
)

// writer sends the statements of a write at once, in one round trip: without a
// BEGIN the server takes what comes before the next synchronisation as one
// transaction (the protocol's "pipelining").
type writer struct {
	db   *sql.DB
	pool *pool
}

// maxTries bounds how often a write is tried because others were faster.
const maxTries = 5

// Write implements sqlstore.Writer. An error of the connection is not tried
// again once anything was sent: the write may have been done.
func (w *writer) Write(ctx context.Context, ops []sqlstore.Op) (changed []int64, err error) {
	for range maxTries {
		if slices.ContainsFunc(ops, func(op sqlstore.Op) bool { return op.If }) {
			changed, err = w.oneByOne(ctx, ops)
		} else {
			changed, err = w.atOnce(ctx, ops)
		}
		if err == nil || ctx.Err() != nil {
			break
		}
		if w.pool.lost(err); !faster(err) && !pgconn.SafeToRetry(err) {
			break
		}
	}
	return changed, err
}

// must fails a statement, and the transaction with it, when it changes no row.
func must(query string) string {
	return "WITH changed AS (" + query + " RETURNING 1) SELECT 1 / COUNT(*) FROM changed"
}

func (w *writer) atOnce(ctx context.Context, ops []sqlstore.Op) (changed []int64, err error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	err = conn.Raw(func(raw any) error {
		c, ok := raw.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("postgres: the connection is a %T", raw)
		}
		changed, err = send(ctx, c.Conn(), ops)
		return err
	})
	return changed, err
}

func send(ctx context.Context, conn *pgx.Conn, ops []sqlstore.Op) (changed []int64, err error) {
	var batch pgx.Batch
	for _, op := range ops {
		query := op.Query
		if op.Must {
			query = must(query)
		}
		batch.Queue(query, op.Args...)
	}
	results := conn.SendBatch(ctx, &batch)
	defer func() {
		// Only Close says whether the transaction was committed.
		if closing := results.Close(); err == nil {
			err = closing
		}
		if code(err) == divisionByZero {
			err = bot.ErrConflict
		}
	}()
	for range ops {
		tag, err := results.Exec()
		if err != nil {
			return nil, err
		}
		changed = append(changed, tag.RowsAffected())
	}
	return changed, nil
}

// oneByOne is for statements that depend on what those before them did.
func (w *writer) oneByOne(ctx context.Context, ops []sqlstore.Op) ([]int64, error) {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	changed, err := sqlstore.Run(ctx, tx, ops)
	if err != nil {
		if undo := tx.Rollback(); !errors.Is(undo, sql.ErrTxDone) {
			err = errors.Join(err, undo)
		}
		return nil, err
	}
	return changed, tx.Commit()
}
