package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/frontdesk-go/frontdesk/bot"
)

// Op is one statement of a write.
type Op struct {
	// Query has the dialect's placeholders, Args its values: string, int64,
	// int, []byte or nil.
	Query string
	Args  []any
	// Must makes the whole write fail with bot.ErrConflict when the statement
	// changes no row.
	Must bool
	// If runs the statement only when the one before it changed a row.
	If bool
}

// Writer writes statements in one transaction, all or none, and returns how
// many rows each changed. When it returns nil they are durable. It is safe for
// concurrent use; an error that means "another writer was faster" it retries
// itself.
type Writer interface {
	Write(ctx context.Context, ops []Op) ([]int64, error)
}

// Execer is what a Writer runs its statements on.
type Execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Run executes statements in order, in the transaction that db is in. On an
// error it returns how many rows those before the failed one changed.
func Run(ctx context.Context, db Execer, ops []Op) ([]int64, error) {
	changed := make([]int64, len(ops))
	for i, op := range ops {
		if op.If && i > 0 && changed[i-1] == 0 {
			continue
		}
		res, err := db.ExecContext(ctx, op.Query, op.Args...)
		if err != nil {
			return changed, err
		}
		if changed[i], err = res.RowsAffected(); err != nil {
			return changed, err
		}
		if op.Must && changed[i] == 0 {
			return changed, bot.ErrConflict
		}
	}
	return changed, nil
}

// tx runs fn in a transaction of its own, again when another writer was faster.
func (s *Store) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	for try := 0; ; try++ {
		err := s.once(ctx, fn)
		if err == nil || try == 4 || s.dialect.Conflict == nil || !s.dialect.Conflict(err) {
			return err
		}
	}
}

func (s *Store) once(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// batch collects the statements of a write, so that sealing and encoding are
// done before anybody waits for the database; the first error stops it.
type batch struct {
	s   *Store
	ctx context.Context
	ops []Op
	err error
}

func (s *Store) batch(ctx context.Context) *batch { return &batch{s: s, ctx: ctx} }

func (b *batch) add(query string, args ...any) *Op {
	b.ops = append(b.ops, Op{Query: b.s.q(query), Args: b.s.args(args)})
	return &b.ops[len(b.ops)-1]
}

// body seals a value for a row of a table.
func (b *batch) body(table, tenant, id string, v any) []byte {
	if b.err != nil {
		return nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		b.err = err
		return nil
	}
	return b.sealed(table, tenant, id, raw)
}

// sealed seals bytes for a row of a table.
func (b *batch) sealed(table, tenant, id string, raw []byte) (out []byte) {
	if b.s.plain {
		return raw
	}
	if b.err == nil {
		out, b.err = b.s.seal.Seal(b.ctx, about(table, tenant, id), raw)
	}
	return out
}

// write writes what was collected.
func (b *batch) write() ([]int64, error) {
	if b.err != nil || len(b.ops) == 0 {
		return nil, b.err
	}
	return b.s.writer.Write(b.ctx, b.ops)
}
